"""The page of a plan's ladders: what it would tell of a real duty, edited, refused, reset, and by whom."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import sign_in
from tests.ledger_city import a_city_under_way
from tracker.core.terms import TaskState
from tracker.db import reading, transaction, utcnow
from tracker.models import AuditEvent, Plan, PlanLadder, Task
from tracker.services.calendar import seed_workdays

PAGE = "/plans/1/ladders"
EDIT = f"{PAGE}/acknowledge"


@pytest.fixture(autouse=True)
def city(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        a_city_under_way(session, utcnow())


def test_the_page_shows_for_a_real_duty_when_whom_it_would_tell(client: FlaskClient) -> None:
    sign_in(client, "officer")
    page = client.get(PAGE).get_data(as_text=True)
    assert "按期完成" in page and "提前 30 个工作日" in page and "建议报告分管领导" in page
    assert "为例，完成时限按 20" in page and "单位联络员" in page


def test_an_edited_ladder_holds_for_its_plan_until_it_is_reset(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "officer")
    form = {"workdays-0": "5", "audience-0": ["liaison", "officer"], "workdays-1": "", "workdays-2": "1"}
    answer = client.post(EDIT, data=form | {"audience-2": "unit_head"})
    assert answer.status_code == 302
    page = client.get(PAGE).get_data(as_text=True)
    assert "本方案自定" in page and "之后 5 个工作日" in page
    with app.app_context():
        stored = reading().scalars(select(PlanLadder)).one()
        assert [rung["workdays"] for rung in stored.rungs] == [1, 5]
        assert reading().scalars(select(AuditEvent).where(AuditEvent.action == "plan.edit_ladder")).one()
    assert client.post(f"{EDIT}/reset").status_code == 302
    assert "本方案自定" not in client.get(PAGE).get_data(as_text=True)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "请保留 1 到"),
        ({"workdays-0": "三", "audience-0": "liaison"}, "请填整数"),
        ({"workdays-0": "3"}, "每一级都要选择提醒对象"),
        ({"workdays-0": "3", "audience-0": "leader"}, "系统不直接提醒领导"),
        ({"workdays-0": "9999", "audience-0": "liaison"}, "提醒时间请填"),
        ({"workdays-0": "3", "audience-0": "liaison", "proposal-0": "1"}, "只发给办公室负责人"),
        ({"workdays-0": "3", "audience-0": "liaison", "workdays-1": "3", "audience-1": "officer"}, "同一天只能有一级"),
    ],
)
def test_a_ladder_that_is_none_is_refused_and_what_was_typed_stays(
    client: FlaskClient, form: dict[str, str], sentence: str
) -> None:
    sign_in(client, "officer")
    answer = client.post(EDIT, data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and sentence in page
    for value in (value for name, value in form.items() if name.startswith("workdays")):
        assert f'value="{value}"' in page


def test_a_due_date_on_a_day_off_goes_where_the_plan_wants_it(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "officer")
    # 4 October 2026 is in the middle of the National Day holiday, 1 to 7 October.
    with app.app_context(), transaction() as session:
        seed_workdays(session)
        task = session.scalars(select(Task).where(Task.plan_id == 1, Task.state == TaskState.IN_PROGRESS)).first()
        task_id, task.due_on = task.id, date(2026, 10, 4)
        for duty in task.assignments:
            duty.due_on = None
    late = {}
    for roll in ("stay", "before", "after"):
        with app.app_context():
            version = reading().get_one(Plan, 1).version
        form = {"near_workdays": "7", "tolerance_points": "10", "due_roll": roll, "version": version}
        assert client.post(f"{PAGE}/rules", data=form).status_code == 302
        with app.app_context():
            late[roll] = reading().get_one(Task, task_id).late_on
    assert late == {"stay": date(2026, 10, 5), "before": date(2026, 10, 1), "after": date(2026, 10, 9)}
    assert client.post(f"{PAGE}/rules", data={"near_workdays": "0", "version": "1"}).status_code == 409
    wrong = client.post(f"{PAGE}/rules", data=form | {"near_workdays": "0", "version": version + 1})
    assert wrong.status_code == 422 and "临期天数请填" in wrong.get_data(as_text=True)


def test_units_and_strangers_do_not_edit_ladders_and_no_ladder_is_made_up(client: FlaskClient) -> None:
    sign_in(client, "science")
    assert client.get(PAGE).status_code == client.post(EDIT, data={}).status_code == 403
    client.post("/sign-out")
    sign_in(client, "officer")
    assert client.post(f"{PAGE}/nonsense", data={}).status_code == 404
    assert client.get("/plans/99/ladders").status_code == 404
