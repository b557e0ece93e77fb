"""What people read, through the pages: each role its own rows, filters in the address, exports equal to the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import digest, sign_in
from tests.ledger_city import COUNTY, FINANCE, LAST_WORD, SCIENCE, City, a_city_under_way, a_prepared_plan
from tracker.core.terms import Channel, TaskState
from tracker.db import Base, db, office_date, transaction, utcnow
from tracker.models import Notification, SourceDocument, StoredFile, Urge

SOURCE = "云川市科技创新三年行动计划".encode("gb18030")
PLAN_PAGES = ("/plans/1", "/plans/1?view=matrix", "/plans/1?view=figures", "/plans/1?view=trail")
PAGES = ("/desk", "/plans", "/search", *PLAN_PAGES)
OFFICE_PAGES = ("/overdue", "/overdue/export", "/reports", "/reports/1/{month}", "/reports/1/{month}/docx")


@pytest.fixture
def now() -> datetime:
    return utcnow()


@pytest.fixture
def city(app: Flask, now: datetime) -> Iterator[City]:
    """The city in the database of `client`, readable without its session."""
    with app.app_context(), transaction() as session:
        made = a_city_under_way(session, now)
        _with_source(session, made, now)
        a_prepared_plan(session, made, TaskState.PENDING_APPROVAL, TaskState.DRAFT)
        session.flush()
        session.expunge_all()
    yield made


def _with_source(session: Any, made: City, now: datetime) -> None:
    key = digest(SOURCE)
    session.add(StoredFile(sha256=key, size_bytes=len(SOURCE), content_type="text/plain", data=SOURCE))
    session.flush()
    document = SourceDocument(
        jurisdiction_id=made.place.id,
        sha256=key,
        filename="行动计划 <b>.txt",
        content="",
        uploaded_by_id=made.people["officer"].id,
        uploaded_at=now,
    )
    session.add(document)
    session.flush()
    made.plan.source_document_id = document.id


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def rows_of(data: bytes, sheet: str | None = None) -> list[list[Any]]:
    """The rows under the head of an exported list."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[cell.value for cell in row] for row in (book[sheet] if sheet else book.active).iter_rows(min_row=4)]


def month(now: datetime) -> str:
    return office_date(now).isoformat()[:7]


@pytest.mark.parametrize("person", ["officer", "head", "leader", "science", "finance"])
def test_every_page_opens_for_those_it_is_for(client: FlaskClient, city: City, now: datetime, person: str) -> None:
    sign_in(client, person)
    for address in PAGES:
        assert "<h1>" in page(client, address), address
    is_office = person in ("officer", "head", "leader")
    for address in OFFICE_PAGES:
        answer = client.get(address.format(month=month(now)))
        assert answer.status_code == (200 if is_office else 403), (person, address)


def test_an_administrator_has_a_desk_and_no_plans(client: FlaskClient, city: City) -> None:
    sign_in(client, "sys")
    assert "没有账号的单位" in page(client, "/desk")
    for address in ("/plans", "/plans/1", "/search?q=量子", "/overdue", "/reports"):
        assert client.get(address).status_code == 403, address


def test_a_unit_never_reads_of_tasks_it_has_no_part_in(client: FlaskClient, city: City) -> None:
    sign_in(client, "finance")
    hidden = [city.tasks[key].title for key in ("near", "unknown", "standing", "draft")]
    for address in (*PLAN_PAGES, "/desk"):
        text = page(client, address)
        assert not [title for title in hidden if title in text], address
    assert page(client, "/plans/1").count("tasks/") >= 6
    titles = [row[2] for row in rows_of(client.get("/plans/1/export").data)]
    assert len(titles) == 6 and not set(titles) & set(hidden)
    assert "没有找到" in page(client, "/search?q=仪器")
    assert client.get("/plans/2").status_code == client.get("/plans/2/export").status_code == 404


def test_nobody_reaches_a_plan_of_another_jurisdiction(
    client: FlaskClient, app: Flask, city: City, now: datetime
) -> None:
    with app.app_context(), transaction() as session:
        elsewhere = a_city_under_way(session, now, "石渡市").plan.id
    sign_in(client, "officer")
    for address in ("", "/export", "/source", "?view=matrix", "?view=trail", "?view=figures"):
        assert client.get(f"/plans/{elsewhere}{address}").status_code == 404, address
    for tail in ("", "/docx", "/xlsx"):
        assert client.get(f"/reports/{elsewhere}/{month(now)}{tail}").status_code == 404
    assert "石渡市" not in page(client, "/plans") + page(client, "/overdue") + page(client, "/reports") + page(
        client, "/desk"
    )


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("shown=late", {"late"}),
        ("shown=standing", {"standing"}),
        ("state=closed", {"done"}),
        ("q=量子", {"late"}),
        ("q=量子&shown=near", set()),
        ("shown=nonsense&state=nonsense&unit=x&page=-3", None),
    ],
)
def test_the_filters_of_a_plan_live_in_its_address_and_in_its_export(
    client: FlaskClient, city: City, query: str, keys: set[str] | None
) -> None:
    sign_in(client, "officer")
    wanted = {task.title for key, task in city.tasks.items() if keys is None or key in keys}
    text = page(client, f"/plans/1?{query}")
    shown = {task.title for task in city.tasks.values() if f"{task.title}</a>" in text}
    assert shown == wanted
    assert {row[2] for row in rows_of(client.get(f"/plans/1/export?{query}").data)} == wanted


