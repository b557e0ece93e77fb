"""The table of working days and the office's own facts."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tracker.core.terms import Role
from tracker.db import reading, transaction, utcnow
from tracker.models import Assignment, AuditEvent, Jurisdiction
from tracker.services.calendar import load_calendar, seed_workdays
from tracker.services.lights import refresh_all_lights


@pytest.fixture(autouse=True)
def city(app: Flask, client: FlaskClient) -> None:
    """A city whose one running task is due on 31 December 2026; its system administrator is signed in."""
    with app.app_context(), transaction() as session:
        place = a_city(session)
        a_user(session, place, Role.SYS_ADMIN, login_name="admin")
        officer = a_user(session, place, Role.OFFICER, login_name="jingban")
        task = a_task(session, a_plan(session, place, officer))
        an_assignment(session, task, a_unit(session, place, "市科技局"))
        seed_workdays(session)
        refresh_all_lights(session, now=utcnow())
    sign_in(client, "admin")


def near_on(app: Flask) -> date | None:
    with app.app_context():
        return reading().scalars(select(Assignment.near_on)).one()


def test_a_day_made_free_moves_the_lights_that_count_working_days(client: FlaskClient, app: Flask) -> None:
    before = near_on(app)
    fields = {"on_date": "2026-12-30", "is_workday": "0", "label": "本地放假"}
    assert client.post("/settings/days", data=fields).status_code == 302
    with app.app_context():
        assert not load_calendar(reading()).is_workday(date(2026, 12, 30))
    after = near_on(app)
    assert before is not None and after is not None and after < before
    assert "本地放假" in client.get("/settings?year=2026").get_data(as_text=True)
    client.post("/settings/days/2026-12-30/clear")
    assert near_on(app) == before


def test_a_year_without_its_notice_is_announced_until_the_notice_is_entered(client: FlaskClient, app: Flask) -> None:
    with app.app_context(), transaction() as session:
        place = session.scalars(select(Jurisdiction)).one()
        officer = a_user(session, place, Role.OFFICER, login_name="second")
        a_task(session, a_plan(session, place, officer), due_on=date(2031, 6, 30))
    assert "2031 年的放假安排尚未录入" in client.get("/settings").get_data(as_text=True)
    assert client.post("/settings/years/2031", data={"source": "国办发明电〔2030〕7号"}).status_code == 302
    page = client.get("/settings?year=2031").get_data(as_text=True)
    assert "2031 年的放假安排" not in page.partition("</h2>")[0] and "依据：国办发明电〔2030〕7号" in page
    client.post("/settings/years/2031", data={"source": ""})
    assert "2031 年的放假安排尚未录入" in client.get("/settings").get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/settings/days", {"on_date": "", "is_workday": "0"}),
        ("/settings/days", {"on_date": "2026-02-30", "is_workday": "0"}),
        ("/settings/days", {"on_date": "9999-12-31", "is_workday": "0"}),
        ("/settings/days", {"on_date": "2026-02-03", "label": "长" * 41}),
        ("/settings/years/2026", {"source": "长" * 121}),
        ("/settings/office", {"office_name": ""}),
        ("/settings/office", {"office_name": "办公室", "prefix": "前缀太长了"}),
    ],
)
def test_a_wrong_setting_is_refused_in_words(client: FlaskClient, path: str, fields: dict[str, str]) -> None:
    answer = client.post(path, data=fields)
    assert answer.status_code == 422 and "内容没有保存" in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["year=99999", "year=-1", "year=x", "year=2100", "year=1"])
def test_any_year_in_the_address_gives_a_page(client: FlaskClient, query: str) -> None:
    assert client.get("/settings?" + query).status_code == 200


def test_a_day_that_is_none_is_refused_when_it_is_to_be_cleared(client: FlaskClient) -> None:
    assert client.post("/settings/days/nonsense/clear").status_code == 422


def test_the_offices_own_facts_are_kept_and_seen_in_the_masthead(client: FlaskClient, app: Flask) -> None:
    fields = {
        "office_name": "云川市政府督查室",
        "prefix": "市",
        "supervision_basis": "云政办〔2026〕1号",
        "is_one_person": "1",
    }
    assert client.post("/settings/office", data=fields).status_code == 302
    assert '<span class="office-name">云川市政府督查室</span>' in client.get("/inbox").get_data(as_text=True)
    with app.app_context():
        place = reading().scalars(select(Jurisdiction)).one()
        assert place.is_one_person and place.supervision_basis == "云政办〔2026〕1号"
        assert reading().scalars(select(AuditEvent).where(AuditEvent.action == "setting.edit_office")).one()


def test_only_the_system_administrator_changes_settings(client: FlaskClient, app: Flask) -> None:
    officer = app.test_client()
    sign_in(officer, "jingban")
    assert officer.get("/settings").status_code == 403
    assert officer.post("/settings/days", data={"on_date": "2026-12-30"}).status_code == 403
