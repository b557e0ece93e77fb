"""The ledger of any day (台账): how every duty of a plan stood when that day ended, from the rows valid then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.lights import Light, light
from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, TaskState
from tracker.db import OFFICE_ZONE
from tracker.models import Assignment, AssignmentHistory, Task, Unit, UnitName
from tracker.services.access import find_plan, task_scope
from tracker.services.announcements import name_of
from tracker.services.shown import LIT

_PAGE = 200


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One unit's duty as it stood; `light` is None where its state alone says everything. Dates are office dates."""

    task_id: int
    task: str
    unit: str
    role: DutyRole
    is_first_lead: bool
    task_state: TaskState
    state: AssignmentState
    light: Light | None
    original_due_on: date | None
    due_on: date | None
    extensions: int
    percent: int | None
    last_filed_on: date | None


def day_ledger(
    session: Session, actor: Actor, plan_id: int, on: date, *, number: int | None = None
) -> Page[LedgerLine]:
    """Gives the ledger of a plan at the end of a day, in the order of print: one page, or with no number all of it.

    Raises NotFound when the plan is not the actor's to see. Source: DESIGN 5.2.
    """
    find_plan(session, actor, plan_id)
    valid = _valid(actor, plan_id, on)
    counted = valid.order_by(None).with_only_columns(AssignmentHistory.id).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    size = _PAGE if number is not None else max(total, 1)
    found = session.execute(valid.limit(size).offset(offset(number or 1, size))).all()
    names = _names_on(session, [row.Unit.id for row in found], on)
    rows = [_line(row, names.get(row.Unit.id, row.Unit.name), on) for row in found]
    return Page(rows, number or 1, total, size)


def _valid(actor: Actor, plan_id: int, on: date) -> Select[Any]:
    ends_at = datetime.combine(on + timedelta(days=1), datetime.min.time(), OFFICE_ZONE)
    row = AssignmentHistory
    return (
        select(row, Assignment.original_due_on, Unit, Task)
        .join(Assignment, Assignment.id == row.assignment_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Task, Task.id == row.task_id)
        .where(
            row.plan_id == plan_id,
            row.recorded_from_at < ends_at,
            or_(row.recorded_until_at.is_(None), row.recorded_until_at >= ends_at),
            task_scope(actor),
        )
        .order_by(Task.position, Task.id, Assignment.position, Assignment.id)
    )


def _line(found: Any, unit: str, on: date) -> LedgerLine:
    row, task = found.AssignmentHistory, found.Task
    task_state = TaskState(row.task_state)
    is_lit = task_state in LIT and row.state is not AssignmentState.WAIVED
    return LedgerLine(
        task_id=task.id,
        task=name_of(task),
        unit=unit,
        role=row.role,
        is_first_lead=row.is_first_lead,
        task_state=task_state,
        state=row.state,
        light=light(row, on) if is_lit else None,
        original_due_on=found.original_due_on,
        due_on=row.due_on,
        extensions=row.extensions,
        percent=row.percent,
        last_filed_on=row.last_filed_on,
    )


def _names_on(session: Session, unit_ids: Sequence[int], on: date) -> dict[int, str]:
    """The names units bore on a day, where they bear another now: what was issued under a name keeps it."""
    query = select(UnitName).where(UnitName.unit_id.in_(set(unit_ids)), UnitName.until_on > on)
    # Oldest last: of several names given up since, the first to end is the one borne then.
    renamed = session.scalars(query.order_by(UnitName.until_on.desc(), UnitName.id.desc()))
    return {name.unit_id: name.name for name in renamed}
