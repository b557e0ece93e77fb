"""The reminder pass: everything owed and not told yet becomes one digest for each person, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.core.reminding import Owed, Rung, rung_reached, sentence
from tracker.core.terms import Channel, NoticeKind, Role
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.models import Notification, ReminderMark, User
from tracker.services.calendar import load_calendar
from tracker.services.notices import Notice, people_with, tell
from tracker.services.owing import OwedRow, unacknowledged, unfiled, unfinished

_OFFICE_ROLES = frozenset({Role.OFFICER, Role.OFFICE_HEAD})


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing owed by one unit, at the rung its ladder has reached."""

    row: OwedRow
    owed: Owed
    anchor_on: date
    rung: Rung


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is to be told in one message."""

    user: User
    reminders: tuple[Reminder, ...]
    notice: Notice


@dataclass(slots=True)
class _Audience:
    """Who holds which role where on a day, looked up once for each unit and office."""

    session: Session
    today: date
    known: dict[tuple[frozenset[Role], int | None, int | None], list[User]] = field(default_factory=dict)

    def of(self, reminder: Reminder) -> list[User]:
        """Gives the people of a rung. A unit without the wanted person is spoken for by its head, then the office."""
        wanted, row = reminder.rung.audience, reminder.row
        people: list[User] = []
        if unit_roles := wanted - _OFFICE_ROLES:
            people = self._holders(unit_roles, unit_id=row.unit_id)
            people = people or self._holders(frozenset({Role.UNIT_HEAD}), unit_id=row.unit_id)
        if (office_roles := wanted & _OFFICE_ROLES) or not people:
            people = people + self._holders(office_roles or _OFFICE_ROLES, jurisdiction_id=row.jurisdiction_id)
        return people

    def _holders(
        self, roles: frozenset[Role], *, unit_id: int | None = None, jurisdiction_id: int | None = None
    ) -> list[User]:
        key = (roles, unit_id, jurisdiction_id)
        if key not in self.known:
            self.known[key] = people_with(
                self.session, roles, on=self.today, unit_id=unit_id, jurisdiction_id=jurisdiction_id
            )
        return self.known[key]


def owed_reminders(session: Session, *, today: date, calendar: Calendar) -> Iterator[Reminder]:
    """Gives every duty for which a rung has been reached by `today`, told or not, in no order."""
    sources: list[tuple[Owed, Iterable[OwedRow]]] = [
        (Owed.ACKNOWLEDGE, unacknowledged(session)),
        (Owed.FINISH, unfinished(session, today=today, calendar=calendar)),
        (Owed.FILE, unfiled(session, today=today, calendar=calendar)),
    ]
    for owed, rows in sources:
        for row in rows:
            rung = rung_reached(owed, anchor_on=row.anchor_on, today=today, calendar=calendar)
            if rung is not None:
                yield Reminder(row, owed, row.anchor_on, rung)


def digests(session: Session, *, today: date, calendar: Calendar, base_url: str) -> list[Digest]:
    """Gives what would be told to whom on a day: nothing told before, nobody twice a day, nobody without a debt."""
    audience = _Audience(session, today)
    owed_to: dict[int, list[Reminder]] = defaultdict(list)
    people: dict[int, User] = {}
    for reminder in owed_reminders(session, today=today, calendar=calendar):
        for user in audience.of(reminder):
            people[user.id] = user
            owed_to[user.id].append(reminder)
    told_today = _told_on(session, today)
    made = []
    for user_id, reminders in sorted(owed_to.items()):
        fresh = _untold(session, user_id, reminders)
        if fresh and user_id not in told_today:
            made.append(_digest(people[user_id], fresh, today=today, calendar=calendar, base_url=base_url))
    return made


def run_pass(session: Session, *, now: datetime, base_url: str) -> int:
    """Writes the digests of the office day of `now` to the outbox and marks what they tell. Gives how many.

    Nothing is told on a day off: what is owed then is told on the next working day.
    """
    today, calendar = office_date(now), load_calendar(session)
    if not calendar.is_workday(today):
        return 0
    made = digests(session, today=today, calendar=calendar, base_url=base_url)
    for digest in made:
        told = tell(session, [digest.user], digest.notice, now=now)[0]
        session.add_all(_mark(digest.user.id, reminder, told.id, now) for reminder in digest.reminders)
    session.flush()
    return len(made)


def _told_on(session: Session, today: date) -> set[int]:
    query = select(Notification.user_id).where(
        Notification.day_on == today, Notification.kind == NoticeKind.DIGEST, Notification.channel == Channel.INBOX
    )
    return set(session.scalars(query))


def _untold(session: Session, user_id: int, reminders: list[Reminder]) -> tuple[Reminder, ...]:
    told = {tuple(mark) for mark in session.execute(_marks_of(user_id))}
    return tuple(r for r in reminders if (r.row.assignment_id, r.owed.value, r.anchor_on, r.rung.order) not in told)


def _marks_of(user_id: int) -> Select[Any]:
    return select(ReminderMark.assignment_id, ReminderMark.kind, ReminderMark.anchor_on, ReminderMark.rung).where(
        ReminderMark.user_id == user_id
    )


def _mark(user_id: int, reminder: Reminder, notification_id: int, now: datetime) -> ReminderMark:
    return ReminderMark(
        assignment_id=reminder.row.assignment_id,
        kind=reminder.owed.value,
        anchor_on=reminder.anchor_on,
        rung=reminder.rung.order,
        user_id=user_id,
        notification_id=notification_id,
        marked_at=now,
    )


def _digest(user: User, reminders: tuple[Reminder, ...], *, today: date, calendar: Calendar, base_url: str) -> Digest:
    lines = []
    counts = []
    for owed in Owed:
        group = sorted((r for r in reminders if r.owed is owed), key=lambda r: (r.anchor_on, r.row.assignment_id))
        if group:
            counts.append(f"{owed.label} {len(group)} 项")
            lines.append(f"【{owed.label}】")
            lines += [_line(r, today=today, calendar=calendar, base_url=base_url) for r in group]
            lines.append("")
    subject = f"督办提醒：{'、'.join(counts)}"
    notice = Notice(NoticeKind.DIGEST, "", subject, "\n".join(lines).rstrip(), "/")
    return Digest(user, reminders, notice)


def _line(reminder: Reminder, *, today: date, calendar: Calendar, base_url: str) -> str:
    row = reminder.row
    what = sentence(reminder.owed, anchor_on=reminder.anchor_on, today=today, calendar=calendar)
    proposal = "（多次提醒未办结，建议报告分管领导）" if reminder.rung.is_proposal else ""
    return (
        f"· {row.unit_name}：{row.task_label}（{row.plan_title}）——{what}{proposal}\n  {base_url}/tasks/{row.task_id}"
    )
