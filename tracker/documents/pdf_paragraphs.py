"""Lines of a PDF joined into paragraphs: where a line runs to the margin and the next begins without indent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from tracker.documents.pdf_lines import Line, joined

_MARKER = re.compile(
    r"(?:[一二三四五六七八九十百]{1,4}[、．.]|[（(〔][一二三四五六七八九十0-9]{1,3}[)）〕]|[0-9]{1,3}[、．.](?![0-9])"
    r"|第[一二三四五六七八九十百0-9]{1,4}[章节条部]|[①-⑳⑴-⒇⒈-⒛]|[0-9]{1,2}[)）]|——|附件|专栏)"
)
_END = re.compile(r"[。！？；：:;）)」】〕\]］〉》>”]$")
# How far from the right margin a full line may end: a word or a number that cannot be cut, a mark that may not lead.
_SLACK_INDENTED, _SLACK = 4.2, 2.3
# With fewer lines than this none need run to the margin, so the page itself says where it is.
_FEWEST_LINES = 8


@dataclass(slots=True)
class Paragraph:
    """A paragraph and where it begins."""

    words: str
    page: int
    top: float


@dataclass(frozen=True, slots=True)
class Measure:
    """How the body of the document is set."""

    left: float
    right: float
    size: float
    pitch: float
    is_indented: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a page that is taken, as by a table."""

    page: int
    left: float
    right: float
    bottom: float
    top: float

    def holds(self, line: Line) -> bool:
        return self.page == line.page and self.bottom <= line.middle <= self.top


def paragraphs_of(lines: list[Line], taken: Iterable[Place], *, page_width: float) -> list[Paragraph]:
    """Gives the paragraphs of all lines outside the places taken."""
    places: dict[int, list[Place]] = {}
    for place in taken:
        places.setdefault(place.page, []).append(place)
    lines = [line for line in lines if not any(place.holds(line) for place in places.get(line.page, ()))]
    if not lines:
        return []
    measure = _measure(lines, page_width)
    paragraphs: list[Paragraph] = []
    opening = before = None
    for line in lines:
        is_between = before is not None and any(
            _stands_between(place, before, line) for place in places.get(line.page, ())
        )
        if before is None or opening is None or is_between or not _continues(opening, before, line, measure=measure):
            paragraphs.append(Paragraph(line.words, line.page, line.top))
            opening = line
        else:
            paragraphs[-1].words = joined(paragraphs[-1].words, line.words)
        before = line
    return paragraphs


def _stands_between(place: Place, before: Line, line: Line) -> bool:
    return line.bottom <= place.bottom and (before.page < place.page or before.middle >= place.top)


def _measure(lines: list[Line], page_width: float) -> Measure:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.words)
    size = sizes.most_common(1)[0][0]
    body = [line for line in lines if abs(line.size - size) <= 0.6]
    lefts = Counter(round(line.left / 3) for line in body)
    often = [place for place, times in lefts.items() if times >= max(2, len(body) / 20)] or list(lefts)
    left = min(often) * 3.0
    rights = sorted(line.right for line in body)
    if len(body) < _FEWEST_LINES:
        rights.append(max(rights[-1], page_width - left))
    steps = [before.middle - after.middle for before, after in pairwise(body) if before.page == after.page]
    steps = sorted(step for step in steps if 0.8 * size < step < 4 * size)
    indented = sum(1.2 * size < line.left - left < 2.8 * size for line in body)
    return Measure(
        left=left,
        right=rights[int(len(rights) * 0.96)] if len(rights) > 25 else rights[-1],
        size=size,
        pitch=steps[len(steps) // 8] if steps else 2 * size,
        is_indented=indented >= max(2, len(body) / 12),
    )


def _continues(opening: Line, before: Line, line: Line, *, measure: Measure) -> bool:
    """Tells whether a line goes on with the paragraph that the line before belongs to."""
    if abs(line.size - before.size) > 0.6:
        return False
    if line.page == before.page and before.middle - line.middle > 1.3 * max(measure.pitch, line.size):
        return False
    if _is_centred(before, measure) and _is_centred(line, measure):
        return line.size > 1.15 * measure.size
    slack = (_SLACK_INDENTED if measure.is_indented else _SLACK) * measure.size
    if before.right < measure.right - slack:
        return False
    return _begins_as_continuation(opening, before, line, measure=measure)


def _begins_as_continuation(opening: Line, before: Line, line: Line, *, measure: Measure) -> bool:
    indent = line.left - measure.left
    is_marked = _MARKER.match(line.words) is not None
    if indent > 1.2 * measure.size:
        is_hanging = _MARKER.match(opening.words) is not None and line.left > opening.left + 0.8 * measure.size
        is_aligned = before is not opening and abs(before.left - line.left) < 0.5 * measure.size
        return not is_marked and (is_aligned or (is_hanging and not _END.search(before.words)))
    # A number may head a line in the middle of a sentence; a paragraph hardly ends without a mark.
    return not is_marked or not _END.search(before.words)


def _is_centred(line: Line, measure: Measure) -> bool:
    before, after = line.left - measure.left, measure.right - line.right
    return before > 1.2 * measure.size and after > 0.8 * measure.size and abs(before - after) < 1.5 * line.size
