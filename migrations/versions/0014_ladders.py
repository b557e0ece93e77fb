"""Makes the editable ladders and the rules of light of a plan."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ROLLS = ("stay", "before", "after")
# Rungs used to be numbered from 1; from here on a rung is known by its working days after the anchor.
_DAYS = {"acknowledge": (2, 4, 6), "file": (-3, 0, 1), "finish": (-30, -7, -1, 0, 5, 10, 15)}
# Farther than any rung, so that no number meets one that is still to be changed.
_ASIDE = 100_000


def upgrade() -> None:
    _create_plan_ladder()
    with op.batch_alter_table("plan") as batch:
        kind = sa.Enum(*_ROLLS, name="due_roll", native_enum=False, create_constraint=True, length=24)
        batch.add_column(sa.Column("due_roll", kind, nullable=False, server_default="stay"))
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("due_roll", server_default=None)
    with op.batch_alter_table("reminder_mark") as batch:
        batch.alter_column("assignment_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("reply_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("was_skipped", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key(
            op.f("fk_reminder_mark_reply_id_instruction_reply"), "instruction_reply", ["reply_id"], ["id"]
        )
        batch.create_unique_constraint(
            op.f("uq_reminder_mark_reply_id_kind_anchor_on_rung_user_id"),
            ["reply_id", "kind", "anchor_on", "rung", "user_id"],
        )
        batch.create_check_constraint(
            op.f("ck_reminder_mark_one_subject"), "(assignment_id IS NULL) <> (reply_id IS NULL)"
        )
    with op.batch_alter_table("reminder_mark") as batch:
        batch.alter_column("was_skipped", server_default=None)
    _renumber({kind: dict(enumerate(days, 1)) for kind, days in _DAYS.items()})


def _create_plan_ladder() -> None:
    stored = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
    )
    op.create_table(
        "plan_ladder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("owed", sa.String(length=80), nullable=False),
        sa.Column("rungs", stored, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_ladder_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_ladder")),
        sa.UniqueConstraint("plan_id", "owed", name=op.f("uq_plan_ladder_plan_id_owed")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM reminder_mark WHERE assignment_id IS NULL OR was_skipped")
    _renumber({kind: {day: number for number, day in enumerate(days, 1)} for kind, days in _DAYS.items()})
    with op.batch_alter_table("reminder_mark") as batch:
        batch.drop_constraint(op.f("ck_reminder_mark_one_subject"), type_="check")
        batch.drop_constraint(op.f("uq_reminder_mark_reply_id_kind_anchor_on_rung_user_id"), type_="unique")
        batch.drop_constraint(op.f("fk_reminder_mark_reply_id_instruction_reply"), type_="foreignkey")
        batch.drop_column("reply_id")
        batch.drop_column("was_skipped")
        batch.alter_column("assignment_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("plan") as batch:
        batch.drop_constraint(op.f("ck_plan_due_roll"), type_="check")
        batch.drop_column("due_roll")
    op.drop_table("plan_ladder")


def _renumber(changes: dict[str, dict[int, int]]) -> None:
    mark = sa.table("reminder_mark", sa.column("kind", sa.String), sa.column("rung", sa.Integer))
    for kind, numbers in changes.items():
        for before, after in numbers.items():
            met = sa.and_(mark.c.kind == kind, mark.c.rung == before)
            op.execute(mark.update().where(met).values(rung=after + _ASIDE))
        moved = sa.and_(mark.c.kind == kind, mark.c.rung > _ASIDE - 1_000)
        op.execute(mark.update().where(moved).values(rung=mark.c.rung - _ASIDE))
