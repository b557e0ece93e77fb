"""Snapshots: the state at an instant, counted in classes, compared with the last one, and proof against changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY
from tests.ledger_city import COUNTY, FINANCE, SCIENCE, City, a_city_under_way, a_report
from tracker.core.spans import span_of
from tracker.core.terms import AssignmentState, ReportStatus, SnapshotRowKind, TaskState, UrgeChannel
from tracker.errors import Invalid
from tracker.models import Assignment, AssignmentHistory, ProgressReport, Snapshot, SnapshotRow, Task, Urge
from tracker.services import snapshots
from tracker.services.lights import refresh_lights

MONTH = "2026-03"
AFTER = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 3, 2, 0, tzinfo=UTC)


@pytest.fixture
def city(session: Session) -> City:
    made = a_city_under_way(session, NOW)
    session.execute(update(AssignmentHistory).values(recorded_from_at=NOW - timedelta(days=60)))
    session.execute(update(ProgressReport).values(status=ReportStatus.PASSED))
    session.expire_all()
    return made


def taken(
    session: Session, city: City, month: str = MONTH, now: datetime = NOW, before: Snapshot | None = None
) -> Snapshot:
    previous = before.id if before is not None else None
    return snapshots.take(session, city.place, [city.plan], span_of(month), previous_id=previous, now=now)


def said(snapshot: Snapshot, *keys: str) -> list[str]:
    figures = snapshots.figures_of(snapshot)
    return [figures[key].value for key in keys]


def test_every_item_is_counted_in_one_class_and_the_rest_apart(session: Session, city: City) -> None:
    found = taken(session, city)
    keys = ("已完成.项数", "达序时.项数", "滞后.项数", "逾期.项数", "暂无法研判.项数")
    assert said(found, *keys) == ["1", "4", "1", "1", "1"]
    assert said(found, "任务数", "事项数", "临期.项数", "常态化.项数") == ["7", "8", "1", "1"]
    assert said(found, "达序时.占比", "逾期.占比") == ["50.0%", "12.5%"]
    assert not found.is_period_over and found.as_of_on == TODAY


def test_a_task_of_several_units_counts_for_each_but_not_for_those_that_cooperate(session: Session, city: City) -> None:
    found = taken(session, city)
    keys = [f"单位.{name}.{kind}" for name in (SCIENCE, FINANCE, COUNTY) for kind in ("任务", "逾期")]
    assert said(found, *keys) == ["3", "1", "6", "1", "1", "0"]


def test_a_late_duty_says_how_long_what_was_sent_and_the_last_word_that_was_passed(
    session: Session, city: City
) -> None:
    duty = city.duties["late", SCIENCE]
    urged = {"channel": UrgeChannel.PHONE, "words": "请抓紧", "urged_by_id": city.people["officer"].id}
    session.add(Urge(assignment_id=duty.id, urged_at=NOW - timedelta(days=1), **urged))
    a_report(session, city, ("late", SCIENCE), NOW, progress="尚未有人审核的话。")
    lead, partner, behind = snapshots.rows(session, taken(session, city).id, SnapshotRowKind.LATE)
    assert (lead.unit, lead.workdays, lead.last_word_on) == (SCIENCE, 14, "2026-03-10")
    assert lead.last_word.startswith("园区选址") and lead.sent == ("2026-03-09 电话催办",)
    assert (partner.unit, partner.last_word, behind.kind) == (FINANCE, "", "behind")


def test_the_instant_decides_not_the_day_on_which_it_is_taken(session: Session, city: City) -> None:
    before = taken(session, city, now=AFTER)
    assert before.is_period_over and before.as_of_on == date(2026, 3, 31)
    close(session, city, AFTER)
    again = taken(session, city, now=LATER)
    assert (again.digest, again.figures) == (before.digest, before.figures)
    assert said(taken(session, city, "2026-04", LATER), "已完成.项数") == ["2"]


def close(session: Session, city: City, at: datetime) -> None:
    session.execute(update(Task).where(Task.id == city.tasks["late"].id).values(state=TaskState.CLOSED))
    duties = update(Assignment).where(Assignment.task_id == city.tasks["late"].id)
    session.execute(duties.values(state=AssignmentState.DONE))
    session.expire_all()
    refresh_lights(session, [city.tasks["late"]], now=at)


def test_movement_is_told_against_the_snapshot_of_the_last_report(session: Session, city: City) -> None:
    due(session, city, "on_time", date(2026, 4, 10), NOW)
    first = taken(session, city, now=AFTER)
    assert said(first, "新增逾期.项数", "持续逾期.项数", "连续逾期.项数") == ["0", "0", "0"]
    second = taken(session, city, "2026-04", LATER, first)
    assert said(second, "新增逾期.项数", "持续逾期.项数", "连续逾期.项数", "连续逾期.期数") == ["1", "2", "2", "2"]
    close(session, city, LATER)
    third = taken(session, city, "2026-05", datetime(2026, 6, 2, tzinfo=UTC), second)
    assert said(third, "消除逾期.项数", "持续逾期.项数", "连续逾期.期数") == ["1", "2", "3"]


def due(session: Session, city: City, name: str, day: date, at: datetime) -> None:
    duties = update(Assignment).where(Assignment.task_id == city.tasks[name].id)
    session.execute(duties.values(due_on=day))
    session.expire_all()
    refresh_lights(session, [city.tasks[name]], now=at)


def test_a_date_that_moved_on_is_told_as_an_extension(session: Session, city: City) -> None:
    first = taken(session, city, now=AFTER)
    due(session, city, "near", date(2026, 9, 1), AFTER + timedelta(days=1))
    assert said(taken(session, city, "2026-04", LATER, first), "批准延期.项数") == ["1"]


def test_a_snapshot_that_nobody_touched_has_no_fault(session: Session, city: City) -> None:
    assert snapshots.faults(session, taken(session, city)) == []


@pytest.mark.parametrize(
    ("old", "new"), [('"percent":60', '"percent":61'), ('"kind":"late"', '"kind":"done"'), ("量子", "粒子")]
)
def test_a_changed_row_is_found(session: Session, city: City, old: str, new: str) -> None:
    found = taken(session, city)
    row = session.scalars(
        select(SnapshotRow).where(SnapshotRow.kind == SnapshotRowKind.TASK, SnapshotRow.content.contains(old))
    ).first()
    assert row is not None
    row.content = row.content.replace(old, new)
    session.flush()
    assert snapshots.faults(session, found)


def test_a_removed_row_and_a_changed_figure_are_found(session: Session, city: City) -> None:
    found = taken(session, city)
    figures = {**found.figures, "classes": [2, 4, 1, 0, 1]}
    found.figures = figures
    session.flush()
    assert snapshots.faults(session, found) == ["汇总数据与快照明细不符。"]
    other = taken(session, city)
    session.delete(session.scalars(select(SnapshotRow).where(SnapshotRow.snapshot_id == other.id)).first())
    session.flush()
    assert len(snapshots.faults(session, other)) == 2


def test_every_counted_figure_is_the_number_of_the_rows_behind_it(session: Session, city: City) -> None:
    found = taken(session, city, "2026-04", LATER, taken(session, city, now=AFTER))
    counted = [figure for figure in snapshots.figures_of(found).values() if figure.is_counted and figure.rows]
    assert len(counted) > 40
    for figure in counted:
        assert figure.rows is not None
        behind = snapshots.count_rows(session, found.id, figure.rows, mark=figure.mark)
        assert behind == int(figure.value), figure


def test_what_has_not_begun_is_refused(session: Session, city: City) -> None:
    with pytest.raises(Invalid):
        taken(session, city, "2026-12")
