"""Ledgers (台账) as an office kept them before: captions, merged cells, columns in any order. Invented throughout."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import openpyxl

HEADINGS = (
    "进展情况",
    "完成时限",
    "办理状态",
    "重点任务",
    "延期次数",
    "原定时限",
    "牵头单位",
    "序号",
    "完成进度",
    "备注",
)
ROWS: tuple[tuple[Any, ...], ...] = (
    ("已开通线路12条", "2027年6月底", "推进中", "加密公交线路", "1次", "2026-12-31", "市交通局", "1", 0.4, "原表备注"),
    ("专用道已建成", "2026.10.31", "已办结", "建设公交专用道", 0, "", "市公安局", "2", 1, ""),
    ("滨河段完成招标", 46752, "滞后", "滨河绿道连通工程", "", "", "市住建局", "3", 0.25, ""),
)


def an_earlier_ledger(rows: Sequence[Sequence[Any]] = ROWS, headings: Sequence[str] = HEADINGS) -> bytes:
    """A workbook with a caption over all columns, a heading merged over two rows, and a chapter's row."""
    book = openpyxl.Workbook()
    sheet = book.active
    width = len(headings)
    sheet.append(["绿色出行三年行动方案任务台账"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.append(list(headings))
    sheet.append([""] * width)
    for column in range(1, width + 1):
        sheet.merge_cells(start_row=2, start_column=column, end_row=3, end_column=column)
    sheet.append(["重点任务部分"])
    sheet.merge_cells(start_row=4, start_column=1, end_row=4, end_column=width)
    for row in rows:
        sheet.append(list(row))
    data = BytesIO()
    book.save(data)
    return data.getvalue()
