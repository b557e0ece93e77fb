"""Institutional reform through its page: renamed, merged, dissolved units, and what they still owe."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tracker.core.names import with_former
from tracker.core.terms import (
    AssignmentState,
    DutyRole,
    RequestStatus,
    Role,
    SlipForm,
    SlipLevel,
    SlipStatus,
    TaskState,
)
from tracker.db import office_date, reading, transaction, utcnow
from tracker.models import (
    Assignment,
    AssignmentHistory,
    ExtensionRequest,
    LeaderLink,
    RoleGrant,
    Slip,
    Unit,
    UnitGroup,
    UnitGroupMember,
    User,
)
from tracker.services.lights import refresh_lights

BASIS = "云川市机构改革方案（云委发〔2026〕3号）"
BIG_DATA, SCIENCE = "市大数据局", "市科技局"


@pytest.fixture
def ids(app: Flask, client: FlaskClient) -> dict[str, int]:
    """Two units with people; the one to be reformed leads two tasks, answers in a third and has a draft's duty."""
    with app.app_context(), transaction() as session:
        city = a_city(session)
        old, new = a_unit(session, city, BIG_DATA), a_unit(session, city, SCIENCE)
        new.contact_name, new.contact_phone = "周越", "8800 1234"
        officer = a_user(session, city, Role.OFFICER, login_name="jingban")
        admin = a_user(session, city, Role.SYS_ADMIN, login_name="admin")
        leader = a_user(session, city, Role.LEADER, login_name="leader")
        person = a_user(session, city, Role.LIAISON, old, login_name="old", name="吴数据")
        a_user(session, city, Role.LIAISON, new, login_name="new")
        group = UnitGroup(jurisdiction_id=city.id, name="成员单位")
        session.add(group)
        session.flush()
        session.add(UnitGroupMember(group_id=group.id, unit_id=old.id, since_on=date(2020, 1, 1)))
        session.add(LeaderLink(leader_id=leader.id, unit_id=old.id, since_on=date(2020, 1, 1)))
        plan = a_plan(session, city, officer)
        tasks = {
            "alone": a_task(session, plan, title="建设算力中心", position=1),
            "both": a_task(session, plan, title="开放公共数据", position=2),
            "done": a_task(session, plan, title="编制数据目录", position=3),
            "draft": a_task(session, plan, title="谋划下一步", position=4, state=TaskState.DRAFT, issued_on=None),
        }
        figures = {"percent": 60, "last_filed_on": date(2026, 3, 1), "acknowledged_on": date(2026, 1, 6)}
        an_assignment(session, tasks["alone"], old, **figures, contact_name="吴数据", extensions=1)
        an_assignment(session, tasks["both"], old, **figures)
        partner = {"state": AssignmentState.ISSUED, "percent": None, "contact_name": "周越"}
        an_assignment(session, tasks["both"], new, DutyRole.COOPERATING, **partner)
        an_assignment(session, tasks["done"], old, DutyRole.RESPONSIBLE, state=AssignmentState.DONE)
        an_assignment(session, tasks["draft"], old, state=AssignmentState.PLANNED, issued_on=None)
        refresh_lights(session, list(tasks.values()), now=utcnow() - timedelta(days=1))
        found = {"old": old.id, "new": new.id, "officer": officer.id, "admin": admin.id, "person": person.id}
        found |= {name: task.id for name, task in tasks.items()} | {"group": group.id}
    sign_in(client, "jingban")
    return found


def today() -> date:
    return office_date(utcnow())


def typed(ids: dict[str, int], **changes: str) -> dict[str, str]:
    fields = {"kind": "merged", "on": today().isoformat(), "basis": BASIS, "successor_id": str(ids["new"])}
    return {**fields, "version": "1", **changes}


def duties(app: Flask, unit_id: int) -> dict[int, Any]:
    with app.app_context():
        found = {
            duty.task_id: duty for duty in reading().scalars(select(Assignment).where(Assignment.unit_id == unit_id))
        }
        reading().expunge_all()
        return found


