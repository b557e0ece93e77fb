"""Lights (亮灯): the day each one comes is computed when something is written; a page only compares it with today.

Source: DESIGN 5.2. Precedence: done, late, cannot tell, behind, near, on time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Protocol

from tracker.core.milestones import Promise, missed, missed_on
from tracker.core.periods import first_day_after, first_day_of_period
from tracker.core.terms import DueRoll, Labelled, PeriodKind
from tracker.core.workdays import Calendar


class Light(Labelled):
    """A light, strongest first; where several have come, the first of them is shown."""

    DONE = "done", "已完成"
    LATE = "late", "逾期"
    UNKNOWN = "unknown", "暂无法研判"
    BEHIND = "behind", "滞后"
    NEAR = "near", "临期"
    ON_TIME = "on_time", "正常"


# The attribute that holds the first day of each light; "on time" is what is left over.
DAY_OF: dict[Light, str] = {
    Light.DONE: "done_on",
    Light.LATE: "late_on",
    Light.UNKNOWN: "unknown_on",
    Light.BEHIND: "behind_on",
    Light.NEAR: "near_on",
}


class DatedLights(Protocol):
    """Whatever carries the first day of each light: a record, a row of its history, or LightDays."""

    @property
    def near_on(self) -> date | None: ...
    @property
    def behind_on(self) -> date | None: ...
    @property
    def late_on(self) -> date | None: ...
    @property
    def unknown_on(self) -> date | None: ...
    @property
    def done_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class LightDays:
    """The first day of each light; None: that light never comes."""

    near_on: date | None = None
    behind_on: date | None = None
    late_on: date | None = None
    unknown_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The office's judgement (认定): a class that holds from a day on, until the first filing on or after another."""

    light: Light
    from_on: date
    until_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Measured:
    """How far the numbers of a task have come by measured series, and in words; None while nothing is released."""

    percent: int | None
    words: str


@dataclass(frozen=True, slots=True)
class LightFacts:
    """What the lights of one duty, or of a task through its lead, depend on.

    `issued_on` is None while it is prepared; `due_on` is None for what is 长期坚持; `files` is false for whoever owes
    no filing; `period`, `near_workdays` and `tolerance_points` are the plan's.
    """

    issued_on: date | None
    due_on: date | None
    percent: int | None = None
    last_filed_on: date | None = None
    done_on: date | None = None
    files: bool = False
    near_workdays: int = 7
    tolerance_points: int = 10
    period: PeriodKind = PeriodKind.MONTH
    judged: Judged | None = None
    # Confirmed milestones stand in the place of the linear schedule.
    promises: tuple[Promise, ...] = ()
    # The first day without a confirmed yearly breakdown (待分解), where the plan asks for one.
    undivided_on: date | None = None
    roll: DueRoll = DueRoll.STAY
    # Where the plan takes progress from measured series; `percent` is then theirs, once there is any.
    measured: Measured | None = None

    @property
    def judgement(self) -> Judged | None:
        """Gives the judgement that holds: none once the unit has filed for the period after it."""
        if self.judged is None or (self.last_filed_on is not None and self.last_filed_on >= self.judged.until_on):
            return None
        return self.judged


def light_dates(facts: LightFacts, calendar: Calendar) -> LightDays:
    """Gives the first day of each light; what is done has no other, what is not issued has none."""
    if facts.done_on is not None:
        return LightDays(done_on=facts.done_on)
    if facts.issued_on is None:
        return LightDays()
    facts = _rolled(facts, calendar)
    days = LightDays(
        near_on=calendar.add_workdays(facts.due_on, -facts.near_workdays) if facts.due_on else None,
        behind_on=_behind_on(facts),
        late_on=facts.due_on + timedelta(days=1) if facts.due_on else None,
        unknown_on=_unknown_on(facts),
    )
    return _as_judged(days, facts.judgement) if facts.judgement else days


def rolled(due_on: date, roll: DueRoll, calendar: Calendar) -> date:
    """Gives where a due date goes that falls on a day off. Source: DESIGN 5.2."""
    match roll:
        case DueRoll.STAY:
            return due_on
        case DueRoll.BEFORE:
            return calendar.previous_workday(due_on)
        case DueRoll.AFTER:
            return calendar.next_workday(due_on)


def _rolled(facts: LightFacts, calendar: Calendar) -> LightFacts:
    if facts.due_on is None or facts.roll is DueRoll.STAY:
        return facts
    return replace(facts, due_on=rolled(facts.due_on, facts.roll, calendar), roll=DueRoll.STAY)


# What a judgement outranks: every light but late and done, which come from dates alone.
_JUDGED = (Light.UNKNOWN, Light.BEHIND, Light.NEAR)


def _as_judged(days: LightDays, judged: Judged) -> LightDays:
    """Brings the judged light on its day, and puts off those it outranks until the judgement ends."""
    moved: dict[str, date | None] = {}
    for member in _JUDGED:
        day = getattr(days, DAY_OF[member])
        if member is judged.light:
            moved[DAY_OF[member]] = judged.from_on
        elif day is not None:
            moved[DAY_OF[member]] = max(day, judged.until_on)
    return replace(days, **moved)


