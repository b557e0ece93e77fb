"""The dates of lights on tasks and duties: recomputed with every write, compared with today by every page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.lights import (
    DAY_OF,
    DatedLights,
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
from tracker.core.milestones import Promise, undivided_on
from tracker.core.periods import PeriodRule, ReportDays, owed_window, report_days
from tracker.core.terms import AssignmentState, RequestStatus, TaskState
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.models import Assignment, Breakdown, Plan, Task
from tracker.services.calendar import load_calendar
from tracker.services.duties import OPEN_DUTIES, files, first_lead
from tracker.services.history import keep_history
from tracker.services.periods import rules_of

CHUNK = 500
_RUNNING = frozenset({TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW})
_FINISHED = frozenset({TaskState.CLOSED, TaskState.ARCHIVED})
# Late comes from the due date and done from the day itself, whenever a plan was taken over.
_NOT_BEFORE = ("near_on", "behind_on", "unknown_on")


def light_of(record: DatedLights | Any, today: date) -> Light:
    """Gives the light of a task, a duty or a row of history on a day."""
    return light(record, today)


def light_condition(model: Any, wanted: Light, today: date) -> ColumnElement[bool]:
    """Gives the condition on Task, Assignment or AssignmentHistory that its light on a day is the wanted one."""
    conditions = []
    for member, attribute in DAY_OF.items():
        column = getattr(model, attribute)
        if member is wanted:
            return and_(column <= today, *conditions)
        conditions.append(or_(column.is_(None), column > today))
    return and_(*conditions)


@dataclass(frozen=True, slots=True)
class _Standing:
    """One task with its plan and duties, as the rules of lights look at it."""

    task: Task
    plan: Plan
    duties: Sequence[Assignment]

    @property
    def lead(self) -> Assignment | None:
        """The first lead that is still bound."""
        return first_lead(self.duties)

    @property
    def open_duties(self) -> list[Assignment]:
        return [duty for duty in self.duties if duty.state in OPEN_DUTIES]

    def facts_of(self, duty: Assignment) -> LightFacts:
        is_bound = self.task.state in _RUNNING and duty.state in OPEN_DUTIES
        measured = self._measured(duty)
        return LightFacts(
            issued_on=duty.issued_on if is_bound else None,
            due_on=None if self.task.is_standing else duty.due_on or self.task.due_on,
            percent=duty.percent if measured is None or measured.percent is None else measured.percent,
            last_filed_on=duty.last_filed_on or self._known_from(duty),
            done_on=duty.done_on if duty.state is AssignmentState.DONE else None,
            files=self.owes_reports(duty),
            near_workdays=self.plan.near_workdays,
            tolerance_points=self.plan.tolerance_points,
            period=self.plan.period_kind,
            judged=_judged(duty),
            promises=_promises(self.task) if duty.is_first_lead else (),
            undivided_on=self._undivided_on(duty),
            roll=self.plan.due_roll,
            measured=measured,
        )

    def _measured(self, duty: Assignment) -> Measured | None:
        """What the series of the task's targets say, where the plan takes the first lead's progress from them."""
        found = self.task.measured if self.plan.is_measured and duty.is_first_lead else None
        return Measured(found.percent, found.words) if found is not None else None

    def _known_from(self, duty: Assignment) -> date | None:
        """The day from which on a duty that was taken over (补录) can be silent or behind at all."""
        return self.plan.taken_over_on if duty.is_backfilled else None

    def after_takeover(self, record: Task | Assignment, days: LightDays) -> LightDays:
        """Gives light dates of which none, but late and done, comes before the plan was taken over."""
        start = self.plan.taken_over_on
        if start is None or not record.is_backfilled:
            return days
        moved = {name: max(day, start) for name in _NOT_BEFORE if (day := getattr(days, name)) is not None}
        return replace(days, **moved)

    def _undivided_on(self, duty: Assignment) -> date | None:
        """The first day without a yearly breakdown, which the first lead of a plan's task owes (待分解)."""
        owes = self.plan.needs_breakdown and duty.is_first_lead and self.owes_reports(duty)
        if not owes or self.task.parent_id is not None:
            return None
        years = {each.year for each in self.task.breakdowns if each.status is RequestStatus.GRANTED}
        return undivided_on(duty.acknowledged_on, self.task.due_on, years)

    def owes_reports(self, duty: Assignment) -> bool:
        """Whether filings are owed: not once the part is said to be finished, not for 长期坚持."""
        is_running = self.task.state is TaskState.IN_PROGRESS and duty.state is not AssignmentState.SUBMITTED
        return is_running and not self.task.is_standing and duty.is_filing

    def report_days(self, duty: Assignment, rule: PeriodRule, calendar: Calendar) -> ReportDays:
        """Gives the days between which the duty's next filing is owed; none before it is acknowledged."""
        if duty.state is not AssignmentState.IN_PROGRESS or not self.owes_reports(duty):
            return ReportDays()
        window = owed_window(rule, calendar, acknowledged_on=duty.acknowledged_on, last_filed_on=duty.last_filed_on)
        return report_days(window)

    def facts(self) -> LightFacts:
        """What the task's own lights depend on: its own due date with the lead's progress."""
        task, lead = self.task, self.lead
        facts = self.facts_of(lead) if lead else LightFacts(task.issued_on, None)
        return LightFacts(
            issued_on=task.issued_on if task.state in _RUNNING else None,
            due_on=None if task.is_standing else task.due_on,
            percent=facts.percent,
            last_filed_on=facts.last_filed_on,
            done_on=task.closed_on if task.state in _FINISHED else None,
            files=facts.files,
            near_workdays=self.plan.near_workdays,
            tolerance_points=self.plan.tolerance_points,
            period=self.plan.period_kind,
            judged=facts.judged,
            promises=facts.promises,
            undivided_on=facts.undivided_on,
            roll=self.plan.due_roll,
            measured=facts.measured,
        )

    def days(self, calendar: Calendar) -> LightDays:
        if self.lead is None and self.task.state in _RUNNING and self.open_duties:
            return worst(light_dates(self.facts_of(duty), calendar) for duty in self.open_duties)
        return light_dates(self.facts(), calendar)


