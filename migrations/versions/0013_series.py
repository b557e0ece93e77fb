"""Makes takeovers of running plans and revised editions of plans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATUSES = ("draft", "submitted", "done")
_PEOPLE = ("created_by_id", "submitted_by_id", "decided_by_id")


def upgrade() -> None:
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("taken_over_on", sa.Date(), nullable=True))
    _mark("assignment")
    _mark("task")
    with op.batch_alter_table("task") as batch:
        batch.add_column(sa.Column("source_document_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_task_source_document_id_source_document"), "source_document", ["source_document_id"], ["id"]
        )
        batch.create_index(op.f("ix_task_source_document_id"), ["source_document_id"])
    _create_takeover()
    _create_revision()


def _mark(table: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("is_backfilled", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table(table) as batch:
        batch.alter_column("is_backfilled", server_default=None)


def _stored() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
    )


def _create_takeover() -> None:
    op.create_table(
        "takeover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        *(sa.Column(name, _stored(), nullable=False) for name in ("headings", "meanings", "lines", "matches")),
        *_proposed(),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_takeover_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_takeover_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_takeover_sha256_stored_file")),
        *_people("takeover"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_takeover_plan_id")),
    )
    _index("takeover", "jurisdiction_id", "sha256", *_PEOPLE)


def _create_revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("decisions", _stored(), nullable=False),
        *_proposed(),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_revision_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_revision_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["import_draft.id"], name=op.f("fk_revision_draft_id_import_draft")),
        *_people("revision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_revision_draft_id")),
    )
    _index("revision", "plan_id", "jurisdiction_id", *_PEOPLE)


def _proposed() -> list[sa.Column[object]]:
    kind = sa.Enum(*_STATUSES, name="status", native_enum=False, create_constraint=True, length=24)
    return [
        sa.Column("status", kind, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.Column("returned_words", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _people(table: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([name], ["user.id"], name=op.f(f"fk_{table}_{name}_user")) for name in _PEOPLE]


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.create_index(batch.f(f"ix_{table}_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("revision")
    op.drop_table("takeover")
    with op.batch_alter_table("task") as batch:
        batch.drop_index(op.f("ix_task_source_document_id"))
        batch.drop_constraint(op.f("fk_task_source_document_id_source_document"), type_="foreignkey")
        batch.drop_column("source_document_id")
        batch.drop_column("is_backfilled")
    with op.batch_alter_table("assignment") as batch:
        batch.drop_column("is_backfilled")
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("taken_over_on")
