"""Acts on tasks and duties after acceptance: the only place that sets their `state`.

Every act loads what the actor may see, asks the table in core/workflow.py, writes, leaves an event, tells whom the
table names, and brings light dates and history up to date, all in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.filing import Words
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, Grade, PlanStatus, ReasonCode, ReportStatus, TaskState, UrgeChannel
from tracker.db import office_date
from tracker.errors import Conflict, Invalid
from tracker.models import Assignment, ClosingRequest, ProgressReport, Task, Urge
from tracker.services.access import find_plan, find_task
from tracker.services.acting import finish, on_duties, on_tasks
from tracker.services.audiences import audience
from tracker.services.choosing import (
    Chosen,
    check_all,
    choose_duties,
    choose_own_issued,
    choose_tasks,
    listed,
    refuse_stale,
    shown_duty,
    shown_task,
)
from tracker.services.duties import OPEN_DUTIES, first_lead
from tracker.services.filing import Reason, decide, finishing_report, last_finishing, reason_text, restate
from tracker.services.groups import expand_groups
from tracker.services.situations import asking
from tracker.services.workflow_subtasks import close_with_last_part

_FINISHED_TASKS = frozenset({TaskState.CLOSED, TaskState.ARCHIVED, TaskState.TERMINATED, TaskState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Issued:
    """What an approval did; `unreached` are the units with nobody to tell, to be told by telephone."""

    tasks: int
    duties: int
    units: int
    unreached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers for a unit's duties."""

    name: str
    phone: str


# Acts on a plan or a selection of its tasks


def submit_tasks(session: Session, actor: Actor, chosen: Chosen, *, now: datetime) -> int:
    """Hands draft tasks to the office's head for approval (提请立项). Gives how many.

    Raises Invalid("") naming the tasks without unit or due date, or when the plan is a 征求意见稿.
    """
    tasks = choose_tasks(session, actor, chosen, Action.SUBMIT)
    check_all(session, actor, Action.SUBMIT, tasks, today=office_date(now))
    for task in tasks:
        task.state = TaskState.PENDING_APPROVAL
    finish(session, actor, on_tasks(Action.SUBMIT, tasks), now=now)
    return len(tasks)


def approve_tasks(session: Session, actor: Actor, chosen: Chosen, *, now: datetime) -> Issued:
    """Approves tasks and issues their duties in one act (立项交办): groups become their members of that day.

    Every unit is told once, of all that concerns it.
    """
    tasks = choose_tasks(session, actor, chosen, Action.APPROVE)
    members = check_all(session, actor, Action.APPROVE, tasks, today=office_date(now))
    today = office_date(now)
    for task in tasks:
        expand_groups(session, task, members)
        task.state, task.issued_on = TaskState.IN_PROGRESS, today
        task.original_due_on = task.original_due_on or task.due_on
        for duty in task.assignments:
            duty.state, duty.issued_on = AssignmentState.ISSUED, today
            duty.original_due_on = duty.due_on or task.due_on
    tasks[0].plan.status = PlanStatus.ISSUED
    finish(session, actor, on_tasks(Action.APPROVE, tasks), now=now)
    duties = [duty for task in tasks for duty in task.assignments]
    units = {duty.unit_id: duty.unit for duty in duties}
    hearers = audience(session, actor.user_id, today=today)
    unreached = tuple(unit.name for unit in units.values() if not hearers.of_unit(unit.id))
    return Issued(len(tasks), len(duties), len(units), unreached)


def reject_tasks(session: Session, actor: Actor, chosen: Chosen, *, reason: str, now: datetime) -> int:
    """Sends tasks that wait for approval back to the officer (驳回). Gives how many."""
    tasks = choose_tasks(session, actor, chosen, Action.REJECT)
    check_all(session, actor, Action.REJECT, tasks, today=office_date(now))
    check_inputs(Action.REJECT, {"reason": reason})
    for task in tasks:
        task.state = TaskState.DRAFT
    finish(session, actor, on_tasks(Action.REJECT, tasks, f"驳回理由：{reason.strip()}"), now=now)
    return len(tasks)


