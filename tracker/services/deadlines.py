"""Due dates and how they move: an extension asked for before the date, a leader's decision after it.

The first date is kept for ever, so is every move with its basis and the lateness incurred until then.
Source: DESIGN 5.1, extend and move the date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.permissions import Actor
from tracker.core.terms import DueBasis, DueChangeKind, RequestStatus
from tracker.db import office_date
from tracker.errors import Conflict, Invalid
from tracker.models import Assignment, DueChange, ExtensionRequest, Jurisdiction, Task
from tracker.services.acting import finish, on_duties, on_tasks
from tracker.services.calendar import load_calendar
from tracker.services.choosing import shown_duty, shown_task
from tracker.services.deciding import find_request, settle, waiting_request
from tracker.services.duties import OPEN_DUTIES, leading
from tracker.services.situations import asking
from tracker.services.waiting import last_day


@dataclass(frozen=True, slots=True)
class MoreTime:
    """What a unit asks for: until when, why, and how far it has come."""

    proposed_on: date | None
    reason: str
    progress: str


def ask_extension(
    session: Session, actor: Actor, assignment_id: int, *, version: int, asked: MoreTime, now: datetime
) -> ExtensionRequest:
    """Asks for more time (申请延期), on or before the due date.

    Raises Invalid("") with the rule quoted when the date has passed, Invalid for a date that is no later one or, of a
    partner, beyond the task's.
    """
    duty = shown_duty(session, actor, assignment_id, version)
    task = duty.task
    view = asking(session, actor, [task], today=office_date(now))
    check(Action.ASK_EXTENSION, view.of_duty(task, duty))
    check_inputs(Action.ASK_EXTENSION, {"reason": asked.reason, "progress": asked.progress})
    due_on = _due_on(duty)
    proposed_on = _later(due_on, asked.proposed_on, "proposed_on")
    if _follows_another(task, duty) and task.due_on is not None and proposed_on > task.due_on:
        raise Invalid({"proposed_on": f"不能晚于任务的完成时限 {task.due_on.isoformat()}，请商牵头单位申请延期。"})
    request = ExtensionRequest(
        assignment=duty,
        task=task,
        jurisdiction_id=task.jurisdiction_id,
        status=RequestStatus.ASKED,
        asked_by_id=actor.user_id,
        asked_at=now,
        asked_on=view.today,
        from_due_on=due_on,
        proposed_due_on=proposed_on,
        reason=asked.reason.strip(),
        progress=asked.progress.strip(),
    )
    session.add(request)
    words = f"申请由{due_on.isoformat()}延至{proposed_on.isoformat()}。理由：{asked.reason.strip()}"
    finish(session, actor, on_duties(Action.ASK_EXTENSION, [duty], words), now=now)
    return request


def check_extension(session: Session, actor: Actor, request_id: int, *, version: int, now: datetime) -> None:
    """Checks a long extension first (初审); the office's head decides."""
    request = find_request(session, actor, ExtensionRequest, request_id)
    waiting_request(session, actor, Action.CHECK_EXTENSION, request, version=version, now=now)
    request.status = RequestStatus.CHECKED
    request.checked_by_id, request.checked_at = actor.user_id, now
    finish(session, actor, on_duties(Action.CHECK_EXTENSION, [request.assignment], _span(request)), now=now)


def grant_extension(session: Session, actor: Actor, request_id: int, *, version: int, now: datetime) -> None:
    """Grants an extension (同意延期): the date moves, the first one is kept and the times are counted.

    The first lead's moves the task, and with it everybody who has no date of their own. Raises Conflict when the date
    has been moved since it was asked.
    """
    request = find_request(session, actor, ExtensionRequest, request_id)
    waiting_request(session, actor, Action.GRANT_EXTENSION, request, version=version, now=now)
    duty, task = request.assignment, request.task
    if _due_on(duty) != request.from_due_on:
        raise Conflict("申请提出后，完成时限已经调整。请不予同意并说明，由单位按新的时限重新申请。")
    settle(request, actor, Action.GRANT_EXTENSION, now=now)
    place = session.get_one(Jurisdiction, task.jurisdiction_id)
    is_long = (request.proposed_due_on - request.from_due_on).days > place.officer_extension_days
    request.is_one_person = request.is_one_person or (is_long and request.checked_by_id is None)
    duty.extensions += 1
    _extend(session, actor, request, now)
    finish(session, actor, on_duties(Action.GRANT_EXTENSION, [duty], _span(request)), now=now)


def refuse_extension(
    session: Session, actor: Actor, request_id: int, *, version: int, reason: str, now: datetime
) -> None:
    """Refuses an extension (不同意延期); the date stays."""
    request = find_request(session, actor, ExtensionRequest, request_id)
    waiting_request(session, actor, Action.REFUSE_EXTENSION, request, version=version, now=now)
    check_inputs(Action.REFUSE_EXTENSION, {"reason": reason})
    settle(request, actor, Action.REFUSE_EXTENSION, words=reason, now=now)
    finish(session, actor, on_duties(Action.REFUSE_EXTENSION, [request.assignment], reason.strip()), now=now)


