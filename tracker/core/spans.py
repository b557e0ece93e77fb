"""The stretch of time a report is on: a month, quarter, half-year or year by its name ("2026-10", "2026Q4")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.core.periods import first_day_after, first_day_of_period, period_label, period_name
from tracker.core.terms import PeriodKind
from tracker.core.workdays import month_of
from tracker.errors import Invalid

_NAME = re.compile(r"(20[0-9]{2})(?:-(0[1-9]|1[0-2])|Q([1-4])|H([12]))?")
KINDS = {1: PeriodKind.MONTH, 3: PeriodKind.QUARTER, 6: PeriodKind.HALF_YEAR, 12: PeriodKind.YEAR}


@dataclass(frozen=True, slots=True)
class Span:
    """A period with its first and last day."""

    name: str
    first_on: date
    last_on: date

    @property
    def label(self) -> str:
        """Gives the period in words: 2026年10月."""
        return period_label(self.name)

    @property
    def months(self) -> tuple[str, ...]:
        """Gives the months of the period, by which filings are kept."""
        found, day = [], self.first_on
        while day <= self.last_on:
            found.append(month_of(day))
            day = first_day_after(PeriodKind.MONTH, day)
        return tuple(found)


def span_of(name: str) -> Span:
    """Gives the period of a name. Raises Invalid for what names none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise Invalid({"period": "周期的写法应为“2026-10”“2026Q4”“2026H2”或“2026”。"})
    year, month, quarter, half = (int(part) if part else 0 for part in found.groups())
    if month:
        return _span(PeriodKind.MONTH, date(year, month, 1))
    if quarter:
        return _span(PeriodKind.QUARTER, date(year, quarter * 3, 1))
    if half:
        return _span(PeriodKind.HALF_YEAR, date(year, half * 6, 1))
    return _span(PeriodKind.YEAR, date(year, 1, 1))


def _span(kind: PeriodKind, day: date) -> Span:
    first = first_day_of_period(kind, day)
    return Span(period_name(kind, day), first, first_day_after(kind, first) - timedelta(days=1))


def span_before(day: date, months: int = 1) -> Span:
    """Gives the last period of so many months that was over before a day."""
    kind = KINDS[months]
    return _span(kind, first_day_of_period(kind, day) - timedelta(days=1))


def recent_spans(today: date, months: int, count: int) -> tuple[Span, ...]:
    """Gives the running period of so many months and those before it, newest first."""
    kind = KINDS[months]
    found = [_span(kind, today)]
    while len(found) < count:
        found.append(_span(kind, found[-1].first_on - timedelta(days=1)))
    return tuple(found)
