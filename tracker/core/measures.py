"""Measured series (指标数据): which names mean the same number, and on which day a period's value is released."""

from __future__ import annotations

import calendar as months
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rapidfuzz import fuzz

from tracker.core.periods import first_day_after, first_day_of_period, period_label, period_name
from tracker.core.script import normal, simplified
from tracker.core.terms import Labelled, PeriodKind, SeriesShape

# From here on two names are near enough to be shown as perhaps the same; nothing follows from it by itself.
NEAR = 75
_SCOPE = re.compile("^(?:全(?:市|县|区|省|州)|我(?:市|县|区|省|州)|本(?:市|县|区|省|州))")
_COUNTED = re.compile("(?:的?(?:总数量|总数|数量|家数|个数|总量)|数)$")
_NOISE = re.compile(r"[\s,、。;:·\-_/\"'“”‘’《》〈〉()的之]+")
# Words of statistics for one and the same number.
_SYNONYMS = (
    ("研究与试验发展", "研发"),
    ("研究与开发", "研发"),
    ("r&d", "研发"),
    ("规模以上", "规上"),
    ("国内生产总值", "gdp"),
    ("地区生产总值", "gdp"),
    ("生产总值", "gdp"),
    ("比例", "比重"),
    ("占比", "比重"),
    ("经费支出", "经费投入"),
    ("投入占gdp比重", "投入强度"),
    ("投入与gdp比", "投入强度"),
)
# What is new in a period is another number than what there is: 新增高新技术企业 is not 高新技术企业.
_CHANGE = re.compile("新增|净增|新建|新培育|增长|增速|增幅|下降|降低|减少")
_COUNTS = frozenset("家户个项件名人台套座处所")
_ONE_DAY = timedelta(days=1)
_YEAR, _FORMS = (
    re.compile(r"[0-9]{4}"),
    {
        PeriodKind.MONTH: re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])"),
        PeriodKind.QUARTER: re.compile(r"([0-9]{4})Q([1-4])"),
        PeriodKind.HALF_YEAR: re.compile(r"([0-9]{4})H([12])"),
    },
)
_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF_YEAR: 6}


class Standing(Labelled):
    """Where the value of one period stands: released, not to be released yet, or past its day."""

    RELEASED = "released", "已发布"
    WAITING = "waiting", "数据未发布"
    OWED = "owed", "应发布未填报"


def measure_key(name: str) -> str:
    """Gives a name as it is compared: Simplified, without scope (全市), blanks, punctuation and words for a count."""
    text = _NOISE.sub("", simplified(normal(name)).lower())
    for printed, meant in _SYNONYMS:
        text = text.replace(printed, meant)
    text = _SCOPE.sub("", text)
    return _COUNTED.sub("", text) if len(text) > 3 else text


def likeness(first: str, second: str) -> int:
    """Gives how alike two names are in hundredths, once `measure_key` has written them one way; 100 for equal ones."""
    if first == second:
        return 100 if first else 0
    if set(_CHANGE.findall(first)) != set(_CHANGE.findall(second)):
        return min(NEAR - 1, int(fuzz.ratio(first, second)))
    if min(len(first), len(second)) >= 4 and (first in second or second in first):
        return 95
    # The same words in another order are nearly the same name.
    shuffled = fuzz.ratio("".join(sorted(first)), "".join(sorted(second))) - 8
    return min(94, int(max(fuzz.ratio(first, second), shuffled)))


def is_same_measure(one: str, other: str) -> bool:
    """Whether two units of measure can be of one number: equal, one not printed, or both words of counting."""
    return one == other or not one or not other or (one in _COUNTS and other in _COUNTS)


def nearest(name: str, unit: str, series: Mapping[int, tuple[str, str]]) -> tuple[int, int] | None:
    """Gives (key, likeness) of the series whose name is nearest to a printed one, None where none is near.

    Takes: names and units of measure by key. A suggestion only.
    """
    own = measure_key(name)
    fitting = ((key, its) for key, (its, measure) in series.items() if is_same_measure(unit, measure))
    known = ((key, likeness(own, measure_key(its))) for key, its in fitting)
    found = max(known, key=lambda pair: (pair[1], -pair[0]), default=None)
    return found if found is not None and found[1] >= NEAR else None


