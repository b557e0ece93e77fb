"""A text cut into pieces so that overlapping marks can be shown: each piece knows all marks that cover it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to be shown, code-point offsets, `end` exclusive, and the key of what it belongs to."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line under the same marks throughout; `keys` in the order the marks were given."""

    start: int
    words: str
    keys: tuple[str, ...] = ()


def lines_of_pieces(content: str, marks: Iterable[Mark]) -> list[list[Piece]]:
    """Gives the lines of a text, each cut at every edge of a mark; newlines belong to no piece.

    Marks outside the text are cut to it. The pieces of a line joined give the line. Linear in the text and, for
    marks that overlap a bounded number of others, in the marks.
    """
    length = len(content)
    kept = [(max(0, m.start), min(length, m.end), m.key) for m in marks]
    kept = [mark for mark in kept if mark[0] < mark[1]]
    opening: dict[int, list[int]] = {}
    closing: dict[int, list[int]] = {}
    for order, (start, end, _key) in enumerate(kept):
        opening.setdefault(start, []).append(order)
        closing.setdefault(end, []).append(order)
    cuts = sorted({*opening, *closing})
    lines: list[list[Piece]] = []
    active: list[int] = []
    at = next_cut = 0
    for line in content.split("\n"):
        pieces: list[Piece] = []
        end = at + len(line)
        while True:
            while next_cut < len(cuts) and cuts[next_cut] <= at:
                active = sorted({*active, *opening.get(cuts[next_cut], ())} - {*closing.get(cuts[next_cut], ())})
                next_cut += 1
            until = min(end, cuts[next_cut]) if next_cut < len(cuts) else end
            if until > at:
                pieces.append(Piece(at, content[at:until], tuple(kept[order][2] for order in active)))
            at = until
            if at >= end:
                break
        lines.append(pieces)
        at = end + 1
    return lines
