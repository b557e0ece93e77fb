"""Makes periods, filings and what is decided on them; every report so far becomes a row of a filing."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATUSES = ("draft submitted passed sent_back", "draft awaiting submitted passed sent_back")
_FILLED = {
    "assignment": ("is_filing", "judged_reason"),
    "plan": ("period_kind", "opens_day", "closes_day"),
    "progress_report": ("is_same_as_last", "times_sent_back"),
}
_TABLES = ("judgement", "coordination_matter", "reporting_period", "filing")
# Source: DESIGN 5.1, filing mode; what core.periods.files_progress says of one duty.
_IS_FILING = """
    UPDATE assignment SET is_filing = true
    WHERE role <> 'cooperating' AND (
        is_first_lead
        OR (SELECT filing_mode FROM plan WHERE plan.id = assignment.plan_id) <> 'lead'
        OR NOT EXISTS (
            SELECT 1 FROM assignment AS other
            WHERE other.task_id = assignment.task_id AND other.is_first_lead AND other.state <> 'waived'
        )
    )
"""
_FILINGS = """
    INSERT INTO filing (unit_id, jurisdiction_id, period, status, handed_by_id, handed_at, signed_by_id, signed_at,
                        is_one_person, returned_words, version)
    SELECT a.unit_id, a.jurisdiction_id, r.period, 'signed', MAX(r.filed_by_id), MIN(r.filed_at), MAX(r.filed_by_id),
           MIN(r.filed_at), true, '', 1
    FROM progress_report AS r JOIN assignment AS a ON a.id = r.assignment_id
    WHERE NOT r.is_finishing
    GROUP BY a.unit_id, a.jurisdiction_id, r.period
"""
_ROWS = """
    UPDATE progress_report SET filing_id = (
        SELECT f.id FROM filing AS f JOIN assignment AS a ON a.unit_id = f.unit_id
        WHERE a.id = progress_report.assignment_id AND f.period = progress_report.period
    )
    WHERE NOT is_finishing
