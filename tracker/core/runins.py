"""Items that begin inside the paragraph of their heading: 12.支持改造。(1)编制路线图。 with (2) on the line below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.core.numbering import Number, Style, number_at

if TYPE_CHECKING:
    from tracker.core.paragraphs import Paragraph

# Where a sentence ends and a number may stand.
_BOUNDARY = re.compile(r"(?<=[。;:!?)])(?=[(0-9①-⑨⑴-⑼])")
_MOST = 20
_LONGEST_NUMBER = 8


def with_run_in(chars: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Gives the paragraphs, parted where a row of numbers begins within one and goes on at the next. Linear."""
    found: list[Paragraph] = []
    reached: dict[Style, int] = {}
    heading: int | None = None
    for paragraph in paragraphs:
        number = paragraph.number
        if number is None:
            found.append(paragraph)
            continue
        missing = heading is not None and 2 <= number.value <= _MOST and reached.get(number.style) is None
        if missing and heading is not None and number.style >= Style.CHINESE_BRACKET:
            found[heading:] = _parted(chars, found[heading:], number)
        heading = len(found)
        found.append(paragraph)
        reached = {style: value for style, value in reached.items() if style < number.style}
        reached[number.style] = number.value
    return found


def _parted(chars: str, paragraphs: Sequence[Paragraph], following: Number) -> list[Paragraph]:
    """The paragraphs since a heading, with the numbers before the following one parted off; as they are if one lacks.

    Takes: the heading first, paragraphs without number behind it.
    """
    starts = list(_starts(chars, paragraphs, following))
    if len(starts) != following.value - 1:
        return list(paragraphs)
    parts: list[Paragraph] = []
    for paragraph in paragraphs:
        inside = [(at, number) for at, number in starts if paragraph.start <= at < paragraph.end]
        edges = [*(at for at, _ in inside), paragraph.end]
        if edges[0] > paragraph.start:
            parts.append(replace(paragraph, end=edges[0]))
        for k, (at, number) in enumerate(inside):
            parts.append(replace(paragraph, start=at, end=edges[k + 1], number=number))
    return parts


def _starts(chars: str, paragraphs: Sequence[Paragraph], following: Number) -> Iterator[tuple[int, Number]]:
    """The places of the numbers 1, 2, … before the following one, of its shape and in order."""
    wanted = 1
    for paragraph in paragraphs:
        if paragraph.table or wanted == following.value:
            continue
        first = paragraph.start + (paragraph.number.length if paragraph.number else 0)
        for match in _BOUNDARY.finditer(chars, first, paragraph.end):
            number = number_at(chars[match.start() : min(paragraph.end, match.start() + _LONGEST_NUMBER)])
            if number and number.sure and (number.style, number.value) == (following.style, wanted):
                yield match.start(), number
                wanted += 1
                if wanted == following.value:
                    break
