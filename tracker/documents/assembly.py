"""Paragraphs and tables put together into one Text, with the place of each block and cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.core.text import Block, BlockKind, Cell, Text
from tracker.documents.limits import MAX_CHARACTERS, MAX_COLUMNS, MAX_GRID_FIELDS
from tracker.documents.refusals import refusal

# No file format may bring these in: half characters and the controls that no page prints.
_UNPRINTABLE = re.compile("[\ud800-\udfff\x00-\x08\x0e-\x1f]")
_UNCLEAN = re.compile("[\ud800-\udfff\x00-\x08\r\x0e-\x1f]")
_WHITE = re.compile(r"[\t\n\r\v\f ]+")


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell as a reader found it: its upper left corner, its spans, its words."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1


class Assembly:
    """Collects what a reader finds, in reading order."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._fields = 0

    def paragraph(self, words: str, *, page: int | None = None) -> None:
        """Adds a paragraph; blank ones leave no trace, line breaks inside it make several."""
        for line in _clean(words).split("\n"):
            line = line.strip()
            if line:
                start = self._length
                self._write(line)
                self._blocks.append(Block(start, self._length, page=page))
                self._write("\n")

    def table(self, cells: Iterable[GridCell], *, page: int | None = None) -> None:
        """Adds a table: cells of a row joined by tabs, rows by newlines; a table of one column is paragraphs."""
        kept = [cell for cell in cells if cell.colspan > 0 and cell.rowspan > 0]
        width = max((cell.column + cell.colspan for cell in kept), default=0)
        if width > MAX_COLUMNS:
            raise refusal("too-complex")
        if not any(cell.text.strip() for cell in kept):
            return
        if len({cell.column for cell in kept if cell.text.strip()}) < 2:
            for cell in kept:
                self.paragraph(cell.text, page=page)
            return
        self._grid(kept, width=width, page=page)

    def text(self) -> Text:
        """Gives the finished Text. Raises Unreadable `empty` where nothing was found."""
        if not self._blocks:
            raise refusal("empty")
        return Text("".join(self._parts).removesuffix("\n"), tuple(self._blocks))

    def _grid(self, cells: list[GridCell], *, width: int, page: int | None) -> None:
        rows: dict[int, dict[int, GridCell]] = {}
        for cell in cells:
            rows.setdefault(cell.row, {})[cell.column] = cell
        self._fields += len(rows) * width
        if self._fields > MAX_GRID_FIELDS:
            raise refusal("too-complex")
        printed = {row: place for place, row in enumerate(sorted(rows))}
        start = self._length
        places: list[Cell] = []
        for row in sorted(rows):
            if places:
                self._write("\n")
            places.extend(self._row(rows[row], width=width, printed=printed))
        self._blocks.append(Block(start, self._length, BlockKind.TABLE, tuple(places), page))
        self._write("\n")

    def _row(self, cells: dict[int, GridCell], *, width: int, printed: dict[int, int]) -> list[Cell]:
        places = []
        for column in range(width):
            if column:
                self._write("\t")
            cell = cells.get(column)
            if cell is not None:
                start = self._length
                self._write(_WHITE.sub(" ", _clean(cell.text)).strip())
                row = printed[cell.row]
                rowspan = min(cell.rowspan, len(printed) - row)
                places.append(Cell(start, self._length, row, column, rowspan, cell.colspan))
        return places

    def _write(self, words: str) -> None:
        self._parts.append(words)
        self._length += len(words)
        if self._length > MAX_CHARACTERS:
            raise refusal("too-large")


def _clean(words: str) -> str:
    if _UNCLEAN.search(words) is None:
        return words
    return _UNPRINTABLE.sub("\ufffd", words.replace("\r\n", "\n").replace("\r", "\n"))
