"""A list page sends few queries, and as many for many rows as for few; its counts stop at 1,000."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert

from tests.builders import a_city, a_plan, a_unit, a_user, sign_in
from tracker.core.terms import Channel, DeliveryStatus, NoticeKind, ReportStatus, Role
from tracker.db import Base, db, office_date, transaction, utcnow
from tracker.models import SEARCHED, Task, keep_searchable

MOST = 8
PEOPLE = {Role.OFFICER: "officer", Role.LEADER: "leader", Role.LIAISON: "liaison"}
PAGES = (
    (Role.LIAISON, "/desk"),
    (Role.OFFICER, "/desk"),
    (Role.LEADER, "/desk"),
    (Role.LEADER, "/overdue"),
    (Role.LEADER, "/overdue?unit=1&light=late"),
    (Role.OFFICER, "/plans"),
    (Role.LIAISON, "/plans"),
    (Role.OFFICER, "/plans/1"),
    (Role.OFFICER, "/plans/1?view=matrix"),
    (Role.LIAISON, "/plans/1"),
    (Role.LIAISON, "/filing"),
    (Role.LIAISON, "/inbox"),
    (Role.OFFICER, "/search?q=园区"),
)


@pytest.fixture
def city(app: Flask, client: FlaskClient) -> Flask:
    """A city with two units, a plan, one person of each role, and two late tasks."""
    with app.app_context(), transaction() as session:
        place = a_city(session)
        units = [a_unit(session, place, name) for name in ("市科技局", "市财政局")]
        users = {
            role: a_user(session, place, role, units[0] if role is Role.LIAISON else None, login_name=name)
            for role, name in PEOPLE.items()
        }
        a_plan(session, place, users[Role.OFFICER])
    fill(app, 1, 2)
    return app


def fill(app: Flask, first: int, last: int) -> None:
    """Adds late tasks with two duties, a report and a message each."""
    with app.app_context(), transaction() as session:
        for number in range(first, last + 1):
            for table, row in rows(number):
                session.execute(insert(Base.metadata.tables[table]), row)
                if table == "task":
                    keep_searchable(session.connection(), SEARCHED[Task], [row])


def rows(number: int) -> list[tuple[str, dict[str, Any]]]:
    now = utcnow()
    today = office_date(now)
    late = {"late_on": today - timedelta(days=3), "near_on": today - timedelta(days=9)}
    here = {"plan_id": 1, "jurisdiction_id": 1, "issued_on": today - timedelta(days=90)}
    due_on = today - timedelta(days=4)
    # Some wait to be acknowledged: the page of the plan then asks most.
    state = "issued" if number % 2 == 0 else "in_progress"
    duty = {**here, **late, "task_id": number, "state": state, "acknowledged_on": today - timedelta(days=80)}
    return [
        (
            "task",
            {
                **{**here, **late, "id": number, "position": number, "number": f"{number}.", "kind": "task"},
                **{"title": f"建设第{number}园区", "text": "建设园区。", "state": "in_progress", "milestones": []},
                **{"due_on": due_on, "original_due_on": due_on, "due_basis": "printed"},
            },
        ),
        (
            "assignment",
            {**duty, "id": 2 * number, "unit_id": 1, "role": "lead", "is_first_lead": True, "is_filing": True},
        ),
        ("assignment", {**duty, "id": 2 * number + 1, "unit_id": 2, "role": "responsible"}),
        (
            "progress_report",
            {
                **{"assignment_id": 2 * number, "jurisdiction_id": 1, "period": f"{now - timedelta(days=40):%Y-%m}"},
                **{"status": ReportStatus.PASSED, "progress": "已开工。", "filed_by_id": 3, "filed_at": now},
            },
        ),
        (
            "notification",
            {
                **{"user_id": 3, "channel": Channel.INBOX, "day_on": today, "kind": NoticeKind.DIGEST},
                **{"topic": f"task:{number}", "subject": "今日待办", "body": "请办理。"},
                **{"status": DeliveryStatus.SENT, "due_at": now, "created_at": now},
            },
        ),
    ]


def queries(app: Flask, client: FlaskClient, address: str) -> list[str]:
    """The queries that a page sends."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement != "BEGIN":
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    answer = client.get(address)
    event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return sent


def test_a_list_page_sends_few_queries_and_no_more_of_them_for_more_rows(city: Flask) -> None:
    clients = {role: city.test_client() for role in PEOPLE}
    for role, name in PEOPLE.items():
        sign_in(clients[role], name)
    few = {page: queries(city, clients[page[0]], page[1]) for page in PAGES}
    fill(city, 3, 120)
    for page in PAGES:
        many = queries(city, clients[page[0]], page[1])
        assert len(many) == len(few[page]) <= MOST, (page, "\n\n".join(many))


@pytest.mark.parametrize(("role", "address"), [(Role.LEADER, "/overdue"), (Role.OFFICER, "/search?q=园区")])
def test_counts_are_exact_to_a_thousand_and_stop_there(city: Flask, role: Role, address: str) -> None:
    client = city.test_client()
    sign_in(client, PEOPLE[role])
    at_limit = 500 if role is Role.LEADER else 1000
    fill(city, 3, at_limit)
    page = client.get(address).get_data(as_text=True)
    assert "超过1000" not in page and "1000" in page
    fill(city, at_limit + 1, at_limit + 1)
    page = client.get(address).get_data(as_text=True)
    assert "超过1000" in page
    last = client.get(f"{address}{'&' if '?' in address else '?'}page=20").get_data(as_text=True)
    assert "第 20 / 20 页" in last and last.count("/tasks/") >= 50


def test_a_long_plan_and_a_long_filing_page_come_in_pages_that_hold_every_row_once(city: Flask) -> None:
    fill(city, 3, 130)
    client = city.test_client()
    sign_in(client, "liaison")
    for address, pages in (("/plans/1", 3), ("/filing", 2)):
        shown = "".join(client.get(f"{address}?page={page}").get_data(as_text=True) for page in range(1, pages + 1))
        for number in range(1, 131, 1 if address == "/plans/1" else 2):
            assert shown.count(f"建设第{number}园区</a>") == 1, (address, number)
        assert "建设第" not in client.get(f"{address}?page={pages + 1}").get_data(as_text=True)