def acknowledge(session: Session, actor: Actor, chosen: Chosen, *, contact: Contact, now: datetime) -> int:
    """Acknowledges a unit's duties in a plan in one act (签收), with who answers for them. Gives how many."""
    find_plan(session, actor, chosen.plan_id)
    duties = choose_own_issued(session, actor, chosen)
    tasks = [duty.task for duty in duties]
    view = asking(session, actor, tasks, today=office_date(now))
    for duty in duties:
        check(Action.ACKNOWLEDGE, view.of_duty(duty.task, duty))
    check_inputs(Action.ACKNOWLEDGE, {"contact_name": contact.name, "contact_phone": contact.phone})
    _check_lengths({"contact_name": contact.name, "contact_phone": contact.phone})
    for duty in duties:
        duty.state, duty.acknowledged_on = AssignmentState.IN_PROGRESS, actor.day(office_date(now))
        duty.contact_name, duty.contact_phone = contact.name.strip(), contact.phone.strip()
    # Offered again at the next batch.
    duties[0].unit.contact_name, duties[0].unit.contact_phone = contact.name.strip(), contact.phone.strip()
    words = f"联系人：{contact.name.strip()}，电话：{contact.phone.strip()}"
    finish(session, actor, on_duties(Action.ACKNOWLEDGE, duties, words), now=now)
    return len(duties)


# Acts on one duty


def finish_part(
    session: Session, actor: Actor, assignment_id: int, *, version: int, words: Words, now: datetime
) -> ProgressReport:
    """Says that a unit's part is finished (报送完成情况); the lead, or the office where nobody leads, accepts it."""
    duty = shown_duty(session, actor, assignment_id, version)
    _check_duty(session, actor, Action.FINISH_PART, duty, now=now)
    check_inputs(Action.FINISH_PART, {"progress": words.progress})
    report = finishing_report(session, actor, duty, words, now=now)
    duty.state = AssignmentState.SUBMITTED
    finish(session, actor, on_duties(Action.FINISH_PART, [duty], words.progress), now=now)
    return report


def accept_part(session: Session, actor: Actor, assignment_id: int, *, version: int, now: datetime) -> None:
    """Accepts a unit's part as finished."""
    duty = shown_duty(session, actor, assignment_id, version)
    report = _check_duty(session, actor, Action.ACCEPT_PART, duty, now=now)
    if report is not None:
        decide(report, actor, None, now=now)
    duty.state, duty.done_on = AssignmentState.DONE, office_date(now)
    finish(session, actor, on_duties(Action.ACCEPT_PART, [duty]), now=now)
    close_with_last_part(session, actor, duty.task, now=now)


def send_back_part(
    session: Session, actor: Actor, assignment_id: int, *, version: int, reason: Reason, now: datetime
) -> None:
    """Sends a part that was said to be finished back to its unit."""
    duty = shown_duty(session, actor, assignment_id, version)
    report = _check_duty(session, actor, Action.SEND_BACK_PART, duty, now=now)
    check_inputs(Action.SEND_BACK_PART, {"reason_code": reason.code, "reason": reason.words})
    if report is not None:
        decide(report, actor, reason, now=now)
    duty.state = AssignmentState.IN_PROGRESS
    restate(session, duty)
    words = f"退回原因：{reason_text(reason)}"
    finish(session, actor, on_duties(Action.SEND_BACK_PART, [duty], words), now=now)


