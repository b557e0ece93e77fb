"""What changes about a task under way: breakdowns, sub-tasks, due dates, duties; each asked for, decided and kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_unit, a_user, acting, an_assignment
from tests.services.test_workflow import City, a_prepared_city, duty_of, issue, on, told
from tracker.core.adjusting import Change
from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import (
    AdjustmentKind,
    AssignmentState,
    DueBasis,
    DueRoll,
    DutyRole,
    NoticeKind,
    RequestStatus,
    Role,
    TaskState,
)
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import (
    Assignment,
    AssignmentHistory,
    AuditEvent,
    Breakdown,
    DueChange,
    ExtensionRequest,
    Task,
    Unit,
)
from tracker.services import breakdowns, deadlines, workflow, workflow_adjusting, workflow_subtasks
from tracker.services.breakdowns import Step, TypedBreakdown
from tracker.services.deadlines import MoreTime
from tracker.services.filing import Words
from tracker.services.lights import light_of
from tracker.services.workflow_adjusting import Proposal
from tracker.services.workflow_decisions import Grounds, decide_task
from tracker.services.workflow_subtasks import TypedSubtask

DUE = date(2026, 12, 31)


def a_running_city(session: Session, **plan_fields: object) -> City:
    """A city whose one task is issued and acknowledged by its lead (科技局) and its partner (财政局)."""
    place = a_prepared_city(session, **plan_fields)
    issue(session, place)
    finance_head = a_user(session, place.city, Role.UNIT_HEAD, place.finance, login_name="finance_head")
    place.actors["finance_head"] = acting(finance_head, Role.UNIT_HEAD)
    place.people["finance_head"] = finance_head
    return place


def a_bystander(session: Session, place: City, name: str = "云川市水利局") -> tuple[Unit, Actor]:
    unit = a_unit(session, place.city, name)
    return unit, acting(a_user(session, place.city, Role.LIAISON, unit, login_name=name), Role.LIAISON)


def typed(*steps: Step, year: int = 2026, person: str = "李工") -> TypedBreakdown:
    return TypedBreakdown(year, person, "6660013", "上半年开工，下半年封顶", steps)


JUNE, YEAR_END = Step(date(2026, 6, 30), 50, "主体封顶"), Step(DUE, 100, "竣工验收")


def break_down(session: Session, place: City, *steps: Step) -> Breakdown:
    return breakdowns.break_down(
        session,
        place.actors["science"],
        place.task.id,
        version=place.task.version,
        typed=typed(*(steps or (JUNE, YEAR_END))),
        now=on(3, 10),
    )


def test_until_its_breakdown_is_confirmed_a_task_waits_to_be_divided_and_then_keeps_to_its_milestones(
    session: Session,
) -> None:
    place = a_running_city(session, needs_breakdown=True)
    assert light_of(place.task, date(2026, 3, 5)) is Light.UNKNOWN, "待分解 from the acknowledgement on"
    made = break_down(session, place)
    assert light_of(place.task, date(2026, 3, 11)) is Light.UNKNOWN, "what is only filed is not confirmed"
    assert [notice.subject for notice in told(session, place.people["officer"], NoticeKind.BREAKDOWN)] == [
        "云川市科技局报送了年度分解，请确认：1.建设云川量子产业园"
    ]
    with pytest.raises(Invalid, match="已有年度分解待办公室确认"):
        break_down(session, place)
    breakdowns.confirm_breakdown(session, place.actors["officer"], made.id, version=made.version, now=on(3, 12))
    assert made.status is RequestStatus.GRANTED
    assert light_of(place.task, date(2026, 3, 13)) is Light.ON_TIME
    assert place.task.behind_on == date(2026, 7, 1), "half was promised by the end of June and nothing is filed"
    with pytest.raises(Conflict, match="已同意"):
        breakdowns.confirm_breakdown(session, place.actors["officer"], made.id, version=made.version, now=on(3, 12))


def test_a_breakdown_sent_back_can_be_filed_again_and_the_new_one_counts(session: Session) -> None:
    place = a_running_city(session, needs_breakdown=True)
    made = break_down(session, place)
    officer = place.actors["officer"]
    with pytest.raises(Invalid, match="请说明理由"):
        breakdowns.send_back_breakdown(session, officer, made.id, version=made.version, reason=" ", now=on(3, 11))
    breakdowns.send_back_breakdown(session, officer, made.id, version=made.version, reason="节点太少", now=on(3, 11))
    assert made.status is RequestStatus.REFUSED and made.decision == "节点太少"
    again = break_down(session, place, Step(date(2026, 9, 30), 80, "封顶"), YEAR_END)
    breakdowns.confirm_breakdown(session, officer, again.id, version=again.version, now=on(3, 12))
    assert place.task.behind_on == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("steps", "field", "sentence"),
    [
        ((), "steps", "请至少填写一个节点"),
        ((Step(None, 50, "封顶"),), "steps.0", "请填写节点日期"),
        ((Step(date(2027, 1, 1), 50, "封顶"),), "steps.0", "应在 2026 年内"),
        ((Step(date(2026, 6, 30), None, "封顶"),), "steps.0", "1 到 100 的整数"),
        ((JUNE, Step(DUE, 40, "竣工")), "steps.1", "应随日期递增"),
        ((JUNE, Step(DUE, 100, " ")), "steps.1", "请写明"),
    ],
)
def test_a_milestone_that_makes_no_sense_is_refused_at_its_own_line(
    session: Session, steps: tuple[Step, ...], field: str, sentence: str
) -> None:
    place = a_running_city(session)
    with pytest.raises(Invalid) as refusal:
        breakdowns.break_down(
            session,
            place.actors["science"],
            place.task.id,
            version=place.task.version,
            typed=typed(*steps),
            now=on(3, 10),
        )
    assert sentence in refusal.value.fields[field]


def test_a_partner_files_no_breakdown_and_its_unit_confirms_none(session: Session) -> None:
    place = a_running_city(session)
    with pytest.raises(NotAllowed):
        breakdowns.break_down(
            session,
            place.actors["finance"],
            place.task.id,
            version=place.task.version,
            typed=typed(JUNE),
            now=on(3, 10),
        )
    made = break_down(session, place)
    with pytest.raises(NotAllowed):
        breakdowns.confirm_breakdown(session, place.actors["science"], made.id, version=made.version, now=on(3, 11))


# Sub-tasks


def give(session: Session, place: City, due_on: date = date(2026, 6, 30)) -> Task:
    partner = duty_of(session, place, place.finance)
    return workflow_subtasks.give_subtask(
        session,
        place.actors["science"],
        place.task.id,
        version=place.task.version,
        typed=TypedSubtask("落实园区配套资金", "拨付一期资金", due_on, [partner.id]),
        now=on(3, 10),
    )


def test_a_partner_acknowledges_and_finishes_its_share_and_the_share_closes_when_the_lead_accepts(
    session: Session,
) -> None:
    place = a_running_city(session)
    given = give(session, place)
    part = given.assignments[0]
    assert (given.number, given.state, given.due_on) == ("1-1", TaskState.IN_PROGRESS, date(2026, 6, 30))
    assert part.state is AssignmentState.ISSUED and not part.is_filing
    assert told(session, place.people["finance"], NoticeKind.ISSUED)[-1].subject.startswith("云川市科技局分解了子任务")
    chosen = workflow.Chosen(place.plan.id, (given.id,))
    workflow.acknowledge(
        session, place.actors["finance"], chosen, contact=workflow.Contact("吴凡", "6660020"), now=on(3, 11)
    )
    words = Words("一期资金已拨付")
    workflow.finish_part(session, place.actors["finance"], part.id, version=part.version, words=words, now=on(3, 20))
    with pytest.raises(NotAllowed):
        workflow.accept_part(session, place.actors["officer"], part.id, version=part.version, now=on(3, 21))
    head = place.actors["science_head"]
    with pytest.raises(Invalid, match="还有其他单位的分工没有完成"):
        workflow.ask_to_close(session, head, place.task.id, version=place.task.version, report="完成", now=on(3, 21))
    workflow.accept_part(session, place.actors["science"], part.id, version=part.version, now=on(3, 21))
    assert given.state is TaskState.CLOSED and given.closed_on == date(2026, 3, 21)
    assert light_of(given, date(2026, 3, 22)) is Light.DONE


def test_the_parent_cannot_ask_to_close_while_a_share_is_open(session: Session) -> None:
    place = a_running_city(session)
    given = give(session, place)
    duty = duty_of(session, place, place.finance)
    workflow.finish_part(
        session, place.actors["finance"], duty.id, version=duty.version, words=Words("完成"), now=on(3, 20)
    )
    workflow.accept_part(session, place.actors["science"], duty.id, version=duty.version, now=on(3, 20))
    head = place.actors["science_head"]
    with pytest.raises(Invalid, match="还有子任务没有完成"):
        workflow.ask_to_close(session, head, place.task.id, version=place.task.version, report="完成", now=on(3, 21))
    grounds = Grounds("不再需要", "专题会议纪要")
    decide_task(
        session,
        place.actors["office_head"],
        given.id,
        workflow.Action.TERMINATE,
        version=given.version,
        grounds=grounds,
        now=on(3, 22),
    )
    workflow.ask_to_close(session, head, place.task.id, version=place.task.version, report="完成", now=on(3, 23))
    assert place.task.state is TaskState.UNDER_REVIEW


def test_a_share_is_suspended_resumed_and_ended_with_its_task(session: Session) -> None:
    place = a_running_city(session)
    given, head, grounds = give(session, place), place.actors["office_head"], Grounds("政策调整", "会议纪要")
    for action, state in (
        (workflow.Action.SUSPEND, TaskState.SUSPENDED),
        (workflow.Action.RESUME, TaskState.IN_PROGRESS),
        (workflow.Action.TERMINATE, TaskState.TERMINATED),
    ):
        version = place.task.version
        decide_task(session, head, place.task.id, action, version=version, grounds=grounds, now=on(3, 22))
        assert given.state is state, action


def test_a_lead_gives_shares_to_its_partners_only_within_the_date_and_never_of_a_share(session: Session) -> None:
    place = a_running_city(session)
    with pytest.raises(Invalid) as refusal:
        give(session, place, due_on=date(2027, 1, 31))
    assert "不能晚于上级任务的完成时限 2026-12-31" in refusal.value.fields["due_on"]
    lead = duty_of(session, place, place.science)
    with pytest.raises(Invalid) as refusal:
        workflow_subtasks.give_subtask(
            session,
            place.actors["science"],
            place.task.id,
            version=place.task.version,
            typed=TypedSubtask("自己的事", "", DUE, [lead.id]),
            now=on(3, 10),
        )
    assert "请选择承办单位" in refusal.value.fields["duty"]
    given = give(session, place)
    with pytest.raises(NotAllowed):
        workflow_subtasks.give_subtask(
            session,
            place.actors["finance"],
            given.id,
            version=given.version,
            typed=TypedSubtask("再分", "", DUE, [given.assignments[0].id]),
            now=on(3, 11),
        )


def test_the_lead_sees_the_shares_it_gave_and_a_bystander_does_not(session: Session) -> None:
    place = a_running_city(session)
    given = give(session, place)
    from tracker.services.access import find_task

    assert find_task(session, place.actors["science"], given.id) is given
    with pytest.raises(NotFound):
        find_task(session, a_bystander(session, place)[1], given.id)


# Due dates


def more_time(to_on: date | None, reason: str = "设备进口受阻") -> MoreTime:
    return MoreTime(to_on, reason, "已完成百分之七十")


def ask(session: Session, place: City, to_on: date, *, name: str = "science", month: int = 6) -> ExtensionRequest:
    duty = duty_of(session, place, place.science if name == "science" else place.finance)
    head = place.actors[f"{name}_head"]
    return deadlines.ask_extension(
        session, head, duty.id, version=duty.version, asked=more_time(to_on), now=on(month, 1)
    )


def test_a_short_extension_is_granted_by_the_officer_and_the_first_date_is_kept(session: Session) -> None:
    place = a_running_city(session)
    request = ask(session, place, DUE + timedelta(days=10))
    with pytest.raises(Invalid, match="已有延期申请待审批"):
        ask(session, place, DUE + timedelta(days=11))
    deadlines.grant_extension(session, place.actors["officer"], request.id, version=request.version, now=on(6, 2))
    task, lead, partner = (
        place.task,
        duty_of(session, place, place.science),
        duty_of(session, place, place.finance),
    )
    assert (task.due_on, task.original_due_on, task.due_basis) == (date(2027, 1, 10), DUE, DueBasis.EXTENDED)
    assert (task.extensions, lead.extensions, partner.extensions) == (1, 1, 0)
    assert partner.late_on == date(2027, 1, 11), "who has no date of its own moves with the task"
    change = session.scalars(select(DueChange)).one()
    assert (change.from_on, change.to_on, change.assignment_id) == (DUE, date(2027, 1, 10), None)
    assert not request.is_one_person and request.decided_by_id == place.actors["officer"].user_id


def test_a_long_extension_takes_the_officer_and_then_the_head(session: Session) -> None:
    place = a_running_city(session)
    request = ask(session, place, DUE + timedelta(days=60))
    officer, head = place.actors["officer"], place.actors["office_head"]
    for person in (officer, head):
        with pytest.raises(Invalid, match="须经办人初审后由办公室负责人批准"):
            deadlines.grant_extension(session, person, request.id, version=request.version, now=on(6, 2))
    deadlines.check_extension(session, officer, request.id, version=request.version, now=on(6, 2))
    with pytest.raises(Invalid, match="须经办人初审后由办公室负责人批准"):
        deadlines.grant_extension(session, officer, request.id, version=request.version, now=on(6, 3))
    deadlines.grant_extension(session, head, request.id, version=request.version, now=on(6, 3))
    assert place.task.due_on == DUE + timedelta(days=60) and not request.is_one_person


def test_where_one_person_does_both_a_long_extension_is_granted_at_once_and_says_so(session: Session) -> None:
    place = a_running_city(session)
    place.city.is_one_person = True
    request = ask(session, place, DUE + timedelta(days=60))
    deadlines.grant_extension(session, place.actors["officer"], request.id, version=request.version, now=on(6, 2))
    assert request.is_one_person and place.task.due_on == DUE + timedelta(days=60)


def test_asked_too_late_the_rule_is_quoted_and_asked_on_the_day_itself_it_is_in_time(session: Session) -> None:
    place = a_running_city(session)
    duty = duty_of(session, place, place.science)
    head = place.actors["science_head"]
    with pytest.raises(Invalid, match="延期须在到期前申请；逾期后只能由领导决定调整时限"):
        deadlines.ask_extension(
            session,
            head,
            duty.id,
            version=duty.version,
            asked=more_time(date(2027, 6, 30)),
            now=on(12, 31) + timedelta(days=1),
        )
    asked = deadlines.ask_extension(
        session, head, duty.id, version=duty.version, asked=more_time(date(2027, 1, 5)), now=on(12, 31)
    )
    deadlines.grant_extension(
        session, place.actors["officer"], asked.id, version=asked.version, now=on(12, 31) + timedelta(days=2)
    )
    assert place.task.late_workdays_incurred == 0, "asked in time, so no lateness was incurred while it waited"


def test_a_date_on_a_day_off_that_rolls_is_kept_until_the_day_it_rolls_to(session: Session) -> None:
    place = a_running_city(session)
    saturday = date(2026, 6, 27)
    place.task.due_on = place.task.original_due_on = saturday
    duty, head = duty_of(session, place, place.science), place.actors["science_head"]
    monday = on(6, 29)
    with pytest.raises(Invalid, match="延期须在到期前申请"):
        deadlines.ask_extension(
            session, head, duty.id, version=duty.version, asked=more_time(date(2026, 7, 10)), now=monday
        )
    place.plan.due_roll = DueRoll.AFTER
    officer, task = place.actors["officer"], place.task
    with pytest.raises(Invalid, match="完成时限未到"):
        deadlines.move_due(
            session, officer, task.id, version=task.version, to_on=date(2026, 7, 10), basis="批示", now=monday
        )
    deadlines.ask_extension(
        session, head, duty.id, version=duty.version, asked=more_time(date(2026, 7, 10)), now=monday
    )


def test_a_partners_date_never_passes_the_tasks(session: Session) -> None:
    place = a_running_city(session)
    with pytest.raises(Invalid) as refusal:
        ask(session, place, DUE + timedelta(days=1), name="finance")
    assert "不能晚于任务的完成时限" in refusal.value.fields["proposed_on"]
    duty_of(session, place, place.finance).due_on = date(2026, 9, 30)
    request = ask(session, place, date(2026, 10, 10), name="finance")
    deadlines.grant_extension(session, place.actors["officer"], request.id, version=request.version, now=on(6, 2))
    partner = duty_of(session, place, place.finance)
    assert (partner.due_on, partner.extensions) == (date(2026, 10, 10), 1)
    assert (place.task.due_on, place.task.extensions) == (DUE, 0)


def test_where_nobody_leads_each_keeps_its_date_and_the_task_lasts_as_long_as_the_last(session: Session) -> None:
    place = a_running_city(session)
    lead = duty_of(session, place, place.science)
    lead.role, lead.is_first_lead = DutyRole.RESPONSIBLE, False
    session.flush()
    request = ask(session, place, DUE + timedelta(days=5))
    deadlines.grant_extension(session, place.actors["officer"], request.id, version=request.version, now=on(6, 2))
    assert place.task.due_on == lead.due_on == DUE + timedelta(days=5)
    assert duty_of(session, place, place.finance).due_on == DUE


def test_a_refused_extension_leaves_the_date_and_can_be_asked_again(session: Session) -> None:
    place = a_running_city(session)
    request = ask(session, place, DUE + timedelta(days=10))
    officer = place.actors["officer"]
    deadlines.refuse_extension(session, officer, request.id, version=request.version, reason="理由不充分", now=on(6, 2))
    assert place.task.due_on == DUE and request.decision == "理由不充分"
    assert told(session, place.people["science_head"], NoticeKind.DEADLINE)[-1].body.endswith("理由不充分")
    ask(session, place, DUE + timedelta(days=5))


def test_a_date_that_has_passed_is_moved_by_decision_and_the_lateness_stays(session: Session) -> None:
    place = a_running_city(session)
    officer, task = place.actors["officer"], place.task
    with pytest.raises(Invalid, match="完成时限未到"):
        deadlines.move_due(
            session, officer, task.id, version=task.version, to_on=date(2027, 6, 30), basis="批示", now=on(6, 1)
        )
    late = on(12, 31) + timedelta(days=20)
    deadlines.move_due(
        session, officer, task.id, version=task.version, to_on=date(2027, 6, 30), basis="市长批示", now=late
    )
    assert (task.due_on, task.original_due_on, task.due_basis) == (date(2027, 6, 30), DUE, DueBasis.MOVED)
    incurred = task.late_workdays_incurred
    assert incurred == 14, "from 31 December to 20 January, counted as Monday to Friday without a notice"
    assert {duty.late_workdays_incurred for duty in task.assignments} == {incurred}
    assert task.extensions == 0 and light_of(task, date(2027, 1, 21)) is not Light.LATE
    change = session.scalars(select(DueChange)).one()
    assert (change.basis, change.late_workdays) == ("市长批示", incurred)


# Duties


def propose(session: Session, place: City, *changes: Change, name: str = "officer") -> workflow_adjusting.Adjustment:
    return workflow_adjusting.propose_adjustment(
        session,
        place.actors[name],
        place.task.id,
        version=place.task.version,
        proposal=Proposal(date(2026, 4, 1), "领导小组第三次会议", changes),
        now=on(4, 1),
    )


def approve(session: Session, place: City, adjustment: workflow_adjusting.Adjustment) -> None:
    workflow_adjusting.approve_adjustment(
        session, place.actors["office_head"], adjustment.id, version=adjustment.version, now=on(4, 2)
    )


def test_a_units_request_is_decided_by_an_adjustment_and_it_stays_bound_until_then(session: Session) -> None:
    place = a_running_city(session)
    water, _ = a_bystander(session, place)
    duty = duty_of(session, place, place.finance)
    request = workflow_adjusting.ask_adjustment(
        session,
        place.actors["finance_head"],
        duty.id,
        version=duty.version,
        reason="职责已划转",
        unit_id=water.id,
        now=on(3, 20),
    )
    assert duty.adjustment_asked_on == date(2026, 3, 20) and duty.state is AssignmentState.IN_PROGRESS
    adjustment = propose(session, place, Change(duty.id, water.id, leaves=True))
    assert adjustment.kind is AdjustmentKind.REPLACE and adjustment.request is request
    assert duty.state is AssignmentState.IN_PROGRESS
    with pytest.raises(NotAllowed):
        workflow_adjusting.approve_adjustment(
            session, place.actors["officer"], adjustment.id, version=adjustment.version, now=on(4, 2)
        )
    approve(session, place, adjustment)
    taken = duty_of(session, place, water)
    assert (duty.state, request.status, duty.adjustment_asked_on) == (
        AssignmentState.WAIVED,
        RequestStatus.GRANTED,
        None,
    )
    assert (taken.state, taken.role, taken.taken_from_id) == (AssignmentState.ISSUED, DutyRole.RESPONSIBLE, duty.id)
    rows = session.scalars(select(AssignmentHistory).where(AssignmentHistory.assignment_id == duty.id)).all()
    assert [row.state for row in rows][-2:] == [AssignmentState.IN_PROGRESS, AssignmentState.WAIVED]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.approve_adjustment")).one()
    assert "云川市财政局退出，由云川市水利局承接" in event.detail["words"]
    assert "领导小组第三次会议" in event.detail["words"]


def test_a_declined_request_leaves_the_duty_as_it_was(session: Session) -> None:
    place = a_running_city(session)
    duty = duty_of(session, place, place.finance)
    head = place.actors["finance_head"]
    request = workflow_adjusting.ask_adjustment(
        session, head, duty.id, version=duty.version, reason="人手不足", unit_id=None, now=on(3, 20)
    )
    with pytest.raises(Invalid, match="已有调整分工的申请"):
        workflow_adjusting.ask_adjustment(
            session, head, duty.id, version=duty.version, reason="再申请", unit_id=None, now=on(3, 21)
        )
    workflow_adjusting.decline_adjustment(
        session, place.actors["officer"], request.id, version=request.version, reason="职责未变", now=on(3, 22)
    )
    assert (request.status, duty.adjustment_asked_on, duty.state) == (
        RequestStatus.REFUSED,
        None,
        AssignmentState.IN_PROGRESS,
    )


def test_another_unit_takes_over_the_lead_with_its_dates_and_what_is_open(session: Session) -> None:
    place = a_running_city(session)
    water, _ = a_bystander(session, place)
    lead = duty_of(session, place, place.science)
    lead.percent = 40
    request = ask(session, place, DUE + timedelta(days=5), month=3)
    approve(session, place, propose(session, place, Change(lead.id, water.id, leaves=True)))
    taken = duty_of(session, place, water)
    assert (taken.is_first_lead, taken.role, taken.percent) == (True, DutyRole.LEAD, 40)
    assert not lead.is_first_lead or lead.state is AssignmentState.WAIVED
    session.refresh(request)
    assert request.assignment_id == taken.id and request.status is RequestStatus.ASKED
    assert place.task.late_on == DUE + timedelta(days=1)


def test_the_lead_is_handed_to_a_partner_by_changing_both_roles(session: Session) -> None:
    place = a_running_city(session)
    lead, partner = duty_of(session, place, place.science), duty_of(session, place, place.finance)
    adjustment = propose(
        session,
        place,
        Change(lead.id, place.science.id, DutyRole.COOPERATING),
        Change(partner.id, place.finance.id, DutyRole.LEAD, is_first=True),
    )
    assert adjustment.kind is AdjustmentKind.CHANGE_ROLE
    approve(session, place, adjustment)
    assert (lead.role, lead.is_first_lead, partner.role, partner.is_first_lead) == (
        DutyRole.COOPERATING,
        False,
        DutyRole.LEAD,
        True,
    )
    assert partner.state is AssignmentState.IN_PROGRESS, "who was bound already need not acknowledge again"


def test_a_task_is_never_left_without_the_lead_it_had(session: Session) -> None:
    place = a_running_city(session)
    lead = duty_of(session, place, place.science)
    with pytest.raises(Invalid) as refusal:
        propose(session, place, Change(lead.id, leaves=True))
    assert "调整后也应确定牵头单位" in refusal.value.fields["changes"]
    with pytest.raises(Invalid) as refusal:
        propose(session, place)
    assert "没有填写任何调整内容" in refusal.value.fields["changes"]


def test_a_refused_proposal_changes_nothing_and_only_one_waits_at_a_time(session: Session) -> None:
    place = a_running_city(session)
    water, _ = a_bystander(session, place)
    adjustment = propose(session, place, Change(None, water.id, DutyRole.COOPERATING))
    assert adjustment.kind is AdjustmentKind.ADD
    with pytest.raises(Invalid, match="已有调整分工的申请或方案待审批"):
        propose(session, place, Change(None, water.id, DutyRole.RESPONSIBLE))
    workflow_adjusting.refuse_adjustment(
        session,
        place.actors["office_head"],
        adjustment.id,
        version=adjustment.version,
        reason="不必增加",
        now=on(4, 2),
    )
    assert len(place.task.assignments) == 2 and adjustment.status is RequestStatus.REFUSED


def test_where_one_person_does_both_an_adjustment_holds_at_once_and_says_so(session: Session) -> None:
    place = a_running_city(session)
    place.city.is_one_person = True
    water, _ = a_bystander(session, place)
    adjustment = propose(session, place, Change(None, water.id, DutyRole.COOPERATING))
    assert adjustment.status is RequestStatus.GRANTED and adjustment.is_one_person
    assert duty_of(session, place, water).state is AssignmentState.ISSUED


def test_a_share_closes_when_its_last_open_part_leaves(session: Session) -> None:
    place = a_running_city(session)
    given = give(session, place)
    water, _ = a_bystander(session, place)
    other = an_assignment(session, given, water, DutyRole.RESPONSIBLE, state=AssignmentState.DONE)
    session.expire(given, ["assignments"])
    part = next(duty for duty in given.assignments if duty is not other)
    adjustment = workflow_adjusting.propose_adjustment(
        session,
        place.actors["officer"],
        given.id,
        version=given.version,
        proposal=Proposal(date(2026, 4, 1), "会议", [Change(part.id, leaves=True)]),
        now=on(4, 1),
    )
    approve(session, place, adjustment)
    assert given.state is TaskState.CLOSED


def test_a_unit_that_left_can_come_back_into_the_same_task(session: Session) -> None:
    place = a_running_city(session)
    duty = duty_of(session, place, place.finance)
    approve(session, place, propose(session, place, Change(duty.id, leaves=True)))
    approve(session, place, propose(session, place, Change(None, place.finance.id, DutyRole.COOPERATING)))
    assert (duty.state, duty.role) == (AssignmentState.ISSUED, DutyRole.COOPERATING)
    assert len(session.scalars(select(Assignment).where(Assignment.unit_id == place.finance.id)).all()) == 1


def test_requests_of_another_jurisdiction_are_not_found(session: Session) -> None:
    place = a_running_city(session)
    request = ask(session, place, DUE + timedelta(days=5))
    other = a_prepared_city_elsewhere(session)
    with pytest.raises(NotFound):
        deadlines.grant_extension(session, other, request.id, version=request.version, now=on(6, 2))


def a_prepared_city_elsewhere(session: Session) -> Actor:
    from tests.builders import a_city

    city = a_city(session, "青岚市")
    return acting(a_user(session, city, Role.OFFICER, login_name="elsewhere"), Role.OFFICER)
