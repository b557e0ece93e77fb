"""Breaking down, giving shares, moving dates and duties through the pages; the office's list of what waits."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tests.web.test_life import as_person, page, sent
from tracker.core.terms import AssignmentState, DutyRole, RequestStatus, Role, TaskState
from tracker.db import office_date, transaction, utcnow
from tracker.models import Adjustment, Assignment, Breakdown, ExtensionRequest, Task

SCIENCE, FINANCE, WATER = "云川市科技局", "云川市财政局", "云川市水利局"


@pytest.fixture
def today() -> date:
    return office_date(utcnow())


@pytest.fixture
def place(app: Flask, today: date) -> Flask:
    """A plan that wants breakdowns, its one task under way with a lead and a partner; a bystander; all with people."""
    with app.app_context(), transaction() as session:
        city = a_city(session)
        units = [a_unit(session, city, name) for name in (SCIENCE, FINANCE, WATER)]
        officer = a_user(session, city, Role.OFFICER, login_name="officer")
        a_user(session, city, Role.OFFICE_HEAD, login_name="head")
        for unit, name in zip(units, ("science", "finance", "water"), strict=True):
            a_user(session, city, Role.LIAISON, unit, login_name=name)
            a_user(session, city, Role.UNIT_HEAD, unit, login_name=f"{name}_head")
        due_on = date(today.year, 12, 31) + timedelta(days=366)
        plan = a_plan(session, city, officer, needs_breakdown=True)
        dates = {"due_on": due_on, "original_due_on": due_on, "issued_on": today - timedelta(days=30)}
        task = a_task(session, plan, **dates)
        acknowledged = {"acknowledged_on": today - timedelta(days=20)}
        an_assignment(session, task, units[0], **acknowledged)
        an_assignment(session, task, units[1], DutyRole.RESPONSIBLE, **acknowledged)
    return app


def one(app: Flask, model: type, **where: object):  # type: ignore[no-untyped-def]
    with app.app_context(), transaction() as session:
        record = session.scalars(select(model).filter_by(**where).order_by(model.id.desc()).limit(1)).one()
        session.expunge(record)
        return record


def hidden_version(text: str) -> str:
    """The version of the form that stands last on a page, which is the page's own."""
    return re.findall(r'name="version" value="(\d+)"', text)[-1]


def decide(client: FlaskClient, app: Flask, model: type, act: str, **data: object) -> int:
    request = one(app, model)
    return sent(client, f"/requests/{request.id}/{act}", version=request.version, **data).status_code


def test_a_breakdown_is_filed_line_by_line_without_a_script_and_confirmed_from_the_list(
    place: Flask, client: FlaskClient, today: date
) -> None:
    as_person(client, "science")
    assert "报年度分解" in page(client, "/tasks/1")
    form = page(client, "/tasks/1/break-down")
    assert form.count('name="due_on"') == 4
    typed = {
        "version": hidden_version(form),
        "year": str(today.year),
        "person_in_charge": "李工",
        "due_on": [f"{today.year}-12-30", ""],
        "percent": ["一半", ""],
        "text": ["主体封顶", ""],
    }
    more = client.post("/tasks/1/break-down", data=typed | {"more": "1"})
    text = more.get_data(as_text=True)
    assert more.status_code == 200 and text.count('name="due_on"') == 8 and "主体封顶" in text and "李工" in text
    refused = client.post("/tasks/1/break-down", data=typed)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422 and "完成比例应为 1 到 100 的整数" in text and "主体封顶" in text
    assert client.post("/tasks/1/break-down", data=typed | {"percent": ["50%", ""]}).status_code == 302

    listed = page(as_person(client, "officer"), "/requests")
    assert "待审批 1 项" in listed and "主体封顶" in listed and "待审批事项" in page(client, "/desk")
    assert decide(client, place, Breakdown, "confirm_breakdown") == 302
    assert one(place, Breakdown).status is RequestStatus.GRANTED
    assert "没有待审批的事项" in page(client, "/requests")
    assert "主体封顶" in page(client, "/requests?status=granted")


