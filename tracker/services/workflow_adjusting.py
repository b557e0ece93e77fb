"""Adjustment of duties (调整分工): asked for by a unit, or proposed by the officer, approved by the office's head.

History stays with the old unit, what it still owes passes on. A unit stays bound until it is decided. An adjustment
holds from today or a day that has passed: one that is to come is entered when it comes. Source: DESIGN 5.1, adjust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.adjusting import Change, Held, after, kind_of, wrong_with
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, RequestStatus
from tracker.db import office_date
from tracker.errors import Conflict, Invalid
from tracker.models import Adjustment, AdjustmentRequest, Assignment, ExtensionRequest, Jurisdiction, Task, Unit
from tracker.services.acting import finish, on_duties, on_tasks
from tracker.services.choosing import shown_duty, shown_task
from tracker.services.deciding import find_request, settle, waiting_request
from tracker.services.registry import living_units
from tracker.services.situations import asking
from tracker.services.waiting import OPEN_REQUESTS
from tracker.services.workflow_passing import pass_duty
from tracker.services.workflow_subtasks import close_with_last_part


@dataclass(frozen=True, slots=True)
class Proposal:
    """An adjustment as typed: from which day, on what basis, what changes."""

    effective_on: date | None
    basis: str
    changes: Sequence[Change]


def ask_adjustment(
    session: Session, actor: Actor, assignment_id: int, *, version: int, reason: str, unit_id: int | None, now: datetime
) -> AdjustmentRequest:
    """Asks to have a duty adjusted (申请调整分工), with the unit that should have it where the asker knows one."""
    duty = shown_duty(session, actor, assignment_id, version)
    view = asking(session, actor, [duty.task], today=office_date(now))
    check(Action.ASK_ADJUSTMENT, view.of_duty(duty.task, duty))
    check_inputs(Action.ASK_ADJUSTMENT, {"reason": reason})
    proposed = _living(session, actor, now).get(unit_id) if unit_id is not None else None
    if unit_id is not None and proposed is None:
        raise Invalid({"unit": "请从列表中选择建议承接单位。"})
    request = AdjustmentRequest(
        assignment=duty,
        jurisdiction_id=duty.jurisdiction_id,
        status=RequestStatus.ASKED,
        asked_by_id=actor.user_id,
        asked_at=now,
        asked_on=view.today,
        reason=reason.strip(),
        proposed_unit=proposed,
    )
    duty.adjustment_asked_on = view.today
    session.add(request)
    words = f"{reason.strip()}（建议由{proposed.name}承接）" if proposed is not None else reason.strip()
    finish(session, actor, on_duties(Action.ASK_ADJUSTMENT, [duty], words), now=now)
    return request


def decline_adjustment(
    session: Session, actor: Actor, request_id: int, *, version: int, reason: str, now: datetime
) -> None:
    """Declines a unit's request (不同意调整); it stays bound as it was."""
    request = find_request(session, actor, AdjustmentRequest, request_id)
    waiting_request(session, actor, Action.DECLINE_ADJUSTMENT, request, version=version, now=now)
    check_inputs(Action.DECLINE_ADJUSTMENT, {"reason": reason})
    settle(request, actor, Action.DECLINE_ADJUSTMENT, words=reason, now=now)
    request.assignment.adjustment_asked_on = None
    finish(session, actor, on_duties(Action.DECLINE_ADJUSTMENT, [request.assignment], reason.strip()), now=now)


def propose_adjustment(
    session: Session, actor: Actor, task_id: int, *, version: int, proposal: Proposal, now: datetime
) -> Adjustment:
    """Proposes who does what in a task from a day on (调整分工); where one person does both steps it holds at once.

    Raises Invalid("changes") for changes that leave the task without anybody, or without a lead it had.
    """
    task = shown_task(session, actor, task_id, version)
    check(Action.ADJUST, asking(session, actor, [task], today=office_date(now)).of_task(task))
    check_inputs(Action.ADJUST, {"basis": proposal.basis})
    effective_on = _checked(session, actor, task, proposal, now)
    touched = {change.duty_id for change in proposal.changes}
    requests = [request for request in _open_requests(session, task) if request.assignment_id in touched]
    adjustment = Adjustment(
        task=task,
        jurisdiction_id=task.jurisdiction_id,
        request=requests[0] if requests else None,
        kind=kind_of(_held(task), proposal.changes),
        basis=proposal.basis.strip(),
        effective_on=effective_on,
        changes=[_stored(change) for change in proposal.changes],
        status=RequestStatus.ASKED,
        asked_by_id=actor.user_id,
        asked_at=now,
    )
    session.add(adjustment)
    words = f"{describe(session, adjustment)}。自{effective_on.isoformat()}起。依据：{adjustment.basis}"
    is_alone = session.get_one(Jurisdiction, task.jurisdiction_id).is_one_person
    finish(session, actor, on_tasks(Action.ADJUST, [task], words, is_told=not is_alone), now=now)
    if is_alone:
        _approve(session, actor, adjustment, now)
    return adjustment


