"""The reminder pass: everything owed and not told yet becomes one digest for each person, in one transaction.

It walks the units a few at a time, so that a city's hundred thousand duties need the memory of those of some units;
what the office is told of them all is kept as counts and the first lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session

from tracker.core.reminding import Ladder, Owed, Rung, horizon, rung_day, rungs_reached, sentence
from tracker.core.terms import Channel, NoticeKind, ReplyStatus
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.models import Assignment, InstructionReply, Notification, ReminderMark, User
from tracker.services.calendar import load_calendar
from tracker.services.ladders import Ladders, load_ladders
from tracker.services.listeners import Listeners
from tracker.services.notices import Notice, tell
from tracker.services.owing import BOUND, OwedRow, Reach, filing_windows, owed_rows, units_bound

UNITS_AT_ONCE = 20
MARKS_AT_ONCE = 5_000
# More lines of one kind than anybody reads in a message; the rest is counted, and listed on the desk.
MOST_LINES = 50
Mark = tuple[int | None, int | None, str, date, int]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing owed, with the rungs its ladder has reached; the last of them is told."""

    row: OwedRow
    reached: Ladder

    @property
    def rung(self) -> Rung:
        """The rung that is told."""
        return self.reached[-1]

    def mark(self, rung: Rung) -> Mark:
        """Gives what a mark of one of its rungs says, but for the person."""
        row = self.row
        return row.assignment_id, row.reply_id, row.owed.value, row.anchor_on, rung.workdays


@dataclass(slots=True)
class Digest:
    """What one person is to be told in one message: counts and the first lines by what must be done."""

    user: User
    counts: dict[Owed, int] = field(default_factory=dict)
    lines: dict[Owed, list[tuple[date, str]]] = field(default_factory=dict)
    told: list[Mark] = field(default_factory=list)
    skipped: list[Mark] = field(default_factory=list)

    def add(self, reminder: Reminder, line: str, known: set[Mark]) -> None:
        """Takes one thing into the message, and the rungs below the one told as skipped."""
        owed = reminder.row.owed
        self.counts[owed] = self.counts.get(owed, 0) + 1
        kept = self.lines.setdefault(owed, [])
        kept.append((reminder.row.anchor_on, line))
        if len(kept) > 2 * MOST_LINES:
            kept[:] = sorted(kept)[:MOST_LINES]
        self.told.append(reminder.mark(reminder.rung))
        below = [reminder.mark(rung) for rung in reminder.reached[:-1]]
        self.skipped += [mark for mark in below if mark not in known]

    @property
    def notice(self) -> Notice:
        """The message: the oldest debts of each kind first."""
        kinds = [owed for owed in Owed if owed in self.counts]
        lines = []
        for owed in kinds:
            lines += [f"【{owed.label}】", *(line for _, line in sorted(self.lines[owed])[:MOST_LINES])]
            if (more := self.counts[owed] - MOST_LINES) > 0:
                lines.append(f"· 其余 {more} 项请在系统中查看。")
            lines.append("")
        subject = f"督办提醒：{'、'.join(f'{owed.label} {self.counts[owed]} 项' for owed in kinds)}"
        return Notice(NoticeKind.DIGEST, "", subject, "\n".join(lines).rstrip(), "/")


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one pass asks of every unit."""

    session: Session
    today: date
    calendar: Calendar
    ladders: Ladders
    listeners: Listeners
    told_today: set[int]
    base_url: str

    def reminders(self, unit_ids: Sequence[int], rows: Iterator[OwedRow]) -> Iterator[Reminder]:
        for row in rows:
            ladder = self.ladders.of(row.plan_id, row.owed)
            reached = rungs_reached(ladder, anchor_on=row.anchor_on, today=self.today, calendar=self.calendar)
            if reached and not self._is_of_before(row, reached[-1]):
                yield Reminder(row, reached)

    def _is_of_before(self, row: OwedRow, rung: Rung) -> bool:
        """Whether it was to be told before its plan was taken over, when others saw to that."""
        return row.since_on is not None and rung_day(rung, row.anchor_on, self.calendar) < row.since_on

    def line(self, reminder: Reminder) -> str:
        row = reminder.row
        what = sentence(row.owed, anchor_on=row.anchor_on, today=self.today, calendar=self.calendar)
        proposal = "（多次提醒未办结，建议报告分管领导）" if reminder.rung.is_proposal else ""
        return f"· {row.unit_name}：{row.label}（{row.plan_title}）——{what}{proposal}\n  {self.base_url}{row.link}"


def digests(session: Session, *, today: date, calendar: Calendar, base_url: str) -> Iterator[Digest]:
    """Gives what would be told to whom on a day: nothing told before, nobody twice a day, nobody without a debt.

    A unit's people are given as soon as their unit has been walked, the office's at the end.
    """
    ladders = load_ladders(session)
    asked = _Pass(
        session, today, calendar, ladders, Listeners(session, today), _told_on(session, today), base_url.rstrip("/")
    )
    reach = Reach(horizon(ladders.all(), today, calendar), calendar)
    windows = filing_windows(session, today=today, calendar=calendar)
    of_office: dict[int, Digest] = {}
    units = units_bound(session)
    for start in range(0, len(units), UNITS_AT_ONCE):
        batch = units[start : start + UNITS_AT_ONCE]
        rows = owed_rows(session, batch, today=today, reach=reach, windows=windows)
        found = _digests_of(asked, batch, list(asked.reminders(batch, rows)), of_office)
        yield from found
    yield from (digest for _, digest in sorted(of_office.items()) if digest.counts)


def _digests_of(
    asked: _Pass, unit_ids: Sequence[int], reminders: Sequence[Reminder], of_office: dict[int, Digest]
) -> list[Digest]:
    """Gives the digests of these units' people and adds to those of the office."""
    known = _marks(asked.session, unit_ids)
    made: dict[int, Digest] = {}
    for reminder in reminders:
        row, line = reminder.row, None
        for user in asked.listeners.of(reminder.rung.audience, row.unit_id, row.jurisdiction_id):
            of_user = known.get(user.id, set())
            if user.id in asked.told_today or reminder.mark(reminder.rung) in of_user:
                continue
            line = line or asked.line(reminder)
            kept = made if user.unit_id in unit_ids else of_office
            kept.setdefault(user.id, Digest(user)).add(reminder, line, of_user)
    return [digest for _, digest in sorted(made.items())]


