"""How the duties of a plan stood at the end of a month: the rows valid then, or the present ones while it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.classes import ReportClass
from tracker.core.lights import Light, LightDays, light, worst
from tracker.core.terms import AssignmentState, DutyRole, TaskState
from tracker.db import OFFICE_ZONE, office_date
from tracker.errors import Invalid
from tracker.models import Assignment, AssignmentHistory, Task, Unit
from tracker.services.lights import OPEN_DUTIES
from tracker.services.shown import is_counted, shown_of

CLASS_OF = {
    Light.DONE: ReportClass.DONE,
    Light.LATE: ReportClass.LATE,
    Light.UNKNOWN: ReportClass.UNKNOWN,
    Light.BEHIND: ReportClass.BEHIND,
    Light.NEAR: ReportClass.ON_SCHEDULE,
    Light.ON_TIME: ReportClass.ON_SCHEDULE,
}
_ENDED = (TaskState.TERMINATED, TaskState.SUPERSEDED, TaskState.DRAFT, TaskState.PENDING_APPROVAL)
_FINISHED = (TaskState.CLOSED, TaskState.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Month:
    """A period "2026-10": its first day, the instant it ends, the day its figures are of."""

    period: str
    first_day: date
    ends_at: datetime
    as_of: date
    is_running: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """One unit's duty as it stood."""

    assignment_id: int
    task_id: int
    unit_id: int
    unit: str
    unit_place: tuple[int, int]
    role: DutyRole
    is_first_lead: bool
    state: AssignmentState
    task_state: TaskState
    due_on: date | None
    percent: int | None
    contact: str
    acknowledged_on: date | None
    days: LightDays
    is_filing: bool
    report_opens_on: date | None
    report_missed_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One task as it stood, with its duties; `light` is None for what is counted on its own or not at all."""

    task: Task
    state: TaskState
    is_standing: bool
    duties: Sequence[Duty]
    light: Light | None

    @property
    def lead(self) -> Duty | None:
        """Gives the first lead."""
        return next((duty for duty in self.duties if duty.is_first_lead), None)

    @property
    def kind(self) -> ReportClass | None:
        """Gives the class it is counted in."""
        return CLASS_OF[self.light] if self.light else None


def month_of_period(period: str, *, now: datetime) -> Month:
    """Gives the month of "2026-10". Raises Invalid for what is no month or has not begun."""
    year, _, month = period.partition("-")
    if not (len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
        raise Invalid({"period": "月份的写法应为“2026-10”。"})
    if not (1 <= int(month) <= 12 and 2000 <= int(year) <= 2100):
        raise Invalid({"period": "没有这个月份。"})
    first_day = date(int(year), int(month), 1)
    following = date(first_day.year + first_day.month // 12, first_day.month % 12 + 1, 1)
    today = office_date(now)
    if first_day > today:
        raise Invalid({"period": "这个月还没有开始，不能生成通报。"})
    ends_at = datetime(following.year, following.month, 1, tzinfo=OFFICE_ZONE)
    last_day = date.fromordinal(following.toordinal() - 1)
    return Month(period, first_day, ends_at, min(last_day, today), following > today)


def standings(session: Session, plan_id: int, month: Month) -> list[Standing]:
    """Gives the tasks of a plan that had been issued by the end of the month, in the order of print."""
    duties: dict[int, list[Duty]] = defaultdict(list)
    for duty in _present(session, plan_id) if month.is_running else _past(session, plan_id, month):
        duties[duty.task_id].append(duty)
    query = select(Task).where(Task.plan_id == plan_id, is_counted()).order_by(Task.position, Task.id)
    if not month.is_running:
        query = query.where(Task.id.in_(list(duties)))
    made = [_standing(task, duties.get(task.id, ()), month) for task in session.scalars(query)]
    return [standing for standing in made if standing.state not in _ENDED]


def _standing(task: Task, duties: Sequence[Duty], month: Month) -> Standing:
    duties = sorted(duties, key=lambda duty: (-duty.role.strength, not duty.is_first_lead))
    if month.is_running:
        shown = shown_of(task, task, month.as_of)
        state = task.state
        lit = Light(shown) if shown in Light._value2member_map_ else None
    else:
        state = duties[0].task_state
        lit = _past_light(state, duties, month.as_of)
    is_standing = state is TaskState.STANDING or (task.is_standing and state not in _FINISHED)
    return Standing(task, state, is_standing, duties, None if is_standing else lit)


def _past_light(state: TaskState, duties: Sequence[Duty], as_of: date) -> Light | None:
    """Gives a task's light by its lead's dates, or the worst of its open duties where it has no lead."""
    if state in _FINISHED:
        return Light.DONE
    if state is TaskState.SUSPENDED:
        return None
    lead = next((duty for duty in duties if duty.is_first_lead), None)
    if lead is not None:
        return light(lead.days, as_of)
    return light(worst(duty.days for duty in duties if duty.state in OPEN_DUTIES), as_of)


def _present(session: Session, plan_id: int) -> list[Duty]:
    query = (
        select(Assignment, Unit, Task.state, Task.due_on)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Task, Task.id == Assignment.task_id)
        .where(Assignment.plan_id == plan_id, Assignment.state.not_in(_OUTSIDE))
        .order_by(Assignment.position, Assignment.id)
    )
    return [
        _duty(duty, unit, duty, task_state, duty.due_on or due_on)
        for duty, unit, task_state, due_on in session.execute(query)
    ]


def _past(session: Session, plan_id: int, month: Month) -> list[Duty]:
    until = AssignmentHistory.recorded_until_at
    query = (
        select(Assignment, Unit, AssignmentHistory)
        .join(AssignmentHistory, AssignmentHistory.assignment_id == Assignment.id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(
            AssignmentHistory.plan_id == plan_id,
            AssignmentHistory.recorded_from_at < month.ends_at,
            or_(until.is_(None), until >= month.ends_at),
            AssignmentHistory.state.not_in(_OUTSIDE),
        )
        .order_by(Assignment.position, Assignment.id)
    )
    return [_duty(duty, unit, row, TaskState(row.task_state), row.due_on) for duty, unit, row in session.execute(query)]


_OUTSIDE = (AssignmentState.PLANNED, AssignmentState.WAIVED)


def _duty(duty: Assignment, unit: Unit, row: Any, task_state: TaskState, due_on: date | None) -> Duty:
    contact = (duty.contact_name, duty.contact_phone) if duty.contact_name else (unit.contact_name, unit.contact_phone)
    days: Mapping[str, date | None] = {name: getattr(row, name) for name in LightDays.__dataclass_fields__}
    return Duty(
        *(duty.id, duty.task_id, unit.id, unit.name, (unit.position, unit.id)),
        *(row.role, row.is_first_lead, row.state, task_state, due_on, row.percent),
        *(" ".join(filter(None, contact)), duty.acknowledged_on, LightDays(**days)),
        *(row.is_filing, row.report_opens_on, row.report_missed_on),
    )
