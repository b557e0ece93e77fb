"""Working days: make-up days, days off, provisional years, and counting that agrees with itself."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.workdays import Calendar, first_of_next_month, is_weekday, month_of

# National day 2026: off 1 to 7 October, worked on Sunday 20 September and Saturday 10 October.
OCTOBER = Calendar(
    {date(2026, 10, d): False for d in range(1, 8)} | {date(2026, 9, 20): True, date(2026, 10, 10): True},
    frozenset({2026}),
)
DAYS = st.dates(date(2018, 1, 1), date(2032, 12, 31))
CALENDARS = st.builds(Calendar, st.dictionaries(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.booleans()))


def test_a_make_up_saturday_is_worked_and_a_holiday_thursday_is_not() -> None:
    assert OCTOBER.is_workday(date(2026, 10, 10))
    assert not OCTOBER.is_workday(date(2026, 10, 1))
    assert not OCTOBER.is_workday(date(2026, 10, 11))
    assert OCTOBER.is_workday(date(2026, 10, 8))


def test_working_days_are_counted_over_a_holiday_and_its_make_up_day() -> None:
    assert OCTOBER.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert OCTOBER.add_workdays(date(2026, 10, 9), 1) == date(2026, 10, 10)
    assert OCTOBER.add_workdays(date(2026, 10, 8), -1) == date(2026, 9, 30)
    assert OCTOBER.workdays_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert OCTOBER.workdays_between(date(2026, 10, 10), date(2026, 9, 30)) == -3


def test_a_date_off_rolls_to_the_nearest_worked_one() -> None:
    assert OCTOBER.next_workday(date(2026, 10, 3)) == date(2026, 10, 8)
    assert OCTOBER.previous_workday(date(2026, 10, 3)) == date(2026, 9, 30)
    assert OCTOBER.next_workday(date(2026, 10, 8)) == OCTOBER.previous_workday(date(2026, 10, 8)) == date(2026, 10, 8)


def test_a_year_without_its_notice_is_monday_to_friday_and_provisional() -> None:
    assert OCTOBER.is_provisional(2027) and not OCTOBER.is_provisional(2026)
    assert OCTOBER.is_workday(date(2027, 10, 1))
    assert OCTOBER.provisional_years([date(2027, 1, 1), date(2026, 1, 1), date(2028, 1, 1)]) == (2027, 2028)


def test_months_are_named_and_followed_by_the_next() -> None:
    assert month_of(date(2026, 3, 31)) == "2026-03"
    assert first_of_next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert first_of_next_month(date(2026, 1, 31)) == date(2026, 2, 1)


@given(CALENDARS, DAYS, st.integers(1, 30))
def test_the_nth_working_day_is_worked_and_n_away(calendar: Calendar, day: date, n: int) -> None:
    later, earlier = calendar.add_workdays(day, n), calendar.add_workdays(day, -n)
    assert calendar.is_workday(later) and later > day and calendar.workdays_between(day, later) == n
    assert calendar.is_workday(earlier) and earlier < day
    assert calendar.workdays_between(earlier, day) == n - (not calendar.is_workday(day))
    assert calendar.add_workdays(day, 0) == day


@given(CALENDARS, DAYS, st.integers(-400, 400))
def test_counting_is_the_same_as_counting_on_fingers(calendar: Calendar, day: date, away: int) -> None:
    other = day + timedelta(days=away)
    low, high = min(day, other), max(day, other)
    counted = sum(calendar.is_workday(low + timedelta(days=i)) for i in range(1, (high - low).days + 1))
    assert calendar.workdays_between(low, high) == counted
    assert calendar.workdays_between(high, low) == -counted


@given(DAYS)
def test_an_empty_calendar_knows_only_weekends(day: date) -> None:
    assert Calendar().is_workday(day) is is_weekday(day)