def test_a_decision_without_a_reason_is_asked_again_with_what_it_is_about(place: Flask, client: FlaskClient) -> None:
    as_person(client, "science_head")
    duty = one(place, Assignment, is_first_lead=True)
    form = page(client, f"/tasks/1/duties/{duty.id}/ask-extension")
    due_on = one(place, Task).due_on
    words = {"version": hidden_version(form), "reason": "设备进口受阻", "progress": "完成七成"}
    wrong = client.post(f"/tasks/1/duties/{duty.id}/ask-extension", data=words | {"proposed_on": due_on.isoformat()})
    assert wrong.status_code == 422 and "新的完成时限应晚于" in wrong.get_data(as_text=True)
    later = (due_on + timedelta(days=10)).isoformat()
    asked = client.post(f"/tasks/1/duties/{duty.id}/ask-extension", data=words | {"proposed_on": later})
    assert asked.status_code == 302
    as_person(client, "officer")
    request = one(place, ExtensionRequest)
    blank = sent(client, f"/requests/{request.id}/refuse_extension", version=request.version, reason=" ")
    assert blank.status_code == 422 and "请说明理由" in blank.get_data(as_text=True)
    assert decide(client, place, ExtensionRequest, "grant_extension", next="/tasks/1") == 302
    text = page(client, "/tasks/1")
    assert "延期 1 次" in text and "时限变更" in text and "设备进口受阻" in text
    assert "延期 1 次" in page(client, "/plans/1")
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/plans/1/export").data)).active
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "延期次数" in cells and 1 in cells


def test_a_share_is_given_acknowledged_finished_and_accepted_and_counts_nowhere(
    place: Flask, client: FlaskClient
) -> None:
    as_person(client, "science")
    form = page(client, "/tasks/1/give-subtask")
    assert FINANCE in form and WATER not in form
    partner = one(place, Assignment, is_first_lead=False)
    given = {"version": hidden_version(form), "title": "落实配套资金", "duty": partner.id}
    assert client.post("/tasks/1/give-subtask", data=given).status_code == 422
    due_on = one(place, Task).due_on.isoformat()
    assert client.post("/tasks/1/give-subtask", data=given | {"due_on": due_on}).status_code == 302
    assert "落实配套资金" in page(client, "/tasks/1") and "落实配套资金" in page(client, "/tasks/2")
    listed = page(as_person(client, "officer"), "/plans/1")
    assert "共 1 项任务" in listed and "落实配套资金" in listed
    assert "1 项任务" in page(client, "/plans/1?view=matrix")

    as_person(client, "finance")
    contact = {"task": 2, "contact_name": "吴凡", "contact_phone": "6660020"}
    assert sent(client, "/plans/1/acknowledge", **contact).status_code == 302
    part = one(place, Assignment, task_id=2)
    done = sent(client, f"/tasks/2/duties/{part.id}/finish", version=part.version, progress="资金到位")
    assert done.status_code == 302
    assert as_person(client, "water").get("/tasks/2").status_code == 404
    as_person(client, "science_head")
    assert "还有子任务没有完成" in page(client, "/tasks/1") or "还有其他单位" in page(client, "/tasks/1")
    part = one(place, Assignment, task_id=2)
    assert sent(client, f"/tasks/2/duties/{part.id}/accept", version=part.version).status_code == 302
    assert one(place, Task, id=2).state is TaskState.CLOSED


