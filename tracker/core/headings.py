"""The chapters and sections that stand above the items of a plan, found from the numbers on their paths."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as printed; `parent` is the index of the one above it in the same list."""

    number: str
    title: str
    start: int
    end: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text and where it stands."""

    start: int
    words: str


def headings_above(content: str, items: Sequence[tuple[Sequence[str], int]]) -> tuple[list[Heading], list[int | None]]:
    """Gives the headings in reading order of first use, and for each item the index of the one it stands under.

    Takes (path, start) of every item, the path being printed numbers from the outermost inwards. A number of a path
    that no line before the item begins with is passed over.
    """
    by_number = _lines_by_number(content, {number for path, _ in items for number in path})
    headings: list[Heading] = []
    known: dict[int, int] = {}
    homes: list[int | None] = []
    for path, start in items:
        home: int | None = None
        for line, number in _chain(path, start, by_number):
            if line.start not in known:
                known[line.start] = len(headings)
                headings.append(_heading(line, number, home))
            home = known[line.start]
        homes.append(home)
    return headings, homes


def _lines_by_number(content: str, numbers: set[str]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {number: [] for number in numbers}
    if not numbers:
        return found
    starts = re.compile("|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True)))
    at = 0
    for raw in content.split("\n"):
        words = raw.lstrip()
        match = starts.match(words)
        if match:
            found[match[0]].append(Line(at + len(raw) - len(words), words.rstrip()))
        at += len(raw) + 1
    return found


def _chain(path: Sequence[str], start: int, by_number: dict[str, list[Line]]) -> list[tuple[Line, str]]:
    chain: list[tuple[Line, str]] = []
    before = start
    for number in reversed(path):
        lines = by_number[number]
        place = bisect_left(lines, before, key=lambda line: line.start)
        # An item that is itself a heading's line stands under the heading at the same place.
        if place < len(lines) and lines[place].start == before == start:
            place += 1
        if place:
            chain.append((lines[place - 1], number))
            before = lines[place - 1].start
    return chain[::-1]


def _heading(line: Line, number: str, parent: int | None) -> Heading:
    rest = line.words[len(number) :].strip()
    title = re.split(r"[。:：]", rest, maxsplit=1)[0][:_LONGEST_TITLE]
    return Heading(number, title, line.start, line.start + len(line.words), parent)
