"""The outbox: claim with a lease, begin, hand over outside any transaction, mark. Delivery is at least once.

A worker killed between handing over and marking leaves its lease to run out; the message then goes out again with
the Message-ID of its first copy, by which mail readers tell them apart. Every attempt is kept: one that was begun and
never ended says that nobody knows, so the copies there may be can be counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.core.backoff import WAITS, wait_after
from tracker.core.clock import SLACK
from tracker.core.messages import Door, Message
from tracker.core.quiet import may_go_at
from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus, NoticeKind
from tracker.core.workdays import Calendar
from tracker.db import OFFICE_ZONE, office_date
from tracker.models import ChannelSetting, DeliveryAttempt, Notification, User
from tracker.services.calendar import load_calendar
from tracker.services.letters import Written, letters_of
from tracker.services.quieting import URGENT, quiet_of

LEASE = timedelta(minutes=5)
BATCH = 50
# What could not go out for so long is left to a person's decision: nobody wants a month of old mail at once.
STALE_AFTER = timedelta(days=7)
# A little more than the minute a robot counts by: its clock and its counting are its own.
MINUTE = timedelta(seconds=65)
_ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this worker may hand over until its lease ends."""

    notification_id: int
    message: Message
    lease_until_at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message was not taken; see delivery.DeliveryFailed."""

    cause: str
    is_final: bool = False
    wait: timedelta | None = None


# Taking messages out


def claim(session: Session, *, now: datetime, base_url: str, has_mail: bool) -> list[Claimed]:
    """Takes due messages under a lease that ends 5 minutes after `now`, at most BATCH by mail, and gives them.

    Who has left, or lost the address or the right to what the message is about, is not written to: the message ends
    as failed, or as withdrawn where nothing of it is owed any more. Who wants quiet is written to later.
    """
    rows = _by_mail(session, now) if has_mail else []
    doors: dict[int, Door] = {}
    for setting in session.scalars(select(ChannelSetting).order_by(ChannelSetting.id).with_for_update()):
        found = _by_channel(session, setting, now)
        doors |= {row.id: Door(setting.address, setting.secret) for row, _ in found}
        rows += found
    if not rows:
        return []
    calendar = load_calendar(session)
    taken = [(row, user) for row, user in rows if _may_go(row, user, calendar, now)]
    letters = letters_of(session, taken, calendar=calendar, now=now, base_url=base_url)
    return [
        _claimed(session, row, letters[row.id], doors.get(row.id, Door()), now, base_url)
        for row, _ in taken
        if _has_something_to_say(row, letters[row.id])
    ]


def _by_mail(session: Session, now: datetime) -> list[tuple[Notification, User]]:
    query = _due(now).where(Notification.channel == Channel.SMTP).limit(BATCH)
    return list(session.execute(query).tuples())


def _by_channel(session: Session, setting: ChannelSetting, now: datetime) -> list[tuple[Notification, User]]:
    """The row of the setting is locked: two workers together must not pass the limit that each of them keeps."""
    limit = BATCH
    if setting.channel in _ROBOTS:
        limit = min(setting.max_a_minute - _lately(session, setting, now), BATCH)
    if limit <= 0:
        return []
    query = _due(now).where(Notification.channel == setting.channel, User.jurisdiction_id == setting.jurisdiction_id)
    if not setting.is_on:
        query = query.where(Notification.kind == NoticeKind.TEST)
    return list(session.execute(query.limit(limit)).tuples())


def _due(now: datetime) -> Select[tuple[Notification, User]]:
    pending = and_(Notification.status == DeliveryStatus.PENDING, Notification.due_at <= now)
    return (
        select(Notification, User)
        .join(User, User.id == Notification.user_id)
        .where(or_(pending, abandoned(now)))
        .order_by(Notification.due_at, Notification.id)
        .with_for_update(skip_locked=True, of=Notification)
    )


def abandoned(now: datetime) -> ColumnElement[bool]:
    """Gives the condition on Notification that its worker is gone: the lease is over, or longer than any lease is.

    A lease beyond what any worker, its clock a little ahead, gives was written before the clock was set back.
    """
    is_over = or_(Notification.lease_until_at <= now, Notification.lease_until_at > now + LEASE + SLACK)
    return and_(Notification.status == DeliveryStatus.CLAIMED, is_over)


def _lately(session: Session, setting: ChannelSetting, now: datetime) -> int:
    """How many messages went to a robot within the last minute or are on their way to it."""
    attempts = (
        select(func.count())
        .select_from(DeliveryAttempt)
        .join(Notification, Notification.id == DeliveryAttempt.notification_id)
        .join(User, User.id == Notification.user_id)
        .where(DeliveryAttempt.at > now - MINUTE, DeliveryAttempt.at <= now, *_through(setting))
    )
    on_their_way = (
        select(func.count())
        .select_from(Notification)
        .join(User, User.id == Notification.user_id)
        .where(Notification.status == DeliveryStatus.CLAIMED, ~abandoned(now), *_through(setting))
    )
    return (session.scalar(attempts) or 0) + (session.scalar(on_their_way) or 0)


def _through(setting: ChannelSetting) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Notification.channel == setting.channel, User.jurisdiction_id == setting.jurisdiction_id


def _may_go(row: Notification, user: User, calendar: Calendar, now: datetime) -> bool:
    if cause := _undeliverable(row, user, now):
        _end(row, DeliveryStatus.FAILED, cause)
        return False
    local = now.astimezone(OFFICE_ZONE)
    at = may_go_at(local, quiet_of(user, is_urgent=row.kind in URGENT), calendar)
    if at > local and row.kind is not NoticeKind.TEST:
        row.status, row.lease_until_at, row.due_at = DeliveryStatus.PENDING, None, at
        return False
    return True


def _undeliverable(row: Notification, user: User, now: datetime) -> str:
    if user.left_on and user.left_on <= office_date(now):
        return "收件人已离岗，未发送"
    if row.created_at <= now - STALE_AFTER and row.kind is not NoticeKind.TEST:
        return f"积压超过 {STALE_AFTER.days} 天，未再发送"
    if row.attempts > len(WAITS):
        return row.last_error or "多次发送都在中途中断，未再发送"
    return "收件人没有登记邮箱" if row.channel is Channel.SMTP and not user.email else ""


def _has_something_to_say(row: Notification, letter: Written) -> bool:
    if letter.withdrawn:
        _end(row, DeliveryStatus.WITHDRAWN, letter.withdrawn)
    return not letter.withdrawn


def _claimed(session: Session, row: Notification, letter: Written, door: Door, now: datetime, base_url: str) -> Claimed:
    _close_open_attempts(session, row)
    row.status, row.lease_until_at = DeliveryStatus.CLAIMED, now + LEASE
    row.message_id = row.message_id or make_msgid(idstring=f"n{row.id}", domain=letter.domain)
    message = Message(
        message_id=row.message_id,
        channel=row.channel,
        kind=row.kind,
        to=letter.to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        link=f"{base_url}{row.link}" if row.link else "",
        door=door,
    )
    return Claimed(row.id, message, row.lease_until_at)


def _close_open_attempts(session: Session, row: Notification) -> None:
    if row.attempts:
        session.execute(
            update(DeliveryAttempt)
            .where(DeliveryAttempt.notification_id == row.id, DeliveryAttempt.outcome == AttemptOutcome.BEGUN)
            .values(outcome=AttemptOutcome.UNKNOWN, detail="发送进程中断，对方是否收到不明")
        )


# Handing over


def begin(session: Session, claimed: Claimed, *, now: datetime) -> int | None:
    """Records that a message is about to be handed over and renews its lease. Gives the attempt.

    None where the message is no longer this worker's: its lease was over and another one has taken it.
    """
    row = session.get_one(Notification, claimed.notification_id, with_for_update=True)
    if not _is_held(row, claimed):
        return None
    row.attempts += 1
    row.lease_until_at = now + LEASE
    attempt = DeliveryAttempt(notification_id=row.id, at=now, outcome=AttemptOutcome.BEGUN, detail="")
    session.add(attempt)
    session.flush()
    return attempt.id


def _is_held(row: Notification, claimed: Claimed) -> bool:
    return row.status is DeliveryStatus.CLAIMED and row.lease_until_at == claimed.lease_until_at


def mark_sent(session: Session, attempt_id: int, *, now: datetime) -> None:
    """Records that a message was handed over."""
    attempt, row = _attempt(session, attempt_id)
    attempt.outcome = AttemptOutcome.SENT
    row.status, row.sent_at, row.lease_until_at, row.last_error = DeliveryStatus.SENT, now, None, ""


def mark_failed(session: Session, attempt_id: int, failure: Failure, *, now: datetime) -> None:
    """Records a failed attempt. A passing one is tried again after growing waits for over a day, a final one never."""
    attempt, row = _attempt(session, attempt_id)
    attempt.outcome = AttemptOutcome.REFUSED if failure.is_final else AttemptOutcome.PASSING
    attempt.detail = failure.cause
    wait = None if failure.is_final else wait_after(row.attempts, seed=row.id)
    if wait is None:
        _end(row, DeliveryStatus.FAILED, failure.cause)
        return
    row.status, row.lease_until_at, row.last_error = DeliveryStatus.PENDING, None, failure.cause
    row.due_at = now + max(wait, failure.wait or wait)


def release(session: Session, claimed: Iterable[Claimed], *, wait: timedelta | None, now: datetime) -> None:
    """Gives messages back that were not tried, since their channel is in trouble; after `wait` all of that channel."""
    ids = [each.notification_id for each in claimed]
    mine = (Notification.id.in_(ids), Notification.status == DeliveryStatus.CLAIMED)
    values: dict[str, Any] = {"status": DeliveryStatus.PENDING, "lease_until_at": None}
    session.execute(update(Notification).where(*mine).values(values))
    if wait is None or not ids:
        return
    row = session.get_one(Notification, ids[0])
    people = select(User.id).where(User.jurisdiction_id == row.user.jurisdiction_id)
    pending = (Notification.channel == row.channel, Notification.status == DeliveryStatus.PENDING)
    later = (*pending, Notification.user_id.in_(people), Notification.due_at < now + wait)
    session.execute(update(Notification).where(*later).values(due_at=now + wait))


def give_back(session: Session, *, now: datetime) -> int:
    """Makes pending again what a worker that is gone had claimed. Gives how many messages."""
    values = {"status": DeliveryStatus.PENDING, "lease_until_at": None}
    given = session.execute(update(Notification).where(abandoned(now)).values(values))
    return int(given.rowcount)


def rewind(session: Session, *, now: datetime) -> None:
    """Makes due what waits for a time that was written before the clock was set back."""
    waiting = (Notification.status == DeliveryStatus.PENDING, Notification.due_at > now)
    session.execute(update(Notification).where(*waiting).values(due_at=now))


def _attempt(session: Session, attempt_id: int) -> tuple[DeliveryAttempt, Notification]:
    attempt = session.get_one(DeliveryAttempt, attempt_id)
    return attempt, session.get_one(Notification, attempt.notification_id)


def _end(row: Notification, status: DeliveryStatus, cause: str) -> None:
    row.status, row.lease_until_at, row.last_error = status, None, cause
