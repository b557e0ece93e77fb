"""Indexes that hold all a list's count asks for, so that no count reads the rows themselves."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# By table: the columns before and after; None where there was no such index.
INDEXES = {
    "ix_assignment_jurisdiction_late_on": (
        "assignment",
        ["jurisdiction_id", "late_on", "state", "unit_id"],
        ["jurisdiction_id", "late_on", "id", "state", "role", "done_on", "unit_id", "plan_id", "task_id"],
    ),
    "ix_assignment_jurisdiction_behind_on": (
        "assignment",
        ["jurisdiction_id", "behind_on", "late_on", "state", "unit_id"],
        [
            *("jurisdiction_id", "behind_on", "id", "late_on", "unknown_on", "done_on"),
            *("state", "role", "unit_id", "plan_id", "task_id"),
        ],
    ),
    "ix_task_jurisdiction_behind_on": (
        "task",
        ["jurisdiction_id", "behind_on", "late_on"],
        ["jurisdiction_id", "behind_on", "late_on", "unknown_on", "done_on", "state", "is_standing", "parent_id"],
    ),
    "ix_task_jurisdiction_near_on": (
        "task",
        ["jurisdiction_id", "near_on", "late_on", "behind_on"],
        [
            *("jurisdiction_id", "near_on", "late_on", "behind_on", "unknown_on", "done_on"),
            *("state", "is_standing", "parent_id"),
        ],
    ),
    "ix_task_plan_shown": (
        "task",
        None,
        ["plan_id", "state", "is_standing", "done_on", "late_on", "unknown_on", "behind_on", "near_on", "parent_id"],
    ),
    "ix_notification_user_channel_read_at": (
        "notification",
        ["user_id", "channel", "read_at"],
        ["user_id", "channel", "read_at", "created_at"],
    ),
}


def upgrade() -> None:
    for name, (table, before, after) in INDEXES.items():
        if before is not None:
            op.drop_index(name, table)
        op.create_index(name, table, after)


def downgrade() -> None:
    for name, (table, before, _after) in INDEXES.items():
        op.drop_index(name, table)
        if before is not None:
            op.create_index(name, table, before)
