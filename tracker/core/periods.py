"""Reporting periods (报送期): when a plan's window opens and closes, and which window a unit owes a filing in.

The window lies in the last month of the period. A filing made between two openings belongs to the first of them, so
that one made after the closing day is late and not lost. Source: DESIGN 2, 5.1, 5.3.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.core.terms import DutyRole, FilingMode, Labelled, PeriodKind
from tracker.core.workdays import Calendar, month_of

LENGTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF_YEAR: 6, PeriodKind.YEAR: 12}
LAST_DAY = 31
_ORDINALS = "一二三四"
_HALVES = {"H1": "上半年", "H2": "下半年"}
_ONE_DAY = timedelta(days=1)
# A window moved by hand may open after the period it belongs to.
_LOOKED_BACK = 2


class ReportingLight(Labelled):
    """The light of reporting (报送灯) of one duty."""

    NOTHING = "nothing", "无需报送"
    FILED = "filed", "已报送"
    AWAITING = "awaiting", "待签发"
    DUE = "due", "待报送"
    MISSED = "missed", "未报送"


@dataclass(frozen=True, slots=True)
class Window:
    """One period with the first and the last day on which it is filed for."""

    name: str
    starts_on: date
    ends_on: date
    opens_on: date
    closes_on: date

    @property
    def month(self) -> str:
        """Gives the month the window stands for ("2026-12" of the fourth quarter), by which filings are kept."""
        return month_of(self.ends_on)

    @property
    def label(self) -> str:
        """Gives the period in words."""
        return period_label(self.name)


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """How often a plan is filed for: the window opens and closes on these days of the last month of the period.

    A day the month does not have is its last one; `by_hand` holds the windows set otherwise, by the period's name.
    """

    kind: PeriodKind
    opens_day: int = 1
    closes_day: int = LAST_DAY
    by_hand: Mapping[str, Window] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportDays:
    """The first day a filing is owed, and the first on which it has been missed; None: never."""

    report_opens_on: date | None = None
    report_missed_on: date | None = None


def files_progress(mode: FilingMode, role: DutyRole, *, is_first_lead: bool, has_lead: bool) -> bool:
    """Whether a unit with this duty files progress.

    Takes `has_lead`: whether the task has a first lead; without one every lead or responsible unit files.
    Source: DESIGN 5.1, filing mode; 配合 units never file.
    """
    if role is DutyRole.COOPERATING:
        return False
    return is_first_lead or not has_lead or mode is not FilingMode.LEAD


def period_name(kind: PeriodKind, day: date) -> str:
    """Gives the name of the period a date lies in: 2026-10, 2026Q4, 2026H2 or 2026."""
    match kind:
        case PeriodKind.MONTH:
            return month_of(day)
        case PeriodKind.QUARTER:
            return f"{day.year}Q{(day.month + 2) // 3}"
        case PeriodKind.HALF_YEAR:
            return f"{day.year}H{(day.month + 5) // 6}"
        case _:
            return str(day.year)


def period_label(name: str) -> str:
    """Gives the name of a period in words."""
    year, rest = name[:4], name[4:]
    if rest.startswith("-"):
        return f"{year}年{int(rest[1:])}月"
    if rest.startswith("Q"):
        return f"{year}年第{_ORDINALS[int(rest[1:]) - 1]}季度"
    return f"{year}年{_HALVES.get(rest, '度')}"


def first_day_of_period(kind: PeriodKind, day: date) -> date:
    """Gives the first day of the period a date lies in. Raises KeyError for a plan without periods."""
    length = LENGTHS[kind]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def first_day_after(kind: PeriodKind, first: date) -> date:
    """Gives the first day of the period that follows the one beginning on `first`."""
    passed = first.year * 12 + first.month - 1 + LENGTHS[kind]
    return date(passed // 12, passed % 12 + 1, 1)


def window_of(rule: PeriodRule, day: date, calendar: Calendar) -> Window:
    """Gives the window of the period a date lies in. Raises KeyError for a plan without periods."""
    starts_on = first_day_of_period(rule.kind, day)
    name = period_name(rule.kind, day)
    if name in rule.by_hand:
        return rule.by_hand[name]
    ends_on = first_day_after(rule.kind, starts_on) - _ONE_DAY
    opens_on, closes_on = _day_in(ends_on, rule.opens_day), _day_in(ends_on, rule.closes_day)
    # Rolled to the previous working day, but never before the window opens.
    return Window(name, starts_on, ends_on, opens_on, max(calendar.previous_workday(closes_on), opens_on))


def _day_in(month: date, number: int) -> date:
    return month.replace(day=min(number, months.monthrange(month.year, month.month)[1]))


def first_window_after(rule: PeriodRule, day: date, calendar: Calendar) -> Window | None:
    """Gives the first window that opens after a date, None for a plan without periods."""
    if rule.kind is PeriodKind.NONE:
        return None
    window = window_of(rule, _some_periods_before(rule.kind, day), calendar)
    while window.opens_on <= day:
        window = window_of(rule, window.ends_on + _ONE_DAY, calendar)
    return window


def current_window(rule: PeriodRule, today: date, calendar: Calendar) -> Window | None:
    """Gives the last window that has opened by today, whether or not it has closed; what is filed now belongs to it."""
    if rule.kind is PeriodKind.NONE:
        return None
    window = window_of(rule, today, calendar)
    for _ in range(_LOOKED_BACK):
        if window.opens_on <= today:
            return window
        window = window_of(rule, window.starts_on - _ONE_DAY, calendar)
    return window


def _some_periods_before(kind: PeriodKind, day: date) -> date:
    for _ in range(_LOOKED_BACK):
        day = first_day_of_period(kind, day) - _ONE_DAY
    return day


def owed_window(
    rule: PeriodRule, calendar: Calendar, *, acknowledged_on: date | None, last_filed_on: date | None
) -> Window | None:
    """Gives the window in which a unit owes its next filing: the first to open after it knew and after its last word.

    None for what has not been acknowledged and for a plan without periods. Source: DESIGN 5.3.
    """
    if acknowledged_on is None:
        return None
    return first_window_after(rule, max(acknowledged_on, last_filed_on or acknowledged_on), calendar)


def report_days(window: Window | None) -> ReportDays:
    """Gives the days to be stored of the window in which a filing is owed."""
    return ReportDays(window.opens_on, window.closes_on + _ONE_DAY) if window is not None else ReportDays()


def reporting_light(days: ReportDays, today: date, *, is_awaiting: bool, has_filed: bool) -> ReportingLight:
    """Gives the light of reporting on a day; what waits for a signature is not missed."""
    if is_awaiting:
        return ReportingLight.AWAITING
    if days.report_opens_on is None:
        return ReportingLight.NOTHING
    if days.report_missed_on is not None and days.report_missed_on <= today:
        return ReportingLight.MISSED
    if days.report_opens_on <= today:
        return ReportingLight.DUE
    return ReportingLight.FILED if has_filed else ReportingLight.NOTHING
