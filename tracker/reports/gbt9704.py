"""The measures of official papers (GB/T 9704-2012, 党政机关公文格式), the same for .docx, PDF and HTML.

Millimetres unless a name says points. Source: DESIGN 10 and the clauses of the standard beside each figure.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.official import Masthead, MastheadForm, Tint

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
# 5.2.1: 天头 37, 订口 28, type area 156 × 225.
TOP, LEFT, TYPE_WIDTH, TYPE_HEIGHT = 37.0, 28.0, 156.0, 225.0
RIGHT, BOTTOM = PAGE_WIDTH - LEFT - TYPE_WIDTH, PAGE_HEIGHT - TOP - TYPE_HEIGHT
# 5.2.3: 22 lines of 28 characters of 3号.
LINES, CHARACTERS = 22, 28
BODY_POINTS, TITLE_POINTS, SMALL_POINTS, ANNEX_POINTS = 16.0, 22.0, 14.0, 18.0
NOTE_POINTS, FORM_POINTS, TABLE_POINTS = 12.0, 11.0, 10.5
POINTS_PER_MM = 72 / 25.4
# 28 characters of 16 pt are 158 mm, the type area is 156: each gives up a fifth of a point.
CHARACTER_PITCH_POINTS = TYPE_WIDTH * POINTS_PER_MM / CHARACTERS
# A line of Word is a cell of the page, so that 22 of them must fit in 225 mm.
LINE_POINTS = 28.95
# In the PDF the ink fills the type area (撑满版心): the first line stands at its top, the 22nd ends at its foot.
FULL_LINE_POINTS = (TYPE_HEIGHT * POINTS_PER_MM - BODY_POINTS) / (LINES - 1)
# 7.2.4: the mark 35 under the top of the type area; 7.2.7: the rule 4 under the 文号, as wide as the type area.
MARK_DROP, RULE_GAP, RULE_POINTS = 35.0, 4.0, 2.0
SERIAL_DROP = 6.0
# 10.1: a letter's mark 30 under the edge of the paper, double rules of 170 wide, the lower one 20 over the foot.
LETTER_TOP, LETTER_RULE, LETTER_FOOT = 30.0, 170.0, 20.0
# 7.4.1: rules of the 版记, outer and inner.
COLOPHON_OUTER, COLOPHON_INNER = 0.35, 0.25
# 7.5: the dashes of the page number 7 under the type area.
NUMBER_DROP = 7.0

RED = "#C00000"
TINTS = {Tint.BLACK: "#000000", Tint.BLUE: "#1F4E9E", Tint.YELLOW: "#B8860B", Tint.RED: RED}
MARK_POINTS_MOST, MARK_POINTS_LEAST = 54.0, 26.0
SHORT_MARK = 6


def mark_points(masthead: Masthead) -> float:
    """Gives the size of the issuer's mark: as large as the type area allows, long names in narrow characters."""
    most = 42.0 if masthead.form is MastheadForm.LETTER else MARK_POINTS_MOST
    wanted = TYPE_WIDTH * POINTS_PER_MM / max(len(masthead.mark), 1) / 0.7
    return min(most, max(wanted, MARK_POINTS_LEAST))


def mark_stretch(masthead: Masthead) -> float:
    """Gives the width of the mark's characters as a share of their height, 1 where the name is short."""
    natural = mark_points(masthead) * len(masthead.mark)
    return min(1.0, TYPE_WIDTH * POINTS_PER_MM / natural) if natural else 1.0


def mark_spread(masthead: Masthead) -> float:
    """Gives the points between the mark's characters: short names are set wide."""
    return mark_points(masthead) * 0.18 if len(masthead.mark) <= SHORT_MARK else 0.0


def mark_drop(masthead: Masthead) -> float:
    """Gives the way from the top of the type area to the mark."""
    if masthead.drop_mm is not None:
        return masthead.drop_mm
    return SERIAL_DROP if masthead.form is MastheadForm.SERIAL else MARK_DROP


def fitted(widths_mm: Sequence[float], *, is_landscape: bool) -> tuple[float, ...]:
    """Gives widths of columns that do not exceed the type area."""
    room = TYPE_HEIGHT if is_landscape else TYPE_WIDTH
    share = min(1.0, room / sum(widths_mm))
    return tuple(round(width * share, 2) for width in widths_mm)


def characters(text: str) -> float:
    """Gives how many full characters a text is wide."""
    return sum(0.5 if character.isascii() else 1 for character in text)


def signature_indents(offices: Sequence[str], day: str) -> tuple[float, ...]:
    """Gives how many characters each line of the signature, the day last, stands from the right.

    Source: 7.3.5.1: the date four characters from the right, the office centred over it, here two from the right at
    least.
    """
    widths = [characters(line) for line in (*offices, day)]
    widest = max(widths)
    from_right = max(4.0, (widest - widths[-1]) / 2 + 2)
    return tuple(from_right - (width - widths[-1]) / 2 for width in widths)
