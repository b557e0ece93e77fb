"""Lets a notification be of every kind and go by every channel that the product has from here on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = (
    "digest submitted issued rejected sent_back closing closed filed urged acknowledged finished archived".split(),
    "breakdown adjustment deadline decision slip instruction revived judged coordination series verification report "
    "system test".split(),
)
_CHANNELS = (["inbox", "smtp"], ["webhook", "wecom", "dingtalk", "feishu"])


def upgrade() -> None:
    _set_check("kind", _KINDS[0] + _KINDS[1])
    _set_check("channel", _CHANNELS[0] + _CHANNELS[1])


def downgrade() -> None:
    _set_check("kind", _KINDS[0])
    _set_check("channel", _CHANNELS[0])


def _set_check(column: str, values: list[str]) -> None:
    name = f"ck_notification_{column}"
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), sa.text(f"{column} IN ({listed})"))
