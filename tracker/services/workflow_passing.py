"""One unit's duty taken over by another: the old one ends as 调整退出 with its history, the new one goes on from it."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.core.terms import AssignmentState, ReplyStatus, RequestStatus, SlipStatus
from tracker.models import (
    AdjustmentRequest,
    Assignment,
    ExtensionRequest,
    Instruction,
    InstructionReply,
    Slip,
    Unit,
)
from tracker.services.duties import FINISHED_DUTIES

# What the taker goes on with; who answers there, and since when it is bound, is its own.
_CARRIED = (
    *("role", "is_first_lead", "printed", "group_id", "issued_on", "acknowledged_on", "original_due_on", "due_on"),
    *("percent", "last_filed_on", "judged_light", "judged_on", "judged_until_on", "judged_reason"),
    *("extensions", "late_workdays_incurred", "adjustment_asked_on", "finish_asked_on"),
)
_UNDECIDED = (RequestStatus.ASKED, RequestStatus.CHECKED)
_UNANSWERED = (SlipStatus.ISSUED, SlipStatus.ANSWERED, SlipStatus.REJECTED)


def pass_duty(session: Session, duty: Assignment, taker: Unit) -> Assignment:
    """Lets a unit take over another's duty in a task and gives the duty it has then.

    A unit with a duty in the task already keeps one: the stronger role wins, with its dates and figures. A duty that
    was only planned is no history and is removed. Requests, slips and instructions still open pass on as well.
    """
    task, held = duty.task, next((each for each in duty.task.assignments if each.unit_id == taker.id), None)
    if held is None:
        place = {"plan_id": duty.plan_id, "jurisdiction_id": duty.jurisdiction_id, "position": duty.position}
        contact = {"contact_name": taker.contact_name, "contact_phone": taker.contact_phone}
        held = Assignment(task=task, unit=taker, state=duty.state, **place, **contact)
        _carry(duty, held)
        session.add(held)
    elif held.state in FINISHED_DUTIES:
        _carry(duty, held)
        held.state, held.done_on = duty.state, None
    else:
        if _is_stronger(duty, held):
            _carry(duty, held)
        if held.state is AssignmentState.ISSUED and duty.state is not AssignmentState.PLANNED:
            held.state, held.acknowledged_on = duty.state, duty.acknowledged_on
    if duty.state is AssignmentState.PLANNED:
        task.assignments.remove(duty)
        session.delete(duty)
        session.flush()
        return held
    duty.state = AssignmentState.WAIVED
    session.flush()
    held.taken_from_id = duty.id
    _pass_what_is_open(session, duty, held)
    return held


def _is_stronger(duty: Assignment, held: Assignment) -> bool:
    return (duty.role.strength, duty.is_first_lead) > (held.role.strength, held.is_first_lead)


def _carry(duty: Assignment, held: Assignment) -> None:
    for name in _CARRIED:
        setattr(held, name, getattr(duty, name))


def _pass_what_is_open(session: Session, duty: Assignment, held: Assignment) -> None:
    for record, status in ((ExtensionRequest, _UNDECIDED), (AdjustmentRequest, _UNDECIDED), (Slip, _UNANSWERED)):
        of_duty = update(record).where(record.assignment_id == duty.id, record.status.in_(status))
        session.execute(of_duty.values(assignment_id=held.id))
    answered = select(InstructionReply.instruction_id).where(InstructionReply.unit_id == held.unit_id)
    of_task = select(Instruction.id).where(Instruction.task_id == duty.task_id)
    owed = update(InstructionReply).where(
        InstructionReply.unit_id == duty.unit_id,
        InstructionReply.status != ReplyStatus.PASSED,
        InstructionReply.instruction_id.in_(of_task),
        InstructionReply.instruction_id.not_in(answered),
    )
    session.execute(owed.values(unit_id=held.unit_id))
