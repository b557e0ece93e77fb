"""People, their roles and passwords: what an administrator can do and what nobody can."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.builders import PASSWORD, a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tests.web.sheet_files import workbook
from tracker.core.terms import AssignmentState, Role
from tracker.db import office_date, reading, transaction, utcnow
from tracker.models import Assignment, AuditEvent, Jurisdiction, LeaderLink, RoleGrant, Unit, User
from tracker.services.people import roles_on

SECRET = re.compile(r'<span class="secret">([^<]+)</span>')
HEAD = ("姓名", "登录名", "单位", "职务", "联系电话", "电子邮箱", "角色")


@pytest.fixture
def ids(app: Flask, client: FlaskClient) -> dict[str, int]:
    """A city with an administrator of everything (signed in), a pure system administrator and two liaisons."""
    with app.app_context(), transaction() as session:
        city, other = a_city(session), a_city(session, "外地市")
        science = a_unit(session, city, "市科技局")
        admin = a_user(session, city, Role.SYS_ADMIN, login_name="admin", name="何清")
        session.add(RoleGrant(user_id=admin.id, role=Role.SECURITY_ADMIN, since_on=date(2020, 1, 1)))
        people = {
            "admin": admin,
            "sys": a_user(session, city, Role.SYS_ADMIN, login_name="sys", name="孙系统"),
            "liaison": a_user(session, city, Role.LIAISON, science, login_name="lianluo", name="周越"),
            "second": a_user(session, city, Role.UNIT_HEAD, science, login_name="fuzeren", name="吴局长"),
            "officer": a_user(session, city, Role.OFFICER, login_name="jingban", name="林经办"),
            "audit": a_user(session, city, Role.AUDIT_ADMIN, login_name="shenji", name="郑审计"),
            "foreign": a_user(session, other, Role.OFFICER, login_name="waidi", name="外地人"),
        }
        found = {name: user.id for name, user in people.items()} | {"science": science.id, "city": city.id}
    sign_in(client, "admin")
    return found


def roles(app: Flask, user_id: int, day: date | None = None) -> set[Role]:
    with app.app_context():
        return set(roles_on(reading(), user_id, day or office_date(utcnow())))


def signed_in(app: Flask, name: str) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, name)
    return browser


def count(app: Flask, record: type) -> int:
    with app.app_context():
        return reading().scalar(select(func.count()).select_from(record)) or 0


def upload(client: FlaskClient, rows: list[object]) -> TestResponse:
    return client.post("/people/load", data={"sheet": (io.BytesIO(workbook(rows)), "人员.xlsx")})  # type: ignore[arg-type]


def test_a_new_person_signs_in_with_the_password_shown_once_and_must_change_it(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    fields = {"name": "钱进", "login_name": "QianJin", "unit_id": str(ids["science"]), "email": "qj@example.gov.cn"}
    page = client.post("/people/add", data=fields).get_data(as_text=True)
    login_name, password = SECRET.findall(page)
    newcomer = app.test_client()
    sign_in(newcomer, login_name, password)
    assert newcomer.get("/inbox").headers["Location"] == "/password"
    with app.app_context():
        user = reading().scalars(select(User).where(User.login_name == "qianjin")).one()
        assert password not in client.get(f"/people/{user.id}").get_data(as_text=True)
        stored = [str(event.detail) + event.summary for event in reading().scalars(select(AuditEvent))]
        assert not [text for text in stored if password in text]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"login_name": "a"}, "login_name"),
        ({"login_name": "有 空格"}, "login_name"),
        ({"login_name": "JINGBAN"}, "login_name"),
        ({"login_name": "waidi"}, "login_name"),
        ({"phone": "无"}, "phone"),
        ({"email": "not an address"}, "email"),
        ({"email": "a@b.c\nBcc: x@y.z"}, "email"),
        ({"unit_id": "999999"}, "unit_id"),
    ],
)
def test_a_wrong_person_is_refused_beside_its_field(
    client: FlaskClient, app: Flask, ids: dict[str, int], change: dict[str, str], field: str
) -> None:
    before = count(app, User)
    answer = client.post("/people/add", data={"name": "钱进", "login_name": "qianjin"} | change)
    assert answer.status_code == 422 and f'id="{field}-wrong"' in answer.get_data(as_text=True)
    assert count(app, User) == before


def test_an_edit_is_kept_and_an_outdated_one_is_refused(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    fields = {"name": "周越越", "login_name": "lianluo", "unit_id": str(ids["science"]), "version": "1"}
    assert client.post(f"/people/{ids['liaison']}/edit", data=fields).status_code == 302
    assert "周越越" in client.get("/people?q=周越越").get_data(as_text=True)
    assert client.post(f"/people/{ids['liaison']}/edit", data=fields).status_code == 409


def test_a_reset_password_ends_the_sessions_and_takes_off_the_lock(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    liaison = signed_in(app, "lianluo")
    for _ in range(5):
        app.test_client().post("/sign-in", data={"login_name": "lianluo", "password": "wrong"})
    _, password = SECRET.findall(client.post(f"/people/{ids['liaison']}/reset-password").get_data(as_text=True))
    assert liaison.get("/inbox").headers["Location"].startswith("/sign-in")
    sign_in(app.test_client(), "lianluo", password)


def test_a_locked_person_is_out_at_once_and_an_unlocked_one_may_try_again(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    liaison = signed_in(app, "lianluo")
    assert client.post(f"/people/{ids['liaison']}/lock").status_code == 302
    assert liaison.get("/inbox").headers["Location"].startswith("/sign-in")
    refused = app.test_client().post("/sign-in", data={"login_name": "lianluo", "password": PASSWORD})
    assert refused.status_code == 422 and "已锁定" in client.get("/people").get_data(as_text=True)
    client.post(f"/people/{ids['liaison']}/unlock")
    sign_in(app.test_client(), "lianluo")


def test_nobody_can_grant_lock_reset_or_remove_themselves(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    me = f"/people/{ids['admin']}"
    assert client.post(me + "/roles", data={"role": "audit_admin"}).status_code == 403
    for act in ("/lock", "/reset-password"):
        assert client.post(me + act).status_code == 403
    assert client.post(me + "/hand-over", data={"left_on": "2026-01-01"}).status_code == 403
    assert roles(app, ids["admin"]) == {Role.SYS_ADMIN, Role.SECURITY_ADMIN}


def test_a_system_administrator_without_rights_grants_nothing_and_gets_no_keepers_password(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    system = signed_in(app, "sys")
    assert system.post(f"/people/{ids['liaison']}/roles", data={"role": "officer"}).status_code == 403
    for keeper in ("admin", "audit"):
        assert system.post(f"/people/{ids[keeper]}/reset-password").status_code == 403
    assert system.post(f"/people/{ids['liaison']}/reset-password").status_code == 200
    rows = [HEAD, ["钱进", "qianjin", "", "", "", "", "安全管理员"]]
    answer = upload(system, rows)
    assert answer.status_code == 422 and "角色由安全管理员授予" in answer.get_data(as_text=True)
    left = (office_date(utcnow()) - timedelta(days=1)).isoformat()
    done = system.post(
        f"/people/{ids['liaison']}/hand-over", data={"left_on": left, "successor_id": str(ids["second"])}
    )
    assert done.status_code == 302 and roles(app, ids["second"]) == {Role.UNIT_HEAD}


def test_a_role_is_granted_with_dates_and_taken_back_at_once(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    url = f"/people/{ids['liaison']}/roles"
    assert client.post(url, data={"role": "nonsense"}).status_code == 422
    assert client.post(url, data={"role": "liaison"}).status_code == 422
    wrong_order = {"role": "unit_head", "since_on": "2026-03-02", "until_on": "2026-03-01"}
    assert client.post(url, data=wrong_order).status_code == 422
    delegated = {"role": "unit_head", "since_on": "2026-01-01", "delegated_by_id": str(ids["second"])}
    assert client.post(url, data=delegated | {"delegated_by_id": str(ids["officer"])}).status_code == 422
    assert client.post(url, data=delegated).status_code == 302
    assert roles(app, ids["liaison"]) == {Role.LIAISON, Role.UNIT_HEAD}
    assert "受吴局长委托" in client.get(f"/people/{ids['liaison']}").get_data(as_text=True)
    with app.app_context():
        grant = reading().scalar(select(RoleGrant.id).where(RoleGrant.delegated_by_id.is_not(None)))
    assert client.post(f"/people/roles/{grant}/end").status_code == 302
    assert roles(app, ids["liaison"]) == {Role.LIAISON}
    assert roles(app, ids["liaison"], date(2026, 1, 2)) == {Role.LIAISON, Role.UNIT_HEAD}


def test_a_units_role_needs_a_unit(client: FlaskClient, ids: dict[str, int]) -> None:
    assert client.post(f"/people/{ids['officer']}/roles", data={"role": "liaison"}).status_code == 422


def test_the_last_keeper_of_rights_cannot_go(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    with app.app_context():
        own = reading().scalar(
            select(RoleGrant.id).where(RoleGrant.user_id == ids["admin"], RoleGrant.role == Role.SECURITY_ADMIN)
        )
    refused = client.post(f"/people/roles/{own}/end")
    assert refused.status_code == 409 and "唯一的安全管理员" in refused.get_data(as_text=True)
    system = signed_in(app, "sys")
    assert system.post(f"/people/{ids['admin']}/hand-over", data={"left_on": "2026-01-05"}).status_code == 409


def test_what_a_leaver_held_passes_to_the_successor_on_that_day(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    liaison = signed_in(app, "lianluo")
    with app.app_context(), transaction() as session:
        session.add(LeaderLink(leader_id=ids["liaison"], unit_id=ids["science"], since_on=date(2025, 1, 1)))
    today = office_date(utcnow())
    url = f"/people/{ids['liaison']}/hand-over"
    for wrong in ({"left_on": ""}, {"left_on": str(today), "successor_id": str(ids["officer"])}):
        assert client.post(url, data=wrong).status_code == 422
    fields = {"left_on": today.isoformat(), "successor_id": str(ids["second"])}
    assert client.post(url, data=fields).status_code == 302
    assert roles(app, ids["liaison"]) == set() and roles(app, ids["second"]) == {Role.LIAISON, Role.UNIT_HEAD}
    assert roles(app, ids["second"], today - timedelta(days=1)) == {Role.UNIT_HEAD}
    assert roles(app, ids["liaison"], today - timedelta(days=1)) == {Role.LIAISON}
    assert liaison.get("/inbox").headers["Location"].startswith("/sign-in")
    with app.app_context():
        charges = {link.leader_id: link.until_on for link in reading().scalars(select(LeaderLink))}
        assert charges == {ids["liaison"]: today - timedelta(days=1), ids["second"]: None}


def an_acknowledged_duty(app: Flask, ids: dict[str, int], state: AssignmentState = AssignmentState.IN_PROGRESS) -> int:
    """A task whose lead, the unit, named its liaison as contact; the unit's own entry names the same person."""
    with app.app_context(), transaction() as session:
        city, officer = session.get_one(Jurisdiction, ids["city"]), session.get_one(User, ids["officer"])
        unit = session.get_one(Unit, ids["science"])
        unit.contact_name, unit.contact_phone = "周越", "8800 1234"
        task = a_task(session, a_plan(session, city, officer))
        duty = an_assignment(session, task, unit, state=state, contact_name="周 越", contact_phone="8800 1234")
        return duty.id


