"""Collective names, many items at once and the basis of a plan without a number, through the pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.services.test_draft_groups import PLAN
from tests.web.test_imports import draft, office, stored, upload
from tracker.core.terms import NameDecision, TaskState
from tracker.models import DraftItem, DraftName, Plan, Task

__all__ = ["office"]
UNLED = "云川市山塘整治方案\n\n一、重点任务\n（一）开展普查。市水务局组织普查。\n（二）公布名录。市水务局公布名录。\n"


def groups_form(app: Flask, **members: str) -> dict[str, Any]:
    """What the form of the collective names would send, by a word of each name."""
    rows = {word: next(r for r in stored(app, select(DraftName)) if word in r.name) for word in members}
    return {"groups": [str(row.id) for row in rows.values()]} | {
        f"{key}-{row.id}": value
        for word, row in rows.items()
        for key, value in (("version", str(row.version)), ("members", members[word]))
    }


def answers(app: Flask) -> dict[str, Any]:
    return {
        "lead_mode": "first",
        "due_mode": "plan_end",
        "default_due_on": "2028-12-31",
        "version": str(draft(app).version),
    }


def test_a_plan_for_an_empty_registry_is_accepted_with_one_answer_to_each_question(
    app: Flask, office: FlaskClient
) -> None:
    upload(office, PLAN.encode(), "山塘.txt")
    page = office.get("/imports/1/names").get_data(as_text=True)
    assert "泛称包括哪些单位" in page
    sent = groups_form(app, 各县="青岚县、南屏县", 成员单位="市水务局 市财政局")
    assert office.post("/imports/1/groups", data=sent).status_code == 302
    assert office.post("/imports/1/names/accept").status_code == 302
    onward = office.post("/imports/1/questions", data=answers(app))
    assert onward.location.endswith("/imports/1/accept")
    assert "发文字号或立项依据" in office.get("/imports/1/accept").get_data(as_text=True)
    refused = office.post("/imports/1/accept", data={"version": draft(app).version, "basis": " "})
    assert refused.status_code == 422
    assert "请填写发文字号" in refused.get_data(as_text=True)
    accepted = office.post("/imports/1/accept", data={"version": draft(app).version, "basis": "云政办发〔2026〕3号"})
    assert "/plans/" in accepted.location
    assert [plan.doc_no for plan in stored(app, select(Plan))] == ["云政办发〔2026〕3号"]


def test_a_list_of_members_that_is_refused_stays_as_it_was_typed(app: Flask, office: FlaskClient) -> None:
    upload(office, PLAN.encode(), "山塘.txt")
    sent = groups_form(app, 各县="各县（市、区）政府", 成员单位="市财政局")
    refused = office.post("/imports/1/groups", data=sent)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "本身是泛称" in page and "市财政局" in page
    groups = [row for row in stored(app, select(DraftName)) if "成员单位" in row.name]
    assert [row.decision for row in groups] == [NameDecision.PENDING]


def test_two_officers_who_fill_the_same_group_are_told_of_each_other(app: Flask, office: FlaskClient) -> None:
    upload(office, PLAN.encode(), "山塘.txt")
    sent = groups_form(app, 各县="青岚县、南屏县")
    assert office.post("/imports/1/groups", data=sent).status_code == 302
    late = office.post("/imports/1/groups", data=sent)
    assert late.status_code == 409
    assert "他人已经修改" in late.get_data(as_text=True)


def test_items_without_a_unit_are_given_one_in_one_act_or_left_out_in_one(app: Flask, office: FlaskClient) -> None:
    upload(office, UNLED.encode(), "方案.txt")
    page = office.get("/imports/1").get_data(as_text=True)
    assert "2 条没有责任单位，可以一并处理" in page
    items = [f"{row.id}:{row.version}" for row in stored(app, select(DraftItem)) if row.is_included]
    assert len(items) == 2
    answer = office.post(
        "/imports/1/items/bulk", data={"act": "units", "items": items, "names": "市水务局"}, headers={"X-Inline": "1"}
    )
    assert answer.status_code == 200
    assert "没有责任单位" not in answer.get_data(as_text=True)
    assert "下一步" in answer.get_data(as_text=True)


def test_a_date_that_has_passed_is_pointed_out_before_everything_is_late(app: Flask, office: FlaskClient) -> None:
    upload(office, PLAN.encode(), "山塘.txt")
    office.post("/imports/1/questions", data={**answers(app), "default_due_on": "2020-12-31"})
    assert "已经过去" in office.get("/imports/1/questions").get_data(as_text=True)
    office.post("/imports/1/questions", data={**answers(app), "default_due_on": "2098-12-31"})
    assert "已经过去" not in office.get("/imports/1/questions").get_data(as_text=True)


def test_an_empty_file_is_named_as_such(office: FlaskClient) -> None:
    answer = upload(office, b"", "空.txt")
    assert answer.status_code == 422
    assert "这个文件是空的" in answer.get_data(as_text=True)


def test_a_plan_without_a_number_can_be_handed_to_the_head_with_its_basis(app: Flask, office: FlaskClient) -> None:
    upload(office, UNLED.encode(), "方案.txt")
    items = [f"{row.id}:{row.version}" for row in stored(app, select(DraftItem)) if row.is_included]
    office.post("/imports/1/items/bulk", data={"act": "units", "items": items, "names": "市水务局"})
    office.post("/imports/1/names/accept")
    office.post("/imports/1/questions", data=answers(app))
    accepted = office.post(
        "/imports/1/accept", data={"version": draft(app).version, "basis": "市政府第3次常务会议通过"}
    )
    assert "/plans/" in accepted.location
    assert office.post(accepted.location + "/submit").status_code == 302
    tasks = stored(app, select(Task))
    assert {(task.state, task.basis) for task in tasks} == {(TaskState.PENDING_APPROVAL, "市政府第3次常务会议通过")}