def run_pass(session: Session, *, now: datetime, base_url: str) -> int:
    """Writes the digests of the office day of `now` to the outbox and marks what they tell. Gives how many.

    Nothing is told on a day off: what is owed then is told on the next working day.
    """
    today, calendar = office_date(now), load_calendar(session)
    if not calendar.is_workday(today):
        return 0
    count = 0
    for digest in digests(session, today=today, calendar=calendar, base_url=base_url):
        message = tell(session, [digest.user], digest.notice, now=now)[0]
        _write_marks(session, digest, message, now)
        count += 1
    session.flush()
    return count


def _write_marks(session: Session, digest: Digest, message: Notification, now: datetime) -> None:
    same = {"user_id": digest.user.id, "notification_id": message.id, "marked_at": now}
    names = ("assignment_id", "reply_id", "kind", "anchor_on", "rung")
    for was_skipped, marks in ((False, digest.told), (True, digest.skipped)):
        for start in range(0, len(marks), MARKS_AT_ONCE):
            rows = [
                dict(zip(names, mark, strict=True), was_skipped=was_skipped, **same)
                for mark in marks[start : start + MARKS_AT_ONCE]
            ]
            session.execute(insert(ReminderMark), rows)


def _told_on(session: Session, today: date) -> set[int]:
    query = select(Notification.user_id).where(
        Notification.day_on == today, Notification.kind == NoticeKind.DIGEST, Notification.channel == Channel.INBOX
    )
    return set(session.scalars(query))


def _marks(session: Session, unit_ids: Sequence[int]) -> dict[int, set[Mark]]:
    """What people were told about the open duties and replies of these units, told or skipped, by person."""
    mark = ReminderMark
    query = (
        select(mark.user_id, mark.assignment_id, mark.reply_id, mark.kind, mark.anchor_on, mark.rung)
        .outerjoin(Assignment, Assignment.id == mark.assignment_id)
        .outerjoin(InstructionReply, InstructionReply.id == mark.reply_id)
        .where(
            or_(
                and_(Assignment.unit_id.in_(unit_ids), Assignment.state.in_(BOUND)),
                and_(InstructionReply.unit_id.in_(unit_ids), InstructionReply.status == ReplyStatus.OWED),
            )
        )
    )
    found: dict[int, set[Mark]] = {}
    for user_id, *told in session.execute(query):
        found.setdefault(user_id, set()).add(tuple(told))  # type: ignore[arg-type]
    return found