def contact_of(app: Flask, duty_id: int) -> tuple[str, str]:
    with app.app_context():
        duty = reading().get_one(Assignment, duty_id)
        return duty.contact_name, duty.contact_phone


def test_a_successor_is_the_contact_of_what_is_open_and_not_of_what_is_done(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(User, ids["second"]).phone = "8800 5678"
    open_duty, done = an_acknowledged_duty(app, ids), an_acknowledged_duty(app, ids, AssignmentState.DONE)
    assert "改为接任人的姓名和电话" in client.get(f"/people/{ids['liaison']}/hand-over").get_data(as_text=True)
    fields = {"left_on": office_date(utcnow()).isoformat(), "successor_id": str(ids["second"])}
    assert client.post(f"/people/{ids['liaison']}/hand-over", data=fields).status_code == 302
    assert contact_of(app, open_duty) == ("吴局长", "8800 5678")
    assert contact_of(app, done) == ("周 越", "8800 1234")
    assert "吴局长" in client.get(f"/units/{ids['science']}").get_data(as_text=True)
    assert "暂无联系人" not in signed_in(app, "jingban").get("/inbox").get_data(as_text=True)


def test_the_office_is_told_when_nobody_succeeds_the_contact(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    duty = an_acknowledged_duty(app, ids)
    fields = {"left_on": office_date(utcnow()).isoformat(), "successor_id": ""}
    assert client.post(f"/people/{ids['liaison']}/hand-over", data=fields).status_code == 302
    assert contact_of(app, duty) == ("", "")
    page = signed_in(app, "jingban").get("/inbox").get_data(as_text=True)
    assert "市科技局1项任务暂无联系人" in page and "建设云川量子产业园" in page and "没有接任人" in page


def test_administrators_roles_never_pass_on_by_themselves(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    fields = {"left_on": office_date(utcnow()).isoformat(), "successor_id": str(ids["officer"])}
    assert client.post(f"/people/{ids['audit']}/hand-over", data=fields).status_code == 302
    assert roles(app, ids["officer"]) == {Role.OFFICER}


def test_a_leaver_can_come_back_without_roles(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    client.post(f"/people/{ids['liaison']}/hand-over", data={"left_on": "2026-01-05"})
    assert "周越" not in client.get("/people").get_data(as_text=True)
    assert "周越" in client.get("/people?status=left").get_data(as_text=True)
    assert client.post(f"/people/{ids['liaison']}/roles", data={"role": "liaison"}).status_code == 422
    assert client.post(f"/people/{ids['liaison']}/return").status_code == 302
    assert roles(app, ids["liaison"]) == set()


def test_people_of_another_jurisdiction_do_not_exist(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    other = f"/people/{ids['foreign']}"
    assert [client.get(other + page).status_code for page in ("", "/edit", "/hand-over")] == [404] * 3
    for act in ("/edit", "/reset-password", "/lock", "/unlock", "/roles", "/hand-over", "/return"):
        fields = {"role": "officer", "left_on": "2026-01-01", "name": "x", "login_name": "xxx"}
        assert client.post(other + act, data=fields).status_code == 404, act
    with app.app_context():
        grant = reading().scalar(select(RoleGrant.id).where(RoleGrant.user_id == ids["foreign"]))
    assert client.post(f"/people/roles/{grant}/end").status_code == 404
    listed = client.get("/people").get_data(as_text=True)
    assert "外地人" not in listed and b"waidi" not in client.get("/people/export").data


def test_people_are_loaded_from_a_sheet_and_the_same_sheet_again_changes_nothing(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    rows = [
        HEAD,
        ["钱进", "QianJin", "市科技局", "科长", 13800001234, "qj@example.gov.cn", "单位联络员、单位负责人"],
        ["周越", "lianluo", "", "", "0571-88001234", "", "单位联络员"],
    ]
    page = upload(client, rows).get_data(as_text=True)
    (password,) = SECRET.findall(page)
    sign_in(app.test_client(), "qianjin", password)
    with app.app_context():
        newcomer = reading().scalars(select(User).where(User.login_name == "qianjin")).one()
        assert newcomer.unit_id == ids["science"] and newcomer.phone == "13800001234"
        assert reading().get_one(User, ids["liaison"]).phone == "0571-88001234"
    assert roles(app, newcomer.id) == {Role.LIAISON, Role.UNIT_HEAD}
    before = [count(app, each) for each in (User, RoleGrant, AuditEvent)]
    again = upload(client, rows).get_data(as_text=True)
    assert not SECRET.findall(again) and [count(app, each) for each in (User, RoleGrant, AuditEvent)] == before


def test_every_wrong_cell_of_a_sheet_of_people_is_named_and_nothing_is_written(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    rows = [
        HEAD,
        ["钱进", "qianjin", "没有的局", "", "", "", "局长"],
        ["", "waidi", "", "", "", "", "单位联络员"],
        ["何清", "admin", "", "", "", "", "审计管理员"],
        ["孙权", "qianjin", "", "", "x", "y", ""],
        ["=1+1", "sunquan", "", "", "", "", ""],
    ]
    before = [count(app, each) for each in (User, RoleGrant, AuditEvent)]
    answer = upload(client, rows)
    page = answer.get_data(as_text=True)
    expected = (
        "没有的局",
        "不是规定的角色",
        "请填写姓名",
        "已被使用",
        "须填写单位",
        "不能给自己授予",
        "重复",
        "格式不对",
        "是公式",
    )
    assert answer.status_code == 422 and not [words for words in expected if words not in page]
    assert [count(app, each) for each in (User, RoleGrant, AuditEvent)] == before


def test_what_is_exported_can_be_loaded_and_changes_nothing(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    before = [count(app, each) for each in (User, RoleGrant, AuditEvent)]
    data = client.get("/people/export").data
    answer = client.post("/people/load", data={"sheet": (io.BytesIO(data), "人员.xlsx")})
    assert answer.status_code == 200 and [count(app, each) for each in (User, RoleGrant, AuditEvent)] == before
