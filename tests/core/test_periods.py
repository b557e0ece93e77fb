"""Reporting periods: names, windows, and the window in which a unit owes its next filing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.periods import (
    PeriodRule,
    ReportDays,
    ReportingLight,
    Window,
    current_window,
    first_window_after,
    owed_window,
    period_label,
    period_name,
    report_days,
    reporting_light,
    window_of,
)
from tracker.core.terms import PeriodKind
from tracker.core.workdays import Calendar

CALENDAR = Calendar()
KINDS = [kind for kind in PeriodKind if kind is not PeriodKind.NONE]
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
RULES = st.builds(
    lambda kind, days: PeriodRule(kind, min(days), max(days)),
    st.sampled_from(KINDS),
    st.tuples(st.integers(1, 31), st.integers(1, 31)),
)


@pytest.mark.parametrize(
    ("kind", "day", "name", "label"),
    [
        (PeriodKind.MONTH, date(2026, 10, 1), "2026-10", "2026年10月"),
        (PeriodKind.QUARTER, date(2026, 10, 1), "2026Q4", "2026年第四季度"),
        (PeriodKind.QUARTER, date(2026, 3, 31), "2026Q1", "2026年第一季度"),
        (PeriodKind.HALF_YEAR, date(2026, 6, 30), "2026H1", "2026年上半年"),
        (PeriodKind.HALF_YEAR, date(2026, 7, 1), "2026H2", "2026年下半年"),
        (PeriodKind.YEAR, date(2026, 2, 1), "2026", "2026年度"),
    ],
)
def test_a_period_has_a_name_and_words(kind: PeriodKind, day: date, name: str, label: str) -> None:
    assert period_name(kind, day) == name
    assert period_label(name) == label


@pytest.mark.parametrize(
    ("rule", "day", "opens_on", "closes_on", "month"),
    [
        (PeriodRule(PeriodKind.MONTH), date(2026, 11, 9), date(2026, 11, 1), date(2026, 11, 30), "2026-11"),
        # 31 October 2026 is a Saturday.
        (PeriodRule(PeriodKind.MONTH), date(2026, 10, 9), date(2026, 10, 1), date(2026, 10, 30), "2026-10"),
        (PeriodRule(PeriodKind.MONTH, 20, 25), date(2026, 2, 9), date(2026, 2, 20), date(2026, 2, 25), "2026-02"),
        (PeriodRule(PeriodKind.MONTH, 30, 31), date(2026, 2, 9), date(2026, 2, 28), date(2026, 2, 28), "2026-02"),
        (PeriodRule(PeriodKind.QUARTER, 20, 31), date(2026, 10, 9), date(2026, 12, 20), date(2026, 12, 31), "2026-12"),
        (PeriodRule(PeriodKind.HALF_YEAR), date(2026, 1, 9), date(2026, 6, 1), date(2026, 6, 30), "2026-06"),
        (PeriodRule(PeriodKind.YEAR), date(2026, 1, 9), date(2026, 12, 1), date(2026, 12, 31), "2026-12"),
    ],
)
def test_the_window_lies_in_the_last_month_and_closes_on_a_working_day(
    rule: PeriodRule, day: date, opens_on: date, closes_on: date, month: str
) -> None:
    window = window_of(rule, day, CALENDAR)
    assert (window.opens_on, window.closes_on, window.month) == (opens_on, closes_on, month)


def test_a_window_set_by_hand_stands_in_the_place_of_its_rule_and_of_no_other() -> None:
    moved = Window("2026-10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 3), date(2026, 11, 6))
    rule = PeriodRule(PeriodKind.MONTH, 10, 20, {"2026-10": moved})
    assert current_window(rule, date(2026, 11, 4), CALENDAR) == moved
    assert current_window(rule, date(2026, 11, 2), CALENDAR).name == "2026-09"  # type: ignore[union-attr]
    assert current_window(rule, date(2026, 11, 10), CALENDAR).name == "2026-11"  # type: ignore[union-attr]
    assert first_window_after(rule, date(2026, 10, 31), CALENDAR) == moved


@pytest.mark.parametrize(
    ("acknowledged_on", "last_filed_on", "name"),
    [
        (None, None, None),
        (date(2026, 9, 30), None, "2026-10"),
        (date(2026, 10, 1), None, "2026-11"),  # learned of it inside the window: first owed in the next one
        (date(2026, 1, 5), date(2026, 9, 28), "2026-10"),
        (date(2026, 1, 5), date(2026, 10, 2), "2026-11"),
        (date(2026, 1, 5), date(2026, 7, 2), "2026-08"),  # the oldest one missed is owed
    ],
)
def test_a_filing_is_owed_in_the_first_window_after_the_unit_knew_and_after_its_last_word(
    acknowledged_on: date | None, last_filed_on: date | None, name: str | None
) -> None:
    rule = PeriodRule(PeriodKind.MONTH)
    found = owed_window(rule, CALENDAR, acknowledged_on=acknowledged_on, last_filed_on=last_filed_on)
    assert (found.name if found else None) == name


def test_a_plan_without_periods_owes_nothing() -> None:
    rule = PeriodRule(PeriodKind.NONE)
    assert current_window(rule, date(2026, 10, 9), CALENDAR) is None
    assert owed_window(rule, CALENDAR, acknowledged_on=date(2026, 1, 1), last_filed_on=None) is None
    assert report_days(None) == ReportDays()


@pytest.mark.parametrize(
    ("today", "is_awaiting", "has_filed", "light"),
    [
        (date(2026, 9, 30), False, True, ReportingLight.FILED),
        (date(2026, 9, 30), False, False, ReportingLight.NOTHING),
        (date(2026, 10, 1), False, True, ReportingLight.DUE),
        (date(2026, 10, 30), False, True, ReportingLight.DUE),
        (date(2026, 10, 31), False, True, ReportingLight.MISSED),
        (date(2026, 10, 31), True, True, ReportingLight.AWAITING),
    ],
)
def test_the_reporting_light_compares_days_and_what_awaits_a_signature_is_not_missed(
    today: date, is_awaiting: bool, has_filed: bool, light: ReportingLight
) -> None:
    days = report_days(window_of(PeriodRule(PeriodKind.MONTH), date(2026, 10, 1), CALENDAR))
    assert reporting_light(days, today, is_awaiting=is_awaiting, has_filed=has_filed) is light


@given(RULES, DAYS)
def test_windows_follow_each_other_without_gap_or_overlap(rule: PeriodRule, day: date) -> None:
    window = window_of(rule, day, CALENDAR)
    following = window_of(rule, window.ends_on + timedelta(days=1), CALENDAR)
    assert window.starts_on <= day <= window.ends_on
    assert window.starts_on <= window.opens_on <= window.closes_on <= window.ends_on < following.starts_on
    assert CALENDAR.is_workday(window.closes_on) or window.closes_on == window.opens_on


@given(RULES, DAYS)
def test_the_present_window_is_the_last_that_has_opened(rule: PeriodRule, today: date) -> None:
    window, following = current_window(rule, today, CALENDAR), first_window_after(rule, today, CALENDAR)
    assert window is not None and following is not None
    assert window.opens_on <= today < following.opens_on
    assert following == window_of(rule, window.ends_on + timedelta(days=1), CALENDAR)


@given(RULES, DAYS, DAYS, st.integers(0, 400))
def test_filing_in_a_window_moves_the_debt_to_the_next_one(
    rule: PeriodRule, acknowledged_on: date, filed_on: date, later: int
) -> None:
    def owed(last_filed_on: date | None) -> Window:
        found = owed_window(rule, CALENDAR, acknowledged_on=acknowledged_on, last_filed_on=last_filed_on)
        assert found is not None
        return found

    first = owed(None)
    assert first.opens_on > acknowledged_on
    after = owed(filed_on)
    assert after.opens_on > filed_on and after.opens_on >= first.opens_on
    assert owed(filed_on + timedelta(days=later)).opens_on >= after.opens_on