def move_due(
    session: Session, actor: Actor, task_id: int, *, version: int, to_on: date | None, basis: str, now: datetime
) -> None:
    """Moves a date that has passed, on a leader's decision (调整时限); lateness already incurred stays on record."""
    task = shown_task(session, actor, task_id, version)
    today = office_date(now)
    check(Action.MOVE_DUE, asking(session, actor, [task], today=today).of_task(task))
    check_inputs(Action.MOVE_DUE, {"basis": basis})
    from_on = task.due_on
    assert from_on is not None  # noqa: S101 - the table asks for a date that has passed
    to_on = _later(max(from_on, today), to_on, "to_on")
    late = shift_due(session, actor, task, to_on, basis=basis.strip(), now=now)
    task.due_basis = DueBasis.MOVED
    words = f"由{from_on.isoformat()}调整至{to_on.isoformat()}，调整前已逾期{late}个工作日。依据：{basis.strip()}"
    finish(session, actor, on_tasks(Action.MOVE_DUE, [task], words), now=now)


def shift_due(session: Session, actor: Actor, task: Task, to_on: date, *, basis: str, now: datetime) -> int:
    """Moves the date of a task that has one, keeping the lateness incurred until now. Gives that in working days."""
    from_on, today, calendar = task.due_on, office_date(now), load_calendar(session)
    assert from_on is not None  # noqa: S101 - only a date that there is can move
    last_on = last_day(task, from_on, calendar)
    late = calendar.workdays_between(last_on, today) if last_on < today else 0
    task.late_workdays_incurred += late
    for duty in task.assignments:
        if duty.state not in OPEN_DUTIES:
            continue
        kept_until = last_day(task, _due_on(duty), calendar)
        if kept_until < today:
            duty.late_workdays_incurred += calendar.workdays_between(kept_until, today)
        # A date of its own that has passed as well, or lies beyond the task's, gives way to it.
        if kept_until < today or (duty.due_on is not None and duty.due_on > to_on):
            duty.due_on = None
    task.due_on = to_on
    change = _change(task, None, actor, now, from_on=from_on, to_on=to_on)
    change.kind, change.basis, change.late_workdays = DueChangeKind.DECISION, basis, late
    session.add(change)
    return late


def _extend(session: Session, actor: Actor, request: ExtensionRequest, now: datetime) -> None:
    duty, task, to_on = request.assignment, request.task, request.proposed_due_on
    if _follows_another(task, duty):
        session.add(_of_request(request, duty, actor, now))
        duty.due_on = to_on
        return
    if duty.is_first_lead:
        duty.due_on = None
    else:
        # Where everybody answers alone, each keeps the date it had; the task lasts as long as the last of them.
        for other in task.assignments:
            if other is not duty and other.state in OPEN_DUTIES:
                other.due_on = _due_on(other)
        session.add(_of_request(request, duty, actor, now))
        duty.due_on = to_on
    if task.due_on is None or to_on > task.due_on:
        session.add(_of_request(request, None, actor, now))
        task.due_on, task.due_basis, task.extensions = to_on, DueBasis.EXTENDED, task.extensions + 1


def _of_request(request: ExtensionRequest, duty: Assignment | None, actor: Actor, now: datetime) -> DueChange:
    from_on = request.from_due_on if duty is not None else request.task.due_on or request.from_due_on
    change = _change(request.task, duty, actor, now, from_on=from_on, to_on=request.proposed_due_on)
    change.kind, change.basis, change.extension_request_id = DueChangeKind.EXTENSION, request.reason, request.id
    return change


def _change(
    task: Task, duty: Assignment | None, actor: Actor, now: datetime, *, from_on: date, to_on: date
) -> DueChange:
    return DueChange(
        task_id=task.id,
        assignment_id=duty.id if duty is not None else None,
        from_on=from_on,
        to_on=to_on,
        late_workdays=0,
        changed_by_id=actor.user_id,
        changed_at=now,
    )


def _due_on(duty: Assignment) -> date:
    due_on = duty.due_on or duty.task.due_on
    assert due_on is not None  # noqa: S101 - the table asks for a date first
    return due_on


def _follows_another(task: Task, duty: Assignment) -> bool:
    """Whether a duty is a partner's, whose date never passes the task's."""
    return not duty.is_first_lead and leading(task) is not None


def _later(than: date, typed: date | None, name: str) -> date:
    if typed is None:
        raise Invalid({name: "请填写新的完成时限。"})
    if typed <= than:
        raise Invalid({name: f"新的完成时限应晚于 {than.isoformat()}。"})
    return typed


def _span(request: ExtensionRequest) -> str:
    return f"由{request.from_due_on.isoformat()}延至{request.proposed_due_on.isoformat()}"
