"""Names that mean one number, days of release, progress by kind, and text held against its own table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_tables import table
from tracker.core.measures import (
    NEAR,
    Point,
    Release,
    Standing,
    by_year,
    first_day_of,
    is_same_measure,
    likeness,
    measure_key,
    nearest,
    read_number,
)
from tracker.core.mismatches import table_doubts
from tracker.core.periods import period_name
from tracker.core.progress import Goal, is_fall, kind_of, progress, sentence
from tracker.core.tables import indicators
from tracker.core.targets import Target
from tracker.core.terms import PeriodKind, ProgressKind, SeriesShape

K, S = ProgressKind, SeriesShape
MONTHLY = Release(PeriodKind.MONTH, 18, 1)


def alike(one: str, other: str) -> int:
    return likeness(measure_key(one), measure_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("高新技术企业", "全市高新技术企业数量"),
        ("R&D经费支出占地区生产总值的比重", "研发经费投入强度"),
        ("規模以上工業企業 數", "规上工业企业"),
    ],
)
def test_names_written_another_way_are_equal(one: str, other: str) -> None:
    assert alike(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("托位数", "床位数"),
        ("公共充电桩", "公交专用道里程"),
        ("省级孵化器", "科技型中小企业"),
        ("新增高新技术企业", "高新技术企业"),
    ],
)
def test_names_of_other_numbers_are_not_near(one: str, other: str) -> None:
    assert alike(one, other) < NEAR


def test_the_nearest_series_is_proposed_only_with_a_fitting_unit_of_measure() -> None:
    series = {1: ("高新技术企业数", "家"), 2: ("高新技术产业增加值", "亿元")}
    assert nearest("全市高新技术企业", "户", series) == (1, 100)
    assert nearest("全市高新技术企业", "亿元", {1: series[1]}) is None
    assert nearest("新建口袋公园", "个", series) is None
    assert is_same_measure("", "家") and not is_same_measure("%", "家")


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_symmetric_and_between_nought_and_a_hundred(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other) <= 100


@pytest.mark.parametrize(
    ("release", "first", "due"),
    [
        (MONTHLY, date(2026, 10, 1), date(2026, 11, 18)),
        (MONTHLY, date(2026, 12, 1), date(2027, 1, 18)),
        (Release(PeriodKind.QUARTER, 31, 1), date(2026, 1, 1), date(2026, 4, 30)),
        (Release(PeriodKind.YEAR, 28, 2), date(2025, 1, 1), date(2026, 2, 28)),
        (Release(PeriodKind.MONTH, None), date(2026, 1, 1), None),
    ],
)
def test_a_value_is_released_on_its_day_after_its_lag(release: Release, first: date, due: date | None) -> None:
    assert release.due_on(first) == due


def test_a_value_is_unreleased_until_its_day_and_owed_after_it() -> None:
    october = date(2026, 10, 1)
    assert MONTHLY.standing(october, date(2026, 11, 18), has_value=False) is Standing.WAITING
    assert MONTHLY.standing(october, date(2026, 11, 19), has_value=False) is Standing.OWED
    assert MONTHLY.standing(october, date(2026, 11, 2), has_value=True) is Standing.RELEASED


def test_the_period_after_the_last_value_is_told_with_its_day_of_release() -> None:
    today = date(2026, 11, 22)
    assert MONTHLY.following(date(2026, 8, 1), today) == date(2026, 9, 1)
    assert MONTHLY.following(None, today) == date(2026, 10, 1)
    assert MONTHLY.told(date(2026, 10, 1)) == "2026年10月数据未发布（应于2026年11月18日发布）"
    assert Release(PeriodKind.YEAR, None).told(date(2026, 1, 1)) == "2026年度数据未发布"


@pytest.mark.parametrize(("typed", "number"), [("1,234.5", "1234.5"), ("-0.62", "-0.62"), (" １２ ", "12")])
def test_a_number_is_read_as_people_type_it(typed: str, number: str) -> None:
    assert read_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["", "NaN", "1e5", "²", "1.23456", "9" * 16, "=1+1", "约100"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        read_number(typed)


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.sampled_from([k for k in PeriodKind if k != "none"]))
def test_the_name_of_a_period_gives_its_first_day(day: date, kind: PeriodKind) -> None:
    first = first_day_of(period_name(kind, day), kind)
    assert first <= day and period_name(kind, first) == period_name(kind, day)


@pytest.mark.parametrize("name", ["", "2026-13", "2026Q5", "²026-10", "2026-10x", "26-10"])
def test_what_is_no_period_is_refused(name: str) -> None:
    for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR):
        with pytest.raises(ValueError):
            first_day_of(name, kind)


def points(*values: tuple[str, str]) -> list[Point]:
    """Points of months (2026-10) or of years (2026) with their values."""
    kinds = {4: PeriodKind.YEAR, 7: PeriodKind.MONTH}
    return [Point(first_day_of(name, kinds[len(name)]), name, Decimal(value)) for name, value in values]


def goal(kind: ProgressKind, value: str, **more: object) -> Goal:
    return Goal(kind, Decimal(value), **more)  # type: ignore[arg-type]


LEVELS = points(("2025-12", "60"), ("2026-10", "80"))
FLOWS = points(("2025", "30"), ("2026", "25"))


@pytest.mark.parametrize(
    ("asked", "known", "shape", "percent", "actual"),
    [
        (goal(K.AT_LEAST, "100"), LEVELS, S.LEVEL, 80, "80"),
        (goal(K.AT_LEAST, "100", baseline=Decimal(60)), LEVELS, S.LEVEL, 50, "80"),
        (goal(K.AT_LEAST, "100", by_year=2025), LEVELS, S.LEVEL, 60, "60"),
        (goal(K.AT_LEAST, "79"), LEVELS, S.LEVEL, 100, "80"),
        (goal(K.AT_MOST, "60", baseline=Decimal(100)), LEVELS, S.LEVEL, 50, "80"),
        (goal(K.AT_MOST, "90"), LEVELS, S.LEVEL, 100, "80"),
        (goal(K.AT_MOST, "60"), LEVELS, S.LEVEL, 75, "80"),
        (goal(K.GROWTH, "10"), points(("2025-10", "100"), ("2026-10", "105")), S.LEVEL, 50, "5"),
        (goal(K.GROWTH, "10", falls=True), points(("2025-10", "100"), ("2026-10", "90")), S.LEVEL, 100, "10"),
        (goal(K.GROWTH, "10"), points(("2026-10", "105")), S.LEVEL, None, None),
        (goal(K.CUMULATIVE, "100"), FLOWS, S.FLOW, 55, "55"),
        (goal(K.CUMULATIVE, "100", start_year=2026), FLOWS, S.FLOW, 25, "25"),
        (goal(K.CUMULATIVE, "40", baseline=Decimal(60)), LEVELS, S.LEVEL, 50, "20"),
        (goal(K.EACH_YEAR, "30", start_year=2025, by_year=2027), FLOWS, S.FLOW, 61, "25"),
        (goal(K.EACH_YEAR, "30"), FLOWS, S.FLOW, 83, "25"),
        (goal(K.AT_LEAST, "1"), [], S.LEVEL, None, None),
    ],
)
def test_progress_by_kind(
    asked: Goal, known: list[Point], shape: SeriesShape, percent: int | None, actual: str | None
) -> None:
    reached = progress(asked, known, shape)
    assert (reached.percent, reached.actual) == (percent, Decimal(actual) if actual else None)


def test_a_series_that_is_itself_a_rate_is_compared_as_it_stands() -> None:
    assert progress(goal(K.GROWTH, "10"), points(("2026-10", "5")), S.LEVEL, is_rate=True).percent == 50


def test_the_value_of_a_year_is_what_flowed_or_what_stood_last() -> None:
    known = points(("2026-02", "3"), ("2026-01", "2"), ("2025-12", "1"))
    assert by_year(known, S.FLOW) == {2025: Decimal(1), 2026: Decimal(5)}
    assert by_year(known, S.TO_DATE) == {2025: Decimal(1), 2026: Decimal(3)}


numbers = st.decimals(-10_000, 10_000, places=2)
series = st.lists(st.tuples(st.integers(2020, 2030), numbers), max_size=8, unique_by=lambda pair: pair[0]).map(
    lambda pairs: [Point(date(year, 1, 1), str(year), value) for year, value in pairs]
)


@given(
    st.builds(
        Goal,
        st.sampled_from(list(K)),
        numbers,
        st.none() | st.integers(2020, 2030),
        st.none() | st.integers(2020, 2030),
        st.none() | numbers,
        st.booleans(),
    ),
    series,
    st.sampled_from(list(S)),
)
def test_any_goal_and_values_give_a_percentage_or_none(asked: Goal, known: list[Point], shape: SeriesShape) -> None:
    reached = progress(asked, known, shape)
    assert reached.percent is None or 0 <= reached.percent <= 100
    if reached.actual is not None:
        assert reached.difference == reached.actual - asked.value
    assert sentence("指标", "家", asked, reached)


@given(numbers, numbers, st.none() | numbers, numbers)
def test_a_higher_value_never_lowers_what_must_be_at_least(
    value: Decimal, low: Decimal, base: Decimal | None, more: Decimal
) -> None:
    high = low + abs(more)
    reached = [
        progress(Goal(K.AT_LEAST, value, baseline=base), [Point(date(2026, 1, 1), "2026", each)], S.LEVEL).percent or 0
        for each in (low, high)
    ]
    assert reached[0] <= reached[1]


@given(numbers, numbers, st.none() | numbers)
def test_a_bound_is_met_exactly_when_the_value_is_within_it(
    value: Decimal, actual: Decimal, base: Decimal | None
) -> None:
    known = [Point(date(2026, 1, 1), "2026", actual)]
    assert progress(Goal(K.AT_MOST, value, baseline=base), known, S.LEVEL).is_met == (actual <= value)
    assert progress(Goal(K.AT_LEAST, value, baseline=base), known, S.LEVEL).is_met == (actual >= value)


@pytest.mark.parametrize(
    ("comparator", "name", "by", "unit", "kind"),
    [
        (">=", "选派特派员", "每年", "名", K.EACH_YEAR),
        ("=", "数字经济增加值年均增长", "2027", "%", K.GROWTH),
        ("=", "单位产值能耗下降", "2027", "%", K.GROWTH),
        ("<=", "办理时间", "2027", "天", K.AT_MOST),
        (">=", "累计改造老旧小区", "2027", "个", K.CUMULATIVE),
        ("=", "高新技术企业", "2027", "家", K.AT_LEAST),
    ],
)
def test_the_kind_of_a_target_is_proposed_from_its_words(
    comparator: str, name: str, by: str, unit: str, kind: ProgressKind
) -> None:
    assert kind_of(comparator, name, by, unit) is kind
    assert is_fall(name) == ("下降" in name)


def test_the_sentence_names_the_value_its_period_and_the_target() -> None:
    asked = goal(K.AT_LEAST, "100.0000", by_year=2027)
    assert sentence("高新技术企业", "家", asked, progress(asked, LEVELS, S.LEVEL)) == (
        "“高新技术企业”2026年10月80家，2027年目标100家，完成80%"
    )


TABLE = indicators(
    table(
        ["序号", "指标名称", "单位", "2025年", "2027年"],
        ["1", "托育服务供给水平指数", "%", "50", "65"],
        ["2", "每千人口托位数", "个", "3", "5"],
        ["3", "公办园在园幼儿占比", "%", "51", "60"],
    )
)[0]


def promise(name: str, value: float, unit: str, by: str | None = "2027") -> Target:
    return Target(name, by, "=", value, unit, name, 10, 20)


@pytest.mark.parametrize(
    ("target", "codes"),
    [
        (promise("托育服务供给能力指数", 65, "%"), ["target.table-name"]),
        (promise("每千人口托位数", 5, "个"), []),
        (promise("每千人口托位数", 6, "个"), ["target.table-mismatch"]),
        (promise("每千人口托位数", 5, "%"), ["target.table-unit"]),
        (promise("每千人口托位数", 4, "个", "2026"), ["indicator.missing-year"]),
        (promise("每千人口托位数", 4, "个", "2030"), []),
        (promise("每千人口托位数", 9, "个", None), []),
        (promise("城市公园绿地", 65, "%"), []),
    ],
)
def test_text_and_table_that_disagree_are_told(target: Target, codes: list[str]) -> None:
    found = list(table_doubts([target], TABLE))
    assert [one.code for one in found] == codes
    assert all((one.start, one.end) == (10, 20) and "第" in one.message for one in found)


def test_text_without_a_table_is_held_against_nothing() -> None:
    assert list(table_doubts([promise("每千人口托位数", 6, "个")], [])) == []
