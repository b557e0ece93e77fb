"""The log of what was sent, what did not arrive, the channels, and a person's own reminders and calendar."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import sign_in
from tests.conftest import MailListener
from tests.web.test_every_route import populate
from tracker import jobs
from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus, NoticeKind, Role
from tracker.db import db, office_date, transaction, utcnow
from tracker.models import Assignment, ChannelSetting, DeliveryAttempt, Notification, User

HOOK = "https://oapi.dingtalk.com/robot/send?access_token=KEY1"


@pytest.fixture
def people(app: Flask) -> Flask:
    populate(app)
    return app


def a_mail(
    app: Flask, login_name: str = "liaison", status: DeliveryStatus = DeliveryStatus.FAILED, **fields: object
) -> int:
    """A mail to somebody, with one attempt that was refused."""
    with app.app_context(), transaction() as session:
        person = session.scalars(select(User).where(User.login_name == login_name)).one()
        person.email = f"{login_name}@yunchuan.test"
        values = {
            "subject": "任务已交办",
            "last_error": "邮件服务器答复 550 no such mailbox",
            "created_at": utcnow(),
            **fields,
        }
        row = Notification(
            user_id=person.id,
            channel=Channel.SMTP,
            day_on=date(2026, 3, 10),
            kind=NoticeKind.ISSUED,
            body="正文机密",
            link="",
            status=status,
            due_at=utcnow(),
            attempts=1,
            **values,
        )
        row.topic = f"t:{utcnow().isoformat()}"
        session.add(row)
        session.flush()
        said = str(values["last_error"])
        session.add(DeliveryAttempt(notification_id=row.id, at=utcnow(), outcome=AttemptOutcome.REFUSED, detail=said))
        return row.id


def shown(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_refusal_for_good_is_on_the_desk_of_the_office_and_can_be_sent_again(
    people: Flask, client: FlaskClient
) -> None:
    row_id = a_mail(people)
    sign_in(client, "officer")
    assert "未送达的消息" in shown(client, "/desk") and "550 no such mailbox" in shown(client, "/desk")
    page = shown(client, "/delivery/undelivered")
    assert "550 no such mailbox" in page and "重发" in page
    assert client.post(f"/delivery/{row_id}/resend").status_code == 302
    with people.app_context():
        row = db.session.get_one(Notification, row_id)
        assert row.status is DeliveryStatus.PENDING and row.attempts == 0
    assert "没有未送达的消息" in shown(client, "/delivery/undelivered")
    assert client.post(f"/delivery/{row_id}/resend").status_code == 409, "it is on its way already"


def test_all_that_a_filter_shows_is_sent_again_except_to_who_has_left(people: Flask, client: FlaskClient) -> None:
    a_mail(people)
    a_mail(people, "unit_head", subject="催办")
    a_mail(people, "leader")
    with people.app_context(), transaction() as session:
        session.scalars(select(User).where(User.login_name == "leader")).one().left_on = date(2026, 1, 1)
    sign_in(client, "officer")
    client.post("/delivery/resend-all?q=催办")
    with people.app_context():
        assert len(db.session.scalars(select(Notification).where(Notification.status == "pending")).all()) == 1
    client.post("/delivery/resend-all")
    with people.app_context():
        left = db.session.scalars(select(Notification).where(Notification.status == "failed")).all()
        assert [row.user.login_name for row in left] == ["leader"]


def test_the_log_shows_titles_and_ways_but_never_the_words_of_a_message(people: Flask, client: FlaskClient) -> None:
    a_mail(people, status=DeliveryStatus.SENT, last_error="")
    sign_in(client, "sys_admin")
    page = shown(client, "/delivery")
    assert "任务已交办" in page and "电子邮件" in page and "正文机密" not in page


@pytest.mark.parametrize("query", ["", "q=催办", "channel=smtp&status=failed", "since_on=2099-01-01", "status=x&q=%27"])
def test_the_export_holds_exactly_what_the_page_shows(people: Flask, client: FlaskClient, query: str) -> None:
    a_mail(people)
    a_mail(people, "unit_head", subject="催办", status=DeliveryStatus.SENT)
    sign_in(client, "officer")
    titles = re.findall(r'data-label="标题">([^<]*)<', shown(client, f"/delivery?{query}"))
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/delivery/export?{query}").data)).active
    assert sheet is not None
    assert [row[5] for row in sheet.iter_rows(min_row=4, values_only=True)] == titles


def test_a_log_of_another_place_is_not_shown_and_not_sent_again(people: Flask, client: FlaskClient) -> None:
    from tests.builders import a_city, a_user

    with people.app_context(), transaction() as session:
        a_user(session, a_city(session, "石渡市"), Role.OFFICER, login_name="elsewhere")
    row_id = a_mail(people)
    sign_in(client, "elsewhere")
    assert "任务已交办" not in shown(client, "/delivery")
    assert client.post(f"/delivery/{row_id}/resend").status_code == 404


# Channels


def test_a_channel_is_set_up_tested_and_never_shows_its_key(people: Flask, client: FlaskClient) -> None:
    sign_in(client, "sys_admin")
    form = {"address": HOOK, "secret": "SECret1", "is_on": "1", "max_a_minute": "20", "version": "0"}
    assert client.post("/delivery/channels/dingtalk", data=form).status_code == 302
    page = shown(client, "/delivery/channels")
    assert "https://oapi.dingtalk.com" in page and "KEY1" not in page and "SECret1" not in page
    assert client.post("/delivery/channels/dingtalk", data=form).status_code == 409, "somebody else was first"
    assert client.post("/delivery/channels/dingtalk/test").status_code == 302
    assert "测试消息等待发送" in shown(client, "/delivery/channels")


def test_an_internal_address_by_a_users_word_is_refused(people: Flask, client: FlaskClient) -> None:
    sign_in(client, "sys_admin")
    form = {"address": "http://127.0.0.1:8000/x", "secret": "s", "is_on": "1", "version": "0"}
    answer = client.post("/delivery/channels/webhook", data=form)
    assert answer.status_code == 422 and "TRACKER_CHANNEL_HOSTS" in answer.get_data(as_text=True)
    with people.app_context():
        assert db.session.scalars(select(ChannelSetting)).all() == []


def test_a_test_mail_arrives_and_the_page_says_so(people: Flask, client: FlaskClient, listener: MailListener) -> None:
    from dataclasses import replace

    sign_in(client, "sys_admin")
    assert client.post("/delivery/channels/smtp/test").status_code == 422, "there is no address to send it to"
    with people.app_context(), transaction() as session:
        session.scalars(select(User).where(User.login_name == "sys_admin")).one().email = "admin@yunchuan.test"
    client.post("/delivery/channels/smtp/test")
    with people.app_context():
        assert jobs.deliver(replace(people.config["TRACKER"], smtp_url=listener.url)) == 1
    assert re.search("最近一次测试.*已送达", shown(client, "/delivery/channels"), re.DOTALL)


def test_a_worker_that_never_ran_or_stopped_is_announced_and_one_that_works_is_not(
    people: Flask, client: FlaskClient
) -> None:
    for role in ("officer", "sys_admin"):
        sign_in(client, role)
        assert "提醒服务没有运行" in shown(client, "/desk")
    jobs.Worker(people).beat()
    assert "提醒服务没有运行" not in shown(client, "/desk")
    long_ago = utcnow() - timedelta(minutes=5)
    with people.app_context(), transaction() as session:
        from tracker.models import WorkerLease

        session.scalars(select(WorkerLease)).one().heartbeat_at = long_ago
    assert "提醒服务没有运行" in shown(client, "/desk")
    sign_in(client, "liaison")
    assert "提醒服务" not in shown(client, "/desk")


# A person's own reminders


def calendar_path(client: FlaskClient) -> str:
    found = re.search(r"/calendar/[^\"<]+\.ics", shown(client, "/reminders"))
    return found.group(0) if found else ""


def test_a_calendar_holds_what_the_unit_owes_and_ends_when_it_is_withdrawn(people: Flask, client: FlaskClient) -> None:
    anybody = people.test_client()
    sign_in(client, "liaison")
    assert calendar_path(client) == ""
    client.post("/reminders/calendar")
    first = calendar_path(client)
    answer = anybody.get(first)
    assert answer.status_code == 200 and answer.content_type.startswith("text/calendar")
    assert "DTSTART;VALUE=DATE:20261231" in answer.get_data(as_text=True)
    client.post("/reminders/calendar")
    second = calendar_path(client)
    assert first != second and anybody.get(first).status_code == 404
    client.post("/reminders/calendar/withdraw")
    assert anybody.get(second).status_code == 404


def test_a_calendar_shows_what_is_owed_now_and_nothing_to_who_has_left(people: Flask, client: FlaskClient) -> None:
    anybody = people.test_client()
    sign_in(client, "liaison")
    client.post("/reminders/calendar")
    path = calendar_path(client)
    with people.app_context(), transaction() as session:
        session.scalars(select(Assignment)).one().state = "done"
    assert "BEGIN:VEVENT" not in anybody.get(path).get_data(as_text=True)
    with people.app_context(), transaction() as session:
        session.scalars(select(User).where(User.login_name == "liaison")).one().left_on = office_date(utcnow())
    assert anybody.get(path).status_code == 404


@pytest.mark.parametrize("token", ["", "1", "1.", "1.abc", "²." + "0" * 64, "99999999999.x", "5." + "0" * 64, "é.ü"])
def test_a_guessed_calendar_is_not_found(people: Flask, token: str) -> None:
    assert people.test_client().get(f"/calendar/{token}.ics").status_code == 404


def test_the_database_alone_does_not_give_the_address_of_a_calendar(people: Flask, client: FlaskClient) -> None:
    sign_in(client, "liaison")
    client.post("/reminders/calendar")
    with people.app_context():
        kept = db.session.scalars(select(User.calendar_token).where(User.login_name == "liaison")).one()
    assert kept and kept not in calendar_path(client)


def test_quiet_hours_are_kept_and_one_end_alone_is_refused(people: Flask, client: FlaskClient) -> None:
    sign_in(client, "liaison")
    assert client.post("/reminders", data={"quiet_from": "21:00"}).status_code == 422
    assert client.post("/reminders", data={"quiet_from": "x", "quiet_until": "y"}).status_code == 422
    assert client.post("/reminders", data={"quiet_from": "21:00", "quiet_until": "07:30"}).status_code == 302
    page = shown(client, "/reminders")
    assert 'value="21:00"' in page and 'value="07:30"' in page
