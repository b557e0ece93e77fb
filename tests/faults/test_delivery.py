"""Mail on its way out, against a real SMTP listener."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import a_city, a_user
from tests.conftest import MailListener, settings_in
from tracker import create_app, jobs
from tracker.core.backoff import WAITS
from tracker.core.terms import Channel, DeliveryStatus, NoticeKind, Role
from tracker.db import db, transaction, utcnow
from tracker.models import Notification, User
from tracker.services import outbox
from tracker.services.notices import Notice, tell


@pytest.fixture
def posted(app: Flask, tmp_path: Path, listener: MailListener) -> Flask:
    """An application whose outbox holds one mail to a liaison."""
    mailing = create_app(settings_in(tmp_path, smtp_url=listener.url, base_url="http://tracker.test"))
    with mailing.app_context(), transaction() as session:
        city = a_city(session)
        liaison = a_user(session, city, Role.LIAISON, name="林舟", email="linzhou@yunchuan.test")
        liaison.has_workday_mail_only = False
        notice = Notice(NoticeKind.ISSUED, "plan:1", "任务交办：云川市行动方案", "请在2个工作日内签收。", "/desk")
        tell(session, session.scalars(select(User)).all(), notice, now=utcnow())
    return mailing


def mail_row() -> Notification:
    """The one mail of the outbox, as it stands."""
    db.session.rollback()
    return db.session.scalars(select(Notification).where(Notification.channel == Channel.SMTP)).one()


def test_a_mail_arrives_once_with_its_words_and_its_link(posted: Flask, listener: MailListener) -> None:
    with posted.app_context():
        assert jobs.deliver(posted.config["TRACKER"]) == 1
        assert jobs.deliver(posted.config["TRACKER"]) == 0
        assert mail_row().status is DeliveryStatus.SENT
    (mail,) = listener.mails
    assert mail["Subject"] == "任务交办：云川市行动方案"
    assert "林舟" in mail["To"]
    for part in (mail.get_body(("plain",)), mail.get_body(("html",))):
        assert part is not None
        assert "请在2个工作日内签收。" in part.get_content()
        assert "http://tracker.test/desk" in part.get_content()


def test_a_passing_refusal_is_tried_again_later_and_then_arrives(posted: Flask, listener: MailListener) -> None:
    listener.answer = "451 busy"
    with posted.app_context():
        jobs.deliver(posted.config["TRACKER"])
        row = mail_row()
        assert row.status is DeliveryStatus.PENDING and row.attempts == 1 and "451" in row.last_error
        assert row.due_at > utcnow()
        listener.answer = "250 OK"
        make_due(row.id)
        assert jobs.deliver(posted.config["TRACKER"]) == 1


def test_a_refusal_for_good_is_kept_with_its_cause_and_not_repeated(posted: Flask, listener: MailListener) -> None:
    listener.answer = "550 no such mailbox"
    with posted.app_context():
        jobs.deliver(posted.config["TRACKER"])
        row = mail_row()
        assert row.status is DeliveryStatus.FAILED and "550" in row.last_error
        make_due(row.id)
        assert jobs.deliver(posted.config["TRACKER"]) == 0


def test_a_server_that_is_down_costs_nothing_but_time(posted: Flask, tmp_path: Path, listener: MailListener) -> None:
    down = create_app(settings_in(tmp_path, smtp_url="smtp://127.0.0.1:9"))
    with down.app_context():
        assert jobs.deliver(down.config["TRACKER"]) == 0
        assert mail_row().status is DeliveryStatus.PENDING
        make_due(mail_row().id)
    with posted.app_context():
        assert jobs.deliver(posted.config["TRACKER"]) == 1


def claimed(later: timedelta = timedelta()) -> list[outbox.Claimed]:
    """What a worker takes out at a time."""
    with transaction() as session:
        return outbox.claim(session, now=utcnow() + later, base_url="http://tracker.test", has_mail=True)


def test_a_worker_that_dies_after_claiming_leaves_the_mail_to_the_next_with_the_same_id(posted: Flask) -> None:
    with posted.app_context():
        (first,) = claimed()
        assert claimed() == []
        (again,) = claimed(outbox.LEASE + timedelta(seconds=1))
        assert again.message.message_id == first.message.message_id
        with transaction() as session:
            assert outbox.begin(session, first, now=utcnow()) is None, "the slow one lets go of what another has taken"


def test_a_person_who_has_left_since_is_not_written_to(posted: Flask, listener: MailListener) -> None:
    with posted.app_context():
        with transaction() as session:
            session.scalars(select(User)).one().left_on = utcnow().date() - timedelta(days=1)
        assert jobs.deliver(posted.config["TRACKER"]) == 0
        assert mail_row().status is DeliveryStatus.FAILED
        assert "已离岗" in mail_row().last_error
    assert listener.mails == []


def test_a_mail_that_fails_for_a_day_is_given_up_with_its_cause(posted: Flask, listener: MailListener) -> None:
    listener.answer = "451 busy"
    with posted.app_context():
        for _ in range(len(WAITS) + 1):
            assert mail_row().status is DeliveryStatus.PENDING
            make_due(mail_row().id)
            jobs.deliver(posted.config["TRACKER"])
        assert mail_row().status is DeliveryStatus.FAILED and "451" in mail_row().last_error


def test_a_mail_that_kills_its_worker_each_time_is_given_up(posted: Flask) -> None:
    with posted.app_context():
        row_id = mail_row().id
        with transaction() as session:
            session.get_one(Notification, row_id).attempts = len(WAITS) + 1
        assert claimed() == []
        assert mail_row().status is DeliveryStatus.FAILED and "中断" in mail_row().last_error


def test_a_month_of_old_mail_is_left_to_a_persons_decision(posted: Flask, listener: MailListener) -> None:
    with posted.app_context():
        assert claimed(timedelta(days=30)) == []
        assert mail_row().status is DeliveryStatus.FAILED and "积压" in mail_row().last_error


def test_quiet_hours_and_days_off_hold_a_mail_back_and_what_is_urgent_waits_for_the_hours_alone(
    posted: Flask,
) -> None:
    saturday = datetime(2026, 3, 14, 2, tzinfo=UTC)
    with posted.app_context():
        row_id = mail_row().id
        with transaction() as session:
            person = session.scalars(select(User)).one()
            person.has_workday_mail_only, person.quiet_from, person.quiet_until = True, time(21), time(7, 30)
            row = session.get_one(Notification, row_id)
            row.due_at = row.created_at = saturday
        with transaction() as session:
            assert outbox.claim(session, now=saturday, base_url="http://t.test", has_mail=True) == []
        assert mail_row().due_at == datetime(2026, 3, 15, 23, 30, tzinfo=UTC), "Monday half past seven in the office"
        with transaction() as session:
            row = session.get_one(Notification, row_id)
            row.due_at, row.kind = saturday, NoticeKind.SLIP
        with transaction() as session:
            assert len(outbox.claim(session, now=saturday, base_url="http://t.test", has_mail=True)) == 1


def test_the_reminder_pass_of_a_day_is_done_by_one_of_many_schedulers(posted: Flask) -> None:
    settings = replace(posted.config["TRACKER"], daily_pass_at="00:00")
    with posted.app_context():
        assert jobs.remind_if_due(settings) is not None
        assert jobs.remind_if_due(settings) is None


def make_due(row_id: int) -> None:
    """Lets the wait of a message be over."""
    with transaction() as session:
        session.get_one(Notification, row_id).due_at = utcnow() - timedelta(minutes=1)
