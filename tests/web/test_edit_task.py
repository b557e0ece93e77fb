"""A draft task that was sent back before issue is mended on its page."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tracker.core.terms import AssignmentState, DutyRole, PlanStatus, Role, TaskState
from tracker.db import db, transaction
from tracker.models import Assignment, Task, Unit


@pytest.fixture
def draft(app: Flask) -> int:
    """A draft task of 市科技局 with an officer who can mend it; gives its id."""
    with app.app_context(), transaction() as session:
        city = a_city(session)
        officer = a_user(session, city, Role.OFFICER, login_name="officer")
        science = a_unit(session, city, "市科技局")
        a_unit(session, city, "市财政局")
        a_user(session, city, Role.LIAISON, science, login_name="liaison")
        task = a_task(session, a_plan(session, city, officer, status=PlanStatus.PREPARING), state=TaskState.DRAFT)
        an_assignment(session, task, science, state=AssignmentState.PLANNED, issued_on=None)
        return task.id


def form(**changes: str) -> dict[str, str]:
    typed = {
        "version": "1",
        "title": "建设云川量子产业园二期",
        "text": "年底前封顶。",
        "basis": "专题会议纪要〔2026〕3号",
    }
    return typed | {"lead": "市财政局", "responsible": "市科技局", "due": "date", "due_on": "2027-06-30"} | changes


def test_an_officer_mends_the_date_the_units_and_the_words_of_a_draft(
    app: Flask, client: FlaskClient, draft: int
) -> None:
    sign_in(client, "officer")
    page = client.get(f"/tasks/{draft}").get_data(as_text=True)
    assert f"/tasks/{draft}/edit" in page
    assert "市科技局" in client.get(f"/tasks/{draft}/edit").get_data(as_text=True)
    assert client.post(f"/tasks/{draft}/edit", data=form()).status_code == 302
    with app.app_context():
        task = db.session.get_one(Task, draft)
        assert (task.title, task.due_on, task.original_due_on) == (
            "建设云川量子产业园二期", date(2027, 6, 30), date(2027, 6, 30),
        )  # fmt: skip
        duties = db.session.execute(select(Unit.name, Assignment.role).join(Assignment)).tuples().all()
        assert dict(duties) == {"市财政局": DutyRole.LEAD, "市科技局": DutyRole.RESPONSIBLE}


def test_what_is_wrong_is_named_and_nothing_typed_is_lost(client: FlaskClient, draft: int) -> None:
    sign_in(client, "officer")
    answer = client.post(f"/tasks/{draft}/edit", data=form(title="", lead="市天文局"))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "请填写任务名称" in page and "单位库中没有“市天文局”" in page and "年底前封顶。" in page


def test_a_draft_changed_by_somebody_else_is_not_overwritten(app: Flask, client: FlaskClient, draft: int) -> None:
    sign_in(client, "officer")
    assert client.post(f"/tasks/{draft}/edit", data=form()).status_code == 302
    assert client.post(f"/tasks/{draft}/edit", data=form(title="另一个名称")).status_code == 409
    with app.app_context():
        assert db.session.get_one(Task, draft).title == "建设云川量子产业园二期"


def test_an_issued_task_and_another_role_cannot_be_used_to_edit(app: Flask, client: FlaskClient, draft: int) -> None:
    sign_in(client, "liaison")
    assert client.get(f"/tasks/{draft}/edit").status_code == 403
    with app.app_context(), transaction() as session:
        session.get_one(Task, draft).state = TaskState.IN_PROGRESS
    other = app.test_client()
    sign_in(other, "officer")
    assert other.get(f"/tasks/{draft}/edit").status_code == 409
