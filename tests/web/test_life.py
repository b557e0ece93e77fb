"""A task's life through the pages: issued, acknowledged, filed, reviewed, closed; and every door shut to others."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.builders import NOW, a_city, a_plan, a_task, a_unit, a_user, an_assignment, digest, sign_in
from tracker.core.terms import AssignmentState, DutyRole, PlanStatus, ReportStatus, Role, TaskState
from tracker.db import transaction
from tracker.models import (
    Assignment,
    Attachment,
    ClosingRequest,
    Filing,
    Jurisdiction,
    ProgressReport,
    SourceDocument,
    StoredFile,
    Task,
    Urge,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
SOURCE = "三、重点任务\n1. 建设云川量子产业园。年内完成一期工程。<b>不是标签</b>\n2. 其他事项。\n"


@dataclass
class Place:
    """Keys of what the tests act on."""

    plan: int
    task: int
    lead: int
    partner: int


@pytest.fixture
def place(app: Flask) -> Iterator[Place]:
    """A city with an approved-to-be plan of one task, its lead, its partner and a bystander, all with people."""
    with app.app_context(), transaction() as session:
        city = a_city(session)
        units = [a_unit(session, city, name) for name in ("云川市科技局", "云川市财政局", "云川市水利局")]
        officer = a_user(session, city, Role.OFFICER, login_name="officer")
        a_user(session, city, Role.OFFICE_HEAD, login_name="head")
        a_user(session, city, Role.LEADER, login_name="leader")
        for unit, name in zip(units, ("science", "finance", "water"), strict=True):
            a_user(session, city, Role.LIAISON, unit, login_name=name)
            a_user(session, city, Role.UNIT_HEAD, unit, login_name=f"{name}_head")
        data = SOURCE.encode()
        session.add(StoredFile(sha256=digest(data), size_bytes=len(data), content_type="text/plain", data=data))
        session.flush()
        document = SourceDocument(
            jurisdiction_id=city.id,
            sha256=digest(data),
            filename="行动计划.txt",
            content=SOURCE,
            uploaded_by_id=officer.id,
            uploaded_at=NOW,
        )
        session.add(document)
        session.flush()
        plan = a_plan(session, city, officer, status=PlanStatus.PREPARING, source_document_id=document.id)
        start = SOURCE.index("1. 建设")
        end = SOURCE.index("\n2.")
        task = a_task(session, plan, state=TaskState.DRAFT, issued_on=None, start=start, end=end)
        lead = an_assignment(session, task, units[0], state=AssignmentState.PLANNED, issued_on=None)
        planned = {"state": AssignmentState.PLANNED, "issued_on": None}
        partner = an_assignment(session, task, units[1], DutyRole.RESPONSIBLE, **planned)
        keys = Place(plan.id, task.id, lead.id, partner.id)
    yield keys


def as_person(client: FlaskClient, name: str) -> FlaskClient:
    client.post("/sign-out")
    sign_in(client, name)
    return client


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def sent(client: FlaskClient, address: str, **data: object) -> TestResponse:
    return client.post(address, data=data)


def kept(app: Flask, model: type, key: int):  # type: ignore[no-untyped-def]
    with app.app_context(), transaction() as session:
        record = session.get_one(model, key)
        session.expunge(record)
        return record


def task_version(app: Flask, place: Place) -> int:
    return int(kept(app, Task, place.task).version)


def write(
    client: FlaskClient, duty: int, *, act: str = "hand_over", files: object = None, **words: object
) -> TestResponse:
    """Sends one row of the filing page."""
    data: dict[str, object] = {f"{duty}-{name}": value for name, value in ({"version": 0} | words).items()}
    if files is not None:
        data[f"{duty}-files"] = files
    return client.post("/filing", data=data | {"row": duty, "act": act})


def sign(client: FlaskClient, app: Flask) -> None:
    """The head signs what waits in the unit's only filing."""
    version = kept(app, Filing, 1).version
    assert sent(as_person(client, "science_head"), "/filing/1/sign", version=version).status_code == 302


def filed(client: FlaskClient, app: Flask, duty: int, **words: object) -> None:
    """A row written by the liaison and signed by the head."""
    assert write(as_person(client, "science"), duty, **words).status_code == 302
    sign(client, app)


def issue(client: FlaskClient, place: Place) -> None:
    assert sent(as_person(client, "officer"), f"/plans/{place.plan}/submit").status_code == 302
    assert sent(as_person(client, "head"), f"/plans/{place.plan}/approve").status_code == 302
    contact = {"contact_name": "周文", "contact_phone": "6660012"}
    for name in ("science", "finance"):
        assert sent(as_person(client, name), f"/plans/{place.plan}/acknowledge", **contact).status_code == 302


