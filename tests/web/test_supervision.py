"""Pages of supervision reports: from draft to issue as a person walks it, files, and who sees what."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.builders import a_city, a_user, sign_in
from tests.ledger_city import COUNTY, SCIENCE, a_city_under_way
from tracker.core.spans import recent_spans
from tracker.core.terms import ReportStatus, Role
from tracker.db import office_date, transaction, utcnow
from tracker.models import AssignmentHistory, ProgressReport, ReportReceipt, SupervisionReport, Verification

PERIOD = recent_spans(office_date(utcnow()), 1, 2)[1]
AT = datetime.combine(PERIOD.last_on, datetime.min.time(), UTC)
STARTING = {"kind": "bulletin", "period": PERIOD.name}


@pytest.fixture
def city(app: Flask, client: FlaskClient) -> FlaskClient:
    """The city of the last month and, elsewhere, an officer of another; gives an officer's browser."""
    with app.app_context(), transaction() as session:
        a_city_under_way(session, AT)
        session.execute(update(AssignmentHistory).values(recorded_from_at=AT - timedelta(days=60)))
        session.execute(update(ProgressReport).values(status=ReportStatus.PASSED))
        a_user(session, a_city(session, "石渡市"), Role.OFFICER, login_name="stranger")
    sign_in(client, "officer")
    return client


def browser(app: Flask, name: str) -> FlaskClient:
    other = app.test_client()
    sign_in(other, name)
    return other


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[-800:]
    return answer.get_data(as_text=True)


def send(client: FlaskClient, address: str, status: int = 302, **data: object) -> str:
    answer = client.post(address, data=data)
    assert answer.status_code == status, answer.get_data(as_text=True)[-1500:]
    return answer.location or answer.get_data(as_text=True)


def version(app: Flask, report_id: int = 1) -> int:
    with app.app_context(), transaction() as session:
        return session.get_one(SupervisionReport, report_id).version


def act(app: Flask, client: FlaskClient, name: str, status: int = 302, **data: object) -> str:
    return send(client, f"/supervision/1/{name}", status, version=version(app), **data)


def typed(html: str) -> dict[str, str]:
    """The fields of the form of a draft as a browser sends them."""
    found = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', html))
    found |= {
        name: value.strip("\n") for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)<', html)
    }
    return {name: value for name, value in found.items() if name not in ("csrf_token", "submit_id", "q", "names_units")}


def test_a_report_goes_from_draft_to_the_units(app: Flask, city: FlaskClient) -> None:
    assert send(city, "/supervision/new", **STARTING).endswith("/supervision/1")
    shown = page(city, "/supervision/1")
    assert "工作进展情况的通报" in shown and "送单位核实" in shown and "审核通过" not in shown
    act(app, city, "verify")
    liaison = browser(app, "science")
    assert "请核实涉及本单位的事项" in page(liaison, "/desk") and "待核实" in page(liaison, "/circulars")
    assert "请选择" in send(liaison, "/circulars/verifications/1", 422, version=1)
    rows = re.findall(r'name="agreement-(\d+)"', page(liaison, "/circulars/verifications/1"))
    answers = {f"agreement-{row}": "agreed" for row in rows}
    send(liaison, "/circulars/verifications/1", version=1, **answers)
    behalf = {"source": "phone", "received_on": office_date(utcnow()).isoformat()}
    others = re.findall(r'name="agreement-(\d+)"', page(city, "/circulars/verifications/2"))
    answers = {f"agreement-{row}": "agreed" for row in others}
    send(city, "/circulars/verifications/2", 422, version=1, **answers)
    send(city, "/circulars/verifications/2", version=1, **answers, **behalf)
    head = browser(app, "head")
    act(app, head, "check")
    leader = browser(app, "leader")
    assert "待签发的通报" in page(leader, "/desk")
    act(app, leader, "sign")
    act(app, city, "issue")
    assert f"〔{office_date(utcnow()).year}〕1号" in page(city, "/supervision/register")
    assert "与印发时一致" in page(city, "/supervision/1")
    receipt = received(app)
    assert "待签收" in page(liaison, "/circulars")
    send(liaison, f"/circulars/{receipt}/confirm")
    assert "已于" in page(liaison, f"/circulars/{receipt}")
    assert liaison.get(f"/circulars/{receipt}/pdf").data.startswith(b"%PDF")


def received(app: Flask) -> int:
    with app.app_context(), transaction() as session:
        receipts = session.scalars(select(ReportReceipt)).all()
        assert {receipt.unit.name for receipt in receipts} >= {SCIENCE, COUNTY}
        return next(receipt.id for receipt in receipts if receipt.unit.name == SCIENCE)


