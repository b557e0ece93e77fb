"""What a unit's desk says of partners: parts that wait for the lead to accept them, shares given to the unit itself."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, null, select, union_all
from sqlalchemy.orm import Session, aliased

from tracker.core.lights import Light
from tracker.core.paging import MOST_COUNTED
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, TaskState
from tracker.models import Assignment, Task, Unit
from tracker.services.desk_rows import KEPT, Line, Section, Today, section, task_label
from tracker.services.duties import OPEN_DUTIES

_TO_DO = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS)


def partner_sections(session: Session, actor: Actor, today: Today) -> tuple[Section, Section]:
    """Gives the parts that partners say are finished, and the sub-tasks the unit was given, soonest due first."""
    rows = session.execute(_asked(actor)).all()
    to_accept = [
        Line(task_label(row.number, row.part, row.title), f"{row.unit}已报送完成", unit=row.unit, task_id=row.task_id)
        for row in rows
        if row.unit is not None
    ]
    shares = [_share(row, today) for row in rows if row.unit is None]
    return (
        section("to_accept", "责任单位已报完成，待牵头单位认可", to_accept),
        section("subtasks", "牵头单位分解的子任务", shares),
    )


@lru_cache(maxsize=KEPT)
def _asked(actor: Actor) -> Select[Any]:
    kinds = (_of_led_tasks(actor), _of_given_subtasks(actor), _shares(actor))
    found = union_all(*(select(kind.limit(MOST_COUNTED + 1).subquery()) for kind in kinds)).subquery()
    return select(found).order_by(found.c.due_on, found.c.task_id)


def _of_led_tasks(actor: Actor) -> Select[Any]:
    partner = aliased(Assignment)
    query = _columns(Unit.name, false()).select_from(Assignment).join(partner, partner.task_id == Assignment.task_id)
    query = query.join(Task, Task.id == partner.task_id).join(Unit, Unit.id == partner.unit_id)
    return query.where(
        *(_is_led_by(actor, Assignment), Assignment.state.in_(OPEN_DUTIES), partner.id != Assignment.id),
        *(partner.state == AssignmentState.SUBMITTED, Task.state == TaskState.IN_PROGRESS),
    )


def _of_given_subtasks(actor: Actor) -> Select[Any]:
    part = aliased(Assignment)
    query = _columns(Unit.name, false()).select_from(Assignment).join(Task, Task.parent_id == Assignment.task_id)
    query = query.join(part, part.task_id == Task.id).join(Unit, Unit.id == part.unit_id)
    return query.where(
        *(_is_led_by(actor, Assignment), Assignment.state.in_(OPEN_DUTIES)),
        *(part.state == AssignmentState.SUBMITTED, Task.state == TaskState.IN_PROGRESS),
    )


def _shares(actor: Actor) -> Select[Any]:
    query = _columns(null(), Assignment.state == AssignmentState.ISSUED)
    query = query.select_from(Assignment).join(Task, Task.id == Assignment.task_id)
    is_share = (Assignment.role == DutyRole.COOPERATING, Task.parent_id.is_not(None))
    return query.where(
        Assignment.unit_id == actor.unit_id,
        Assignment.state.in_(_TO_DO),
        *is_share,
        Task.state == TaskState.IN_PROGRESS,
    )


def _columns(unit: Any, is_new: Any) -> Select[Any]:
    columns = (Task.id.label("task_id"), Task.number, Task.part, Task.title, Task.due_on)
    return select(*columns, unit.label("unit"), is_new.label("is_new"))


def _is_led_by(actor: Actor, duty: Any) -> ColumnElement[bool]:
    """Gives the condition that the actor's unit leads the task of a duty, said by the columns of an index."""
    return and_(duty.unit_id == actor.unit_id, duty.role == DutyRole.LEAD, duty.is_first_lead)


def _share(row: Any, today: Today) -> Line:
    late = today.late(row.due_on)
    return Line(
        task_label(row.number, None, row.title),
        AssignmentState.ISSUED.label if row.is_new else "",
        shown=Light.LATE.value if late is not None else "",
        due_on=row.due_on,
        workdays=late if late is not None else today.left(row.due_on),
        task_id=row.task_id,
    )