def urge(
    session: Session, actor: Actor, assignment_ids: Sequence[int], *, words: str, channel: UrgeChannel, now: datetime
) -> int:
    """Urges units about their duties (催办), by a message or by noting a telephone call. Gives how many duties.

    Raises Conflict when the product has urged the same duty on the same day already.
    """
    duties = choose_duties(session, actor, assignment_ids)
    view = asking(session, actor, [duty.task for duty in duties], today=office_date(now))
    for duty in duties:
        check(Action.URGE, view.of_duty(duty.task, duty))
    check_inputs(Action.URGE, {"words": words})
    if channel is UrgeChannel.SYSTEM:
        _refuse_second_urge(session, duties, now)
    session.add_all(
        Urge(assignment_id=duty.id, channel=channel, words=words.strip(), urged_by_id=actor.user_id, urged_at=now)
        for duty in duties
    )
    is_told = channel is UrgeChannel.SYSTEM
    finish(session, actor, on_duties(Action.URGE, duties, words.strip(), is_told=is_told), now=now)
    return len(duties)


# Acts on one task


def ask_to_close(
    session: Session, actor: Actor, task_id: int, *, version: int, report: str, now: datetime
) -> ClosingRequest:
    """Asks for a task to be closed (申请办结); the lead's duty counts as finished until it is decided."""
    task = shown_task(session, actor, task_id, version)
    view = asking(session, actor, [task], today=office_date(now))
    check(Action.ASK_TO_CLOSE, view.of_task(task))
    check_inputs(Action.ASK_TO_CLOSE, {"report": report})
    request = ClosingRequest(
        task=task,
        jurisdiction_id=task.jurisdiction_id,
        status=ReportStatus.SUBMITTED,
        report=report.strip(),
        asked_by_id=actor.user_id,
        asked_at=now,
    )
    session.add(request)
    task.state = TaskState.UNDER_REVIEW
    lead = first_lead(task.assignments)
    if lead is not None:
        lead.state, lead.last_filed_on = AssignmentState.SUBMITTED, actor.day(office_date(now))
    finish(session, actor, on_tasks(Action.ASK_TO_CLOSE, [task], report.strip()), now=now)
    return request


def check_closing(session: Session, actor: Actor, task_id: int, *, version: int, now: datetime) -> None:
    """Checks a closing request first (初审); the office's head decides."""
    task, request = _under_review(session, actor, Action.CHECK_CLOSING, task_id, version, now=now)
    if request is not None:
        request.checked_by_id, request.checked_at = actor.user_id, now
    finish(session, actor, on_tasks(Action.CHECK_CLOSING, [task]), now=now)


def close_task(
    session: Session, actor: Actor, task_id: int, *, version: int, now: datetime, grade: Grade | None = None
) -> None:
    """Passes a closing request: the task is closed (办结) and the lead's duty done.

    Partners that stayed silent for five working days after the lead asked them are done on the lead's word.
    Raises Invalid("grade") without a grade where the plan uses them.
    """
    task, request = _under_review(session, actor, Action.CLOSE, task_id, version, now=now)
    if task.plan.has_grades and grade is None:
        raise Invalid({"grade": "本方案办结须评定等次，请选择。"})
    task.grade = grade if task.plan.has_grades else None
    if request is not None:
        _decide_closing(request, actor, None, now)
        request.is_one_person = request.checked_by_id is None
    for duty in task.assignments:
        if duty.state in OPEN_DUTIES and not duty.is_first_lead:
            duty.state, duty.done_on = AssignmentState.DONE, office_date(now)
    today = office_date(now)
    task.state, task.closed_on = TaskState.CLOSED, today
    lead = first_lead(task.assignments)
    if lead is not None:
        lead.state, lead.done_on, lead.percent = AssignmentState.DONE, today, 100
    words = f"等次：{task.grade.label}" if task.grade else ""
    finish(session, actor, on_tasks(Action.CLOSE, [task], words), now=now)
    _close_plan_with_its_last_task(session, task)


