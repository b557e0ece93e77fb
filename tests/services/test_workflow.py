"""Acts on tasks: the whole path, every refusal, groups becoming units, who is told, what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment, file_row
from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import (
    AssignmentState,
    DutyRole,
    NoticeKind,
    PlanStatus,
    ReasonCode,
    ReportStatus,
    Role,
    TaskState,
    UnitKind,
    UrgeChannel,
)
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import (
    Assignment,
    AssignmentHistory,
    AuditEvent,
    ClosingRequest,
    GroupDuty,
    Jurisdiction,
    LeaderLink,
    Notification,
    Plan,
    Task,
    Unit,
    UnitGroup,
    UnitGroupMember,
    Urge,
    User,
)
from tracker.services import workflow
from tracker.services.calendar import seed_workdays
from tracker.services.choosing import Chosen
from tracker.services.filing import Entry, Reason, Words, save_row
from tracker.services.lights import light_of
from tracker.services.reviewing import Reviewed, pass_reports, send_back_report
from tracker.services.workflow import Contact

CONTACT = Contact("周文", "0577-6660012")
NOT_DONE = Reason(ReasonCode.NOT_DONE.value, "一期厂房未竣工,请补充竣工验收材料")


def on(month: int, day: int, hour: int = 2) -> datetime:
    """An instant of 2026, mid-morning in the office."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@dataclass
class City:
    """A city with an office, three units and their people, and a plan of one drafted task."""

    city: Jurisdiction
    plan: Plan
    task: Task
    science: Unit
    finance: Unit
    people: dict[str, User]
    actors: dict[str, Actor]


def a_prepared_city(session: Session, **plan_fields: object) -> City:
    seed_workdays(session)
    city = a_city(session)
    science, finance = a_unit(session, city, "云川市科技局"), a_unit(session, city, "云川市财政局")
    people = {
        "officer": a_user(session, city, Role.OFFICER),
        "office_head": a_user(session, city, Role.OFFICE_HEAD),
        "leader": a_user(session, city, Role.LEADER),
        "science": a_user(session, city, Role.LIAISON, science),
        "science_head": a_user(session, city, Role.UNIT_HEAD, science),
        "finance": a_user(session, city, Role.LIAISON, finance),
    }
    roles = {"science": Role.LIAISON, "finance": Role.LIAISON, "science_head": Role.UNIT_HEAD}
    actors = {name: acting(user, roles.get(name) or Role(name)) for name, user in people.items()}
    plan = a_plan(session, city, people["officer"], **{"status": PlanStatus.PREPARING, **plan_fields})
    task = a_task(session, plan, state=TaskState.DRAFT, issued_on=None, original_due_on=None)
    an_assignment(session, task, science, state=AssignmentState.PLANNED, issued_on=None)
    an_assignment(session, task, finance, DutyRole.RESPONSIBLE, state=AssignmentState.PLANNED, issued_on=None)
    return City(city, plan, task, science, finance, people, actors)


def duty_of(session: Session, place: City, unit: Unit) -> Assignment:
    query = select(Assignment).where(Assignment.task_id == place.task.id, Assignment.unit_id == unit.id)
    return session.scalars(query).one()


def issue(session: Session, place: City) -> None:
    """Submits and approves the plan, and has both units acknowledge it."""
    chosen = Chosen(place.plan.id)
    workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    workflow.approve_tasks(session, place.actors["office_head"], chosen, now=on(3, 3))
    for name in ("science", "finance"):
        workflow.acknowledge(session, place.actors[name], chosen, contact=CONTACT, now=on(3, 4))


def finish_finance(session: Session, place: City) -> None:
    duty = duty_of(session, place, place.finance)
    words = Words("配套资金已全部拨付")
    workflow.finish_part(session, place.actors["finance"], duty.id, version=duty.version, words=words, now=on(3, 20))
    workflow.accept_part(session, place.actors["science"], duty.id, version=duty.version, now=on(3, 21))


def told(session: Session, user: User, kind: NoticeKind) -> list[Notification]:
    query = select(Notification).where(Notification.user_id == user.id, Notification.kind == kind)
    return list(session.scalars(query.order_by(Notification.id)))


