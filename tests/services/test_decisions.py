"""Decisions on a whole task: suspended and resumed, ended, standing, looked back at, reopened, closed over silence."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_user, acting
from tests.services.test_workflow import City, a_prepared_city, duty_of, finish_finance, issue, on, told
from tracker.core.actions import Action
from tracker.core.lights import Light
from tracker.core.terms import AssignmentState, CheckOutcome, InstructionStatus, NoticeKind, PlanStatus, Role, TaskState
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import AssignmentHistory, Instruction, TaskDecision
from tracker.services import workflow
from tracker.services.lights import light_of
from tracker.services.workflow_decisions import Found, Grounds, ask_partners, decide_task, look_back

WHY = Grounds("项目用地调整，暂缓实施", "市政府第12次常务会议纪要")


def decide(session: Session, place: City, action: Action, now: datetime, *, who: str = "office_head") -> None:
    actor = place.actors[who]
    decide_task(session, actor, place.task.id, action, version=place.task.version, grounds=WHY, now=now)


def close(session: Session, place: City) -> None:
    """Closes the task on 26 March."""
    finish_finance(session, place)
    head, task = place.actors["science_head"], place.task
    workflow.ask_to_close(session, head, task.id, version=task.version, report="完成", now=on(3, 25))
    workflow.check_closing(session, place.actors["officer"], task.id, version=task.version, now=on(3, 26))
    workflow.close_task(session, place.actors["office_head"], task.id, version=task.version, now=on(3, 26))


def test_a_suspended_task_has_no_light_and_returns_to_the_state_it_left(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    task, far = place.task, date(2030, 1, 1)
    assert light_of(task, far) is Light.LATE
    decide(session, place, Action.SUSPEND, on(3, 10))
    assert (task.state, task.resumes_to) == (TaskState.SUSPENDED, TaskState.IN_PROGRESS)
    assert light_of(task, far) is Light.ON_TIME and not task.late_on
    assert all(duty.late_on is None for duty in task.assignments)
    assert told(session, place.people["science_head"], NoticeKind.DECISION)[-1].body.endswith("常务会议纪要）")
    with pytest.raises(Conflict, match="任务当前为“中止”"):
        decide(session, place, Action.SUSPEND, on(3, 11))
    decide(session, place, Action.RESUME, on(3, 12))
    assert (task.state, task.resumes_to) == (TaskState.IN_PROGRESS, None)
    assert light_of(task, far) is Light.LATE
    kept = session.scalars(select(TaskDecision).order_by(TaskDecision.id)).all()
    assert [(each.action, each.basis) for each in kept] == [("suspend", WHY.basis), ("resume", WHY.basis)]


def test_a_task_suspended_under_review_is_under_review_again(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    finish_finance(session, place)
    head, task = place.actors["science_head"], place.task
    workflow.ask_to_close(session, head, task.id, version=task.version, report="完成", now=on(3, 25))
    decide(session, place, Action.SUSPEND, on(3, 26))
    decide(session, place, Action.RESUME, on(3, 27))
    assert task.state is TaskState.UNDER_REVIEW


@pytest.mark.parametrize("action", [Action.SUSPEND, Action.TERMINATE])
def test_the_end_of_a_task_needs_reason_and_basis_and_the_offices_head(session: Session, action: Action) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    task = place.task
    with pytest.raises(NotAllowed):
        decide(session, place, action, on(3, 10), who="officer")
    with pytest.raises(Invalid) as refused:
        actor = place.actors["office_head"]
        decide_task(session, actor, task.id, action, version=task.version, grounds=Grounds(" "), now=on(3, 10))
    assert set(refused.value.fields) == {"reason", "basis"}
    assert task.state is TaskState.IN_PROGRESS


def test_a_terminated_or_standing_task_is_owed_no_more(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    decide(session, place, Action.MAKE_STANDING, on(3, 10))
    assert place.task.state is TaskState.STANDING and place.task.late_on is None
    decide(session, place, Action.TERMINATE, on(3, 11))
    assert place.task.state is TaskState.TERMINATED and place.task.late_on is None
    states = session.scalars(select(AssignmentHistory.task_state).order_by(AssignmentHistory.id)).all()
    assert states[-1] == "terminated" and "standing" in states


def test_only_a_failed_look_back_lets_the_head_reopen_what_was_closed(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    close(session, place)
    task, officer = place.task, place.actors["officer"]
    assert place.plan.status is PlanStatus.CLOSED
    with pytest.raises(Invalid, match="回头看未通过"):
        decide(session, place, Action.REOPEN, on(4, 20))
    for outcome in (CheckOutcome.HELD, CheckOutcome.FAILED):
        with pytest.raises(Invalid, match="办结之后"):
            found = Found(outcome, "现场核查", date(2026, 3, 1))
            look_back(session, officer, task.id, version=task.version, found=found, now=on(4, 21))
        found = Found(outcome, "现场核查", date(2026, 4, 20))
        look_back(session, officer, task.id, version=task.version, found=found, now=on(4, 21))
        if outcome is CheckOutcome.HELD:
            with pytest.raises(Invalid, match="回头看未通过"):
                decide(session, place, Action.REOPEN, on(4, 21))
    decide(session, place, Action.REOPEN, on(4, 22))
    lead, partner = duty_of(session, place, place.science), duty_of(session, place, place.finance)
    assert (task.state, task.closed_on, place.plan.status) == (TaskState.IN_PROGRESS, None, PlanStatus.ISSUED)
    assert (lead.state, lead.done_on) == (AssignmentState.IN_PROGRESS, None)
    assert partner.state is AssignmentState.DONE, "the others stay as they are"
    assert light_of(task, date(2030, 1, 1)) is Light.LATE


def test_a_leader_reopens_without_a_look_back(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    close(session, place)
    decide(session, place, Action.REOPEN, on(4, 22), who="leader")
    assert place.task.state is TaskState.IN_PROGRESS


def test_what_a_leader_still_wants_done_is_not_struck_off(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    close(session, place)
    task, head = place.task, place.actors["office_head"]
    instruction = Instruction(
        jurisdiction_id=place.city.id,
        task_id=task.id,
        leader_id=place.people["leader"].id,
        text="请再核实验收情况",
        given_on=date(2026, 3, 27),
        entered_by_id=place.people["leader"].id,
        entered_at=on(3, 27),
        status=InstructionStatus.ENTERED,
    )
    session.add(instruction)
    with pytest.raises(Invalid, match="批示尚未办结"):
        workflow.archive_task(session, head, task.id, version=task.version, now=on(4, 20))
    instruction.status = InstructionStatus.DONE
    workflow.archive_task(session, head, task.id, version=task.version, now=on(4, 20))
    assert task.state is TaskState.ARCHIVED


def test_silence_for_five_working_days_lets_the_lead_ask_for_closing(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    task, lead, head = place.task, place.actors["science"], place.actors["science_head"]
    assert ask_partners(session, lead, task.id, version=task.version, words="请于5日内确认", now=on(3, 9)) == 1
    assert told(session, place.people["finance"], NoticeKind.FINISHED)[-1].body.endswith("请于5日内确认")
    # 9 March 2026 is a Monday: the fifth working day after it is Monday the 16th, and it has to be over.
    with pytest.raises(Invalid, match="其他单位的分工没有完成"):
        workflow.ask_to_close(session, head, task.id, version=task.version, report="完成", now=on(3, 16))
    workflow.ask_to_close(session, head, task.id, version=task.version, report="完成", now=on(3, 17))
    workflow.check_closing(session, place.actors["officer"], task.id, version=task.version, now=on(3, 18))
    workflow.close_task(session, place.actors["office_head"], task.id, version=task.version, now=on(3, 18))
    partner = duty_of(session, place, place.finance)
    assert (partner.state, partner.done_on) == (AssignmentState.DONE, date(2026, 3, 18))


def test_nobody_is_asked_where_every_part_is_finished(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    finish_finance(session, place)
    task = place.task
    with pytest.raises(Invalid, match="无需再请其确认"):
        ask_partners(session, place.actors["science"], task.id, version=task.version, words="请确认", now=on(3, 22))


def test_another_officer_cannot_decide_for_the_head(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    second = acting(a_user(session, place.city, Role.OFFICER, login_name="second"), Role.OFFICER)
    with pytest.raises(NotAllowed):
        decide_task(
            session, second, place.task.id, Action.RESUME, version=place.task.version, grounds=WHY, now=on(3, 10)
        )
