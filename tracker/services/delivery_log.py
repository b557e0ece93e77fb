"""What was sent to whom and what came of it, and sending again what did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from tracker.core.paging import MOST_COUNTED, PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus, NoticeKind
from tracker.db import OFFICE_ZONE, office_date
from tracker.errors import Conflict, NotFound
from tracker.models import DeliveryAttempt, Notification, Unit, User
from tracker.services import audit
from tracker.services.counting import capped

MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What the log is narrowed to; both dates included, in Asia/Shanghai."""

    words: str = ""
    channel: Channel | None = None
    status: DeliveryStatus | None = None
    since_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt to hand a message over."""

    at: datetime
    outcome: AttemptOutcome
    detail: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """One message that leads out of the product; its words are not shown, only what it is about."""

    id: int
    created_at: datetime
    person: str
    unit: str
    channel: Channel
    kind: NoticeKind
    subject: str
    status: DeliveryStatus
    cause: str
    due_at: datetime
    attempts: tuple[AttemptRow, ...]
    may_resend: bool


def log(session: Session, actor: Actor, wanted: LogFilter, *, number: int, today: date) -> Page[LogRow]:
    """Gives one page of the messages to people of the actor's jurisdiction, newest first."""
    total = session.scalar(capped(_ids(actor, wanted))) or 0
    rows = _rows(session, actor, wanted, limit=PAGE_SIZE, start=offset(number), today=today)
    return Page(rows, max(number, 1), total, PAGE_SIZE, is_cut=total > MOST_COUNTED)


def whole_log(session: Session, actor: Actor, wanted: LogFilter, *, today: date) -> Page[LogRow]:
    """Gives every message a filter lets through, up to MOST_EXPORTED, for an export of exactly what is shown."""
    rows = _rows(session, actor, wanted, limit=MOST_EXPORTED, start=0, today=today)
    return Page(rows, 1, len(rows), MOST_EXPORTED, is_cut=len(rows) == MOST_EXPORTED)


def resend(session: Session, actor: Actor, notification_id: int, *, now: datetime) -> None:
    """Lets a message that was given up be sent again, with the Message-ID it has.

    Raises NotFound for another jurisdiction's, Conflict where it is not given up or its person has left.
    """
    query = _select(actor).where(Notification.id == notification_id).with_for_update(of=Notification)
    found = session.execute(query).first()
    if found is None:
        raise NotFound("没有找到这条消息。")
    row, user = found[0], found[1]
    if row.status is not DeliveryStatus.FAILED:
        raise Conflict("这条消息没有发送失败，不需要重发。")
    if _has_left(user, office_date(now)):
        raise Conflict("收件人已离岗，不再发送。其承担的事项会提醒接任人员或单位负责人。")
    _again(row, now)
    summary = f"重新发送：{row.subject}（{user.name}，{row.channel.label}）"
    audit.record(session, actor, "setting.resend", row, summary=summary, now=now)


def resend_all(session: Session, actor: Actor, wanted: LogFilter, *, now: datetime) -> int:
    """Lets everything given up within a filter be sent again, except to people who have left. Gives how many."""
    conditions = (*_conditions(wanted), Notification.status == DeliveryStatus.FAILED)
    query = _select(actor).where(*conditions).with_for_update(of=Notification)
    rows = [row for row, user, _ in session.execute(query).tuples() if not _has_left(user, office_date(now))]
    for row in rows:
        _again(row, now)
    if rows:
        audit.record(session, actor, "setting.resend", None, summary=f"重新发送 {len(rows)} 条未送达的消息", now=now)
    return len(rows)


def _again(row: Notification, now: datetime) -> None:
    # It counts from now, or a message given up for its age would be given up again at once.
    row.status, row.attempts, row.due_at, row.created_at = DeliveryStatus.PENDING, 0, now, now


def _has_left(user: User, today: date) -> bool:
    return user.left_on is not None and user.left_on <= today


def _rows(session: Session, actor: Actor, wanted: LogFilter, *, limit: int, start: int, today: date) -> list[LogRow]:
    query = _select(actor).where(*_conditions(wanted)).order_by(Notification.created_at.desc(), Notification.id.desc())
    found = session.execute(query.limit(limit).offset(start)).tuples().all()
    attempts = _attempts(session, [row.id for row, _, _ in found])
    return [_row(row, user, unit, attempts.get(row.id, []), today) for row, user, unit in found]


def _row(row: Notification, user: User, unit: str | None, attempts: Sequence[AttemptRow], today: date) -> LogRow:
    return LogRow(
        id=row.id,
        created_at=row.created_at,
        person=user.name,
        unit=unit or "",
        channel=row.channel,
        kind=row.kind,
        subject=row.subject,
        status=row.status,
        cause=row.last_error,
        due_at=row.due_at,
        attempts=tuple(attempts),
        may_resend=row.status is DeliveryStatus.FAILED and not _has_left(user, today),
    )


def _attempts(session: Session, ids: list[int]) -> dict[int, list[AttemptRow]]:
    found: dict[int, list[AttemptRow]] = {}
    for start in range(0, len(ids), 500):
        query = select(DeliveryAttempt).where(DeliveryAttempt.notification_id.in_(ids[start : start + 500]))
        for each in session.scalars(query.order_by(DeliveryAttempt.id)):
            found.setdefault(each.notification_id, []).append(AttemptRow(each.at, each.outcome, each.detail))
    return found


def _select(actor: Actor) -> Select[Any]:
    return (
        select(Notification, User, Unit.name)
        .join(User, User.id == Notification.user_id)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(User.jurisdiction_id == actor.jurisdiction_id, Notification.channel != Channel.INBOX)
    )


def _ids(actor: Actor, wanted: LogFilter) -> Select[Any]:
    return _select(actor).with_only_columns(Notification.id).where(*_conditions(wanted))


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        columns = (User.name, Unit.name, Notification.subject, Notification.last_error)
        conditions.append(or_(*(column.contains(wanted.words, autoescape=True) for column in columns)))
    if wanted.channel is not None:
        conditions.append(Notification.channel == wanted.channel)
    if wanted.status is not None:
        conditions.append(Notification.status == wanted.status)
    if wanted.since_on is not None:
        conditions.append(Notification.created_at >= _midnight(wanted.since_on))
    if wanted.until_on is not None:
        conditions.append(Notification.created_at < _midnight(wanted.until_on + timedelta(days=1)))
    return conditions


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE).astimezone(UTC)
