"""Sheets (.xlsx): the ledger of a plan and the export of any list, exactly as shown. Rows in, bytes out.

Everything typed by anybody is written as text: a cell that begins with = + - or @ never becomes a formula.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from tracker.core.ledger import COLUMNS, Ledger, LedgerEntry, tone
from tracker.core.narrative import by_unit, filing, overview
from tracker.core.summary import CLASSES, Summary
from tracker.reports.printable import printable

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A3, A4 = 8, 9
# Longest text a cell of the format can hold.
CELL_LIMIT = 32_767
FONT = "宋体"
# A line of 10 pt, and the highest row of the format.
LINE_POINTS, MOST_POINTS = 13.5, 409.0
COLOURS = {
    "done": "#D9EAD3",
    "on_schedule": "#E2F0D9",
    "on_time": "#E2F0D9",
    "near": "#FFF2CC",
    "behind": "#FCE4D6",
    "late": "#F4CCCC",
    "unknown": "#E7E6E6",
}
LEDGER_WIDTHS: dict[str, float] = {
    "place": 5,
    "source": 20,
    "number": 9,
    "title": 32,
    "targets": 18,
    "leader": 9,
    "leads": 14,
    "responsible": 20,
    "contacts": 16,
    "issued_on": 11,
    "original_due_on": 11,
    "due_on": 11,
    "extensions": 6,
    "milestones": 20,
    "progress": 32,
    "percent": 8,
    "problems": 18,
    "next_step": 18,
    "coordination": 16,
    "filing_light": 9,
    "progress_light": 9,
    "outcome": 9,
    "note": 12,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading and its width in characters."""

    label: str
    width: float = 14


@dataclass(frozen=True, slots=True)
class Coloured:
    """A worded cell with the colour of a light; `key` is the light's or class's stored value."""

    text: str
    key: str


def listing(title: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, note: str = "") -> bytes:
    """Gives one sheet with a title, a note on what was shown (filters), a repeated head and the rows."""
    out = io.BytesIO()
    with workbook(out) as book:
        sheet = sheet_of(book, "清单", paper=A4)
        formats = Formats(book)
        _write_listing(sheet, formats, title, note, columns, rows)
    return out.getvalue()


def ledger(rows: Ledger, *, figures: Summary | None = None) -> bytes:
    """Gives the ledger (台账), with a second sheet of the figures where there are any."""
    out = io.BytesIO()
    with workbook(out) as book:
        formats = Formats(book)
        columns = [Column(label, LEDGER_WIDTHS[name]) for name, label in COLUMNS.items()]
        cells = [_ledger_cells(entry) for entry in rows.entries]
        _write_listing(sheet_of(book, "台账", paper=A3), formats, rows.title, rows.note, columns, cells)
        if figures:
            _write_figures(sheet_of(book, "统计", paper=A4), formats, figures)
    return out.getvalue()


class Formats:
    """The looks of cells, each made once for a workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        boxed = {**base, "border": 1, "text_wrap": True}
        self.title = book.add_format({**base, "font_size": 16, "bold": True, "align": "center"})
        self.note = book.add_format({**base, "font_color": "#555555"})
        self.head = book.add_format({**boxed, "bold": True, "align": "center", "bg_color": "#F2F2F2"})
        self.text = book.add_format(boxed)
        self.number = book.add_format({**boxed, "align": "center"})
        self.day = book.add_format({**boxed, "align": "center", "num_format": "yyyy-mm-dd"})
        self.lights = {
            key: book.add_format({**boxed, "align": "center", "bg_color": colour}) for key, colour in COLOURS.items()
        }


def workbook(out: io.BytesIO) -> Any:
    """Gives a workbook to be written into `out`, in which no text becomes a formula, a link or a number."""
    return xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )


def sheet_of(book: Any, name: str, *, paper: int) -> Any:
    """Gives a new sheet of a workbook, landscape, ready to be printed on a paper."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    return sheet


def _write_listing(
    sheet: Any, formats: Formats, title: str, note: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> None:
    last = len(columns) - 1
    if last > 0:
        sheet.merge_range(0, 0, 0, last, "", formats.title)
    sheet.write_string(0, 0, printable(title), formats.title)
    sheet.set_row(0, 28)
    sheet.write_string(1, 0, printable(note), formats.note)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(2, place, column.label, formats.head)
    for line, row in enumerate(rows, start=3):
        # Not every reader of the format fits the rows to their text by itself.
        sheet.set_row(line, _height(columns, row))
        for place, value in enumerate(row):
            _write(sheet, formats, line, place, value)
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
    if rows:
        sheet.autofilter(2, 0, 2 + len(rows), last)


def _height(columns: Sequence[Column], row: Sequence[Any]) -> float:
    """Gives the height in points that the longest cell of a row takes, wrapped in its column."""
    most = 1
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, str):
            room = max(column.width - 1, 2)
            most = max(most, sum(max(1, math.ceil(_width(part) / room)) for part in value.split("\n")))
    return min(most * LINE_POINTS + 4, MOST_POINTS)


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _write(sheet: Any, formats: Formats, line: int, place: int, value: Any) -> None:
    match value:
        case None:
            sheet.write_blank(line, place, None, formats.text)
        case Coloured():
            sheet.write_string(
                line, place, printable(value.text)[:CELL_LIMIT], formats.lights.get(value.key, formats.number)
            )
        case date():
            sheet.write_datetime(line, place, value, formats.day)
        case int() | float():
            sheet.write_number(line, place, value, formats.number)
        case _:
            sheet.write_string(line, place, printable(str(value))[:CELL_LIMIT], formats.text)


def _ledger_cells(entry: LedgerEntry) -> tuple[Any, ...]:
    cells = {name: getattr(entry, name) for name in COLUMNS}
    cells["percent"] = None if entry.percent is None else Coloured(f"{entry.percent}%", "")
    for name in ("filing_light", "progress_light"):
        cells[name] = Coloured(cells[name], tone(cells[name]) or "")
    return tuple(cells.values())


def _write_figures(sheet: Any, formats: Formats, summary: Summary) -> None:
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1 + len(CLASSES), 12)
    for line, text in enumerate((overview(summary), by_unit(summary), filing(summary))):
        sheet.merge_range(line, 0, line, 1 + len(CLASSES), "", formats.text)
        sheet.write_string(line, 0, printable(text), formats.text)
        sheet.set_row(line, 48)
    _block(sheet, formats, 4, ("认定", "数量", "占比（%）"), _class_rows(summary))
    start = 4 + len(summary.classes) + 3
    head = ("单位（涉及多个单位的分别计算）", "合计", *(kind.label for kind in CLASSES))
    _block(sheet, formats, start, head, [(row.unit, row.total, *row.counts) for row in summary.units])
    start += len(summary.units) + 2
    head = ("单位", "应报送", "已报送", "未报送", "已通过", "退回")
    rows = [(row.unit, row.owed, row.filed, row.missed, row.passed, row.sent_back) for row in summary.filings]
    _block(sheet, formats, start, head, rows)


def _class_rows(summary: Summary) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (Coloured(row.kind.label, row.kind.value), row.count, float(row.share)) for row in summary.classes
    ]
    return [*rows, ("合计", summary.items, 100.0 if summary.items else 0.0)]


def _block(sheet: Any, formats: Formats, start: int, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for place, label in enumerate(head):
        sheet.write_string(start, place, label, formats.head)
    for line, row in enumerate(rows, start=start + 1):
        for place, value in enumerate(row):
            _write(sheet, formats, line, place, value)
