"""Makes measured series with their values, what they serve and its shares, and the progress measured by them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_PERIODS = ("month", "quarter", "half_year", "year", "none")
_SHAPES = ("level", "flow", "to_date")
_KINDS = ("at_least", "at_most", "growth", "cumulative", "each_year")
_INDEXES = {
    "series": ("source_unit_id", "created_by_id"),
    "series_value": ("unit_id", "entered_by_id"),
    "series_link": ("series_id", "plan_id", "confirmed_by_id"),
}


def upgrade() -> None:
    _create_series()
    _create_values()
    _create_links()
    _create_shares()
    for table, columns in _INDEXES.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("is_measured", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("is_measured", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("is_measured")
    for table in ("measured_progress", "target_share", "series_link", "series_value", "series"):
        op.drop_table(table)


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _key(table: str, column: str, to: str, *, nullable: bool = False, cascades: bool = False) -> list[Any]:
    ondelete = "CASCADE" if cascades else None
    name = op.f(f"fk_{table}_{column}_{to}")
    foreign = sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)
    return [sa.Column(column, sa.Integer(), nullable=nullable), foreign]


def _create_series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        *_key("series", "jurisdiction_id", "jurisdiction"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_of_measure", sa.String(length=80), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("footnote", sa.Text(), nullable=False),
        *_key("series", "source_unit_id", "unit", nullable=True),
        sa.Column("period_kind", _one_of("period_kind", _PERIODS), nullable=False),
        sa.Column("shape", _one_of("shape", _SHAPES), nullable=False),
        sa.Column("release_day", sa.Integer(), nullable=True),
        sa.Column("release_lag_months", sa.Integer(), nullable=False),
        sa.Column("is_by_county", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_key("series", "created_by_id", "user"),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("jurisdiction_id", "name", name=op.f("uq_series_jurisdiction_id_name")),
        sa.CheckConstraint(
            "release_day IS NULL OR (release_day >= 1 AND release_day <= 31)", name=op.f("ck_series_release_day")
        ),
        sa.CheckConstraint("release_lag_months >= 0 AND release_lag_months <= 24", name=op.f("ck_series_release_lag")),
        sa.CheckConstraint("period_kind <> 'none'", name=op.f("ck_series_periods")),
    )


def _create_values() -> None:
    op.create_table(
        "series_value",
        sa.Column("id", sa.Integer(), nullable=False),
        *_key("series_value", "series_id", "series"),
        *_key("series_value", "unit_id", "unit", nullable=True),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        *_key("series_value", "entered_by_id", "user"),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_value")),
        sa.UniqueConstraint(
            *("series_id", "unit_id", "period", "edition"),
            name=op.f("uq_series_value_series_id_unit_id_period_edition"),
        ),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_series_value_edition_counts_from_one")),
    )


def _create_links() -> None:
    op.create_table(
        "series_link",
        sa.Column("id", sa.Integer(), nullable=False),
        *_key("series_link", "series_id", "series"),
        *_key("series_link", "plan_id", "plan"),
        *_key("series_link", "target_id", "target", nullable=True, cascades=True),
        *_key("series_link", "indicator_id", "indicator", nullable=True, cascades=True),
        sa.Column("kind", _one_of("kind", _KINDS), nullable=False),
        sa.Column("baseline", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        *_key("series_link", "confirmed_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_link")),
        sa.UniqueConstraint("target_id", name=op.f("uq_series_link_target_id")),
        sa.UniqueConstraint("indicator_id", name=op.f("uq_series_link_indicator_id")),
        sa.CheckConstraint("(target_id IS NULL) <> (indicator_id IS NULL)", name=op.f("ck_series_link_one_subject")),
    )


def _create_shares() -> None:
    op.create_table(
        "target_share",
        sa.Column("id", sa.Integer(), nullable=False),
        *_key("target_share", "link_id", "series_link", cascades=True),
        *_key("target_share", "unit_id", "unit"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_share")),
        sa.UniqueConstraint("link_id", "year", "unit_id", name=op.f("uq_target_share_link_id_year_unit_id")),
    )
    op.create_index("ix_target_share_unit_year", "target_share", ["unit_id", "year"])
    op.create_table(
        "measured_progress",
        *_key("measured_progress", "task_id", "task", cascades=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_measured_progress")),
        sa.CheckConstraint(
            "percent IS NULL OR (percent >= 0 AND percent <= 100)", name=op.f("ck_measured_progress_percent_range")
        ),
    )