def test_a_task_travels_from_draft_to_archive(session: Session) -> None:
    place = a_prepared_city(session)
    session.add(LeaderLink(leader_id=place.people["leader"].id, unit_id=place.science.id, since_on=date(2026, 1, 1)))
    issue(session, place)
    task, lead = place.task, duty_of(session, place, place.science)
    assert (task.state, task.issued_on, task.original_due_on) == (
        TaskState.IN_PROGRESS,
        date(2026, 3, 3),
        date(2026, 12, 31),
    )
    assert place.plan.status is PlanStatus.ISSUED
    assert (lead.state, lead.contact_name, lead.acknowledged_on) == (
        AssignmentState.IN_PROGRESS,
        "周文",
        date(2026, 3, 4),
    )

    words = Words("一期厂房封顶", 45, next_step="安装设备")
    science, science_head = place.actors["science"], place.actors["science_head"]
    report = file_row(session, science, science_head, lead, words, now=on(3, 10))
    assert (lead.percent, lead.last_filed_on) == (45, date(2026, 3, 10))
    pass_reports(session, place.actors["officer"], [Reviewed(report.id, report.version)], now=on(3, 11))
    assert report.status is ReportStatus.PASSED

    finish_finance(session, place)
    head = place.actors["science_head"]
    workflow.ask_to_close(session, head, task.id, version=task.version, report="园区一期全部建成", now=on(3, 25))
    assert (task.state, lead.state) == (TaskState.UNDER_REVIEW, AssignmentState.SUBMITTED)
    workflow.send_back_closing(
        session, place.actors["officer"], task.id, version=task.version, reason=NOT_DONE, now=on(3, 26)
    )
    partner = duty_of(session, place, place.finance)
    assert (task.state, lead.state, partner.state) == (
        TaskState.IN_PROGRESS,
        AssignmentState.IN_PROGRESS,
        AssignmentState.DONE,
    )
    assert lead.percent == 45, "the lead goes on where its last report stood"
    assert told(session, place.people["science_head"], NoticeKind.SENT_BACK)[-1].body.endswith("请补充竣工验收材料")

    workflow.ask_to_close(session, head, task.id, version=task.version, report="竣工验收已通过", now=on(3, 30))
    with pytest.raises(Invalid, match="先由经办人初审"):
        workflow.close_task(session, place.actors["office_head"], task.id, version=task.version, now=on(3, 31))
    workflow.check_closing(session, place.actors["officer"], task.id, version=task.version, now=on(3, 31))
    workflow.close_task(session, place.actors["office_head"], task.id, version=task.version, now=on(3, 31))
    assert (task.state, task.closed_on, lead.state) == (TaskState.CLOSED, date(2026, 3, 31), AssignmentState.DONE)
    assert light_of(task, date(2026, 3, 31)) is light_of(lead, date(2026, 3, 31)) is Light.DONE
    assert place.plan.status is PlanStatus.CLOSED
    assert told(session, place.people["leader"], NoticeKind.CLOSED)
    with pytest.raises(Invalid, match="阅示期未满"):
        workflow.archive_task(session, place.actors["office_head"], task.id, version=task.version, now=on(4, 7))
    workflow.archive_task(session, place.actors["office_head"], task.id, version=task.version, now=on(4, 9))
    assert task.state is TaskState.ARCHIVED
    statuses = session.scalars(select(ClosingRequest.status).order_by(ClosingRequest.id)).all()
    assert statuses == [ReportStatus.SENT_BACK, ReportStatus.PASSED]


