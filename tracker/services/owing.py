"""What units owe, read in streams so that a pass over many duties needs little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from tracker.core.reminding import horizon
from tracker.core.terms import AssignmentState, DutyRole, FilingMode, TaskState
from tracker.core.workdays import Calendar
from tracker.models import Assignment, Plan, Task, Unit

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


def unfiled(session: Session, last_day: date) -> Iterator[OwedRow]:
    """Gives the duties whose report for the month ending on `last_day` has not been filed, anchored on that day.

    A duty acknowledged within the month owes its first report in the next one.
    """
    first_day = last_day.replace(day=1)
    query = _select(literal(last_day)).where(
        Assignment.state == AssignmentState.IN_PROGRESS,
        Task.state == TaskState.IN_PROGRESS,
        Task.is_standing.is_(False),
        Assignment.acknowledged_on < first_day,
        or_(Assignment.last_filed_on.is_(None), Assignment.last_filed_on < first_day),
        files(),
    )
    return _rows(session, query)


def files() -> ColumnElement[bool]:
    """Gives the condition on Assignment, Task and Plan joined that the unit files progress for the duty.

    Source: DESIGN 5.1, filing mode; cooperating units never file. Without a first lead every leading or responsible
    unit files; core.lights.files_progress says the same of one duty.
    """
    no_lead = ~_led().exists()
    return or_(
        Assignment.is_first_lead,
        and_(no_lead, Assignment.role != DutyRole.COOPERATING),
        and_(Plan.filing_mode != FilingMode.LEAD, Assignment.role != DutyRole.COOPERATING),
    )


def _led() -> Select[Any]:
    other = Assignment.__table__.alias("leading")
    is_leading = other.c.is_first_lead & (other.c.state != AssignmentState.WAIVED)
    return select(other.c.id).where(other.c.task_id == Task.id, is_leading).correlate(Task)


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
