"""The outbox: claim with a lease, hand over outside any transaction, mark. Delivery is at least once.

A worker killed between handing over and marking leaves its lease to run out; the message then goes out again with
the Message-ID of its first copy, by which mail readers tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.terms import Channel, DeliveryStatus
from tracker.db import office_date
from tracker.models import Notification, User

LEASE = timedelta(minutes=5)
BATCH = 50
# Waits after each passing failure; the last one repeats until a message is a day old.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180))
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claimed message with all that its channel needs."""

    notification_id: int
    channel: Channel
    address: str
    name: str
    subject: str
    body: str
    link: str
    message_id: str


def claim(session: Session, *, now: datetime, domain: str) -> list[Outgoing]:
    """Takes up to BATCH due messages under a lease that ends 5 minutes after `now`, and gives them.

    People who have left since, or lost their address, are not written to: their messages end as failed with the cause.
    """
    due = (
        select(Notification, User)
        .join(User, User.id == Notification.user_id)
        .where(
            or_(
                Notification.status == DeliveryStatus.PENDING,
                (Notification.status == DeliveryStatus.CLAIMED) & (Notification.lease_until_at < now),
            ),
            Notification.due_at <= now,
        )
        .order_by(Notification.due_at, Notification.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Notification)
    )
    claimed = []
    for row, user in session.execute(due).all():
        if cause := _undeliverable(user, now):
            _fail(row, cause)
            continue
        row.status = DeliveryStatus.CLAIMED
        row.lease_until_at = now + LEASE
        row.message_id = row.message_id or make_msgid(idstring=f"n{row.id}", domain=domain)
        claimed.append(_outgoing(row, user))
    return claimed


def mark_sent(session: Session, notification_id: int, *, now: datetime) -> None:
    """Records that a message was handed over."""
    row = session.get_one(Notification, notification_id)
    row.status, row.sent_at, row.lease_until_at, row.last_error = DeliveryStatus.SENT, now, None, ""
    row.attempts += 1


def mark_failed(session: Session, notification_id: int, *, cause: str, is_final: bool, now: datetime) -> None:
    """Records a failed attempt. A passing one is tried again after growing waits for up to a day, a final one never."""
    row = session.get_one(Notification, notification_id)
    row.attempts += 1
    if is_final or now - row.created_at >= GIVE_UP_AFTER:
        _fail(row, cause)
        return
    row.status, row.lease_until_at, row.last_error = DeliveryStatus.PENDING, None, cause
    row.due_at = now + BACKOFF[min(row.attempts, len(BACKOFF)) - 1]


def _undeliverable(user: User, now: datetime) -> str:
    if user.left_on and user.left_on <= office_date(now):
        return "收件人已离岗，未发送"
    return "" if user.email else "收件人没有登记邮箱"


def _fail(row: Notification, cause: str) -> None:
    row.status, row.lease_until_at, row.last_error = DeliveryStatus.FAILED, None, cause


def _outgoing(row: Notification, user: User) -> Outgoing:
    return Outgoing(row.id, row.channel, user.email, user.name, row.subject, row.body, row.link, row.message_id)
