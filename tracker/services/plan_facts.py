"""What stands beside the tasks of a plan: promised figures, the indicator table, findings and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState
from tracker.models import Assignment, AuditEvent, DraftFinding, Indicator, Target, Task, Unit
from tracker.services.access import task_scope

LATEST_EVENTS = 200
COMPARATORS = {">=": "≥", "<=": "≤", "=": "达到", "~": "约"}
ROLES = {"actual": "基期", "target": "目标"}


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One number the text promises, with the task it belongs to."""

    name: str
    by: str
    comparator: str
    value: str
    unit_of_measure: str
    printed: str
    task_id: int | None
    task_number: str


@dataclass(frozen=True, slots=True)
class IndicatorCell:
    """One year's value of an indicator: as text, what it is (基期, 目标), its footnote mark."""

    value: str
    role: str
    note: str


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """A printed row of the indicator table; a year without a value has no cell."""

    number: str
    name: str
    unit_of_measure: str
    units: tuple[str, ...]
    cells: Mapping[str, IndicatorCell]


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """All figures of a plan; `years` are the columns of the indicator table, in order."""

    targets: tuple[TargetRow, ...]
    indicators: tuple[IndicatorRow, ...]
    years: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One act on the plan or its tasks."""

    at: datetime
    actor: str
    summary: str
    task_id: int | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A doubt of the reading and whether it was settled."""

    level: str
    message: str
    is_settled: bool


@dataclass(frozen=True, slots=True)
class PlanTrail:
    """What was done to a plan, newest first, and the findings of its reading."""

    events: tuple[EventRow, ...]
    findings: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class OwnBatch:
    """What a unit has still to acknowledge in a plan, and whom it named the last time."""

    count: int
    issued_on: date | None
    contact_name: str
    contact_phone: str


def plan_figures(session: Session, actor: Actor, plan_id: int) -> PlanFigures:
    """Gives the targets of the tasks the actor may see, those of no task, and the indicator table."""
    query = (
        select(Target, Task.number)
        .outerjoin(Task, Task.id == Target.task_id)
        .where(Target.plan_id == plan_id, or_(Target.task_id.is_(None), task_scope(actor)))
        .order_by(Target.start, Target.id)
    )
    targets = tuple(_target(target, number or "") for target, number in session.execute(query))
    of_plan = select(Indicator).where(Indicator.plan_id == plan_id).order_by(Indicator.position)
    rows = tuple(_indicator(indicator) for indicator in session.scalars(of_plan))
    return PlanFigures(targets, rows, tuple(sorted({year for row in rows for year in row.cells})))


def plan_trail(session: Session, actor: Actor, plan_id: int, draft_id: int | None) -> PlanTrail:
    """Gives the acts on the plan's tasks the actor may see; the acts on the plan and the findings to the office."""
    events = session.scalars(_events(actor, plan_id).order_by(AuditEvent.at.desc()).limit(LATEST_EVENTS))
    rows = tuple(
        EventRow(e.at, e.actor_name, e.summary, e.subject_id if e.subject_type == "Task" else None) for e in events
    )
    if draft_id is None or not actor.sees_jurisdiction:
        return PlanTrail(rows, ())
    found = session.scalars(select(DraftFinding).where(DraftFinding.draft_id == draft_id).order_by(DraftFinding.start))
    return PlanTrail(rows, tuple(FindingRow(f.level, f.message, f.is_settled) for f in found))


def own_batch(session: Session, actor: Actor, plan_id: int) -> OwnBatch:
    """Gives what the actor's unit has not acknowledged in a plan, with the contact on the unit's record."""
    count, since = func.count(Assignment.id), func.min(Assignment.issued_on)
    is_waiting = and_(
        Assignment.unit_id == Unit.id, Assignment.plan_id == plan_id, Assignment.state == AssignmentState.ISSUED
    )
    query = (
        select(count, since, Unit.contact_name, Unit.contact_phone)
        .select_from(Unit)
        .outerjoin(Assignment, is_waiting)
        .where(Unit.id == actor.unit_id)
        .group_by(Unit.id, Unit.contact_name, Unit.contact_phone)
    )
    found = session.execute(query).first()
    return OwnBatch(*found) if found else OwnBatch(0, None, "", "")


def _events(actor: Actor, plan_id: int) -> Select[Any]:
    tasks = select(Task.id).where(Task.plan_id == plan_id, task_scope(actor))
    of_tasks = and_(AuditEvent.subject_type == "Task", AuditEvent.subject_id.in_(tasks))
    of_plan = and_(AuditEvent.subject_type == "Plan", AuditEvent.subject_id == plan_id)
    return select(AuditEvent).where(or_(of_tasks, of_plan) if actor.sees_jurisdiction else of_tasks)


def _target(target: Target, number: str) -> TargetRow:
    return TargetRow(
        target.name,
        target.by,
        COMPARATORS.get(target.comparator, target.comparator),
        plain_number(target.value),
        target.unit_of_measure,
        target.printed,
        target.task_id,
        number,
    )


def _indicator(indicator: Indicator) -> IndicatorRow:
    cells = {
        str(year): IndicatorCell(
            plain_number(cell.get("value")), ROLES.get(cell.get("role") or "", ""), cell.get("note") or ""
        )
        for year, cell in (indicator.values or {}).items()
        if isinstance(cell, dict) and cell.get("value") is not None
    }
    units = tuple(u if isinstance(u, str) else str(u.get("name", "")) for u in indicator.units or [])
    return IndicatorRow(indicator.number, indicator.name, indicator.unit_of_measure, units, cells)


def plain_number(value: Any) -> str:
    """Gives a number without the noughts it was stored with: 100.0000 as 100, 55.3500 as 55.35."""
    text = f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
