"""The pages of measured series: define, type, confirm, share out, read, take away as a sheet."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tracker.core.terms import Role, UnitKind
from tracker.db import reading, transaction
from tracker.models import Indicator, Series, SeriesLink, SeriesValue, Target, TargetShare

DEFINED = {
    "name": "托位数", "unit_of_measure": "个", "definition": "=备案机构", "footnote": "", "source_unit_id": "",
    "period_kind": "year", "shape": "level", "release_day": "", "release_lag_months": "1", "is_by_county": "1",
}  # fmt: skip


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Flask:
    """A city with a plan whose table has one row, and a county; the officer is signed in."""
    with app.app_context(), transaction() as session:
        city = a_city(session)
        unit = a_unit(session, city, "市卫生健康委")
        a_unit(session, city, "青岚县政府", UnitKind.COUNTY)
        officer = a_user(session, city, Role.OFFICER, login_name="officer")
        a_user(session, city, Role.LIAISON, unit, login_name="liaison")
        plan = a_plan(session, city, officer)
        task = a_task(session, plan)
        an_assignment(session, task, unit)
        values = {"2025": {"value": 700, "role": "target", "note": ""}}
        row = {"plan_id": plan.id, "name": "托位数", "unit_of_measure": "个", "printed": "托位数"}
        session.add(Indicator(position=1, number="1", values=values, units=["市卫生健康委"], **row))
        session.add(Target(task_id=task.id, comparator=">=", value=Decimal(900), by="2027", start=0, end=3, **row))
    sign_in(client, "officer")
    return app


def version_of(app: Flask, series_id: int = 1) -> int:
    with app.app_context():
        return reading().get_one(Series, series_id).version


def a_series(client: FlaskClient) -> None:
    answer = client.post("/series/new", data=DEFINED)
    assert answer.status_code == 302, answer.get_data(as_text=True)


def test_a_number_goes_from_its_definition_to_the_sheet_of_a_unit(office: Flask, client: FlaskClient) -> None:
    a_series(client)
    page = client.get("/series/links?standing=proposed").get_data(as_text=True)
    subjects = re.findall(r'name="subjects" value="([a-z]+-\d+)"', page)
    assert sorted(subjects) == ["indicator-1", "target-1"] and "名称相同" in page
    chosen = {f"{field}-{s}": value for s in subjects for field, value in (("series", "1"), ("kind", "at_least"))}
    assert client.post("/series/links", data={"subjects": subjects, **chosen}).status_code == 302
    typed = {"version": version_of(office), "period": "2025", "value-city": "630", "value-2": "600"}
    assert client.post("/series/1/values", data={**typed, "released_on": "2026-01-20"}).status_code == 302
    shown = client.get("/plans/1/indicators").get_data(as_text=True)
    assert "630" in shown and "−70" in shown and "70%" in shown
    answer = client.get("/assessment/export?year=2025&unit=1")
    book = load_workbook(io.BytesIO(answer.data))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value is not None]  # type: ignore[union-attr]
    assert {"托位数", "700", "630", "−70", "90%", "=备案机构"} <= set(cells)
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)  # type: ignore[union-attr]


def test_what_was_typed_wrong_comes_back_with_its_words(office: Flask, client: FlaskClient) -> None:
    answer = client.post("/series/new", data={**DEFINED, "name": "", "release_day": "月底", "definition": "备案的算"})
    assert answer.status_code == 422
    words = answer.get_data(as_text=True)
    assert "请填写名称" in words and "备案的算" in words and "发布日请填" in words
    a_series(client)
    typed = {"version": version_of(office), "period": "2025", "value-city": "约六百", "released_on": "2026-01-20"}
    answer = client.post("/series/1/values", data=typed)
    assert answer.status_code == 422
    assert "请填数字" in answer.get_data(as_text=True) and "约六百" in answer.get_data(as_text=True)
    answer = client.post("/series/links", data={"subjects": ["target-1"], "series-target-1": "1", "kind-target-1": "x"})
    assert answer.status_code == 422 and "选择与目标比较的方式" in answer.get_data(as_text=True)


def test_a_target_is_shared_out_and_the_link_taken_back(office: Flask, client: FlaskClient) -> None:
    a_series(client)
    chosen = {"subjects": ["indicator-1"], "series-indicator-1": "1", "kind-indicator-1": "at_least"}
    client.post("/series/links", data={**chosen, "baseline-indicator-1": "300"})
    assert client.get("/series/links/1/shares").status_code == 200
    assert client.post("/series/links/1/shares", data={"share-2-2025": "650"}).status_code == 302
    assert "−50" in client.get("/series/links/1/shares").get_data(as_text=True)
    assert client.post("/series/links/1/shares", data={"share-2-2025": "x"}).status_code == 422
    assert client.post("/series/links/1/shares", data={"share-1-2025": "5"}).status_code == 409
    assert client.post("/series/links/1/unlink").status_code == 302
    with office.app_context():
        assert reading().scalars(select(SeriesLink)).all() == []
        assert reading().scalars(select(TargetShare)).all() == []


def test_a_unit_reads_its_numbers_and_types_only_those_it_releases(office: Flask, client: FlaskClient) -> None:
    a_series(client)
    client.post(
        "/series/links",
        data={"subjects": ["target-1"], "series-target-1": "1", "kind-target-1": "at_least"},
    )
    client.post("/sign-out")
    sign_in(client, "liaison")
    page = client.get("/series/1").get_data(as_text=True)
    assert "托位数" in page and "填报数据" not in page
    assert client.get("/series/links").status_code == 403
    data = {"version": version_of(office), "period": "2025", "value-city": "1", "released_on": "2026-01-20"}
    assert client.post("/series/1/values", data=data).status_code == 403
    with office.app_context():
        assert reading().scalars(select(SeriesValue)).all() == []


def test_the_office_decides_whether_a_plan_is_measured(office: Flask, client: FlaskClient) -> None:
    page = client.get("/plans/1/indicators").get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    data = {"version": version[1], "is_measured": "1"}
    assert client.post("/plans/1/indicators/measured", data=data).status_code == 302
    assert "由指标数据推算：" in client.get("/plans/1/indicators").get_data(as_text=True)
    assert client.post("/plans/1/indicators/measured", data=data).status_code == 409


def test_every_list_can_be_taken_away_and_hostile_filters_do_nothing(office: Flask, client: FlaskClient) -> None:
    a_series(client)
    for address in ("/series/export", "/series/links/export", "/plans/1/indicators/export", "/assessment/export"):
        assert client.get(address).data.startswith(b"PK"), address
    for query in ("?year=99999&unit=x&plan=²", "?standing=drop&q=%25_&unit=-1", "?page=0"):
        for address in ("/assessment", "/series", "/series/links"):
            assert client.get(address + query).status_code == 200
    assert f"{date.today().year}" in client.get("/assessment?year=1").get_data(as_text=True)


def test_the_sample_city_has_two_series_with_values(sample: Flask) -> None:
    with sample.app_context():
        names = reading().scalars(select(Series.name).order_by(Series.name)).all()
        linked = reading().scalars(select(SeriesLink.target_id)).all()
        assert list(names) == ["技术合同成交额", "高新技术企业数"] and len(linked) == 4
    client = sample.test_client()
    sign_in(client, "officer", sample.config["PASSWORDS"]["officer"])
    assert "与全市一致" in client.get("/series/1").get_data(as_text=True)
