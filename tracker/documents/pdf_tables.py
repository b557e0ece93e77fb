"""Ruled tables of a PDF: the frame found by pdfplumber, the words by where they stand in it."""

from __future__ import annotations

import io
import logging
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.documents.assembly import GridCell
from tracker.documents.limits import MAX_GRID_FIELDS
from tracker.documents.pdf_lines import Glyph, Page, joined, line_of
from tracker.documents.pdf_paragraphs import Place
from tracker.documents.refusals import refusal
from tracker.errors import Unreadable

# Two rows and two columns have at least this many rules, however they are drawn.
_FEWEST_RULES = 5
# Rules nearer than this are one.
_NEAR, _SHORTEST_RULE = 3.0, 12.0
_FEWEST_SIDES, _MOST_OPEN_ENDS = 3, 50
_LONGEST_HEAD = 4
# Units one under the other in a narrow cell: no sentence puts them side by side without a mark.
_UNIT_ENDS, _UNIT_BEGINS = re.compile("[局委办厅部院会府队行社心]$"), re.compile("[省市县区州各]")
# Fonts without a bounding box are the rule in some printers' files and none of our concern.
logging.getLogger("pdfminer").setLevel(logging.ERROR)

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Table:
    """A table of one page, or of several once its parts were put together."""

    place: Place
    page_height: float
    cells: list[GridCell]
    columns: list[float]
    rows: int
    is_open_above: bool = False
    is_open_below: bool = False

    @property
    def page(self) -> int:
        return self.place.page

    @property
    def top(self) -> float:
        return self.place.top


def read_tables(data: bytes, pages: list[Page]) -> list[Table]:
    """Gives the ruled tables of all pages in order."""
    ruled = [page for page in pages if page.rules >= _FEWEST_RULES and page.lines]
    if not ruled:
        return []
    import pdfplumber

    tables: list[Table] = []
    try:
        with pdfplumber.open(io.BytesIO(data), pages=[page.number + 1 for page in ruled]) as document:
            for page, found in zip(ruled, document.pages, strict=True):
                tables.extend(_tables_of(page, found))
                found.close()
    except (MemoryError, Unreadable):
        raise
    except Exception:
        # pdfminer fails on broken files with errors of every kind; the words outside its tables are read all the same.
        return tables
    return tables


def _tables_of(page: Page, found: PlumberPage) -> Iterator[Table]:
    """Gives the tables of one page, a row that the end of the page cut closed where its side rules end."""
    ends = _open_ends(found)
    for frame in found.find_tables({"explicit_horizontal_lines": ends}):
        for table in _table(page, [_box(cell, page) for cell in frame.cells]):
            table.is_open_above = any(abs(page.height - end - table.place.top) < _NEAR for end in ends)
            table.is_open_below = any(abs(page.height - end - table.place.bottom) < _NEAR for end in ends)
            yield table


def _open_ends(found: PlumberPage) -> list[float]:
    """Gives the heights at which several side rules end without a rule across."""
    # A side rule drawn as a thin box has tiny rules across at its own ends.
    across = sorted(float(edge["top"]) for edge in found.horizontal_edges if edge["width"] > _SHORTEST_RULE)
    ends = Counter(round(float(edge[side])) for edge in found.vertical_edges for side in ("top", "bottom"))
    open_ends: list[float] = []
    for end, times in sorted(ends.items()):
        at = bisect_right(across, end + _NEAR)
        is_closed = at > 0 and across[at - 1] > end - _NEAR
        if times >= _FEWEST_SIDES and not is_closed and len(open_ends) < _MOST_OPEN_ENDS:
            open_ends.append(float(end))
    return open_ends


def continued(tables: list[Table]) -> list[Table]:
    """Puts the parts of a table that runs over pages together, its repeated head once."""
    whole: list[Table] = []
    last: Table | None = None
    for table in tables:
        if last is not None and _runs_on(last, table):
            _append(whole[-1], table)
        else:
            whole.append(table)
        last = table
    return whole


def _runs_on(last: Table, table: Table) -> bool:
    return (
        table.page == last.page + 1
        and last.place.bottom < last.page_height * 0.3
        and table.place.top > table.page_height * 0.7
        and len(last.columns) == len(table.columns)
        and all(abs(one - other) < 2 * _NEAR for one, other in zip(last.columns, table.columns, strict=True))
    )


