"""Units and groups: what can be entered, what is refused, who may."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.builders import a_city, a_unit, a_user, sign_in
from tests.web.sheet_files import HEAD, workbook
from tracker.core.terms import JurisdictionLevel, Role, UnitKind
from tracker.db import reading, transaction
from tracker.models import AuditEvent, Jurisdiction, LeaderLink, Unit, UnitAlias, UnitGroup, UnitGroupMember, UnitName
from tracker.services.groups import members_on


@pytest.fixture
def ids(app: Flask, client: FlaskClient) -> dict[str, int]:
    """A city with two units, a group, a leader; another city with a unit; an officer of the first is signed in."""
    with app.app_context(), transaction() as session:
        city, other = a_city(session), a_city(session, "外地市")
        science, finance = a_unit(session, city, "市科技局"), a_unit(session, city, "市财政局")
        foreign = a_unit(session, other, "外地市财政局")
        group = UnitGroup(jurisdiction_id=city.id, name="各县(市、区)政府")
        strange = UnitGroup(jurisdiction_id=other.id, name="外地组")
        session.add_all([group, strange])
        a_user(session, city, Role.OFFICER, login_name="jingban")
        leader = a_user(session, city, Role.LEADER, login_name="leader", name="陈副市长")
        a_user(session, city, Role.LIAISON, science, login_name="lianluo")
        session.flush()
        session.add(UnitAlias(jurisdiction_id=other.id, printed="外财", unit_id=foreign.id))
        session.flush()
        records = {"science": science, "finance": finance, "foreign": foreign, "group": group, "strange": strange}
        found = {name: record.id for name, record in records.items()} | {"leader": leader.id, "city": city.id}
    sign_in(client, "jingban")
    return found


def upload(client: FlaskClient, data: bytes) -> TestResponse:
    return client.post("/units/load", data={"sheet": (io.BytesIO(data), "单位.xlsx")})


def count(app: Flask, record: type) -> int:
    with app.app_context():
        return reading().scalar(select(func.count()).select_from(record)) or 0


def test_a_unit_is_added_listed_and_found_by_its_alias(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    fields = {"name": "云川市 水务局", "kind": "department", "contact_phone": "0571-8800 1234转5"}
    assert client.post("/units/add", data=fields).status_code == 302
    with app.app_context():
        unit_id = reading().scalar(select(Unit.id).where(Unit.name == "云川市水务局"))
    assert client.post(f"/units/{unit_id}/aliases", data={"alias": "市水务局"}).status_code == 302
    page = client.get("/units?q=市水务").get_data(as_text=True)
    assert "云川市水务局" in page and "共 1 个" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "市科技局"}, "name"),
        ({"name": "各县（市、区）政府"}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"kind": "nonsense"}, "kind"),
        ({"contact_phone": "call me"}, "contact_phone"),
        ({"contact_phone": "=1+2345"}, "contact_phone"),
        ({"contact_name": "长" * 41}, "contact_name"),
    ],
)
def test_a_wrong_unit_is_refused_beside_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, app: Flask, ids: dict[str, int], change: dict[str, str], field: str
) -> None:
    before = count(app, Unit)
    answer = client.post("/units/add", data={"name": "市水务局", "kind": "department", "contact_name": "周越"} | change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and f'id="{field}-wrong"' in page and count(app, Unit) == before
    assert "周越" in page or "contact_name" in change


def test_a_parent_of_another_jurisdiction_and_a_circle_are_refused(client: FlaskClient, ids: dict[str, int]) -> None:
    fields = {"name": "市水务局", "kind": "department", "parent_id": str(ids["foreign"])}
    assert client.post("/units/add", data=fields).status_code == 422
    edit = {"name": "市科技局", "kind": "department", "version": "1", "parent_id": str(ids["science"])}
    assert client.post(f"/units/{ids['science']}/edit", data=edit).status_code == 422


def test_a_renamed_unit_keeps_its_former_name_and_a_corrected_one_does_not(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    url = f"/units/{ids['science']}/edit"
    corrected = {"name": "市科学技术局", "kind": "department", "version": "1", "change": "corrected"}
    assert client.post(url, data=corrected | {"change": ""}).status_code == 422
    assert client.post(url, data=corrected).status_code == 302 and count(app, UnitName) == 0
    renamed = {"name": "市科技创新局", "kind": "department", "version": "2", "change": "renamed"}
    assert client.post(url, data=renamed).status_code == 422
    assert client.post(url, data=renamed | {"renamed_on": "2026-03-01"}).status_code == 302
    page = client.get(f"/units/{ids['science']}").get_data(as_text=True)
    assert "市科学技术局（至 2026年3月1日）" in page


def test_a_form_opened_before_somebody_else_saved_is_refused(client: FlaskClient, ids: dict[str, int]) -> None:
    fields = {"name": "市科技局", "kind": "department", "version": "1", "contact_name": "甲"}
    assert client.post(f"/units/{ids['science']}/edit", data=fields).status_code == 302
    assert client.post(f"/units/{ids['science']}/edit", data=fields | {"contact_name": "乙"}).status_code == 409
    assert client.post(f"/units/{ids['science']}/edit", data=fields | {"version": "x"}).status_code == 409


def test_an_alias_of_another_unit_is_refused_and_its_own_name_is_none(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    url = f"/units/{ids['science']}/aliases"
    assert client.post(url, data={"alias": "市财政局"}).status_code == 422
    assert client.post(url, data={"alias": "各县(市、区)政府"}).status_code == 422
    assert client.post(url, data={"alias": ""}).status_code == 422
    assert client.post(url, data={"alias": "市科技局"}).status_code == 302 and count(app, UnitAlias) == 1


def test_units_and_groups_of_another_jurisdiction_do_not_exist(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    with app.app_context():
        alias_id = reading().scalar(select(UnitAlias.id).where(UnitAlias.printed == "外财"))
    for path in (f"/units/{ids['foreign']}", f"/units/{ids['foreign']}/edit", f"/groups/{ids['strange']}"):
        assert client.get(path).status_code == 404, path
    posts = {
        f"/units/{ids['foreign']}/edit": {"name": "x", "kind": "department", "version": "1"},
        f"/units/{ids['foreign']}/reform": {"kind": "dissolved", "on": "2026-01-01", "basis": "x", "version": "1"},
        f"/units/{ids['foreign']}/restore": {},
        f"/units/{ids['foreign']}/aliases": {"alias": "x"},
        f"/units/{ids['foreign']}/charges": {"leader_id": str(ids["leader"])},
        f"/units/aliases/{alias_id}/remove": {},
        f"/groups/{ids['strange']}/members": {"unit_ids": str(ids["science"])},
        f"/groups/{ids['strange']}/rename": {"name": "x", "version": "1"},
    }
    for path, fields in posts.items():
        assert client.post(path, data=fields).status_code == 404, path
    listed = client.get("/units").get_data(as_text=True) + client.get("/groups").get_data(as_text=True)
    assert "外地" not in listed and count(app, AuditEvent) == 1
    assert client.get("/units/99999999999999999999").status_code == 404


def test_a_group_has_members_from_a_day_until_a_day(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    url = f"/groups/{ids['group']}/members"
    assert client.post(url, data={}).status_code == 422
    assert client.post(url, data={"unit_ids": [str(ids["foreign"])]}).status_code == 422
    wanted = {"unit_ids": [str(ids["science"]), str(ids["finance"])], "since_on": "2026-01-05"}
    assert client.post(url, data=wanted).status_code == 302 and client.post(url, data=wanted).status_code == 302
    assert count(app, UnitGroupMember) == 2
    with app.app_context():
        member = reading().scalars(select(UnitGroupMember.id)).first()
    assert client.post(f"/groups/members/{member}/end").status_code == 302
    with app.app_context():
        now = members_on(reading(), [ids["group"]], date(2099, 1, 1))[ids["group"]]
        then = members_on(reading(), [ids["group"]], date(2026, 1, 6))[ids["group"]]
        assert [unit.name for unit in now] == ["市财政局"] and len(then) == 2


def test_a_leader_has_charge_of_a_unit_once_and_only_a_leader(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    url = f"/units/{ids['science']}/charges"
    assert client.post(url, data={"leader_id": "1"}).status_code == 422
    assert client.post(url, data={"leader_id": str(ids["leader"]), "since_on": "2026-01-05"}).status_code == 302
    assert client.post(url, data={"leader_id": str(ids["leader"])}).status_code == 422
    assert "陈副市长" in client.get(f"/units/{ids['science']}").get_data(as_text=True)
    with app.app_context():
        charge = reading().scalar(select(LeaderLink.id))
    assert client.post(f"/units/charges/{charge}/end").status_code == 302
    with app.app_context():
        assert reading().scalar(select(LeaderLink.until_on)) is not None


SHEET = [
    HEAD,
    ["青岚县政府", "县(市、区)政府", "青岚县、青岚县人民政府", "", "周越", 57188001234, "各县(市、区)政府"],
    ["溪口区政府", "", "溪口区", "", "", "", "各县（市、区）政府；领导小组成员单位"],
    ["市科技局", "部门", "", "", "林知远", "0571-8800", "领导小组成员单位"],
    ["市科技信息中心", "事业单位", "", "市科技局", "", "", ""],
]


def test_a_sheet_is_loaded_whole_and_the_same_sheet_again_changes_nothing(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    page = upload(client, workbook(SHEET)).get_data(as_text=True)
    assert "青岚县政府、溪口区政府、市科技信息中心" in page
    with app.app_context():
        qinglan = reading().scalars(select(Unit).where(Unit.name == "溪口区政府")).one()
        centre = reading().scalars(select(Unit).where(Unit.name == "市科技信息中心")).one()
        assert qinglan.kind is UnitKind.COUNTY and centre.parent_id == ids["science"]
        assert len(members_on(reading(), [ids["group"]], date(2099, 1, 1))[ids["group"]]) == 2
    counts = [count(app, each) for each in (Unit, UnitAlias, UnitGroup, UnitGroupMember, AuditEvent)]
    again = upload(client, workbook(SHEET)).get_data(as_text=True)
    assert "没有变化" in again and "新增</h2>" not in again and "修改</h2>" not in again
    assert counts == [count(app, each) for each in (Unit, UnitAlias, UnitGroup, UnitGroupMember, AuditEvent)]


def test_what_is_exported_can_be_loaded_and_changes_nothing(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    upload(client, workbook(SHEET))
    before = count(app, AuditEvent)
    answer = upload(client, client.get("/units/export").data)
    assert answer.status_code == 200 and count(app, AuditEvent) == before


def test_every_wrong_cell_is_named_and_nothing_is_written(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    rows = [
        HEAD,
        ["青岚县政府", "县级", "市财政局", "没有的单位", "", "不是电话", ""],
        ["", "部门", "", "", "周越", "", ""],
        ["青岚县政府", "", "", "", "", "", "市科技局"],
        ["溪口区政府", "", '="x"', "", "", "", ""],
    ]
    before = count(app, Unit), count(app, AuditEvent)
    answer = upload(client, workbook(rows))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and (count(app, Unit), count(app, AuditEvent)) == before
    for words in (
        "第 2 行",
        "不是规定的类别",
        "没有的单位",
        "联系电话只能",
        "第 3 行",
        "请填写名称",
        "与第 2 行重复",
        "不能作单位组",
        "是公式",
    ):
        assert words in page, words


def test_a_taken_alias_and_a_circle_of_parents_are_found_before_anything_is_kept(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    before = count(app, Unit)
    alias = upload(client, workbook([HEAD, ["市水务局", "", "市财政局", "", "", "", ""]]))
    circle = upload(
        client, workbook([HEAD, ["甲局", "", "", "乙局", "", "", ""], ["乙局", "", "", "甲局", "", "", ""]])
    )
    assert alias.status_code == 422 and "已是别的单位" in alias.get_data(as_text=True)
    assert circle.status_code == 422 and "循环" in circle.get_data(as_text=True) and count(app, Unit) == before


@pytest.mark.parametrize("data", [b"", b"not a sheet", b"PK\x03\x04broken", b"%PDF-1.4"])
def test_a_file_that_is_no_sheet_is_refused_in_words(client: FlaskClient, ids: dict[str, int], data: bytes) -> None:
    answer = upload(client, data)
    assert answer.status_code == 422 and "模板" in answer.get_data(as_text=True)


def test_the_template_is_a_sheet_that_says_what_is_missing(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = upload(client, client.get("/units/load/template").data)
    assert "没有填写任何单位" in answer.get_data(as_text=True)


def test_a_liaison_cannot_open_the_registry(client: FlaskClient, app: Flask, ids: dict[str, int]) -> None:
    other = app.test_client()
    sign_in(other, "lianluo")
    for path in ("/units", "/units/add", f"/units/{ids['science']}", "/groups", "/people", "/units/export"):
        assert other.get(path).status_code == 403, path
    assert other.post("/units/add", data={"name": "x", "kind": "department"}).status_code == 403


def test_the_links_of_a_long_list_keep_its_filters_and_obey_no_parameter(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(
            Unit(jurisdiction_id=ids["city"], name=f"市第{n}局", kind=UnitKind.DEPARTMENT, position=n)
            for n in range(60)
        )
    page = client.get("/units?kind=department&q=市&_scheme=javascript&_external=1&_method=X").get_data(as_text=True)
    assert "共 62 条，第 1 / 2 页" in page and 'href="/units?kind=department&amp;q=%E5%B8%82' in page
    assert "javascript:" not in page
    assert "市第59局" in client.get("/units?kind=department&page=2").get_data(as_text=True)


def test_units_of_the_places_beneath_are_read_and_never_changed_from_above(
    client: FlaskClient, app: Flask, ids: dict[str, int]
) -> None:
    with app.app_context(), transaction() as session:
        county = Jurisdiction(name="青岚县", level=JurisdictionLevel.COUNTY, prefix="县", parent_id=ids["city"])
        session.add(county)
        session.flush()
        town = Jurisdiction(name="石桥镇", level=JurisdictionLevel.TOWNSHIP, prefix="镇", parent_id=county.id)
        session.add(town)
        session.flush()
        below, lowest = a_unit(session, county, "县财政局"), a_unit(session, town, "镇财政所")
        places = {"county": county.id, "below": below.id, "lowest": lowest.id}

    def listed(query: str) -> list[str]:
        page = client.get("/units?" + query).get_data(as_text=True)
        return re.findall(r'data-label="单位名称"><a [^>]*>([^<]+)</a>', page)

    assert listed("") == ["市科技局", "市财政局"]
    assert listed("place=all") == ["市科技局", "市财政局", "县财政局", "镇财政所"]
    assert listed(f"place={places['county']}") == ["县财政局"]
    assert listed("place=all&q=镇") == ["镇财政所"]
    assert listed("place=2") == ["市科技局", "市财政局"], "another city's is not shown"
    page = client.get(f"/units/{places['lowest']}").get_data(as_text=True)
    assert "此处只能查看" in page and "<form" not in page.partition("<main")[2]
    for path in (
        f"/units/{places['below']}/edit",
        f"/units/{places['below']}/restore",
        f"/units/{places['below']}/aliases",
    ):
        assert (
            client.post(
                path, data={"name": "改", "kind": "department", "alias": "改", "ended_on": "2026-01-01"}
            ).status_code
            == 404
        )
    exported = client.get("/units/export?place=all").data
    refused = upload(client, exported)
    assert refused.status_code == 422 and "由该辖区的管理员维护" in refused.get_data(as_text=True)
    assert upload(client, client.get("/units/export").data).status_code == 200
