"""Progress against a target (目标值) by its kind, from the values of the series that measures it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tracker.core.measures import Point, by_year
from tracker.core.periods import period_label
from tracker.core.terms import ProgressKind, SeriesShape

_GROWS = re.compile("增长|增幅|增速|提速")
_FALLS = re.compile("下降|降低|减少|降幅|压减|缩短")
_SUMS = re.compile("累计|共计|新增|新建|新培育|改造|引进")
_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is promised: `value` by the end of `by_year`, counted from `start_year`, against a `baseline` if known."""

    kind: ProgressKind
    value: Decimal
    by_year: int | None = None
    start_year: int | None = None
    baseline: Decimal | None = None
    # A growth that is a fall (下降3%), counted the other way round.
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a goal has come: `percent` of it from 0 to 100, reached at 100 only; None where nothing can be told.

    `actual` is the number compared with the goal's value, `difference` by how much it exceeds that value.
    """

    percent: int | None = None
    actual: Decimal | None = None
    difference: Decimal | None = None
    period: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self.percent == 100


def kind_of(comparator: str, name: str, by: str, unit: str) -> ProgressKind:
    """Gives the kind a printed target probably has, for somebody to confirm. Takes: the name with its sentence."""
    if by == "每年":
        return ProgressKind.EACH_YEAR
    if unit in ("%", "个百分点") and (_GROWS.search(name) or _FALLS.search(name)):
        return ProgressKind.GROWTH
    if comparator == "<=":
        return ProgressKind.AT_MOST
    if _SUMS.search(name):
        return ProgressKind.CUMULATIVE
    return ProgressKind.AT_LEAST


def is_fall(name: str) -> bool:
    """Whether what is promised is a fall (下降), not a rise."""
    return _FALLS.search(name) is not None and _GROWS.search(name) is None


def progress(goal: Goal, points: Sequence[Point], shape: SeriesShape, *, is_rate: bool = False) -> Progress:
    """Gives how far a goal has come by the released values, those after its last year left out.

    Takes `is_rate`: whether the series is itself a rate of growth, as that of a goal of growth may be.
    """
    counted = [one for one in sorted(points, key=lambda p: p.first_on) if not _is_after(one, goal)]
    if not counted:
        return Progress()
    period = counted[-1].period
    match goal.kind:
        case ProgressKind.AT_MOST:
            return _made(goal, _at_most(goal, _standing(counted, shape)), _standing(counted, shape), period)
        case ProgressKind.GROWTH:
            actual = counted[-1].value if is_rate else _growth(counted)
            if actual is None:
                return Progress(period=period)
            actual = -actual if goal.falls and not is_rate else actual
            return _made(goal, _share(actual, goal.value), actual, period)
        case ProgressKind.CUMULATIVE:
            actual = _cumulated(goal, counted, shape)
            return _made(goal, _share(actual, goal.value), actual, period)
        case ProgressKind.EACH_YEAR:
            return _each_year(goal, counted, shape)
        case _:
            actual = _standing(counted, shape)
            return _made(goal, _at_least(goal, actual), actual, period)


def _is_after(point: Point, goal: Goal) -> bool:
    return goal.by_year is not None and point.first_on.year > goal.by_year


def _standing(points: Sequence[Point], shape: SeriesShape) -> Decimal:
    """The number of the last year there is a value of."""
    return next(reversed(by_year(points, shape).values()))


def _at_least(goal: Goal, actual: Decimal) -> Decimal:
    base = goal.baseline
    if base is None or base >= goal.value:
        return _share(actual, goal.value)
    return _share(actual - base, goal.value - base)


def _at_most(goal: Goal, actual: Decimal) -> Decimal:
    if actual <= goal.value:
        return _WHOLE
    if goal.baseline is not None and goal.baseline > goal.value:
        return _share(goal.baseline - actual, goal.baseline - goal.value)
    return _share(goal.value, actual)


def _share(part: Decimal, whole: Decimal) -> Decimal:
    """A part in hundredths; of a promise of nought or less, all or nothing."""
    if whole <= 0:
        return _WHOLE if part >= whole else Decimal(0)
    return part * _WHOLE / whole


def _growth(points: Sequence[Point]) -> Decimal | None:
    """The growth of the last value over the same period of the year before, in percent; None without one."""
    last = points[-1]
    year_before = last.first_on.replace(year=last.first_on.year - 1)
    before = next((one.value for one in points if one.first_on == year_before), None)
    if before is None or before <= 0:
        return None
    return (last.value - before) * _WHOLE / before


def _cumulated(goal: Goal, points: Sequence[Point], shape: SeriesShape) -> Decimal:
    """What has come together since the goal's first year; of what only stands, the rise over the baseline."""
    if shape is SeriesShape.LEVEL:
        return points[-1].value - (goal.baseline or Decimal(0))
    years = by_year(points, shape).items()
    counted = (value for year, value in years if goal.start_year is None or year >= goal.start_year)
    return sum(counted, Decimal(0))


def _each_year(goal: Goal, points: Sequence[Point], shape: SeriesShape) -> Progress:
    """The year's own number is compared; the percentage is that of all the years the goal runs over."""
    years = by_year(points, shape)
    last = max(years)
    first, end = goal.start_year or last, goal.by_year or last
    parts = [min(_WHOLE, max(Decimal(0), _share(years[y], goal.value))) for y in years if first <= y <= end]
    return _made(goal, sum(parts, Decimal(0)) / max(1, end - first + 1), years[last], points[-1].period)


def _made(goal: Goal, hundredths: Decimal, actual: Decimal, period: str) -> Progress:
    percent = int(min(_WHOLE, max(Decimal(0), hundredths)))
    return Progress(percent, actual, actual - goal.value, period)


def plain(value: Decimal) -> str:
    """Gives a number to at most two places without the noughts it was stored with."""
    text = f"{round(value, 2):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sentence(name: str, unit: str, goal: Goal, reached: Progress) -> str:
    """Gives in words how far a goal has come, by the value of which period."""
    by = f"{goal.by_year}年" if goal.by_year else ""
    promised = f"{by}目标{plain(goal.value)}{unit}"
    if reached.actual is None or reached.percent is None:
        return f"“{name}”{promised}，尚无可以比较的数据"
    label = {ProgressKind.GROWTH: "增幅", ProgressKind.CUMULATIVE: "累计"}.get(goal.kind, "")
    own = f"{label}{plain(reached.actual)}{'%' if goal.kind is ProgressKind.GROWTH else unit}"
    return f"“{name}”{period_label(reached.period)}{own}，{promised}，完成{reached.percent}%"