def test_a_merged_units_open_duties_pass_on_with_their_figures_and_its_history_stays(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    assert "未了结的责任分工 3 项" in client.get(f"/units/{ids['old']}/reform").get_data(as_text=True)
    page = client.post(f"/units/{ids['old']}/reform", data=typed(ids), follow_redirects=True).get_data(as_text=True)
    assert "3 项未了结的责任分工已转给承接单位，其中 1 项与承接单位原有的分工合并" in page
    assert "撤销" in page and BASIS in page and f"由{SCIENCE}承接" in page
    old, new = duties(app, ids["old"]), duties(app, ids["new"])
    waived = {"alone": AssignmentState.WAIVED, "both": AssignmentState.WAIVED, "done": AssignmentState.DONE}
    assert {task_id: duty.state for task_id, duty in old.items()} == {
        ids[name]: state for name, state in waived.items()
    }
    taken = new[ids["alone"]]
    assert (taken.role, taken.is_first_lead, taken.percent, taken.extensions) == (DutyRole.LEAD, True, 60, 1)
    assert (taken.state, taken.contact_name) == (AssignmentState.IN_PROGRESS, "周越")
    assert taken.taken_from_id == old[ids["alone"]].id and taken.near_on is not None
    assert new[ids["draft"]].state is AssignmentState.PLANNED and ids["done"] not in new
    with app.app_context():
        history = select(AssignmentHistory).where(AssignmentHistory.assignment_id == old[ids["alone"]].id)
        states = [row.state for row in reading().scalars(history.order_by(AssignmentHistory.id))]
    assert states == [AssignmentState.IN_PROGRESS, AssignmentState.WAIVED]


def test_of_two_duties_in_one_task_the_stronger_role_wins(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    client.post(f"/units/{ids['old']}/reform", data=typed(ids))
    both = duties(app, ids["new"])[ids["both"]]
    assert (both.role, both.is_first_lead, both.percent) == (DutyRole.LEAD, True, 60)
    assert (both.state, both.contact_name) == (AssignmentState.IN_PROGRESS, "周越")
    # The other way round the lead keeps what it has.
    client.post(f"/units/{ids['old']}/restore")
    with app.app_context(), transaction() as session:
        task = session.get_one(Assignment, both.id).task
        older = next(duty for duty in task.assignments if duty.unit_id == ids["old"])
        older.role, older.is_first_lead, older.state = DutyRole.COOPERATING, False, AssignmentState.ISSUED
        version = str(session.get_one(Unit, ids["old"]).version)
    client.post(f"/units/{ids['old']}/reform", data=typed(ids, version=version))
    kept = duties(app, ids["new"])[ids["both"]]
    assert (kept.role, kept.percent, kept.state) == (DutyRole.LEAD, 60, AssignmentState.IN_PROGRESS)


def test_everybody_concerned_is_told_once_and_the_unit_leaves_lists_groups_and_charges(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    client.post(f"/units/{ids['old']}/reform", data=typed(ids))
    new = app.test_client()
    sign_in(new, "new")
    page = new.get("/inbox").get_data(as_text=True)
    assert page.count('<li class="message') == 1 and f"{BIG_DATA}的职责自" in page and "建设算力中心" in page
    assert BIG_DATA not in client.get("/units").get_data(as_text=True)
    assert BIG_DATA in client.get("/units?status=ended").get_data(as_text=True)
    with app.app_context():
        session = reading()
        assert session.scalars(select(UnitGroupMember.until_on)).one() == today()
        assert session.scalars(select(LeaderLink.until_on)).one() == today() - timedelta(days=1)
    assert client.post(f"/units/{ids['old']}/restore").status_code == 302
    assert BIG_DATA in client.get("/units").get_data(as_text=True)


def test_people_move_along_when_asked(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    person = app.test_client()
    sign_in(person, "old")
    client.post(f"/units/{ids['old']}/reform", data=typed(ids, moves_people="1"))
    assert person.get("/inbox").headers["Location"].startswith("/sign-in")
    sign_in(person, "old")
    assert "建设算力中心" in person.get("/plans/1").get_data(as_text=True)
    with app.app_context():
        assert reading().get_one(User, ids["person"]).unit_id == ids["new"]
        assert reading().scalars(select(RoleGrant.role).where(RoleGrant.user_id == ids["person"])).all() == [
            Role.LIAISON
        ]


def test_what_is_still_to_be_decided_or_answered_passes_on_too(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context(), transaction() as session:
        duty = session.scalars(select(Assignment).where(Assignment.task_id == ids["alone"])).one()
        place = {"assignment_id": duty.id, "task_id": duty.task_id, "jurisdiction_id": duty.jurisdiction_id}
        asked = {
            "asked_by_id": ids["person"],
            "asked_at": utcnow(),
            "asked_on": today(),
            "reason": "x",
            "progress": "x",
        }
        dates = {"from_due_on": date(2026, 12, 31), "proposed_due_on": date(2027, 3, 31)}
        for status in (RequestStatus.REFUSED, RequestStatus.ASKED):
            session.add(ExtensionRequest(**place, **asked, **dates, status=status))
        for number, status in (("1", SlipStatus.PASSED), ("2", SlipStatus.ISSUED)):
            paper = {"number": number, "form": SlipForm.SLIP, "level": SlipLevel.BLUE, "basis": "x", "demand": "x"}
            issued = {
                "issued_on": today(),
                "reply_by_on": today(),
                "issued_by_id": ids["officer"],
                "issued_at": utcnow(),
            }
            session.add(Slip(**place, **paper, **issued, status=status))
    client.post(f"/units/{ids['old']}/reform", data=typed(ids))
    with app.app_context():
        for record in (ExtensionRequest, Slip):
            owners = [each.assignment.unit_id for each in reading().scalars(select(record).order_by(record.id))]
            assert owners == [ids["old"], ids["new"]], record


def test_a_renamed_unit_keeps_its_duties_and_its_old_name_is_still_known(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    fields = typed(ids, kind="renamed", name="市数据管理局", successor_id="")
    page = client.post(f"/units/{ids['old']}/reform", data=fields, follow_redirects=True).get_data(as_text=True)
    assert f"市数据管理局（原{BIG_DATA}）" in page and "曾用名" in page
    assert len(duties(app, ids["old"])) == 4
    assert client.post("/units/add", data={"name": BIG_DATA, "kind": "department"}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": ""}, "请选择改革方式"),
        ({"on": ""}, "请填写日期"),
        ({"on": "2099-01-01"}, "还没有到这一天"),
        ({"basis": ""}, "请填写依据"),
        ({"successor_id": ""}, "请选择本辖区另一个在用的单位"),
        ({"successor_id": "self"}, "请选择本辖区另一个在用的单位"),
        ({"successor_id": "999"}, "请选择本辖区另一个在用的单位"),
        ({"kind": "dissolved", "successor_id": ""}, "还有 3 项未了结的责任分工"),
        ({"kind": "renamed", "name": BIG_DATA}, "新名称与现用名称相同"),
        ({"kind": "renamed", "name": SCIENCE}, "已在单位库中"),
        ({"kind": "renamed", "name": ""}, "请填写名称"),
    ],
)
def test_a_wrong_reform_is_refused_in_words_and_changes_nothing(
    client: FlaskClient, app: Flask, ids: dict[str, int], changes: dict[str, str], words: str
) -> None:
    changes = {name: str(ids["old"]) if value == "self" else value for name, value in changes.items()}
    answer = client.post(f"/units/{ids['old']}/reform", data=typed(ids, **changes))
    assert answer.status_code == 422 and words in answer.get_data(as_text=True)
    assert len(duties(app, ids["new"])) == 1
    assert f"<h1>{BIG_DATA}</h1>" in client.get(f"/units/{ids['old']}").get_data(as_text=True)


def test_only_the_office_passes_duties_on_and_a_stale_form_is_refused(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    admin = app.test_client()
    sign_in(admin, "admin")
    assert admin.post(f"/units/{ids['old']}/reform", data=typed(ids)).status_code == 403
    assert client.post(f"/units/{ids['old']}/reform", data=typed(ids, version="7")).status_code == 409
    assert len(duties(app, ids["new"])) == 1


def test_a_dissolved_unit_that_owes_nothing_needs_no_successor(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    assert client.post(f"/units/{ids['old']}/reform", data=typed(ids)).status_code == 302
    spare = typed(ids, kind="dissolved", successor_id="")
    with app.app_context(), transaction() as session:
        unit_id = a_unit(session, session.get_one(User, ids["officer"]).jurisdiction, "市临时办").id
    page = client.post(f"/units/{unit_id}/reform", data=spare, follow_redirects=True).get_data(as_text=True)
    assert "没有承接单位" in page and "恢复使用" in page
    again = client.post(f"/units/{unit_id}/reform", data=spare | {"version": "2"})
    assert again.status_code == 422 and "已于" in again.get_data(as_text=True)


def test_a_paper_names_a_unit_as_it_was_called_when_the_matter_began() -> None:
    former = [("市信息办", date(2020, 1, 1)), ("市大数据局", date(2026, 3, 1))]
    assert with_former("市数据局", former, date(2019, 5, 1)) == "市数据局（原市信息办）"
    assert with_former("市数据局", former, date(2026, 2, 28)) == "市数据局（原市大数据局）"
    assert with_former("市数据局", former, date(2026, 3, 1)) == "市数据局"