def finish_partner(client: FlaskClient, app: Flask, place: Place) -> None:
    base = f"/tasks/{place.task}/duties/{place.partner}"
    version = kept(app, Assignment, place.partner).version
    done = sent(as_person(client, "finance"), f"{base}/finish", version=version, progress="资金已全部拨付")
    assert done.status_code == 302
    version = kept(app, Assignment, place.partner).version
    assert sent(as_person(client, "science_head"), f"{base}/accept", version=version).status_code == 302


def test_a_task_lives_from_draft_to_archive_through_the_pages(app: Flask, client: FlaskClient, place: Place) -> None:
    assert "提请立项" in page(as_person(client, "officer"), f"/tasks/{place.task}")
    issue(client, place)
    assert kept(app, Task, place.task).state is TaskState.IN_PROGRESS

    filing = page(as_person(client, "science"), "/filing")
    assert "建设云川量子产业园" in filing and "本期可不报" in filing
    words = {"progress": "一期厂房封顶", "percent": "45", "next_step": "安装设备"}
    answer = write(client, place.lead, **words, files=(io.BytesIO(PDF), "监理报告.pdf"))
    assert answer.status_code == 302
    assert "待签发" in page(client, "/filing") and "一期厂房封顶" not in page(as_person(client, "officer"), "/review")
    assert "一期厂房封顶" not in page(client, f"/tasks/{place.task}")
    assert "签发全部 1 项" in page(as_person(client, "science_head"), "/filing/1/sign")
    sign(client, app)

    review = page(as_person(client, "officer"), "/review?view=rows")
    assert "一期厂房封顶" in review and "监理报告.pdf" in review and "首次报送" in review
    assert "云川市科技局" in page(client, "/review") and "首次报送" in page(client, "/review/filings/1")
    report = kept(app, ProgressReport, 1)
    assert sent(client, "/review/pass", report=f"{report.id}:{report.version}").status_code == 302
    assert kept(app, ProgressReport, 1).status is ReportStatus.PASSED

    blocked = page(as_person(client, "science_head"), f"/tasks/{place.task}")
    assert "还有其他单位的分工没有完成" in blocked
    finish_partner(client, app, place)
    close = f"/tasks/{place.task}/ask-to-close"
    asked = sent(client, close, version=task_version(app, place), report="园区一期全部建成")
    assert asked.status_code == 302
    assert "园区一期全部建成" in page(as_person(client, "officer"), "/review")
    back = sent(
        client,
        f"/tasks/{place.task}/send-back-closing",
        version=task_version(app, place),
        reason_code="no_evidence",
        reason="请补竣工验收表",
    )
    assert back.status_code == 302 and kept(app, Task, place.task).state is TaskState.IN_PROGRESS
    assert "缺少佐证材料：请补竣工验收表" in page(as_person(client, "science_head"), f"/tasks/{place.task}")
    sent(client, close, version=task_version(app, place), report="竣工验收已通过")
    checked = sent(as_person(client, "officer"), f"/tasks/{place.task}/check-closing", version=task_version(app, place))
    assert checked.status_code == 302
    assert "待办公室负责人批准" in page(client, "/review")
    as_person(client, "head")
    assert "同意办结" in page(client, "/review")
    assert sent(client, f"/tasks/{place.task}/close", version=task_version(app, place)).status_code == 302
    assert "阅示期未满" in page(client, f"/tasks/{place.task}")
    with app.app_context(), transaction() as session:
        # Read by everybody who had to: the days for it are a setting of the jurisdiction.
        session.scalars(select(Jurisdiction)).one().reading_workdays = 0
    assert sent(client, f"/tasks/{place.task}/archive", version=task_version(app, place)).status_code == 302
    assert kept(app, Task, place.task).state is TaskState.ARCHIVED
    trail = page(client, f"/tasks/{place.task}")
    for happened in (
        "提请立项",
        "立项交办",
        "云川市科技局签收",
        "云川市财政局报送完成情况",
        "退回补办",
        "已销号",
        "45%",
    ):
        assert happened in trail, happened


def test_the_source_passage_stands_in_its_context_and_its_markup_is_only_words(
    client: FlaskClient, place: Place
) -> None:
    text = page(as_person(client, "officer"), f"/tasks/{place.task}")
    assert "<mark>1. 建设云川量子产业园。年内完成一期工程。&lt;b&gt;不是标签&lt;/b&gt;</mark>" in text
    assert "三、重点任务" in text and "2. 其他事项。" in text