def test_the_export_of_a_plan_words_every_light_and_counts_working_days(client: FlaskClient, city: City) -> None:
    sign_in(client, "officer")
    rows = {row[2]: row for row in rows_of(client.get("/plans/1/export").data)}
    late = rows[city.tasks["late"].title]
    assert (late[3], late[4], late[5], late[12]) == (SCIENCE, FINANCE, COUNTY, "逾期")
    assert f"逾期{late[13]}个工作日" in page(client, "/plans/1")
    assert rows[city.tasks["standing"].title][12] == "常态化" and rows[city.tasks["draft"].title][12] == "未交办"


@pytest.mark.parametrize("query", ["", "&shown=late", "&q=量子&state=in_progress", "&q=没有"])
def test_the_matrix_is_exported_as_it_is_shown(client: FlaskClient, city: City, query: str) -> None:
    sign_in(client, "officer")
    text = page(client, "/plans/1?view=matrix" + query)
    units = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', text)
    shown = re.findall(r'<td><a href="/tasks/\d+" title="([^"　]+)　([^"　]+)　([^"　]+)　([^"]+)">', text)
    answer = client.get("/plans/1/matrix/export?" + query.lstrip("&"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    head = [cell.value for cell in sheet[3]]
    exported = [
        (row[0], title, value.split("\n")[1], value.split("\n")[0])
        for row in rows_of(answer.data)
        for title, value in zip(head[1:], row[1:], strict=True)
        if value
    ]
    assert [row[0] for row in rows_of(answer.data)] == units
    assert exported == shown


def test_hostile_parameters_give_no_fault(client: FlaskClient, city: City) -> None:
    sign_in(client, "officer")
    names = ("endpoint", "plan_id", "view", "page", "unit", "plan", "_external", "q", "shown", "class")
    for path in ("/plans", "/plans/1", "/plans/1?view=matrix", "/plans/1/export", "/overdue", "/search", "/desk"):
        for value in ("²", "999999999999", "-1", "'", "%", "é" * 300):
            query = {name: value for name in names if not (name == "view" and "?" in path)}
            answer = client.get(path, query_string=query) if "?" not in path else client.get(path + f"&q={value}")
            assert answer.status_code < 500, (path, value)


def test_the_source_is_a_download_unchanged_under_its_own_name(client: FlaskClient, city: City) -> None:
    sign_in(client, "science")
    answer = client.get("/plans/1/source")
    assert answer.data == SOURCE and answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/plans/2/source").status_code == 404


def test_blank_cells_of_the_indicator_table_are_dashes(client: FlaskClient, city: City) -> None:
    sign_in(client, "officer")
    text = page(client, "/plans/1?view=figures")
    row = text[text.index("技术合同额") : text.index("目标值 <span")]
    assert re.findall(r'<td class="num">\s*(—|88)', row) == ["—", "88"]
    assert "2.71<sup>*</sup>" in text


def test_every_cell_of_the_matrix_leads_to_its_task(client: FlaskClient, city: City) -> None:
    sign_in(client, "leader")
    text = page(client, "/plans/1?view=matrix")
    cells = re.findall(r'<td><a href="/tasks/(\d+)" title="([^"]+)"><span class="mark mark-(\w+)">', text)
    assert len(cells) == len(city.duties)
    assert (str(city.tasks["late"].id), "late") in {(task, shown) for task, _, shown in cells}


def test_forms_of_a_plan_are_those_the_person_may_use(client: FlaskClient, city: City) -> None:
    forms = {
        "officer": ("提请立项</button>", "立项交办</button>"),
        "head": ("立项交办</button>", "提请立项</button>"),
    }
    for person, (offered, withheld) in forms.items():
        client.post("/sign-out")
        sign_in(client, person)
        text = page(client, "/plans/2")
        assert offered in text and withheld not in text and 'name="task"' in text
    client.post("/sign-out")
    sign_in(client, "finance")
    assert "全部签收" in page(client, "/plans/1") and 'name="task"' not in page(client, "/plans/1")
    contact = {"contact_name": "李晓", "contact_phone": "0579-1"}
    assert client.post("/plans/1/acknowledge", data=contact).status_code == 302
    assert "全部签收" not in page(client, "/plans/1")


def test_approving_ticked_tasks_issues_those_alone(client: FlaskClient, city: City) -> None:
    sign_in(client, "head")
    ticked = re.findall(r'name="task" value="(\d+)"', page(client, "/plans/2"))
    assert len(ticked) == 2
    assert client.post("/plans/2/approve", data={"task": ticked[0]}).status_code == 302
    text = page(client, "/plans/2")
    assert "立项交办</button>" not in text and "草拟" in text and "执行中" in text


def test_the_board_shows_who_what_and_the_last_word_and_its_export_the_same(client: FlaskClient, city: City) -> None:
    sign_in(client, "leader")
    text = page(client, "/overdue")
    assert LAST_WORD in text and "由牵头单位汇总报送" in text and 'name="assignment"' not in text
    rows = rows_of(client.get("/overdue/export").data)
    assert sorted((row[0], row[9]) for row in rows) == sorted([(SCIENCE, "逾期"), (FINANCE, "逾期"), (FINANCE, "滞后")])
    late = client.get(f"/overdue/export?light=late&unit={city.units[FINANCE].id}")
    assert [(row[0], row[4]) for row in rows_of(late.data)] == [(FINANCE, city.tasks["late"].title)]
    assert "第 1—1 项，共 1 项" in page(client, f"/overdue?light=late&unit={city.units[FINANCE].id}")


def test_several_units_are_urged_at_once_from_the_board(client: FlaskClient, app: Flask, city: City) -> None:
    sign_in(client, "officer")
    ticked = re.findall(r'name="assignment" value="(\d+)"', page(client, "/overdue?light=late"))
    assert len(ticked) == 2
    sent = {"assignment": ticked, "words": "请抓紧办理", "channel": "system", "next": "/overdue?light=late"}
    answer = client.post("/urge", data=sent)
    assert answer.status_code == 302 and answer.location.endswith("/overdue?light=late")
    with app.app_context(), transaction() as session:
        assert session.query(Urge).count() == 2
        told = session.query(Notification).filter_by(channel=Channel.INBOX, user_id=city.people[SCIENCE].id)
        assert any("请抓紧办理" in message.body for message in told)
    assert "催办 1 次" in page(client, "/overdue")


def test_the_page_of_a_month_the_paper_and_the_ledger_say_the_same_figures(
    client: FlaskClient, city: City, now: datetime
) -> None:
    sign_in(client, "officer")
    address = f"/reports/1/{month(now)}"
    text = page(client, address)
    overview = re.search(r"截至.*?7项任务（8个具体事项）.*?单独统计。", text)
    assert overview is not None
    paper = Document(io.BytesIO(client.get(f"{address}/docx").data))
    assert overview.group() in [paragraph.text for paragraph in paper.paragraphs]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}/xlsx").data))
    assert book["统计"]["A1"].value == overview.group()
    assert len(rows_of(client.get(f"{address}/xlsx").data, "台账")) == len(city.tasks) - 1
    counts = re.findall(r'class=(\w+)#ledger">(\d+)</a></td>', text)
    for kind, count in counts:
        narrowed = page(client, f"{address}?class={kind}")
        ledger = narrowed[narrowed.index('id="ledger"') :]
        assert f'任务台账 <span class="note">{count} 项' in ledger and ledger.count("/tasks/") == int(count)
    assert sum(int(count) for _, count in counts) == 8


@pytest.mark.parametrize("period", ["2026-13", "2999-01", "abc", "2026-1"])
def test_a_month_that_is_none_is_not_found(client: FlaskClient, city: City, period: str) -> None:
    sign_in(client, "officer")
    assert client.get(f"/reports/1/{period}").status_code == 404


def test_search_marks_its_words_and_escapes_what_was_typed(client: FlaskClient, city: City) -> None:
    sign_in(client, "officer")
    assert "<mark>量子</mark>" in page(client, "/search?q=量子")
    assert "<script>" not in page(client, "/search?q=<script>alert(1)</script>").replace("<script src", "")


def test_reading_changes_nothing(client: FlaskClient, app: Flask, city: City, now: datetime) -> None:
    def everything() -> dict[str, list[Any]]:
        with app.app_context(), db.engine.connect() as connection:
            return {t.name: connection.execute(t.select()).all() for t in Base.metadata.sorted_tables}

    sign_in(client, "officer")
    before = everything()
    for address in (*PAGES, *OFFICE_PAGES, "/plans/1/export", "/plans/1/source", "/plans/export"):
        client.get(address.format(month=month(now)))
    assert everything() == before
