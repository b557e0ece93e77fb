"""Which of several workers does the work, and when it was last heard of.

Doubles are made impossible by the unique keys of what is written; that one worker leads only spares the others work.
On PostgreSQL a lock decides that goes with its connection, so that a dead worker is followed at once; on SQLite the
lease in the row decides. The row tells everybody else.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.core.clock import SLACK, Clock, judged
from tracker.models import WorkerLease

LEASE = timedelta(seconds=20)
SILENT_AFTER = timedelta(minutes=2)
_NAME = "jobs"
# Any number that nothing else in the database locks by.
_LOCK = 7_221_094_365


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether this worker leads, and what the clock has done since any worker was last heard of."""

    leads: bool
    clock: Clock


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of the worker: when it was last heard of, whether it works now, whether its clock is believed."""

    at: datetime | None
    is_working: bool
    is_clock_wrong: bool = False


class Election:
    """The lock of PostgreSQL, held on a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def is_won(self) -> bool | None:
        """Whether this process holds the lock, taking it where it is free. None on a database without such locks."""
        if self._engine.dialect.name != "postgresql":
            return None
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            return self._try()
        except SQLAlchemyError:
            self.resign()
            return False

    def resign(self) -> None:
        """Gives the lock back."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                # Thrown away and not pooled: the lock lives as long as the connection does.
                self._connection.invalidate()
                self._connection.close()
        self._connection = None

    def _try(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            self._connection = connection
            return True
        connection.close()
        return False


def hold(session: Session, holder: str, *, is_elected: bool | None, now: datetime) -> Standing:
    """Takes or renews the lead. Gives where this worker stands.

    Takes `is_elected` from an Election. A worker whose clock has leapt takes nothing and leaves no sign, so that the
    leap is seen by the next one too. Raises IntegrityError when another worker was first to begin.
    """
    row = session.get(WorkerLease, _NAME, with_for_update=True)
    clock = judged(now, row.heartbeat_at if row else None)
    if clock is Clock.LEAPT or not _may_lead(row, holder, is_elected, now):
        return Standing(False, clock)
    if row is None:
        row = WorkerLease(name=_NAME, holder=holder, lease_until_at=now, heartbeat_at=now)
        session.add(row)
    row.holder, row.lease_until_at, row.heartbeat_at = holder, now + LEASE, now
    session.flush()
    return Standing(True, clock)


def let_go(session: Session, holder: str, *, now: datetime) -> None:
    """Ends the lead of a worker that stops, so that the next one need not wait for the lease."""
    row = session.get(WorkerLease, _NAME, with_for_update=True)
    if row is not None and row.holder == holder:
        row.lease_until_at = now


def accept_clock(session: Session, *, now: datetime) -> None:
    """Takes the time as it is now for right, however long nothing was heard of a worker."""
    row = session.get(WorkerLease, _NAME, with_for_update=True)
    if row is not None:
        row.heartbeat_at = now


def heard(session: Session, *, now: datetime) -> Heard:
    """Gives what is known of the worker."""
    row = session.get(WorkerLease, _NAME)
    return heard_at(row.heartbeat_at if row else None, now=now)


def heard_at(at: datetime | None, *, now: datetime) -> Heard:
    """Gives what a last heartbeat says of the worker."""
    if at is None:
        return Heard(None, False)
    return Heard(at, abs(now - at) <= SILENT_AFTER, judged(now, at) is Clock.LEAPT)


def _may_lead(row: WorkerLease | None, holder: str, is_elected: bool | None, now: datetime) -> bool:
    if is_elected is not None:
        return is_elected
    # A lease beyond what any worker gives was written before the clock was set back.
    return row is None or row.holder == holder or not now < row.lease_until_at <= now + LEASE + SLACK
