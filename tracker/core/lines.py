"""The printed lines of a document, each without its blanks, every character knowing its place in the content."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.core.numbering import Style, number_at
from tracker.core.text import BlockKind, Span, Text


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line for matching: `text` has no blanks, `at[i]` is the content offset of `text[i]`.

    `gaps` holds the indexes before which blanks stood. `table` marks a row of a table of several columns.
    """

    text: str
    at: array[int]
    gaps: frozenset[int]
    table: bool = False
    page: int | None = None
    indent: int = 0


def lines_of(text: Text, normal: str, apart: Sequence[Span] = ()) -> list[Line]:
    """Gives the lines that are not blank, in reading order; blocks that overlap or lie outside are clipped.

    Takes: the document and its matching form, both of the same length; the places that were read as tables.
    """
    rows = sorted(apart, key=lambda span: span.start)
    passed = 0
    found: list[Line] = []
    reached = 0
    for block in text.blocks:
        start, end = max(block.start, reached), min(block.end, len(normal))
        table = block.kind is BlockKind.TABLE and len({cell.column for cell in block.cells}) > 1
        while start < end:
            stop = normal.find("\n", start, end)
            stop = end if stop < 0 else stop
            while passed < len(rows) and rows[passed].end <= start:
                passed += 1
            inside = passed < len(rows) and rows[passed].start < stop
            line = _line(normal, start, stop, table=table or inside, page=block.page)
            if line is not None:
                found += _parted(line)
            start = stop + 1
        reached = max(reached, end)
    return found


def _line(normal: str, start: int, end: int, *, table: bool, page: int | None) -> Line | None:
    kept = [i for i in range(start, end) if normal[i] != " "]
    if not kept:
        return None
    gaps = frozenset(k for k in range(1, len(kept)) if kept[k] != kept[k - 1] + 1)
    return Line("".join(normal[i] for i in kept), array("q", kept), gaps, table, page, kept[0] - start)


# A web page that lost its line ends prints a whole plan in one line, blanks before the numbers.
_LOST = 600


def _parted(line: Line) -> list[Line]:
    if len(line.text) <= _LOST or line.table:
        return [line]
    gaps = sorted(line.gaps)
    cuts = [gap for gap in gaps if _begins_item(line.text[gap : gap + 14])]
    if len(cuts) < 2:
        return [line]
    parts = []
    for a, b in pairwise([0, *cuts, len(line.text)]):
        own = frozenset(gap - a for gap in gaps[bisect_right(gaps, a) : bisect_left(gaps, b)])
        parts.append(Line(line.text[a:b], line.at[a:b], own, False, line.page, 0))
    return parts


def _begins_item(text: str) -> bool:
    number = number_at(text)
    return number is not None and number.sure and number.style < Style.CIRCLE
