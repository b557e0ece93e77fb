"""Slips, instructions, calls, entries and delegations through the pages, as people send their forms."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tests.web.test_who_sees_what import SECRET, a_place, words_in
from tracker.core.terms import AssignmentState, DutyRole, InstructionStatus, Role, SlipStatus, UnitKind
from tracker.db import office_date, transaction, utcnow
from tracker.models import Assignment, BehalfEntry, Instruction, RoleGrant, Slip, Unit, Urge

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
TODAY = office_date(utcnow())
SOON = (TODAY + timedelta(days=20)).isoformat()


@pytest.fixture
def place(app: Flask, client: FlaskClient) -> FlaskClient:
    """A city with a late task: a lead with people, and a county that nobody signs in for."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), transaction() as session:
        city = a_city(session)
        science = a_unit(session, city, "云川市科技局")
        county = a_unit(session, city, "青岚县政府", UnitKind.COUNTY)
        county.contact_name, county.contact_phone = "周文", "0599-5510001"
        for role in (Role.OFFICER, Role.OFFICE_HEAD, Role.LEADER, Role.SECURITY_ADMIN):
            a_user(session, city, role, login_name=role.value, name=role.label)
        officer = session.scalars(select(RoleGrant).where(RoleGrant.role == Role.OFFICER)).one().user
        for role in (Role.LIAISON, Role.UNIT_HEAD):
            a_user(session, city, role, science, login_name=role.value, name=role.label)
        dates = {"due_on": TODAY - timedelta(days=30), "issued_on": TODAY - timedelta(days=90)}
        task = a_task(session, a_plan(session, city, officer), **dates)
        late = {"late_on": TODAY - timedelta(days=29), "issued_on": TODAY - timedelta(days=90)}
        an_assignment(session, task, science, **late, acknowledged_on=TODAY - timedelta(days=80))
        an_assignment(session, task, county, DutyRole.RESPONSIBLE, state=AssignmentState.ISSUED, **late)
    return client


def as_person(client: FlaskClient, name: str) -> FlaskClient:
    client.post("/sign-out")
    sign_in(client, name)
    return client


def test_a_slip_goes_from_the_board_to_its_answer_and_its_paper(app: Flask, place: FlaskClient) -> None:
    officer = as_person(place, "officer")
    chosen = officer.post("/slips/choose", data={"assignment": ["1", "2"], "next": "/overdue"})
    assert chosen.status_code == 302 and "assignment=1&assignment=2" in chosen.headers["Location"]
    form = officer.get(chosen.headers["Location"]).get_data(as_text=True)
    assert form.count("蓝色督办单") == 2
    wrong = officer.post("/slips/issue", data={"assignment": "1", "demand": "", "reply_by_on": SOON})
    assert wrong.status_code == 422 and "请填写办理要求" in wrong.get_data(as_text=True)
    sent = officer.post("/slips/issue", data={"assignment": "1", "demand": "请说明原因。", "reply_by_on": SOON})
    assert sent.status_code == 302
    assert "督办〔" in officer.get("/tasks/1").get_data(as_text=True)
    assert "蓝色督办单" in officer.get("/overdue").get_data(as_text=True)
    for ending in ("docx", "pdf"):
        assert officer.get(f"/slips/1/{ending}").status_code == 200
    assert "请说明原因" in words_in(officer.get("/slips/export").data)
    unit = as_person(place, "liaison")
    assert "待回复的督办单" in unit.get("/desk").get_data(as_text=True)
    assert unit.post("/slips/1/answer", data={"version": "1", "reply": "因雨停工。"}).status_code == 302
    judged = as_person(place, "officer").post(
        "/slips/1/pass", data={"version": "2", "has_good_reason": "1", "words": "属实"}
    )
    assert judged.status_code == 302
    with app.app_context(), transaction() as session:
        slip = session.get_one(Slip, 1)
        assert (slip.status, slip.has_good_reason) == (SlipStatus.PASSED, True)


def test_a_leader_instructs_the_office_sorts_and_the_unit_answers(app: Flask, place: FlaskClient) -> None:
    leader = as_person(place, "leader")
    assert "批示" in leader.get("/overdue").get_data(as_text=True)
    page = leader.get("/instructions/new?task=1").get_data(as_text=True)
    assert "作出批示" in page and "来源" not in page
    assert leader.post("/instructions/give", data={"task": "1", "words": ""}).status_code == 422
    assert leader.post("/instructions/give", data={"task": "1", "words": "请抓紧。"}).status_code == 302
    officer = as_person(place, "officer")
    assert "待分办的批示" in officer.get("/desk").get_data(as_text=True)
    sorting = {"version": "1", "sort": "handle", "unit": "1"}
    refused = officer.post("/instructions/1/sort", data={**sorting, "reply_by_on": ""})
    assert refused.status_code == 422 and "回复期限" in refused.get_data(as_text=True)
    assert officer.post("/instructions/1/sort", data={**sorting, "reply_by_on": SOON}).status_code == 302
    unit = as_person(place, "unit_head")
    assert "待回复的批示" in unit.get("/desk").get_data(as_text=True)
    answer = {"version": "1", "reply": "已拿出方案。"}
    assert unit.post("/instructions/1/replies/1/answer", data=answer).status_code == 302
    assert as_person(place, "officer").post("/instructions/1/replies/1/pass", data={"version": "2"}).status_code == 302
    with app.app_context(), transaction() as session:
        assert session.get_one(Instruction, 1).status is InstructionStatus.DONE


