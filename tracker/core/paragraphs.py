"""The document as a row of paragraphs: lines that were broken in printing are one again, furniture is left out.

Matching is done on `View.chars`, which has no blanks; `View.at` leads every character back to the content.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.core.furniture import page_furniture
from tracker.core.labels import boxed_label_at, label_at
from tracker.core.lines import Line
from tracker.core.numbering import Number, Style, number_at
from tracker.core.runins import with_run_in
from tracker.core.units import is_strong, looks_like_unit

_END = "。;:!?…"
# The reading a conversion printed behind the last character of a stretch belongs to it.
_TRAILING = re.compile(r"[(（][^()（）\s]{1,6}[)）]")
_NEVER_FIRST = "、,;。:)!?”》〉…"
_BOX = re.compile(r"\(?专(?:栏|题)(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})?(?![目里])")
_ANNEX = re.compile(
    r"附(?:件|表|录|图)(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2}(?:-[0-9]{1,2})?)?(?:[:.、]|$|(?=[^的中所])(?<=[0-9一二三四五六七八九十]))"
)
# Who leads is said, so that who helps is still to come; and the words that close such a sentence or a list.
_TELLING = re.compile(r":由|(?:牵头|会同)[,;、]|(?:牵头|会同)$")
_CLOSED = re.compile(
    r"(?:等(?:有关|相关|各)?(?:部门|单位)?)?(?:按(?:照)?(?:各自)?职责分工|共同|分别|具体)?"
    r"(?:配合|负责|落实|参加|参与|协助|协办|支持|实施|推进|办理)+[。;]?$"
)
_TAIL = re.compile(r"等(?:有关|相关|各)?(?:部门|单位)?[。;]?$")
# A document's number: alone on its line it is a paragraph; behind its label it may be broken.
_DOC_NO = re.compile(r"[\u4e00-\u9fff]{2,12}\((?:19|20)[0-9]{2}\)第?[0-9]{1,5}[号號]")
_NO_LABEL = re.compile(r"(?:字号|文号):[\u4e00-\u9fff]{1,12}(?:\([0-9]{0,4}(?:\)第?[0-9]{0,5})?)?$")
_NOTE = re.compile(r"\(?(?:备?注|说明)[0-9]?[:.]")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of the view; `number` when it begins with one; `first` is its first line's index."""

    start: int
    end: int
    number: Number | None = None
    table: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What is matched on: characters without blanks, paragraphs parted by newlines.

    `at[i]` is the content offset of character i; `gaps` are the indexes before which blanks or a line's end stood.
    """

    chars: str
    at: array[int]
    gaps: frozenset[int]
    paragraphs: tuple[Paragraph, ...]
    content: str = ""

    def printed(self, start: int, end: int) -> str:
        """What a stretch prints: blanks within lines stay, a line broken in printing is one again."""
        return "".join(words for words, _ in self._pieces(start, end))

    def unbroken(self, start: int, end: int) -> tuple[str, list[int]]:
        """What a stretch prints, with the place in the content of each of its characters."""
        pieces = list(self._pieces(start, end))
        return "".join(words for words, _ in pieces), [at + k for words, at in pieces for k in range(len(words))]

    def is_broken(self, start: int, end: int) -> bool:
        """Whether a stretch holds lines that were broken in printing."""
        first = bisect_right(self.paragraphs, start, key=lambda one: one.end)
        last = bisect_left(self.paragraphs, end, key=lambda one: one.start)
        return any(paragraph.broken for paragraph in self.paragraphs[first:last])

    def _pieces(self, start: int, end: int) -> Iterator[tuple[str, int]]:
        at, content = self.at, self.content
        for i in range(start, end):
            if i > start and at[i] != at[i - 1] + 1 and self.chars[i] != "\n" != self.chars[i - 1]:
                between = content[at[i - 1] + 1 : at[i]]
                words = re.fullmatch("[A-Za-z]{2}", content[at[i - 1]] + content[at[i]]) is not None
                yield ((" " if words else "") if "\n" in between else between), at[i - 1] + 1
            yield ("\n" if self.chars[i] == "\n" else content[at[i]]), at[i]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the view that a stretch of the content has left after its blanks are gone."""
        return bisect_left(self.at, start), bisect_left(self.at, end)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The content offsets of a stretch of the view that is not empty."""
        while end > start and self.chars[end - 1] == "\n":
            end -= 1
        while start < end and self.chars[start] == "\n":
            start += 1
        if start >= end:
            here = self.at[min(start, len(self.at) - 1)] if self.at else 0
            return here, here
        stop = self.at[end - 1] + 1
        beyond = self.content[stop : self.at[end]] if end < len(self.at) else ""
        reading = _TRAILING.match(beyond)
        return self.at[start], stop + (reading.end() if reading else 0)


def view_of(lines: list[Line], content: str) -> View:
    """Gives the view of a document's lines. Linear in length."""
    skipped = page_furniture(lines)
    kept = [line for i, line in enumerate(lines) if i not in skipped]
    builder = _Builder(_fill_width(kept))
    for i, line in enumerate(kept):
        builder.add(line, kept[i + 1 : i + 9])
    return builder.view(content)


