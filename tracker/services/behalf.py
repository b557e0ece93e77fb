"""Acts of units and instructions of leaders that the office enters for them (代录): with source, day received and scan.

The day it was received is the day that counts; the trail keeps the time at which it was entered, and by whom.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.permissions import Actor, Entering
from tracker.core.terms import BehalfSource, Role
from tracker.db import office_date
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.models import BehalfEntry, Instruction, StoredFile, Task, Unit, User
from tracker.services.access import instruction_scope, task_scope
from tracker.services.attachments import Download, Upload, clean_name, keep_file
from tracker.services.notices import people_with

_UNIT_ROLES = frozenset({Role.LIAISON, Role.UNIT_HEAD})


@dataclass(frozen=True, slots=True)
class Received:
    """How what is entered came to the office: its source, the day, a scan of it."""

    source: BehalfSource
    received_on: date
    note: str = ""
    scan: Upload | None = None
    limit_bytes: int = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose act it is: a unit's or a leader's."""

    unit_id: int | None = None
    leader_id: int | None = None


def enter(
    session: Session,
    actor: Actor,
    whose: Whose,
    received: Received,
    action: Action,
    done: Callable[[Actor], Any],
    *,
    now: datetime,
) -> Any:
    """Does an act for a unit or a leader and keeps how it was received. Gives what `done` gives: the records made.

    Takes `done`, which is called with the actor who stands in for them; it can do no more than they could themselves,
    as of the day received. Raises NotAllowed for anybody outside the office, Invalid for a day that cannot be.
    """
    stand_in = stand_in_for(session, actor, whose, received, today=office_date(now))
    made = done(stand_in)
    session.flush()
    stored = keep_file(session, received.scan, received.limit_bytes, field="scan") if received.scan else None
    for record in made if isinstance(made, Sequence) else [made]:
        task_id = _task_of(record)
        _refuse_too_early(session, task_id, received)
        entry = BehalfEntry(
            jurisdiction_id=actor.jurisdiction_id,
            action=action.value,
            subject_type=type(record).__name__,
            subject_id=record.id,
            task_id=task_id,
            unit_id=whose.unit_id,
            leader_id=whose.leader_id,
            source=received.source,
            received_on=received.received_on,
            note=received.note[:200],
            sha256=stored.sha256 if stored else None,
            filename=clean_name(received.scan.filename) if received.scan else "",
            entered_by_id=actor.user_id,
            entered_at=now,
        )
        session.add(entry)
    session.flush()
    return made


def stand_in_for(session: Session, actor: Actor, whose: Whose, received: Received, *, today: date) -> Actor:
    """Gives the actor who enters an act for a unit or a leader, with their rights and the officer's own key."""
    if not actor.is_office:
        raise NotAllowed("代录由领导小组办公室办理。")
    if received.received_on > today:
        raise Invalid({"received_on": "收到日期不能晚于今天。"})
    if whose.leader_id is not None:
        leader = _leader(session, actor, whose.leader_id, received.received_on)
        entering = Entering(leader.name, received.source.label, received.received_on)
        return replace(actor, roles=frozenset({Role.LEADER}), delegated=(), entering=entering)
    unit = session.get(Unit, whose.unit_id) if whose.unit_id is not None else None
    if unit is None or unit.jurisdiction_id != actor.jurisdiction_id:
        raise NotFound("没有找到这个单位，或者您没有查看它的权限。")
    entering = Entering(unit.name, received.source.label, received.received_on)
    return replace(actor, unit_id=unit.id, roles=_UNIT_ROLES, delegated=(), entering=entering)


def _leader(session: Session, actor: Actor, leader_id: int, on: date) -> User:
    leaders = people_with(session, [Role.LEADER], on=on, jurisdiction_id=actor.jurisdiction_id)
    leader = next((person for person in leaders if person.id == leader_id), None)
    if leader is None:
        raise Invalid({"leader_id": "请选择当日在任的领导。"})
    return leader


def _task_of(record: Any) -> int | None:
    if isinstance(record, Task):
        return record.id
    duty = getattr(record, "assignment", None)
    instruction = getattr(record, "instruction", None)
    task_id: int | None = getattr(record, "task_id", None)
    if task_id is None and duty is not None:
        task_id = duty.task_id
    return instruction.task_id if task_id is None and instruction is not None else task_id


def _refuse_too_early(session: Session, task_id: int | None, received: Received) -> None:
    task = session.get(Task, task_id) if task_id is not None else None
    if task is not None and task.issued_on is not None and received.received_on < task.issued_on:
        raise Invalid({"received_on": f"收到日期不能早于交办日期（{task.issued_on}）。"})


@dataclass(frozen=True, slots=True)
class BehalfRow:
    """That something was entered for a unit or a leader, as pages show it."""

    id: int
    whose: str
    source: str
    received_on: date
    note: str
    filename: str
    entered_by: str
    entered_at: datetime


def behalf_rows(
    session: Session, *, task_id: int | None = None, subjects: Sequence[tuple[str, int]] = ()
) -> dict[tuple[str, int], BehalfRow]:
    """Gives how records were received, by kind and key: those of a task, or these; the last where there are several."""
    kinds = {kind for kind, _ in subjects}
    keys = {key for _, key in subjects}
    of_subjects = BehalfEntry.subject_type.in_(kinds) & BehalfEntry.subject_id.in_(keys)
    query = select(BehalfEntry).where(BehalfEntry.task_id == task_id if task_id is not None else of_subjects)
    return {
        (entry.subject_type, entry.subject_id): BehalfRow(
            entry.id,
            entry.unit.name if entry.unit else entry.leader.name if entry.leader else "",
            *(entry.source.label, entry.received_on, entry.note, entry.filename, entry.entered_by.name),
            entry.entered_at,
        )
        for entry in session.scalars(query.order_by(BehalfEntry.id))
    }


def find_scan(session: Session, actor: Actor, entry_id: int) -> Download:
    """Gives the scan of an entry to the office, the leaders and the unit it is of. Raises NotFound otherwise."""
    query = (
        select(BehalfEntry.filename, StoredFile.content_type, StoredFile.data)
        .join(StoredFile, StoredFile.sha256 == BehalfEntry.sha256)
        .outerjoin(Task, Task.id == BehalfEntry.task_id)
        .where(BehalfEntry.id == entry_id, BehalfEntry.jurisdiction_id == actor.jurisdiction_id)
    )
    if not actor.sees_jurisdiction:
        instructions = select(Instruction.id).where(instruction_scope(actor))
        is_sent = (BehalfEntry.subject_type == "Instruction") & BehalfEntry.subject_id.in_(instructions)
        query = query.where(or_((BehalfEntry.unit_id == actor.unit_id) & task_scope(actor), is_sent))
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("没有找到这份扫描件，或者您没有查看它的权限。")
    return Download(row.filename, row.content_type, row.data)
