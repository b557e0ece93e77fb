"""A mail server away for a day, clocks set wrongly, workers that follow one another; the time is an argument."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Select, func, select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tests.conftest import MailListener, settings_in
from tests.delivery.servers import DROP, Script, closed_port, smtp_server
from tests.faults.outboxes import copies, fill, ids, statuses
from tracker import create_app, jobs
from tracker.core import backoff
from tracker.core.terms import Channel, DeliveryStatus, NoticeKind, Role
from tracker.db import db, reading, transaction
from tracker.jobs import Worker
from tracker.models import Notification, ReminderMark, User
from tracker.services import leading
from tracker.services.calendar import seed_workdays

NOW = datetime(2026, 9, 29, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# The working days after which the ladder of what is to be finished ends.
_LAST_RUNG = 15


class Clock:
    """A clock that goes as the test wants."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mailing(app: Flask, tmp_path: Path, listener: MailListener) -> Flask:
    """The application with a mail server that works."""
    return create_app(settings_in(tmp_path, smtp_url=listener.url, base_url="http://tracker.test"))


@pytest.fixture
def cut_off(app: Flask, tmp_path: Path) -> Flask:
    """The same application while nobody listens at the mail server's address."""
    return create_app(
        settings_in(tmp_path, smtp_url=f"smtp://127.0.0.1:{closed_port()}", base_url="http://tracker.test")
    )


def a_day_without_mail(cut_off: Flask, mailing: Flask, clock: Clock, count: int) -> None:
    """A day on which every message waits as long as it may, then the server is back and a day follows."""
    fill(cut_off, count, clock.now)
    with cut_off.app_context():
        for _ in range(24 * 3):
            jobs.deliver(cut_off.config["TRACKER"], clock)
            clock.now += timedelta(minutes=20)
    with mailing.app_context():
        for _ in range(12):
            jobs.deliver(mailing.config["TRACKER"], clock)
            clock.now += timedelta(minutes=20)


def test_a_server_that_was_away_for_a_day_gets_everything_once(
    cut_off: Flask, mailing: Flask, listener: MailListener, clock: Clock
) -> None:
    a_day_without_mail(cut_off, mailing, clock, 5)
    assert statuses(mailing) == {DeliveryStatus.SENT: 5}
    assert sorted(copies(listener).values()) == [1] * 5


def test_the_same_day_loses_messages_where_the_waits_are_short(
    cut_off: Flask, mailing: Flask, listener: MailListener, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "WAITS", backoff.WAITS[:3])
    a_day_without_mail(cut_off, mailing, clock, 5)
    assert statuses(mailing)[DeliveryStatus.FAILED] > 0


def test_a_mail_dropped_at_its_end_comes_again_under_its_first_id_and_is_counted(
    app: Flask, tmp_path: Path, clock: Clock
) -> None:
    script = Script(answers={".": DROP})
    with smtp_server(script) as port:
        mailing = create_app(settings_in(tmp_path, smtp_url=f"smtp://127.0.0.1:{port}"))
        fill(mailing, 1, clock.now)
        with mailing.app_context():
            jobs.deliver(mailing.config["TRACKER"], clock)
            script.answers.clear()
            clock.now += timedelta(hours=1)
            jobs.deliver(mailing.config["TRACKER"], clock)
    assert len(script.mails) == 2
    assert len({mail.split("Message-ID: ")[1].split("\n")[0] for mail in script.mails}) == 1
    assert statuses(mailing) == {DeliveryStatus.SENT: 1}
    assert attempts(mailing) == ["passing", "sent"]


def attempts(app: Flask) -> list[str]:
    from tracker.models import DeliveryAttempt

    with app.app_context():
        return [each.outcome.value for each in reading().scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id))]


# Clocks


@pytest.fixture
def owing(mailing: Flask) -> Flask:
    """A liaison who owes a task due on 15 October and takes mail on any day."""
    with mailing.app_context(), transaction() as session:
        seed_workdays(session)
        city = a_city(session)
        unit = a_unit(session, city, "市科技局")
        liaison = a_user(session, city, Role.LIAISON, unit, email="linzhou@yunchuan.test")
        liaison.has_workday_mail_only = False
        officer = a_user(session, city, Role.OFFICER)
        a_user(session, city, Role.OFFICE_HEAD)
        due_on = datetime(2026, 10, 15).date()
        task = a_task(session, a_plan(session, city, officer), due_on=due_on, original_due_on=due_on)
        an_assignment(session, task, unit, acknowledged_on=task.issued_on, last_filed_on=datetime(2027, 1, 1).date())
    return mailing


