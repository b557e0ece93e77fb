"""A new edition of a plan's document through the pages."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_user, sign_in
from tests.import_plans import PLAN, an_office
from tests.prepared_plans import accepted_plan, answer_as_proposed, person
from tracker.core.terms import Role, TaskState
from tracker.db import db, transaction, utcnow
from tracker.models import ImportDraft, Revision, Task
from tracker.services.choosing import Chosen
from tracker.services.workflow import approve_tasks, submit_tasks

EDITION = PLAN.replace("完成时限：2027年6月底前", "完成时限：2027年10月底前").replace("4.规范", "5.规范")
HERE = "/plans/1/revision/1"


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser of an officer whose city has an issued plan with the key 1."""
    with app.app_context(), transaction() as session:
        city = an_office(session)
        a_user(session, city, Role.OFFICE_HEAD, login_name="head")
        officer = person(session, "chen", Role.OFFICER)
        plan = accepted_plan(session, officer, now=utcnow())
        submit_tasks(session, officer, Chosen(plan.id), now=utcnow())
        approve_tasks(session, person(session, "head", Role.OFFICE_HEAD), Chosen(plan.id), now=utcnow())
    sign_in(client, "chen")
    return client


def upload(app: Flask, client: FlaskClient, text: str = EDITION) -> None:
    """Uploads an edition and answers its questions."""
    answer = client.post("/plans/1/revision", data={"file": (BytesIO(text.encode()), "修订稿.txt")})
    assert answer.headers["Location"] == "/imports/2"
    with app.app_context(), transaction() as session:
        draft = session.get_one(ImportDraft, 2)
        answer_as_proposed(session, person(session, "chen", Role.OFFICER), draft, now=utcnow())


def version(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Revision.version)).one()


def test_an_officer_decides_an_edition_and_the_head_approves(app: Flask, office: FlaskClient) -> None:
    assert "导入修订稿" in office.get("/plans/1").get_data(as_text=True)
    upload(app, office)
    assert "比对修订稿" in office.get("/imports/2").get_data(as_text=True)
    assert office.get("/imports/2/accept").headers["Location"] == HERE
    page = office.get(HERE).get_data(as_text=True)
    assert "2027-10-31" in page and "2027-06-30" in page and "仅编号变化" in page
    assert len(set(re.findall(r'name="(choice-\w+)"', page))) == 2
    office.post(HERE, data={"act": "all-new", "version": version(app)})
    sent = office.post(HERE, data={"act": "submit", "version": version(app)})
    assert sent.status_code == 302
    office.post("/sign-out")
    sign_in(office, "head")
    assert office.post(f"{HERE}/approve", data={"version": version(app)}).headers["Location"] == "/plans/1"
    with app.app_context():
        first = db.session.scalars(select(Task).where(Task.number == "1.")).one()
        assert (str(first.due_on), first.state) == ("2027-10-31", TaskState.IN_PROGRESS)
        assert db.session.scalars(select(Task.number).where(Task.title.startswith("规范"))).one() == "5."
    task = office.get(f"/tasks/{first.id}").get_data(as_text=True)
    assert "修订完成时限" in task and "2027年10月底前" in task
    editions = office.get("/plans/1/revision").get_data(as_text=True)
    assert editions.count("下载") == 2, "the plan keeps both documents"
    assert office.get("/imports").status_code == 200
    assert office.get("/imports/2/accepted").headers["Location"] == "/plans/1/revision"


def test_what_is_not_decided_is_counted_and_hinders_the_submission(app: Flask, office: FlaskClient) -> None:
    upload(app, office)
    sent = office.post(HERE, data={"act": "submit", "version": version(app)})
    assert sent.status_code == 422 and "还有 2 处没有决定" in sent.get_data(as_text=True)


def test_the_same_file_is_refused_on_the_page(office: FlaskClient) -> None:
    answer = office.post("/plans/1/revision", data={"file": (BytesIO(PLAN.encode()), "方案.txt")})
    assert answer.status_code == 409 and "完全相同" in answer.get_data(as_text=True)


def test_an_edition_given_up_leaves_the_plan_and_can_be_imported_again(app: Flask, office: FlaskClient) -> None:
    upload(app, office)
    office.post(f"{HERE}/discard", data={"version": version(app)})
    assert office.get(HERE).status_code == 404
    again = office.post("/plans/1/revision", data={"file": (BytesIO(EDITION.encode()), "修订稿.txt")})
    assert again.headers["Location"] == "/imports/3"


def test_a_unit_sees_no_editions(app: Flask, office: FlaskClient) -> None:
    upload(app, office)
    office.post("/sign-out")
    sign_in(office, "liaison")
    assert office.get(HERE).status_code == 404
