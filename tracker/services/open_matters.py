"""What is open about tasks besides their state: looked up once for all of them, since the table asks it of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.terms import CheckOutcome, InstructionStatus, TaskState
from tracker.models import Instruction, LookBack, Task

_CLOSED = frozenset({TaskState.CLOSED, TaskState.ARCHIVED})


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """Keys of the tasks with an instruction (批示) that is not done, and of those whose last look-back failed."""

    instructed: frozenset[int] = frozenset()
    failed_checks: frozenset[int] = frozenset()


def open_matters(session: Session, tasks: Sequence[Task]) -> OpenMatters:
    """Gives what is open about these tasks, in no query unless one of them is closed."""
    closed = [task.id for task in tasks if task.state in _CLOSED]
    if not closed:
        return OpenMatters()
    return OpenMatters(_instructed(session, closed), _failed_checks(session, closed))


def _instructed(session: Session, task_ids: Sequence[int]) -> frozenset[int]:
    unfinished = (InstructionStatus.ENTERED, InstructionStatus.OWED)
    query = select(Instruction.task_id).where(Instruction.task_id.in_(task_ids), Instruction.status.in_(unfinished))
    return frozenset(key for key in session.scalars(query) if key is not None)


def _failed_checks(session: Session, task_ids: Sequence[int]) -> frozenset[int]:
    query = select(LookBack).where(LookBack.task_id.in_(task_ids)).order_by(LookBack.id)
    last = {check.task_id: check.outcome for check in session.scalars(query)}
    return frozenset(task_id for task_id, outcome in last.items() if outcome is CheckOutcome.FAILED)