def test_a_unit_asks_out_the_officer_proposes_another_and_the_head_approves(
    place: Flask, client: FlaskClient, today: date
) -> None:
    duty = one(place, Assignment, is_first_lead=False)
    as_person(client, "finance_head")
    form = page(client, f"/tasks/1/duties/{duty.id}/ask-adjustment")
    water = re.search(rf'<option value="(\d+)">{WATER}', form)
    assert water is not None
    asked = {"version": hidden_version(form), "reason": "职责已划转", "unit": water[1]}
    assert client.post(f"/tasks/1/duties/{duty.id}/ask-adjustment", data=asked).status_code == 302

    listed = page(as_person(client, "officer"), "/requests")
    assert "职责已划转" in listed and f"建议由{WATER}承接" in listed
    form = page(client, "/tasks/1/adjust")
    change = {
        "version": hidden_version(form),
        "effective_on": today.isoformat(),
        f"role-{duty.id}": "leave",
        f"taker-{duty.id}": water[1],
    }
    refused = client.post("/tasks/1/adjust", data=change)
    assert refused.status_code == 422 and "请填写依据" in refused.get_data(as_text=True)
    assert 'value="leave" selected' in refused.get_data(as_text=True), "what was chosen is not lost"
    assert client.post("/tasks/1/adjust", data=change | {"basis": "领导小组会议"}).status_code == 302
    assert "待办公室负责人办理" in page(client, "/requests?kind=adjustment")

    as_person(client, "head")
    assert decide(client, place, Adjustment, "approve_adjustment") == 302
    assert one(place, Assignment, id=duty.id).state is AssignmentState.WAIVED
    text = page(as_person(client, "water"), "/tasks/1")
    assert "签收" in text and "由云川市水利局承接" in text
    assert "职责已划转" in page(as_person(client, "finance"), "/tasks/1"), "history stays with the old unit"


def test_a_date_that_has_passed_is_moved_by_the_office_alone(place: Flask, client: FlaskClient, today: date) -> None:
    with place.app_context(), transaction() as session:
        task = session.get_one(Task, 1)
        task.due_on = task.original_due_on = today - timedelta(days=30)
    head = page(as_person(client, "science_head"), "/tasks/1")
    assert "延期须在到期前申请；逾期后只能由领导决定调整时限" in head
    assert client.get("/tasks/1/move-due").status_code == 403
    as_person(client, "officer")
    assert "调整时限" in page(client, "/tasks/1")
    form = page(client, "/tasks/1/move-due")
    moved = {"version": hidden_version(form), "to_on": (today + timedelta(days=60)).isoformat(), "basis": "市长批示"}
    assert client.post("/tasks/1/move-due", data=moved).status_code == 302
    text = page(client, "/tasks/1")
    assert re.search(r"调整前已逾期 \d+ 个工作日", text) and "市长批示" in text


def test_the_list_of_requests_is_the_offices_and_its_export_is_what_it_shows(place: Flask, client: FlaskClient) -> None:
    for name in ("science", "finance_head"):
        assert as_person(client, name).get("/requests").status_code == 403
    as_person(client, "science_head")
    duty = one(place, Assignment, is_first_lead=True)
    due_on = one(place, Task).due_on + timedelta(days=60)
    asked = {"version": duty.version, "proposed_on": due_on.isoformat(), "reason": "=1+1", "progress": "完成七成"}
    assert client.post(f"/tasks/1/duties/{duty.id}/ask-extension", data=asked).status_code == 302
    as_person(client, "officer")
    assert "没有符合条件的事项" in page(client, "/requests?kind=breakdown")
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/requests/export?kind=extension").data)).active
    values = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("=1+1" in value for value in values) and all(cell.data_type != "f" for row in sheet for cell in row)
    assert "筛选：申请延期" in values[1] and "共1项" in values[1]
    assert "初审同意延期" in page(client, "/requests")
    assert decide(client, place, ExtensionRequest, "check_extension") == 302
    assert "同意延期" in page(as_person(client, "head"), "/requests")


def test_ids_of_other_tasks_and_words_that_are_no_act_are_not_found(place: Flask, client: FlaskClient) -> None:
    as_person(client, "science_head")
    assert client.get("/tasks/1/duties/99/ask-extension").status_code == 404
    assert as_person(client, "officer").post("/requests/99/grant_extension").status_code == 404
    assert client.post("/requests/1/drop_table").status_code == 404
    assert as_person(client, "water").get("/tasks/1/give-subtask").status_code == 404
