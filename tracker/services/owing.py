"""What units owe, read in streams so that a pass over many duties needs little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import Session

from tracker.core.periods import current_window, window_of
from tracker.core.reminding import horizon
from tracker.core.terms import AssignmentState, DutyRole, PlanStatus, TaskState
from tracker.core.workdays import Calendar
from tracker.models import Assignment, Plan, Task, Unit
from tracker.services.periods import rules_of

CHUNK = 500


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One duty with what a message about it must name; `anchor_on` is the date its ladder hangs on."""

    assignment_id: int
    task_id: int
    unit_id: int
    jurisdiction_id: int
    unit_name: str
    plan_title: str
    task_label: str
    anchor_on: date


def unacknowledged(session: Session) -> Iterator[OwedRow]:
    """Gives the duties issued and not acknowledged, anchored on the day of issue."""
    query = _select(Assignment.issued_on).where(
        Assignment.state == AssignmentState.ISSUED, Assignment.issued_on.is_not(None)
    )
    return _rows(session, query)


def unfinished(session: Session, *, today: date, calendar: Calendar) -> Iterator[OwedRow]:
    """Gives the duties in progress whose due date is near enough for a rung, anchored on that date.

    A unit's own date comes before its task's. Cooperating units (配合) answer the lead and owe no date.
    """
    due_on = func.coalesce(Assignment.due_on, Task.due_on)
    query = _select(due_on).where(
        Assignment.state == AssignmentState.IN_PROGRESS,
        Task.state == TaskState.IN_PROGRESS,
        Task.is_standing.is_(False),
        Assignment.role != DutyRole.COOPERATING,
        due_on <= horizon(today, calendar),
    )
    return _rows(session, query)


def unfiled(session: Session, *, today: date, calendar: Calendar) -> Iterator[OwedRow]:
    """Gives the duties whose filing for the present window or the one before is owed, anchored on its closing day."""
    for (opens_on, closes_on), plan_ids in _windows(session, today, calendar).items():
        query = _select(literal(closes_on)).where(owes(opens_on), Assignment.plan_id.in_(plan_ids))
        yield from _rows(session, query)


def owes(opens_on: date) -> ColumnElement[bool]:
    """Gives the condition on Assignment joined with Task that its filing for a window that opened then is owed.

    With today's date: whatever is owed now. Pages, sheets, reminders and reports all ask this and nothing else.
    """
    return and_(
        Assignment.state == AssignmentState.IN_PROGRESS,
        Task.state == TaskState.IN_PROGRESS,
        Assignment.report_opens_on <= opens_on,
    )


def _windows(session: Session, today: date, calendar: Calendar) -> dict[tuple[date, date], list[int]]:
    """The present window and the one before of every plan under way, plans with the same days together."""
    plans = session.scalars(select(Plan).where(Plan.status == PlanStatus.ISSUED)).all()
    found: dict[tuple[date, date], list[int]] = {}
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
            Assignment.unit_id,
            Assignment.jurisdiction_id,
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


def _rows(session: Session, query: Select[Any]) -> Iterator[OwedRow]:
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        part = f"（第{row.part}部分）" if row.part else ""
        yield OwedRow(
            row.id,
            row.task_id,
            row.unit_id,
            row.jurisdiction_id,
            row.unit_name,
            row.plan_title,
            f"{row.number}{row.title}{part}",
            row.anchor_on,
        )
