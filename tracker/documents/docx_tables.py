"""Tables of Word: rows and cells put on a grid, merged cells once at their upper left corner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.documents.assembly import GridCell
from tracker.documents.docx_names import VAL, W, child, number, value
from tracker.documents.limits import MAX_COLUMNS
from tracker.documents.refusals import refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

_PROPERTIES, _SPAN, _VERTICAL, _HORIZONTAL = W + "tcPr", W + "gridSpan", W + "vMerge", W + "hMerge"
_TRANSPARENT = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))


def table_cells(table: _Element, words: Callable[[_Element], str]) -> list[GridCell]:
    """Gives the cells of a table; `words` reads the inside of one."""
    cells: list[GridCell] = []
    open_cells: dict[int, int] = {}
    row = 0
    for element in _named(table, "tr"):
        properties = child(element, "trPr")
        if child(properties, "del") is not None:
            continue
        column = _span(value(properties, "gridBefore"), least=0)
        covered: dict[int, int] = {}
        for cell in _named(element, "tc"):
            column = _place(cell, cells=cells, open_cells=open_cells, covered=covered, at=(row, column), words=words)
        open_cells = covered
        row += 1
    return cells


def _place(
    cell: _Element,
    *,
    cells: list[GridCell],
    open_cells: dict[int, int],
    covered: dict[int, int],
    at: tuple[int, int],
    words: Callable[[_Element], str],
) -> int:
    """Adds a cell, or lengthens the one above it or left of it; gives the column after it."""
    row, column = at
    colspan, merge, is_continued = _merging(cell)
    if merge is not None and merge.get(VAL) != "restart" and column in open_cells:
        index = open_cells[column]
        above = cells[index]
        cells[index] = replace(above, rowspan=row - above.row + 1, text=_joined(above.text, words(cell)))
        covered[column] = index
    elif is_continued and cells and cells[-1].row == row:
        cells[-1] = replace(cells[-1], colspan=cells[-1].colspan + colspan)
    else:
        if merge is not None:
            covered[column] = len(cells)
        cells.append(GridCell(row, column, words(cell), colspan=colspan))
    if column + colspan > MAX_COLUMNS:
        raise refusal("too-complex")
    return column + colspan


def _merging(cell: _Element) -> tuple[int, _Element | None, bool]:
    """Gives the columns a cell spans, its vertical merge, and whether it continues the cell left of it."""
    colspan, merge, is_continued = 1, None, False
    for said in next(cell.iterchildren(_PROPERTIES), ()):
        if said.tag == _SPAN:
            colspan = _span(said.get(VAL), least=1)
        elif said.tag == _VERTICAL:
            merge = said
        elif said.tag == _HORIZONTAL:
            is_continued = said.get(VAL) == "continue"
    return colspan, merge, is_continued


def _joined(above: str, below: str) -> str:
    """Word hides the words of a continued cell, so they are kept only where the first has none."""
    return above if above.strip() else below


def _span(printed: str | None, *, least: int) -> int:
    span = number(printed)
    if span is None:
        if printed and len(printed) > 6:
            raise refusal("too-complex")
        return least
    if span > MAX_COLUMNS:
        raise refusal("too-complex")
    return max(span, least)


def _named(container: _Element, name: str) -> Iterator[_Element]:
    for element in container:
        if element.tag == W + name:
            yield element
        elif element.tag in _TRANSPARENT:
            yield from _named(element, name)
