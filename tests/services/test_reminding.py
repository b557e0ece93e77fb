"""The reminder pass, with time as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tracker.core.terms import AssignmentState, Channel, DutyRole, Role, TaskState
from tracker.models import Assignment, Notification, Unit, User
from tracker.services.calendar import seed_workdays
from tracker.services.lights import refresh_lights
from tracker.services.reminding import run_pass

LINK = "http://tracker.test"


def at(day: str) -> datetime:
    """Half past eight in the office on a day."""
    return datetime.fromisoformat(day + "T00:30:00").replace(tzinfo=UTC)


@pytest.fixture
def duty(session: Session) -> Assignment:
    """A lead's duty due on Wednesday 2026-04-15, with a liaison, a head and an office."""
    seed_workdays(session)
    city = a_city(session)
    unit = a_unit(session, city, "市科技局")
    a_user(session, city, Role.LIAISON, unit, login_name="liaison", email="liaison@yunchuan.test")
    a_user(session, city, Role.UNIT_HEAD, unit, login_name="head")
    officer = a_user(session, city, Role.OFFICER, login_name="officer")
    a_user(session, city, Role.OFFICE_HEAD, login_name="office_head")
    a_user(session, city, Role.LEADER, login_name="leader")
    task = a_task(session, a_plan(session, city, officer), due_on=date(2026, 4, 15))
    return an_assignment(session, task, unit, acknowledged_on=date(2026, 1, 6), last_filed_on=date(2026, 4, 1))


def told(session: Session, login_name: str) -> list[str]:
    """The bodies of the inbox messages of a person, oldest first."""
    query = (
        select(Notification.body)
        .join(User)
        .where(User.login_name == login_name, Notification.channel == Channel.INBOX)
        .order_by(Notification.id)
    )
    return list(session.scalars(query))


def test_the_liaison_is_told_seven_working_days_before_with_what_is_owed_and_a_link(
    session: Session, duty: Assignment
) -> None:
    # Qingming, 4 to 6 April, is off: seven working days before the 15th is 3 April (Friday).
    run_pass(session, now=at("2026-04-03"), base_url=LINK)
    (body,) = told(session, "liaison")
    assert "应于 2026-04-15 完成，还剩 7 个工作日" in body
    assert f"{LINK}/tasks/{duty.task_id}" in body
    assert told(session, "head") == []


def test_a_person_with_an_address_is_also_mailed(session: Session, duty: Assignment) -> None:
    run_pass(session, now=at("2026-04-03"), base_url=LINK)
    by_mail = session.scalars(select(Notification).where(Notification.channel == Channel.SMTP)).all()
    assert [message.user.login_name for message in by_mail] == ["liaison"]


def test_nothing_is_told_twice_however_often_the_pass_runs(session: Session, duty: Assignment) -> None:
    assert run_pass(session, now=at("2026-04-03"), base_url=LINK) == 1
    assert run_pass(session, now=at("2026-04-03"), base_url=LINK) == 0
    assert run_pass(session, now=at("2026-04-07"), base_url=LINK) == 0
    assert len(told(session, "liaison")) == 1


def test_after_days_without_a_pass_only_the_highest_rung_is_told(session: Session, duty: Assignment) -> None:
    run_pass(session, now=at("2026-04-22"), base_url=LINK)
    assert len(told(session, "head")) == 1
    assert "已逾期 5 个工作日" in told(session, "head")[0]
    assert len(told(session, "officer")) == 1
    assert run_pass(session, now=at("2026-04-23"), base_url=LINK) == 0


def test_the_last_rung_proposes_to_the_head_of_the_office_and_never_mails_a_leader(
    session: Session, duty: Assignment
) -> None:
    run_pass(session, now=at("2026-06-30"), base_url=LINK)
    assert any("建议报告分管领导" in body for body in told(session, "office_head"))
    assert told(session, "leader") == []


def test_nothing_is_told_on_a_day_off_and_it_comes_on_the_next_working_day(session: Session, duty: Assignment) -> None:
    # 2026-04-05 is the Sunday of Qingming, 2026-04-07 the next day worked.
    assert run_pass(session, now=at("2026-04-05"), base_url=LINK) == 0
    assert run_pass(session, now=at("2026-04-07"), base_url=LINK) == 1


@pytest.mark.parametrize("state", [AssignmentState.SUBMITTED, AssignmentState.DONE, AssignmentState.WAIVED])
def test_a_duty_that_is_over_is_never_told(session: Session, duty: Assignment, state: AssignmentState) -> None:
    duty.state = state
    session.flush()
    assert run_pass(session, now=at("2026-04-22"), base_url=LINK) == 0


def test_a_suspended_task_is_silent(session: Session, duty: Assignment) -> None:
    duty.task.state = TaskState.SUSPENDED
    session.flush()
    assert run_pass(session, now=at("2026-04-22"), base_url=LINK) == 0


def test_a_leaver_is_not_told_but_the_units_head_is(session: Session, duty: Assignment) -> None:
    liaison = session.scalars(select(User).where(User.login_name == "liaison")).one()
    liaison.left_on = date(2026, 4, 1)
    session.flush()
    run_pass(session, now=at("2026-04-03"), base_url=LINK)
    assert told(session, "liaison") == []
    assert len(told(session, "head")) == 1


def test_a_unit_without_anybody_is_spoken_for_by_the_office(session: Session, duty: Assignment) -> None:
    empty = Unit(jurisdiction_id=duty.jurisdiction_id, name="市统计局", kind=duty.unit.kind)
    session.add(empty)
    session.flush()
    an_assignment(session, duty.task, empty, DutyRole.RESPONSIBLE)
    run_pass(session, now=at("2026-04-03"), base_url=LINK)
    assert "市统计局" in told(session, "officer")[0]


def test_several_debts_come_in_one_message_grouped_by_what_must_be_done(session: Session, duty: Assignment) -> None:
    second = a_task(session, duty.task.plan, number="2.", position=2, title="建成工业大脑")
    an_assignment(
        session, second, duty.unit, state=AssignmentState.ISSUED, issued_on=date(2026, 3, 25), acknowledged_on=None
    )
    run_pass(session, now=at("2026-04-03"), base_url=LINK)
    (body,) = told(session, "liaison")
    assert body.index("【按期完成】") < body.index("【签收任务】")
    assert "建成工业大脑" in body


def test_the_month_without_a_report_is_told_before_its_end_and_the_report_stops_it(
    session: Session, duty: Assignment
) -> None:
    duty.task.due_on = date(2026, 12, 31)
    duty.last_filed_on = date(2026, 2, 20)
    refresh_lights(session, [duty.task], now=at("2026-02-20"))
    run_pass(session, now=at("2026-03-26"), base_url=LINK)
    assert "3月进展应于 2026-03-31 前报送" in told(session, "liaison")[0]
    duty.last_filed_on = date(2026, 3, 27)
    refresh_lights(session, [duty.task], now=at("2026-03-27"))
    assert run_pass(session, now=at("2026-03-31"), base_url=LINK) == 0