def display_width(text: str) -> int:
    """How many half-width columns a line takes."""
    return sum(1 if character < "\u2000" else 2 for character in text)


def _fill_width(lines: list[Line]) -> int | None:
    """The width lines were broken at, when the document has such a width."""
    widths = sorted(display_width(line.text) + min(line.indent, 8) for line in lines if not line.table)
    if len(widths) < 6:
        return None
    wide = widths[min(len(widths) - 1, int(len(widths) * 0.97))]
    full = sum(wide * 0.88 <= width <= wide * 1.06 for width in widths)
    return wide if 30 <= wide <= 130 and full >= 3 and full * 10 >= len(widths) * 3 else None


class _Builder:
    """Lays lines one after the other and decides for each whether it goes on or begins anew."""

    def __init__(self, fill: int | None) -> None:
        self._fill = fill
        self._chars: list[str] = []
        self._at = array("q")
        self._gaps: set[int] = set()
        self._done: list[Paragraph] = []
        self._lines = 0
        self._sentence = False
        self._labelled = self._telling = False
        self._start = 0
        self._number: Number | None = None
        self._last: Line | None = None
        self._broken = False
        self._depth = 0
        self._values: dict[Style, int] = {}

    def add(self, line: Line, following: list[Line]) -> None:
        number = None if line.table else number_at(line.text, line.gaps)
        if number is not None and not self._accepts(line, number):
            number = None
        if self._last is not None and number is None and self._goes_on(line, following):
            self._append(line)
            return
        self._close()
        self._number = number
        if number is not None:
            self._values[number.style] = number.value
        self._append(line)

    def view(self, content: str) -> View:
        self._close()
        chars = "".join(self._chars)
        return View(chars, self._at, frozenset(self._gaps), tuple(with_run_in(chars, self._done)), content)

    def _append(self, line: Line) -> None:
        base = len(self._at)
        if self._last is not None:
            self._gaps.add(base)
            self._broken = True
        self._gaps.update(base + gap for gap in line.gaps)
        self._chars.append(line.text)
        self._at.extend(line.at)
        if self._lines == 0:
            self._labelled, self._telling = _is_labelled(line.text), False
        self._telling = self._telling or (self._labelled and _TELLING.search(line.text) is not None)
        self._lines += 1
        self._sentence = self._sentence or "。" in line.text
        for character in line.text:
            if character == "(":
                self._depth += 1
            elif character == ")" and self._depth:
                self._depth -= 1
        self._last = line

    def _close(self) -> None:
        if self._last is None:
            return
        end = len(self._at)
        self._done.append(Paragraph(self._start, end, self._number, self._last.table, self._broken))
        self._chars.append("\n")
        self._at.append(self._at[-1] + 1)
        self._lines, self._sentence, self._start = 0, False, end + 1
        self._last, self._depth, self._broken = None, 0, False

    def _accepts(self, line: Line, number: Number) -> bool:
        expected = number.value == self._values.get(number.style, 0) + 1
        if number.style in (Style.DECIMAL, Style.DECIMAL_DEEP):
            return self._accepts_decimal(number)
        if number.style in (Style.DASH, Style.BULLET):
            return not self._is_open(line)
        if self._depth and self._last is not None and self._closes_soon([line]):
            return False
        if not number.sure:
            return expected and not self._is_open(line)
        closed = self._last is None or self._last.text[-1] == ")"
        return expected or number.value == 1 or closed or not self._is_open(line)

    def _accepts_decimal(self, number: Number) -> bool:
        if number.style is Style.DECIMAL_DEEP:
            return number.value in (1, self._values.get(number.style, 0) + 1)
        known = self._values.get(Style.ARABIC, 0)
        follows = number.value == self._values.get(number.style, 0) + 1
        return number.major >= 1 and ((number.value == 1 and number.major <= known + 1) or follows)

    def _goes_on(self, line: Line, following: list[Line]) -> bool:
        last = self._last
        if last is None or last.table or line.table:
            return False
        if self._depth and self._closes_soon([line, *following]):
            return True
        if _DOC_NO.fullmatch(last.text) or _DOC_NO.fullmatch(line.text):
            return False
        if _breaks_number(last, line):
            return True
        ended = last.text[-1] in _END or last.text[-1] == ")" or self._has_whole_list(line)
        if line.text[0] in _NEVER_FIRST or (not ended and line.text.find("。", 0, 5) > 0):
            return not _is_labelled(line.text)
        return not _begins_anew(line.text) and (self._is_open(line) or self._breaks_name(line))

    def _closes_soon(self, lines: list[Line]) -> bool:
        depth = self._depth
        for k, line in enumerate(lines):
            number = number_at(line.text, line.gaps) if k else None
            if (number is not None and number.sure) or line.table:
                return False
            for character in line.text[:600]:
                depth += (character == "(") - (character == ")")
                if depth == 0:
                    return True
        return False

    def _breaks_name(self, line: Line) -> bool:
        """Whether a list behind a label ends within a name that this line goes on with."""
        last = self._last
        if last is None or last.text[-1] in _END or not self._labelled:
            return False
        if self._telling and _CLOSED.search(last.text[-24:] + line.text[-24:]) and not _CLOSED.search(last.text[-24:]):
            return True
        name = _last_name(last)
        rest = _TAIL.sub("", _CLOSED.sub("", _first_name(line)))
        listed = "。" not in line.text and _TAIL.search(line.text) is not None
        whole = is_strong(name) and len(rest) > 2 and not listed
        return not whole and is_strong(name + rest) and looks_like_unit(name + rest) and 0 < len(rest) <= 12

    def _is_open(self, line: Line) -> bool:
        """Whether the paragraph so far ends in the middle of a sentence that this line may go on with."""
        last = self._last
        if last is None or (last.text[-1] in _END and not (self._labelled and last.text[-1] == ";")):
            return False
        if self._has_whole_list(line):
            return False
        if self._fill is not None and display_width(last.text) <= self._fill * 1.06:
            return self._is_full(last)
        if last.text[-1] == ")":
            return False
        if last.text[-1] in ",、":
            return True
        running = self._lines > 1 or self._sentence
        return running or (len(last.text) > 60 and ":" not in last.text[:8] and not line.indent)

    def _has_whole_list(self, line: Line) -> bool:
        """Whether a list behind a label may end here, and this line says nothing that belongs to it."""
        last = self._last
        if last is None or not self._labelled or (self._telling and not _CLOSED.search(last.text[-24:])):
            return False
        name = _last_name(last)
        whole = is_strong(name) or (looks_like_unit(name) and not self._is_full(last))
        return whole and not _goes_on_naming(last, line)

    def _is_full(self, line: Line) -> bool:
        """Whether a line reaches the width that the lines of the document were broken at."""
        return self._fill is not None and display_width(line.text) + min(line.indent, 8) >= self._fill * 0.84


