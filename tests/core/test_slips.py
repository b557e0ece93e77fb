"""The steps of slips: which comes next after which answer, and on which day it may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tracker.core.actions import Need
from tracker.core.slips import form_for, next_level, number_text, paper_name, slip_needs
from tracker.core.terms import SlipForm, SlipLevel, SlipStatus, UnitKind

DAY = date(2026, 3, 10)


@dataclass
class Last:
    level: SlipLevel = SlipLevel.BLUE
    status: SlipStatus = SlipStatus.ISSUED
    reply_by_on: date = DAY
    has_good_reason: bool = False


def test_the_first_slip_is_blue_and_needs_nothing_before_it() -> None:
    assert next_level(None) is SlipLevel.BLUE
    assert slip_needs(None, DAY) == {Need.HAS_SLIP}


@pytest.mark.parametrize(
    ("last", "day", "wanted"),
    [
        (Last(), DAY, {Need.FIRST_SLIP, Need.SLIP_STEP}),
        (Last(), DAY + timedelta(days=1), {Need.FIRST_SLIP}),
        (Last(status=SlipStatus.ANSWERED), DAY + timedelta(days=9), {Need.FIRST_SLIP, Need.SLIP_STEP}),
        (Last(status=SlipStatus.REJECTED), DAY - timedelta(days=3), {Need.FIRST_SLIP}),
        (Last(status=SlipStatus.PASSED), DAY - timedelta(days=3), {Need.FIRST_SLIP}),
        (Last(status=SlipStatus.PASSED, has_good_reason=True), DAY, {Need.HAS_SLIP, Need.SLIP_STEP}),
        (Last(status=SlipStatus.PASSED, has_good_reason=True), DAY + timedelta(days=1), {Need.HAS_SLIP}),
        (Last(SlipLevel.RED), DAY + timedelta(days=9), {Need.FIRST_SLIP, Need.BELOW_RED}),
    ],
)
def test_the_next_step_waits_for_the_date_or_for_a_judged_answer(last: Last, day: date, wanted: set[Need]) -> None:
    assert slip_needs(last, day) == wanted


def test_steps_go_one_at_a_time_end_with_red_and_begin_anew_after_a_good_reason() -> None:
    assert next_level(Last()) is SlipLevel.YELLOW
    assert next_level(Last(SlipLevel.YELLOW)) is SlipLevel.RED
    assert next_level(Last(SlipLevel.RED)) is None
    assert next_level(Last(SlipLevel.RED, SlipStatus.PASSED, has_good_reason=True)) is SlipLevel.BLUE


def test_units_outside_the_command_get_a_letter_without_a_colour() -> None:
    assert {kind for kind in UnitKind if form_for(kind) is SlipForm.LETTER} == {UnitKind.VERTICAL, UnitKind.HIGHER}
    assert paper_name(SlipForm.LETTER, SlipLevel.YELLOW) == "工作提示函（第二次）"
    assert paper_name(SlipForm.SLIP, SlipLevel.YELLOW) == "黄色督办单"
    assert number_text(SlipForm.SLIP, 2026, 3) == "督办〔2026〕3号"
