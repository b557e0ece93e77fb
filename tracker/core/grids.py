"""Tables as grids of places: real ones with merged cells, and lines whose cells are parted by tabs or wide blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracker.core.text import Block, BlockKind, Cell, Span, Text

# No plan prints wider tables; a span of millions in a hostile file costs no more than this.
_WIDEST = 64
# A line of one short cell between the rows of a table is the name of a group of them.
_CATEGORY = 14
_PARTING = re.compile(r"\t|[ \u00a0\u3000]{2,}")
_BLANK_RUN = re.compile(r"[ \u00a0\u3000]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the place in each column (None where nothing is printed), and how many columns were printed at all.

    `carried` names the columns whose cell is merged with that of an earlier row.
    """

    cells: tuple[Span | None, ...]
    start: int
    end: int
    printed: int
    carried: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one table; `real` where the document itself marks it as a table."""

    rows: tuple[Row, ...]
    start: int
    end: int
    real: bool


@dataclass(slots=True)
class _Lines:
    """Consecutive lines that part into cells."""

    rows: list[Row] = field(default_factory=list)

    def close(self) -> Iterator[Grid]:
        if len(self.rows) > 1:
            yield Grid(tuple(self.rows), self.rows[0].start, self.rows[-1].end, real=False)
        self.rows = []


def grids(text: Text) -> Iterator[Grid]:
    """Gives every table of the document and every run of lines that look like one, in order. Linear in length."""
    lines = _Lines()
    for block in text.blocks:
        if block.kind is BlockKind.TABLE and block.cells:
            yield from lines.close()
            yield _grid(text, block)
            continue
        for place in places_of_lines(text.content, block):
            row = _row_of_line(text.content, place)
            if row is not None:
                lines.rows.append(row)
                continue
            words = trimmed(text.content, place.start, place.end)
            if words is not None and lines.rows and words.end - words.start <= _CATEGORY:
                lines.rows.append(Row((words,), place.start, place.end, 1))
            elif words is not None:
                yield from lines.close()
    yield from lines.close()


def places_of_lines(content: str, block: Block) -> Iterator[Span]:
    """The lines of a block, without their newlines, clipped to the content."""
    start, end = max(0, block.start), min(block.end, len(content))
    while start < end:
        stop = content.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield Span(start, stop)
        start = stop + 1


def trimmed(content: str, start: int, end: int) -> Span | None:
    """The place without the blanks around it; None where it holds nothing else."""
    words = content[start:end]
    left = len(words) - len(words.lstrip())
    kept = words.strip()
    return Span(start + left, start + left + len(kept)) if kept else None


def _row_of_line(content: str, place: Span) -> Row | None:
    """A line of two cells or more: parted by tabs, else by two blanks, else (all short) by single ones."""
    line = content[place.start : place.end]
    if not line.strip():
        return None
    pattern = re.compile("\t") if "\t" in line.strip() else _PARTING if _PARTING.search(line.strip()) else _BLANK_RUN
    cells, at = [], 0
    tabbed = pattern.pattern == "\t"
    for match in pattern.finditer(line):
        cells.append(trimmed(content, place.start + at, place.start + match.start()))
        at = match.end()
    cells.append(trimmed(content, place.start + at, place.end))
    kept = cells if tabbed else [cell for cell in cells if cell is not None]
    if len(kept) < 2 or len(kept) > _WIDEST:
        return None
    return Row(tuple(kept), place.start, place.end, len(kept))


def _grid(text: Text, block: Block) -> Grid:
    rows: dict[int, list[Cell]] = {}
    for cell in block.cells:
        if 0 <= cell.column < _WIDEST and 0 <= cell.start <= cell.end <= len(text.content):
            rows.setdefault(cell.row, []).append(cell)
    standing: dict[int, tuple[Cell, int]] = {}
    made = []
    for number in sorted(rows):
        made.append(_row(text.content, rows[number], number, standing))
    start, end = max(0, min(block.start, len(text.content))), max(0, min(block.end, len(text.content)))
    return Grid(tuple(made), start, max(start, end), real=True)


def _row(content: str, cells: list[Cell], number: int, standing: dict[int, tuple[Cell, int]]) -> Row:
    """A row with the cells merged into it from above; `standing` maps a column to such a cell and its last row."""
    columns: dict[int, Cell] = {}
    for column, (cell, last) in list(standing.items()):
        if last < number:
            del standing[column]
        else:
            columns[column] = cell
    carried = frozenset(columns)
    for cell in cells:
        for column in range(cell.column, min(_WIDEST, cell.column + max(1, cell.colspan))):
            if column not in carried:
                columns[column] = cell
                if cell.rowspan > 1:
                    standing[column] = (cell, number + cell.rowspan - 1)
    width = max(columns, default=-1) + 1
    places = {id(cell): trimmed(content, cell.start, cell.end) for cell in columns.values()}
    spans = tuple(places[id(columns[i])] if i in columns else None for i in range(width))
    return Row(spans, min(c.start for c in cells), max(c.end for c in cells), width, carried)
