"""Light dates as stored: of duties, of tasks with and without a lead, found by one condition, kept as history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tracker.core.lights import Light
from tracker.core.terms import AssignmentState, DutyRole, Role, TaskState
from tracker.models import AssignmentHistory, Plan, Task, Unit
from tracker.services.calendar import load_calendar, seed_workdays
from tracker.services.lights import (
    duty_reason,
    light_condition,
    light_of,
    refresh_all_lights,
    refresh_lights,
    task_reason,
)

DAY = timedelta(days=1)


def a_plan_with_units(session: Session) -> tuple[Plan, Unit, Unit]:
    seed_workdays(session)
    city = a_city(session)
    plan = a_plan(session, city, a_user(session, city, Role.OFFICER))
    return plan, a_unit(session, city, "云川市科技局"), a_unit(session, city, "云川市财政局")


def test_a_task_takes_its_own_due_date_with_the_progress_of_its_lead(session: Session) -> None:
    plan, science, finance = a_plan_with_units(session)
    task = a_task(session, plan, issued_on=date(2026, 1, 1), due_on=date(2026, 10, 12))
    lead = an_assignment(session, task, science, issued_on=date(2026, 1, 1), percent=50, last_filed_on=date(2026, 3, 2))
    partner = an_assignment(session, task, finance, DutyRole.RESPONSIBLE, due_on=date(2026, 6, 30))
    refresh_lights(session, [task], now=NOW)
    # Seven working days before 12 October 2026, over Mid-Autumn, National Day and the make-up Saturday.
    assert task.near_on == lead.near_on == date(2026, 9, 24)
    assert task.late_on == date(2026, 10, 13) and partner.late_on == date(2026, 7, 1)
    assert task.unknown_on == lead.unknown_on == date(2026, 5, 1) and partner.unknown_on is None
    assert task.behind_on == lead.behind_on and lead.behind_on is not None and partner.behind_on is None


def test_a_task_without_a_lead_shows_the_worst_of_its_open_duties_and_names_the_unit(session: Session) -> None:
    plan, science, finance = a_plan_with_units(session)
    task = a_task(session, plan)
    an_assignment(session, task, science, DutyRole.RESPONSIBLE, last_filed_on=TODAY)
    late = an_assignment(session, task, finance, DutyRole.RESPONSIBLE, due_on=date(2026, 3, 6), last_filed_on=TODAY)
    refresh_lights(session, [task], now=NOW)
    assert light_of(task, TODAY) is Light.LATE
    assert task_reason(task, TODAY, load_calendar(session)) == "云川市财政局：应于2026年3月6日前完成，已逾期2个工作日。"
    late.done_on, done = TODAY, AssignmentState.DONE
    session.execute(late.__table__.update().values(state=done).where(late.__table__.c.id == late.id))
    session.refresh(late)
    refresh_lights(session, [task], now=NOW)
    assert light_of(task, TODAY) is Light.ON_TIME and light_of(late, TODAY) is Light.DONE


def test_a_standing_task_is_never_late_and_owes_no_monthly_report(session: Session) -> None:
    plan, science, _ = a_plan_with_units(session)
    task = a_task(session, plan, is_standing=True, due_on=None, due_basis=None)
    lead = an_assignment(session, task, science)
    refresh_lights(session, [task], now=NOW)
    assert light_of(task, date(2030, 1, 1)) is light_of(lead, date(2030, 1, 1)) is Light.ON_TIME
    assert duty_reason(task, lead, TODAY, load_calendar(session)) == "长期坚持，不设完成时限。"


def test_what_is_prepared_has_no_lights_and_no_history(session: Session) -> None:
    plan, science, _ = a_plan_with_units(session)
    task = a_task(session, plan, state=TaskState.DRAFT, issued_on=None)
    an_assignment(session, task, science, state=AssignmentState.PLANNED, issued_on=None)
    assert refresh_lights(session, [task], now=NOW) == 0
    assert task.late_on is None and session.scalars(select(AssignmentHistory)).all() == []


def test_the_condition_finds_exactly_the_tasks_whose_light_it_is(session: Session) -> None:
    plan, _, _ = a_plan_with_units(session)
    choices = [None, TODAY - DAY, TODAY, TODAY + DAY]
    names = ("near_on", "behind_on", "late_on", "unknown_on", "done_on")
    for dates in product(choices[:1] + choices[2:], repeat=5):
        a_task(session, plan, **dict(zip(names, dates, strict=True)))
    tasks = session.scalars(select(Task)).all()
    found = {
        wanted: set(session.scalars(select(Task.id).where(light_condition(Task, wanted, TODAY)))) for wanted in Light
    }
    assert sum(map(len, found.values())) == len(tasks) == 3**5
    for task in tasks:
        assert task.id in found[light_of(task, TODAY)]


def test_history_keeps_each_standing_from_and_until_and_nothing_when_nothing_changed(session: Session) -> None:
    plan, science, _ = a_plan_with_units(session)
    task = a_task(session, plan)
    lead = an_assignment(session, task, science)
    assert refresh_lights(session, [task], now=NOW) == 1
    assert refresh_lights(session, [task], now=NOW + DAY) == 0
    lead.percent, lead.last_filed_on = 30, TODAY
    assert refresh_lights(session, [task], now=NOW + 2 * DAY) == 1
    first, second = session.scalars(select(AssignmentHistory).order_by(AssignmentHistory.recorded_from_at))
    assert (first.recorded_from_at, first.recorded_until_at, first.percent) == (NOW, NOW + 2 * DAY, None)
    assert (second.recorded_from_at, second.recorded_until_at, second.percent) == (NOW + 2 * DAY, None, 30)
    assert second.task_state == "in_progress" and second.due_on == task.due_on


def test_two_writes_at_one_instant_leave_one_row_of_history(session: Session) -> None:
    plan, science, _ = a_plan_with_units(session)
    task = a_task(session, plan)
    lead = an_assignment(session, task, science)
    refresh_lights(session, [task], now=NOW)
    lead.percent = 10
    refresh_lights(session, [task], now=NOW)
    (row,) = session.scalars(select(AssignmentHistory))
    assert row.percent == 10


def test_a_changed_calendar_moves_the_stored_dates(session: Session) -> None:
    city = a_city(session)
    plan = a_plan(session, city, a_user(session, city, Role.OFFICER))
    task = a_task(session, plan, due_on=date(2026, 10, 12))
    refresh_lights(session, [task], now=NOW)
    assert task.near_on == date(2026, 10, 1)
    seed_workdays(session)
    assert refresh_all_lights(session, now=datetime(2026, 3, 11, tzinfo=UTC)) == 1
    assert task.near_on == date(2026, 9, 24)
