"""Makes the channels, attempts of delivery and the lease of the worker."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATUSES = ("pending claimed sent failed", "withdrawn")
_COLUMNS = ("has_workday_mail_only", "quiet_until", "quiet_from", "calendar_token")


def upgrade() -> None:
    op.create_table(
        "delivery_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notification_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", _one_of("outcome", "begun sent passing refused unknown"), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_delivery_attempt_notification_id_notification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempt")),
    )
    with op.batch_alter_table("delivery_attempt") as batch_op:
        batch_op.create_index("ix_delivery_attempt_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_attempt_notification_id"), ["notification_id"], unique=False)
    op.create_table(
        "channel_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("channel", _one_of("channel", "inbox smtp webhook wecom dingtalk feishu"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("max_a_minute", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_channel_setting_jurisdiction_id_jurisdiction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_setting")),
        sa.UniqueConstraint("jurisdiction_id", "channel", name=op.f("uq_channel_setting_jurisdiction_id_channel")),
    )
    op.create_table(
        "worker_lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_lease")),
    )
    with op.batch_alter_table("user") as batch_op:
        batch_op.add_column(sa.Column("calendar_token", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("quiet_from", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("quiet_until", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("has_workday_mail_only", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("user") as batch_op:
        batch_op.alter_column("has_workday_mail_only", existing_type=sa.Boolean(), server_default=None)
    _set_statuses(" ".join(_STATUSES))


def downgrade() -> None:
    op.execute("UPDATE notification SET status = 'failed' WHERE status = 'withdrawn'")
    _set_statuses(_STATUSES[0])
    with op.batch_alter_table("user") as batch_op:
        for column in _COLUMNS:
            batch_op.drop_column(column)
    for table in ("worker_lease", "channel_setting", "delivery_attempt"):
        op.drop_table(table)


def _one_of(name: str, values: str) -> sa.Enum:
    return sa.Enum(*values.split(), name=name, native_enum=False, create_constraint=True, length=24)


def _set_statuses(values: str) -> None:
    listed = ", ".join(f"'{value}'" for value in values.split())
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_status"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_status"), sa.text(f"status IN ({listed})"))
