"""Responsibility tables that a web page flattened to one cell a line: rows told by their running numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.columns import Holds, column
from tracker.core.deadlines import is_deadline
from tracker.core.furniture import is_closing
from tracker.core.lines import Line
from tracker.core.tables import ResponsibilityRow
from tracker.core.text import Span
from tracker.core.units import looks_like_unit

_DUTIES = (Holds.LEAD, Holds.RESPONSIBLE, Holds.COOPERATING)
_WIDEST = 12
_LONGEST_ROW = 24


@dataclass(frozen=True, slots=True)
class _Header:
    columns: tuple[Holds, ...]
    end: int


def flat_rows(lines: list[Line]) -> tuple[ResponsibilityRow, ...]:
    """Gives the rows of all such tables, in order. Linear in the number of lines."""
    found: list[ResponsibilityRow] = []
    index = 0
    while index < len(lines):
        header = _header(lines, index)
        if header is None:
            index += 1
            continue
        rows, index = _rows(lines, header)
        found += rows
    return tuple(found)


def _header(lines: list[Line], index: int) -> _Header | None:
    if len(lines[index].text) > 4 or column(lines[index].text).holds is not Holds.NUMBER:
        return None
    columns: list[Holds] = []
    for line in lines[index : index + _WIDEST]:
        if line.text == "1":
            break
        if len(line.text) > 16 or line.table:
            return None
        columns.append(column(line.text).holds)
    tasks = sum(holds in (Holds.TASK, Holds.NAME) for holds in columns)
    duties = sum(holds in _DUTIES for holds in columns)
    fits = 3 <= len(columns) < _WIDEST and tasks and duties and Holds.VALUE not in columns
    return _Header(tuple(columns), index + len(columns)) if fits else None


def _rows(lines: list[Line], header: _Header) -> tuple[list[ResponsibilityRow], int]:
    found: list[ResponsibilityRow] = []
    index, number = header.end, 1
    while index < len(lines) and lines[index].text == str(number):
        end = _row_end(lines, index, str(number + 1), len(header.columns))
        row = _row(lines[index:end], header.columns)
        if row is not None:
            found.append(row)
        index, number = end, number + 1
    return found, max(index, header.end)


def _row_end(lines: list[Line], index: int, following: str, width: int) -> int:
    """Where the row ends: before the next number, or after as many cells as there are columns."""
    for k in range(index + 1, min(len(lines), index + _LONGEST_ROW)):
        if lines[k].text == following:
            return k
    stop = index + 1
    while stop < min(len(lines), index + width) and not _ends_table(lines[stop].text):
        stop += 1
    return stop


def _ends_table(text: str) -> bool:
    return is_closing(text) or re.match(r"(?:备?注|说明|附件)[:0-9]|[一二三四五六七八九十]、", text) is not None


def _row(cells: list[Line], columns: tuple[Holds, ...]) -> ResponsibilityRow | None:
    held = dict[Holds, Line]()
    tasks = [holds for holds in columns if holds in (Holds.TASK, Holds.NAME)]
    own = cells[1:]
    if len(own) < len(columns) - 1:
        return _short_row(cells, columns)
    extra = len(own) - (len(columns) - 1)
    before = next(i for i, holds in enumerate(columns) if holds in tasks)
    # A cell that was broken over several lines is the one that says what is to be done.
    work = own[before - 1 : before + len(tasks) - 1 + extra]
    rest = own[: before - 1] + own[before + len(tasks) - 1 + extra :]
    for holds, cell in zip([one for one in columns[1:] if one not in tasks], rest, strict=False):
        held.setdefault(holds, cell)
    return _made(cells, work, held)


def _short_row(cells: list[Line], columns: tuple[Holds, ...]) -> ResponsibilityRow | None:
    """A row with blank cells, whose cells are told apart by what they look like."""
    held = dict[Holds, Line]()
    work: list[Line] = []
    duties = [holds for holds in columns if holds in _DUTIES]
    for cell in cells[1:]:
        named = looks_like_unit(re.split("[、,;]", cell.text)[-1]) and "。" not in cell.text
        if work and named and duties:
            held[duties.pop(0)] = cell
        elif work and Holds.DEADLINE in columns and is_deadline(cell.text):
            held[Holds.DEADLINE] = cell
        elif not held:
            work.append(cell)
    return _made(cells, work, held)


def _made(cells: list[Line], work: list[Line], held: dict[Holds, Line]) -> ResponsibilityRow | None:
    if not work or not any(holds in held for holds in _DUTIES):
        return None
    return ResponsibilityRow(
        number=cells[0].text,
        task=_span(work),
        lead=_place(held.get(Holds.LEAD)),
        responsible=_place(held.get(Holds.RESPONSIBLE)),
        cooperating=_place(held.get(Holds.COOPERATING)),
        deadline=_place(held.get(Holds.DEADLINE)),
        row=_span(cells),
    )


def _span(lines: list[Line]) -> Span:
    return Span(lines[0].at[0], lines[-1].at[-1] + 1)


def _place(line: Line | None) -> Span | None:
    return Span(line.at[0], line.at[-1] + 1) if line else None