def send_back_closing(
    session: Session, actor: Actor, task_id: int, *, version: int, reason: Reason, now: datetime
) -> None:
    """Sends a closing request back (退回补办): task and lead go on, the parts of others stay as they are."""
    task, request = _under_review(session, actor, Action.SEND_BACK_CLOSING, task_id, version, now=now)
    check_inputs(Action.SEND_BACK_CLOSING, {"reason_code": reason.code, "reason": reason.words})
    if request is not None:
        _decide_closing(request, actor, reason, now)
    task.state = TaskState.IN_PROGRESS
    lead = first_lead(task.assignments)
    if lead is not None:
        lead.state = AssignmentState.IN_PROGRESS
        restate(session, lead)
    finish(session, actor, on_tasks(Action.SEND_BACK_CLOSING, [task], f"退回原因：{reason_text(reason)}"), now=now)


def archive_task(session: Session, actor: Actor, task_id: int, *, version: int, now: datetime) -> None:
    """Strikes a closed task off the register (销号)."""
    task = shown_task(session, actor, task_id, version)
    check(Action.ARCHIVE, asking(session, actor, [task], today=office_date(now)).of_task(task))
    task.state = TaskState.ARCHIVED
    finish(session, actor, on_tasks(Action.ARCHIVE, [task]), now=now)


# What the acts have in common


def _check_lengths(values: dict[str, str]) -> None:
    wrong = {name: "最多 80 字。" for name, value in values.items() if len(value.strip()) > 80}
    if wrong:
        raise Invalid(wrong)


def _check_duty(
    session: Session, actor: Actor, action: Action, duty: Assignment, *, now: datetime
) -> ProgressReport | None:
    """Checks an act on a duty. Gives the report by which its unit said that it was finished, if one waits."""
    finishing = last_finishing(session, duty.id) if duty.state is AssignmentState.SUBMITTED else None
    view = asking(session, actor, [duty.task], today=office_date(now))
    check(action, view.of_duty(duty.task, duty, finishing=finishing))
    return finishing


def _refuse_second_urge(session: Session, duties: list[Assignment], now: datetime) -> None:
    query = select(Urge).where(Urge.assignment_id.in_([duty.id for duty in duties]), Urge.channel == UrgeChannel.SYSTEM)
    today = office_date(now)
    urged = {urge.assignment_id for urge in session.scalars(query) if office_date(urge.urged_at) == today}
    names = list(dict.fromkeys(duty.unit.name for duty in duties if duty.id in urged))
    if names:
        raise Conflict(f"今天已经就所选任务催办过{listed(names)}，如仍无回应请电话联系。")


def _under_review(
    session: Session, actor: Actor, action: Action, task_id: int, version: int, *, now: datetime
) -> tuple[Task, ClosingRequest | None]:
    task = find_task(session, actor, task_id)
    request = waiting_closing(session, task.id)
    check(action, asking(session, actor, [task], today=office_date(now)).of_task(task, closing=request))
    refuse_stale(task, version)
    return task, request


def waiting_closing(session: Session, task_id: int) -> ClosingRequest | None:
    """Gives the closing request of a task that waits for a decision."""
    query = select(ClosingRequest).where(
        ClosingRequest.task_id == task_id, ClosingRequest.status == ReportStatus.SUBMITTED
    )
    return session.scalar(query.order_by(ClosingRequest.id.desc()).limit(1))


def _decide_closing(request: ClosingRequest, actor: Actor, reason: Reason | None, now: datetime) -> None:
    request.status = ReportStatus.SENT_BACK if reason else ReportStatus.PASSED
    request.decided_by_id, request.decided_at = actor.user_id, now
    request.reason_code = ReasonCode(reason.code) if reason else None
    request.reason = reason.words.strip() if reason else ""


def _close_plan_with_its_last_task(session: Session, task: Task) -> None:
    others = select(Task.id).where(Task.plan_id == task.plan_id, Task.state.not_in(_FINISHED_TASKS)).limit(1)
    if session.scalar(others) is None:
        task.plan.status = PlanStatus.CLOSED
