"""Who sees what: every route is tried with the ids of another place, of another unit, and of another county's share.

The secrets are the first records of their kinds, and `rules` fills every address with the first id: so a new route is
tried as soon as it exists.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import NOW, a_city, a_plan, a_task, a_unit, a_user, an_assignment, digest, sign_in
from tests.web.test_every_route import LEAVING, rules
from tracker.core.actions import Action
from tracker.core.terms import (
    BehalfSource,
    DutyRole,
    FilingStatus,
    InstructionSort,
    InstructionStatus,
    ReplyStatus,
    ReportStatus,
    RequestStatus,
    Role,
    SlipForm,
    SlipLevel,
    SlipStatus,
    UnitKind,
    UrgeChannel,
)
from tracker.db import db, reading, transaction
from tracker.models import (
    AdjustmentRequest,
    Assignment,
    Attachment,
    BehalfEntry,
    ExtensionRequest,
    Filing,
    Instruction,
    InstructionReply,
    Jurisdiction,
    ProgressReport,
    Slip,
    StoredFile,
    Unit,
    Urge,
    User,
)

SECRET = "绝密事由"
ASKED = f"?q={SECRET}&unit=1&plan=1&task=1&leader=1&light=late&assignment=1&status=open"
FORM = dict.fromkeys(("unit", "user_id", "leader_id", "assignment", "task", "plan", "version", "successor_id"), "1")
FORM |= {"words": "改动", "reason": "改动", "reply": "改动", "progress": "改动", "report": "改动", "demand": "改动"}
FORM |= {"reason_code": "other", "sort": "handle", "reply_by_on": "2099-01-04", "source": "phone", "basis": "改动"}
FORM |= {"since_on": "2099-01-04", "until_on": "2099-02-04", "role": "officer", "has_good_reason": "1"}


def secrets_of(session: Session, duty: Assignment, person: User, leader: User) -> None:
    """Everything that may hang on one duty, each with the secret in its words."""
    place, data = {"jurisdiction_id": duty.jurisdiction_id}, f"%PDF-1.7 {SECRET}".encode()
    session.add(StoredFile(sha256=digest(data), size_bytes=len(data), content_type="application/pdf", data=data))
    signed = {"handed_by_id": person.id, "handed_at": NOW, "signed_by_id": person.id, "signed_at": NOW}
    filing = Filing(unit_id=duty.unit_id, period="2026-03", status=FilingStatus.SIGNED, **signed, **place)
    session.add(filing)
    session.flush()
    author = {"filed_by_id": person.id, "filed_at": NOW, "filing_id": filing.id}
    report = ProgressReport(
        assignment=duty, period="2026-03", status=ReportStatus.SUBMITTED, progress=SECRET, **author, **place
    )
    session.add(report)
    session.flush()
    file = {"sha256": digest(data), "filename": f"{SECRET}.pdf"}
    of_duty = {"task_id": duty.task_id, "assignment_id": duty.id}
    session.add(Attachment(**of_duty, report_id=report.id, uploaded_by_id=person.id, uploaded_at=NOW, **file))
    session.add(
        Urge(assignment_id=duty.id, channel=UrgeChannel.PHONE, words=SECRET, urged_by_id=person.id, urged_at=NOW)
    )
    asked = {"status": RequestStatus.ASKED, "asked_by_id": person.id, "asked_at": NOW, "reason": SECRET, **place}
    dates = {"from_due_on": date(2026, 12, 31), "proposed_due_on": date(2027, 3, 31), "asked_on": date(2026, 3, 10)}
    session.add(ExtensionRequest(**of_duty, **asked, **dates, progress=SECRET))
    session.add(AdjustmentRequest(assignment_id=duty.id, asked_on=date(2026, 3, 10), **asked))
    slip = Slip(
        **{**of_duty, **place, "number": f"督办〔2026〕{duty.id}号", "form": SlipForm.SLIP, "level": SlipLevel.BLUE},
        **{"status": SlipStatus.ANSWERED, "basis": SECRET, "demand": SECRET, "reply": SECRET, "issued_at": NOW},
        **{"issued_on": date(2026, 3, 10), "reply_by_on": date(2026, 3, 17), "issued_by_id": person.id},
    )
    instruction = Instruction(
        **{**place, "task_id": duty.task_id, "leader_id": leader.id, "text": SECRET, "given_on": date(2026, 3, 10)},
        **{"entered_by_id": leader.id, "entered_at": NOW, "status": InstructionStatus.OWED},
        **{"sort": InstructionSort.HANDLE, "reply_by_on": date(2026, 3, 20)},
    )
    session.add_all([slip, instruction])
    session.flush()
    session.add(InstructionReply(instruction=instruction, unit_id=duty.unit_id, status=ReplyStatus.OWED, reply=SECRET))
    session.add(
        BehalfEntry(
            **{**place, "action": Action.ANSWER_SLIP.value, "subject_type": "Slip", "subject_id": slip.id},
            **{"task_id": duty.task_id, "unit_id": duty.unit_id, "source": BehalfSource.STAMPED, "note": SECRET},
            **{"received_on": date(2026, 3, 10), "entered_by_id": person.id, "entered_at": NOW, **file},
        )
    )


def a_place(session: Session, name: str, words: str) -> tuple[Jurisdiction, Unit, dict[Role, User]]:
    """A city with a unit, one person of every role, and a plan with a task of these words."""
    city = a_city(session, name, words)
    unit = a_unit(session, city, f"{words}局")
    of_unit = (Role.LIAISON, Role.UNIT_HEAD)
    users = {
        role: a_user(
            session, city, role, unit if role in of_unit else None, login_name=f"{name}{role.value}", name=f"{words}人"
        )
        for role in Role
    }
    plan = a_plan(session, city, users[Role.OFFICER], title=f"{words}方案", doc_no=f"{words}号")
    task = a_task(session, plan, title=f"{words}任务", text=f"{words}任务。")
    duty = an_assignment(session, task, unit)
    secrets_of(session, duty, users[Role.LIAISON], users[Role.LEADER]) if words == SECRET else None
    return city, unit, users


@pytest.fixture
def places(app: Flask) -> Flask:
    """Two cities that have nothing to do with one another; the first holds the secrets."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), transaction() as session:
        a_place(session, "外市", SECRET)
        a_place(session, "本市", "寻常")
    return app