def _promises(task: Task) -> tuple[Promise, ...]:
    """The milestones of the last confirmed breakdown of each year."""
    confirmed = {each.year: each for each in task.breakdowns if each.status is RequestStatus.GRANTED}
    return tuple(
        Promise(step.due_on, step.percent, step.text)
        for year in sorted(confirmed)
        for step in confirmed[year].milestones
    )


def _judged(duty: Assignment) -> Judged | None:
    if duty.judged_light is None or duty.judged_on is None or duty.judged_until_on is None:
        return None
    return Judged(duty.judged_light, duty.judged_on, duty.judged_until_on, duty.judged_reason)


def refresh_lights(session: Session, tasks: Iterable[Task], *, now: datetime) -> int:
    """Recomputes the light dates of tasks and of their duties and keeps what changed as history.

    Call it after every write to a task or duty, in the same transaction. Gives how many rows of history it wrote.
    """
    calendar = load_calendar(session)
    return _refresh(session, [task.id for task in tasks], calendar, now)


def refresh_all_lights(session: Session, *, now: datetime) -> int:
    """Recomputes every light date, after the working days or a rule have changed. Gives how many tasks it looked at."""
    calendar = load_calendar(session)
    task_ids = list(session.scalars(select(Task.id).where(Task.state.in_(_RUNNING)).order_by(Task.id)))
    _refresh(session, task_ids, calendar, now)
    return len(task_ids)


def _refresh(session: Session, task_ids: list[int], calendar: Calendar, now: datetime) -> int:
    session.flush()
    written = 0
    for start in range(0, len(task_ids), CHUNK):
        standings = _standings(session, task_ids[start : start + CHUNK])
        rules = rules_of(session, [standing.plan for standing in standings])
        for standing in standings:
            _store(standing, rules[standing.plan.id], calendar, office_date(now))
        session.flush()
        written += keep_history(session, [(s.task, duty) for s in standings for duty in s.duties], now=now)
    return written


