"""The sheet of a filing (填报表): pre-filled, with everything locked that is not to be written."""

from __future__ import annotations

import io
from typing import Any

from tracker.core.filing_sheet import HEADINGS, SAME, WRITTEN, FilingLine, FilingSheet
from tracker.reports.printable import printable
from tracker.reports.xlsx import A3, FONT, sheet_of, workbook

_WIDTHS = {
    "key": 4,
    "plan": 20,
    "number": 8,
    "title": 34,
    "due": 11,
    "last": 30,
    "last_percent": 8,
    "same": 8,
    "progress": 44,
    "percent": 10,
    "problems": 24,
    "next_step": 24,
    "coordination": 22,
}
HEAD_ROW = 2


def filing_sheet(given: FilingSheet) -> bytes:
    """Gives the sheet: the key column hidden, only the columns of this period open, lists and limits on their cells."""
    out = io.BytesIO()
    with workbook(out) as book:
        sheet = sheet_of(book, "填报表", paper=A3)
        looks = _Looks(book)
        sheet.write_string(0, 1, printable(given.title), looks.title)
        sheet.write_string(1, 1, printable(given.note), looks.note)
        for place, (key, heading) in enumerate(HEADINGS):
            sheet.set_column(place, place, _WIDTHS[key], None, {"hidden": key == "key"})
            sheet.write_string(HEAD_ROW, place, heading, looks.head)
        for row, line in enumerate(given.lines, start=HEAD_ROW + 1):
            _write(sheet, looks, row, line)
        _guard(sheet, len(given.lines))
    return out.getvalue()


class _Looks:
    def __init__(self, book: Any) -> None:
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        boxed = {**base, "border": 1, "text_wrap": True}
        self.title = book.add_format({**base, "font_size": 14, "bold": True})
        self.note = book.add_format({**base, "font_color": "#555555"})
        self.head = book.add_format({**boxed, "bold": True, "align": "center", "bg_color": "#F2F2F2"})
        self.locked = book.add_format({**boxed, "font_color": "#555555", "bg_color": "#FAFAFA"})
        # Text, so that what begins with = or looks like a date stays as it was typed.
        self.open = book.add_format({**boxed, "locked": False, "num_format": "@"})
        self.open_number = book.add_format({**boxed, "locked": False, "num_format": "0", "align": "center"})


def _write(sheet: Any, looks: _Looks, row: int, line: FilingLine) -> None:
    values: dict[str, str | int | None] = {
        **{"key": line.key, "plan": line.plan, "number": line.number, "title": line.title, "due": line.due},
        **{"last": line.last, "last_percent": line.last_percent, "same": ""},
        **{name: getattr(line.words, name) for name in WRITTEN},
    }
    for place, (key, _) in enumerate(HEADINGS):
        is_open = line.is_open and (key in WRITTEN or key == "same")
        value = values[key]
        if isinstance(value, int):
            sheet.write_number(row, place, value, looks.open_number if is_open else looks.locked)
        else:
            look = (looks.open_number if key == "percent" else looks.open) if is_open else looks.locked
            sheet.write_string(row, place, printable(value or ""), look)


def _guard(sheet: Any, count: int) -> None:
    places = {key: place for place, (key, _) in enumerate(HEADINGS)}
    first, last = HEAD_ROW + 1, HEAD_ROW + max(count, 1)
    sheet.data_validation(first, places["same"], last, places["same"], {"validate": "list", "source": [SAME]})
    limits = {
        **{"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 100},
        **{"error_title": "完成比例", "error_message": "请填 0 到 100 的整数。"},
    }
    sheet.data_validation(first, places["percent"], last, places["percent"], limits)
    sheet.freeze_panes(first, places["due"])
    sheet.autofilter(HEAD_ROW, 1, last, len(HEADINGS) - 1)
    # Without a password: it keeps from slips, and the signed keys keep from the rest.
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "select_locked_cells": True})
