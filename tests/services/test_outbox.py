"""What goes out: written anew from what is owed, to whom it may concern, by the ways that are open, at their pace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment
from tracker.core.terms import AssignmentState, AttemptOutcome, Channel, DeliveryStatus, NoticeKind, Role, TaskState
from tracker.errors import Invalid
from tracker.models import Assignment, ChannelSetting, DeliveryAttempt, Jurisdiction, Notification, RoleGrant, User
from tracker.services import channels, outbox
from tracker.services.calendar import seed_workdays
from tracker.services.channels import ChannelFacts
from tracker.services.notices import Notice, tell
from tracker.services.reminding import run_pass
from tracker.services.told import told

LINK = "http://tracker.test"
# Eight working days before the fifteenth; the liaison has been told once by then.
NOW = datetime(2026, 4, 14, 1, tzinfo=UTC)
HOOK = "https://oapi.dingtalk.com/robot/send?access_token=1"


@pytest.fixture
def city(session: Session) -> Jurisdiction:
    seed_workdays(session)
    return a_city(session)


@pytest.fixture
def duty(session: Session, city: Jurisdiction) -> Assignment:
    """A lead's duty due on Wednesday 2026-04-15."""
    unit = a_unit(session, city, "市科技局")
    a_user(session, city, Role.LIAISON, unit, login_name="liaison", email="liaison@yunchuan.test", phone="13800000000")
    officer = a_user(session, city, Role.OFFICER, login_name="officer", email="officer@yunchuan.test")
    task = a_task(session, a_plan(session, city, officer), due_on=date(2026, 4, 15))
    return an_assignment(session, task, unit, acknowledged_on=date(2026, 1, 6), last_filed_on=date(2026, 4, 1))


def claimed(session: Session, now: datetime = NOW) -> list[outbox.Claimed]:
    return outbox.claim(session, now=now, base_url=LINK, has_mail=True)


def person(session: Session, login_name: str) -> User:
    return session.scalars(select(User).where(User.login_name == login_name)).one()


def mail(session: Session) -> Notification:
    query = select(Notification).where(Notification.channel == Channel.SMTP)
    return session.scalars(query.order_by(Notification.id)).first()  # type: ignore[return-value]


def test_a_digest_names_what_is_owed_on_the_day_it_is_sent(session: Session, duty: Assignment) -> None:
    run_pass(session, now=NOW, base_url=LINK)
    (first, *_) = claimed(session, NOW + timedelta(days=2))
    assert "应于 2026-04-15 完成，已逾期 1 个工作日" in first.message.text
    assert "已逾期 1 个工作日" in first.message.html and f"{LINK}/tasks/{duty.task_id}" in first.message.html


@pytest.mark.parametrize("state", [AssignmentState.DONE, AssignmentState.WAIVED])
def test_what_was_done_meanwhile_is_not_reminded_of(session: Session, duty: Assignment, state: AssignmentState) -> None:
    run_pass(session, now=NOW, base_url=LINK)
    duty.state = state
    session.flush()
    assert claimed(session) == []
    assert mail(session).status is DeliveryStatus.WITHDRAWN


def test_a_suspended_task_is_not_reminded_of(session: Session, duty: Assignment) -> None:
    run_pass(session, now=NOW, base_url=LINK)
    duty.task.state = TaskState.SUSPENDED
    session.flush()
    assert claimed(session) == []


def test_rights_are_asked_again_when_a_message_is_sent(session: Session, city: Jurisdiction, duty: Assignment) -> None:
    liaison = person(session, "liaison")
    run_pass(session, now=NOW, base_url=LINK)
    tell(
        session,
        [liaison],
        Notice(NoticeKind.URGED, "task:1", "催办", "请尽快办理。", f"/tasks/{duty.task_id}"),
        now=NOW,
    )
    liaison.unit_id = a_unit(session, city, "市财政局").id
    session.flush()
    assert claimed(session) == []
    rows = session.scalars(select(Notification).where(Notification.channel == Channel.SMTP)).all()
    assert {row.status for row in rows} == {DeliveryStatus.WITHDRAWN}
    assert all("无权" in row.last_error for row in rows)


def test_an_officer_who_lost_the_role_is_not_written_to(session: Session, duty: Assignment) -> None:
    officer = person(session, "officer")
    tell(session, [officer], Notice(NoticeKind.FILED, "x", "报送", "请审核。", f"/tasks/{duty.task_id}"), now=NOW)
    session.scalars(select(RoleGrant).where(RoleGrant.user_id == officer.id)).one().until_on = date(2026, 4, 1)
    session.flush()
    assert claimed(session) == []


# Channels


def opened(session: Session, city: Jurisdiction, channel: Channel = Channel.DINGTALK, most: int = 20) -> ChannelSetting:
    setting = ChannelSetting(
        jurisdiction_id=city.id, channel=channel, address=HOOK, secret="SEC1", is_on=True, max_a_minute=most
    )
    session.add(setting)
    session.flush()
    return setting


def notice(number: int) -> Notice:
    return Notice(NoticeKind.URGED, f"n:{number}", "催办", "请尽快办理。", "")


def test_a_robot_speaks_to_the_people_of_units_and_not_of_the_office(
    session: Session, city: Jurisdiction, duty: Assignment
) -> None:
    opened(session, city)
    tell(session, [person(session, "liaison"), person(session, "officer")], notice(1), now=NOW)
    through = select(Notification.user_id).where(Notification.channel == Channel.DINGTALK)
    assert session.scalars(through).all() == [person(session, "liaison").id]


