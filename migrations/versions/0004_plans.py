"""Makes plans, their outline, tasks, duties, targets and indicators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("doc_no", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("is_solicitation", sa.Boolean(), nullable=False),
        sa.Column("period_start", sa.Integer(), nullable=True),
        sa.Column("period_end", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "preparing", "issued", "closed", name="status", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "lead_mode",
            sa.Enum("first", "each", name="lead_mode", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "filing_mode",
            sa.Enum(
                "lead",
                "lead_and_responsible",
                "each",
                name="filing_mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("near_workdays", sa.Integer(), nullable=False),
        sa.Column("tolerance_points", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_plan_created_by_id_user")),
        sa.ForeignKeyConstraint(["draft_id"], ["import_draft.id"], name=op.f("fk_plan_draft_id_import_draft")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_plan_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(
            ["source_document_id"], ["source_document.id"], name=op.f("fk_plan_source_document_id_source_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index("ix_plan_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_source_document_id"), ["source_document_id"], unique=False)
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_of_measure", sa.String(length=80), nullable=False),
        sa.Column(
            "values",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "units",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_indicator_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_plan_id"), ["plan_id"], unique=False)
    op.create_table(
        "outline_node",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["outline_node.id"], name=op.f("fk_outline_node_parent_id_outline_node")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_outline_node_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outline_node")),
    )
    with op.batch_alter_table("outline_node", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outline_node_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outline_node_plan_id"), ["plan_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("outline_node_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("task", "measure", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("leader", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
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
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("deadline_printed", sa.String(length=200), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "due_basis",
            sa.Enum(
                "printed", "plan_end", "by_hand", name="due_basis", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column(
            "milestones",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("near_on", sa.Date(), nullable=True),
        sa.Column("behind_on", sa.Date(), nullable=True),
        sa.Column("late_on", sa.Date(), nullable=True),
        sa.Column("unknown_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("due_on IS NULL OR due_basis IS NOT NULL", name=op.f("ck_task_due_basis_given")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_task_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(
            ["outline_node_id"], ["outline_node.id"], name=op.f("fk_task_outline_node_id_outline_node")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["task.id"], name=op.f("fk_task_parent_id_task")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_task_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_task_jurisdiction_behind_on", ["jurisdiction_id", "behind_on", "late_on"], unique=False
        )
        batch_op.create_index("ix_task_jurisdiction_id", ["jurisdiction_id", "id"], unique=False)
        batch_op.create_index("ix_task_jurisdiction_late_on", ["jurisdiction_id", "late_on"], unique=False)
        batch_op.create_index(
            "ix_task_jurisdiction_near_on", ["jurisdiction_id", "near_on", "late_on", "behind_on"], unique=False
        )
        batch_op.create_index("ix_task_jurisdiction_state_due_on", ["jurisdiction_id", "state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_outline_node_id"), ["outline_node_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_task_plan_position", ["plan_id", "position"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead", "responsible", "cooperating", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("is_first_lead", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("printed", sa.String(length=200), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
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
        sa.Column("contact_name", sa.String(length=80), nullable=False),
        sa.Column("contact_phone", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("last_filed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("near_on", sa.Date(), nullable=True),
        sa.Column("behind_on", sa.Date(), nullable=True),
        sa.Column("late_on", sa.Date(), nullable=True),
        sa.Column("unknown_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("is_first_lead = false OR role = 'lead'", name=op.f("ck_assignment_first_lead_leads")),
        sa.CheckConstraint(
            "percent IS NULL OR (percent >= 0 AND percent <= 100)", name=op.f("ck_assignment_percent_range")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_assignment_group_id_unit_group")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_assignment_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_assignment_plan_id_plan")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_assignment_task_id_task")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("task_id", "unit_id", name=op.f("uq_assignment_task_id_unit_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            "ix_assignment_jurisdiction_behind_on",
            ["jurisdiction_id", "behind_on", "late_on", "state", "unit_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_assignment_jurisdiction_late_on", ["jurisdiction_id", "late_on", "state", "unit_id"], unique=False
        )
        batch_op.create_index(
            "ix_assignment_jurisdiction_state_unit", ["jurisdiction_id", "state", "unit_id", "issued_on"], unique=False
        )
        batch_op.create_index("ix_assignment_plan_unit", ["plan_id", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_task_id"), ["task_id"], unique=False)
        batch_op.create_index("ix_assignment_unit_state_due_on", ["unit_id", "state", "due_on"], unique=False)
    op.create_table(
        "group_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead", "responsible", "cooperating", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("printed", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_group_duty_group_id_unit_group")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_group_duty_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_duty")),
        sa.UniqueConstraint("task_id", "group_id", name=op.f("uq_group_duty_task_id_group_id")),
    )
    with op.batch_alter_table("group_duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_duty_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_duty_task_id"), ["task_id"], unique=False)
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("comparator", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("unit_of_measure", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_target_plan_id_plan")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_target_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_target_task_id"), ["task_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_task_id"))
        batch_op.drop_index(batch_op.f("ix_target_plan_id"))
    op.drop_table("target")
    with op.batch_alter_table("group_duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_duty_task_id"))
        batch_op.drop_index(batch_op.f("ix_group_duty_group_id"))
    op.drop_table("group_duty")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_unit_state_due_on")
        batch_op.drop_index(batch_op.f("ix_assignment_task_id"))
        batch_op.drop_index("ix_assignment_plan_unit")
        batch_op.drop_index("ix_assignment_jurisdiction_state_unit")
        batch_op.drop_index("ix_assignment_jurisdiction_late_on")
        batch_op.drop_index("ix_assignment_jurisdiction_behind_on")
        batch_op.drop_index(batch_op.f("ix_assignment_group_id"))
    op.drop_table("assignment")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_plan_position")
        batch_op.drop_index(batch_op.f("ix_task_parent_id"))
        batch_op.drop_index(batch_op.f("ix_task_outline_node_id"))
        batch_op.drop_index("ix_task_jurisdiction_state_due_on")
        batch_op.drop_index("ix_task_jurisdiction_near_on")
        batch_op.drop_index("ix_task_jurisdiction_late_on")
        batch_op.drop_index("ix_task_jurisdiction_id")
        batch_op.drop_index("ix_task_jurisdiction_behind_on")
    op.drop_table("task")
    with op.batch_alter_table("outline_node", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outline_node_plan_id"))
        batch_op.drop_index(batch_op.f("ix_outline_node_parent_id"))
    op.drop_table("outline_node")
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_plan_id"))
    op.drop_table("indicator")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_source_document_id"))
        batch_op.drop_index("ix_plan_jurisdiction_status")
        batch_op.drop_index(batch_op.f("ix_plan_draft_id"))
        batch_op.drop_index(batch_op.f("ix_plan_created_by_id"))
    op.drop_table("plan")