def approve_adjustment(session: Session, actor: Actor, adjustment_id: int, *, version: int, now: datetime) -> None:
    """Approves an adjustment (批准调整分工): duties pass on as proposed, requests it answers are granted."""
    adjustment = find_request(session, actor, Adjustment, adjustment_id)
    waiting_request(session, actor, Action.APPROVE_ADJUSTMENT, adjustment, version=version, now=now)
    _approve(session, actor, adjustment, now)


def refuse_adjustment(
    session: Session, actor: Actor, adjustment_id: int, *, version: int, reason: str, now: datetime
) -> None:
    """Refuses an adjustment (不批准调整分工); duties, and the request it would have answered, stay as they are."""
    adjustment = find_request(session, actor, Adjustment, adjustment_id)
    waiting_request(session, actor, Action.REFUSE_ADJUSTMENT, adjustment, version=version, now=now)
    check_inputs(Action.REFUSE_ADJUSTMENT, {"reason": reason})
    settle(adjustment, actor, Action.REFUSE_ADJUSTMENT, words=reason, now=now)
    finish(session, actor, on_tasks(Action.REFUSE_ADJUSTMENT, [adjustment.task], reason.strip()), now=now)


def adjust_by_document(
    session: Session, actor: Actor, task: Task, proposal: Proposal, *, asked_by_id: int, now: datetime
) -> None:
    """Adjusts the duties of a task as a new edition of its document has them, which somebody proposed as a whole."""
    adjustment = Adjustment(
        task=task,
        jurisdiction_id=task.jurisdiction_id,
        kind=kind_of(_held(task), proposal.changes),
        basis=proposal.basis,
        effective_on=proposal.effective_on or office_date(now),
        changes=[_stored(change) for change in proposal.changes],
        status=RequestStatus.ASKED,
        asked_by_id=asked_by_id,
        asked_at=now,
    )
    session.add(adjustment)
    session.flush()
    _approve(session, actor, adjustment, now)


def changes_of(adjustment: Adjustment) -> list[Change]:
    """Gives the changes of an adjustment as they were proposed."""
    return [
        Change(
            each["assignment_id"],
            each["unit_id"],
            DutyRole._value2member_map_.get(each["role"]),  # type: ignore[arg-type]
            each["leaves"],
            each["is_first"],
        )
        for each in adjustment.changes
    ]