def test_every_act_leaves_an_event_and_the_history_of_each_duty(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["task.submit", "task.approve", "task.acknowledge", "task.acknowledge"]
    lead = duty_of(session, place, place.science)
    query = select(AssignmentHistory).where(AssignmentHistory.assignment_id == lead.id)
    rows = session.scalars(query.order_by(AssignmentHistory.recorded_from_at)).all()
    assert [(row.state, row.recorded_from_at) for row in rows] == [
        (AssignmentState.ISSUED, on(3, 3)),
        (AssignmentState.IN_PROGRESS, on(3, 4)),
    ]
    assert rows[0].recorded_until_at == on(3, 4) and rows[1].recorded_until_at is None


def test_a_group_becomes_its_members_of_that_day_and_units_named_already_are_skipped(session: Session) -> None:
    place = a_prepared_city(session)
    group = UnitGroup(jurisdiction_id=place.city.id, name="各县(市、区)政府")
    counties = [
        a_unit(session, place.city, name, UnitKind.COUNTY) for name in ("青岚县政府", "白石区政府", "临溪县政府")
    ]
    since = {"青岚县政府": date(2020, 1, 1), "白石区政府": date(2026, 3, 3), "临溪县政府": date(2026, 3, 4)}
    group.members = [UnitGroupMember(unit_id=unit.id, since_on=since[unit.name]) for unit in counties]
    group.members.append(UnitGroupMember(unit_id=place.finance.id, since_on=date(2020, 1, 1)))
    former = a_unit(session, place.city, "旧城区政府", UnitKind.COUNTY)
    gone = UnitGroupMember(unit_id=former.id, since_on=date(2020, 1, 1), until_on=date(2026, 3, 3))
    group.members.append(gone)
    session.add(group)
    session.flush()
    session.add(GroupDuty(task_id=place.task.id, group_id=group.id, role=DutyRole.RESPONSIBLE, printed="各县区"))
    chosen = Chosen(place.plan.id)
    workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    issued = workflow.approve_tasks(session, place.actors["leader"], chosen, now=on(3, 3))
    duties = session.scalars(select(Assignment).where(Assignment.task_id == place.task.id)).all()
    named = {duty.unit.name: duty for duty in duties}
    assert set(named) == {"云川市科技局", "云川市财政局", "青岚县政府", "白石区政府"}
    assert named["青岚县政府"].printed == "各县区" and named["青岚县政府"].state is AssignmentState.ISSUED
    assert named["云川市财政局"].group_id is None and named["青岚县政府"].late_on == date(2027, 1, 1)
    assert (issued.tasks, issued.duties, issued.units) == (1, 4, 4)
    assert issued.unreached == ("青岚县政府", "白石区政府"), "nobody of theirs can sign in"


def test_each_unit_is_told_once_about_the_whole_batch(session: Session) -> None:
    place = a_prepared_city(session)
    second = a_task(session, place.plan, number="2.", position=2, state=TaskState.DRAFT, issued_on=None)
    an_assignment(session, second, place.science, state=AssignmentState.PLANNED, issued_on=None)
    chosen = Chosen(place.plan.id)
    workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    assert len(told(session, place.people["office_head"], NoticeKind.SUBMITTED)) == 1
    workflow.approve_tasks(session, place.actors["office_head"], chosen, now=on(3, 3))
    (notice,) = told(session, place.people["science"], NoticeKind.ISSUED)
    assert notice.link == f"/plans/{place.plan.id}" and "2项任务" in notice.subject
    assert "· 1.建设" in notice.body and "· 2.建设" in notice.body
    (other,) = told(session, place.people["finance"], NoticeKind.ISSUED)
    assert other.link == f"/tasks/{place.task.id}" and "· 2." not in other.body


def test_a_selection_is_issued_and_the_rest_waits(session: Session) -> None:
    place = a_prepared_city(session)
    second = a_task(session, place.plan, number="2.", position=2, state=TaskState.DRAFT, issued_on=None)
    an_assignment(session, second, place.finance, state=AssignmentState.PLANNED, issued_on=None)
    only = Chosen(place.plan.id, (second.id,))
    workflow.submit_tasks(session, place.actors["officer"], only, now=on(3, 2))
    assert (second.state, place.task.state) == (TaskState.PENDING_APPROVAL, TaskState.DRAFT)
    with pytest.raises(Conflict):
        workflow.approve_tasks(
            session, place.actors["office_head"], Chosen(place.plan.id, (place.task.id,)), now=on(3, 3)
        )


@pytest.mark.parametrize(
    ("plan_fields", "task_fields", "sentence"),
    [
        ({"is_solicitation": True}, {}, "征求意见稿"),
        ({}, {"due_on": None, "due_basis": None}, "没有完成时限"),
        ({"doc_no": ""}, {}, "没有立项依据"),
    ],
)
def test_what_is_not_ready_is_not_issued(
    session: Session, plan_fields: dict[str, object], task_fields: dict[str, object], sentence: str
) -> None:
    place = a_prepared_city(session, **plan_fields)
    for name, value in task_fields.items():
        setattr(place.task, name, value)
    session.flush()
    chosen = Chosen(place.plan.id)
    with pytest.raises(Invalid, match=sentence):
        workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
        workflow.approve_tasks(session, place.actors["office_head"], chosen, now=on(3, 3))
    assert place.task.state in (TaskState.DRAFT, TaskState.PENDING_APPROVAL)


def test_a_task_without_units_or_with_an_empty_group_or_an_ended_unit_is_not_submitted(session: Session) -> None:
    place = a_prepared_city(session)
    chosen = Chosen(place.plan.id)
    bare = a_task(session, place.plan, number="2.", position=2, title="没有单位", state=TaskState.DRAFT)
    with pytest.raises(Invalid, match=r"“2\.没有单位”：还没有确定责任单位"):
        workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    group = UnitGroup(jurisdiction_id=place.city.id, name="各园区")
    session.add(group)
    session.flush()
    session.add(GroupDuty(task_id=bare.id, group_id=group.id, role=DutyRole.RESPONSIBLE, printed="各园区"))
    session.flush()
    session.expire(bare)
    with pytest.raises(Invalid, match="单位组没有成员"):
        workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    place.finance.ended_on = date(2026, 3, 1)
    with pytest.raises(Invalid, match=r"“1\.建设"):
        workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))


