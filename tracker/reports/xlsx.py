"""Sheets (.xlsx): the ledger of a plan and the export of any list, exactly as shown. Rows in, bytes out.

Everything typed by anybody is written as text: a cell that begins with = + - or @ never becomes a formula.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from tracker.core.narrative import by_unit, filing, office_day, overview
from tracker.core.summary import CLASSES, LedgerRow, ReportClass, Summary
from tracker.reports.printable import printable

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A3, A4 = 8, 9
# Longest text a cell of the format can hold.
CELL_LIMIT = 32_767
FONT = "宋体"
COLOURS = {
    "done": "#D9EAD3",
    "on_schedule": "#E2F0D9",
    "on_time": "#E2F0D9",
    "near": "#FFF2CC",
    "behind": "#FCE4D6",
    "late": "#F4CCCC",
    "unknown": "#E7E6E6",
}
LEDGER_HEAD: tuple[tuple[str, float], ...] = (
    ("序号", 5),
    ("任务来源", 20),
    ("任务编号", 9),
    ("工作任务", 32),
    ("目标/量化指标", 18),
    ("牵头领导", 9),
    ("牵头单位", 14),
    ("责任单位", 20),
    ("联系人及电话", 16),
    ("交办时间", 11),
    ("原定时限", 11),
    ("现定时限", 11),
    ("延期次数", 6),
    ("阶段目标", 20),
    ("最新进展", 32),
    ("完成比例", 8),
    ("存在问题", 18),
    ("下一步", 18),
    ("需协调事项", 16),
    ("报送灯", 9),
    ("进度灯", 9),
    ("办理结果", 9),
    ("备注", 12),
)


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
    with _workbook(out) as book:
        sheet = _sheet(book, "清单", paper=A4)
        formats = Formats(book)
        _write_listing(sheet, formats, title, note, columns, rows)
    return out.getvalue()


def ledger(summary: Summary) -> bytes:
    """Gives the ledger (台账) of a plan for a month, with a second sheet of its figures."""
    out = io.BytesIO()
    with _workbook(out) as book:
        formats = Formats(book)
        sheet = _sheet(book, "台账", paper=A3)
        columns = [Column(label, width) for label, width in LEDGER_HEAD]
        rows = [_ledger_cells(place, summary, row) for place, row in enumerate(summary.ledger, start=1)]
        note = f"截至{office_day(summary.as_of)}  {summary.office}"
        _write_listing(sheet, formats, f"{summary.plan_title}任务台账（{summary.month_label}）", note, columns, rows)
        _write_figures(_sheet(book, "统计", paper=A4), formats, summary)
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


def _workbook(out: io.BytesIO) -> Any:
    return xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )


def _sheet(book: Any, name: str, *, paper: int) -> Any:
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
        for place, value in enumerate(row):
            _write(sheet, formats, line, place, value)
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
    if rows:
        sheet.autofilter(2, 0, 2 + len(rows), last)


def _write(sheet: Any, formats: Formats, line: int, place: int, value: Any) -> None:
    match value:
        case None:
            sheet.write_blank(line, place, None, formats.text)
        case Coloured():
            sheet.write_string(line, place, value.text, formats.lights.get(value.key, formats.number))
        case date():
            sheet.write_datetime(line, place, value, formats.day)
        case int() | float():
            sheet.write_number(line, place, value, formats.number)
        case _:
            sheet.write_string(line, place, printable(str(value))[:CELL_LIMIT], formats.text)


def _ledger_cells(place: int, summary: Summary, row: LedgerRow) -> tuple[Any, ...]:
    source = f"《{summary.plan_title}》{f'（{summary.doc_no}）' if summary.doc_no else ''}"
    percent = None if row.percent is None else f"{row.percent}%"
    light = Coloured(row.light, row.kind.value) if row.kind else row.light
    return (
        place,
        source,
        row.number,
        row.title,
        row.targets,
        row.leader,
        row.leads,
        row.responsible,
        row.contacts,
        row.issued_on,
        row.original_due_on,
        row.due_on,
        row.extensions,
        row.milestones,
        row.progress,
        percent,
        row.problems,
        row.next_step,
        row.coordination,
        row.filing,
        light,
        row.outcome,
        row.note,
    )


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
        (Coloured(row.kind.label, ReportClass(row.kind).value), row.count, float(row.share)) for row in summary.classes
    ]
    return [*rows, ("合计", summary.items, 100.0 if summary.items else 0.0)]


def _block(sheet: Any, formats: Formats, start: int, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for place, label in enumerate(head):
        sheet.write_string(start, place, label, formats.head)
    for line, row in enumerate(rows, start=start + 1):
        for place, value in enumerate(row):
            _write(sheet, formats, line, place, value)
