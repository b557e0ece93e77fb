"""What needs coordination (需协调事项): raised by signed filings, taken up by an owner, closed with an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.filing import says_nothing
from tracker.core.terms import MatterStatus
from tracker.models import CoordinationMatter, ProgressReport

_RUNNING = (MatterStatus.OPEN, MatterStatus.IN_HAND)


def raise_matters(session: Session, reports: Sequence[ProgressReport], *, now: datetime) -> int:
    """Puts what signed rows say needs coordination on the agenda; words that stand there already are not doubled.

    Gives how many matters are new.
    """
    said = [report for report in reports if not says_nothing(report.coordination)]
    query = select(CoordinationMatter.assignment_id, CoordinationMatter.words).where(
        CoordinationMatter.assignment_id.in_([report.assignment_id for report in said]),
        CoordinationMatter.status.in_(_RUNNING),
    )
    known = set(session.execute(query).tuples())
    fresh = [report for report in said if (report.assignment_id, report.coordination) not in known]
    session.add_all(
        CoordinationMatter(
            jurisdiction_id=report.jurisdiction_id,
            assignment_id=report.assignment_id,
            period=report.period,
            words=report.coordination,
            raised_at=now,
            status=MatterStatus.OPEN,
        )
        for report in fresh
    )
    session.flush()
    return len(fresh)
