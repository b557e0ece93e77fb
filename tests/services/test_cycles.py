"""Reports that draft themselves, once a period and with a message; the calendar; the dashboard's tallies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, acting
from tests.ledger_city import SCIENCE, City, a_city_under_way
from tracker.core.boards import tally_of
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, Role, SupervisionKind, SupervisionStatus, TaskState
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.models import Assignment, AssignmentHistory, Board, Notification, SupervisionReport, Task
from tracker.services import boards, cycles
from tracker.services.dashboard import dashboard
from tracker.services.lights import refresh_lights

NEXT_MONTH = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
MONTHLY = cycles.NewCycle(SupervisionKind.BULLETIN, None, 1, 10)


@pytest.fixture
def city(session: Session) -> City:
    made = a_city_under_way(session, NOW)
    session.execute(update(AssignmentHistory).values(recorded_from_at=NOW - timedelta(days=60)))
    session.expire_all()
    return made


def officer(city: City) -> Actor:
    return acting(city.people["officer"], Role.OFFICER)


def test_a_period_that_is_over_is_drafted_once_and_its_officer_is_told(session: Session, city: City) -> None:
    cycle = cycles.add_cycle(session, officer(city), MONTHLY, now=NOW)
    assert cycles.due_cycles(session, now=NOW) == []
    assert cycles.due_cycles(session, now=NEXT_MONTH) == [cycle.id]
    report = cycles.draft_due(session, cycle.id, now=NEXT_MONTH)
    assert report is not None and (report.period, report.status) == ("2026-03", SupervisionStatus.DRAFT)
    assert report.planned_on == date(2026, 4, 10) and report.snapshot.is_period_over
    told = session.scalars(select(Notification).where(Notification.user_id == city.people["officer"].id)).all()
    assert [row.link for row in told] == [f"/supervision/{report.id}"]
    assert cycles.due_cycles(session, now=NEXT_MONTH + timedelta(days=20)) == []
    assert cycles.due_cycles(session, now=NEXT_MONTH + timedelta(days=40)) == [cycle.id]


def test_an_ended_cycle_drafts_nothing(session: Session, city: City) -> None:
    cycle = cycles.add_cycle(session, officer(city), MONTHLY, now=NOW)
    cycles.end_cycle(session, officer(city), cycle.id, now=NOW)
    assert cycles.due_cycles(session, now=NEXT_MONTH) == [] and cycles.cycle_rows(session, officer(city)) == []
    elsewhere = a_city_under_way(session, NOW, "石渡市")
    with pytest.raises(NotFound):
        cycles.end_cycle(session, officer(elsewhere), cycle.id, now=NOW)


@pytest.mark.parametrize(
    "typed",
    [
        cycles.NewCycle(None, None, 1, 10),
        cycles.NewCycle(SupervisionKind.BULLETIN, None, 2, 10),
        cycles.NewCycle(SupervisionKind.BULLETIN, None, 1, 29),
        cycles.NewCycle(SupervisionKind.BULLETIN, 10**6, 1, 10),
    ],
)
def test_a_wrong_cycle_is_refused(session: Session, city: City, typed: cycles.NewCycle) -> None:
    with pytest.raises(Invalid):
        cycles.add_cycle(session, officer(city), typed, now=NOW)


def test_the_calendar_says_what_is_due_when(session: Session, city: City) -> None:
    cycle = cycles.add_cycle(session, officer(city), MONTHLY, now=NOW)
    dues = [(due.on, due.what) for due in cycles.calendar(session, officer(city), today=TODAY)]
    assert (date(2026, 4, 1), "自动起草") in dues and (date(2026, 3, 31), "报送截止") in dues
    report = cycles.draft_due(session, cycle.id, now=NEXT_MONTH)
    assert report is not None
    assert cycles.overdue_issues(session, officer(city), today=date(2026, 4, 10)) == []
    past = cycles.overdue_issues(session, officer(city), today=date(2026, 4, 11))
    assert [(due.title, due.is_past) for due in past] == [(report.title, True)]


def test_the_tally_counts_every_task_and_duty_once(session: Session, city: City) -> None:
    found = tally_of(boards.take_board(session, city.place.id, now=NOW).content)
    assert found.tasks == (1, 4, 1, 1, 1)
    assert found.units[city.units[SCIENCE].id] == (0, 2, 0, 1, 0)
    assert list(found.plans) == [city.plan.id]


def test_the_tally_of_a_past_month_is_what_stood_then(session: Session, city: City) -> None:
    moment = next(m for m in boards.missing_months(session, city.place.id, now=NEXT_MONTH) if m.span.name == "2026-03")
    before = tally_of(boards.take_month(session, city.place.id, moment, now=NEXT_MONTH).content)
    assert sum(before.tasks) == 8 and before.tasks[3] == 2
    session.execute(update(Task).where(Task.id == city.tasks["late"].id).values(state=TaskState.CLOSED))
    duties = update(Assignment).where(Assignment.task_id == city.tasks["late"].id)
    session.execute(duties.values(state=AssignmentState.DONE))
    session.expire_all()
    refresh_lights(session, [city.tasks["late"]], now=NEXT_MONTH + timedelta(hours=1))
    after = tally_of(boards.take_month(session, city.place.id, moment, now=NEXT_MONTH + timedelta(hours=2)).content)
    assert after == before
    assert (
        tally_of(boards.take_board(session, city.place.id, now=NEXT_MONTH + timedelta(hours=2)).content).tasks[0] == 2
    )


def test_the_dashboard_reads_the_last_tally_and_the_ends_of_months(session: Session, city: City) -> None:
    boards.refresh_board(session, officer(city), now=NEXT_MONTH)
    found = dashboard(session, officer(city), today=date(2026, 4, 1))
    assert next(unit for _, unit, _ in found.units) in city.units and found.last is None
    assert [point.label for point in found.trend][-2:] == ["3月", "4.1"]
    past = dashboard(session, officer(city), today=date(2026, 4, 1), on=date(2026, 3, 31))
    assert past.on == date(2026, 3, 31) and sum(past.tally.tasks) == 8
    with pytest.raises(NotAllowed):
        dashboard(session, acting(city.people[SCIENCE], Role.LIAISON), today=TODAY)


def test_a_tally_is_due_when_it_is_missing_or_old(session: Session, city: City) -> None:
    assert boards.due_boards(session, now=NEXT_MONTH) == [city.place.id]
    while boards.missing_months(session, city.place.id, now=NEXT_MONTH):
        boards.bring_up(session, city.place.id, now=NEXT_MONTH)
    assert boards.due_boards(session, now=NEXT_MONTH) == []
    assert boards.due_boards(session, now=NEXT_MONTH + timedelta(minutes=11)) == [city.place.id]
    assert session.query(Board).filter_by(on_date=date(2026, 4, 1)).count() == 1
    assert session.query(SupervisionReport).count() == 0
