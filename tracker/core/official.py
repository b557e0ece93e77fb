"""An official paper (公文) as frozen data: what it says and which part each thing is; its look is the reports' affair.

One paper gives the .docx, the PDF and the page for the browser, so that all three say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.core.terms import Labelled

# Characters of 22 pt on a line of the type area, less one on either side.
TITLE_LINE = 18
NUMERALS = "零一二三四五六七八九"
BREAKS_AFTER = "》）”、，的和"
NEVER_FIRST = "》）”、，。；：的"
NEVER_LAST = "《（“"


class MastheadForm(Labelled):
    """How the head of a paper is set (版头)."""

    RED_HEAD = "red_head", "红头文件"
    SERIAL = "serial", "期刊式"
    LETTER = "letter", "信函式"


class Tint(Labelled):
    """The colour of a mark on the first page; a slip's level (督办级别) among them."""

    BLACK = "black", "黑色"
    BLUE = "blue", "蓝色"
    YELLOW = "yellow", "黄色"
    RED = "red", "红色"


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark at the top left of the first page (份号, 密级, 紧急程度, 督办级别)."""

    text: str
    tint: Tint = Tint.BLACK


@dataclass(frozen=True, slots=True)
class Masthead:
    """The head of a paper (版头).

    Takes `number`, the 发文字号, or 第N期 where the form is a serial; `issuer` and `day`, printed by a serial alone;
    `signer` (签发人) of papers that go up; `drop_mm`, the way from the top of the type area to the mark where the
    jurisdiction's own template differs from the standard's 35 mm.
    """

    form: MastheadForm
    mark: str
    number: str = ""
    issuer: str = ""
    day: str = ""
    signer: str = ""
    flags: tuple[Flag, ...] = ()
    drop_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its number as printed; levels 1 to 4 are 一、（一） 1. （1）."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body; `lead` are its first words where they are a heading of level 2 run in."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A small note over or under a table."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table whose head is repeated; `words` are the columns of running text, set from the left."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths_mm: tuple[float, ...]
    words: tuple[int, ...] = ()
    row_mm: float = 0


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell of a form: a label, or the place to write in."""

    text: str = ""
    span: int = 1
    is_label: bool = False


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a form, at least so high."""

    cells: tuple[FormCell, ...]
    height_mm: float = 14


@dataclass(frozen=True, slots=True)
class Form:
    """A form to be filled in by hand (回执)."""

    widths_mm: tuple[float, ...]
    rows: tuple[FormRow, ...]


Block = Heading | Paragraph | Note | Table | Form


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex (附件) on a page of its own; one that is not listed has no mark and is not named under the text."""

    title: str
    blocks: tuple[Block, ...]
    is_landscape: bool = False
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs and the day of the paper (落款)."""

    offices: tuple[str, ...]
    day: str


@dataclass(frozen=True, slots=True)
class Colophon:
    """The foot of the last page (版记): who gets a copy, who printed it and the day, without 抄送, 印发 and stop."""

    copies: str = ""
    printer: str = ""
    printed_on: str = ""


@dataclass(frozen=True, slots=True)
class OfficialPaper:
    """A whole paper; `on` is the day of its content, so that the same paper gives the same bytes."""

    subject: str
    author: str
    on: date
    masthead: Masthead | None = None
    title: tuple[str, ...] = ()
    addressee: str = ""
    body: tuple[Block, ...] = ()
    signature: Signature | None = None
    remark: str = ""
    annexes: tuple[Annex, ...] = ()
    colophon: Colophon | None = None

    @property
    def listed(self) -> tuple[str, ...]:
        """Gives the names of the annexes as they are listed under the text (附件说明)."""
        return tuple(annex.title for annex in self.annexes if annex.is_listed)

    def mark_of(self, annex: Annex) -> str:
        """Gives what stands at the top of an annex: 附件, or 附件2 where there are several."""
        if not annex.is_listed:
            return ""
        listed = [each for each in self.annexes if each.is_listed]
        place = next(place for place, each in enumerate(listed, start=1) if each is annex)
        return f"附件{place}" if len(listed) > 1 else "附件"


def numeral(number: int) -> str:
    """Gives a number from 1 to 99 in Chinese numerals: 一, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return f"{NUMERALS[tens] if tens > 1 else ''}十{NUMERALS[ones] if ones else ''}"


def numbered(level: int, place: int, text: str) -> str:
    """Gives a heading with its number: 一、 at level 1, then （一）, 1. and （1）."""
    number = numeral(place) if level <= 2 else str(place)
    return {1: f"{number}、", 2: f"（{number}）", 3: f"{number}.", 4: f"（{number}）"}[level] + text


def title_lines(title: str) -> tuple[str, ...]:
    """Gives a title broken into lines of nearly equal length where its sense allows (回行), never inside a word's pair.

    Source: GB/T 9704-2012 7.3.1.
    """
    width = _width(title)
    if width <= TITLE_LINE:
        return (title,)
    lines = -(-width // TITLE_LINE)
    cut = _cut(title, width / lines)
    return (title[:cut], *title_lines(title[cut:]))


def _cut(title: str, aim: float) -> int:
    places = [place for place in range(1, len(title)) if _is_break(title, place)]
    fitting = [place for place in places if _width(title[:place]) <= TITLE_LINE] or [int(TITLE_LINE)]
    sensible = [p for p in fitting if title[p - 1] in BREAKS_AFTER or title[p] in NEVER_LAST]
    near = [p for p in sensible if abs(_width(title[:p]) - aim) <= aim / 2]
    return min(near or fitting, key=lambda place: abs(_width(title[:place]) - aim))


def _is_break(title: str, place: int) -> bool:
    before, after = title[place - 1], title[place]
    return not (after in NEVER_FIRST or before in NEVER_LAST or (before.isascii() and after.isascii()))


def _width(text: str) -> float:
    return sum(0.5 if character.isascii() else 1 for character in text)
