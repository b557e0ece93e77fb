"""What a task's page shows of how it has changed: its sub-tasks, every move of its date, what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DueChangeKind, DutyRole, RequestStatus, TaskState
from tracker.errors import NotFound
from tracker.models import Assignment, DueChange, Task, Unit, User
from tracker.services.access import find_assignment, find_task
from tracker.services.announcements import name_of
from tracker.services.breakdowns import years_of
from tracker.services.duties import first_lead
from tracker.services.lights import light_of
from tracker.services.registry import living_units
from tracker.services.requests import RequestRow, task_requests
from tracker.services.shown import LIT
from tracker.services.situations import Asking
from tracker.services.workflow_subtasks import partners_of


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move of a due date; `unit` is empty for the task's own."""

    at: datetime
    kind: DueChangeKind
    unit: str
    from_on: date
    to_on: date
    basis: str
    late_workdays: int
    who: str


@dataclass(frozen=True, slots=True)
class SubtaskRow:
    """One sub-task under its task."""

    id: int
    number: str
    title: str
    state: TaskState
    light: Light | None
    due_on: date | None
    units: str
    done: int
    parts: int


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One milestone of the confirmed breakdown; `is_kept` is None while its date is to come."""

    due_on: date
    percent: int
    text: str
    is_kept: bool | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The confirmed breakdown of a year: who is in charge, and what is promised by when."""

    year: int
    person: str
    phone: str
    stages: str
    promises: tuple[PromiseRow, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """How a task has changed, and what is asked for."""

    parent_id: int | None
    parent: str
    needs_breakdown: bool
    schedules: tuple[Schedule, ...]
    subtasks: tuple[SubtaskRow, ...]
    moves: tuple[MoveRow, ...]
    requests: tuple[RequestRow, ...]


@dataclass(frozen=True, slots=True)
class DutyChoice:
    """A duty that a form offers."""

    id: int
    unit_id: int
    unit: str
    role: DutyRole
    is_first_lead: bool


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """What the forms of a task's changes need: its date, the years it lasts, its duties, the units there are."""

    task_id: int
    version: int
    task: str
    plan: str
    due_on: date | None
    original_due_on: date | None
    issued_on: date | None
    years: tuple[int, ...]
    duties: tuple[DutyChoice, ...]
    partners: tuple[DutyChoice, ...]
    units: tuple[tuple[int, str], ...]
    duty: DutyChoice | None = None
    duty_version: int = 0


def changes_of_task(session: Session, view: Asking, task: Task) -> Changes:
    """Gives how a task has changed, for its page."""
    return Changes(
        parent_id=task.parent_id,
        parent=name_of(task.parent) if task.parent is not None else "",
        needs_breakdown=task.plan.needs_breakdown,
        schedules=_schedules(task, view.today),
        subtasks=tuple(_subtask(each, view.today) for each in task.subtasks),
        moves=_moves(session, task),
        requests=task_requests(session, view, task),
    )


def change_form(session: Session, actor: Actor, task_id: int, *, duty_id: int | None = None, today: date) -> ChangeForm:
    """Gives what a form about a task, or about one duty in it, needs. Raises NotFound out of sight."""
    task = find_task(session, actor, task_id)
    duty = find_assignment(session, actor, duty_id) if duty_id is not None else None
    if duty is not None and duty.task_id != task.id:
        raise NotFound("没有找到这项责任分工，或者您没有查看它的权限。")
    due_on = (duty.due_on if duty is not None else None) or task.due_on
    return ChangeForm(
        task_id=task.id,
        version=task.version,
        task=name_of(task),
        plan=task.plan.title,
        due_on=None if task.is_standing else due_on,
        original_due_on=task.original_due_on,
        issued_on=task.issued_on,
        years=years_of(task, today),
        duties=tuple(_choice(each) for each in task.assignments if each.state is not AssignmentState.WAIVED),
        partners=tuple(_choice(each) for each in partners_of(task)),
        units=tuple((unit.id, unit.name) for unit in living_units(session, actor, today)),
        duty=_choice(duty) if duty is not None else None,
        duty_version=duty.version if duty is not None else 0,
    )


def _choice(duty: Assignment) -> DutyChoice:
    return DutyChoice(duty.id, duty.unit_id, duty.unit.name, duty.role, duty.is_first_lead)


def _schedules(task: Task, today: date) -> tuple[Schedule, ...]:
    """The confirmed breakdowns, this year's and later ones, else the last."""
    confirmed = {each.year: each for each in task.breakdowns if each.status is RequestStatus.GRANTED}
    years = [year for year in confirmed if year >= today.year] or sorted(confirmed)[-1:]
    lead = first_lead(task.assignments)
    done = lead.percent or 0 if lead is not None else 0
    least = done + task.plan.tolerance_points
    return tuple(
        Schedule(
            *(year, confirmed[year].person_in_charge, confirmed[year].person_phone, confirmed[year].stages),
            tuple(
                PromiseRow(
                    *(step.due_on, step.percent, step.text), least >= step.percent if step.due_on < today else None
                )
                for step in confirmed[year].milestones
            ),
        )
        for year in sorted(years)
    )


def _subtask(task: Task, today: date) -> SubtaskRow:
    bound = [duty for duty in task.assignments if duty.state is not AssignmentState.WAIVED]
    return SubtaskRow(
        id=task.id,
        number=task.number,
        title=task.title,
        state=task.state,
        light=light_of(task, today) if task.state in LIT else None,
        due_on=task.due_on,
        units="、".join(duty.unit.name for duty in bound),
        done=sum(duty.state is AssignmentState.DONE for duty in bound),
        parts=len(bound),
    )


def _moves(session: Session, task: Task) -> tuple[MoveRow, ...]:
    query = (
        select(DueChange, User.name, Unit.name.label("unit"))
        .join(User, User.id == DueChange.changed_by_id)
        .outerjoin(Assignment, Assignment.id == DueChange.assignment_id)
        .outerjoin(Unit, Unit.id == Assignment.unit_id)
        .where(DueChange.task_id == task.id)
        .order_by(DueChange.changed_at.desc(), DueChange.id.desc())
    )
    return tuple(
        MoveRow(
            *(move.changed_at, move.kind, unit or "", move.from_on, move.to_on),
            *(move.basis, move.late_workdays, who),
        )
        for move, who, unit in session.execute(query).tuples()
    )
