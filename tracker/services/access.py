"""The one place that decides which records a person can see; every page and act reaches its records through here.

The office and leaders see everything of their jurisdiction. A unit sees:
- the tasks it has part in, from their issue on, the sub-tasks it gave, and the plans these stand in;
- of such a task the states, lights and filed reports of every unit, never a draft or what waits for a signature;
- where it is a county, township or zone: its own share alone, that is its own row and those of leads and departments,
  not the rows, reports, files and history of other counties, unless it leads the task itself;
- slips (督办单) and scans of what was entered (代录) that are its own, instructions (批示) once they were sent to it.
Administrators see people, units, settings or the trail by their permissions, and no task.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, UnitKind
from tracker.errors import NotFound
from tracker.models import Assignment, Instruction, InstructionReply, Plan, Slip, Task, Unit

# A unit learns of a task when it is issued, not while the office still prepares it.
# Governments of a place, whose rows in one task concern one another no further than those of strangers.
REGIONAL = (UnitKind.COUNTY, UnitKind.TOWNSHIP, UnitKind.ZONE)
_KNOWN_TO_UNITS = [state for state in AssignmentState if state is not AssignmentState.PLANNED]


# An alias of a table copies all its columns: every page asks for these conditions, several times.
_given, _own = aliased(Task), aliased(Assignment)


def task_scope(actor: Actor) -> ColumnElement[bool]:
    """Gives the condition on Task that holds for every task the actor may see."""
    if actor.sees_jurisdiction:
        return Task.jurisdiction_id == actor.jurisdiction_id
    return _tasks_of(actor.unit_id) if actor.unit_id is not None else false()


@lru_cache(maxsize=512)
def _tasks_of(unit_id: int) -> ColumnElement[bool]:
    mine = select(Assignment.task_id).where(Assignment.unit_id == unit_id, Assignment.state.in_(_KNOWN_TO_UNITS))
    return Task.id.in_(mine.union_all(_given_by(unit_id)))


def _given_by(unit_id: int) -> Select[tuple[int]]:
    """The sub-tasks of the tasks a unit leads: it gave them, and accepts their parts."""
    return (
        select(_given.id)
        .join(Assignment, Assignment.task_id == _given.parent_id)
        .where(Assignment.unit_id == unit_id, Assignment.is_first_lead, Assignment.state != AssignmentState.WAIVED)
    )


def duty_scope(actor: Actor) -> ColumnElement[bool]:
    """Gives the condition on Assignment that holds, in a task the actor may see, for every duty the actor may see."""
    if actor.sees_jurisdiction:
        return true()
    return _duties_of(actor.unit_id) if actor.unit_id is not None else false()


@lru_cache(maxsize=512)
def _duties_of(unit_id: int) -> ColumnElement[bool]:
    places = select(Unit.id).where(Unit.kind.in_(REGIONAL))
    led = select(_own.task_id).where(_own.unit_id == unit_id, _own.role == DutyRole.LEAD)
    return or_(
        Assignment.unit_id == unit_id,
        Assignment.role == DutyRole.LEAD,
        Assignment.unit_id.not_in(places),
        ~exists().where(Unit.id == unit_id, Unit.kind.in_(REGIONAL)),
        Assignment.task_id.in_(led.union_all(_given_by(unit_id))),
    )


def plan_scope(actor: Actor) -> ColumnElement[bool]:
    """Gives the condition on Plan that holds for every plan the actor may see."""
    if actor.sees_jurisdiction:
        return Plan.jurisdiction_id == actor.jurisdiction_id
    if actor.unit_id is None:
        return false()
    mine = select(Assignment.plan_id).where(Assignment.unit_id == actor.unit_id, Assignment.state.in_(_KNOWN_TO_UNITS))
    return Plan.id.in_(mine)


def visible_tasks(actor: Actor) -> Select[tuple[Task]]:
    """Gives the query of every task the actor may see."""
    return select(Task).where(task_scope(actor))


def find_task(session: Session, actor: Actor, task_id: int) -> Task:
    """Gives one task. Raises NotFound when it does not exist or is not the actor's to see."""
    task = session.scalar(visible_tasks(actor).where(Task.id == task_id))
    if task is None:
        raise NotFound("没有找到这项任务，或者您没有查看它的权限。")
    return task


def find_plan(session: Session, actor: Actor, plan_id: int) -> Plan:
    """Gives one plan. Raises NotFound when it does not exist or is not the actor's to see."""
    plan = session.scalar(select(Plan).where(plan_scope(actor), Plan.id == plan_id))
    if plan is None:
        raise NotFound("没有找到这份方案，或者您没有查看它的权限。")
    return plan


def find_assignment(session: Session, actor: Actor, assignment_id: int) -> Assignment:
    """Gives one assignment of a task the actor may see. Raises NotFound otherwise."""
    query = select(Assignment).join(Task).where(task_scope(actor), duty_scope(actor))
    assignment = session.scalar(query.where(Assignment.id == assignment_id))
    if assignment is None:
        raise NotFound("没有找到这项责任分工，或者您没有查看它的权限。")
    return assignment


def slip_scope(actor: Actor) -> ColumnElement[bool]:
    """Gives the condition on Slip joined with Assignment that holds for every slip the actor may see.

    A slip is between the office and the unit it is addressed to.
    """
    if actor.sees_jurisdiction:
        return Slip.jurisdiction_id == actor.jurisdiction_id
    return Assignment.unit_id == actor.unit_id if actor.unit_id is not None else false()


def instruction_scope(actor: Actor) -> ColumnElement[bool]:
    """Gives the condition on Instruction that holds for every instruction the actor may see.

    A unit sees those that were sent to it, once the officer has sorted them.
    """
    if actor.sees_jurisdiction:
        return Instruction.jurisdiction_id == actor.jurisdiction_id
    if actor.unit_id is None:
        return false()
    sent = select(InstructionReply.instruction_id).where(InstructionReply.unit_id == actor.unit_id)
    return Instruction.id.in_(sent)