def _behind_on(facts: LightFacts) -> date | None:
    """First day on which more of the time has passed than was done, by more than the plan tolerates (序时进度)."""
    if facts.files and facts.promises and facts.issued_on is not None:
        return missed_on(facts.promises, facts.percent, facts.tolerance_points)
    is_told = facts.files or facts.measured is not None
    if not is_told or facts.percent is None or facts.due_on is None or facts.issued_on is None:
        return None
    total = (facts.due_on - facts.issued_on).days
    covered = facts.percent + facts.tolerance_points
    if total <= 0 or covered >= 100:
        return None
    return facts.issued_on + timedelta(days=covered * total // 100 + 1)


def _unknown_on(facts: LightFacts) -> date | None:
    """First day on which nothing can be told: without a breakdown (待分解), or after a period without a filing."""
    unmeasured_on = facts.issued_on if _is_unmeasured(facts) else None
    return min(filter(None, (facts.undivided_on, unmeasured_on, _silent_on(facts))), default=None)


def _is_unmeasured(facts: LightFacts) -> bool:
    """Whether progress is to be measured and neither a value is released nor a percentage filed (数据未发布)."""
    return facts.measured is not None and facts.measured.percent is None and facts.percent is None


def _silent_on(facts: LightFacts) -> date | None:
    """First day after a whole period without a filing."""
    if not facts.files or facts.issued_on is None or facts.period is PeriodKind.NONE:
        return None
    following = first_day_after(facts.period, first_day_of_period(facts.period, _last_word_on(facts)))
    return first_day_after(facts.period, following)


def _last_word_on(facts: LightFacts) -> date:
    assert facts.issued_on is not None  # noqa: S101 - only asked of what is issued
    return max(facts.issued_on, facts.last_filed_on or facts.issued_on)


def worst(several: Iterable[DatedLights]) -> LightDays:
    """Gives the days of what has no lead: each light comes when it comes to the first of its open duties."""
    held = list(several)
    days: dict[str, date | None] = {}
    for name in (field.name for field in fields(LightDays) if field.name != "done_on"):
        days[name] = min((day for each in held if (day := getattr(each, name)) is not None), default=None)
    return LightDays(**days)


def light(dates: DatedLights, today: date) -> Light:
    """Gives the light on a day."""
    for member, attribute in DAY_OF.items():
        day = getattr(dates, attribute)
        if day is not None and day <= today:
            return member
    return Light.ON_TIME


_WHOLE = {
    PeriodKind.MONTH: "整月",
    PeriodKind.QUARTER: "完整季度",
    PeriodKind.HALF_YEAR: "完整半年",
    PeriodKind.YEAR: "完整年度",
}


def reason(facts: LightFacts, today: date, calendar: Calendar) -> str:
    """Gives in one sentence why the light is what it is."""
    facts = _rolled(facts, calendar)
    shown = light(light_dates(facts, calendar), today)
    judged = facts.judgement
    why = _why(facts, shown, today, calendar)
    is_told = facts.measured is not None and facts.issued_on is not None and shown is not Light.DONE
    if judged is not None and judged.light is shown and judged.from_on <= today:
        return f"办公室于{_day(judged.from_on)}认定为“{shown.label}”：{judged.reason}"
    return f"{why[:-1]}；{facts.measured.words}。" if is_told and facts.measured else why


def _why(facts: LightFacts, shown: Light, today: date, calendar: Calendar) -> str:
    match shown:
        case Light.DONE:
            return f"已于{_day(facts.done_on)}完成。"
        case Light.LATE:
            return _late(facts, today, calendar)
        case Light.UNKNOWN if facts.undivided_on is not None and facts.undivided_on <= today:
            return f"待分解：{max(facts.undivided_on, today).year}年的年度分解还没有报送并确认，无法研判进度。"
        case Light.UNKNOWN if _is_unmeasured(facts):
            return "指标数据未发布，无法研判进度。"
        case Light.UNKNOWN:
            since = f"{_day(facts.last_filed_on)}报送" if facts.last_filed_on else f"{_day(facts.issued_on)}交办"
            return f"自{since}以来，超过一个{_WHOLE[facts.period]}没有报送进展，无法研判。"
        case Light.BEHIND:
            return _behind(facts, today)
        case _:
            return _running(facts, today, calendar)


def _late(facts: LightFacts, today: date, calendar: Calendar) -> str:
    assert facts.due_on is not None  # noqa: S101 - late comes from a due date alone
    passed = calendar.workdays_between(facts.due_on, today)
    # The due date may have been the last working day before a holiday that is still on.
    how_long = f"{passed}个工作日" if passed else f"{(today - facts.due_on).days}天（均为休息日）"
    return f"应于{_day(facts.due_on)}前完成，已逾期{how_long}。"


def _behind(facts: LightFacts, today: date) -> str:
    short = missed(facts.promises, facts.percent, facts.tolerance_points)
    if short is not None:
        done = facts.percent or 0
        promised = f"年度分解应于{_day(short.due_on)}前达到{short.percent}%，现为{done}%"
        return f"{promised}，落后{short.percent - done}个百分点，超出允许的{facts.tolerance_points}个。"
    assert facts.due_on and facts.issued_on and facts.percent is not None  # noqa: S101 - see _behind_on
    total = (facts.due_on - facts.issued_on).days
    # Rounded up, since a gap printed as equal to the tolerance would not explain the light.
    elapsed = -(-(today - facts.issued_on).days * 100 // total)
    gap = elapsed - facts.percent
    told = f"时间已过{elapsed}%，完成比例{facts.percent}%，落后序时进度{gap}个百分点"
    return f"{told}，超出允许的{facts.tolerance_points}个。"


def _running(facts: LightFacts, today: date, calendar: Calendar) -> str:
    if facts.issued_on is None:
        return "尚未立项交办。"
    if facts.due_on is None:
        return "长期坚持，不设完成时限。"
    left = calendar.workdays_between(today, facts.due_on)
    if today == facts.due_on:
        return f"今日（{_day(facts.due_on)}）到期。"
    return f"应于{_day(facts.due_on)}前完成，还有{left}个工作日。"


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "—"
