"""Working days of China: Monday to Friday, corrected by the State Council's yearly notices on days off (调休)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

_ONE_DAY = timedelta(days=1)
_FRIDAY = 4


def is_weekday(day: date) -> bool:
    """Whether a date is a Monday to Friday."""
    return day.weekday() <= _FRIDAY


def _weekdays_until(day: date) -> int:
    """Gives how many Mondays to Fridays lie between the first Monday of the count and `day`, `day` included."""
    weeks, rest = divmod(day.toordinal(), 7)
    # Ordinal 1 is a Monday, so a remainder of 1 to 5 is a weekday and 6 a Saturday.
    return weeks * 5 + min(rest, 5)


@dataclass(frozen=True)
class Calendar:
    """What is known of days off: `known` holds the dates of the notices entered and whether each is worked.

    Every other date counts as Monday to Friday; a year without a notice is provisional.
    """

    known: Mapping[date, bool] = field(default_factory=dict)
    known_years: frozenset[int] = frozenset()
    _shifted: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _shifts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shifted = tuple(sorted(day for day, is_worked in self.known.items() if is_worked != is_weekday(day)))
        object.__setattr__(self, "_shifted", shifted)
        steps = (1 if self.known[day] else -1 for day in shifted)
        object.__setattr__(self, "_shifts", tuple(accumulate(steps, initial=0)))

    def is_workday(self, day: date) -> bool:
        """Whether a date is worked."""
        return self.known.get(day, is_weekday(day))

    def is_provisional(self, year: int) -> bool:
        """Whether a year is counted without its notice."""
        return year not in self.known_years

    def provisional_years(self, days: Iterable[date]) -> tuple[int, ...]:
        """Gives the years of these dates that are counted without their notice, in order."""
        return tuple(sorted({day.year for day in days if self.is_provisional(day.year)}))

    def add_workdays(self, day: date, n: int) -> date:
        """Gives the n-th working day after a date, before it where n is negative, the date itself where n is 0.

        Raises OverflowError beyond the dates Python knows.
        """
        step = _ONE_DAY if n > 0 else -_ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def workdays_between(self, a: date, b: date) -> int:
        """Gives how many working days lie after a date up to and including another; negative where b is earlier."""
        return self._workdays_until(b) - self._workdays_until(a)

    def next_workday(self, day: date) -> date:
        """Gives the date itself where it is worked, else the first working day after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def previous_workday(self, day: date) -> date:
        """Gives the date itself where it is worked, else the last working day before it."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def _workdays_until(self, day: date) -> int:
        return _weekdays_until(day) + self._shifts[bisect_right(self._shifted, day)]


def month_of(day: date) -> str:
    """Gives the month of an office date as a period ("2026-03"), the period a report is filed for."""
    return f"{day.year:04d}-{day.month:02d}"


def first_of_next_month(day: date) -> date:
    """Gives the first day of the month after a date's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
