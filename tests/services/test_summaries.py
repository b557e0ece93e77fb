"""The summary of a month: figures of the day they are of, past months by their history, the same everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, acting
from tests.ledger_city import COUNTY, FINANCE, SCIENCE, City, a_city_under_way, a_report
from tracker.core.narrative import by_unit, filing, late_tasks, overview
from tracker.core.permissions import Actor
from tracker.core.summary import ReportClass, Summary
from tracker.core.terms import AssignmentState, ReportStatus, Role, TaskState
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.models import AssignmentHistory, Jurisdiction
from tracker.services.lights import refresh_lights
from tracker.services.summaries import plan_months, summary

MONTH = "2026-03"


@pytest.fixture
def city(session: Session) -> City:
    return a_city_under_way(session, NOW)


def officer(city: City) -> Actor:
    return acting(city.people["officer"], Role.OFFICER)


def made(session: Session, city: City, period: str = MONTH, now: datetime = NOW) -> Summary:
    return summary(session, officer(city), city.plan.id, period, now=now)


def counts(found: Summary) -> dict[ReportClass, int]:
    return {row.kind: row.count for row in found.classes}


def test_every_item_under_way_is_in_one_class_and_the_rest_is_counted_apart(session: Session, city: City) -> None:
    found = made(session, city)
    assert counts(found) == {
        ReportClass.DONE: 1,
        ReportClass.ON_SCHEDULE: 4,
        ReportClass.BEHIND: 1,
        ReportClass.LATE: 1,
        ReportClass.UNKNOWN: 1,
    }
    assert (found.items, found.tasks, found.near, found.standing) == (8, 7, 1, 1)
    assert sum(row.share for row in found.classes) == 100
    assert found.is_running and found.as_of == TODAY


def test_the_text_says_both_counts_where_they_differ(session: Session, city: City) -> None:
    text = overview(made(session, city))
    assert "7项任务（8个具体事项）" in text and "达序时4项，占50.0%（其中临期1项）" in text
    assert "另有常态化任务1项，单独统计" in text
    city.tasks["part2"].state = TaskState.TERMINATED
    session.flush()
    assert "纳入统计的7项任务中" in overview(made(session, city))


def test_a_task_of_several_units_counts_for_each_but_not_for_those_that_cooperate(session: Session, city: City) -> None:
    found = made(session, city)
    late = list(ReportClass).index(ReportClass.LATE)
    assert {row.unit: (row.total, row.counts[late]) for row in found.units} == {
        SCIENCE: (3, 1),
        FINANCE: (6, 1),
        COUNTY: (1, 0),
    }
    assert "有逾期事项的2个" in by_unit(found) and "涉及多个单位的分别计算" in by_unit(found)


def test_what_is_late_comes_first_with_its_working_days_and_last_word(session: Session, city: City) -> None:
    rows = made(session, city).late
    assert [(row.unit, row.kind, row.workdays) for row in rows] == [
        (SCIENCE, ReportClass.LATE, 14),
        (FINANCE, ReportClass.LATE, 14),
        (FINANCE, ReportClass.BEHIND, None),
    ]
    assert rows[0].word.startswith("2026-03-10 园区选址") and rows[1].word == "由牵头单位汇总报送"


def test_the_text_names_a_late_task_once_with_all_its_units(session: Session, city: City) -> None:
    sentences = late_tasks(made(session, city), ReportClass.LATE)
    assert sentences == [
        f"建设云川量子产业园（牵头单位：{SCIENCE}，责任单位：{FINANCE}），应于2026年2月18日完成，"
        "已逾期14个工作日，完成60%。"
    ]


def test_problems_are_quoted_as_filed_and_empty_phrases_are_not(session: Session, city: City) -> None:
    rows = made(session, city).concerns
    assert [(row.unit, row.problems, row.coordination) for row in rows] == [(SCIENCE, "土地指标不足", "请市财政局支持")]


def test_filing_discipline_counts_what_each_unit_owed_and_filed(session: Session, city: City) -> None:
    a_report(session, city, ("near", SCIENCE), NOW, status=ReportStatus.SENT_BACK)
    city.duties["part1", FINANCE].last_filed_on = date(2026, 2, 20)
    refresh_lights(session, [city.tasks["part1"]], now=NOW)
    found = made(session, city)
    rows = {row.unit: (row.owed, row.filed, row.passed, row.sent_back, row.missed) for row in found.filings}
    assert rows == {SCIENCE: (2, 2, 0, 1, 0), FINANCE: (2, 1, 0, 0, 1), COUNTY: (1, 0, 0, 0, 1)}
    assert "应报送进展5项次，已报送3项次，未报送2项次" in filing(found)


def test_a_past_month_is_what_stood_at_its_end(session: Session, city: City) -> None:
    for row in session.scalars(select(AssignmentHistory)):
        row.recorded_from_at = NOW - timedelta(days=60)
    session.flush()
    later = datetime(2026, 4, 20, 2, 0, tzinfo=UTC)
    before = made(session, city, now=later)
    assert not before.is_running and before.as_of == date(2026, 3, 31)
    # 2026-02-18 to 2026-03-31.
    assert before.late[0].workdays == 29

    for key, duty in (("late", SCIENCE), ("late", FINANCE)):
        city.tasks[key].state = TaskState.CLOSED
        city.duties[key, duty].state = AssignmentState.DONE
    refresh_lights(session, [city.tasks["late"]], now=later)
    after = made(session, city, now=later)
    assert counts(after) == counts(before) and after.late == before.late
    assert counts(made(session, city, "2026-04", later))[ReportClass.DONE] == counts(after)[ReportClass.DONE] + 1


def test_a_month_before_anything_was_kept_has_nothing_to_count(session: Session, city: City) -> None:
    found = made(session, city, "2026-01")
    assert found.items == 0 and found.ledger == () and "没有纳入统计的任务" in overview(found)


def test_a_task_issued_after_the_month_is_not_in_it(session: Session, city: City) -> None:
    for row in session.scalars(select(AssignmentHistory)):
        is_new = row.task_id == city.tasks["near"].id
        row.recorded_from_at = NOW - timedelta(days=1 if is_new else 60)
    session.flush()
    assert made(session, city, "2026-02").items == 7


def test_the_ledger_has_a_row_for_every_issued_task(session: Session, city: City) -> None:
    rows = {row.task_id: row for row in made(session, city).ledger}
    assert set(rows) == {task.id for key, task in city.tasks.items() if key != "draft"}
    late = rows[city.tasks["late"].id]
    assert (late.leads, late.responsible, late.note) == (SCIENCE, FINANCE, f"配合：{COUNTY}")
    assert (late.filing, late.light, late.targets) == ("已报送", "逾期", "入园企业（2027）≥100家")
    assert rows[city.tasks["standing"].id].light == "常态化"
    assert rows[city.tasks["unknown"].id].filing == "未报送"


@pytest.mark.parametrize("period", ["2026-13", "2026-00", "26-1", "abcd-ef", "2026-3", "²026-03", "", "2027-01"])
def test_what_is_no_month_or_has_not_begun_is_refused(session: Session, city: City, period: str) -> None:
    with pytest.raises(Invalid):
        made(session, city, period)


def test_the_title_follows_the_designation_on_record(session: Session, city: City) -> None:
    assert made(session, city).kind_label == "工作进展通报"
    session.get_one(Jurisdiction, city.place.id).supervision_basis = "云编办〔2024〕5号"
    session.flush()
    assert made(session, city).kind_label == "督查通报"


def test_summaries_are_for_the_office_and_leaders_of_the_jurisdiction(session: Session, city: City) -> None:
    with pytest.raises(NotAllowed):
        summary(session, acting(city.people[SCIENCE], Role.LIAISON), city.plan.id, MONTH, now=NOW)
    elsewhere = a_city_under_way(session, NOW, "石渡市")
    with pytest.raises(NotFound):
        made(session, City(elsewhere.place, elsewhere.plan, {}, {}, {}, city.people))


def test_the_months_of_a_plan_run_from_its_issue_to_now(session: Session, city: City) -> None:
    city.plan.issued_on = date(2025, 12, 3)
    session.flush()
    months = plan_months(session, officer(city), today=TODAY)
    assert [row.periods for row in months] == [("2026-03", "2026-02", "2026-01", "2025-12")]