def test_what_was_typed_is_kept_and_proven(app: Flask, city: FlaskClient) -> None:
    send(city, "/supervision/new", **STARTING)
    form = typed(page(city, "/supervision/1/edit"))
    assert "{{逾期.项数}}" in form["text-0"]
    form["text-0"] = form["text-0"].replace("{{逾期.项数}}", "9") + "新开工12个项目。"
    refused = send(city, "/supervision/1/edit", 422, **{**form, "title": ""})
    assert "新开工12个项目" in refused and "请填写标题" in refused
    send(city, "/supervision/1/edit", **form)
    found = page(city, "/supervision/1/proof")
    assert "与数据不符" in found and "手填数字无出处" in found
    form = typed(page(city, "/supervision/1/edit"))
    form["text-0"] = form["text-0"].replace("逾期9项", "逾期{{逾期.项数}}项")
    send(city, "/supervision/1/edit", **{**form, "source-0": "市发展改革委来文"})
    found = page(city, "/supervision/1/proof")
    assert "校核通过" in found and "市发展改革委来文" in found


def test_every_figure_leads_to_its_rows(city: FlaskClient) -> None:
    send(city, "/supervision/new", **STARTING)
    proof = page(city, "/supervision/1/proof")
    links = re.findall(r'href="(/supervision/1/rows\?figure=[^"]+)"', proof)
    assert len(links) > 8
    for link in links:
        page(city, link)
    assert "建设云川量子产业园" in page(city, "/supervision/1/rows?figure=逾期.项数")
    page(city, "/supervision/1/rows?figure=没有.项数", 404)


@pytest.mark.parametrize(
    ("ending", "begins"), [("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("html", b"<!doctype html>")]
)
def test_a_report_comes_as_a_file(city: FlaskClient, ending: str, begins: bytes) -> None:
    send(city, "/supervision/new", **{**STARTING, "kind": "account"})
    answer = city.get(f"/supervision/1/{ending}")
    assert answer.status_code == 200 and answer.data.lower().startswith(begins.lower())
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_pages_are_seen_as_they_will_be_printed(city: FlaskClient) -> None:
    send(city, "/supervision/new", **STARTING)
    assert page(city, "/supervision/1/preview").count("data:image/png;base64,") > 2


def test_the_list_is_narrowed_in_its_address_and_exported(city: FlaskClient) -> None:
    assert "还没有通报" in page(city, "/supervision")
    send(city, "/supervision/new", **STARTING)
    send(city, "/supervision/new", **{**STARTING, "kind": "special"})
    assert "共 1 份" in page(city, "/supervision?kind=special") and "没有符合条件" in page(
        city, "/supervision?status=issued"
    )
    assert city.get("/supervision/export?kind=special").data.startswith(b"PK")


def test_cycles_style_and_calendar_are_kept(city: FlaskClient) -> None:
    send(city, "/supervision/cycles", 422, kind="bulletin", months="5", issue_day="10")
    send(city, "/supervision/cycles", kind="bulletin", months="1", issue_day="10")
    assert "次月 10 日" in page(city, "/supervision/cycles") and "自动起草" in page(city, "/supervision/calendar")
    send(city, "/supervision/style", 422, code="很" * 30)
    send(city, "/supervision/style", code="云科创督", copies="市委办公室。", printer="")
    assert "云科创督" in page(city, "/supervision/cycles")
    send(city, "/supervision/cycles/1/end")
    assert "次月 10 日" not in page(city, "/supervision/cycles")


def test_the_dashboard_shows_what_was_counted(app: Flask, city: FlaskClient) -> None:
    assert "还没有统计数据" in page(city, "/dashboard")
    send(city, "/dashboard/refresh")
    shown = page(browser(app, "leader"), "/dashboard")
    assert "单位 × 方案" in shown and SCIENCE in shown and 'class="trend"' in shown
    assert "shown=late" in shown
    day = re.findall(r'href="(/dashboard\?on=[^"]+)"', shown)[0]
    page(city, day)
    page(city, "/dashboard?on=yesterday", 404)


def test_nobody_sees_the_reports_of_another_place_and_units_only_what_they_were_sent(
    app: Flask, city: FlaskClient
) -> None:
    send(city, "/supervision/new", **STARTING)
    act(app, city, "verify")
    stranger, finance = browser(app, "stranger"), browser(app, "finance")
    for ending in ("", "/edit", "/proof", "/preview", "/pdf", "/xlsx", "/rows?figure=逾期.项数"):
        page(stranger, f"/supervision/1{ending}", 404)
        page(finance, f"/supervision/1{ending}", 403)
    send(stranger, "/supervision/1/refresh", 404, version=1)
    page(stranger, "/circulars/verifications/1", 404)
    with app.app_context(), transaction() as session:
        own = {each.unit.name: each.id for each in session.scalars(select(Verification))}
    page(finance, f"/circulars/verifications/{own[SCIENCE]}", 404)
    page(finance, "/circulars/verifications/999", 404)
    page(finance, "/dashboard", 403)


def test_an_act_out_of_turn_is_refused_without_a_trace(app: Flask, city: FlaskClient) -> None:
    send(city, "/supervision/new", **STARTING)
    act(app, city, "issue", 409)
    act(app, city, "check", 403)
    act(app, browser(app, "leader"), "sign", 409)
    send(city, "/supervision/1/verify", 409, version=99)
    act(app, city, "discard")
    page(city, "/supervision/1", 404)