def _standings(session: Session, task_ids: list[int]) -> list[_Standing]:
    duties = defaultdict(list)
    of_tasks = select(Assignment).where(Assignment.task_id.in_(task_ids)).order_by(Assignment.position, Assignment.id)
    for duty in session.scalars(of_tasks):
        duties[duty.task_id].append(duty)
    query = select(Task).where(Task.id.in_(task_ids)).options(joinedload(Task.plan))
    tasks = session.scalars(
        query.options(selectinload(Task.breakdowns).selectinload(Breakdown.milestones), joinedload(Task.measured))
    )
    return [_Standing(task, task.plan, duties[task.id]) for task in tasks]


def _store(standing: _Standing, rule: PeriodRule, calendar: Calendar, today: date) -> None:
    for duty in standing.duties:
        is_filing = files(standing.plan, duty, has_lead=standing.lead is not None)
        if duty.is_filing != is_filing:
            duty.is_filing = is_filing
        if duty.state is AssignmentState.DONE and duty.done_on is None:
            duty.done_on = today
    if standing.task.state in _FINISHED and standing.task.closed_on is None:
        standing.task.closed_on = today
    for record, values in _computed(standing, rule, calendar):
        for name, value in values.items():
            if getattr(record, name) != value:
                setattr(record, name, value)


def _computed(
    standing: _Standing, rule: PeriodRule, calendar: Calendar
) -> Iterator[tuple[Task | Assignment, dict[str, date | None]]]:
    """The dates that the rules give for the duties, then for their task."""
    for duty in standing.duties:
        lights = standing.after_takeover(duty, light_dates(standing.facts_of(duty), calendar))
        yield duty, _dates(standing.report_days(duty, rule, calendar)) | _dates(lights)
    yield standing.task, _dates(standing.after_takeover(standing.task, standing.days(calendar)))


def _dates(days: LightDays | ReportDays) -> dict[str, date | None]:
    return {field.name: getattr(days, field.name) for field in fields(days)}


@dataclass(frozen=True, slots=True)
class Compared:
    """A task and its duties as they were read, and those of them whose stored dates are not those of the rules."""

    task: Task
    duties: Sequence[Assignment]
    apart: Sequence[Task | Assignment]


def compared(session: Session, task_ids: list[int], calendar: Calendar) -> list[Compared]:
    """Computes the light dates of some tasks and of their duties without writing them. Gives the tasks by id.

    Dates of a task that does not run are those of the day it stopped, whatever the rules say since.
    """
    standings = _standings(session, task_ids)
    rules = rules_of(session, [standing.plan for standing in standings])
    found = []
    for standing in sorted(standings, key=lambda each: each.task.id):
        apart = [
            record
            for record, values in _computed(standing, rules[standing.plan.id], calendar)
            if standing.task.state in _RUNNING and any(getattr(record, name) != day for name, day in values.items())
        ]
        found.append(Compared(standing.task, standing.duties, apart))
    return found


def duty_reason(task: Task, duty: Assignment, today: date, calendar: Calendar) -> str:
    """Gives in one sentence why a duty's light is what it is; the task with its plan is loaded."""
    return reason(_Standing(task, task.plan, [duty]).facts_of(duty), today, calendar)


def task_reason(task: Task, today: date, calendar: Calendar) -> str:
    """Gives in one sentence why a task's light is what it is; its plan, duties and their units are loaded.

    Without a lead it names the unit whose duty decides.
    """
    standing = _Standing(task, task.plan, task.assignments)
    if standing.lead is None and task.state in _RUNNING and standing.open_duties:
        shown = light(standing.days(calendar), today)
        facts = {duty.unit.name: standing.facts_of(duty) for duty in standing.open_duties}
        for name, its in facts.items():
            if shown is not Light.ON_TIME and light(light_dates(its, calendar), today) is shown:
                return f"{name}：{reason(its, today, calendar)}"
    return reason(standing.facts(), today, calendar)
