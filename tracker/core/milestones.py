"""What a confirmed yearly breakdown (年度分解) promises: by which day how much of a task is to be done.

Confirmed milestones stand in the place of the linear schedule (序时进度). Source: DESIGN 5.1, break down.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Promise:
    """One dated step (节点): by its day so many percent of the whole task are to be done."""

    due_on: date
    percent: int
    text: str = ""


def missed(promises: Sequence[Promise], percent: int | None, tolerance_points: int) -> Promise | None:
    """Gives the first promise that what has been filed falls short of by more than is tolerated.

    Nothing filed counts as nothing done.
    """
    short = [each for each in promises if (percent or 0) < each.percent - tolerance_points]
    return min(short, key=lambda each: each.due_on, default=None)


def missed_on(promises: Sequence[Promise], percent: int | None, tolerance_points: int) -> date | None:
    """Gives the first day on which a promise is missed, the day after its date; None where all are kept."""
    first = missed(promises, percent, tolerance_points)
    return first.due_on + timedelta(days=1) if first else None


def undivided_on(acknowledged_on: date | None, due_on: date | None, confirmed: Collection[int]) -> date | None:
    """Gives the first day without a confirmed breakdown (待分解): from the acknowledgement, then year by year.

    Takes `confirmed`: the years whose breakdowns are confirmed. None: not acknowledged, no due date, or all confirmed.
    """
    if acknowledged_on is None or due_on is None:
        return None
    year = acknowledged_on.year
    while year in confirmed:
        year += 1
    start = max(acknowledged_on, date(year, 1, 1))
    return start if start <= due_on else None