def test_a_standing_task_needs_no_due_date(session: Session) -> None:
    place = a_prepared_city(session)
    place.task.due_on, place.task.due_basis, place.task.is_standing = None, None, True
    issue(session, place)
    assert place.task.late_on is None and place.task.unknown_on is None


def test_a_rejection_needs_a_reason_and_goes_back_to_the_officer(session: Session) -> None:
    place = a_prepared_city(session)
    chosen = Chosen(place.plan.id)
    workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    with pytest.raises(Invalid) as refused:
        workflow.reject_tasks(session, place.actors["leader"], chosen, reason=" ", now=on(3, 3))
    assert set(refused.value.fields) == {"reason"}
    workflow.reject_tasks(session, place.actors["leader"], chosen, reason="时限过紧", now=on(3, 3))
    assert place.task.state is TaskState.DRAFT
    assert "时限过紧" in told(session, place.people["officer"], NoticeKind.REJECTED)[0].body


def test_acknowledging_needs_a_contact_and_is_of_the_own_unit_alone(session: Session) -> None:
    place = a_prepared_city(session)
    chosen = Chosen(place.plan.id)
    workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    with pytest.raises(NotFound):
        workflow.acknowledge(session, place.actors["science"], chosen, contact=CONTACT, now=on(3, 2))
    workflow.approve_tasks(session, place.actors["office_head"], chosen, now=on(3, 3))
    with pytest.raises(Invalid) as refused:
        workflow.acknowledge(session, place.actors["science"], chosen, contact=Contact("周文", ""), now=on(3, 4))
    assert set(refused.value.fields) == {"contact_phone"}
    workflow.acknowledge(session, place.actors["science"], chosen, contact=CONTACT, now=on(3, 4))
    assert duty_of(session, place, place.finance).state is AssignmentState.ISSUED
    assert told(session, place.people["officer"], NoticeKind.ACKNOWLEDGED)
    with pytest.raises(Conflict):
        workflow.acknowledge(session, place.actors["science"], chosen, contact=CONTACT, now=on(3, 5))
    with pytest.raises(NotAllowed):
        workflow.acknowledge(session, place.actors["officer"], chosen, contact=CONTACT, now=on(3, 5))


