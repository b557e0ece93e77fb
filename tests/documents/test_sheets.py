"""Filled-in sheets read as plain cells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.sheet_files import changed, sheet_xml, workbook
from tracker.documents.sheets import Column, Sheet, read_sheet
from tracker.errors import Unreadable

COLUMNS = (Column("name", ("单位名称", "名称"), is_required=True), Column("phone", ("联系电话",)))
HEAD = ("单位名称", "联系电话")


def problems(data: bytes) -> list[tuple[int, str, str]]:
    return [(cell.row, cell.column, cell.problem) for cell in read_sheet(data, COLUMNS).wrong]


def cells(sheet: Sheet) -> list[dict[str, str]]:
    return [row.cells for row in sheet.rows]


def test_rows_stand_under_their_headings_whatever_stands_above_and_beside_them() -> None:
    data = workbook(
        [["单位名录"], [], ["联系电话 *", "备注", "名称"], ["0571-1", "甲", "市科技局"], [None, "乙", "市财政局"]]
    )
    sheet = read_sheet(data, COLUMNS)
    assert cells(sheet) == [{"name": "市科技局", "phone": "0571-1"}, {"name": "市财政局", "phone": ""}]
    assert [row.number for row in sheet.rows] == [4, 5] and sheet.ignored == ("备注",) and not sheet.wrong


def test_a_telephone_number_that_excel_keeps_as_a_number_reads_as_typed() -> None:
    sheet = read_sheet(workbook([HEAD, ["市科技局", 13800001234], ["市财政局", 1.38e10]]), COLUMNS)
    assert [row["phone"] for row in cells(sheet)] == ["13800001234", "13800000000"]


def test_a_formula_is_named_and_its_kept_value_is_never_believed() -> None:
    data = workbook([HEAD, ['=A1&"局"', "1"]])
    xml = sheet_xml(data).replace(b"<v></v>", b"<v>9</v>").replace(b"<v />", b"<v>9</v>").replace(b"<v/>", b"<v>9</v>")
    data = changed(data, {"xl/worksheets/sheet1.xml": xml})
    assert [(row, column) for row, column, _ in problems(data)] == [(2, "单位名称")] and "公式" in problems(data)[0][2]


def test_a_merge_below_the_heading_is_named_and_one_above_it_is_not() -> None:
    rows = [["单位名录", None], HEAD, ["市科技局", "1"], [None, "2"]]
    assert problems(workbook(rows, merge="A3:A4")) == [(3, "A3:A4", "是合并单元格，请取消合并后逐行填写")]
    assert problems(workbook(rows, merge="A1:B1")) == []


def test_a_merge_of_all_cells_of_the_format_costs_nothing() -> None:
    data = workbook([HEAD, ["市科技局", "1"]], merge="A1:B1")
    xml = sheet_xml(data).replace(b"A1:B1", b"A1:XFD1048576")
    assert len(problems(changed(data, {"xl/worksheets/sheet1.xml": xml}))) == 1


def test_missing_columns_are_named() -> None:
    assert problems(workbook([["电话"], ["1"]])) == [(0, "表头", "缺少列：单位名称。列名须写在前 10 行中的同一行")]


def test_an_endless_cell_is_named_by_its_place() -> None:
    ((row, column, problem),) = problems(workbook([HEAD, ["市" * 30_000, "1"]]))
    assert (row, column) == (2, "单位名称") and "内容过长" in problem


def test_a_cell_of_two_megabytes_is_named_and_not_shown() -> None:
    data = workbook([HEAD, ["KEJIJU", "1"]])
    xml = sheet_xml(data).replace(b"KEJIJU", b"x" * 2_000_000)
    ((row, _, problem),) = problems(changed(data, {"xl/worksheets/sheet1.xml": xml}))
    assert row == 2 and len(problem) < 60


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500, b"\xd0\xcf\x11\xe0" * 200, b"a,b\n1,2"]
)
def test_what_is_no_sheet_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"模板|文件"):
        read_sheet(data, COLUMNS)


def test_entities_and_bombs_are_refused() -> None:
    data = workbook([HEAD, ["市科技局", "1"]])
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + sheet_xml(data).split(b"?>")[-1]
    with pytest.raises(Unreadable):
        read_sheet(changed(data, {"xl/worksheets/sheet1.xml": entity}), COLUMNS)
    with pytest.raises(Unreadable):
        read_sheet(changed(data, {"xl/worksheets/sheet1.xml": sheet_xml(data) + b" " * 40_000_000}), COLUMNS)


def test_a_cell_far_away_is_refused_without_walking_there() -> None:
    data = workbook([HEAD, ["市科技局", "1"]])
    far = sheet_xml(data).replace(b'r="B2"', b'r="XFD1048576"')
    with pytest.raises(Unreadable, match="列"):
        read_sheet(changed(data, {"xl/worksheets/sheet1.xml": far}), COLUMNS)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30), max_size=6))
def test_any_text_is_read_back_as_typed(names: list[str]) -> None:
    from tracker.reports.xlsx import Column as Written
    from tracker.reports.xlsx import listing

    data = listing("表", [Written("单位名称"), Written("联系电话")], [(name, "1") for name in names])
    sheet = read_sheet(data, COLUMNS)
    assert len(sheet.rows) == len(names) and not sheet.wrong
