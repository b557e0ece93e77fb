"""Makes what units file, what is decided on it, and the history of duties."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closing_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "passed",
                "sent_back",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reason_code",
            sa.Enum(
                "incomplete",
                "no_evidence",
                "not_done",
                "mismatch",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'sent_back' OR reason_code IS NOT NULL", name=op.f("ck_closing_request_reason_given")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_closing_request_asked_by_id_user")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_closing_request_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_closing_request_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_closing_request_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_request")),
    )
    with op.batch_alter_table("closing_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_request_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closing_request_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_closing_request_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_closing_request_task_id"), ["task_id"], unique=False)
    op.create_table(
        "assignment_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("recorded_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "issued",
                "in_progress",
                "submitted",
                "done",
                "waived",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("task_state", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("near_on", sa.Date(), nullable=True),
        sa.Column("behind_on", sa.Date(), nullable=True),
        sa.Column("late_on", sa.Date(), nullable=True),
        sa.Column("unknown_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_assignment_history_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_assignment_history_plan_id_plan")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_assignment_history_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_history")),
        sa.UniqueConstraint(
            "assignment_id", "recorded_from_at", name=op.f("uq_assignment_history_assignment_id_recorded_from_at")
        ),
    )
    with op.batch_alter_table("assignment_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_assignment_history_plan_recorded", ["plan_id", "recorded_from_at", "recorded_until_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assignment_history_task_id"), ["task_id"], unique=False)
    op.create_table(
        "progress_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "passed",
                "sent_back",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("coordination", sa.Text(), nullable=False),
        sa.Column("is_finishing", sa.Boolean(), nullable=False),
        sa.Column("filed_by_id", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reason_code",
            sa.Enum(
                "incomplete",
                "no_evidence",
                "not_done",
                "mismatch",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'sent_back' OR reason_code IS NOT NULL", name=op.f("ck_progress_report_reason_given")
        ),
        sa.CheckConstraint(
            "percent IS NULL OR (percent >= 0 AND percent <= 100)", name=op.f("ck_progress_report_percent_range")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_progress_report_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["filed_by_id"], ["user.id"], name=op.f("fk_progress_report_filed_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_progress_report_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["user.id"], name=op.f("fk_progress_report_reviewed_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_report")),
    )
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.create_index("ix_progress_report_assignment_filed_at", ["assignment_id", "filed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_progress_report_filed_by_id"), ["filed_by_id"], unique=False)
        batch_op.create_index("ix_progress_report_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_progress_report_reviewed_by_id"), ["reviewed_by_id"], unique=False)
    op.create_table(
        "urge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("system", "phone", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("urged_by_id", sa.Integer(), nullable=False),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_urge_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["urged_by_id"], ["user.id"], name=op.f("fk_urge_urged_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urge")),
    )
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_urge_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_urge_urged_by_id"), ["urged_by_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("closing_request_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("report_id IS NULL OR closing_request_id IS NULL", name=op.f("ck_attachment_one_owner")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_attachment_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["closing_request_id"],
            ["closing_request.id"],
            name=op.f("fk_attachment_closing_request_id_closing_request"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["progress_report.id"], name=op.f("fk_attachment_report_id_progress_report")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_attachment_sha256_stored_file")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_attachment_task_id_task")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user.id"], name=op.f("fk_attachment_uploaded_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_closing_request_id"), ["closing_request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_task_id"), ["task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_uploaded_by_id"), ["uploaded_by_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_uploaded_by_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_task_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_sha256"))
        batch_op.drop_index(batch_op.f("ix_attachment_report_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_closing_request_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_assignment_id"))
    op.drop_table("attachment")
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_urge_urged_by_id"))
        batch_op.drop_index(batch_op.f("ix_urge_assignment_id"))
    op.drop_table("urge")
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_report_reviewed_by_id"))
        batch_op.drop_index("ix_progress_report_jurisdiction_status")
        batch_op.drop_index(batch_op.f("ix_progress_report_filed_by_id"))
        batch_op.drop_index("ix_progress_report_assignment_filed_at")
    op.drop_table("progress_report")
    with op.batch_alter_table("assignment_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_history_task_id"))
        batch_op.drop_index("ix_assignment_history_plan_recorded")
    op.drop_table("assignment_history")
    with op.batch_alter_table("closing_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_request_task_id"))
        batch_op.drop_index("ix_closing_request_jurisdiction_status")
        batch_op.drop_index(batch_op.f("ix_closing_request_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_closing_request_asked_by_id"))
    op.drop_table("closing_request")