@dataclass(frozen=True, slots=True)
class Release:
    """When values of a series come out: on a day of the month that follows a period by some months.

    A day the month does not have is its last one; without a day there is no rule, and a value is out when it is typed.
    """

    kind: PeriodKind
    day: int | None
    lag_months: int = 1

    def due_on(self, first_on: date) -> date | None:
        """Gives the day on which the value of the period beginning on a day is released."""
        if self.day is None:
            return None
        last = first_day_after(self.kind, first_on) - _ONE_DAY
        passed = last.year * 12 + last.month - 1 + self.lag_months
        year, month = passed // 12, passed % 12 + 1
        return date(year, month, min(self.day, months.monthrange(year, month)[1]))

    def standing(self, first_on: date, today: date, *, has_value: bool) -> Standing:
        """Gives where the value of a period stands on a day."""
        if has_value:
            return Standing.RELEASED
        due_on = self.due_on(first_on) or first_day_after(self.kind, first_on)
        return Standing.WAITING if today <= due_on else Standing.OWED

    def periods(self, today: date, *, count: int) -> list[date]:
        """Gives the first days of the present period and of those before it, newest first."""
        first = first_day_of_period(self.kind, today)
        found = [first]
        while len(found) < count:
            first = first_day_of_period(self.kind, first - _ONE_DAY)
            found.append(first)
        return found

    def following(self, last_on: date | None, today: date) -> date:
        """Gives the first day of the period whose value comes next: the one after the last value there is.

        Before any value it is the last period that was over today.
        """
        if last_on is not None:
            return first_day_after(self.kind, last_on)
        return self.periods(today, count=2)[1]

    def told(self, first_on: date) -> str:
        """Gives in words that the value of a period is not released, and when it will be."""
        due_on = self.due_on(first_on)
        when = f"（应于{due_on.year}年{due_on.month}月{due_on.day}日发布）" if due_on else ""
        return f"{period_label(period_name(self.kind, first_on))}数据未发布{when}"


def first_day_of(name: str, kind: PeriodKind) -> date:
    """Gives the first day of a period by its name: 2026-10, 2026Q4, 2026H2, 2026. Raises ValueError for any other."""
    if kind is PeriodKind.YEAR:
        if not (name.isascii() and _YEAR.fullmatch(name)):
            raise ValueError(name)
        return date(int(name), 1, 1)
    match = _FORMS[kind].fullmatch(name) if name.isascii() else None
    if match is None:
        raise ValueError(name)
    return date(int(match[1]), (int(match[2]) - 1) * _MONTHS[kind] + 1, 1)


@dataclass(frozen=True, slots=True)
class Point:
    """The value of one period that counts now; `first_on` is the period's first day, `period` its name."""

    first_on: date
    period: str
    value: Decimal


def by_year(points: Iterable[Point], shape: SeriesShape) -> dict[int, Decimal]:
    """Gives the value of each year: what flowed in it, or how it last stood. Gives years in order."""
    found: dict[int, Decimal] = {}
    for point in sorted(points, key=lambda one: one.first_on):
        year = point.first_on.year
        found[year] = found.get(year, Decimal(0)) + point.value if shape is SeriesShape.FLOW else point.value
    return found


def shares_gap(shares: Iterable[Decimal], whole: Decimal) -> Decimal:
    """Gives by how much the shares given to counties exceed (or, below nought, fall short of) the city's target."""
    return sum(shares, Decimal(0)) - whole


_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,4})?")


def read_number(typed: str) -> Decimal:
    """Gives a number as people type it, with or without commas. Raises ValueError for anything else."""
    text = normal(typed).replace(",", "").strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(typed)
    return Decimal(text)
