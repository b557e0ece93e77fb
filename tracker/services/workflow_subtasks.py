"""Sub-tasks (子任务), one level: the lead gives a share of a task to its partners, who acknowledge and finish it.

A sub-task closes when every part is done. The parent cannot ask to close before. Source: DESIGN 5.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DueBasis, DutyRole, TaskKind, TaskState
from tracker.db import office_date
from tracker.errors import Invalid
from tracker.models import Assignment, Task
from tracker.services.acting import finish, on_tasks
from tracker.services.choosing import shown_task
from tracker.services.duties import FINISHED_DUTIES, OPEN_DUTIES
from tracker.services.situations import asking

_OPEN = frozenset({TaskState.IN_PROGRESS, TaskState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class TypedSubtask:
    """A sub-task as typed: `duty_ids` are the partners' duties in the parent."""

    title: str
    text: str
    due_on: date | None
    duty_ids: Sequence[int]


def partners_of(task: Task) -> list[Assignment]:
    """Gives the duties of the units a lead can give a share of its task to."""
    return [duty for duty in task.assignments if not duty.is_first_lead and duty.state in OPEN_DUTIES]


def give_subtask(
    session: Session, actor: Actor, task_id: int, *, version: int, typed: TypedSubtask, now: datetime
) -> Task:
    """Gives partners of a task a share of it (分解子任务); they acknowledge it as they do any task."""
    parent = shown_task(session, actor, task_id, version)
    today = office_date(now)
    check(Action.GIVE_SUBTASK, asking(session, actor, [parent], today=today).of_task(parent))
    check_inputs(Action.GIVE_SUBTASK, {"title": typed.title, "text": typed.text})
    chosen = [duty for duty in partners_of(parent) if duty.id in set(typed.duty_ids)]
    _refuse_wrong(parent, typed, len(chosen), today)
    task = _made(parent, typed, today)
    session.add(task)
    task.assignments = [_part(task, duty, place, today) for place, duty in enumerate(chosen, start=1)]
    finish(session, actor, on_tasks(Action.GIVE_SUBTASK, [task], typed.text.strip()), now=now)
    return task


def close_with_last_part(session: Session, actor: Actor, task: Task, *, now: datetime) -> None:
    """Closes a sub-task once each of its parts is done or has left; of any other task it does nothing."""
    if task.parent_id is None or task.state is not TaskState.IN_PROGRESS:
        return
    if all(duty.state in FINISHED_DUTIES for duty in task.assignments):
        task.state, task.closed_on = TaskState.CLOSED, office_date(now)
        # Whose last part was accepted has been told so.
        finish(session, actor, on_tasks(Action.CLOSE, [task], "各单位分工均已完成", is_told=False), now=now)


def follow_parent(task: Task) -> list[Task]:
    """Takes a task's sub-tasks with it when it is suspended, resumed or ended. Gives those that changed.

    A share that was closed stays closed.
    """
    moved = [subtask for subtask in task.subtasks if subtask.state in _OPEN and subtask.state is not _state(task)]
    for subtask in moved:
        subtask.state = _state(task)
    return moved


def _state(parent: Task) -> TaskState:
    """What state an open sub-task has while its parent has its own."""
    return parent.state if parent.state in (TaskState.SUSPENDED, TaskState.TERMINATED) else TaskState.IN_PROGRESS


def _refuse_wrong(parent: Task, typed: TypedSubtask, units: int, today: date) -> None:
    wrong: dict[str, str] = {}
    if len(typed.title.strip()) > 200:
        wrong["title"] = "最多 200 字，详细要求请写在下面。"
    if not units:
        wrong["duty"] = "请选择承办单位；只能分解给本任务的其他责任单位。"
    if typed.due_on is None:
        wrong["due_on"] = "请填写完成时限。"
    elif typed.due_on < today:
        wrong["due_on"] = "完成时限不能早于今天。"
    elif parent.due_on is not None and not parent.is_standing and typed.due_on > parent.due_on:
        wrong["due_on"] = f"不能晚于上级任务的完成时限 {parent.due_on.isoformat()}。"
    if wrong:
        raise Invalid(wrong)


def _made(parent: Task, typed: TypedSubtask, today: date) -> Task:
    stem = parent.number.rstrip(".．、 ")
    return Task(
        parent=parent,
        plan=parent.plan,
        jurisdiction_id=parent.jurisdiction_id,
        outline_node_id=parent.outline_node_id,
        position=parent.position,
        number=f"{stem}-{len(parent.subtasks) + 1}",
        kind=TaskKind.TASK,
        title=typed.title.strip(),
        text=typed.text.strip() or typed.title.strip(),
        state=TaskState.IN_PROGRESS,
        original_due_on=typed.due_on,
        due_on=typed.due_on,
        due_basis=DueBasis.BY_HAND,
        milestones=[],
        issued_on=today,
    )


# The parts answer the lead as cooperating units do: they file nothing and stand in no figure of units.
def _part(task: Task, of: Assignment, place: int, today: date) -> Assignment:
    return Assignment(
        plan_id=of.plan_id,
        jurisdiction_id=of.jurisdiction_id,
        unit=of.unit,
        role=DutyRole.COOPERATING,
        position=place,
        printed=of.unit.name,
        state=AssignmentState.ISSUED,
        issued_on=today,
        original_due_on=task.due_on,
    )
