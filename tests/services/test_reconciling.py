"""Records that disagree are found, each sort by its own name, and none where nothing was tampered with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from tests.builders import NOW, a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment, sign_in
from tracker import jobs
from tracker.core.terms import AssignmentState, Channel, DeliveryStatus, NoticeKind, Role, TaskState
from tracker.db import db, reading, transaction
from tracker.models import Assignment, AssignmentHistory, Notification, ReminderMark, ScheduleRun, Task, User
from tracker.services import audit, reconciling
from tracker.services.calendar import seed_workdays
from tracker.services.lights import refresh_lights
from tracker.services.reconciling import Drift, Reconciled

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ledger(app: Flask) -> Flask:
    """Three duties kept as acts keep them, a digest with its mark, a message on its way."""
    with app.app_context(), transaction() as session:
        seed_workdays(session)
        city = a_city(session)
        officer = a_user(session, city, Role.OFFICER, login_name="officer")
        a_user(session, city, Role.SYS_ADMIN, login_name="admin")
        plan = a_plan(session, city, officer)
        tasks = [a_task(session, plan, number=f"{place}.", position=place) for place in (1, 2, 3)]
        duties = [an_assignment(session, task, a_unit(session, city, f"市{task.number}局")) for task in tasks]
        refresh_lights(session, tasks, now=NOW)
        audit.record(session, acting(officer, Role.OFFICER), "task.approve", tasks[0], summary="立项", now=NOW)
        told = a_message(officer, Channel.INBOX, DeliveryStatus.SENT)
        way = a_message(officer, Channel.SMTP, DeliveryStatus.CLAIMED)
        way.lease_until_at = LATER + timedelta(minutes=3)
        session.add_all([told, way])
        session.flush()
        mark = ReminderMark(assignment_id=duties[0].id, kind="finish", anchor_on=date(2026, 12, 31), rung=-7)
        mark.user_id, mark.notification_id, mark.marked_at = officer.id, told.id, NOW
        session.add(mark)
    return app


def a_message(person: User, channel: Channel, status: DeliveryStatus) -> Notification:
    row = Notification(user_id=person.id, channel=channel, day_on=NOW.date(), kind=NoticeKind.DIGEST, status=status)
    row.topic, row.subject, row.body, row.due_at, row.created_at = "", "督办提醒", "请查看。", NOW, NOW
    return row


def look(app: Flask) -> Reconciled:
    with app.app_context():
        jobs.reconcile(app.config["TRACKER"], lambda: LATER)
        db.session.rollback()
        officer = reading().scalars(select(User).where(User.login_name == "officer")).one()
        found = reconciling.last_reconciled(reading(), acting(officer, Role.OFFICER))
        assert found is not None
        return found


def found_in(app: Flask) -> dict[Drift, int]:
    return {each.drift: each.count for each in look(app).findings}


def test_records_that_agree_are_said_to_agree(ledger: Flask) -> None:
    found = look(ledger)
    assert (found.at, found.looked_at, found.findings) == (LATER, 3, ())


def test_the_last_look_of_a_day_takes_the_place_of_the_one_before(ledger: Flask) -> None:
    look(ledger)
    look(ledger)
    with ledger.app_context():
        assert len(reading().scalars(select(ScheduleRun)).all()) == 1


@pytest.mark.parametrize(
    ("tampering", "drift"),
    [
        (update(Assignment).where(Assignment.id == 2).values(percent=90), Drift.HISTORY),
        (update(Assignment).where(Assignment.id == 2).values(extensions=1), Drift.HISTORY),
        (delete(AssignmentHistory).where(AssignmentHistory.assignment_id == 2), Drift.HISTORY),
        (update(AssignmentHistory).where(AssignmentHistory.id == 2).values(recorded_until_at=NOW), Drift.HISTORY),
        (update(AssignmentHistory).where(AssignmentHistory.id == 2).values(recorded_from_at=LATER), Drift.EVENT),
        (update(Task).where(Task.id == 2).values(near_on=date(2027, 1, 1)), Drift.LIGHTS),
        (update(Notification).where(Notification.channel == "smtp").values(lease_until_at=NOW), Drift.CLAIM),
        (
            update(Notification).where(Notification.channel == "smtp").values(lease_until_at=NOW + timedelta(days=9)),
            Drift.CLAIM,
        ),
        (
            update(ReminderMark).values(user_id=select(User.id).where(User.login_name == "admin").scalar_subquery()),
            Drift.MARK,
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Drift) else "",
)
def test_what_was_written_past_the_product_is_found_by_its_name(ledger: Flask, tampering: object, drift: Drift) -> None:
    with ledger.app_context(), transaction() as session:
        session.execute(tampering)  # type: ignore[call-overload]
    assert found_in(ledger)[drift] == 1


@pytest.mark.parametrize("state", [AssignmentState.DONE, AssignmentState.WAIVED, AssignmentState.PLANNED])
def test_a_state_set_by_hand_is_found_and_its_task_is_named(ledger: Flask, state: AssignmentState) -> None:
    with ledger.app_context(), transaction() as session:
        session.execute(update(Assignment).where(Assignment.id == 2).values(state=state))
    history = next(each for each in look(ledger).findings if each.drift is Drift.HISTORY)
    assert (history.count, history.task_ids) == (1, (2,))


def test_the_state_of_a_task_set_by_hand_is_found(ledger: Flask) -> None:
    with ledger.app_context(), transaction() as session:
        session.execute(update(Task).where(Task.id == 3).values(state=TaskState.ARCHIVED))
    assert found_in(ledger) == {Drift.HISTORY: 1}


def test_a_mark_whose_message_was_removed_is_found(ledger: Flask) -> None:
    with ledger.app_context(), db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("PostgreSQL keeps a foreign key whoever writes")
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("COMMIT")
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        connection.execute(text("DELETE FROM notification WHERE channel = 'inbox'"))
        connection.execute(text("PRAGMA foreign_keys=ON"))
    assert found_in(ledger) == {Drift.MARK: 1}


def test_nothing_is_changed_by_looking(ledger: Flask) -> None:
    with ledger.app_context(), transaction() as session:
        session.execute(update(Task).where(Task.id == 2).values(near_on=date(2027, 1, 1)))
    look(ledger)
    assert found_in(ledger)[Drift.LIGHTS] == 1
    with ledger.app_context():
        assert reading().get_one(Task, 2).near_on == date(2027, 1, 1)


def test_the_sample_city_agrees_with_itself(sample: Flask) -> None:
    tally = reconciling.Tally()
    with sample.app_context():
        after_id: int | None = 0
        while after_id is not None:
            after_id = reconciling.compare_tasks(reading(), tally, after_id=after_id)
        reconciling.compare_messages(reading(), tally, now=NOW + timedelta(days=365))
    assert tally.looked_at > 0 and tally.findings == ()


def test_the_administrator_reads_of_it_on_the_desk_and_on_the_page_of_delivery(
    ledger: Flask, client: FlaskClient
) -> None:
    sign_in(client, "admin")
    look(ledger)
    assert "数据核对正常" in client.get("/delivery").get_data(as_text=True)
    assert "数据核对" not in client.get("/desk").get_data(as_text=True)
    with ledger.app_context(), transaction() as session:
        session.execute(update(Assignment).where(Assignment.id == 2).values(percent=90))
    look(ledger)
    for page in ("/desk", "/delivery"):
        assert "责任分工与台账记录不一致" in client.get(page).get_data(as_text=True), page
