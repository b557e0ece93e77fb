"""Figures that people add up: shares that make exactly 100, and the geometry of the bars that show counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")
_WHOLE = Decimal("100.0")


def shares(counts: Sequence[int]) -> tuple[Decimal, ...]:
    """Gives each count's share of their sum in percent with one decimal; they add to 100.0, or are all 0.0.

    Each is rounded half up; what is missing or too much goes to the largest count, the first of several.
    Source: DESIGN 5.5.
    """
    total = sum(counts)
    if total == 0:
        return tuple(Decimal("0.0") for _ in counts)
    rounded = [(Decimal(count * 100) / total).quantize(_TENTH, ROUND_HALF_UP) for count in counts]
    largest = max(range(len(counts)), key=lambda place: (counts[place], -place))
    rounded[largest] += _WHOLE - sum(rounded)
    return tuple(rounded)


def percent(part: int, whole: int) -> Decimal:
    """Gives one share in percent with one decimal, rounded half up; 0.0 of nothing."""
    if whole == 0:
        return Decimal("0.0")
    return (Decimal(part * 100) / whole).quantize(_TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a stacked bar: where it begins and how wide it is, in the units of the whole bar's width."""

    x: float
    width: float


def stretches(counts: Sequence[int], width: int, *, least: float = 0.0) -> tuple[Stretch, ...]:
    """Gives the pieces of a stacked bar, side by side over the whole width.

    A piece that would be narrower than `least` is widened to about that, so that it can be seen and clicked.
    """
    total = sum(counts)
    if total == 0:
        return tuple(Stretch(0.0, 0.0) for _ in counts)
    plain = [max(count / total * width, least) if count else 0.0 for count in counts]
    scale = width / sum(plain)
    pieces, x = [], 0.0
    for piece in plain:
        pieces.append(Stretch(round(x, 2), round(piece * scale, 2)))
        x += piece * scale
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Column:
    """One stacked column of a chart over time: the place of each of its pieces, from the bottom up."""

    x: float
    width: float
    pieces: tuple[Stretch, ...]


def columns(rows: Sequence[Sequence[int]], width: int, height: int) -> tuple[Column, ...]:
    """Gives the columns of a chart of so many units; all rows are drawn to the scale of the largest sum.

    In each piece `x` is its top from the top of the chart, and `width` its height.
    """
    highest = max((sum(row) for row in rows), default=0)
    if not highest:
        return ()
    step = width / len(rows)
    made = []
    for place, row in enumerate(rows):
        pieces, top = [], float(height)
        for count in row:
            tall = count / highest * height
            top -= tall
            pieces.append(Stretch(round(top, 2), round(tall, 2)))
        made.append(Column(round(place * step + step * 0.2, 2), round(step * 0.6, 2), tuple(pieces)))
    return tuple(made)