def words_in(data: bytes) -> str:
    """The words of an answer, those inside an Office file too."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def contents(app: Flask, city_id: int) -> dict[str, list[Any]]:
    """Every row that belongs to a city."""
    with app.app_context():
        tables = [table for table in db.metadata.sorted_tables if "jurisdiction_id" in table.c]
        query = 'SELECT * FROM "{}" WHERE jurisdiction_id = :city ORDER BY 1'
        return {
            table.name: [tuple(row) for row in reading().execute(text(query.format(table.name)), {"city": city_id})]
            for table in tables
            if table.name != "audit_event"
        }


def tells(client: FlaskClient, app: Flask, *, posts: bool) -> list[tuple[str, str]]:
    """The routes that tell the secret to whoever is signed in, or that end in a fault."""
    found = []
    for rule, address, method in rules(app):
        if rule.endpoint == LEAVING or (method == "POST" and not posts):
            continue
        answers = (
            [client.get(address), client.get(address + ASKED)]
            if method == "GET"
            else [client.open(address, method=method, data=FORM)]
        )
        for answer in answers:
            # What somebody typed into the search box comes back to them.
            shown = words_in(answer.data).replace(f'value="{SECRET}"', "").replace(f"“{SECRET}”", "")
            shown = shown.replace(f"筛选：{SECRET}", "").replace(f"{SECRET}、", "")
            if SECRET in shown or answer.status_code >= 500:
                found.append((rule.endpoint, f"{method} {answer.status_code}"))
    return found


@pytest.mark.parametrize("role", [Role.OFFICER, Role.OFFICE_HEAD, Role.LEADER, Role.UNIT_HEAD, Role.SECURITY_ADMIN])
def test_nobody_reaches_anything_of_another_place(places: Flask, client: FlaskClient, role: Role) -> None:
    before = contents(places, 1)
    sign_in(client, f"本市{role.value}")
    assert tells(client, places, posts=True) == []
    assert contents(places, 1) == before
    assert client.get("/password").status_code == 200, "the walk ended early: somebody was signed out on the way"


def test_the_walk_would_tell_what_is_not_hidden(places: Flask, client: FlaskClient) -> None:
    sign_in(client, "外市officer")
    told = {endpoint for endpoint, _ in tells(client, places, posts=False)}
    assert {"tasks.detail", "slips.detail", "slips.index", "slips.export", "instructions.detail"} <= told
    assert {"instructions.export", "search.index", "behalf.scan", "tasks.file", "plans.detail"} <= told


def test_a_unit_reaches_nothing_of_a_task_it_has_no_part_in(places: Flask, client: FlaskClient) -> None:
    with places.app_context(), transaction() as session:
        city = session.get_one(Jurisdiction, 1)
        a_user(session, city, Role.UNIT_HEAD, a_unit(session, city, "旁观局"), login_name="旁观", name="旁观")
    sign_in(client, "旁观")
    words = {endpoint for endpoint, _ in tells(client, places, posts=False)}
    # Its own colleagues' office is called so in the masthead of every page.
    assert not words & {"tasks.detail", "slips.detail", "instructions.detail", "behalf.scan", "tasks.file"}
    for address in ("/tasks/1", "/slips/1", "/instructions/1", "/behalf/scans/1", "/tasks/1/files/1", "/plans/1"):
        assert client.get(address).status_code == 404, address
    for address in ("/slips", "/instructions", "/plans", f"/search?q={SECRET}"):
        assert "共 0" in (page := client.get(address).get_data(as_text=True)) or "没有" in page, address


def test_a_county_sees_its_own_share_and_the_lead_but_nothing_of_other_counties(
    app: Flask, client: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), transaction() as session:
        city = a_city(session)
        other, own = (a_unit(session, city, name, UnitKind.COUNTY) for name in ("石桥县政府", "青岚县政府"))
        lead = a_unit(session, city, "云川市科技局")
        officer, leader = a_user(session, city, Role.OFFICER), a_user(session, city, Role.LEADER)
        heads = {
            unit.name: a_user(session, city, Role.UNIT_HEAD, unit, login_name=unit.name) for unit in (other, own, lead)
        }
        task = a_task(session, a_plan(session, city, officer))
        hidden = an_assignment(session, task, other, DutyRole.RESPONSIBLE, contact_name=SECRET)
        an_assignment(session, task, own, DutyRole.RESPONSIBLE)
        an_assignment(session, task, lead)
        secrets_of(session, hidden, heads[other.name], leader)
    sign_in(client, "青岚县政府")
    assert tells(client, app, posts=False) == []
    page = client.get("/tasks/1").get_data(as_text=True)
    assert "青岚县政府" in page and "云川市科技局" in page and "石桥县政府" not in page
    assert "石桥县政府" not in client.get("/plans/1?view=matrix").get_data(as_text=True)
    assert client.get("/tasks/1/files/1").status_code == 404
    client.post("/sign-out")
    for name in ("石桥县政府", "云川市科技局"):
        sign_in(client, name)
        assert SECRET in client.get("/tasks/1").get_data(as_text=True), name
        client.post("/sign-out")