def _last_name(line: Line) -> str:
    return re.split("[、,;:)]", line.text[-30:].removesuffix(")"))[-1]


def _first_name(line: Line) -> str:
    return re.split(r"[、,;。](?![^()]*\))", line.text[:30])[0]


def _breaks_number(last: Line, line: Line) -> bool:
    """Whether the document's number behind its label ends on this line."""
    label = _NO_LABEL.search(last.text[-40:])
    return label is not None and _DOC_NO.match(label[0].split(":")[1] + line.text[:24]) is not None


def _goes_on_naming(last: Line, line: Line) -> bool:
    """Whether a line below a list that may be whole still belongs to it."""
    name, rest = _last_name(last), _first_name(line)
    opened = name.count("〈") > name.count("〉") or rest.startswith("〈")
    return looks_like_unit(rest) or opened or (len(rest) <= 2 and is_strong(name + rest))


def _begins_anew(text: str) -> bool:
    return (
        _BOX.match(text) is not None
        or _ANNEX.match(text) is not None
        or _NOTE.match(text) is not None
        or _is_labelled(text)
        or (text[0] == "(" and label_at(text, 1, len(text)) is not None)
    )


def _is_labelled(text: str) -> bool:
    return label_at(text, 0, len(text)) is not None or boxed_label_at(text, 0, len(text)) is not None


def is_box(text: str) -> bool:
    """Whether a paragraph opens a box (专栏), whose items belong to the task before it."""
    return _BOX.match(text) is not None


def is_annex(text: str) -> bool:
    """Whether a paragraph opens an annex or the list of annexes (附件)."""
    return _ANNEX.match(text) is not None