"""


def upgrade() -> None:
    _create_filing()
    _create_reporting_period()
    _create_coordination_matter()
    _create_judgement()
    _add_columns()
    for table in ("progress_report", "closing_request"):
        _set_status(table, _STATUSES[1])
    op.execute(_IS_FILING)
    op.execute(_FILINGS)
    op.execute(_ROWS)
    op.execute("UPDATE progress_report SET first_filed_at = filed_at WHERE status <> 'draft'")


def downgrade() -> None:
    op.execute("UPDATE progress_report SET status = 'draft' WHERE status = 'awaiting'")
    for table in ("progress_report", "closing_request"):
        _set_status(table, _STATUSES[0])
    _drop_columns()
    for table in _TABLES:
        op.drop_table(table)


def _set_status(table: str, values: str) -> None:
    name = f"ck_{table}_status"
    listed = ", ".join(f"'{value}'" for value in values.split())
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), sa.text(f"status IN ({listed})"))


def _create_filing() -> None:
    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "awaiting", "signed", name="status", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("handed_by_id", sa.Integer(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.Column("returned_words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'signed' OR signed_at IS NOT NULL", name=op.f("ck_filing_signed")),
        sa.CheckConstraint("status = 'draft' OR handed_at IS NOT NULL", name=op.f("ck_filing_handed")),
        sa.ForeignKeyConstraint(["handed_by_id"], ["user.id"], name=op.f("fk_filing_handed_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_filing_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["signed_by_id"], ["user.id"], name=op.f("fk_filing_signed_by_id_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("unit_id", "period", name=op.f("uq_filing_unit_id_period")),
    )
    with op.batch_alter_table("filing") as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_handed_by_id"), ["handed_by_id"], unique=False)
        batch_op.create_index("ix_filing_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_signed_by_id"), ["signed_by_id"], unique=False)


def _create_reporting_period() -> None:
    op.create_table(
        "reporting_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "starts_on <= ends_on AND starts_on <= opens_on AND opens_on <= closes_on",
            name=op.f("ck_reporting_period_dates"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_reporting_period_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_period")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_reporting_period_plan_id_name")),
    )


def _create_coordination_matter() -> None:
    op.create_table(
        "coordination_matter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "in_hand",
                "settled",
                "declined",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_coordination_matter_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_coordination_matter_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_coordination_matter_jurisdiction_id_jurisdiction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordination_matter")),
    )
    with op.batch_alter_table("coordination_matter") as batch_op:
        batch_op.create_index(batch_op.f("ix_coordination_matter_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_coordination_matter_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_coordination_matter_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)


def _create_judgement() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column(
            "light",
            sa.Enum(
                "done",
                "late",
                "unknown",
                "behind",
                "near",
                "on_time",
                name="light",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("judged_by_id", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("light NOT IN ('late', 'done')", name=op.f("ck_judgement_judged")),
        sa.CheckConstraint("from_on < until_on", name=op.f("ck_judgement_dates")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_judgement_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["judged_by_id"], ["user.id"], name=op.f("fk_judgement_judged_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_judgement_jurisdiction_id_jurisdiction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    with op.batch_alter_table("judgement") as batch_op:
        batch_op.create_index(batch_op.f("ix_judgement_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judgement_judged_by_id"), ["judged_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judgement_jurisdiction_id"), ["jurisdiction_id"], unique=False)


def _add_columns() -> None:
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.add_column(sa.Column("is_filing", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column(
                "judged_light",
                sa.Enum(
                    "done",
                    "late",
                    "unknown",
                    "behind",
                    "near",
                    "on_time",
                    name="judged_light",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("judged_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("judged_until_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("judged_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("report_opens_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("report_missed_on", sa.Date(), nullable=True))

    with op.batch_alter_table("assignment_history") as batch_op:
        batch_op.add_column(sa.Column("report_opens_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("report_missed_on", sa.Date(), nullable=True))

    with op.batch_alter_table("plan") as batch_op:
        batch_op.add_column(
            sa.Column(
                "period_kind",
                sa.Enum(
                    "month",
                    "quarter",
                    "half_year",
                    "year",
                    "none",
                    name="period_kind",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=False,
                server_default="month",
            )
        )
        batch_op.add_column(sa.Column("opens_day", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("closes_day", sa.Integer(), nullable=False, server_default="31"))

    with op.batch_alter_table("progress_report") as batch_op:
        batch_op.add_column(sa.Column("filing_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_same_as_last", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column(
                "light",
                sa.Enum(
                    "done",
                    "late",
                    "unknown",
                    "behind",
                    "near",
                    "on_time",
                    name="light",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("first_filed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("times_sent_back", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_progress_report_filing_id"), ["filing_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_progress_report_filing_id_filing"), "filing", ["filing_id"], ["id"])
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.create_check_constraint(op.f("ck_assignment_judged"), "judged_light NOT IN ('late', 'done')")
    with op.batch_alter_table("plan") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_plan_window"), "opens_day >= 1 AND opens_day <= closes_day AND closes_day <= 31"
        )
    for table, columns in _FILLED.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)


def _drop_columns() -> None:
    with op.batch_alter_table("progress_report") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_progress_report_filing_id_filing"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_progress_report_filing_id"))
        batch_op.drop_column("times_sent_back")
        batch_op.drop_column("first_filed_at")
        batch_op.drop_constraint(batch_op.f("ck_progress_report_light"), type_="check")
        batch_op.drop_column("light")
        batch_op.drop_column("is_same_as_last")
        batch_op.drop_column("filing_id")

    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_plan_window"), type_="check")
        batch_op.drop_column("closes_day")
        batch_op.drop_column("opens_day")
        batch_op.drop_constraint(batch_op.f("ck_plan_period_kind"), type_="check")
        batch_op.drop_column("period_kind")

    with op.batch_alter_table("assignment_history") as batch_op:
        batch_op.drop_column("report_missed_on")
        batch_op.drop_column("report_opens_on")

    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_assignment_judged"), type_="check")
        batch_op.drop_column("report_missed_on")
        batch_op.drop_column("report_opens_on")
        batch_op.drop_column("judged_reason")
        batch_op.drop_column("judged_until_on")
        batch_op.drop_column("judged_on")
        batch_op.drop_constraint(batch_op.f("ck_assignment_judged_light"), type_="check")
        batch_op.drop_column("judged_light")
        batch_op.drop_column("is_filing")
