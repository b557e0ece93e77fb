"""Indicator tables that a web page flattened to one cell a line, blank lines between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.core.columns import Column, Holds, column, is_indicators, paired
from tracker.core.indicators import Words, index_of, is_value

_LONGEST_HEADER = 40
_LONGEST_CELL = 60
_LONGEST_ROW = 16
_HEADS = (Holds.NUMBER, Holds.CATEGORY, Holds.NAME)
# What follows a table and is no cell of its last row.
_BELOW = re.compile("注|备注:|说明|附|[一二三四五六七八九十]{1,3}、|\\(")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its place, and its words."""

    start: int
    end: int
    words: Words


@dataclass(frozen=True, slots=True)
class FlatRow:
    """The cells of one row, in the order printed."""

    cells: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FlatTable:
    """A flattened table: its columns, its rows, its place."""

    columns: tuple[Column, ...]
    rows: tuple[FlatRow, ...]
    start: int
    end: int


def flattened(lines: Sequence[Line]) -> Iterator[FlatTable]:
    """Gives the flattened indicator tables among the lines, in order. Linear in their number."""
    i = 0
    while i < len(lines):
        header = _header(lines, i) if len(lines[i].words.match) <= 12 else None
        if header is None:
            i += 1
            continue
        columns, first = header
        rows, after = _Rows(lines, columns, first).read()
        if not rows:
            i += 1
            continue
        end = lines[after - 1].end
        if (
            after < len(lines)
            and lines[after].words.match[:1] in ("注", "说", "备")
            and ":" in lines[after].words.match[:6]
        ):
            end = lines[after].end
            after += 1
        yield FlatTable(tuple(columns), tuple(rows), lines[i].start, end)
        i = after


def _header(lines: Sequence[Line], start: int) -> tuple[list[Column], int] | None:
    """The columns of a header that begins at a line, and the first line behind it."""
    if column(lines[start].words.match).holds not in _HEADS:
        return None
    found: list[Column] = []
    i = start
    while i < len(lines) and i - start < _LONGEST_HEADER:
        match = lines[i].words.match
        one = column(match) if len(match) <= 24 else Column(Holds.OTHER)
        known = one.holds is not Holds.OTHER or match in ("备注", "指标属性", "属性", "说明")
        if (
            not known
            or (is_value(lines[i].words) and one.holds is not Holds.VALUE)
            or (match.isdigit() and len(match) < 4)
        ):
            break
        found.append(one)
        i += 1
    columns = paired(found)
    while columns and not is_indicators(columns):
        return None
    return (columns, i) if columns and i < len(lines) else None


class _Rows:
    """Reads rows from the lines behind a header."""

    def __init__(self, lines: Sequence[Line], columns: Sequence[Column], first: int) -> None:
        self.lines, self.columns, self.at = lines, columns, first
        self.wanted = sum(one.holds is Holds.VALUE for one in columns)
        self.numbered = any(one.holds is Holds.NUMBER for one in columns)
        last = max(i for i, one in enumerate(columns) if one.holds is Holds.VALUE)
        self.trailing = len(columns) - last - 1

    def read(self) -> tuple[list[FlatRow], int]:
        """The rows, and the index of the first line behind the last of them."""
        rows: list[FlatRow] = []
        after = self.at
        i = self.at
        expected = 1
        while i < len(self.lines):
            begin = self._begin(i, expected)
            if begin is None:
                break
            end = self._end(begin, expected)
            if not any(is_value(line.words) for line in self.lines[begin + self.numbered : end]):
                break
            rows.append(FlatRow(tuple(self.lines[begin:end])))
            after = i = end
            expected += 1
        return rows, after

    def _begin(self, i: int, expected: int) -> int | None:
        """Where the next row begins: at its number, of which a category may stand in front."""
        if not self.numbered:
            return i if not is_value(self.lines[i].words) and self._near_value(i) else None
        for k in range(i, min(i + 4, len(self.lines))):
            if self._is_number(k, expected):
                return k
            if is_value(self.lines[k].words) or len(self.lines[k].words.match) > 20:
                return None
        return None

    def _is_number(self, i: int, expected: int) -> bool:
        """Whether a line is the number of the next row: it is the number due, and words and then values follow."""
        if index_of(self.lines[i].words) != expected or i + 1 >= len(self.lines):
            return False
        return not is_value(self.lines[i + 1].words) and self._near_value(i + 1)

    def _near_value(self, i: int) -> bool:
        for line in self.lines[i : i + 8]:
            if len(line.words.match) > _LONGEST_CELL:
                return False
            if is_value(line.words):
                return True
        return False

    def _end(self, begin: int, expected: int) -> int:
        """The index behind the row's last cell: all values read and the words of the next row reached."""
        values = behind = 0
        i = begin + self.numbered
        while i < len(self.lines) and i - begin < _LONGEST_ROW:
            words = self.lines[i].words
            if len(words.match) > _LONGEST_CELL:
                break
            if self.numbered and values and self._is_number(i, expected + 1):
                break
            if is_value(words) and i > begin + self.numbered:
                if values == self.wanted:
                    break
                values += 1
            elif values:
                if values < self.wanted or behind == self.trailing or _BELOW.match(words.match):
                    break
                behind += 1
            i += 1
        return i
