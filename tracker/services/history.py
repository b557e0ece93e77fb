"""How every duty stood between two instants, kept so that the ledger of any past day is one query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.terms import AssignmentState
from tracker.models import Assignment, AssignmentHistory, Task

_LIGHTS = ("near_on", "behind_on", "late_on", "unknown_on", "done_on", "report_opens_on", "report_missed_on")
_DUTY = ("role", "is_first_lead", "is_filing", "extensions", "last_filed_on")
_KEPT = ("state", "due_on", "percent", *_DUTY, *_LIGHTS)


def keep_history(session: Session, pairs: Sequence[tuple[Task, Assignment]], *, now: datetime) -> int:
    """Appends a row for each duty that stands otherwise than its last row says. Gives how many.

    What is only planned is not kept: nobody owes it yet and its import can still be undone.
    Source: DESIGN 5.2, the ledger of any past day.
    """
    issued = [(task, duty) for task, duty in pairs if duty.state is not AssignmentState.PLANNED]
    last = _last_rows(session, [duty.id for _, duty in issued])
    written = 0
    for task, duty in issued:
        written += _append(session, duty, values_of(task, duty), last.get(duty.id), now)
    session.flush()
    return written


def values_of(task: Task, duty: Assignment) -> dict[str, object]:
    """Gives what a row of history says of a duty that stands as this one does."""
    values: dict[str, object] = {name: getattr(duty, name) for name in _KEPT}
    return values | {"task_state": task.state.value, "due_on": duty.due_on or task.due_on}


def _last_rows(session: Session, duty_ids: list[int]) -> dict[int, AssignmentHistory]:
    query = select(AssignmentHistory).where(
        AssignmentHistory.assignment_id.in_(duty_ids), AssignmentHistory.recorded_until_at.is_(None)
    )
    return {row.assignment_id: row for row in session.scalars(query)}


def _append(
    session: Session, duty: Assignment, values: dict[str, object], last: AssignmentHistory | None, now: datetime
) -> bool:
    if last is not None and all(getattr(last, name) == value for name, value in values.items()):
        return False
    if last is not None and last.recorded_from_at >= now:
        # The same act wrote twice: what held for no time at all is not history.
        for name, value in values.items():
            setattr(last, name, value)
        return True
    if last is not None:
        last.recorded_until_at = now
    place = {"assignment_id": duty.id, "plan_id": duty.plan_id, "task_id": duty.task_id}
    session.add(AssignmentHistory(**place, **values, recorded_from_at=now, recorded_until_at=None))
    return True
