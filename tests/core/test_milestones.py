"""Confirmed milestones: when they make a duty fall behind, and from when a breakdown is missing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.lights import Light, LightFacts, light, light_dates, reason
from tracker.core.milestones import Promise, missed_on, undivided_on
from tracker.core.workdays import Calendar

MARCH, JUNE = Promise(date(2026, 3, 31), 30, "主体开工"), Promise(date(2026, 6, 30), 60, "主体封顶")
FACTS = LightFacts(
    date(2026, 1, 5),
    date(2026, 12, 31),
    percent=25,
    last_filed_on=date(2026, 6, 20),
    files=True,
    promises=(MARCH, JUNE),
)
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
PROMISES = st.lists(st.builds(Promise, DAYS, st.integers(0, 100)), max_size=6)


def test_a_promise_is_missed_on_the_day_after_its_date_and_not_within_what_is_tolerated() -> None:
    assert missed_on((MARCH, JUNE), 25, 10) == date(2026, 7, 1)
    assert missed_on((MARCH, JUNE), 19, 10) == date(2026, 4, 1)
    assert missed_on((MARCH, JUNE), 50, 10) is None
    assert missed_on((MARCH,), None, 10) == date(2026, 4, 1), "nothing filed is nothing done"


def test_milestones_stand_in_the_place_of_the_linear_schedule() -> None:
    days = light_dates(FACTS, Calendar())
    assert days.behind_on == date(2026, 7, 1)
    assert light(days, date(2026, 6, 30)) is Light.ON_TIME, "a quarter done at half time is what was promised"
    sentence = reason(FACTS, date(2026, 7, 2), Calendar())
    assert sentence == "年度分解应于2026年6月30日前达到60%，现为25%，落后35个百分点，超出允许的10个。"


def test_until_the_breakdown_is_confirmed_nothing_can_be_told_but_that_it_is_late() -> None:
    facts = LightFacts(date(2026, 1, 5), date(2026, 3, 31), files=True, undivided_on=date(2026, 1, 7))
    days = light_dates(facts, Calendar())
    assert light(days, date(2026, 1, 6)) is Light.ON_TIME
    assert light(days, date(2026, 1, 7)) is Light.UNKNOWN
    assert reason(facts, date(2026, 2, 1), Calendar()).startswith("待分解：2026年的年度分解")
    assert light(days, date(2026, 4, 1)) is Light.LATE


def test_a_breakdown_is_missing_from_the_acknowledgement_and_again_from_each_new_year() -> None:
    asked, due = date(2026, 1, 7), date(2027, 6, 30)
    assert undivided_on(asked, due, ()) == asked
    assert undivided_on(asked, due, {2026}) == date(2027, 1, 1)
    assert undivided_on(asked, due, {2026, 2027}) is None, "the date comes before the year after"
    assert undivided_on(asked, due, {2027}) == asked, "a later year does not stand for this one"
    assert undivided_on(None, due, ()) is None and undivided_on(asked, None, ()) is None


@given(PROMISES, st.integers(0, 100), st.integers(0, 30), DAYS)
def test_behind_is_exactly_that_some_promise_before_the_day_is_not_kept(
    promises: list[Promise], percent: int, tolerance: int, today: date
) -> None:
    first = missed_on(promises, percent, tolerance)
    is_behind = any(each.due_on < today and percent < each.percent - tolerance for each in promises)
    assert (first is not None and first <= today) == is_behind


@given(PROMISES, st.integers(0, 100), st.integers(0, 100))
def test_more_done_never_means_behind_earlier(promises: list[Promise], less: int, more: int) -> None:
    less, more = sorted((less, more))
    never = date.max - timedelta(days=1)
    assert (missed_on(promises, less, 10) or never) <= (missed_on(promises, more, 10) or never)
