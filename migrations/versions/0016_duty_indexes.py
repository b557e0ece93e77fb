"""Indexes by which a unit's desk and a person's messages are read: what is asked for stands whole in them."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# By table: the columns of the index before and after, None where there was none or shall be none.
INDEXES = {
    "ix_assignment_unit_shown": (
        "assignment",
        None,
        [
            *("unit_id", "state", "role", "is_first_lead", "done_on", "late_on", "unknown_on"),
            *("behind_on", "near_on", "report_opens_on", "task_id"),
        ],
    ),
    "ix_assignment_task_id": ("assignment", ["task_id"], None),
    "ix_assignment_task_state": ("assignment", None, ["task_id", "state"]),
    "ix_progress_report_assignment_filed_at": (
        "progress_report",
        ["assignment_id", "filed_at"],
        ["assignment_id", "filed_at", "status"],
    ),
    "ix_notification_user_channel_created_at": ("notification", None, ["user_id", "channel", "created_at"]),
}


def upgrade() -> None:
    for name, (table, before, after) in INDEXES.items():
        _replace(name, table, before, after)


def downgrade() -> None:
    for name, (table, before, after) in INDEXES.items():
        _replace(name, table, after, before)


def _replace(name: str, table: str, old: list[str] | None, new: list[str] | None) -> None:
    if old is not None:
        op.drop_index(name, table)
    if new is not None:
        op.create_index(name, table, new)
