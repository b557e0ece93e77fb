"""Dates of lights computed anew after the working days or a rule have changed, and which of them moved.

Nothing is kept for the report: the history of duties says how each stood before and after that instant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.lights import DAY_OF
from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.errors import NotFound
from tracker.models import Assignment, AssignmentHistory, AuditEvent, Plan, Task, Unit
from tracker.services import audit
from tracker.services.lights import refresh_all_lights

PAGE_SIZE = 50
ACTION = "calendar.recompute"
_WHAT = {"due_on": "现定时限", "report_opens_on": "应报送日", "report_missed_on": "未报送日"} | {
    attribute: f"{light.label}日" for light, attribute in DAY_OF.items()
}
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Move:
    """One date of a task that moved, for these units: None stands for a light that never comes."""

    task_id: int
    plan: str
    number: str
    title: str
    units: tuple[str, ...]
    what: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One computing anew: its event, how many tasks were looked at, and how many have a date that moved."""

    event_id: int
    at: datetime
    cause: str
    looked_at: int
    moved: int


def recompute(session: Session, actor: Actor | None, *, cause: str, now: datetime) -> Recomputed:
    """Computes every light date anew, in all jurisdictions, and leaves an event that says how many tasks moved.

    Takes `cause`, what has changed, in Chinese.
    """
    looked_at = refresh_all_lights(session, now=now)
    moved = _count(session, now, None)
    summary = f"{cause}：重新计算 {looked_at} 项任务，{moved} 项的日期有变动"
    facts = {"cause": cause, "looked_at": looked_at, "moved": moved}
    event = audit.record(session, actor, ACTION, None, summary=summary, now=now, **facts)
    session.flush()
    return _recomputed(event)


def every_move(session: Session, recomputed: Recomputed) -> Iterator[Move]:
    """Gives what moved in all jurisdictions, by plan and in the order of print."""
    return _moves(session, _pairs(recomputed.at, None))


def last_recomputed(session: Session) -> Recomputed | None:
    """Gives the last computing anew, None where there was none; working days are those of every jurisdiction."""
    event = session.scalar(
        select(AuditEvent).where(AuditEvent.action == ACTION).order_by(AuditEvent.id.desc()).limit(1)
    )
    return _recomputed(event) if event is not None else None


def find_recomputed(session: Session, event_id: int) -> Recomputed:
    """Gives one computing anew. Raises NotFound for the event of another act."""
    event = session.scalar(select(AuditEvent).where(AuditEvent.action == ACTION, AuditEvent.id == event_id))
    if event is None:
        raise NotFound("没有找到这次重新计算的记录。")
    return _recomputed(event)


def moves(session: Session, actor: Actor, recomputed: Recomputed, *, number: int) -> Page[Move]:
    """Gives what moved in the actor's jurisdiction: all dates of the tasks of one page, counted by task."""
    total = _count(session, recomputed.at, actor.jurisdiction_id)
    pairs = _pairs(recomputed.at, actor.jurisdiction_id)
    start = offset(number, PAGE_SIZE)
    order = (Plan.id, Task.position, Task.id)
    page = pairs.with_only_columns(Task.id).group_by(*order).order_by(None).order_by(*order)
    ids = list(session.scalars(page.limit(PAGE_SIZE).offset(start)))
    rows = list(_moves(session, pairs.where(Task.id.in_(ids)))) if ids else []
    return Page(rows, max(number, 1), total, PAGE_SIZE)


def all_moves(session: Session, actor: Actor, recomputed: Recomputed) -> list[Move]:
    """Gives everything that moved in the actor's jurisdiction, for an export of exactly what is shown."""
    return list(_moves(session, _pairs(recomputed.at, actor.jurisdiction_id)))


def _recomputed(event: AuditEvent) -> Recomputed:
    return Recomputed(event.id, event.at, event.detail["cause"], event.detail["looked_at"], event.detail["moved"])


_Old, _New = aliased(AssignmentHistory), aliased(AssignmentHistory)


def _pairs(at: datetime, jurisdiction_id: int | None) -> Select[Any]:
    """Every duty whose dates are others since an instant, as it stood before and after."""
    columns = [column for name in _WHAT for column in (getattr(_Old, name), getattr(_New, name).label(f"new_{name}"))]
    query = (
        select(Task.id, Plan.title.label("plan"), Task.number, Task.part, Task.title, Unit.name.label("unit"), *columns)
        .select_from(Plan)
        .join(_New, (_New.plan_id == Plan.id) & (_New.recorded_from_at == at))
        .join(_Old, (_Old.assignment_id == _New.assignment_id) & (_Old.recorded_until_at == at))
        .join(Task, Task.id == _New.task_id)
        .join(Assignment, Assignment.id == _New.assignment_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(or_(*(getattr(_Old, name).is_distinct_from(getattr(_New, name)) for name in _WHAT)))
        .order_by(Plan.id, Task.position, Task.id, Assignment.position, Assignment.id)
    )
    return query if jurisdiction_id is None else query.where(Plan.jurisdiction_id == jurisdiction_id)


def _count(session: Session, at: datetime, jurisdiction_id: int | None) -> int:
    tasks = _pairs(at, jurisdiction_id).with_only_columns(Task.id).order_by(None).distinct().subquery()
    return session.scalar(select(func.count()).select_from(tasks)) or 0


def _moves(session: Session, pairs: Select[Any]) -> Iterator[Move]:
    for _, rows in groupby(session.execute(pairs.execution_options(yield_per=_CHUNK)), key=lambda row: row.id):
        yield from _of_task(list(rows))


def _of_task(rows: Sequence[Any]) -> Iterator[Move]:
    """One line for each date and its move, with all the units that share it."""
    units: dict[tuple[str, date | None, date | None], list[str]] = {}
    for row in rows:
        for name in _WHAT:
            before, after = getattr(row, name), getattr(row, f"new_{name}")
            if before != after:
                units.setdefault((name, before, after), []).append(row.unit)
    task = rows[0]
    number = f"{task.number}（第{task.part}部分）" if task.part else task.number
    for (name, before, after), names in units.items():
        yield Move(task.id, task.plan, number, task.title, tuple(names), _WHAT[name], before, after)