def _append(whole: Table, part: Table) -> None:
    skipped = _repeated_rows(whole, part)
    moved = whole.rows - skipped
    if whole.is_open_below and skipped < part.rows:
        # The row that the end of the page cut in two is one row.
        moved -= 1
        rest = {cell.column: cell.text for cell in part.cells if cell.row == skipped}
        whole.cells = [
            replace(cell, text=_gone_on(cell.text, rest.pop(cell.column, ""))) if cell.row == whole.rows - 1 else cell
            for cell in whole.cells
        ]
        part.cells = [cell for cell in part.cells if cell.row != skipped]
    whole.cells += [replace(cell, row=cell.row + moved) for cell in part.cells if cell.row >= skipped]
    whole.rows = part.rows + moved
    whole.is_open_below = part.is_open_below


def _repeated_rows(whole: Table, part: Table) -> int:
    """Gives how many rows of the head are printed again at the top of a part."""
    repeated = 0
    while repeated < min(whole.rows, part.rows, _LONGEST_HEAD) and _row(whole, repeated) == _row(part, repeated):
        repeated += 1
    return repeated


def _row(table: Table, row: int) -> list[tuple[int, str]]:
    return [(cell.column, cell.text) for cell in table.cells if cell.row == row]


def _box(cell: Box, page: Page) -> Box:
    """Gives left, bottom, right, top with the origin at the lower left."""
    left, top, right, bottom = (float(edge) for edge in cell)
    return left, page.height - bottom, right, page.height - top


def _table(page: Page, boxes: list[Box]) -> Iterator[Table]:
    columns = _edges(edge for box in boxes for edge in (box[0], box[2]))
    rows = _edges(-edge for box in boxes for edge in (box[1], box[3]))
    if len(columns) < 3 or len(rows) < 2:
        # One column is a frame around paragraphs, which read on as such.
        return
    if (len(columns) - 1) * (len(rows) - 1) > MAX_GRID_FIELDS:
        raise refusal("too-complex")
    spots = [_spot(box, columns, rows) for box in boxes]
    inside = _glyph_rows(page, spots, columns, rows)
    cells = [
        GridCell(spot[0], spot[1], _words(inside.get(index, []), boxes[index], page=page.number), spot[2], spot[3])
        for index, spot in enumerate(spots)
    ]
    place = Place(page.number, columns[0], columns[-1], -rows[-1], -rows[0])
    yield Table(place, page.height, sorted(cells, key=lambda cell: (cell.row, cell.column)), columns, len(rows) - 1)


def _edges(edges: Iterable[float]) -> list[float]:
    kept: list[float] = []
    for edge in sorted(edges):
        if not kept or edge - kept[-1] > _NEAR:
            kept.append(edge)
    return kept


def _spot(box: Box, columns: list[float], rows: list[float]) -> tuple[int, int, int, int]:
    """Gives the row, column, rowspan and colspan of a box in the grid."""
    first, last = _nearest(columns, box[0]), _nearest(columns, box[2])
    top, bottom = _nearest(rows, -box[3]), _nearest(rows, -box[1])
    return top, first, max(bottom - top, 1), max(last - first, 1)


def _nearest(edges: list[float], edge: float) -> int:
    return max(bisect_right(edges, edge + 0.01) - 1, 0)


def _glyph_rows(
    page: Page, spots: list[tuple[int, int, int, int]], columns: list[float], rows: list[float]
) -> dict[int, list[list[Glyph]]]:
    """Gives, for each box, the lines of glyphs that stand in it."""
    box_at = {
        (row, column): index
        for index, (top, first, rowspan, colspan) in enumerate(spots)
        for row in range(top, top + rowspan)
        for column in range(first, first + colspan)
    }
    inside: dict[int, list[list[Glyph]]] = {}
    for line in page.rows:
        parts: dict[int, list[Glyph]] = {}
        for glyph in line:
            row = bisect_right(rows, -(glyph.top + glyph.bottom) / 2) - 1
            column = bisect_right(columns, (glyph.left + glyph.right) / 2) - 1
            index = box_at.get((row, column))
            if index is not None:
                parts.setdefault(index, []).append(glyph)
        for index, glyphs in parts.items():
            inside.setdefault(index, []).append(glyphs)
    return inside


def _words(rows: list[list[Glyph]], box: Box, *, page: int) -> str:
    """Gives the words of a cell: a line that runs to its edge goes on in the next, others stand by themselves."""
    words = ""
    is_full = False
    for row in rows:
        line = line_of(row, page=page)
        words = _gone_on(words, line.words) if is_full or not words else f"{words} {line.words}"
        is_full = line.right > box[2] - 2.2 * line.size
    return words


def _gone_on(words: str, more: str) -> str:
    if _UNIT_ENDS.search(words) and _UNIT_BEGINS.match(more):
        return f"{words} {more}"
    return joined(words, more)
