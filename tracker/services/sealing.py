"""Sealing the trail (封存): the worker chains what was written, and anybody may ask whether it still stands so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import RowMapping, Select, Text, cast, func, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.core import auditchain
from tracker.core.auditchain import Event, Finding, Head, Seal
from tracker.models import AuditEvent, AuditSeal

BATCH = 1000
MOST_FINDINGS = 200
_LOCK_NOT_AVAILABLE = "55P03"
_UNREADABLE = Finding("head.unreadable", "库外封存记录中有无法识别的行。")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the trail is sealed: until when, how many events, and how many still wait."""

    sealed_at: datetime | None
    sealed: int
    waiting: int


def seal(session: Session, *, now: datetime) -> int:
    """Seals the oldest events that wait, `BATCH` at most, and gives how many they were.

    Gives 0 as well where somebody has been writing for seconds; the next call tries again.
    """
    if not _has_turn(session):
        return 0
    last = _last(session)
    link = Seal(last.number, last.event_id, last.sealed_at, last.digest) if last else None
    query = _events().where(AuditEvent.id > (last.event_id if last else 0)).limit(BATCH)
    links: list[dict[str, Any]] = []
    for row in session.execute(query).mappings():
        link = auditchain.next_seal(link, _event(row), now=now)
        links.append(asdict(link))
    if links:
        session.execute(insert(AuditSeal), links)
    return len(links)


def head(session: Session) -> Head | None:
    """Gives the end of the chain, None before the first seal."""
    last = _last(session)
    return Head(last.sealed_at, last.number, last.digest) if last else None


def standing(session: Session) -> Standing:
    """Gives how far the trail is sealed."""
    last = _last(session)
    waiting = select(func.count()).where(AuditEvent.id > (last.event_id if last else 0))
    return Standing(last.sealed_at if last else None, last.number if last else 0, session.scalar(waiting) or 0)


def verify(session: Session, heads: Iterable[Head | None] = ()) -> list[Finding]:
    """Gives what is not as it was sealed, `MOST_FINDINGS` and a remark at most; reads row by row.

    Takes the heads of the chain that were kept outside the database, in any order, None for a line that holds none.
    """
    found = chain(_against(session, heads), _along(session))
    findings = list(islice(found, MOST_FINDINGS))
    if next(found, None) is not None:
        findings.append(Finding("more", f"问题超过 {MOST_FINDINGS} 处，其余未列出。"))
    return findings


def _along(session: Session) -> Iterator[Finding]:
    # The seals are opened first: whatever is sealed by then is in what the second query sees.
    query = select(AuditSeal.number, AuditSeal.event_id, cast(AuditSeal.sealed_at, Text), AuditSeal.digest)
    seals = session.execute(query.order_by(AuditSeal.number).execution_options(yield_per=BATCH))
    events = session.execute(_events().execution_options(yield_per=BATCH)).mappings()
    return auditchain.verify(
        (Seal(number, event_id, _instant(at), digest) for number, event_id, at, digest in seals),
        (_event(row) for row in events),
    )


def _against(session: Session, heads: Iterable[Head | None]) -> Iterator[Finding]:
    """Gives the first head of each kind of finding: from there on every later one says the same."""
    kinds: set[str] = set()
    rest = iter(heads)
    while some := list(islice(rest, BATCH)):
        numbers = [each.number for each in some if each]
        query = select(AuditSeal.number, AuditSeal.digest).where(AuditSeal.number.in_(numbers))
        digests = dict(session.execute(query).tuples().all())
        last = session.scalar(select(func.max(AuditSeal.number))) or 0
        for each in some:
            finding = auditchain.compare_head(each, digests.get(each.number), last=last) if each else _UNREADABLE
            if finding is not None and finding.code not in kinds:
                kinds.add(finding.code)
                yield finding


def _has_turn(session: Session) -> bool:
    """On PostgreSQL ids are drawn before they are committed: no act may be half-way, or its event would come late.

    The lock waits for acts under way and for another sealer, holds new ones back for one batch, and gives up soon so
    that nobody waits behind a long act. On SQLite the transaction itself is the only writer.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    try:
        with session.begin_nested():
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            session.execute(text("LOCK TABLE audit_event IN SHARE ROW EXCLUSIVE MODE"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _last(session: Session) -> AuditSeal | None:
    return session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()


def _events() -> Select[Any]:
    """Instants and details are read as stored: what somebody made unreadable is a finding, not a fault of reading."""
    columns = [column for column in AuditEvent.__table__.columns if column.name not in ("at", "detail")]
    stored = (cast(AuditEvent.at, Text).label("at"), cast(AuditEvent.detail, Text).label("detail"))
    return select(*columns, *stored).order_by(AuditEvent.id)


def _event(row: RowMapping) -> Event:
    return Event(**{**row, "at": _instant(row["at"]), "detail": _detail(row["detail"])})


def _instant(stored: str) -> datetime | str:
    try:
        at = datetime.fromisoformat(stored)
    except (ValueError, TypeError):
        return str(stored)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _detail(stored: str | None) -> Any:
    try:
        return None if stored is None else json.loads(stored)
    except (ValueError, TypeError):
        return str(stored)
