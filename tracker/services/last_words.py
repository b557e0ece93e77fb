"""The last word of a unit on a duty: what it filed last, as lists and reports quote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from tracker.core.filing import UNSIGNED
from tracker.core.terms import ReportStatus
from tracker.db import office_date
from tracker.models import Assignment, ProgressReport

# Below the number of variables any SQLite takes in one statement.
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class LastWord:
    """What a unit filed last on one duty."""

    assignment_id: int
    period: str
    filed_on: date
    status: ReportStatus
    progress: str
    percent: int | None
    problems: str
    next_step: str
    coordination: str


def last_words(
    session: Session, assignment_ids: Sequence[int], *, before: datetime | None = None, is_passed: bool = False
) -> dict[int, LastWord]:
    """Gives what was filed last on each of the duties, drafts left aside; `before` an instant where one is given.

    `is_passed` leaves aside what the office has not passed as well.
    """
    found: dict[int, LastWord] = {}
    for start in range(0, len(assignment_ids), CHUNK):
        for report in session.scalars(_latest(assignment_ids[start : start + CHUNK], before, is_passed)):
            found[report.assignment_id] = _word(report)
    return found


def last_report() -> ScalarSelect[int]:
    """Gives the key of what was filed last on the duty of an enclosing query on Assignment, drafts left aside."""
    query = select(ProgressReport.id).where(
        ProgressReport.assignment_id == Assignment.id, ProgressReport.status.not_in(UNSIGNED)
    )
    newest = query.order_by(ProgressReport.filed_at.desc(), ProgressReport.id.desc()).limit(1)
    return newest.correlate(Assignment).scalar_subquery()


def _latest(assignment_ids: Sequence[int], before: datetime | None, is_passed: bool):  # type: ignore[no-untyped-def]
    newest_first = func.row_number().over(
        partition_by=ProgressReport.assignment_id,
        order_by=(ProgressReport.filed_at.desc(), ProgressReport.id.desc()),
    )
    ranked = select(ProgressReport.id, newest_first.label("place")).where(
        ProgressReport.assignment_id.in_(assignment_ids), ProgressReport.status.not_in(UNSIGNED)
    )
    if before is not None:
        ranked = ranked.where(ProgressReport.filed_at < before)
    if is_passed:
        ranked = ranked.where(ProgressReport.status == ReportStatus.PASSED)
    newest = ranked.subquery()
    return select(ProgressReport).join(newest, newest.c.id == ProgressReport.id).where(newest.c.place == 1)


def _word(report: ProgressReport) -> LastWord:
    return LastWord(
        report.assignment_id,
        report.period,
        office_date(report.filed_at),
        report.status,
        report.progress,
        report.percent,
        report.problems,
        report.next_step,
        report.coordination,
    )
