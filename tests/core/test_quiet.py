"""Quiet hours and days off of a person."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.quiet import Quiet, may_go_at
from tracker.core.workdays import Calendar

NIGHT = Quiet(time(21), time(7, 30))
LUNCH = Quiet(time(12), time(14))
WORKDAYS = Quiet(workdays_only=True)
CALENDAR = Calendar({date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True})
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))


def test_the_night_is_waited_out_on_both_sides_of_midnight() -> None:
    assert may_go_at(datetime(2026, 3, 10, 22), NIGHT, CALENDAR) == datetime(2026, 3, 11, 7, 30)
    assert may_go_at(datetime(2026, 3, 11, 3), NIGHT, CALENDAR) == datetime(2026, 3, 11, 7, 30)
    assert may_go_at(datetime(2026, 3, 11, 7, 30), NIGHT, CALENDAR) == datetime(2026, 3, 11, 7, 30)
    assert may_go_at(datetime(2026, 3, 11, 13), LUNCH, CALENDAR) == datetime(2026, 3, 11, 14)


def test_a_holiday_is_waited_out_and_a_saturday_that_is_worked_is_not() -> None:
    assert may_go_at(datetime(2026, 10, 2, 9), WORKDAYS, CALENDAR) == datetime(2026, 10, 8)
    assert may_go_at(datetime(2026, 10, 10, 9), WORKDAYS, CALENDAR) == datetime(2026, 10, 10, 9)


def test_a_morning_after_a_holiday_begins_after_the_quiet_hours() -> None:
    both = Quiet(time(21), time(7, 30), workdays_only=True)
    assert may_go_at(datetime(2026, 10, 2, 9), both, CALENDAR) == datetime(2026, 10, 8, 7, 30)


def test_a_calendar_without_any_working_day_holds_nothing_back_for_ever() -> None:
    never = Calendar({date(2026, 1, 1) + timedelta(days=n): False for n in range(800)})
    assert may_go_at(datetime(2026, 3, 10, 9), WORKDAYS, never) == datetime(2026, 3, 10, 9)


@given(MOMENTS, st.times(), st.times(), st.booleans())
def test_what_is_given_is_never_before_now_and_may_go_itself(
    now: datetime, since: time, until: time, days: bool
) -> None:
    quiet = Quiet(since, until, days)
    at = may_go_at(now, quiet, CALENDAR)
    assert at >= now
    assert may_go_at(at, quiet, CALENDAR) == at
    assert at - now < timedelta(days=12)
