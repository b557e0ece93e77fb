"""What an act is about: the tasks or duties that were chosen, within the actor's sight and as they were shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.actions import Action, Relation
from tracker.core.acts import allowed, check
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState
from tracker.core.workflow import RULES
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Assignment, Task
from tracker.models.columns import Versioned
from tracker.services.access import find_assignment, find_plan, find_task, task_scope, visible_tasks
from tracker.services.groups import Members
from tracker.services.situations import asking


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an act on a plan is about: the tasks with these ids, or with None every task it can be done to."""

    plan_id: int
    task_ids: tuple[int, ...] | None = None


def choose_tasks(session: Session, actor: Actor, chosen: Chosen, action: Action) -> list[Task]:
    """Gives the chosen tasks of a plan in printed order; with none named, those the act can be done to.

    Raises NotFound for a task out of sight or of another plan, NotAllowed or Conflict where there is none.
    """
    plan = find_plan(session, actor, chosen.plan_id)
    query = visible_tasks(actor).where(Task.plan_id == plan.id).order_by(Task.position)
    if chosen.task_ids is None:
        query = query.where(Task.state.in_(RULES[action].task_from))
    else:
        query = query.where(Task.id.in_(chosen.task_ids))
    query = query.options(
        joinedload(Task.plan),
        selectinload(Task.assignments).joinedload(Assignment.unit),
        selectinload(Task.group_duties),
    )
    tasks = list(session.scalars(query))
    if chosen.task_ids is not None and {task.id for task in tasks} != set(chosen.task_ids):
        raise NotFound("所选任务中有的不在这份方案里，或者您没有查看它的权限。")
    if not tasks:
        _refuse_role(action, actor)
        raise Conflict(f"这份方案目前没有可以“{action.label}”的任务，可能已有人先行处理。")
    return tasks


def _refuse_role(action: Action, actor: Actor) -> None:
    if not allowed(action, roles=actor.roles, relations=frozenset(Relation), has_lead=False):
        raise NotAllowed(f"您的角色不能进行“{action.label}”。")


def check_all(session: Session, actor: Actor, action: Action, tasks: list[Task], *, today: date) -> Members:
    """Checks every task and names all that are hindered at once. Gives the members of the groups they name."""
    view = asking(session, actor, tasks, today=today)
    hindered: dict[str, list[str]] = {}
    for task in tasks:
        try:
            check(action, view.of_task(task))
        except Invalid as refusal:
            hindered.setdefault(refusal.message, []).append(f"{task.number or '未编号'}{task.title[:12]}")
    if hindered:
        sentences = [f"{listed(names)}：{sentence}" for sentence, names in hindered.items()]
        raise Invalid({"": " ".join(sentences)})
    return view.members


def listed(names: list[str]) -> str:
    """Gives names as a sentence shows them: the first five, then how many in all."""
    shown = "、".join(f"“{name}”" for name in names[:5])
    return f"{shown}等{len(names)}项" if len(names) > 5 else shown


def choose_own_issued(session: Session, actor: Actor, chosen: Chosen) -> list[Assignment]:
    """Gives the duties of the actor's unit in a plan; with none named, those that wait to be acknowledged.

    Raises NotFound for a task that is not the unit's, NotAllowed or Conflict where there is none.
    """
    if actor.unit_id is None:
        raise NotAllowed("您没有所属单位，不能签收任务。")
    query = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(task_scope(actor), Assignment.plan_id == chosen.plan_id, Assignment.unit_id == actor.unit_id)
        .options(joinedload(Assignment.task), joinedload(Assignment.unit))
        .order_by(Task.position)
    )
    if chosen.task_ids is None:
        query = query.where(Assignment.state == AssignmentState.ISSUED)
    else:
        query = query.where(Assignment.task_id.in_(chosen.task_ids))
    duties = list(session.scalars(query))
    if chosen.task_ids is not None and {duty.task_id for duty in duties} != set(chosen.task_ids):
        raise NotFound("所选任务中有的不属于贵单位。")
    if not duties:
        _refuse_role(Action.ACKNOWLEDGE, actor)
        raise Conflict("这份方案目前没有待贵单位签收的任务，可能同事已经签收。")
    return duties


def shown_task(session: Session, actor: Actor, task_id: int, version: int) -> Task:
    """Gives a task as it was shown. Raises NotFound out of sight, Conflict when it has been changed since."""
    task = find_task(session, actor, task_id)
    refuse_stale(task, version)
    return task


def shown_duty(session: Session, actor: Actor, assignment_id: int, version: int) -> Assignment:
    """Gives a duty as it was shown. Raises NotFound out of sight, Conflict when it has been changed since."""
    duty = find_assignment(session, actor, assignment_id)
    refuse_stale(duty, version)
    return duty


def refuse_stale(record: Versioned, version: int) -> None:
    """Raises Conflict when a record has been changed since it was shown with this version."""
    if record.version != version:
        raise Conflict("就在您办理的时候，他人已经改动了这项任务。请查看最新内容后再办理。")


def choose_duties(session: Session, actor: Actor, assignment_ids: Sequence[int]) -> list[Assignment]:
    """Gives duties of any plans by their ids. Raises NotFound when one is out of sight, Invalid for none."""
    if not assignment_ids:
        raise Invalid({"": "请先选择要催办的任务。"})
    query = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(task_scope(actor), Assignment.id.in_(assignment_ids))
        .options(joinedload(Assignment.task).joinedload(Task.plan), joinedload(Assignment.unit))
        .order_by(Assignment.id)
    )
    duties = list(session.scalars(query))
    if {duty.id for duty in duties} != set(assignment_ids):
        raise NotFound("所选任务中有的不存在，或者您没有查看它的权限。")
    return duties
