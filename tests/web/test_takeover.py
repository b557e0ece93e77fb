"""Taking a running plan over through the pages."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_user, sign_in
from tests.earlier_ledgers import HEADINGS, ROWS, an_earlier_ledger
from tests.import_plans import an_office
from tests.prepared_plans import accepted_plan, person
from tracker.core.terms import PlanStatus, Role
from tracker.db import db, transaction, utcnow
from tracker.models import Jurisdiction, Plan, Takeover


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser of an officer whose city has an accepted plan with the key 1."""
    with app.app_context(), transaction() as session:
        city = an_office(session)
        a_user(session, city, Role.OFFICE_HEAD, login_name="head")
        accepted_plan(session, person(session, "chen", Role.OFFICER), now=utcnow())
        session.scalars(select(Plan)).one().issued_on = None
    sign_in(client, "chen")
    return client


def upload(client: FlaskClient, data: bytes, as_of: str = "2026-03-10") -> Any:
    return client.post("/plans/1/takeover", data={"file": (BytesIO(data), "台账.xlsx"), "as_of": as_of})


def version(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Takeover.version)).one()


def places(page: str) -> dict[str, str]:
    """The tasks beside the rows as the page proposes them."""
    return dict(re.findall(r'name="(row-\d+)"[^>]*value="(\d*)"', page))


def test_an_officer_takes_a_plan_over_and_the_head_approves(app: Flask, office: FlaskClient) -> None:
    assert "存量建账" in office.get("/plans/1").get_data(as_text=True)
    assert upload(office, an_earlier_ledger()).headers["Location"].endswith("/plans/1/takeover/columns")
    columns = office.get("/plans/1/takeover/columns").get_data(as_text=True)
    chosen = dict(re.findall(r'name="(column-\w+)".*?<option value="(\w+)" selected', columns, re.DOTALL))
    assert chosen["column-D"] == "title"
    office.post("/plans/1/takeover/columns", data={**chosen, "version": version(app)})
    page = office.get("/plans/1/takeover/rows").get_data(as_text=True)
    assert places(page) == {"row-5": "1", "row-6": "2", "row-7": "3"}
    sent = office.post("/plans/1/takeover/rows", data={**places(page), "version": version(app), "act": "submit"})
    assert sent.status_code == 302
    waiting = office.get("/plans/1/takeover").headers["Location"]
    assert "等待办公室负责人审批" in office.get(waiting).get_data(as_text=True)
    office.post("/sign-out")
    sign_in(office, "head")
    assert office.post("/plans/1/takeover/approve", data={"version": version(app)}).headers["Location"] == "/plans/1"
    plan = office.get("/plans/1").get_data(as_text=True)
    assert "存量建账（补录）" in plan and "执行中" in plan
    task = office.get("/tasks/1").get_data(as_text=True)
    assert "补录" in task and "已开通线路12条" in task


def test_wrong_cells_stand_on_the_page_by_their_places_and_hinder_the_submission(
    app: Flask, office: FlaskClient
) -> None:
    rows = [list(each) for each in ROWS]
    rows[2][HEADINGS.index("办理状态")] = "看情况"
    upload(office, an_earlier_ledger(rows))
    page = office.get("/plans/1/takeover/rows").get_data(as_text=True)
    assert "C7" in page and "“看情况”不是办理状态" in page
    sent = office.post("/plans/1/takeover/rows", data={**places(page), "version": version(app), "act": "submit"})
    assert sent.status_code == 422 and "1 处需要改正" in sent.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(select(Plan.status)).one() is PlanStatus.PREPARING


def test_a_place_that_is_none_is_refused_by_its_row(app: Flask, office: FlaskClient) -> None:
    upload(office, an_earlier_ledger())
    answer = office.post("/plans/1/takeover/rows", data={"row-5": "77", "version": version(app)})
    assert answer.status_code == 422 and "第 5 行" in answer.get_data(as_text=True)


def test_one_person_takes_over_in_one_act(app: Flask, office: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Jurisdiction)).one().is_one_person = True
    upload(office, an_earlier_ledger())
    page = office.get("/plans/1/takeover/rows").get_data(as_text=True)
    assert "一人经办" in page
    sent = office.post("/plans/1/takeover/rows", data={**places(page), "version": version(app), "act": "submit"})
    assert sent.headers["Location"] == "/plans/1"


def test_what_is_no_sheet_is_said_beside_the_field(office: FlaskClient) -> None:
    answer = upload(office, b"%PDF-1.4")
    assert answer.status_code == 422 and "不是 .xlsx" in answer.get_data(as_text=True)


def test_a_unit_sees_nothing_of_it(app: Flask, office: FlaskClient) -> None:
    upload(office, an_earlier_ledger())
    office.post("/sign-out")
    sign_in(office, "liaison")
    assert office.get("/plans/1/takeover/rows").status_code == 404
