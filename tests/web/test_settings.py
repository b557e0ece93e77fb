"""The table of working days and the office's own facts."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment, sign_in
from tracker.core.terms import Role
from tracker.db import reading, transaction, utcnow
from tracker.models import Assignment, AuditEvent, Jurisdiction, User
from tracker.services import desk
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
        return reading().scalars(select(Assignment.near_on).order_by(Assignment.id).limit(1)).one()


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


def test_a_changed_day_says_which_tasks_moved_from_when_to_when_and_the_list_is_exported(
    client: FlaskClient, app: Flask
) -> None:
    with app.app_context(), transaction() as session:
        other = a_city(session, "外地市")
        plan = a_plan(session, other, a_user(session, other, Role.OFFICER, login_name="waidi"), title="外地方案")
        an_assignment(session, a_task(session, plan, title="外地任务"), a_unit(session, other, "外地局"))
        refresh_all_lights(session, now=utcnow())
    before = near_on(app)
    answer = client.post("/settings/days", data={"on_date": "2026-12-30", "is_workday": "0"}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "登记 2026-12-30 放假" in page and "1 项任务的日期有变动" in page
    moved = re.findall(r'data-label="(?:任务|单位|日期|原为|现为)">([^<]*)<', page)
    assert moved == ["建设云川量子产业园", "市科技局", "临期日", str(before), str(near_on(app))]
    assert "外地" not in page
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(answer.request.path + "/export").data)).active
    assert sheet is not None
    (row,) = sheet.iter_rows(min_row=4, values_only=True)
    assert (row[2], row[4], row[5].date(), row[6].date()) == (moved[0], "临期日", before, near_on(app))
    assert "登记 2026-12-30 放假" in client.get("/settings").get_data(as_text=True)


def test_a_changed_day_that_moves_nothing_says_so(client: FlaskClient) -> None:
    fields = {"on_date": "2027-05-04", "is_workday": "0"}
    page = client.post("/settings/days", data=fields, follow_redirects=True).get_data(as_text=True)
    assert "没有变动" in page and "日期变动清单" not in page


def test_only_a_computing_anew_has_a_list_of_moves(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        event_id = reading().scalars(select(AuditEvent.id).where(AuditEvent.action != "calendar.recompute")).first()
    assert client.get(f"/settings/moves/{event_id}").status_code == 404
    assert client.get(f"/settings/moves/{event_id}/export").status_code == 404


@pytest.mark.parametrize(("day", "is_announced"), [(date(2026, 10, 31), False), (date(2026, 11, 1), True)])
def test_the_desk_announces_next_years_missing_notice_from_november_on(
    app: Flask, day: date, is_announced: bool
) -> None:
    with app.app_context():
        session = reading()
        admin = acting(session.scalars(select(User).where(User.login_name == "admin")).one(), Role.SYS_ADMIN)
        shown = desk.desk(session, admin, desk.day_of(session, day), now=utcnow())
    years = [line.title for section in shown.sections if section.key == "years" for line in section.lines]
    assert years == (["2027年工作日为暂定"] if is_announced else [])


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
        ("/settings/office", {"office_name": "办公室", "officer_extension_days": "400", "reading_workdays": "5"}),
        ("/settings/office", {"office_name": "办公室", "officer_extension_days": "15", "reading_workdays": "-1"}),
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
        "officer_extension_days": "10",
        "reading_workdays": "3",
    }
    assert client.post("/settings/office", data=fields).status_code == 302
    assert '<span class="office-name">云川市政府督查室</span>' in client.get("/inbox").get_data(as_text=True)
    with app.app_context():
        place = reading().scalars(select(Jurisdiction)).one()
        assert (place.officer_extension_days, place.reading_workdays) == (10, 3)
        assert place.is_one_person and place.supervision_basis == "云政办〔2026〕1号"
        assert reading().scalars(select(AuditEvent).where(AuditEvent.action == "setting.edit_office")).one()


def test_only_the_system_administrator_changes_settings(client: FlaskClient, app: Flask) -> None:
    officer = app.test_client()
    sign_in(officer, "jingban")
    assert officer.get("/settings").status_code == 403
    assert officer.post("/settings/days", data={"on_date": "2026-12-30"}).status_code == 403
