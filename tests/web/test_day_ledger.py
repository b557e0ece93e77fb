"""The ledger of any day on the plan page and as a sheet, for whom it is."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import sign_in
from tests.ledger_city import SCIENCE, City, a_city_under_way
from tracker.db import office_date, transaction, utcnow
from tracker.models import Unit, UnitName


@pytest.fixture
def city(app: Flask) -> City:
    with app.app_context(), transaction() as session:
        return a_city_under_way(session, utcnow())


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_the_ledger_of_today_and_of_an_earlier_day(app: Flask, client: FlaskClient, city: City) -> None:
    today = office_date(utcnow())
    sign_in(client, "officer")
    page = text_of(client, "/plans/1?view=ledger")
    assert SCIENCE in page and "已完成" in page and "逾期" in page
    before = text_of(client, f"/plans/1?view=ledger&on={today - timedelta(days=400)}")
    assert "这一天还没有交办的任务" in before and SCIENCE not in before.partition("<main")[2].partition("</main>")[0]
    # What is no day, or one to come, is today.
    for asked in ("2026-02-31", "nonsense", str(today + timedelta(days=9))):
        assert f'value="{today}"' in text_of(client, f"/plans/1?view=ledger&on={asked}")


def test_the_sheet_has_the_rows_of_the_page(client: FlaskClient, app: Flask, city: City) -> None:
    sign_in(client, "officer")
    answer = client.get("/plans/1/ledger/export")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(place for place, row in enumerate(rows) if row[0] == "任务")
    page = text_of(client, "/plans/1?view=ledger")
    assert f"{len(rows) - head - 1} 项分工" in page
    assert {row[1] for row in rows[head + 1 :]} >= {SCIENCE}


def test_a_unit_sees_only_the_tasks_it_has_part_in(client: FlaskClient, app: Flask, city: City) -> None:
    sign_in(client, "officer")
    whole = text_of(client, "/plans/1?view=ledger").count('<th scope="row">')
    client.post("/sign-out")
    sign_in(client, "science")
    part = text_of(client, "/plans/1?view=ledger").count('<th scope="row">')
    assert 0 < part < whole


def test_a_unit_renamed_since_bears_its_old_name_in_the_ledger_of_then(
    client: FlaskClient, app: Flask, city: City
) -> None:
    today = office_date(utcnow())
    with app.app_context(), transaction() as session:
        unit = session.query(Unit).filter_by(name=SCIENCE).one()
        unit.name = "市科技和数据局"
        session.add(UnitName(unit_id=unit.id, name=SCIENCE, until_on=today))
    sign_in(client, "officer")
    assert "市科技和数据局" in text_of(client, "/plans/1?view=ledger")
    then = client.get(f"/plans/1/ledger/export?on={today - timedelta(days=1)}")
    names = {row[1] for row in openpyxl.load_workbook(io.BytesIO(then.data)).active.iter_rows(values_only=True)}
    assert "市科技和数据局" not in names
