"""Evidence that a task demands, and the grade a closing needs where the plan uses grades, through the pages."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tracker.core.terms import Grade, Role, TaskState
from tracker.db import reading, transaction
from tracker.models import Attachment, Plan, Task

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ASK, CLOSE = "/tasks/1/ask-to-close", "/tasks/1/close"


@pytest.fixture(autouse=True)
def place(app: Flask) -> None:
    """A task led by one unit, whose head may ask for it to be closed, and an office of one person."""
    with app.app_context(), transaction() as session:
        city = a_city(session)
        city.is_one_person = True
        unit = a_unit(session, city, "云川市科技局")
        officer = a_user(session, city, Role.OFFICER, login_name="officer")
        a_user(session, city, Role.UNIT_HEAD, unit, login_name="head")
        an_assignment(session, a_task(session, a_plan(session, city, officer)), unit)


def task_version(app: Flask) -> int:
    with app.app_context():
        return reading().get_one(Task, 1).version


def test_a_task_that_demands_evidence_is_not_asked_to_be_closed_without(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "officer")
    demand = {"is_demanded": "1", "version": task_version(app)}
    assert client.post("/tasks/1/demand-evidence", data=demand).status_code == 302
    client.post("/sign-out")
    sign_in(client, "head")
    assert "报送、完成和办结须附" in client.get("/tasks/1").get_data(as_text=True)
    form = {"version": task_version(app), "report": "一期全部建成"}
    refused = client.post(ASK, data=form)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and "本任务要求提供佐证材料" in page and "一期全部建成" in page
    with app.app_context():
        assert reading().get_one(Task, 1).state is TaskState.IN_PROGRESS
    assert client.post(ASK, data=form | {"files": (io.BytesIO(PDF), "验收.pdf")}).status_code == 302
    with app.app_context():
        assert reading().scalars(select(Attachment)).one().filename == "验收.pdf"


def test_who_comes_second_is_shown_the_own_words_and_the_way_to_the_newest(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "head")
    shown = task_version(app)
    with app.app_context(), transaction() as session:
        session.get_one(Task, 1).title = "建设云川量子产业园（二期）"
    form = {"version": shown, "report": "一期全部建成，<b>已验收</b>"}
    answer = client.post(ASK, data=form, headers={"Referer": "http://localhost/tasks/1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "他人已经改动了这项任务" in page
    assert "一期全部建成，&lt;b&gt;已验收&lt;/b&gt;" in page and 'href="/tasks/1"' in page
    assert "二期" in client.get("/tasks/1").get_data(as_text=True)


def test_only_the_office_demands_evidence(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "head")
    demand = {"is_demanded": "1", "version": task_version(app)}
    assert client.post("/tasks/1/demand-evidence", data=demand).status_code == 403


def test_a_plan_with_grades_closes_its_tasks_with_one(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Plan, 1).has_grades = True
    sign_in(client, "head")
    client.post(ASK, data={"version": task_version(app), "report": "完成"})
    client.post("/sign-out")
    sign_in(client, "officer")
    for grade in ("", "superb"):
        refused = client.post(CLOSE, data={"version": task_version(app), "grade": grade})
        assert refused.status_code == 422 and "须评定等次" in refused.get_data(as_text=True)
    assert client.post(CLOSE, data={"version": task_version(app), "grade": "good"}).status_code == 302
    with app.app_context():
        task = reading().get_one(Task, 1)
        assert (task.state, task.grade) == (TaskState.CLOSED, Grade.GOOD)
    assert "良好" in client.get("/tasks/1").get_data(as_text=True)
