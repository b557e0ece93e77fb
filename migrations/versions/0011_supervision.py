"""Makes snapshots, supervision reports, their approval and their numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_REGISTERS = ("bulletin", "special", "account", "slip", "prompt", "assigning")


def upgrade() -> None:
    op.create_table(
        "number_register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", *_REGISTERS), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_number_register_number_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_number_register_jurisdiction_id_jurisdiction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_register")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "kind",
            "year",
            "number",
            name=op.f("uq_number_register_jurisdiction_id_kind_year_number"),
        ),
    )


def downgrade() -> None:
    op.drop_table("number_register")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)
