"""Lights: each day computed from the facts, the strongest shown, and a sentence that agrees with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.lights import (
    DAY_OF,
    Judged,
    Light,
    LightDays,
    LightFacts,
    Measured,
    light,
    light_dates,
    reason,
    worst,
)
from tracker.core.periods import files_progress
from tracker.core.terms import DutyRole, FilingMode, PeriodKind
from tracker.core.workdays import Calendar

OCTOBER = {date(2026, 10, d): False for d in range(1, 8)} | {date(2026, 9, 20): True, date(2026, 10, 10): True}
CALENDAR = Calendar(OCTOBER, frozenset({2026}))
# 100 days from issue to due date, so that one day is one point of the schedule.
LEAD = LightFacts(date(2026, 6, 1), date(2026, 9, 9), percent=40, last_filed_on=date(2026, 7, 20), files=True)

FACTS = st.builds(
    LightFacts,
    issued_on=st.none() | st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    due_on=st.none() | st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    percent=st.none() | st.integers(0, 100),
    last_filed_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    done_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    files=st.booleans(),
    near_workdays=st.integers(0, 30),
    tolerance_points=st.integers(0, 50),
)
DAYS = st.dates(date(2025, 1, 1), date(2029, 12, 31))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 6, 1), Light.ON_TIME),
        (date(2026, 7, 21), Light.ON_TIME),  # 50 points of time, 40 done, 10 tolerated
        (date(2026, 7, 22), Light.BEHIND),
        (date(2026, 8, 31), Light.BEHIND),  # near has come as well; behind is stronger
        (date(2026, 9, 1), Light.UNKNOWN),  # nothing filed in the whole of August
        (date(2026, 9, 9), Light.UNKNOWN),
        (date(2026, 9, 10), Light.LATE),
        (date(2027, 9, 10), Light.LATE),
    ],
)
def test_a_lead_that_stops_working_goes_through_the_lights(today: date, expected: Light) -> None:
    assert light(light_dates(LEAD, CALENDAR), today) is expected


def test_near_counts_working_days_over_a_holiday_and_its_make_up_days() -> None:
    facts = LightFacts(date(2026, 1, 5), date(2026, 10, 12), near_workdays=5)
    # 10 (make-up Saturday), 9 and 8 October, then 30 and 29 September.
    assert light_dates(facts, CALENDAR).near_on == date(2026, 9, 29)
    assert light_dates(facts, Calendar()).near_on == date(2026, 10, 5)


def test_a_partner_that_does_not_file_only_turns_near_and_late() -> None:
    partner = replace(LEAD, files=False, percent=None, last_filed_on=None)
    days = light_dates(partner, CALENDAR)
    assert days.behind_on is None and days.unknown_on is None
    assert light(days, date(2026, 9, 8)) is Light.NEAR
    assert light(days, date(2026, 9, 10)) is Light.LATE


def test_what_has_no_due_date_is_never_late_but_can_fall_silent() -> None:
    standing = replace(LEAD, due_on=None)
    assert light(light_dates(standing, CALENDAR), date(2026, 8, 31)) is Light.ON_TIME
    assert light(light_dates(standing, CALENDAR), date(2030, 1, 1)) is Light.UNKNOWN
    assert light(light_dates(replace(standing, files=False), CALENDAR), date(2030, 1, 1)) is Light.ON_TIME


@pytest.mark.parametrize(
    ("last_filed_on", "unknown_on"),
    [
        (None, date(2026, 8, 1)),
        (date(2026, 6, 30), date(2026, 8, 1)),
        (date(2026, 7, 1), date(2026, 9, 1)),
        (date(2026, 11, 30), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 2, 1)),
    ],
)
def test_a_whole_month_without_a_word_ends_judgement(last_filed_on: date | None, unknown_on: date) -> None:
    assert light_dates(replace(LEAD, last_filed_on=last_filed_on), CALENDAR).unknown_on == unknown_on


def test_falling_behind_needs_a_percent_and_a_schedule() -> None:
    assert light_dates(replace(LEAD, percent=None), CALENDAR).behind_on is None
    assert light_dates(replace(LEAD, percent=90), CALENDAR).behind_on is None
    assert light_dates(replace(LEAD, due_on=LEAD.issued_on), CALENDAR).behind_on is None
    assert light_dates(replace(LEAD, percent=0, tolerance_points=0), CALENDAR).behind_on == date(2026, 6, 2)


def test_what_is_prepared_has_no_light_and_what_is_done_has_only_that() -> None:
    assert light_dates(replace(LEAD, issued_on=None), CALENDAR) == LightDays()
    assert light_dates(replace(LEAD, done_on=date(2026, 9, 30)), CALENDAR) == LightDays(done_on=date(2026, 9, 30))


JUDGED_ON, UNTIL = date(2026, 7, 10), date(2026, 8, 1)


@pytest.mark.parametrize(
    ("judged", "filed", "days"),
    [
        (Light.BEHIND, date(2026, 7, 5), {"2026-07-09": Light.ON_TIME, "2026-07-10": Light.BEHIND}),
        (Light.UNKNOWN, date(2026, 7, 5), {"2026-07-10": Light.UNKNOWN, "2026-08-31": Light.UNKNOWN}),
        (
            Light.NEAR,
            date(2026, 7, 5),
            {"2026-07-10": Light.NEAR, "2026-07-31": Light.NEAR, "2026-08-01": Light.BEHIND},
        ),
        (Light.ON_TIME, date(2026, 7, 5), {"2026-07-31": Light.ON_TIME, "2026-08-01": Light.BEHIND}),
        # Filed for the next period: the judgement is over.
        (Light.UNKNOWN, date(2026, 8, 1), {"2026-07-15": Light.ON_TIME, "2026-07-22": Light.BEHIND}),
        # 逾期 comes from dates alone, whatever was judged.
        (Light.ON_TIME, date(2026, 7, 5), {"2026-09-10": Light.LATE}),
    ],
)
def test_a_judgement_drives_the_light_until_the_unit_files_for_the_next_period(
    judged: Light, filed: date, days: dict[str, Light]
) -> None:
    facts = replace(LEAD, last_filed_on=filed, judged=Judged(judged, JUDGED_ON, UNTIL, "现场核查"))
    for day, expected in days.items():
        assert light(light_dates(facts, CALENDAR), date.fromisoformat(day)) is expected, day


def test_the_reason_of_a_judged_light_is_the_offices() -> None:
    facts = replace(
        LEAD, last_filed_on=date(2026, 7, 5), judged=Judged(Light.BEHIND, JUDGED_ON, UNTIL, "现场核查未开工")
    )
    assert reason(facts, JUDGED_ON, CALENDAR) == "办公室于2026年7月10日认定为“滞后”：现场核查未开工"
    assert "认定" not in reason(facts, date(2026, 9, 16), CALENDAR)


@pytest.mark.parametrize(
    ("kind", "unknown_on"),
    [
        (PeriodKind.MONTH, date(2026, 9, 1)),
        (PeriodKind.QUARTER, date(2027, 1, 1)),
        (PeriodKind.HALF_YEAR, date(2027, 7, 1)),
        (PeriodKind.YEAR, date(2028, 1, 1)),
        (PeriodKind.NONE, None),
    ],
)
def test_a_whole_period_without_a_word_ends_judgement(kind: PeriodKind, unknown_on: date | None) -> None:
    facts = replace(LEAD, last_filed_on=date(2026, 7, 20), period=kind)
    assert light_dates(facts, CALENDAR).unknown_on == unknown_on


@pytest.mark.parametrize(
    ("facts", "today", "sentence"),
    [
        (replace(LEAD, done_on=date(2026, 8, 3)), date(2026, 9, 10), "已于2026年8月3日完成。"),
        (LEAD, date(2026, 9, 16), "应于2026年9月9日前完成，已逾期5个工作日。"),
        (LEAD, date(2026, 9, 1), "自2026年7月20日报送以来，超过一个整月没有报送进展，无法研判。"),
        (
            LEAD,
            date(2026, 8, 10),
            "时间已过70%，完成比例40%，落后序时进度30个百分点，超出允许的10个。",
        ),
        (replace(LEAD, percent=None), date(2026, 8, 31), "应于2026年9月9日前完成，还有7个工作日。"),
        (replace(LEAD, files=False), date(2026, 9, 9), "今日（2026年9月9日）到期。"),
        (replace(LEAD, due_on=None), date(2026, 7, 1), "长期坚持，不设完成时限。"),
        (replace(LEAD, issued_on=None), date(2026, 7, 1), "尚未立项交办。"),
        (
            LightFacts(date(2026, 6, 1), date(2026, 9, 30)),
            date(2026, 10, 2),
            "应于2026年9月30日前完成，已逾期2天（均为休息日）。",
        ),
    ],
)
def test_the_reason_is_one_plain_sentence(facts: LightFacts, today: date, sentence: str) -> None:
    assert reason(facts, today, CALENDAR) == sentence


@pytest.mark.parametrize(
    ("mode", "role", "is_first_lead", "has_lead", "files"),
    [
        (FilingMode.LEAD, DutyRole.LEAD, True, True, True),
        (FilingMode.LEAD, DutyRole.LEAD, False, True, False),
        (FilingMode.LEAD, DutyRole.RESPONSIBLE, False, True, False),
        (FilingMode.LEAD, DutyRole.RESPONSIBLE, False, False, True),
        (FilingMode.LEAD_AND_RESPONSIBLE, DutyRole.RESPONSIBLE, False, True, True),
        (FilingMode.EACH, DutyRole.RESPONSIBLE, False, True, True),
        (FilingMode.EACH, DutyRole.COOPERATING, False, True, False),
        (FilingMode.EACH, DutyRole.COOPERATING, False, False, False),
    ],
)
def test_who_files_follows_the_plan(
    mode: FilingMode, role: DutyRole, is_first_lead: bool, has_lead: bool, files: bool
) -> None:
    assert files_progress(mode, role, is_first_lead=is_first_lead, has_lead=has_lead) is files


@given(FACTS, DAYS)
def test_late_comes_from_the_due_date_alone(facts: LightFacts, today: date) -> None:
    is_late = light(light_dates(facts, CALENDAR), today) is Light.LATE
    if facts.done_on is None or facts.done_on > today:
        expected = facts.done_on is None and facts.issued_on is not None and facts.due_on is not None
        assert is_late == (expected and facts.due_on < today)  # type: ignore[operator]


@given(FACTS, DAYS)
def test_the_stored_days_give_the_same_light_as_the_rule_said_in_words(facts: LightFacts, today: date) -> None:
    shown = light(light_dates(facts, CALENDAR), today)
    if shown is Light.BEHIND:
        assert facts.files and facts.percent is not None and facts.due_on and facts.issued_on
        passed = (today - facts.issued_on).days / (facts.due_on - facts.issued_on).days * 100
        assert passed - facts.percent > facts.tolerance_points - 1e-9
        assert today <= facts.due_on
    if shown is Light.UNKNOWN:
        assert facts.files


@given(FACTS, DAYS)
def test_every_light_has_a_sentence(facts: LightFacts, today: date) -> None:
    sentence = reason(facts, today, CALENDAR)
    assert sentence.endswith("。") and "None" not in sentence and sentence.count("。") == 1


@given(st.lists(FACTS.map(lambda f: light_dates(replace(f, done_on=None), CALENDAR)), max_size=5), DAYS)
def test_a_task_without_a_lead_shows_the_worst_of_its_duties(several: list[LightDays], today: date) -> None:
    order = list(Light)
    expected = min((light(days, today) for days in several), key=order.index, default=Light.ON_TIME)
    assert light(worst(several), today) is expected


@given(FACTS, DAYS, st.integers(1, 400))
def test_lights_before_the_due_date_never_get_better_by_waiting(facts: LightFacts, today: date, days: int) -> None:
    stored = light_dates(facts, CALENDAR)
    order = list(Light)
    assert order.index(light(stored, today + timedelta(days=days))) <= order.index(light(stored, today))


def test_every_light_but_the_last_has_its_day() -> None:
    assert set(DAY_OF) | {Light.ON_TIME} == set(Light)


def test_measured_progress_stands_in_for_what_is_filed_and_is_named_in_the_reason() -> None:
    issued, due = date(2026, 1, 1), date(2026, 12, 31)
    measured = Measured(20, "“托位数”2026年10月20个，目标100个，完成20%")
    facts = LightFacts(issued, due, percent=20, measured=measured)
    assert light(light_dates(facts, CALENDAR), date(2026, 11, 22)) is Light.BEHIND
    assert reason(facts, date(2026, 11, 22), CALENDAR).endswith("；“托位数”2026年10月20个，目标100个，完成20%。")
    assert light_dates(LightFacts(issued, due, percent=20), CALENDAR).behind_on is None, "nobody files for it"


def test_without_a_released_value_nothing_can_be_told_unless_the_lead_says_so() -> None:
    waiting = Measured(None, "“托位数”数据未发布")
    facts = LightFacts(date(2026, 1, 1), date(2026, 12, 31), measured=waiting)
    assert light(light_dates(facts, CALENDAR), date(2026, 2, 1)) is Light.UNKNOWN
    assert "数据未发布" in reason(facts, date(2026, 2, 1), CALENDAR)
    filed = LightFacts(date(2026, 1, 1), date(2026, 12, 31), percent=90, measured=waiting)
    assert light(light_dates(filed, CALENDAR), date(2026, 2, 1)) is Light.ON_TIME
    assert reason(filed, date(2026, 2, 1), CALENDAR).endswith("；“托位数”数据未发布。")
