"""Sub-tasks are counted nowhere: the indexes that counts of tasks walk know which tasks those are."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_task_jurisdiction_behind_on": (
        ["jurisdiction_id", "behind_on", "late_on", "unknown_on", "done_on", "state", "is_standing"],
        ["jurisdiction_id", "behind_on", "late_on", "unknown_on", "done_on", "state", "is_standing", "parent_id"],
    ),
    "ix_task_jurisdiction_near_on": (
        ["jurisdiction_id", "near_on", "late_on", "behind_on", "unknown_on", "done_on", "state", "is_standing"],
        [
            *("jurisdiction_id", "near_on", "late_on", "behind_on", "unknown_on", "done_on"),
            *("state", "is_standing", "parent_id"),
        ],
    ),
    "ix_task_plan_shown": (
        ["plan_id", "state", "is_standing", "done_on", "late_on", "unknown_on", "behind_on", "near_on"],
        ["plan_id", "parent_id", "state", "is_standing", "done_on", "late_on", "unknown_on", "behind_on", "near_on"],
    ),
}


def upgrade() -> None:
    for name, (_before, after) in INDEXES.items():
        op.drop_index(name, "task")
        op.create_index(name, "task", after)


def downgrade() -> None:
    for name, (before, _after) in INDEXES.items():
        op.drop_index(name, "task")
        op.create_index(name, "task", before)
