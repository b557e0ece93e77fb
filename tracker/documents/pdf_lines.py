"""The lines of a PDF page, put together from its characters and where they stand."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pypdfium2
from pypdfium2 import raw

# A page may not say more than this; the densest print holds some ten thousand.
_MAX_CHARACTERS = 100_000
# Of a table's frame: a stroke this thin is a rule, and anything shorter is a letter's own.
_THICKEST_RULE, _SHORTEST_RULE = 3.0, 12.0
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201d\u2014\u2026]")
_SKIPPED = frozenset((2, 10, 13, 0xFEFF, 0xFFFE, 0xAD))
# What a font without a table of its characters gives: nothing, controls, its private numbers.
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ue000-\uf8ff\ufffd]")
# Radicals that look like letters (⼀ for 一) come from fonts that map them so.
_RADICALS = re.compile("[\u2f00-\u2fd5\u2e80-\u2ef3]")


@dataclass(slots=True)
class Glyph:
    """A character and its box, the origin at the lower left of the page as it is shown."""

    character: str
    left: float
    right: float
    bottom: float
    top: float
    size: float


@dataclass(slots=True)
class Line:
    """A printed line."""

    words: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    page: int

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(slots=True)
class Page:
    """A page: its glyphs by line, and what else matters of it."""

    number: int
    width: float
    height: float
    characters: int = 0
    unreadable: int = 0
    has_image: bool = False
    rules: int = 0
    rows: list[list[Glyph]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def read_page(document: pypdfium2.PdfDocument, number: int) -> Page:
    """Gives one page of a document, counted from 0."""
    shown = document[number]
    try:
        page = Page(number, *shown.get_size())
        _look_at_objects(shown, page)
        glyphs = _glyphs(shown, page)
    finally:
        shown.close()
    page.characters = sum(not glyph.character.isspace() for glyph in glyphs)
    page.unreadable = sum(_UNREADABLE.match(glyph.character) is not None for glyph in glyphs)
    page.rows = _rows(glyphs)
    page.lines = [line for line in (line_of(row, page=number) for row in page.rows) if line.words]
    return page


def line_of(glyphs: list[Glyph], *, page: int) -> Line:
    """Gives glyphs of one line as a Line."""
    inked = [glyph for glyph in glyphs if not glyph.character.isspace()] or glyphs
    return Line(
        words=words_of(glyphs),
        left=min(glyph.left for glyph in inked),
        right=max(glyph.right for glyph in inked),
        bottom=min(glyph.bottom for glyph in inked),
        top=max(glyph.top for glyph in inked),
        size=Counter(round(glyph.size * 2) / 2 for glyph in inked).most_common(1)[0][0],
        page=page,
    )


def words_of(glyphs: Iterable[Glyph]) -> str:
    """Gives the words of a line, a blank where the print leaves one."""
    words: list[str] = []
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None and _is_gap(before, glyph):
            words.append(" ")
        words.append(glyph.character)
        before = glyph
    return re.sub(r"\s{1,999}", " ", "".join(words)).strip()


def joined(before: str, after: str) -> str:
    """Gives two lines as one: Chinese without a blank, other words with one, a hyphenated word whole."""
    if not before or not after:
        return before + after
    if before[-1].isascii() and after[0].isascii() and before[-1].isalpha() and after[0].isalpha():
        return f"{before} {after}"
    return before + after


def _is_gap(before: Glyph, glyph: Glyph) -> bool:
    gap = glyph.left - before.right
    if before.character.isspace() or glyph.character.isspace():
        return False
    is_wide = _WIDE.match(before.character) or _WIDE.match(glyph.character)
    return gap > max(before.size, glyph.size) * (0.8 if is_wide else 0.25)


def _glyphs(shown: pypdfium2.PdfPage, page: Page) -> list[Glyph]:
    text = shown.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(text), _MAX_CHARACTERS)
        quarters = _quarters(text, count)
        turned = quarters - shown.get_rotation() // 90
        if turned % 2:
            page.width, page.height = page.height, page.width
        if turned:
            # The frame finder holds the page as it is shown, so its places would not be ours.
            page.rules = 0
        return [glyph for index in range(count) if (glyph := _glyph(text, index, quarters, page))]
    finally:
        text.close()


def _glyph(text: pypdfium2.PdfTextpage, index: int, quarters: int, page: Page) -> Glyph | None:
    code = raw.FPDFText_GetUnicode(text, index)
    if code in _SKIPPED or raw.FPDFText_IsGenerated(text, index) == 1:
        return None
    box, scale = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    is_placed = raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box)) and raw.FPDFText_GetCharOrigin(
        text, index, ctypes.byref(x), ctypes.byref(y)
    )
    if not is_placed or not raw.FPDFText_GetMatrix(text, index, ctypes.byref(scale)):
        return None
    corners = _turn(box.left, box.bottom, quarters, page), _turn(box.right, box.top, quarters, page)
    left, right = sorted(corner[0] for corner in corners)
    # The box of 一 is as flat as the letter, so height comes from the size of the type on its baseline.
    size = raw.FPDFText_GetFontSize(text, index) * math.hypot(scale.c, scale.d)
    baseline = _turn(x.value, y.value, quarters, page)[1]
    return Glyph(_character(code), left, right, baseline - 0.2 * size, baseline + 0.8 * size, max(size, 0.1))


def _character(code: int) -> str:
    character = chr(code) if code <= 0x10FFFF else "\ufffd"
    return unicodedata.normalize("NFKC", character) if _RADICALS.match(character) else character


def _quarters(text: pypdfium2.PdfTextpage, count: int) -> int:
    """Gives by how many quarters of a circle most letters lean to the left: 1 is text that runs upwards."""
    leaning: Counter[int] = Counter()
    scale = raw.FS_MATRIX()
    for index in range(0, count, max(count // 200, 1)):
        if raw.FPDFText_GetMatrix(text, index, ctypes.byref(scale)) and (scale.a or scale.b):
            leaning[round(math.atan2(scale.b, scale.a) / (math.pi / 2)) % 4] += 1
    return leaning.most_common(1)[0][0] if leaning else 0


def _turn(x: float, y: float, quarters: int, page: Page) -> tuple[float, float]:
    """Gives a point once its page is held so that the letters stand upright."""
    if quarters == 1:
        return y, page.height - x
    if quarters == 2:
        return page.width - x, page.height - y
    if quarters == 3:
        return page.width - y, x
    return x, y


def _rows(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Groups glyphs whose middles stand at one height, top to bottom, each row from left to right."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and _stands_beside(runs[-1][-1], glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    runs.sort(key=lambda run: -(run[0].top + run[0].bottom))
    rows: list[list[Glyph]] = []
    for run in runs:
        if rows and _stands_beside(rows[-1][0], run[0]):
            rows[-1].extend(run)
        else:
            rows.append(run)
    for row in rows:
        row.sort(key=lambda glyph: glyph.left)
    return rows


def _stands_beside(one: Glyph, other: Glyph) -> bool:
    apart = abs((one.top + one.bottom) - (other.top + other.bottom)) / 2
    return apart < 0.5 * min(max(one.size, 1.0), max(other.size, 1.0))


def _look_at_objects(shown: pypdfium2.PdfPage, page: Page) -> None:
    for thing in shown.get_objects(max_depth=3):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            page.has_image = True
        elif thing.type == raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = thing.get_bounds()
            width, height = right - left, top - bottom
            is_frame = width > _SHORTEST_RULE and height > _SHORTEST_RULE
            is_rule = min(width, height) < _THICKEST_RULE and max(width, height) > _SHORTEST_RULE
            page.rules += 4 if is_frame else int(is_rule)