def describe(session: Session, adjustment: Adjustment) -> str:
    """Gives what an adjustment changes, as the trail and its pages word it."""
    changes = changes_of(adjustment)
    duties = {duty.id: duty for duty in adjustment.task.assignments}
    wanted = [change.unit_id for change in changes]
    units = {unit.id: unit.name for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
    return "；".join(_sentence(change, duties.get(change.duty_id or 0), units) for change in changes)


def _sentence(change: Change, duty: Assignment | None, units: dict[int, str]) -> str:
    taker = units.get(change.unit_id or 0, "")
    role = "首位牵头" if change.is_first else change.role.label if change.role is not None else ""
    if duty is None:
        return f"增加{taker}为{role}单位"
    if change.leaves:
        as_role = f"（{role}）" if role else ""
        return f"{duty.unit.name}退出，由{taker}承接{as_role}" if taker else f"{duty.unit.name}退出"
    if change.unit_id == duty.unit_id:
        return f"{taker}由{duty.role.label}改为{role}"
    return f"从{duty.unit.name}的职责中分出一部分，由{taker}承担（{role or duty.role.label}）"


def _approve(session: Session, actor: Actor, adjustment: Adjustment, now: datetime) -> None:
    task, changes = adjustment.task, changes_of(adjustment)
    held = _held(task)
    if wrong_with(held, changes) or any(change.duty_id not in _keys(held) for change in changes if change.duty_id):
        raise Conflict("方案提出后，该任务的分工已有变动，不能再按原方案调整。请不予批准，由经办人重新提出。")
    settle(adjustment, actor, Action.APPROVE_ADJUSTMENT, now=now)
    touched = {change.duty_id for change in changes}
    for request in _open_requests(session, task):
        if request.assignment_id in touched:
            settle(request, actor, Action.APPROVE_ADJUSTMENT, words=f"已调整：{adjustment.kind.label}", now=now)
            request.assignment.adjustment_asked_on = None
    shares = after(held, changes)
    words = f"{describe(session, adjustment)}。自{adjustment.effective_on.isoformat()}起。依据：{adjustment.basis}"
    for change in changes:
        _change(session, task, change, now)
    _drop_requests_of_leavers(session, actor, task, now)
    for duty in task.assignments:
        share = shares.get(duty.unit_id)
        if share is not None and duty.state is not AssignmentState.WAIVED:
            duty.role, duty.is_first_lead = share.role, share.is_first_lead
    finish(session, actor, on_tasks(Action.APPROVE_ADJUSTMENT, [task], words), now=now)
    close_with_last_part(session, actor, task, now=now)


def _change(session: Session, task: Task, change: Change, now: datetime) -> None:
    duty = next((each for each in task.assignments if each.id == change.duty_id), None)
    taker = session.get_one(Unit, change.unit_id) if change.unit_id is not None else None
    if duty is not None and change.leaves and taker is None:
        duty.state = AssignmentState.WAIVED
    if taker is None or (duty is not None and duty.unit_id == taker.id):
        return
    known = next((each for each in task.assignments if each.unit_id == taker.id), None)
    is_bound = known is not None and known.state is not AssignmentState.WAIVED
    if duty is not None and change.leaves and duty.state is not AssignmentState.WAIVED:
        made = pass_duty(session, duty, taker)
    else:
        made = known or _new_duty(task, taker)
        made.taken_from_id = duty.id if duty is not None else None
    if not is_bound:
        _bind(made, change, task, office_date(now))
    session.add(made)
    session.flush()


def _new_duty(task: Task, taker: Unit) -> Assignment:
    last = max((duty.position for duty in task.assignments), default=0)
    place = {"plan_id": task.plan_id, "jurisdiction_id": task.jurisdiction_id, "position": last + 1}
    return Assignment(task=task, unit=taker, **place)


def _bind(made: Assignment, change: Change, task: Task, today: date) -> None:
    """A unit that comes into a task has yet to acknowledge it."""
    made.state, made.issued_on, made.acknowledged_on, made.done_on = AssignmentState.ISSUED, today, None, None
    made.role = change.role or made.role
    made.printed = made.printed or made.unit.name
    made.original_due_on = made.original_due_on or made.due_on or task.due_on
    made.contact_name, made.contact_phone = made.unit.contact_name, made.unit.contact_phone


def _drop_requests_of_leavers(session: Session, actor: Actor, task: Task, now: datetime) -> None:
    left = [duty.id for duty in task.assignments if duty.state is AssignmentState.WAIVED]
    query = select(ExtensionRequest).where(
        ExtensionRequest.assignment_id.in_(left), ExtensionRequest.status.in_(OPEN_REQUESTS)
    )
    for request in session.scalars(query):
        settle(request, actor, Action.REFUSE_EXTENSION, words="该单位的分工已调整退出。", now=now)


def _checked(session: Session, actor: Actor, task: Task, proposal: Proposal, now: datetime) -> date:
    wrong: dict[str, str] = {}
    on, today = proposal.effective_on, office_date(now)
    if on is None or on > today or (task.issued_on is not None and on < task.issued_on):
        wrong["effective_on"] = "生效日期应在交办之后、今天之前；将来生效的，请到时再办理。"
    living, present = _living(session, actor, now), {duty.unit_id for duty in _bound(task)}
    wanted = {change.unit_id for change in proposal.changes if change.unit_id is not None}
    held = _held(task)
    if wanted - living.keys() - present or {c.duty_id for c in proposal.changes} - _keys(held) - {None}:
        wrong["changes"] = "所选单位或分工已经变动，请重新选择。"
    elif sentence := wrong_with(held, proposal.changes):
        wrong["changes"] = sentence
    if wrong or on is None:
        raise Invalid(wrong)
    return on


def _living(session: Session, actor: Actor, now: datetime) -> dict[int, Unit]:
    return {unit.id: unit for unit in living_units(session, actor, office_date(now))}


def _bound(task: Task) -> list[Assignment]:
    return [duty for duty in task.assignments if duty.state is not AssignmentState.WAIVED]


def _held(task: Task) -> list[Held]:
    return [Held(duty.id, duty.unit_id, duty.role, duty.is_first_lead) for duty in _bound(task)]


def _keys(held: Sequence[Held]) -> set[int | None]:
    return {each.duty_id for each in held}


def _open_requests(session: Session, task: Task) -> Sequence[AdjustmentRequest]:
    keys = [duty.id for duty in task.assignments]
    query = select(AdjustmentRequest).where(
        AdjustmentRequest.assignment_id.in_(keys), AdjustmentRequest.status.in_(OPEN_REQUESTS)
    )
    return session.scalars(query.order_by(AdjustmentRequest.id)).all()


def _stored(change: Change) -> dict[str, Any]:
    return {
        "assignment_id": change.duty_id,
        "unit_id": change.unit_id,
        "role": change.role.value if change.role is not None else None,
        "leaves": change.leaves,
        "is_first": change.is_first,
    }
