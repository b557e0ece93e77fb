"""Which occurrences of a schedule have been done; the database is the clock, whatever ticks.

Any number of schedulers may try the same occurrence: the unique key lets one of them through.
"""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import OFFICE_ZONE
from tracker.models import ScheduleRun

REMINDERS = "reminders"
RECONCILING = "reconciling"


def is_due(session: Session, schedule: str, *, now: datetime, at: time) -> bool:
    """Whether today's occurrence, `at` a time of day in Asia/Shanghai, has come and has not been done."""
    local = now.astimezone(OFFICE_ZONE)
    return local.time() >= at and not is_done(session, schedule, local.date())


def is_done(session: Session, schedule: str, occurrence_on: date) -> bool:
    """Whether an occurrence has been done."""
    query = select(ScheduleRun.id).where(ScheduleRun.schedule == schedule, ScheduleRun.occurrence_on == occurrence_on)
    return session.scalar(query) is not None


def begin(session: Session, schedule: str, occurrence_on: date, *, now: datetime) -> ScheduleRun:
    """Claims an occurrence for this transaction. Raises IntegrityError when another scheduler has done it."""
    run = ScheduleRun(schedule=schedule, occurrence_on=occurrence_on, done_at=now)
    session.add(run)
    session.flush()
    return run


def keep_latest(session: Session, schedule: str, outcome: str, *, now: datetime) -> None:
    """Keeps what came of a schedule that is done many times a day, in the one row of the day.

    Raises IntegrityError when another scheduler was first to begin the day.
    """
    day_on = now.astimezone(OFFICE_ZONE).date()
    query = select(ScheduleRun).where(ScheduleRun.schedule == schedule, ScheduleRun.occurrence_on == day_on)
    run = session.scalar(query.with_for_update()) or begin(session, schedule, day_on, now=now)
    run.outcome, run.done_at = outcome, now


def latest(session: Session, schedule: str) -> ScheduleRun | None:
    """Gives the row of the last day on which a schedule was done."""
    query = select(ScheduleRun).where(ScheduleRun.schedule == schedule)
    return session.scalar(query.order_by(ScheduleRun.occurrence_on.desc()).limit(1))


def rewind(session: Session, *, now: datetime) -> None:
    """Forgets the occurrences that were done under a clock that has been set back since: their days are to come.

    What they told stays told, by the marks of the reminders themselves.
    """
    session.execute(delete(ScheduleRun).where(ScheduleRun.done_at > now))
