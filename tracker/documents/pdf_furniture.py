"""Page numbers, running heads and dotted lists of contents: printed on every page, said by none."""

from __future__ import annotations

import re
from collections import Counter

from tracker.documents.pdf_lines import Line, Page

_DASHES = r"[-—–―－·•\s]"
_PAGE_NUMBER = re.compile(
    rf"(?P<before>{_DASHES}{{0,9}}第?\s?)(?P<number>[0-9]{{1,4}})"
    rf"(?P<after>\s?(?:页|/\s?[0-9]{{1,4}}|页?[，,]?\s?共\s?[0-9]{{1,4}}\s?页)?{_DASHES}{{0,9}})"
)
_CONTENTS = re.compile(r"[.．·…]{4,999}\s?[0-9]{1,4}$")
_CONTENTS_TITLE = re.compile(r"目\s{0,9}[录次]")
_LETTER = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"[0-9]{1,9}")
# How much of the page at its head and at its foot may hold furniture.
_MARGIN = 0.14
_FEWEST_REPEATS = 3


def without_furniture(pages: list[Page]) -> list[Line]:
    """Gives the lines of all pages in order, furniture left out."""
    repeated = _repeated(pages)
    numbers = _page_numbers(pages)
    lines: list[Line] = []
    for page in pages:
        for line in page.lines:
            is_running = _mark(line) in repeated and _is_in_margin(line, page)
            is_contents = _CONTENTS.search(line.words) or _CONTENTS_TITLE.fullmatch(line.words)
            if id(line) not in numbers and not is_running and not is_contents:
                lines.append(line)
    return lines


def _page_numbers(pages: list[Page]) -> set[int]:
    """Gives the outermost lines that hold the number of their page: with dashes or 页, or counting as the pages do."""
    found: list[tuple[Line, bool, int]] = []
    for page in pages:
        for line in {id(line): line for line in (page.lines[:1] + page.lines[-1:])}.values():
            match = _PAGE_NUMBER.fullmatch(line.words) if _is_in_margin(line, page) else None
            if match:
                is_dressed = bool((match["before"] + match["after"]).strip())
                found.append((line, is_dressed, int(match["number"]) - page.number))
    offsets = Counter(offset for _line, _is_dressed, offset in found)
    fewest = 1 if len(pages) == 1 else 2
    return {id(line) for line, is_dressed, offset in found if is_dressed or offsets[offset] >= fewest}


def _repeated(pages: list[Page]) -> set[tuple[str, int, float]]:
    """Gives what stands at the same place in the margin of at least three pages and of every third page."""
    marks: Counter[tuple[str, int, float]] = Counter()
    for page in pages:
        marks.update({_mark(line) for line in page.lines if _LETTER.search(line.words) and _is_in_margin(line, page)})
    fewest = max(_FEWEST_REPEATS, len(pages) / 3)
    return {mark for mark, times in marks.items() if times >= fewest}


def _is_in_margin(line: Line, page: Page) -> bool:
    return line.middle > page.height * (1 - _MARGIN) or line.middle < page.height * _MARGIN


def _mark(line: Line) -> tuple[str, int, float]:
    return _DIGITS.sub("0", line.words), round(line.middle / 4), line.size
