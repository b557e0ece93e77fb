"""What the duties of one task are to each other: who leads, which are open, who files."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.core.periods import files_progress
from tracker.core.terms import AssignmentState, PeriodKind
from tracker.models import Assignment, Plan, Task

OPEN_DUTIES = frozenset({AssignmentState.ISSUED, AssignmentState.IN_PROGRESS, AssignmentState.SUBMITTED})
FINISHED_DUTIES = frozenset({AssignmentState.DONE, AssignmentState.WAIVED})


def first_lead(duties: Iterable[Assignment]) -> Assignment | None:
    """Gives the duty of the first lead (首位责任单位) that is still bound, None for a task where each answers alone."""
    return next((duty for duty in duties if duty.is_first_lead and duty.state is not AssignmentState.WAIVED), None)


def leading(task: Task) -> Assignment | None:
    """Gives the duty of who leads a task: of a sub-task, its parent's first lead."""
    return first_lead((task.parent or task).assignments)


def files(plan: Plan, duty: Assignment, *, has_lead: bool) -> bool:
    """Whether a duty is one that files progress under the plan's filing mode and period.

    The light dates keep the answer as `Assignment.is_filing`, which everything else reads.
    """
    if plan.period_kind is PeriodKind.NONE:
        return False
    return files_progress(plan.filing_mode, duty.role, is_first_lead=duty.is_first_lead, has_lead=has_lead)
