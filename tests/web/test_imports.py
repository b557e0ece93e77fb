"""Importing a plan through the pages."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import sign_in
from tests.import_plans import HOSTILE, PLAN, a_neighbour, an_office
from tracker.core.terms import DraftStatus, NameDecision, TaskState
from tracker.db import db, transaction
from tracker.models import DraftFinding, DraftItem, DraftName, ImportDraft, Plan, Task

INLINE = {"X-Inline": "1"}


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which an officer of a small office has signed in."""
    with app.app_context(), transaction() as session:
        an_office(session)
        a_neighbour(session)
    sign_in(client, "chen")
    return client


def upload(client: FlaskClient, data: bytes = PLAN.encode(), filename: str = "绿色出行.txt") -> Any:
    return client.post("/imports", data={"file": (BytesIO(data), filename)})


def stored(app: Flask, query: Any) -> Any:
    with app.app_context():
        found = db.session.scalars(query).all()
        db.session.expunge_all()
        return found


def item(app: Flask, words: str) -> DraftItem:
    return next(i for i in stored(app, select(DraftItem).order_by(DraftItem.id)) if words in i.title)


def draft(app: Flask) -> ImportDraft:
    return stored(app, select(ImportDraft).order_by(ImportDraft.id.desc()))[0]


def fields_of(page: str) -> dict[str, str]:
    """What the edit form on a page would send as it stands."""
    form = page[page.index('class="edit-item"') :]
    found = dict(re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', form.split("</form>")[0]))
    chosen = re.search(r'name="due" value="(\w+)"[^>]* checked', form)
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", form, re.S)
    assert chosen and text
    return found | {"due": chosen[1], "text": text[1], "kind": "task", "is_included": "1"}


def decide_everything(app: Flask, client: FlaskClient) -> None:
    version = draft(app).version
    answers = {"lead_mode": "first", "due_mode": "plan_end", "default_due_on": "2028-12-31", "version": version}
    assert client.post("/imports/1/questions", data=answers).status_code == 302
    assert client.post("/imports/1/names/accept").status_code == 302
    pending = stored(app, select(DraftName).where(DraftName.decision == NameDecision.PENDING))
    client.post("/imports/1/names/accept", data={"names": [str(row.id) for row in pending] or ["0"]})


def test_a_plan_goes_from_upload_over_review_to_tasks_and_back(app: Flask, office: FlaskClient) -> None:
    answer = upload(office)
    assert answer.status_code == 302 and answer.location.endswith("/imports/1")
    page = office.get("/imports/1").get_data(as_text=True)
    assert "云川市绿色出行三年行动方案（2026—2028年）" in page and "加密公交线路" in page
    refused = office.post("/imports/1/accept", data={"version": draft(app).version})
    assert refused.status_code == 422
    assert "个单位名称待确认" in refused.get_data(as_text=True)
    decide_everything(app, office)
    assert "可以入库" in office.get("/imports/1/accept").get_data(as_text=True)
    accepted = office.post("/imports/1/accept", data={"version": draft(app).version})
    assert accepted.status_code == 302
    assert [task.state for task in stored(app, select(Task))] == [TaskState.DRAFT] * 4
    plan = office.get("/plans/1").get_data(as_text=True)
    assert "/imports/of-plan/1" in plan and "/plans/1/tasks/new" in plan
    assert office.get("/imports/of-plan/1").location.endswith("/imports/1/accepted")
    assert "已入库" in office.get("/imports/1/accepted").get_data(as_text=True)
    assert office.post("/imports/1/undo").status_code == 302
    assert stored(app, select(Plan)) == []
    assert office.get("/imports/1").status_code == 200


def test_the_same_file_again_leads_to_what_it_became(app: Flask, office: FlaskClient) -> None:
    upload(office)
    again = upload(office, filename="同一份.txt")
    assert again.location.endswith("/imports/1")
    assert "已由陈静于" in office.get("/imports/1").get_data(as_text=True)
    decide_everything(app, office)
    office.post("/imports/1/accept", data={"version": draft(app).version})
    later = upload(office)
    assert "/plans/" in later.location or later.location.endswith("/imports/1/accepted")
    assert len(stored(app, select(ImportDraft))) == 1


def test_the_same_plan_in_another_file_is_pointed_out_before_it_is_accepted_twice(
    app: Flask, office: FlaskClient
) -> None:
    upload(office)
    decide_everything(app, office)
    office.post("/imports/1/accept", data={"version": draft(app).version})
    upload(office, (PLAN + "\n").encode(), "另一份.txt")
    answers = {"lead_mode": "first", "due_mode": "standing", "version": draft(app).version}
    assert office.post("/imports/2/questions", data=answers).status_code == 302
    assert "名称或文号相同的方案" in office.get("/imports/2/accept").get_data(as_text=True)


def test_pasted_words_are_read_like_a_file(app: Flask, office: FlaskClient) -> None:
    answer = office.post("/imports", data={"pasted": PLAN.replace("\n", "\r\n")})
    assert answer.status_code == 302
    assert draft(app).doc_no == "云政办发〔2026〕12号"


def test_an_unreadable_file_gets_its_own_sentence_on_the_upload_page(office: FlaskClient) -> None:
    answer = upload(office, b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "扫描.docx")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "这是图片文件" in page and 'type="file"' in page


def test_nothing_chosen_is_said_and_pasted_words_are_kept(office: FlaskClient) -> None:
    assert office.post("/imports", data={}).status_code == 422
    both = office.post("/imports", data={"file": (BytesIO(b"x"), "x.txt"), "pasted": "粘贴的正文"})
    assert both.status_code == 422 and "粘贴的正文" in both.get_data(as_text=True)


PAGES = (
    "",
    "/names",
    "/names/1",
    "/questions",
    "/plan",
    "/accept",
    "/accepted",
    "/source",
    "/items/1/edit",
    "/items/1/drop",
    "/items/1/split",
    "/items/new",
)
ACTS = {
    "/items/1/edit": {"version": "1", "title": "改", "kind": "task", "due": "follow"},
    "/items/1/drop": {"version": "1", "reason": "删"},
    "/items/1/restore": {"version": "1"},
    "/items/1/split": {"version": "1", "at": "5"},
    "/items/new": {"start": "0", "end": "9"},
    "/items/bulk": {"items": "1:1", "act": "standing"},
    "/findings": {"findings": "1"},
    "/names/1": {"version": "1", "decision": "ignored"},
    "/names/accept": {},
    "/groups": {"groups": "1", "version-1": "1", "members-1": "青岚县政府"},
    "/names/match": {},
    "/questions": {"version": "1", "lead_mode": "first", "due_mode": "standing"},
    "/plan": {"version": "1", "title": "改"},
    "/accept": {"version": "1"},
    "/simplify": {},
    "/undo": {},
    "/discard": {},
}


def test_the_pages_and_acts_tried_on_a_neighbour_are_all_there_are(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/imports/<int:draft_id>")]
    shown = {re.sub(r"<int:\w+>", "1", rule.rule.removeprefix("/imports/<int:draft_id>")) for rule in rules}
    assert shown == set(PAGES) | set(ACTS)


def test_an_officer_of_another_city_finds_nothing_and_changes_nothing(app: Flask, office: FlaskClient) -> None:
    def seen() -> str:
        return re.sub(r'name="csrf_token" value="[^"]*"', "", office.get("/imports/1").get_data(as_text=True))

    upload(office)
    seen()
    before = seen()
    office.post("/sign-out")
    sign_in(office, "neighbour")
    for path in PAGES:
        assert office.get("/imports/1" + path).status_code == 404, path
    assert office.get("/imports/of-plan/1").status_code == 404
    for path, data in ACTS.items():
        assert office.post("/imports/1" + path, data=data).status_code == 404, path
    office.post("/sign-out")
    sign_in(office, "chen")
    assert seen() == before


def test_a_liaison_has_no_business_here(office: FlaskClient) -> None:
    upload(office)
    office.post("/sign-out")
    sign_in(office, "liaison")
    assert office.get("/imports").status_code == 403
    assert office.get("/imports/1").status_code == 403


def test_an_item_is_edited_on_a_page_of_its_own(app: Flask, office: FlaskClient) -> None:
    upload(office)
    target = item(app, "专用道")
    path = f"/imports/1/items/{target.id}/edit"
    sent = fields_of(office.get(path).get_data(as_text=True))
    answer = office.post(path, data=sent | {"title": "建好公交专用道", "due": "date", "due_on": "2027-12-31"})
    assert answer.status_code == 302 and answer.location.endswith(f"/imports/1#item-{target.id}")
    changed = item(app, "建好公交专用道")
    assert str(changed.due_on) == "2027-12-31"
    assert [duty["name"] for duty in changed.duties] == ["市公安局", "市交通运输局"]


def test_a_refused_edit_keeps_what_was_typed(app: Flask, office: FlaskClient) -> None:
    upload(office)
    target = item(app, "专用道")
    path = f"/imports/1/items/{target.id}/edit"
    sent = fields_of(office.get(path).get_data(as_text=True))
    answer = office.post(path, data=sent | {"title": "", "leader": "分管同志", "due": "date", "due_on": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "分管同志" in page and "请填写完成日期" in page


def test_a_stale_edit_shows_both_and_loses_neither(app: Flask, office: FlaskClient) -> None:
    upload(office)
    target = item(app, "专用道")
    path = f"/imports/1/items/{target.id}/edit"
    sent = fields_of(office.get(path).get_data(as_text=True))
    assert office.post(path, data=sent | {"title": "先到的名称"}).status_code == 302
    late = office.post(path, data=sent | {"title": "后到的名称"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "先到的名称" in page and "后到的名称" in page
    assert item(app, "先到的名称").id == target.id
    again = fields_of(page)
    assert again["title"] == "后到的名称"
    assert office.post(path, data=again).status_code == 302
    assert item(app, "后到的名称").id == target.id


def test_stale_answers_and_stale_plan_data_are_conflicts(app: Flask, office: FlaskClient) -> None:
    upload(office)
    data = {"version": "1", "title": "先到", "doc_no": "", "issuer": ""}
    assert office.post("/imports/1/plan", data=data).status_code == 302
    late = office.post("/imports/1/plan", data=data | {"title": "后到"})
    assert late.status_code == 409 and "后到" in late.get_data(as_text=True)
    answers = {"version": "1", "lead_mode": "each", "due_mode": "standing"}
    assert office.post("/imports/1/questions", data=answers).status_code == 409
    assert draft(app).title == "先到" and draft(app).lead_mode is None


def test_our_script_gets_the_list_alone_and_the_refusal_in_place(app: Flask, office: FlaskClient) -> None:
    upload(office)
    target = item(app, "专用道")
    path = f"/imports/1/items/{target.id}/edit"
    part = office.get(path, headers=INLINE).get_data(as_text=True)
    assert "<html" not in part and "edit-item" in part
    sent = fields_of(part)
    listed = office.post(path, data=sent | {"title": "改好的名称"}, headers=INLINE)
    assert listed.status_code == 200
    assert "改好的名称" in listed.get_data(as_text=True) and "<html" not in listed.get_data(as_text=True)
    assert office.post(path, data=sent, headers=INLINE).status_code == 409


def test_findings_are_settled_one_and_all_of_a_kind(app: Flask, office: FlaskClient) -> None:
    upload(office)
    with app.app_context(), transaction() as session:
        for place in (3, 30):
            session.add(
                DraftFinding(draft_id=1, code="text.damaged", level="check", message="损坏", start=place, end=place + 2)
            )
    page = office.get("/imports/1").get_data(as_text=True)
    assert "同类 2 处全部核对" in page
    ids = [str(row.id) for row in stored(app, select(DraftFinding).where(DraftFinding.code == "text.damaged"))]
    assert office.post("/imports/1/findings", data={"findings": ids}).status_code == 302
    assert "同类 2 处全部核对" not in office.get("/imports/1").get_data(as_text=True)


def test_ticked_items_are_merged_and_changed_together(app: Flask, office: FlaskClient) -> None:
    upload(office)
    first, second = item(app, "加密"), item(app, "专用道")
    boxes = [f"{first.id}:{first.version}", f"{second.id}:{second.version}"]
    office.post("/imports/1/items/bulk", data={"items": boxes, "act": "standing"})
    assert item(app, "加密").is_standing and item(app, "专用道").is_standing
    stale = office.post("/imports/1/items/bulk", data={"items": boxes, "act": "merge"}, follow_redirects=True)
    assert "他人已经修改了这一条" in stale.get_data(as_text=True)
    boxes = [f"{i.id}:{i.version}" for i in (item(app, "加密"), item(app, "专用道"))]
    office.post("/imports/1/items/bulk", data={"items": boxes, "act": "merge"})
    assert not item(app, "专用道").is_included
    empty = office.post("/imports/1/items/bulk", data={"act": "due"}, follow_redirects=True)
    assert "请先勾选" in empty.get_data(as_text=True)


def test_items_are_split_dropped_and_added_without_script(app: Flask, office: FlaskClient) -> None:
    upload(office)
    target = item(app, "绿道")
    page = office.get(f"/imports/1/items/{target.id}/split").get_data(as_text=True)
    at = re.findall(r'name="at" value="(\d+)"', page)[0]
    office.post(f"/imports/1/items/{target.id}/split", data={"version": target.version, "at": at})
    assert item(app, "分段建设").part == 2
    dropped = item(app, "共享单车")
    path = f"/imports/1/items/{dropped.id}/drop"
    assert office.post(path, data={"version": dropped.version, "reason": ""}).status_code == 422
    office.post(path, data={"version": dropped.version, "reason": "并入专项方案"})
    assert "未纳入：并入专项方案" in office.get("/imports/1").get_data(as_text=True)
    missing = office.post("/imports/1/items/new", data={"passage": "文件里没有的一句"})
    assert missing.status_code == 422 and "文件里没有的一句" in missing.get_data(as_text=True)
    assert office.post("/imports/1/items/new", data={"passage": "绿色出行比例达到75%以上。"}).status_code == 302
    assert item(app, "绿色出行比例").start == PLAN.index("绿色出行比例达到75%")


def test_words_of_a_document_are_data_on_every_page(app: Flask, office: FlaskClient) -> None:
    upload(office, HOSTILE.encode(), "<img src=x onerror=alert(2)>.txt")
    first = item(app, "清理")
    name = next(row for row in stored(app, select(DraftName)) if "网信" in row.name)
    pages = ["", "/names", f"/names/{name.id}", "/questions", "/plan", "/accept", "/items/new"]
    pages += [f"/items/{first.id}/{page}" for page in ("edit", "drop", "split")]
    for path in pages:
        answer = office.get("/imports/1" + path)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, path
        for raw in ("<script>alert", "<img src=x", "<b>网信", "</textarea></p>"):
            assert raw not in page, (path, raw)
        assert "{{ 7*7 }}" in page or ">49<" not in page
    assert "长" * 6000 in office.get("/imports/1").get_data(as_text=True)
    index = office.get("/imports").get_data(as_text=True)
    assert "<script>alert" not in index and "<img src=x" not in index


def test_traditional_words_are_turned_on_request_and_the_document_stays(app: Flask, office: FlaskClient) -> None:
    printed = (
        "臨江縣節能行動方案(2026年)\n一、重點任務\n"
        "1.改造機關鍋爐。完成機關鍋爐改造。(責任單位:縣財政局、縣發展改革局)\n"
    )
    upload(office, printed.encode())
    assert "/imports/1/simplify" in office.get("/imports/1").get_data(as_text=True)
    assert office.post("/imports/1/simplify").status_code == 302
    page = office.get("/imports/1").get_data(as_text=True)
    assert item(app, "改造机关锅炉") and "改造機關鍋爐" in page
    assert "/imports/1/simplify" not in page


def test_the_document_comes_down_as_it_went_up(office: FlaskClient) -> None:
    upload(office)
    answer = office.get("/imports/1/source")
    assert answer.data == PLAN.encode()
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_discarded_import_is_gone_from_the_desk_of_the_reviewer(app: Flask, office: FlaskClient) -> None:
    upload(office)
    assert office.post("/imports/1/discard").status_code == 302
    assert draft(app).status is DraftStatus.DISCARDED
    assert office.get("/imports/1").location.endswith("/imports/1/accepted")
    assert upload(office).location.endswith("/imports/2")


def test_nothing_is_written_by_looking(app: Flask, office: FlaskClient) -> None:
    upload(office)
    before = (draft(app).version, draft(app).updated_at, item(app, "加密").version)
    for path in ("", "/names", "/questions", "/plan", "/accept", f"/items/{item(app, '加密').id}/edit"):
        office.get("/imports/1" + path)
    assert (draft(app).version, draft(app).updated_at, item(app, "加密").version) == before


def test_a_task_is_entered_by_hand_with_its_basis(app: Flask, office: FlaskClient) -> None:
    assert office.get("/tasks/new").status_code == 200
    typed = {
        "home": "meeting",
        "basis": "市政府第 12 次常务会议",
        "title": "编制停车规划",
        "lead": "公安局",
        "responsible": "市财政局",
        "due": "date",
        "due_on": "2026-12-31",
    }
    wrong = office.post("/tasks/new", data=typed | {"lead": "市交通局", "basis": ""})
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert "单位库中没有“市交通局”" in page and "请填写依据" in page and "编制停车规划" in page
    assert office.post("/tasks/new", data=typed).status_code == 302
    assert office.post("/tasks/new", data=typed | {"title": "另一项", "due": "standing"}).status_code == 302
    plan = stored(app, select(Plan))
    assert [row.title for row in plan] == ["会议议定事项"]
    tasks = stored(app, select(Task).order_by(Task.id))
    assert [(task.title, task.basis, task.position) for task in tasks] == [
        ("编制停车规划", "市政府第 12 次常务会议", 1),
        ("另一项", "市政府第 12 次常务会议", 2),
    ]


def test_the_list_of_imports_is_narrowed_by_its_address_and_exported_as_shown(app: Flask, office: FlaskClient) -> None:
    upload(office)
    upload(office, (PLAN + "\n附记。").encode(), "征求意见.txt")
    office.post("/imports/2/discard")

    def shown(query: str) -> list[str]:
        page = office.get("/imports?" + query).get_data(as_text=True)
        return re.findall(r'<br><span class="note">([^<]+\.txt)</span>', page)

    def exported(query: str) -> list[str]:
        sheet = openpyxl.load_workbook(BytesIO(office.get("/imports/export?" + query).data)).active
        assert sheet is not None
        return [str(row[2]) for row in sheet.iter_rows(min_row=4, values_only=True)]

    for query, expected in (
        ("", {"绿色出行.txt", "征求意见.txt"}),
        ("status=reviewing", {"绿色出行.txt"}),
        ("q=征求", {"征求意见.txt"}),
        ("q=绿色出行&status=discarded", {"征求意见.txt"}),
        ("status=nonsense", {"绿色出行.txt", "征求意见.txt"}),
    ):
        assert set(shown(query)) == expected and shown(query) == exported(query), query
    assert "没有符合条件的导入记录" in office.get("/imports?q=____").get_data(as_text=True)
