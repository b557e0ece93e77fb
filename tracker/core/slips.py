"""The steps of slips (督办单) on one duty: which comes next, and what stands in its way.

Source: DESIGN 5.1: blue → yellow → red, one step at a time; the previous one passed without good reason.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from tracker.core.actions import Need
from tracker.core.terms import SlipForm, SlipLevel, SlipStatus, UnitKind

STEPS = (SlipLevel.BLUE, SlipLevel.YELLOW, SlipLevel.RED)
# What a form proposes: the higher the step, the sooner the reply.
REPLY_WORKDAYS = {SlipLevel.BLUE: 5, SlipLevel.YELLOW: 3, SlipLevel.RED: 2}
# Units outside the government's command are asked by letter (函).
_BY_LETTER = frozenset({UnitKind.VERTICAL, UnitKind.HIGHER})


class Standing(Protocol):
    """What the steps depend on: the last slip of a duty."""

    @property
    def level(self) -> SlipLevel: ...
    @property
    def status(self) -> SlipStatus: ...
    @property
    def reply_by_on(self) -> date: ...
    @property
    def has_good_reason(self) -> bool: ...


def is_over(last: Standing | None) -> bool:
    """Whether the next slip begins anew: there was none, or the last was answered with good reason."""
    return last is None or (last.status is SlipStatus.PASSED and last.has_good_reason)


def next_level(last: Standing | None) -> SlipLevel | None:
    """Gives the level of the next slip after the last one, None after red."""
    if last is None or is_over(last):
        return SlipLevel.BLUE
    place = STEPS.index(last.level) + 1
    return STEPS[place] if place < len(STEPS) else None


def slip_needs(last: Standing | None, today: date) -> frozenset[Need]:
    """Gives what stands in the way of a first slip and of the next step.

    A slip not answered counts once its reply-by date has passed; one answered once the answer has been judged; one
    answered with good reason bars another until its own reply-by date has passed.
    """
    unmet = {Need.HAS_SLIP if is_over(last) else Need.FIRST_SLIP}
    if next_level(last) is None:
        unmet.add(Need.BELOW_RED)
    if last is not None and not _may_follow(last, today):
        unmet.add(Need.SLIP_STEP)
    return frozenset(unmet)


def _may_follow(last: Standing, today: date) -> bool:
    match last.status:
        case SlipStatus.ISSUED:
            return last.reply_by_on < today
        case SlipStatus.ANSWERED:
            return False
        case SlipStatus.REJECTED | SlipStatus.FOLLOWED:
            return True
        case SlipStatus.PASSED:
            return not last.has_good_reason or last.reply_by_on < today


def form_for(kind: UnitKind) -> SlipForm:
    """Gives the paper a unit of a kind gets."""
    return SlipForm.LETTER if kind in _BY_LETTER else SlipForm.SLIP


def paper_name(form: SlipForm, level: SlipLevel) -> str:
    """Gives a slip as pages name it; a letter has no colour, it is counted."""
    if form is SlipForm.LETTER:
        return f"{form.label}（第{'一二三'[STEPS.index(level)]}次）"
    return f"{level.label}{form.label}"


def paper_with_number(form: SlipForm, level: SlipLevel, number: str) -> str:
    """Gives a slip with its number, as sentences name it."""
    return f"{paper_name(form, level)}（{number}）"


def number_text(form: SlipForm, year: int, number: int) -> str:
    """Gives the number of a slip or letter as printed: year in square brackets, no leading zero."""
    return f"{'督办' if form is SlipForm.SLIP else '提示函'}〔{year}〕{number}号"