def test_closing_waits_for_the_other_units_and_for_the_head_of_the_lead(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    task, head = place.task, place.actors["science_head"]
    with pytest.raises(Invalid, match="还有其他单位的分工没有完成"):
        workflow.ask_to_close(session, head, task.id, version=task.version, report="完成", now=on(3, 25))
    finish_finance(session, place)
    for name in ("science", "officer", "finance", "leader"):
        with pytest.raises(NotAllowed):
            workflow.ask_to_close(
                session, place.actors[name], task.id, version=task.version, report="完成", now=on(3, 25)
            )
    with pytest.raises(Invalid) as refused:
        workflow.ask_to_close(session, head, task.id, version=task.version, report="", now=on(3, 25))
    assert set(refused.value.fields) == {"report"}


def test_a_waived_unit_does_not_hold_up_closing(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    duty = duty_of(session, place, place.finance)
    waived = duty.__table__.update().where(duty.__table__.c.id == duty.id).values(state=AssignmentState.WAIVED)
    session.execute(waived)
    session.refresh(duty)
    head, task = place.actors["science_head"], place.task
    workflow.ask_to_close(session, head, task.id, version=task.version, report="完成", now=on(3, 25))
    assert task.state is TaskState.UNDER_REVIEW


def test_without_a_lead_the_office_accepts_parts_and_asks_and_another_person_closes(session: Session) -> None:
    place = a_prepared_city(session)
    lead = duty_of(session, place, place.science)
    lead.role, lead.is_first_lead = DutyRole.RESPONSIBLE, False
    issue(session, place)
    officer, task = place.actors["officer"], place.task
    for name, unit in (("science", place.science), ("finance", place.finance)):
        duty = duty_of(session, place, unit)
        words = Words("本单位部分已完成")
        workflow.finish_part(session, place.actors[name], duty.id, version=duty.version, words=words, now=on(3, 20))
        workflow.accept_part(session, officer, duty.id, version=duty.version, now=on(3, 21))
    workflow.ask_to_close(session, officer, task.id, version=task.version, report="各部分均已完成", now=on(3, 25))
    with pytest.raises(Invalid, match="须由他人审核"):
        workflow.check_closing(session, officer, task.id, version=task.version, now=on(3, 26))
    second = acting(a_user(session, place.city, Role.OFFICER, login_name="second"), Role.OFFICER)
    workflow.check_closing(session, second, task.id, version=task.version, now=on(3, 26))
    workflow.close_task(session, place.actors["office_head"], task.id, version=task.version, now=on(3, 26))
    assert task.state is TaskState.CLOSED
    assert not session.scalars(select(ClosingRequest)).one().is_one_person


def test_one_person_may_do_both_where_the_jurisdiction_says_so(session: Session) -> None:
    place = a_prepared_city(session)
    lead = duty_of(session, place, place.science)
    lead.role, lead.is_first_lead = DutyRole.RESPONSIBLE, False
    place.city.is_one_person = True
    issue(session, place)
    officer, task = place.actors["officer"], place.task
    for duty in task.assignments:
        duty.state = AssignmentState.DONE
    session.flush()
    workflow.ask_to_close(session, officer, task.id, version=task.version, report="完成", now=on(3, 25))
    workflow.close_task(session, officer, task.id, version=task.version, now=on(3, 26))
    assert task.state is TaskState.CLOSED
    assert session.scalars(select(ClosingRequest)).one().is_one_person


def test_a_part_sent_back_goes_on_and_its_percent_returns(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    duty = duty_of(session, place, place.finance)
    words = Words("配套资金已全部拨付")
    workflow.finish_part(session, place.actors["finance"], duty.id, version=duty.version, words=words, now=on(3, 20))
    assert (duty.percent, duty.state) == (100, AssignmentState.SUBMITTED)
    with pytest.raises(NotAllowed):
        workflow.accept_part(session, place.actors["officer"], duty.id, version=duty.version, now=on(3, 21))
    workflow.send_back_part(
        session, place.actors["science_head"], duty.id, version=duty.version, reason=NOT_DONE, now=on(3, 21)
    )
    assert (duty.percent, duty.last_filed_on, duty.state) == (None, None, AssignmentState.IN_PROGRESS)
    assert told(session, place.people["finance"], NoticeKind.SENT_BACK)


def test_the_lead_does_not_finish_its_own_part_alone(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    lead = duty_of(session, place, place.science)
    with pytest.raises(Invalid, match="申请办结"):
        workflow.finish_part(
            session, place.actors["science"], lead.id, version=lead.version, words=Words("完成"), now=on(3, 20)
        )


def test_urging_tells_the_unit_once_a_day_and_a_call_is_noted_without_a_message(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    ids = [duty_of(session, place, place.science).id, duty_of(session, place, place.finance).id]
    officer = place.actors["officer"]
    workflow.urge(session, officer, ids, words="请抓紧报送", channel=UrgeChannel.SYSTEM, now=on(3, 16))
    assert len(told(session, place.people["science_head"], NoticeKind.URGED)) == 1
    assert "请抓紧报送" in told(session, place.people["finance"], NoticeKind.URGED)[0].body
    with pytest.raises(Conflict, match="云川市科技局"):
        workflow.urge(session, officer, ids[:1], words="再催", channel=UrgeChannel.SYSTEM, now=on(3, 16, 8))
    workflow.urge(session, officer, ids[:1], words="接电话,答应明日报", channel=UrgeChannel.PHONE, now=on(3, 16, 9))
    assert len(told(session, place.people["science_head"], NoticeKind.URGED)) == 1
    assert len(session.scalars(select(Urge)).all()) == 3
    workflow.urge(session, officer, ids[:1], words="再催", channel=UrgeChannel.SYSTEM, now=on(3, 17))
    with pytest.raises(NotAllowed):
        workflow.urge(session, place.actors["science"], ids[:1], words="催", channel=UrgeChannel.PHONE, now=on(3, 17))


def test_somebody_elses_plan_task_and_duty_are_not_found(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    other_city = a_city(session, "东屏市")
    stranger = a_user(session, other_city, Role.OFFICE_HEAD, login_name="stranger")
    outsider = acting(stranger, Role.OFFICE_HEAD, Role.OFFICER)
    other_unit = a_unit(session, place.city, "云川市水利局")
    bystander = acting(a_user(session, place.city, Role.UNIT_HEAD, other_unit), Role.UNIT_HEAD)
    duty, task = duty_of(session, place, place.science), place.task
    for actor in (outsider, bystander):
        with pytest.raises(NotFound):
            workflow.acknowledge(session, actor, Chosen(place.plan.id), contact=CONTACT, now=on(3, 9))
        with pytest.raises(NotFound):
            workflow.close_task(session, actor, task.id, version=task.version, now=on(3, 9))
        with pytest.raises(NotFound):
            workflow.accept_part(session, actor, duty.id, version=duty.version, now=on(3, 9))
        with pytest.raises(NotFound):
            workflow.urge(session, actor, [duty.id], words="催", channel=UrgeChannel.PHONE, now=on(3, 9))
        with pytest.raises(NotFound):
            save_row(session, actor, Entry(duty.id, 0, Words("越权")), now=on(3, 9))
    with pytest.raises(NotFound):
        workflow.submit_tasks(session, place.actors["officer"], Chosen(place.plan.id, (999_999,)), now=on(3, 9))


def test_a_stale_page_cannot_act(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    finish_finance(session, place)
    head, task = place.actors["science_head"], place.task
    shown = task.version
    place.city.is_one_person = True
    workflow.ask_to_close(session, head, task.id, version=shown, report="完成", now=on(3, 25))
    with pytest.raises(Conflict):
        workflow.close_task(session, place.actors["officer"], task.id, version=shown, now=on(3, 26))
    workflow.close_task(session, place.actors["officer"], task.id, version=task.version, now=on(3, 26))
    with pytest.raises(Conflict, match="任务当前为“已办结”"):
        workflow.close_task(session, place.actors["office_head"], task.id, version=task.version, now=on(3, 26))


def test_a_report_sent_back_no_longer_counts_until_it_is_mended(session: Session) -> None:
    place = a_prepared_city(session)
    issue(session, place)
    lead = duty_of(session, place, place.science)
    science, head, officer = place.actors["science"], place.actors["science_head"], place.actors["officer"]
    first = file_row(session, science, head, lead, Words("推进中", 30), now=on(3, 10))
    pass_reports(session, officer, [Reviewed(first.id, first.version)], now=on(3, 11))
    second = file_row(session, science, head, lead, Words("完成过半", 60), now=on(4, 10))
    assert lead.percent == 60
    send_back_report(session, officer, Reviewed(second.id, second.version), reason=NOT_DONE, now=on(4, 12))
    assert (lead.percent, lead.last_filed_on) == (30, date(2026, 3, 10))
    assert lead.unknown_on == date(2026, 5, 1)
    assert second.times_sent_back == 1
    assert file_row(session, science, head, lead, Words("完成四成", 40), now=on(4, 14)) is second
    assert (second.status, lead.percent, lead.last_filed_on) == (ReportStatus.SUBMITTED, 40, date(2026, 4, 10))
