"""Stacked bars whose pieces are links to the rows they count; drawn by templates/macros/charts.html."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tracker.core.classes import ReportClass
from tracker.core.figures import stretches
from tracker.core.lights import Light
from tracker.services.shown import ASIDE, NOT_ISSUED, STANDING, Tally

WIDTH = 1000
LEAST = 12.0
# The colour of a class of a report is that of the light it is made of.
TONES = {ReportClass.ON_SCHEDULE: Light.ON_TIME.value}
OTHERS = {STANDING: "常态化", NOT_ISSUED: "未交办", ASIDE: "中止或终止"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a bar; `member` is the light or class it counts, None where it counts neither."""

    label: str
    count: int
    tone: str
    href: str | None
    member: Any
    x: float = 0.0
    width: float = 0.0


def bar(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Gives the pieces that count anything, placed side by side over the width of the drawing."""
    counted = [piece for piece in pieces if piece.count]
    places = stretches([piece.count for piece in counted], WIDTH, least=LEAST)
    return tuple(
        Piece(p.label, p.count, p.tone, p.href, p.member, place.x, place.width)
        for p, place in zip(counted, places, strict=True)
    )


def tally_bar(tally: Tally, link: Any) -> tuple[Piece, ...]:
    """Gives the bar of a tally, most urgent first; `link` makes the address of the rows that show a value."""
    urgent = (Light.LATE, Light.BEHIND, Light.UNKNOWN, Light.NEAR, Light.ON_TIME, Light.DONE)
    pieces = [Piece(m.label, tally.lights.get(m, 0), m.value, link(m.value), m) for m in urgent]
    others = {STANDING: tally.standing, NOT_ISSUED: tally.not_issued, ASIDE: tally.aside}
    pieces += [Piece(OTHERS[name], count, "other", link(name), None) for name, count in others.items()]
    return bar(pieces)


def class_bar(counts: Iterable[tuple[ReportClass, int]], link: Any) -> tuple[Piece, ...]:
    """Gives the bar of a report's classes, in their order."""
    return bar(Piece(kind.label, n, TONES.get(kind, kind.value), link(kind), kind) for kind, n in counts)
