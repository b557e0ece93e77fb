"""What units owe, read in streams so that a pass over many duties needs little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from tracker.core.lights import rolled
from tracker.core.periods import current_window, window_of
from tracker.core.reminding import Owed
from tracker.core.terms import (
    AssignmentState,
    DutyRole,
    PlanStatus,
    ReplyStatus,
    RequestStatus,
    SlipStatus,
    TaskState,
)
from tracker.core.workdays import Calendar
from tracker.models import Assignment, Breakdown, Instruction, InstructionReply, Plan, Slip, Task, Unit
from tracker.services.periods import rules_of

CHUNK = 500
# States in which a unit may owe something.
BOUND = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS, AssignmentState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One thing owed with what a message about it must name; `anchor_on` is the date its ladder hangs on.

    It is owed on a duty, or, for an instruction, by the reply of a unit; `link` is its page.
    """

    owed: Owed
    assignment_id: int | None
    reply_id: int | None
    plan_id: int | None
    unit_id: int
    jurisdiction_id: int
    unit_name: str
    plan_title: str
    label: str
    link: str
    anchor_on: date
    # The day the plan was taken over (存量建账): no rung of a day before it is told.
    since_on: date | None = None


# A due date rolls over at most so many days off in a row.
_FARTHEST_ROLL = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far ahead a pass looks: the latest due date a rung can have been reached for."""

    horizon: date
    calendar: Calendar

    @property
    def latest(self) -> date:
        """The latest due date as it is written, before it rolls off a day off."""
        return self.horizon + _FARTHEST_ROLL


Windows = dict[tuple[date, date], list[int]]


def owed_rows(
    session: Session, unit_ids: Sequence[int], *, today: date, reach: Reach, windows: Windows
) -> Iterator[OwedRow]:
    """Gives everything these units owe that some ladder may be due for, kind by kind.

    Takes `windows` from `filing_windows`.
    """
    of_units = Assignment.unit_id.in_(unit_ids)
    queries = [
        (Owed.ACKNOWLEDGE, _select(Assignment.issued_on).where(of_units, *_UNACKNOWLEDGED)),
        (Owed.BREAK_DOWN, _select(Assignment.acknowledged_on).where(of_units, *_undivided(today))),
        (Owed.FINISH, _select(_due_on).where(of_units, *_UNFINISHED, _due_on <= reach.latest)),
        (Owed.STALE, _select(Assignment.unknown_on).where(of_units, *_stale(today))),
        (Owed.ANSWER_SLIP, _select(Slip.reply_by_on).join(Slip, _LAST_SLIP).where(of_units, *_UNANSWERED)),
    ]
    for (opens_on, closes_on), plan_ids in windows.items():
        unfiled = _select(literal(closes_on)).where(of_units, owes(opens_on), Assignment.plan_id.in_(plan_ids))
        queries.append((Owed.FILE, unfiled))
    for owed, query in queries:
        yield from _rows(session, owed, query, reach.calendar)
    yield from _unanswered_instructions(session, unit_ids)


# Cooperating units (配合) owe no date but for sub-tasks; a unit's own date comes before its task's.
_due_on = func.coalesce(Assignment.due_on, Task.due_on)
_UNACKNOWLEDGED = (
    Assignment.state == AssignmentState.ISSUED,
    Task.state == TaskState.IN_PROGRESS,
    Assignment.issued_on.is_not(None),
)
_RUNNING = (
    Assignment.state == AssignmentState.IN_PROGRESS,
    Task.state == TaskState.IN_PROGRESS,
    Task.is_standing.is_(False),
)
_UNFINISHED = (*_RUNNING, or_(Assignment.role != DutyRole.COOPERATING, Task.parent_id.is_not(None)))
_LAST_SLIP = Slip.assignment_id == Assignment.id
_UNANSWERED = (
    Slip.status.in_((SlipStatus.ISSUED, SlipStatus.REJECTED)),
    Assignment.state.not_in((AssignmentState.WAIVED, AssignmentState.DONE)),
    Task.state.in_((TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW)),
)


def _undivided(today: date) -> tuple[ColumnElement[bool], ...]:
    """Leads of plans that want a yearly breakdown without one asked for or confirmed for this year."""
    return (
        *_RUNNING,
        Plan.needs_breakdown,
        Assignment.is_first_lead,
        Task.parent_id.is_(None),
        Assignment.acknowledged_on.is_not(None),
        ~_is_divided(today),
    )


def _is_divided(today: date) -> ColumnElement[bool]:
    handed_in = (RequestStatus.ASKED, RequestStatus.GRANTED)
    return exists().where(Breakdown.task_id == Task.id, Breakdown.year == today.year, Breakdown.status.in_(handed_in))


def _stale(today: date) -> tuple[ColumnElement[bool], ...]:
    """Duties that cannot be told for want of filings, not for want of a breakdown, which has its own ladder."""
    return (*_RUNNING, Assignment.unknown_on <= today, or_(~Plan.needs_breakdown, _is_divided(today)))


def units_bound(session: Session) -> list[int]:
    """Gives the units that owe anything at all, with those that owe an answer to an instruction."""
    bound = select(Assignment.unit_id).where(Assignment.state.in_(BOUND))
    asked = select(InstructionReply.unit_id).where(InstructionReply.status == ReplyStatus.OWED)
    return sorted(session.scalars(bound.union(asked)))


def owes(opens_on: date) -> ColumnElement[bool]:
    """Gives the condition on Assignment joined with Task that its filing for a window that opened then is owed.

    With today's date: whatever is owed now. Pages, sheets, reminders and reports all ask this and nothing else.
    """
    return and_(
        Assignment.state == AssignmentState.IN_PROGRESS,
        Task.state == TaskState.IN_PROGRESS,
        Assignment.report_opens_on <= opens_on,
    )


def filing_windows(session: Session, *, today: date, calendar: Calendar) -> Windows:
    """Gives the present window and the one before of every plan under way, plans with the same days together."""
    plans = session.scalars(select(Plan).where(Plan.status == PlanStatus.ISSUED)).all()
    found: Windows = {}
    for plan_id, rule in rules_of(session, plans).items():
        window = current_window(rule, today, calendar)
        if window is not None:
            before = window_of(rule, window.starts_on - timedelta(days=1), calendar)
            for each in (before, window):
                found.setdefault((each.opens_on, each.closes_on), []).append(plan_id)
    return found


def _select(anchor: Any) -> Select[Any]:
    return (
        select(
            Assignment.id,
            Assignment.task_id,
            Assignment.plan_id,
            Assignment.unit_id,
            Assignment.jurisdiction_id,
            Plan.due_roll,
            Plan.taken_over_on,
            Assignment.is_backfilled,
            Unit.name.label("unit_name"),
            Plan.title.label("plan_title"),
            Task.number,
            Task.part,
            Task.title,
            anchor.label("anchor_on"),
        )
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )


def _rows(session: Session, owed: Owed, query: Select[Any], calendar: Calendar) -> Iterator[OwedRow]:
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        part = f"（第{row.part}部分）" if row.part else ""
        yield OwedRow(
            owed=owed,
            assignment_id=row.id,
            reply_id=None,
            plan_id=row.plan_id,
            unit_id=row.unit_id,
            jurisdiction_id=row.jurisdiction_id,
            unit_name=row.unit_name,
            plan_title=row.plan_title,
            label=f"{row.number}{row.title}{part}",
            link=f"/tasks/{row.task_id}",
            anchor_on=rolled(row.anchor_on, row.due_roll, calendar) if owed is Owed.FINISH else row.anchor_on,
            since_on=row.taken_over_on if row.is_backfilled else None,
        )


def _unanswered_instructions(session: Session, unit_ids: Sequence[int]) -> Iterator[OwedRow]:
    query = (
        select(InstructionReply, Instruction, Unit.name)
        .join(Instruction, Instruction.id == InstructionReply.instruction_id)
        .join(Unit, Unit.id == InstructionReply.unit_id)
        .where(
            InstructionReply.unit_id.in_(unit_ids),
            InstructionReply.status == ReplyStatus.OWED,
            Instruction.reply_by_on.is_not(None),
        )
    )
    for reply, instruction, unit_name in session.execute(query).tuples():
        yield OwedRow(
            owed=Owed.ANSWER_INSTRUCTION,
            assignment_id=None,
            reply_id=reply.id,
            plan_id=instruction.plan_id,
            unit_id=reply.unit_id,
            jurisdiction_id=instruction.jurisdiction_id,
            unit_name=unit_name,
            plan_title="领导批示",
            label=instruction.text[:40],
            link=f"/instructions/{instruction.id}",
            anchor_on=instruction.reply_by_on,
        )