def test_the_office_enters_what_a_unit_and_a_leader_said(app: Flask, place: FlaskClient) -> None:
    officer = as_person(place, "officer")
    assert "签收" in officer.get("/behalf/duties/2").get_data(as_text=True)
    came = {"source": "phone", "received_on": (TODAY - timedelta(days=2)).isoformat(), "note": "来电"}
    contact = {"contact_name": "周文", "contact_phone": "0599-5510001"}
    nothing = officer.post("/behalf/duties/2/acknowledge", data={**contact, "received_on": came["received_on"]})
    assert nothing.status_code == 422 and "请选择来源" in nothing.get_data(as_text=True)
    scan = {"scan": (io.BytesIO(PDF), "来电记录.pdf")}
    entered = officer.post("/behalf/duties/2/acknowledge", data={**contact, **came, **scan})
    assert entered.status_code == 302
    leader_id = {"leader_id": "3", "words": "请抓紧。", "plan": "1"}
    assert officer.post("/instructions/give", data={**came, **leader_id, "source": "meeting"}).status_code == 302
    with app.app_context(), transaction() as session:
        duty = session.get_one(Assignment, 2)
        assert (duty.state, duty.acknowledged_on) == (AssignmentState.IN_PROGRESS, TODAY - timedelta(days=2))
        entries = session.scalars(select(BehalfEntry).order_by(BehalfEntry.id)).all()
        assert [(entry.unit_id, entry.leader_id) for entry in entries] == [(2, None), (None, 3)]
    page = officer.get("/tasks/1").get_data(as_text=True)
    assert "代录：青岚县政府，电话" in page
    assert officer.get("/behalf/scans/1").data == PDF


def test_a_unit_nobody_signs_in_for_is_called_and_the_call_is_an_urge(app: Flask, place: FlaskClient) -> None:
    officer = as_person(place, "officer")
    page = officer.get("/overdue/calls").get_data(as_text=True)
    assert "青岚县政府" in page and "0599-5510001" in page and "云川市科技局" not in page
    assert "未签收" in page
    for address in ("export", "docx", "pdf"):
        assert officer.get(f"/overdue/calls/{address}").status_code == 200
    assert "周文" in words_in(officer.get("/overdue/calls/export").data)
    call = {"assignment": "2", "channel": "phone", "words": "周文接听，明日签收。"}
    assert officer.post("/urge", data=call).status_code == 302
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Urge)).one().assignment_id == 2
        county = session.get_one(Unit, 2)
        a_user(session, session.get_one(RoleGrant, 1).user.jurisdiction, Role.LIAISON, county, login_name="county")
    assert "青岚县政府" not in officer.get("/overdue/calls").get_data(as_text=True)


def test_a_head_delegates_and_the_keeper_of_rights_sees_it(app: Flask, place: FlaskClient) -> None:
    head = as_person(place, "unit_head")
    with app.app_context(), transaction() as session:
        liaison_id = session.scalars(select(RoleGrant).where(RoleGrant.role == Role.LIAISON)).one().user_id
    wanted = {"role": "unit_head", "user_id": str(liaison_id), "since_on": TODAY.isoformat()}
    assert head.post("/delegations/delegate", data=wanted).status_code == 422
    assert head.post("/delegations/delegate", data={**wanted, "until_on": SOON}).status_code == 302
    assert "收回" in head.get("/delegations").get_data(as_text=True)
    keeper = as_person(place, "security_admin")
    assert "生效中" in keeper.get("/delegations/all").get_data(as_text=True)
    assert Role.UNIT_HEAD.label in words_in(keeper.get("/delegations/all/export").data)
    assert as_person(place, "unit_head").get("/delegations/all").status_code == 403


@pytest.mark.postgres
def test_desks_and_lists_are_the_same_on_postgresql(postgres_app: Flask) -> None:
    postgres_app.config["WTF_CSRF_ENABLED"] = False
    with postgres_app.app_context(), transaction() as session:
        a_place(session, "外市", SECRET)
    for role, shown in (
        (Role.OFFICER, "待审核的督办、批示回复"),
        (Role.LEADER, "我的批示办理情况"),
        (Role.UNIT_HEAD, "待回复的批示"),
    ):
        client = postgres_app.test_client()
        sign_in(client, f"外市{role.value}")
        assert shown in client.get("/desk").get_data(as_text=True)
        for address in ("/slips", "/instructions?overdue=1", "/tasks/1", "/delegations"):
            assert client.get(address).status_code == 200, (role, address)
    assert "督办" in client.get("/slips").get_data(as_text=True)
