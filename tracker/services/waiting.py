"""What already waits on tasks and duties to be decided or done, and which needs of the table that leaves unmet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.core.actions import Need
from tracker.core.lights import rolled
from tracker.core.permissions import Actor
from tracker.core.terms import RequestStatus, Role, TaskState
from tracker.core.workdays import Calendar
from tracker.models import Adjustment, AdjustmentRequest, Assignment, Breakdown, ExtensionRequest, Jurisdiction, Task

OPEN_REQUESTS = (RequestStatus.ASKED, RequestStatus.CHECKED)
ENDED = (TaskState.CLOSED, TaskState.ARCHIVED, TaskState.TERMINATED, TaskState.SUPERSEDED)
_PREPARED = (TaskState.DRAFT, TaskState.PENDING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Keys of the tasks and duties that something waits on, by what waits."""

    breakdowns: frozenset[int] = frozenset()
    adjustments: frozenset[int] = frozenset()
    subtasks: frozenset[int] = frozenset()
    extensions: frozenset[int] = frozenset()
    requests: frozenset[int] = frozenset()

    def task_needs(self, task: Task, today: date, calendar: Calendar) -> set[Need]:
        """Gives what does not hold of a task as a whole."""
        is_dated = task.due_on is not None and not task.is_standing
        unmet = {
            Need.BREAKDOWN_WANTED: task.id in self.breakdowns,
            Need.SUBTASKS_FINISHED: task.id in self.subtasks,
            Need.NO_ADJUSTMENT: task.id in self.adjustments,
            Need.IS_LEADER: task.parent_id is not None,
            Need.NOT_STANDING: not is_dated,
            Need.OVERDUE: task.due_on is None or last_day(task, task.due_on, calendar) >= today,
        }
        return {need for need, is_unmet in unmet.items() if is_unmet}

    def duty_needs(self, task: Task, duty: Assignment, today: date, calendar: Calendar) -> set[Need]:
        """Gives what does not hold of one duty."""
        due_on = None if task.is_standing else duty.due_on or task.due_on
        unmet = {
            Need.HAS_DUE: due_on is None,
            Need.IN_TIME: due_on is not None and last_day(task, due_on, calendar) < today,
            Need.NO_EXTENSION: duty.id in self.extensions,
            Need.NO_ADJUSTMENT: duty.id in self.requests or task.id in self.adjustments,
        }
        return {need for need, is_unmet in unmet.items() if is_unmet}


def last_day(task: Task, due_on: date, calendar: Calendar) -> date:
    """Gives the last day on which a date is kept: one that falls on a day off rolls as the plan has it."""
    return rolled(due_on, task.plan.due_roll, calendar)


def waiting_on(session: Session, tasks: Sequence[Task]) -> Waiting:
    """Gives what waits on these tasks and on their duties, in one query."""
    ids = [task.id for task in tasks if task.state not in _PREPARED]
    if not ids:
        return Waiting()
    duties = select(Assignment.id).where(Assignment.task_id.in_(ids))
    parts: dict[str, Select[Any]] = {
        "breakdowns": select(Breakdown.task_id).where(Breakdown.task_id.in_(ids), _is_open(Breakdown)),
        "adjustments": select(Adjustment.task_id).where(Adjustment.task_id.in_(ids), _is_open(Adjustment)),
        "subtasks": select(Task.parent_id).where(Task.parent_id.in_(ids), Task.state.not_in(ENDED)),
        "extensions": select(ExtensionRequest.assignment_id).where(
            ExtensionRequest.task_id.in_(ids), _is_open(ExtensionRequest)
        ),
        "requests": select(AdjustmentRequest.assignment_id).where(
            AdjustmentRequest.assignment_id.in_(duties), _is_open(AdjustmentRequest)
        ),
    }
    found: dict[str, set[int]] = {kind: set() for kind in parts}
    labelled = [query.add_columns(literal(kind).label("kind")) for kind, query in parts.items()]
    for key, kind in session.execute(union_all(*labelled)):
        found[kind].add(key)
    return Waiting(**{kind: frozenset(keys) for kind, keys in found.items()})


def _is_open(model: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = model.status.in_(OPEN_REQUESTS)
    return condition


def may_grant(actor: Actor, request: ExtensionRequest, place: Jurisdiction) -> bool:
    """Whether a person may grant an extension: short ones anybody of the office, long ones the head after a check."""
    is_short = (request.proposed_due_on - request.from_due_on).days <= place.officer_extension_days
    if place.is_one_person or is_short:
        return True
    is_second = Role.OFFICE_HEAD in actor.roles and request.checked_by_id not in (None, *actor.persons())
    return is_second and request.status is RequestStatus.CHECKED
