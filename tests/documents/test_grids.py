"""Any sheet as a grid of cells, merges filled and bounded."""

from __future__ import annotations

import pytest

from tests.web.sheet_files import changed, sheet_xml, workbook
from tracker.documents.sheets import Cell, read_grid
from tracker.errors import Unreadable

SHEET = "xl/worksheets/sheet1.xml"


def test_a_merge_says_the_same_in_each_of_its_cells() -> None:
    grid = read_grid(workbook([["任务", "甲"], [None, "乙", "=1+1"]], merge="A1:A2"))
    assert grid[2]["A"] == Cell("任务") and grid[2]["B"] == Cell("乙")
    assert grid[2]["C"].text == "" and "公式" in grid[2]["C"].problem


def test_a_merge_of_all_cells_of_the_format_fills_only_where_something_stands() -> None:
    data = workbook([["题"], [None, "二"]], merge="A1:B1")
    grid = read_grid(changed(data, {SHEET: sheet_xml(data).replace(b"A1:B1", b"A1:XFD1048576")}))
    assert {row: sorted(cells) for row, cells in grid.items()} == {1: ["A", "B"], 2: ["A", "B"]}
    assert grid[2]["B"] == Cell("二"), "what stands in a cell is not overwritten"


def test_thousands_of_merges_are_refused() -> None:
    data = workbook([["题", "二"]], merge="A1:B1")
    one = b'<mergeCell ref="A1:B1"/>'
    xml = sheet_xml(data).replace(b'<mergeCell ref="A1:B1" />', one)
    assert one in xml
    with pytest.raises(Unreadable, match="合并单元格"):
        read_grid(changed(data, {SHEET: xml.replace(one, one * 5001)}))
