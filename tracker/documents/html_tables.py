"""Tables of web pages: rows and cells put on a grid, spans bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tracker.documents.assembly import GridCell
from tracker.documents.limits import MAX_COLUMNS
from tracker.documents.refusals import refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

_DIGITS = re.compile(r"\s{0,9}([0-9]{1,12})")
# Browsers read no more rows than this into one cell.
_MAX_ROWSPAN = 65534


def table_cells(table: _Element, printed: Callable[[str], str]) -> list[GridCell]:
    """Gives the cells of a table without tables inside; `printed` tidies the words of one."""
    cells: list[GridCell] = []
    # For each column still covered from above: the row it is free again.
    free_from: dict[int, int] = {}
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for element in line.iterchildren("td", "th"):
            while free_from.get(column, 0) > row:
                column += 1
            colspan = _span(element.get("colspan"), most=MAX_COLUMNS)
            rowspan = _span(element.get("rowspan"), most=_MAX_ROWSPAN)
            cells.append(GridCell(row, column, printed(words_of(element)), rowspan or _MAX_ROWSPAN, colspan or 1))
            for covered in range(column, column + (colspan or 1)):
                free_from[covered] = row + (rowspan or _MAX_ROWSPAN)
            column += colspan or 1
            if column > MAX_COLUMNS:
                raise refusal("too-complex")
    return cells


def words_of(element: _Element) -> str:
    """Gives the words of a cell, its paragraphs and line breaks as blanks."""
    parts: list[str] = []
    for inner in element.iter():
        if inner.tag in ("p", "div", "br", "li") and inner is not element:
            parts.append(" ")
        parts.append(inner.text or "")
        if inner is not element:
            parts.append(inner.tail or "")
    return "".join(parts)


def _span(printed: str | None, *, most: int) -> int:
    found = _DIGITS.match(printed or "")
    span = int(found[1]) if found else 1
    if span > most:
        raise refusal("too-complex")
    return span
