"""How often and by what ways people were told of a task, for the page of the task and for papers that cite it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus, NoticeKind
from tracker.models import Assignment, DeliveryAttempt, Notification, ReminderMark, Task, Unit, User
from tracker.services.access import find_task

MOST = 100
Key = tuple[int, date, NoticeKind, str]


@dataclass(frozen=True, slots=True)
class Way:
    """One way a message went: how it stands and every attempt that was made."""

    channel: Channel
    status: DeliveryStatus
    attempts: tuple[tuple[datetime, AttemptOutcome, str], ...]
    read_at: datetime | None

    @property
    def words(self) -> str:
        """Gives in a few words what came of it."""
        if self.channel is Channel.INBOX:
            return "站内消息已读" if self.read_at else "站内消息未读"
        tries = f"（第 {len(self.attempts)} 次）" if len(self.attempts) > 1 else ""
        return f"{self.channel.label}{self.status.label}{tries}"


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to one person that was about the task, by all its ways."""

    at: datetime
    person: str
    unit: str
    kind: NoticeKind
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All tellings about a task, newest first, the last hundred; `reminders` counts the days it was reminded of."""

    tellings: tuple[Telling, ...]
    reminders: int


def told(session: Session, actor: Actor, task_id: int) -> Told:
    """Gives who was told of a task when and how: by digests, and people of its units by messages about it alone.

    A unit sees what its own people were told. Raises NotFound for a task that is not the actor's to see.
    """
    task = find_task(session, actor, task_id)
    digests = session.execute(_digests(task)).all()
    single = session.execute(_single(task)).all()
    keys = {_key(row) for row in (*digests, *single)}
    rows = [row for row in _all_ways(session, keys) if actor.sees_jurisdiction or row.unit_id == actor.unit_id]
    attempts = _attempts(session, [row.id for row in rows])
    ways: dict[Key, list[Any]] = defaultdict(list)
    for row in rows:
        ways[_key(row)].append(row)
    days = {row.day_on for row in rows if row.kind is NoticeKind.DIGEST}
    tellings = sorted((_telling(found, attempts) for found in ways.values()), key=lambda each: each.at, reverse=True)
    return Told(tuple(tellings[:MOST]), len(days))


def _digests(task: Task) -> Select[Any]:
    return (
        _columns()
        .join(ReminderMark, ReminderMark.notification_id == Notification.id)
        .join(Assignment, Assignment.id == ReminderMark.assignment_id)
        .where(Assignment.task_id == task.id)
        .order_by(Notification.id.desc())
        .limit(MOST)
        .distinct()
    )


def _single(task: Task) -> Select[Any]:
    units = select(Assignment.unit_id).where(Assignment.task_id == task.id)
    return (
        _columns()
        .join(User, User.id == Notification.user_id)
        .where(
            User.unit_id.in_(units),
            Notification.channel == Channel.INBOX,
            Notification.link == f"/tasks/{task.id}",
        )
        .order_by(Notification.id.desc())
        .limit(MOST)
    )


def _columns() -> Select[Any]:
    return select(Notification.id, Notification.user_id, Notification.day_on, Notification.kind, Notification.topic)


def _key(row: Any) -> Key:
    return row.user_id, row.day_on, row.kind, row.topic


def _all_ways(session: Session, keys: Iterable[Key]) -> list[Any]:
    """The same message by every channel: one row of the outbox each."""
    wanted = sorted(keys)
    if not wanted:
        return []
    columns = tuple_(Notification.user_id, Notification.day_on, Notification.kind, Notification.topic)
    query = (
        _columns()
        .add_columns(
            Notification.channel,
            Notification.status,
            Notification.created_at,
            Notification.read_at,
            User.name.label("person"),
            Unit.name.label("unit"),
            User.unit_id,
        )
        .join(User, User.id == Notification.user_id)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(columns.in_(wanted))
        .order_by(Notification.id)
    )
    return list(session.execute(query))


def _attempts(session: Session, ids: list[int]) -> dict[int, list[tuple[datetime, AttemptOutcome, str]]]:
    found: dict[int, list[tuple[datetime, AttemptOutcome, str]]] = defaultdict(list)
    query = select(DeliveryAttempt).where(DeliveryAttempt.notification_id.in_(ids)).order_by(DeliveryAttempt.id)
    for each in session.scalars(query) if ids else ():
        found[each.notification_id].append((each.at, each.outcome, each.detail))
    return found


def _telling(rows: list[Any], attempts: dict[int, list[tuple[datetime, AttemptOutcome, str]]]) -> Telling:
    first = rows[0]
    ways = tuple(Way(row.channel, row.status, tuple(attempts.get(row.id, ())), row.read_at) for row in rows)
    return Telling(first.created_at, first.person, first.unit or "", first.kind, ways)
