"""Whether the records still agree with each other (核对): looked at every quarter of an hour, and nothing is changed.

What is found has been written past the product, by hand or by a fault. It is shown and not mended: which of two
records is right is for people to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.core.clock import SLACK
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DeliveryStatus
from tracker.models import Assignment, AssignmentHistory, AuditEvent, Notification, ReminderMark, Task, User
from tracker.services import schedules
from tracker.services.calendar import load_calendar
from tracker.services.history import values_of
from tracker.services.lights import CHUNK, Compared, compared
from tracker.services.outbox import LEASE

# By then a claim that is over has been taken up again many times by any worker that works.
STUCK_AFTER = timedelta(minutes=15)
_MOST_EXAMPLES = 5


class Drift(StrEnum):
    """What can disagree."""

    HISTORY = "history"
    EVENT = "event"
    LIGHTS = "lights"
    CLAIM = "claim"
    MARK = "mark"

    @property
    def label(self) -> str:
        """Gives what it is called on pages."""
        return _LABELS[self]


_LABELS = {
    Drift.HISTORY: "责任分工与台账记录不一致",
    Drift.EVENT: "台账变动没有对应的操作日志",
    Drift.LIGHTS: "亮灯、报送日期与规则不一致",
    Drift.CLAIM: "消息长时间停在发送中",
    Drift.MARK: "提醒记录没有对应的消息",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """How often one thing disagrees in one jurisdiction; `task_ids` are the first few, none for messages."""

    jurisdiction_id: int
    drift: Drift
    count: int
    task_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the last look found in one jurisdiction."""

    at: datetime
    looked_at: int
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Tally:
    """What a look has found so far: the counts, and the first few tasks of each kind."""

    looked_at: int = 0
    counts: dict[tuple[int, Drift], int] = field(default_factory=dict)
    task_ids: dict[tuple[int, Drift], list[int]] = field(default_factory=dict)

    def add(self, jurisdiction_id: int, drift: Drift, *, count: int = 1, task_id: int | None = None) -> None:
        """Counts what disagrees."""
        key = (jurisdiction_id, drift)
        self.counts[key] = self.counts.get(key, 0) + count
        kept = self.task_ids.setdefault(key, [])
        if task_id is not None and task_id not in kept and len(kept) < _MOST_EXAMPLES:
            kept.append(task_id)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Gives what was found, by jurisdiction."""
        return tuple(Finding(*key, count, tuple(self.task_ids[key])) for key, count in sorted(self.counts.items()))


def compare_tasks(session: Session, tally: Tally, *, after_id: int) -> int | None:
    """Compares the next few tasks with their history, their events and the rules of lights.

    Takes a session that sees one instant. Gives the id to go on after, None at the end.
    """
    query = select(Task.id).where(Task.id > after_id).order_by(Task.id).limit(CHUNK)
    task_ids = list(session.scalars(query))
    if not task_ids:
        return None
    found = compared(session, task_ids, load_calendar(session))
    live = _live_rows(session, task_ids)
    for each in found:
        for record in each.apart:
            tally.add(record.jurisdiction_id, Drift.LIGHTS, task_id=each.task.id)
    _compare_history(tally, found, live)
    _compare_events(session, tally, found, live)
    tally.looked_at += len(task_ids)
    return task_ids[-1]


def _live_rows(session: Session, task_ids: Sequence[int]) -> dict[int, list[AssignmentHistory]]:
    query = (
        select(AssignmentHistory)
        .join(Assignment, Assignment.id == AssignmentHistory.assignment_id)
        .where(Assignment.task_id.in_(task_ids), AssignmentHistory.recorded_until_at.is_(None))
    )
    found: dict[int, list[AssignmentHistory]] = {}
    for row in session.scalars(query):
        found.setdefault(row.assignment_id, []).append(row)
    return found


def _compare_history(tally: Tally, found: Iterable[Compared], live: dict[int, list[AssignmentHistory]]) -> None:
    for each in found:
        for duty in each.duties:
            if not _is_as_kept(each.task, duty, live.get(duty.id, [])):
                tally.add(duty.jurisdiction_id, Drift.HISTORY, task_id=each.task.id)


def _is_as_kept(task: Task, duty: Assignment, rows: Sequence[AssignmentHistory]) -> bool:
    """Whether the one live row of a duty says what the duty says; what is only planned has none."""
    if duty.state is AssignmentState.PLANNED or len(rows) != 1:
        return duty.state is AssignmentState.PLANNED and not rows
    return all(getattr(rows[0], name) == value for name, value in values_of(task, duty).items())


def _compare_events(
    session: Session, tally: Tally, found: Iterable[Compared], live: dict[int, list[AssignmentHistory]]
) -> None:
    """An act gives its history and its event the same instant."""
    tasks = {each.task.id: each.task.jurisdiction_id for each in found}
    rows = [row for rows in live.values() for row in rows]
    of_tasks = or_(AuditEvent.jurisdiction_id.in_(set(tasks.values())), AuditEvent.jurisdiction_id.is_(None))
    instants = {row.recorded_from_at for row in rows}
    known = set(session.scalars(select(AuditEvent.at).where(of_tasks, AuditEvent.at.in_(instants)).distinct()))
    for row in rows:
        if row.recorded_from_at not in known:
            tally.add(tasks[row.task_id], Drift.EVENT, task_id=row.task_id)


def compare_messages(session: Session, tally: Tally, *, now: datetime) -> None:
    """Counts claims that nobody gives back, and marks whose message is not there or is another person's."""
    until = Notification.lease_until_at
    is_stuck = or_(until.is_(None), until <= now - STUCK_AFTER, until > now + LEASE + SLACK)
    stuck = (
        select(User.jurisdiction_id, func.count(Notification.id))
        .join(User, User.id == Notification.user_id)
        .where(Notification.status == DeliveryStatus.CLAIMED, is_stuck)
    )
    lost = (
        select(User.jurisdiction_id, func.count(ReminderMark.id))
        .join(User, User.id == ReminderMark.user_id)
        .outerjoin(Notification, Notification.id == ReminderMark.notification_id)
        .where(Notification.user_id.is_distinct_from(ReminderMark.user_id))
    )
    for drift, query in ((Drift.CLAIM, stuck), (Drift.MARK, lost)):
        for jurisdiction_id, count in session.execute(query.group_by(User.jurisdiction_id)):
            tally.add(jurisdiction_id, drift, count=count)


def keep(session: Session, tally: Tally, *, now: datetime) -> None:
    """Keeps what a look found as what came of the schedule. Raises IntegrityError where another one began the day."""
    found = [(each.jurisdiction_id, each.drift.value, each.count, each.task_ids) for each in tally.findings]
    schedules.keep_latest(
        session, schedules.RECONCILING, json.dumps({"looked_at": tally.looked_at, "findings": found}), now=now
    )


def last_reconciled(session: Session, actor: Actor) -> Reconciled | None:
    """Gives what the last look found in the actor's jurisdiction, None before the first."""
    run = schedules.latest(session, schedules.RECONCILING)
    if run is None:
        return None
    kept = json.loads(run.outcome)
    findings = tuple(
        Finding(jurisdiction_id, Drift(drift), count, tuple(task_ids))
        for jurisdiction_id, drift, count, task_ids in kept["findings"]
        if jurisdiction_id == actor.jurisdiction_id
    )
    return Reconciled(run.done_at, kept["looked_at"], findings)