def test_what_was_typed_comes_back_when_an_act_is_refused(app: Flask, client: FlaskClient, place: Place) -> None:
    sent(as_person(client, "officer"), f"/plans/{place.plan}/submit")
    sent(as_person(client, "head"), f"/plans/{place.plan}/approve")
    answer = sent(as_person(client, "science"), f"/plans/{place.plan}/acknowledge", contact_name="周文")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "请填写联系电话" in text and 'value="周文"' in text
    contact = {"contact_name": "周文", "contact_phone": "6660012"}
    sent(client, f"/plans/{place.plan}/acknowledge", **contact)
    answer = write(client, place.lead, progress="写了很久", percent="一半")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "写了很久" in text and "0 到 100 的整数" in text and 'value="一半"' in text


@pytest.mark.parametrize("percent", ["101", "-1", "4.5", "²", "１２", "abc"])
def test_a_percent_is_a_whole_number_to_a_hundred(client: FlaskClient, place: Place, percent: str) -> None:
    issue(client, place)
    as_person(client, "science")
    answer = write(client, place.lead, progress="推进中", percent=percent)
    assert answer.status_code == 422


def test_a_draft_is_kept_and_owed_until_it_is_handed_in(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    as_person(client, "science")
    assert write(client, place.lead, progress="").status_code == 422
    assert write(client, place.lead, progress="先记一笔", act="keep").status_code == 302
    text = page(client, "/filing")
    assert "先记一笔" in text and "已填 1 项" in text and kept(app, Assignment, place.lead).last_filed_on is None
    assert "先记一笔" not in page(as_person(client, "officer"), f"/tasks/{place.task}")
    assert "先记一笔" not in page(client, "/review")


def test_two_colleagues_filing_at_once_one_wins_and_the_other_sees_both(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    issue(client, place)
    as_person(client, "science")
    assert write(client, place.lead, progress="甲写的", act="keep").status_code == 302
    as_person(client, "science_head")
    answer = write(client, place.lead, progress="乙写的", act="keep")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "甲写的" in text and "乙写的" in text
    assert kept(app, ProgressReport, 1).progress == "甲写的"


def test_a_report_taken_back_after_it_was_shown_is_not_passed(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    filed(client, app, place.lead, progress="第一稿")
    shown = kept(app, ProgressReport, 1).version
    taken = sent(client, "/filing/1/take-back", version=kept(app, Filing, 1).version)
    assert taken.status_code == 302 and kept(app, Assignment, place.lead).last_filed_on is None
    filed(client, app, place.lead, progress="第二稿", version=kept(app, ProgressReport, 1).version)
    assert sent(as_person(client, "officer"), "/review/pass", report=f"1:{shown}").status_code == 409
    assert kept(app, ProgressReport, 1).status is ReportStatus.SUBMITTED


def test_a_stale_page_closes_nothing(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    finish_partner(client, app, place)
    shown = task_version(app, place)
    sent(as_person(client, "science_head"), f"/tasks/{place.task}/ask-to-close", version=shown, report="完成")
    check = f"/tasks/{place.task}/check-closing"
    assert sent(as_person(client, "officer"), check, version=shown).status_code == 409
    assert sent(client, check).status_code == 409
    assert sent(client, check, version=task_version(app, place)).status_code == 302
    close = {"version": task_version(app, place)}
    assert sent(as_person(client, "head"), f"/tasks/{place.task}/close", **close).status_code == 302
    assert sent(client, f"/tasks/{place.task}/close", version=task_version(app, place)).status_code == 409


def test_sending_back_wants_a_reason_and_keeps_what_was_typed(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    filed(client, app, place.lead, progress="推进中", percent="30")
    version = kept(app, ProgressReport, 1).version
    as_person(client, "officer")
    answer = sent(client, "/review/1/send-back", version=version, reason="数字与上月一致")
    assert answer.status_code == 422 and "数字与上月一致" in answer.get_data(as_text=True)
    back = {"version": version, "reason_code": "mismatch", "reason": "数字与上月一致"}
    assert sent(client, "/review/1/send-back", **back).status_code == 302
    assert kept(app, Assignment, place.lead).percent is None
    text = page(as_person(client, "science"), "/filing")
    assert "数据与材料不符：数字与上月一致" in text and "推进中" in text


def test_urging_from_the_page_is_kept_and_a_blank_one_comes_back(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    as_person(client, "officer")
    answer = sent(client, "/urge", assignment=[place.lead], channel="phone", words="")
    assert answer.status_code == 422 and f'value="{place.lead}"' in answer.get_data(as_text=True)
    data = {
        "assignment": [place.lead, place.partner],
        "channel": "phone",
        "words": "电话已接",
        "next": "//evil.example",
    }
    answer = sent(client, "/urge", **data)
    assert answer.status_code == 302 and "evil" not in answer.location
    with app.app_context(), transaction() as session:
        assert len(session.scalars(select(Urge)).all()) == 2
    assert "电话催办云川市科技局" in page(client, f"/tasks/{place.task}")


def test_evidence_is_told_by_its_content_and_only_saved_never_shown(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    issue(client, place)
    as_person(client, "science")
    for data, name in (
        (b"<html><script>1</script>", "说明.pdf"),
        (PDF, "说明.html"),
        (b"MZ\x90\x00", "工具.exe"),
        (b"", "空.pdf"),
        (b"PK\x03\x04broken", "表.xlsx"),
    ):
        answer = write(client, place.lead, progress="见附件", files=(io.BytesIO(data), name))
        assert answer.status_code == 422, name
        assert "见附件" in answer.get_data(as_text=True)
    with app.app_context(), transaction() as session:
        assert session.scalars(select(ProgressReport)).all() == []
    two = [(io.BytesIO(PDF), "../../照片说明.pdf"), (io.BytesIO(b"\x89PNG\r\n\x1a\n0"), "现场.png")]
    assert write(client, place.lead, progress="见附件", files=two).status_code == 302
    answer = client.get(f"/tasks/{place.task}/files/1")
    assert answer.data == PDF and answer.headers["X-Content-Type-Options"] == "nosniff"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment") and ".." not in disposition


def test_the_same_bytes_are_kept_once(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    as_person(client, "science")
    twice = [(io.BytesIO(PDF), "一.pdf"), (io.BytesIO(PDF), "二.pdf")]
    write(client, place.lead, progress="见附件", files=twice)
    with app.app_context(), transaction() as session:
        assert len(session.scalars(select(Attachment)).all()) == 2
        pdfs = select(StoredFile).where(StoredFile.content_type == "application/pdf")
        assert len(session.scalars(pdfs).all()) == 1


def test_another_units_and_jurisdictions_ids_are_not_found(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    as_person(client, "science")
    write(client, place.lead, progress="见附件", files=(io.BytesIO(PDF), "一.pdf"))
    sign(client, app)
    with app.app_context(), transaction() as session:
        other = a_city(session, "东屏市")
        a_user(session, other, Role.OFFICER, login_name="stranger")
        a_user(session, other, Role.OFFICE_HEAD, login_name="stranger_head")
    version = task_version(app, place)
    task, duty = f"/tasks/{place.task}", f"/tasks/{place.task}/duties/{place.partner}"
    for name in ("water", "water_head", "stranger", "stranger_head"):
        as_person(client, name)
        assert client.get(task).status_code == 404, name
        assert client.get(f"{task}/files/1").status_code == 404, name
        posts = [f"{task}/ask-to-close", f"{duty}/finish", f"{duty}/accept", f"{duty}/send-back"]
        posts += [
            f"/filing/rows/{place.lead}",
            "/filing/1/sign",
            "/filing/1/return",
            "/filing/1/take-back",
            f"/plans/{place.plan}/acknowledge",
            f"{task}/close",
            "/review/1/send-back",
        ]
        for address in posts:
            answer = sent(client, address, version=version, report="越权", progress="越权", act="submit")
            assert answer.status_code in (403, 404), (name, address)
        assert sent(client, "/urge", assignment=[place.lead], words="越权").status_code in (403, 404)
        assert sent(client, "/review/pass", report="1:2").status_code in (403, 404)
        assert "建设云川量子产业园" not in client.get("/filing").get_data(as_text=True)
        assert "建设云川量子产业园" not in client.get("/review").get_data(as_text=True)


def test_a_unit_does_not_see_a_task_before_it_is_issued(client: FlaskClient, place: Place) -> None:
    assert as_person(client, "science").get(f"/tasks/{place.task}").status_code == 404
    assert as_person(client, "leader").get(f"/tasks/{place.task}").status_code == 200


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("head", "submit"),
        ("officer", "approve"),
        ("officer", "reject"),
        ("leader", "submit"),
        ("officer", "acknowledge"),
    ],
)
def test_the_wrong_role_is_refused(client: FlaskClient, place: Place, name: str, act: str) -> None:
    sent(as_person(client, "officer"), f"/plans/{place.plan}/submit") if act != "submit" else None
    assert sent(as_person(client, name), f"/plans/{place.plan}/{act}", reason="无").status_code == 403


def test_looking_changes_nothing(app: Flask, client: FlaskClient, place: Place) -> None:
    issue(client, place)
    before = task_version(app, place)
    for name in ("officer", "science", "leader"):
        as_person(client, name)
        for address in (f"/tasks/{place.task}", "/filing", "/review"):
            assert client.get(address).status_code in (200, 403)
    assert task_version(app, place) == before
    with app.app_context(), transaction() as session:
        assert session.scalars(select(ClosingRequest)).all() == []