def test_a_robot_gets_so_many_a_minute_and_no_more_whatever_becomes_of_them(
    session: Session, city: Jurisdiction, duty: Assignment
) -> None:
    opened(session, city, most=5)
    person(session, "liaison").email = ""
    for number in range(12):
        tell(session, [person(session, "liaison")], notice(number), now=NOW)
    now = NOW
    for expected in (5, 5, 2):
        batch = claimed(session, now)
        assert len(batch) == expected
        assert claimed(session, now) == [], "also while they are on their way"
        for each in batch:
            attempt = outbox.begin(session, each, now=now)
            assert attempt is not None
            outbox.mark_sent(session, attempt, now=now)
        assert claimed(session, now + timedelta(seconds=50)) == []
        now += outbox.MINUTE + timedelta(seconds=1)


def test_a_channel_that_was_closed_keeps_its_messages_but_a_test_goes_through(
    session: Session, city: Jurisdiction, duty: Assignment
) -> None:
    setting = opened(session, city)
    liaison = person(session, "liaison")
    liaison.email = ""
    tell(session, [liaison], notice(1), now=NOW)
    setting.is_on = False
    session.flush()
    assert claimed(session) == []
    channels.send_test(session, acting(liaison, Role.SYS_ADMIN), Channel.DINGTALK, now=NOW)
    assert [each.message.kind for each in claimed(session)] == [NoticeKind.TEST]


def test_a_robot_in_trouble_is_left_alone_for_as_long_as_it_asks(
    session: Session, city: Jurisdiction, duty: Assignment
) -> None:
    opened(session, city, most=5)
    person(session, "liaison").email = ""
    for number in range(8):
        tell(session, [person(session, "liaison")], notice(number), now=NOW)
    first, *rest = claimed(session)
    attempt = outbox.begin(session, first, now=NOW)
    assert attempt is not None
    wait = timedelta(minutes=10)
    outbox.mark_failed(session, attempt, outbox.Failure("too fast", wait=wait), now=NOW)
    outbox.release(session, rest, wait=wait, now=NOW)
    session.expire_all()
    assert claimed(session, NOW + timedelta(minutes=9)) == []
    assert len(claimed(session, NOW + timedelta(minutes=11))) == 5


def test_a_channel_is_set_up_only_with_an_address_that_may_be_written_to_and_a_secret(
    session: Session, city: Jurisdiction, duty: Assignment
) -> None:
    admin = acting(person(session, "officer"), Role.SYS_ADMIN)
    for facts, field in (
        (ChannelFacts("http://169.254.169.254/latest", "s"), "address"),
        (ChannelFacts("", "s"), "address"),
        (ChannelFacts(HOOK, ""), "secret"),
        (ChannelFacts(HOOK, "s", max_a_minute=21), "max_a_minute"),
    ):
        with pytest.raises(Invalid) as refused:
            channels.save_channel(session, admin, Channel.DINGTALK, facts, hosts="", version=0, now=NOW)
        assert field in refused.value.fields
    channels.save_channel(session, admin, Channel.DINGTALK, ChannelFacts(HOOK, "s", True), hosts="", version=0, now=NOW)
    channels.save_channel(session, admin, Channel.DINGTALK, ChannelFacts(), hosts="", version=1, now=NOW)
    kept = session.scalars(select(ChannelSetting)).one()
    assert (kept.address, kept.secret, kept.is_on) == (HOOK, "s", False), "what is left empty is kept"


# The account of a task


def test_a_task_says_how_often_it_was_told_of_and_what_came_of_each_attempt(session: Session, duty: Assignment) -> None:
    run_pass(session, now=NOW, base_url=LINK)
    (first, *_) = [each for each in claimed(session) if each.message.to.login_name == "liaison"]
    attempt = outbox.begin(session, first, now=NOW)
    assert attempt is not None
    outbox.mark_failed(session, attempt, outbox.Failure("邮件服务器答复 451"), now=NOW)
    found = told(session, acting(person(session, "officer"), Role.OFFICER), duty.task_id)
    assert found.reminders == 1
    (telling,) = [each for each in found.tellings if each.person == "liaison"]
    by_mail = telling.ways[1]
    assert [way.channel for way in telling.ways] == [Channel.INBOX, Channel.SMTP]
    assert by_mail.attempts == ((NOW, AttemptOutcome.PASSING, "邮件服务器答复 451"),)


def test_a_unit_reads_what_its_own_people_were_told(session: Session, city: Jurisdiction, duty: Assignment) -> None:
    other = a_unit(session, city, "市财政局")
    a_user(session, city, Role.LIAISON, other, login_name="other")
    an_assignment(session, duty.task, other, is_first_lead=False)
    run_pass(session, now=NOW, base_url=LINK)
    people = {
        each.person for each in told(session, acting(person(session, "other"), Role.LIAISON), duty.task_id).tellings
    }
    assert people == {"other"}


def test_an_attempt_that_never_ended_is_counted_as_one_nobody_knows_the_end_of(
    session: Session, duty: Assignment
) -> None:
    run_pass(session, now=NOW, base_url=LINK)
    for each in claimed(session):
        outbox.begin(session, each, now=NOW)
    later = NOW + outbox.LEASE + timedelta(seconds=1)
    assert claimed(session, later)
    session.expire_all()
    assert {each.outcome for each in session.scalars(select(DeliveryAttempt))} == {AttemptOutcome.UNKNOWN}
