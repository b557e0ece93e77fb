"""Makes what happens to a task after it is issued: breakdowns, dates, duties, slips, instructions, decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = (
    "digest submitted issued rejected sent_back closing closed filed urged acknowledged finished archived",
    "breakdown adjustment deadline decision slip instruction revived judged coordination series verification report "
    "system test",
)
_CHANNELS = ("inbox smtp", "webhook wecom dingtalk feishu")
_BASES = ("printed plan_end by_hand", "extended moved")
# What a column of an existing row holds is not a default of the record: it is taken away once the rows are there.
_FILLED = {
    "assignment": ("extensions", "late_workdays_incurred"),
    "assignment_history": ("role", "is_first_lead", "is_filing", "extensions"),
    "closing_request": ("is_one_person",),
    "jurisdiction": ("officer_extension_days", "reading_workdays"),
    "plan": ("has_grades", "needs_breakdown"),
    "task": ("needs_evidence", "extensions", "late_workdays_incurred"),
}
_TABLES = (
    "due_change",
    "adjustment",
    "slip",
    "milestone",
    "instruction_reply",
    "extension_request",
    "adjustment_request",
    "task_decision",
    "look_back",
    "instruction",
    "breakdown",
    "submission",
    "behalf_entry",
)


def upgrade() -> None:
    _create_requests()
    _create_decisions()
    _create_instructions()
    _add_columns()
    _set_check("notification", "kind", " ".join(_KINDS))
    _set_check("notification", "channel", " ".join(_CHANNELS))
    for table in ("task", "draft_item"):
        _set_check(table, "due_basis", " ".join(_BASES))


def downgrade() -> None:
    for table in ("task", "draft_item"):
        _set_check(table, "due_basis", _BASES[0])
    _set_check("notification", "kind", _KINDS[0])
    _set_check("notification", "channel", _CHANNELS[0])
    _drop_columns()
    for table in _TABLES:
        op.drop_table(table)


def _set_check(table: str, column: str, values: str) -> None:
    name = f"ck_{table}_{column}"
    listed = ", ".join(f"'{value}'" for value in values.split())
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), sa.text(f"{column} IN ({listed})"))


def _create_requests() -> None:
    op.create_table(
        "breakdown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("person_in_charge", sa.String(length=80), nullable=False),
        sa.Column("person_phone", sa.String(length=80), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "checked",
                "granted",
                "refused",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_breakdown_asked_by_id_user")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_breakdown_checked_by_id_user")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_breakdown_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_breakdown_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_breakdown_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breakdown")),
    )
    with op.batch_alter_table("breakdown") as batch_op:
        batch_op.create_index(batch_op.f("ix_breakdown_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_breakdown_checked_by_id"), ["checked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_breakdown_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_breakdown_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_breakdown_task_id"), ["task_id"], unique=False)

    op.create_table(
        "adjustment_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_unit_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "checked",
                "granted",
                "refused",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_adjustment_request_asked_by_id_user")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_adjustment_request_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_adjustment_request_checked_by_id_user")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_adjustment_request_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_adjustment_request_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_unit_id"], ["unit.id"], name=op.f("fk_adjustment_request_proposed_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment_request")),
    )
    with op.batch_alter_table("adjustment_request") as batch_op:
        batch_op.create_index(batch_op.f("ix_adjustment_request_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_request_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_request_checked_by_id"), ["checked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_request_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_adjustment_request_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_request_proposed_unit_id"), ["proposed_unit_id"], unique=False)

    op.create_table(
        "extension_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("from_due_on", sa.Date(), nullable=False),
        sa.Column("proposed_due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "checked",
                "granted",
                "refused",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("proposed_due_on > from_due_on", name=op.f("ck_extension_request_dates")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_extension_request_asked_by_id_user")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_extension_request_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_extension_request_checked_by_id_user")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_extension_request_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_extension_request_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_extension_request_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_request")),
    )
    with op.batch_alter_table("extension_request") as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_request_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_request_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_request_checked_by_id"), ["checked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_request_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_extension_request_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_request_task_id"), ["task_id"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("breakdown_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("percent >= 0 AND percent <= 100", name=op.f("ck_milestone_percent_range")),
        sa.ForeignKeyConstraint(["breakdown_id"], ["breakdown.id"], name=op.f("fk_milestone_breakdown_id_breakdown")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone") as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_breakdown_id"), ["breakdown_id"], unique=False)

    op.create_table(
        "adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "add",
                "remove",
                "replace",
                "change_role",
                "merge",
                "split",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "changes",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "checked",
                "granted",
                "refused",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_adjustment_asked_by_id_user")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_adjustment_checked_by_id_user")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_adjustment_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_adjustment_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["adjustment_request.id"], name=op.f("fk_adjustment_request_id_adjustment_request")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_adjustment_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    with op.batch_alter_table("adjustment") as batch_op:
        batch_op.create_index(batch_op.f("ix_adjustment_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_checked_by_id"), ["checked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_adjustment_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustment_task_id"), ["task_id"], unique=False)

    op.create_table(
        "due_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("extension_request_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("extension", "decision", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("late_workdays", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_due_change_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user.id"], name=op.f("fk_due_change_changed_by_id_user")),
        sa.ForeignKeyConstraint(
            ["extension_request_id"],
            ["extension_request.id"],
            name=op.f("fk_due_change_extension_request_id_extension_request"),
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_due_change_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_change")),
    )
    with op.batch_alter_table("due_change") as batch_op:
        batch_op.create_index(batch_op.f("ix_due_change_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_due_change_changed_by_id"), ["changed_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_due_change_extension_request_id"), ["extension_request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_due_change_task_id"), ["task_id"], unique=False)


def _create_instructions() -> None:
    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "entered", "noted", "owed", "done", name="status", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "sort",
            sa.Enum("read", "study", "handle", name="sort", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column("sorted_by_id", sa.Integer(), nullable=True),
        sa.Column("sorted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_by_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sort IS NULL OR sort <> 'handle' OR reply_by_on IS NOT NULL", name=op.f("ck_instruction_handle_is_dated")
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_instruction_entered_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_instruction_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_instruction_leader_id_user")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_instruction_plan_id_plan")),
        sa.ForeignKeyConstraint(["sorted_by_id"], ["user.id"], name=op.f("fk_instruction_sorted_by_id_user")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_instruction_task_id_task")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_instruction_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
    )
    with op.batch_alter_table("instruction") as batch_op:
        batch_op.create_index(batch_op.f("ix_instruction_entered_by_id"), ["entered_by_id"], unique=False)
        batch_op.create_index("ix_instruction_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_sorted_by_id"), ["sorted_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_task_id"), ["task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "instruction_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instruction_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                *("owed", "answered", "passed", "noted"),
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("replied_by_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_instruction_reply_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_instruction_reply_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(["replied_by_id"], ["user.id"], name=op.f("fk_instruction_reply_replied_by_id_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_instruction_reply_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction_reply")),
        sa.UniqueConstraint("instruction_id", "unit_id", name=op.f("uq_instruction_reply_instruction_id_unit_id")),
    )
    with op.batch_alter_table("instruction_reply") as batch_op:
        batch_op.create_index(batch_op.f("ix_instruction_reply_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_reply_replied_by_id"), ["replied_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_reply_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column(
            "form",
            sa.Enum("slip", "letter", name="form", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum("blue", "yellow", "red", name="level", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "issued",
                "answered",
                "passed",
                "rejected",
                "followed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("reply_by_on", sa.Date(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("replied_by_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("has_good_reason", sa.Boolean(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_slip_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_slip_decided_by_id_user")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["user.id"], name=op.f("fk_slip_issued_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_slip_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["replied_by_id"], ["user.id"], name=op.f("fk_slip_replied_by_id_user")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_slip_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint("jurisdiction_id", "number", name=op.f("uq_slip_jurisdiction_id_number")),
    )
    with op.batch_alter_table("slip") as batch_op:
        batch_op.create_index(batch_op.f("ix_slip_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slip_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slip_issued_by_id"), ["issued_by_id"], unique=False)
        batch_op.create_index("ix_slip_jurisdiction_status", ["jurisdiction_id", "status", "reply_by_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_slip_replied_by_id"), ["replied_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slip_task_id"), ["task_id"], unique=False)


def _create_decisions() -> None:
    op.create_table(
        "behalf_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject_type", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum("stamped", "phone", "meeting", name="source", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_behalf_entry_entered_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_behalf_entry_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_behalf_entry_leader_id_user")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_behalf_entry_sha256_stored_file")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_behalf_entry_task_id_task")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_behalf_entry_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_behalf_entry")),
    )
    with op.batch_alter_table("behalf_entry") as batch_op:
        batch_op.create_index(batch_op.f("ix_behalf_entry_entered_by_id"), ["entered_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_behalf_entry_jurisdiction_id"), ["jurisdiction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_behalf_entry_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_behalf_entry_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_behalf_entry_subject", ["subject_type", "subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_behalf_entry_task_id"), ["task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_behalf_entry_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        sa.Column("body_digest", sa.String(length=80), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_submission_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission") as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_user_id"), ["user_id"], unique=False)

    op.create_table(
        "look_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("held", "failed", name="outcome", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_look_back_checked_by_id_user")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_look_back_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back")),
    )
    with op.batch_alter_table("look_back") as batch_op:
        batch_op.create_index(batch_op.f("ix_look_back_checked_by_id"), ["checked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_look_back_task_id"), ["task_id"], unique=False)

    op.create_table(
        "task_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_task_decision_decided_by_id_user")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_decision_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_decision")),
    )
    with op.batch_alter_table("task_decision") as batch_op:
        batch_op.create_index(batch_op.f("ix_task_decision_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_decision_task_id"), ["task_id"], unique=False)


def _add_columns() -> None:
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.add_column(sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("late_workdays_incurred", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("adjustment_asked_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("finish_asked_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("taken_from_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_assignment_taken_from_id"), ["taken_from_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_assignment_taken_from_id_assignment"), "assignment", ["taken_from_id"], ["id"]
        )

    with op.batch_alter_table("closing_request") as batch_op:
        batch_op.add_column(sa.Column("checked_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_one_person", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_closing_request_checked_by_id"), ["checked_by_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_closing_request_checked_by_id_user"), "user", ["checked_by_id"], ["id"]
        )

    with op.batch_alter_table("jurisdiction") as batch_op:
        batch_op.add_column(sa.Column("officer_extension_days", sa.Integer(), nullable=False, server_default="15"))
        batch_op.add_column(sa.Column("reading_workdays", sa.Integer(), nullable=False, server_default="5"))

    with op.batch_alter_table("plan") as batch_op:
        batch_op.add_column(sa.Column("has_grades", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("needs_breakdown", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("task") as batch_op:
        batch_op.add_column(sa.Column("needs_evidence", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column(
                "resumes_to",
                sa.Enum(
                    "draft",
                    "pending_approval",
                    "in_progress",
                    "under_review",
                    "closed",
                    "archived",
                    "suspended",
                    "terminated",
                    "superseded",
                    "standing",
                    name="resumes_to",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("late_workdays_incurred", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("look_back_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "grade",
                sa.Enum(
                    "excellent", "good", "pass", name="grade", native_enum=False, create_constraint=True, length=24
                ),
                nullable=True,
            )
        )
    with op.batch_alter_table("assignment_history") as batch_op:
        role = sa.Enum(
            *("lead", "responsible", "cooperating"), name="role", native_enum=False, create_constraint=True, length=24
        )
        batch_op.add_column(sa.Column("role", role, nullable=False, server_default="responsible"))
        batch_op.add_column(sa.Column("is_first_lead", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("is_filing", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("last_filed_on", sa.Date(), nullable=True))
    for column in ("role", "is_first_lead"):
        held = f"SELECT {column} FROM assignment WHERE assignment.id = assignment_history.assignment_id"
        op.execute(f"UPDATE assignment_history SET {column} = ({held})")
    for table, columns in _FILLED.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)


def _drop_columns() -> None:
    with op.batch_alter_table("assignment_history") as batch_op:
        batch_op.drop_constraint(op.f("ck_assignment_history_role"), type_="check")
        for column in ("role", "is_first_lead", "is_filing", "extensions", "last_filed_on"):
            batch_op.drop_column(column)
    with op.batch_alter_table("task") as batch_op:
        for column in ("grade", "resumes_to"):
            batch_op.drop_constraint(op.f(f"ck_task_{column}"), type_="check")
        batch_op.drop_column("grade")
        batch_op.drop_column("look_back_on")
        batch_op.drop_column("late_workdays_incurred")
        batch_op.drop_column("extensions")
        batch_op.drop_column("resumes_to")
        batch_op.drop_column("needs_evidence")

    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_column("needs_breakdown")
        batch_op.drop_column("has_grades")

    with op.batch_alter_table("jurisdiction") as batch_op:
        batch_op.drop_column("reading_workdays")
        batch_op.drop_column("officer_extension_days")

    with op.batch_alter_table("closing_request") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_closing_request_checked_by_id_user"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_closing_request_checked_by_id"))
        batch_op.drop_column("is_one_person")
        batch_op.drop_column("checked_at")
        batch_op.drop_column("checked_by_id")

    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_assignment_taken_from_id_assignment"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_assignment_taken_from_id"))
        batch_op.drop_column("taken_from_id")
        batch_op.drop_column("finish_asked_on")
        batch_op.drop_column("adjustment_asked_on")
        batch_op.drop_column("late_workdays_incurred")
        batch_op.drop_column("extensions")
