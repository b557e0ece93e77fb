"""A bureau with 38 items over four plans files a month by page and by sheet; the office passes it in one act."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import PASSWORD, a_user, sign_in
from tests.filing_bureau import PLANS, Bureau, a_bureau, last_words, new_words
from tracker.core.filing_sheet import HEADINGS
from tracker.core.lights import Light
from tracker.core.terms import FilingStatus, ReportStatus, Role
from tracker.core.workdays import month_of
from tracker.db import office_date, reading, transaction, utcnow
from tracker.models import Assignment, CoordinationMatter, Filing, ProgressReport, Task, Unit
from tracker.reports.filing_sheet import HEAD_ROW
from tracker.services.filing import words_in
from tracker.services.lights import light_of
from tracker.services.summaries import summary

LETTER = {key: openpyxl.utils.get_column_letter(place) for place, (key, _) in enumerate(HEADINGS, start=1)}


@dataclass
class Keys:
    """What the tests act on."""

    bureau: Bureau
    duties: list[int]
    plans: list[int]


@pytest.fixture
def place(app: Flask) -> Iterator[Keys]:
    with app.app_context(), transaction() as session:
        bureau = a_bureau(session, utcnow())
        keys = Keys(bureau, [duty.id for duty in bureau.duties], [plan.id for plan in bureau.plans])
    yield keys


def as_person(client: FlaskClient, name: str) -> FlaskClient:
    client.post("/sign-out")
    sign_in(client, name, PASSWORD)
    return client


def fields_of(page: str) -> dict[str, str]:
    """The values of the filing form as a browser would send them, versions included."""
    return dict(re.findall(r'name="(\d+-version)" value="(\d+)"', page))


def this_months_filing(session: Session) -> Filing:
    period = month_of(office_date(utcnow()))
    return session.scalars(select(Filing).where(Filing.period == period)).one()


def sign_and_pass(app: Flask, client: FlaskClient) -> None:
    """The head signs the whole, the office ticks what it stopped at and passes everything in one act."""
    with app.app_context():
        filing = this_months_filing(reading())
        key, version = filing.id, filing.version
    as_person(client, "officer")
    assert "云川市科技局" not in client.get("/review").get_data(as_text=True)
    as_person(client, "head")
    assert "审阅签发" in client.get("/filing").get_data(as_text=True)
    assert "签发全部 38 项" in client.get(f"/filing/{key}/sign").get_data(as_text=True)
    assert client.post(f"/filing/{key}/sign", data={"version": version}).status_code == 302
    as_person(client, "officer")
    page = client.get(f"/review/filings/{key}").get_data(as_text=True)
    rows = re.findall(r'name="report" value="(\d+:\d+)"', page)
    assert len(rows) == len(set(rows)) == 38
    assert client.post(f"/review/filings/{key}/pass", data={"report": rows}).status_code == 302
    assert "没有待审核的内容" in client.get(f"/review/filings/{key}").get_data(as_text=True)


def check_everything(app: Flask, place: Keys) -> None:
    """38 rows are right in ledger, lights and summary."""
    now = utcnow()
    today, period = office_date(now), month_of(office_date(now))
    with app.app_context(), transaction() as session:
        query = select(ProgressReport).where(ProgressReport.period == period)
        reports = {report.assignment_id: report for report in session.scalars(query)}
        assert len(reports) == 38
        for number, key in enumerate(place.duties):
            report, words = reports[key], new_words(number)
            assert report.status is ReportStatus.PASSED and words_in(report) == words
            duty = session.get_one(Assignment, key)
            assert (duty.percent, duty.last_filed_on) == (words.percent, today)
            assert duty.report_opens_on is not None and duty.report_opens_on > today
            assert report.light is light_of(duty, today) is light_of(duty.task, today)
            # 190 days have passed of 190 + 30 × number + 20.
            total = 190 + (duty.task.due_on - today).days  # type: ignore[operator]
            is_behind = -(-190 * 100 // total) > (words.percent or 0) + 10
            assert (light_of(duty, today) is Light.BEHIND) == is_behind
        filing = this_months_filing(session)
        assert filing.status is FilingStatus.SIGNED and not filing.is_one_person
        place_of = dict(zip(place.duties, range(38), strict=True))
        for plan_id, (_, count) in zip(place.plans, PLANS, strict=True):
            made = summary(session, place.bureau.officer, plan_id, period, now=now)
            assert made.items == len(made.ledger) == count
            tasks = {task_id: key for key, task_id in session.execute(_lead_tasks(place)).tuples()}
            for row in made.ledger:
                words = new_words(place_of[tasks[row.task_id]])
                assert (row.progress, row.percent, row.filing) == (words.progress, words.percent, "已报送")
            (counted,) = [each for each in made.filings if each.unit == "云川市科技局"]
            assert (counted.owed, counted.filed, counted.passed) == (count, count, count)


def _lead_tasks(place: Keys):  # type: ignore[no-untyped-def]
    return select(Assignment.id, Assignment.task_id).where(Assignment.id.in_(place.duties))


def test_thirty_eight_items_over_four_plans_are_filed_signed_and_passed_in_the_pages(
    app: Flask, client: FlaskClient, place: Keys
) -> None:
    page = as_person(client, "liaison").get("/filing").get_data(as_text=True)
    assert "还有 38 项未报" in page and all(title in page for title, _ in PLANS)
    assert all(last_words(number).progress in page for number in range(38))
    data: dict[str, object] = {**fields_of(page), "row": place.duties, "act": "hand_over"}
    for number, key in enumerate(place.duties):
        words = new_words(number)
        data |= {
            f"{key}-progress": words.progress,
            f"{key}-percent": words.percent,
            f"{key}-next_step": words.next_step,
        }
    assert client.post("/filing", data=data).status_code == 302
    assert "待签发" in client.get("/filing").get_data(as_text=True)
    sign_and_pass(app, client)
    check_everything(app, place)


def test_thirty_eight_items_are_filed_by_sheet(app: Flask, client: FlaskClient, place: Keys) -> None:
    answer = as_person(client, "liaison").get("/filing/sheet/download")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.active
    assert sheet is not None
    written = {last_words(number).progress: number for number in range(38)}
    rows = range(HEAD_ROW + 2, HEAD_ROW + 2 + 38)
    for row in rows:
        words = new_words(written[str(sheet[f"{LETTER['last']}{row}"].value)])
        sheet[f"{LETTER['progress']}{row}"] = words.progress
        sheet[f"{LETTER['percent']}{row}"] = words.percent
        sheet[f"{LETTER['next_step']}{row}"] = words.next_step
    assert sheet[f"{LETTER['title']}{rows[0]}"].protection.locked and sheet.protection.sheet
    assert not sheet[f"{LETTER['progress']}{rows[0]}"].protection.locked
    assert sheet.column_dimensions[LETTER["key"]].hidden
    out = io.BytesIO()
    book.save(out)
    for told in ("更新 38 项，未变 0 项", "更新 0 项，未变 38 项"):
        answer = client.post("/filing/sheet", data={"file": (io.BytesIO(out.getvalue()), "填报表.xlsx")})
        assert answer.status_code == 200 and told in answer.get_data(as_text=True)
    page = client.get("/filing").get_data(as_text=True)
    assert client.post("/filing", data={"act": "hand_over", "row": []} | fields_of(page)).status_code == 302
    sign_and_pass(app, client)
    check_everything(app, place)


def test_a_row_is_kept_as_it_is_typed_and_taken_up_on_another_machine(
    app: Flask, client: FlaskClient, place: Keys
) -> None:
    key = place.duties[0]
    as_person(client, "liaison")
    sent = {f"{key}-version": 0, f"{key}-progress": "写到一半", f"{key}-percent": "50"}
    kept = client.post(f"/filing/rows/{key}", data=sent)
    assert kept.status_code == 200 and kept.json == {"version": 1, "files": []}
    stale = client.post(f"/filing/rows/{key}", data=sent | {f"{key}-progress": "另一台机器"})
    assert stale.status_code == 409 and "同事已经保存" in stale.json["errors"][""]  # type: ignore[index]
    wrong = client.post(f"/filing/rows/{key}", data=sent | {f"{key}-version": 1, f"{key}-percent": "一半"})
    assert wrong.status_code == 422 and "0 到 100" in wrong.json["errors"]["percent"]  # type: ignore[index]
    photo = {f"{key}-files": (io.BytesIO(b"\xff\xd8\xff0"), "现场.jpg")}
    with_file = client.post(f"/filing/rows/{key}", data=sent | {f"{key}-version": 1} | photo)
    assert with_file.status_code == 200 and with_file.json["files"][0]["name"] == "现场.jpg"  # type: ignore[index]
    other = app.test_client()
    sign_in(other, "liaison")
    page = other.get("/filing").get_data(as_text=True)
    assert "写到一半" in page and "现场.jpg" in page and "已填 1 项，待报 38 项" in page


def test_one_wrong_row_comes_back_as_typed_and_the_others_are_kept(
    app: Flask, client: FlaskClient, place: Keys
) -> None:
    first, second = place.duties[:2]
    as_person(client, "liaison")
    data = {
        f"{first}-progress": "好的",
        f"{second}-progress": "坏的",
        f"{second}-percent": "101",
        "row": [first, second],
    }
    answer = client.post("/filing", data=data | {"act": "hand_over"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "坏的" in page and 'value="101"' in page and "0 到 100" in page
    with app.app_context():
        assert reading().scalars(select(ProgressReport.progress).where(ProgressReport.status == "draft")).all() == [
            "好的"
        ]


def test_the_office_judges_sends_back_and_settles_what_needs_coordination(
    app: Flask, client: FlaskClient, place: Keys
) -> None:
    first, second = place.duties[20:22]
    as_person(client, "liaison")
    data = {
        f"{first}-progress": "推进中",
        f"{first}-percent": 60,
        f"{first}-coordination": "请协调用地",
        "row": [first, second],
    }
    data |= {f"{second}-progress": "推进中", f"{second}-percent": 61, "act": "hand_over"}
    assert client.post("/filing", data=data).status_code == 302
    with app.app_context():
        filing = this_months_filing(reading())
        key, version = filing.id, filing.version
    client.post("/sign-out")
    as_person(client, "head").post(f"/filing/{key}/sign", data={"version": version})
    page = as_person(client, "officer").get(f"/review/filings/{key}").get_data(as_text=True)
    assert "需留意的 1 项都已看过" in page and "通过勾选的和其余 1 项" in page
    bad = client.post(f"/review/filings/{key}/judge/{second}", data={"light": "late", "judged_reason": ""})
    assert bad.status_code == 422 and "逾期以完成时限为准" in bad.get_data(as_text=True)
    judged = client.post(
        f"/review/filings/{key}/judge/{second}", data={"light": "behind", "judged_reason": "未见实物量"}
    )
    assert judged.status_code == 302
    with app.app_context():
        duty = reading().get_one(Assignment, second)
        assert light_of(duty, office_date(utcnow())) is Light.BEHIND
        (matter,) = reading().scalars(select(CoordinationMatter)).all()
        report = reading().scalars(select(ProgressReport).where(ProgressReport.assignment_id == second)).all()[-1]
        report_key, report_version, matter_key = report.id, report.version, matter.id
    blank = client.post(
        f"/review/{report_key}/send-back", data={"version": report_version, "filing": key, "reason": "数字不符"}
    )
    assert blank.status_code == 422 and "数字不符" in blank.get_data(as_text=True)
    back = {"version": report_version, "reason_code": "mismatch", "reason": "数字不符"}
    assert client.post(f"/review/{report_key}/send-back", data=back).status_code == 302
    assert "请协调用地" in client.get("/coordination").get_data(as_text=True)
    settled = {"version": 1, "status": "settled", "owner": "市自然资源局", "outcome": "指标已批"}
    assert client.post(f"/coordination/{matter_key}", data=settled | {"outcome": ""}).status_code == 422
    assert client.post(f"/coordination/{matter_key}", data=settled).status_code == 302
    assert "请协调用地" not in client.get("/coordination").get_data(as_text=True)
    export = openpyxl.load_workbook(io.BytesIO(client.get("/coordination/export?status=all").data)).active
    assert export is not None and "指标已批" in [cell.value for cell in export[4]]
    assert "指标已批" in as_person(client, "leader").get("/coordination?status=all").get_data(as_text=True)
    assert client.get(f"/coordination/{matter_key}").status_code == 403


def test_the_settings_of_a_plan_are_the_offices(app: Flask, client: FlaskClient, place: Keys) -> None:
    address = f"/plans/{place.plans[0]}/settings"
    rules = {"filing_mode": "lead_and_responsible", "period_kind": "quarter", "opens_day": 20, "closes_day": 31}
    as_person(client, "officer")
    assert "报送窗口" in client.get(address).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', client.get(address).get_data(as_text=True))
    assert version is not None
    assert client.post(address, data=rules | {"version": version[1], "opens_day": 32}).status_code == 422
    assert client.post(address, data=rules | {"version": version[1]}).status_code == 302
    assert client.post(address, data=rules | {"version": version[1]}).status_code == 409
    page = client.get(address).get_data(as_text=True)
    assert "季度" in page
    with app.app_context():
        partner = select(func.count()).select_from(Assignment).join(Unit).join(Task)
        partner = partner.where(Unit.name == "云川市财政局", Assignment.is_filing, Task.plan_id == place.plans[0])
        assert reading().scalar(partner) == PLANS[0][1]
    name = re.search(r"/windows/(\d{4}Q\d)", page)
    assert name is not None
    assert (
        client.post(
            f"{address}/windows/{name[1]}", data={"opens_on": "2020-01-01", "closes_on": "2020-01-02"}
        ).status_code
        == 422
    )
    as_person(client, "liaison")
    assert client.get(address).status_code == 403 and client.post(address, data=rules).status_code == 403


def test_another_jurisdictions_office_reaches_nothing(app: Flask, client: FlaskClient, place: Keys) -> None:
    from tests.builders import a_city

    with app.app_context(), transaction() as session:
        other = a_city(session, "东屏市")
        a_user(session, other, Role.OFFICER, login_name="stranger")
    key = place.duties[0]
    data = {f"{key}-progress": "推进中", f"{key}-coordination": "请协调用地", "row": [key], "act": "hand_over"}
    as_person(client, "liaison").post("/filing", data=data)
    with app.app_context():
        filing = this_months_filing(reading())
        filing_key, version = filing.id, filing.version
    as_person(client, "head").post(f"/filing/{filing_key}/sign", data={"version": version})
    as_person(client, "stranger")
    assert client.get(f"/review/filings/{filing_key}").status_code == 404
    judge = {"light": "behind", "judged_reason": "越权"}
    assert client.post(f"/review/filings/{filing_key}/judge/{key}", data=judge).status_code == 404
    assert client.get("/coordination/1").status_code == 404
    assert client.get(f"/plans/{place.plans[0]}/settings").status_code == 404
    assert "请协调用地" not in client.get("/coordination").get_data(as_text=True)
