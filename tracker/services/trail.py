"""The trail as its keeper reads it: who did what, when, from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.db import OFFICE_ZONE
from tracker.models import AuditEvent

PAGE_SIZE = 100
# As many as a sheet is opened with at a glance; a longer trail is exported by dates.
MOST_EXPORTED = 20_000
# The first part of an action's name, and what pages call acts of that kind.
KINDS = {
    "account": "登录与密码",
    "person": "人员",
    "rights": "授权",
    "unit": "单位",
    "group": "单位组",
    "calendar": "工作日",
    "setting": "设置",
    "import": "导入方案",
    "draft": "核对方案",
    "plan": "方案",
    "task": "任务",
    "assignment": "责任分工",
    "report": "进展报送",
    "closing": "办结",
    "urge": "催办",
    "installation": "安装",
}


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What the trail is narrowed to; both dates included, in Asia/Shanghai."""

    words: str = ""
    kind: str = ""
    since_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One act."""

    id: int
    at: datetime
    actor_name: str
    address: str
    kind: str
    action: str
    summary: str


def trail(session: Session, actor: Actor, wanted: TrailFilter, *, number: int) -> Page[TrailRow]:
    """Gives one page of the acts in the actor's jurisdiction and of the installation as a whole, newest first."""
    rows = _rows(session, actor, wanted, limit=PAGE_SIZE, start=offset(number, PAGE_SIZE))
    return Page(rows, max(number, 1), _count(session, actor, wanted), PAGE_SIZE)


def whole_trail(session: Session, actor: Actor, wanted: TrailFilter) -> Page[TrailRow]:
    """Gives every act a filter lets through, up to MOST_EXPORTED, for an export of exactly what is shown."""
    rows = _rows(session, actor, wanted, limit=MOST_EXPORTED, start=0)
    return Page(rows, 1, _count(session, actor, wanted), MOST_EXPORTED)


def _count(session: Session, actor: Actor, wanted: TrailFilter) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(*_conditions(actor, wanted))) or 0


def _rows(session: Session, actor: Actor, wanted: TrailFilter, *, limit: int, start: int) -> list[TrailRow]:
    query = select(AuditEvent).where(*_conditions(actor, wanted))
    query = query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit).offset(start)
    return [_row(event) for event in session.scalars(query)]


def _row(event: AuditEvent) -> TrailRow:
    address = event.address or (event.detail or {}).get("address", "")
    kind = KINDS.get(event.action.partition(".")[0], event.action.partition(".")[0])
    return TrailRow(event.id, event.at, event.actor_name, address, kind, event.action, event.summary)


def _conditions(actor: Actor, wanted: TrailFilter) -> list[ColumnElement[bool]]:
    own = or_(AuditEvent.jurisdiction_id == actor.jurisdiction_id, AuditEvent.jurisdiction_id.is_(None))
    conditions: list[ColumnElement[bool]] = [own]
    if wanted.words:
        columns = (AuditEvent.summary, AuditEvent.actor_name, AuditEvent.address)
        conditions.append(or_(*(column.contains(wanted.words, autoescape=True) for column in columns)))
    if wanted.kind:
        conditions.append(AuditEvent.action.startswith(wanted.kind + ".", autoescape=True))
    if wanted.since_on is not None:
        conditions.append(AuditEvent.at >= _midnight(wanted.since_on))
    if wanted.until_on is not None:
        conditions.append(AuditEvent.at < _midnight(wanted.until_on + timedelta(days=1)))
    return conditions


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE).astimezone(UTC)
