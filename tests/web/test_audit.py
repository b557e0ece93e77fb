"""The trail: seen by its keeper alone, narrowed by what is asked."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import a_city, a_user, sign_in
from tracker.core.permissions import Actor
from tracker.core.terms import Role
from tracker.db import transaction
from tracker.services import audit, sealing


@pytest.fixture(autouse=True)
def keeper(app: Flask, client: FlaskClient) -> None:
    """Two cities with acts; the keeper of the first one's trail is signed in."""
    with app.app_context(), transaction() as session:
        city, other = a_city(session), a_city(session, "外地市")
        a_user(session, city, Role.AUDIT_ADMIN, login_name="shenji", name="郑审计")
        officer = a_user(session, city, Role.OFFICER, login_name="jingban", name="林经办")
        foreign = a_user(session, other, Role.OFFICER, login_name="waidi", name="外地人")
        for user in (officer, foreign):
            actor = Actor(user.id, user.name, user.jurisdiction_id, None, frozenset({Role.OFFICER}), "10.1.2.3")
            # 23:30 of 31 January in Asia/Shanghai.
            at = datetime(2026, 1, 31, 15, 30, tzinfo=UTC)
            audit.record(session, actor, "task.approve", user, summary=f"{user.name}批准立项 <b>100%_</b>", now=at)
            audit.record(session, actor, "unit.add", user, summary="新增单位：市水务局", now=at.replace(year=2025))
    sign_in(client, "shenji")


def test_the_acts_of_the_own_jurisdiction_are_listed_with_who_when_and_from_where(client: FlaskClient) -> None:
    page = client.get("/audit").get_data(as_text=True)
    assert "林经办批准立项 &lt;b&gt;" in page and "2026-01-31 23:30" in page and "10.1.2.3" in page
    assert "外地人" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=水务局", 1),
        ("q=林经办&kind=task", 1),
        ("kind=unit", 1),
        ("kind=%25", 3),
        ("q=100%25_", 1),
        ("q=____", 0),
        ("since_on=2026-02-01&kind=task", 0),
        ("until_on=2026-01-31&kind=task", 1),
        ("until_on=2026-01-30&kind=task", 0),
        ("since_on=nonsense&until_on=9999-99-99", 3),
        ("page=999999999999999999", 3),
    ],
)
def test_the_trail_is_narrowed_to_what_is_asked(client: FlaskClient, query: str, expected: int) -> None:
    answer = client.get("/audit?" + query)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert (f"共 {expected} 条" in page) if expected else ("没有符合条件的记录" in page)


@pytest.mark.parametrize("query", ["", "kind=task", "q=水务局&until_on=2026-01-31", "q=____"])
def test_the_export_holds_exactly_what_the_page_shows(client: FlaskClient, query: str) -> None:
    shown = re.findall(r'data-label="内容">([^<]*)<', client.get("/audit?" + query).get_data(as_text=True))
    answer = client.get("/audit/export?" + query)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert [html.escape(str(row[3])) for row in sheet.iter_rows(min_row=4, values_only=True)] == shown
    assert f"共{len(shown)}条" in str(sheet["A2"].value)


def test_the_page_says_how_far_the_trail_is_sealed(app: Flask, client: FlaskClient) -> None:
    assert "尚未封存；待封存" in client.get("/audit").get_data(as_text=True)
    at = datetime(2026, 1, 31, 15, 30, tzinfo=UTC)
    with app.app_context(), transaction() as session:
        count = sealing.seal(session, now=at)
        audit.record(session, None, "task.approve", None, summary="又一件事", now=at)
    page = client.get("/audit").get_data(as_text=True)
    assert count and f"已封存至 2026-01-31 23:30，共 {count} 条；待封存 1 条" in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDIT_ADMIN])
def test_nobody_else_reads_the_trail(app: Flask, role: Role) -> None:
    with app.app_context(), transaction() as session:
        a_user(session, a_city(session, "第三市"), role, login_name="other")
    browser = app.test_client()
    browser.application.config["WTF_CSRF_ENABLED"] = False
    sign_in(browser, "other")
    assert browser.get("/audit").status_code == browser.get("/audit/export").status_code == 403