def worked(app: Flask, clock: Clock, *, days: float) -> None:
    """Lets a worker that leads work for some days, a tick every quarter of a day at the office's morning."""
    worker = Worker(app, clock)
    for _ in range(int(days * 4)):
        worker.beat()
        worker.tick()
        clock.now += DAY / 4
    worker.stop.set()
    worker._end()


def marks(app: Flask) -> int:
    with app.app_context():
        db.session.rollback()
        return reading().scalar(select(func.count()).select_from(ReminderMark)) or 0


def doubles(app: Flask) -> int:
    """How many rungs were told to one person more than once."""
    with app.app_context():
        columns = (ReminderMark.assignment_id, ReminderMark.kind, ReminderMark.anchor_on, ReminderMark.rung)
        query = select(func.count(ReminderMark.id)).group_by(*columns, ReminderMark.user_id).having(func.count() > 1)
        return len(reading().execute(query).all())


def test_a_clock_set_back_a_day_tells_nothing_twice_and_goes_on_telling(
    owing: Flask, listener: MailListener, clock: Clock
) -> None:
    worked(owing, clock, days=2)
    told, arrived = marks(owing), len(listener.mails)
    assert told and arrived
    clock.now -= DAY
    fill_one(owing, clock.now + timedelta(hours=1))
    worked(owing, clock, days=0.25)
    assert marks(owing) == told
    assert len(listener.mails) == arrived + 1, "what was written for a later time goes out under the clock put right"
    worked(owing, clock, days=18)
    assert marks(owing) > told and doubles(owing) == 0
    assert set(copies(listener).values()) == {1}


def test_the_same_clock_leaves_a_message_lying_where_it_is_not_put_right(
    owing: Flask, listener: MailListener, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.outbox, "rewind", lambda *_a, **_k: None)
    worked(owing, clock, days=2)
    arrived = len(listener.mails)
    clock.now -= DAY
    fill_one(owing, clock.now + timedelta(hours=1))
    worked(owing, clock, days=0.25)
    assert len(listener.mails) == arrived


def test_three_days_ahead_over_the_national_day_and_back_nothing_is_lost_or_told_twice(
    owing: Flask, listener: MailListener, clock: Clock
) -> None:
    worked(owing, clock, days=1)
    clock.now += DAY * 3
    worked(owing, clock, days=1)
    clock.now -= DAY * 4
    worked(owing, clock, days=25)
    right = told_rungs(owing)
    assert doubles(owing) == 0 and set(copies(listener).values()) == {1}
    assert right[-1] >= 0, "the rung of the due date was reached and told"


def test_ten_years_ahead_nothing_is_done_at_all_and_back_everything_goes_on(
    owing: Flask, listener: MailListener, clock: Clock
) -> None:
    worked(owing, clock, days=1)
    told, arrived = marks(owing), len(listener.mails)
    clock.now += DAY * 3650
    worked(owing, clock, days=1)
    assert (marks(owing), len(listener.mails)) == (told, arrived)
    with owing.app_context():
        assert leading.heard(reading(), now=clock.now).is_clock_wrong
    clock.now -= DAY * 3651
    worked(owing, clock, days=20)
    assert told_rungs(owing)[-1] >= 0 and doubles(owing) == 0
    assert _LAST_RUNG not in told_rungs(owing)


