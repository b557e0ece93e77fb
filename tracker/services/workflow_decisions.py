"""Decisions on a whole task: suspension, its end, standing, the look-back and what it brings back.

Each keeps its reason and basis as a record of its own, since reports cite them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, CheckOutcome, PlanStatus, TaskState
from tracker.core.workflow import RULES
from tracker.db import office_date
from tracker.errors import Invalid
from tracker.models import LookBack, Task, TaskDecision
from tracker.services.acting import finish, on_tasks
from tracker.services.choosing import shown_task
from tracker.services.duties import first_lead
from tracker.services.lights import refresh_lights
from tracker.services.situations import asking
from tracker.services.workflow_subtasks import follow_parent


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a task is decided on: the reason, and the meeting or document it rests on."""

    reason: str
    basis: str = ""


def decide_task(
    session: Session, actor: Actor, task_id: int, action: Action, *, version: int, grounds: Grounds, now: datetime
) -> Task:
    """Suspends, resumes, ends or reopens a task, or makes it standing (中止、恢复办理、终止、恢复督办、转常态化).

    Gives the task. Raises Invalid for a missing reason or basis, Conflict for a state from which it cannot be done.
    """
    task = shown_task(session, actor, task_id, version)
    check(action, asking(session, actor, [task], today=office_date(now)).of_task(task))
    check_inputs(action, {"reason": grounds.reason, "basis": grounds.basis})
    _DONE[action](task)
    session.add(
        TaskDecision(
            task_id=task.id,
            action=action.value,
            reason=grounds.reason.strip(),
            basis=grounds.basis.strip(),
            decided_on=office_date(now),
            decided_by_id=actor.user_id,
            decided_at=now,
        )
    )
    basis = f"（依据：{grounds.basis.strip()}）" if grounds.basis.strip() else ""
    finish(session, actor, on_tasks(action, [task], f"{grounds.reason.strip()}{basis}"), now=now)
    refresh_lights(session, follow_parent(task), now=now)
    return task


def _suspend(task: Task) -> None:
    task.resumes_to = task.state
    task.state = TaskState.SUSPENDED


def _resume(task: Task) -> None:
    task.state = task.resumes_to or TaskState.IN_PROGRESS
    task.resumes_to = None


def _enter(action: Action) -> Callable[[Task], None]:
    wanted = RULES[action].task_to

    def done(task: Task) -> None:
        assert wanted is not None  # noqa: S101 - these rows of the table name the state they lead to
        task.state, task.resumes_to = wanted, None

    return done


def _reopen(task: Task) -> None:
    task.state, task.closed_on, task.grade = TaskState.IN_PROGRESS, None, None
    lead = first_lead(task.assignments)
    # Without a lead every part is open again, since nobody can tell from here whose part has failed.
    for duty in [lead] if lead is not None else task.assignments:
        if duty.state is AssignmentState.DONE:
            duty.state, duty.done_on = AssignmentState.IN_PROGRESS, None
    if task.plan.status is PlanStatus.CLOSED:
        task.plan.status = PlanStatus.ISSUED


_DONE: dict[Action, Callable[[Task], None]] = {
    Action.SUSPEND: _suspend,
    Action.RESUME: _resume,
    Action.REOPEN: _reopen,
    Action.TERMINATE: _enter(Action.TERMINATE),
    Action.MAKE_STANDING: _enter(Action.MAKE_STANDING),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-back found, and on which day it was made."""

    outcome: CheckOutcome | None
    words: str
    checked_on: date


def look_back(session: Session, actor: Actor, task_id: int, *, version: int, found: Found, now: datetime) -> LookBack:
    """Records a check of what was closed (回头看); after a failed one the office's head can reopen the task.

    Raises Invalid without an outcome or words, or for a day to come or before the closing.
    """
    task = shown_task(session, actor, task_id, version)
    check(Action.LOOK_BACK, asking(session, actor, [task], today=office_date(now)).of_task(task))
    check_inputs(Action.LOOK_BACK, {"words": found.words})
    if found.outcome is None:
        raise Invalid({"outcome": "请选择回头看的结果。"})
    if not (task.closed_on or found.checked_on) <= found.checked_on <= office_date(now):
        raise Invalid({"checked_on": "回头看日期应在办结之后、今天之前。"})
    made = LookBack(
        task_id=task.id,
        checked_on=found.checked_on,
        outcome=found.outcome,
        words=found.words.strip(),
        checked_by_id=actor.user_id,
        checked_at=now,
    )
    session.add(made)
    finish(session, actor, on_tasks(Action.LOOK_BACK, [task], f"{found.outcome.label}：{found.words.strip()}"), now=now)
    return made


def ask_partners(session: Session, actor: Actor, task_id: int, *, version: int, words: str, now: datetime) -> int:
    """Has the lead ask its partners to say that their parts are finished; silence for five working days is consent.

    Gives how many were asked. Source: DESIGN 5.1, ask to close.
    """
    task = shown_task(session, actor, task_id, version)
    check(Action.ASK_PARTNERS, asking(session, actor, [task], today=office_date(now)).of_task(task))
    check_inputs(Action.ASK_PARTNERS, {"words": words})
    open_states = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS)
    asked = [duty for duty in task.assignments if not duty.is_first_lead and duty.state in open_states]
    if not asked:
        raise Invalid({"": "其他单位的分工都已完成或报送完成情况，无需再请其确认。"})
    for duty in asked:
        duty.finish_asked_on = duty.finish_asked_on or office_date(now)
    finish(session, actor, on_tasks(Action.ASK_PARTNERS, [task], words.strip()), now=now)
    return len(asked)