def test_ten_years_ahead_the_last_rung_is_used_up_where_the_clock_is_believed(
    owing: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.core.clock.LONGEST_REST", DAY * 10_000)
    clock.now += DAY * 3650
    worked(owing, clock, days=1)
    clock.now -= DAY * 3650
    assert _LAST_RUNG in told_rungs(owing), "a proposal to the leader in charge, for a task that is not due yet"


def test_a_clock_that_is_right_after_a_long_rest_can_be_accepted(owing: Flask, clock: Clock) -> None:
    worked(owing, clock, days=0.25)
    clock.now += DAY * 100
    worked(owing, clock, days=0.25)
    told = marks(owing)
    with owing.app_context(), transaction() as session:
        leading.accept_clock(session, now=clock.now)
    worked(owing, clock, days=1)
    assert marks(owing) > told


def told_rungs(app: Flask) -> list[int]:
    with app.app_context():
        db.session.rollback()
        return sorted(reading().scalars(_finish_rungs()))


def _finish_rungs() -> Select[tuple[int]]:
    told = ReminderMark.was_skipped.is_(False)
    return select(ReminderMark.rung).where(ReminderMark.kind == "finish", told)


def fill_one(app: Flask, due_at: datetime) -> None:
    """A message to the liaison, written for a time to come."""
    with app.app_context(), transaction() as session:
        person = session.scalars(select(User).where(User.email != "")).one()
        row = Notification(user_id=person.id, channel=Channel.SMTP, day_on=due_at.date(), kind=NoticeKind.URGED)
        row.topic, row.subject, row.body, row.status = "later", "提示", "请查看。", DeliveryStatus.PENDING
        row.due_at, row.created_at = due_at, due_at
        session.add(row)


# Workers that follow one another


def test_a_worker_that_dies_is_followed_within_thirty_seconds(mailing: Flask, clock: Clock) -> None:
    first, second = Worker(mailing, clock), Worker(mailing, clock)
    first.beat()
    second.beat()
    assert first.leads.is_set() and not second.leads.is_set()
    for _ in range(30 // jobs.HEARTBEAT_SECONDS):
        clock.now += timedelta(seconds=jobs.HEARTBEAT_SECONDS)
        second.beat()
    assert second.leads.is_set()
    first.beat()
    assert not first.leads.is_set(), "the first one sees that it was followed"


def test_a_worker_that_stops_is_followed_at_once(mailing: Flask, clock: Clock) -> None:
    first, second = Worker(mailing, clock), Worker(mailing, clock)
    first.beat()
    first._end()
    clock.now += timedelta(seconds=1)
    second.beat()
    assert second.leads.is_set()


def test_the_lead_passes_although_the_clock_was_set_back(mailing: Flask, clock: Clock) -> None:
    first, second = Worker(mailing, clock), Worker(mailing, clock)
    first.beat()
    clock.now -= DAY
    second.beat()
    assert second.leads.is_set()


def test_a_worker_that_is_stuck_no_longer_says_that_it_works(
    mailing: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(mailing, clock)
    worker.beat()
    monkeypatch.setattr(jobs, "STUCK_SECONDS", -1)
    clock.now += leading.SILENT_AFTER * 2
    worker.beat()
    assert not worker.leads.is_set()
    with mailing.app_context():
        heard = leading.heard(reading(), now=clock.now)
    assert heard.at is not None and not heard.is_working


def test_one_job_that_fails_does_not_stop_the_others(mailing: Flask, clock: Clock) -> None:
    done = []

    def fail(*_arguments: object) -> None:
        raise OSError("broken")

    worker = Worker(mailing, clock, (jobs.Job("bad", fail), jobs.Job("good", lambda *_a: done.append(1))))
    worker.beat()
    worker.tick()
    worker.tick()
    assert done == [1, 1]


@pytest.mark.postgres
def test_on_postgresql_the_lock_leads_and_a_lost_connection_is_followed_at_once(
    postgres_app: Flask, clock: Clock
) -> None:
    first, second = Worker(postgres_app, clock), Worker(postgres_app, clock)
    first.beat()
    second.beat()
    assert first.leads.is_set() and not second.leads.is_set()
    with postgres_app.app_context(), db.engine.connect() as connection:
        from sqlalchemy import text

        holders = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        connection.execute(text(holders))
    second.beat()
    assert second.leads.is_set(), "without waiting for the lease"
    first.beat()
    assert not first.leads.is_set()
    for worker in (first, second):
        worker._end()


@pytest.mark.postgres
def test_a_database_restarted_under_a_delivery_costs_a_counted_copy_at_most(
    postgres_app: Flask, tmp_path: Path, listener: MailListener, clock: Clock
) -> None:
    url = postgres_app.config["TRACKER"].database_url
    mailing = create_app(settings_in(tmp_path, smtp_url=listener.url, database_url=url))
    fill(mailing, 20, clock.now)
    passed: list[str] = []

    def restart(step: str) -> None:
        passed.append(step)
        if passed.count("marking") == 5 and step == "marking":
            terminate_all(mailing)

    with mailing.app_context():
        with pytest.raises(Exception, match=r"terminat|closed"):
            jobs.deliver(mailing.config["TRACKER"], clock, restart)
        db.session.remove()
        clock.now += timedelta(minutes=6)
        jobs.deliver(mailing.config["TRACKER"], clock)
    assert statuses(mailing) == {DeliveryStatus.SENT: 20}
    known = ids(mailing)
    assert all(copy <= 1 + known[message] for message, copy in copies(listener).items())
    assert len(copies(listener)) == 20
    with mailing.app_context():
        db.session.remove()
        db.engine.dispose()


def terminate_all(app: Flask) -> None:
    """Ends every connection to the database, as its restart does."""
    from sqlalchemy import create_engine, text

    url = app.config["SQLALCHEMY_DATABASE_URI"]
    engine = create_engine(url)
    with engine.connect() as connection:
        own = "pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}"))
    engine.dispose()


@pytest.fixture(autouse=True)
def _closed(app: Flask) -> Iterator[None]:
    yield
    with app.app_context():
        db.session.remove()
