"""Slips (督办单), instructions (批示) and unread messages on the desks, whoever's: one query for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from tracker.core.permissions import Actor
from tracker.core.slips import paper_name
from tracker.core.terms import (
    Channel,
    InstructionStatus,
    NoticeKind,
    ReplyStatus,
    Role,
    SlipForm,
    SlipLevel,
    SlipStatus,
)
from tracker.db import UTCDateTime
from tracker.models import Assignment, Instruction, InstructionReply, Notification, Slip, Task, Unit, User
from tracker.services.desk_rows import KEPT, Line, Section, Today, Unread, section, task_label
from tracker.services.slip_rows import unanswered_after

MOST = 100
UNREAD_SHOWN = 5
# A union forgets which column is a member of which enum.
_FORMS: Mapping[str, SlipForm] = {form.value: form for form in SlipForm}
_LEVELS: Mapping[str, SlipLevel] = {level.value: level for level in SlipLevel}
_KINDS: Mapping[str, NoticeKind] = {kind.value: kind for kind in NoticeKind}
_COLUMNS: Mapping[str, Any] = {
    **dict.fromkeys(("id", "part"), Integer),
    **dict.fromkeys(("key", "kind", "level", "name", "unit", "who", "text", "number", "title"), String),
    "day": Date,
    "at": UTCDateTime,
}


@dataclass(frozen=True, slots=True)
class Matters:
    """What stands on the desk of each of a person's roles."""

    of_unit: tuple[Section, ...]
    of_office: tuple[Section, ...]
    of_leader: tuple[Section, ...]
    unread: tuple[Unread, ...]


def matters(session: Session, actor: Actor, today: Today) -> Matters:
    """Gives what a unit owes answers to, what the office sorts and judges, a leader's instructions, and messages."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(_asked(actor, today.day)):
        found[row.key].append(row)
    return Matters(
        (
            _section("instructions", "待回复的批示", found, today),
            _section("slips", "待回复的督办单", found, today),
        ),
        (
            _section("sort", "待分办的批示", found, today),
            _section("judge", "待审核的督办、批示回复", found, today),
            _section("unanswered", "逾期未回复的督办单", found, today, "可由办公室负责人发出下一级督办单。"),
        ),
        (_section("mine", "我的批示办理情况", found, today),),
        tuple(Unread(row.id, _KINDS[row.kind], row.text, row.at) for row in found["unread"]),
    )


@lru_cache(maxsize=KEPT)
def _asked(actor: Actor, today: date) -> CompoundSelect[Any]:
    parts = [_unread(actor)]
    if actor.unit_id is not None and actor.roles & {Role.LIAISON, Role.UNIT_HEAD}:
        parts += _of_unit(actor)
    if actor.is_office:
        parts += _of_office(actor, today)
    if Role.LEADER in actor.roles:
        parts += _of_leader(actor)
    return union_all(*(select(part.subquery()) for part in parts))


def _section(key: str, title: str, found: Mapping[str, list[Any]], today: Today, advice: str = "") -> Section:
    rows = sorted(found.get(key, ()), key=lambda row: (row.day is None, row.day or date.max, row.id))
    return section(key, title, [_line(row, today) for row in rows], advice)


def _line(row: Any, today: Today) -> Line:
    place = task_label(row.number, row.part, row.title) if row.title else row.name or ""
    is_slip = row.level is not None
    title = f"{row.who}批示：{(row.text or '')[:60]}"
    if is_slip:
        title = f"{paper_name(_FORMS[row.kind], _LEVELS[row.level])}{row.name}"
    late = today.late(row.day)
    return Line(
        title,
        "　".join(filter(None, (row.unit, place))),
        shown="late" if late is not None else "",
        due_on=row.day,
        workdays=late if late is not None else today.left(row.day),
        link=f"/slips/{row.id}" if is_slip else f"/instructions/{row.id}",
    )


def _of_unit(actor: Actor) -> list[Select[Any]]:
    mine = InstructionReply.unit_id == actor.unit_id
    owed = Slip.status.in_((SlipStatus.ISSUED, SlipStatus.REJECTED))
    return [
        _replies("instructions", mine, InstructionReply.status == ReplyStatus.OWED),
        _slips("slips", Assignment.unit_id == actor.unit_id, owed),
    ]


def _of_office(actor: Actor, today: date) -> list[Select[Any]]:
    instructed = Instruction.jurisdiction_id == actor.jurisdiction_id
    here = Slip.jurisdiction_id == actor.jurisdiction_id
    later = aliased(Slip)
    follows = select(later.id).where(later.assignment_id == Slip.assignment_id, later.id > Slip.id).exists()
    return [
        _instructions("sort", instructed, Instruction.status == InstructionStatus.ENTERED),
        _replies("judge", instructed, InstructionReply.status == ReplyStatus.ANSWERED),
        _slips("judge", here, Slip.status == SlipStatus.ANSWERED),
        _slips("unanswered", here, unanswered_after(today), ~follows),
    ]


def _of_leader(actor: Actor) -> list[Select[Any]]:
    is_open = Instruction.status.in_((InstructionStatus.ENTERED, InstructionStatus.OWED))
    mine = Instruction.leader_id.in_(actor.persons(Role.LEADER))
    sent = select(func.count()).where(InstructionReply.instruction_id == Instruction.id)
    came = sent.where(InstructionReply.status != ReplyStatus.OWED).scalar_subquery()
    told = literal("已回复") + cast(came, String) + "/" + cast(sent.scalar_subquery(), String) + "家"
    answers = case((Instruction.status == InstructionStatus.OWED, told), else_="待分办")
    return [_given("mine", unit=answers).where(mine, is_open).order_by(Instruction.id).limit(MOST)]


def _columns(key: str, **given: Any) -> list[ColumnElement[Any]]:
    """The columns of one part of the union, typed alike in every part, as PostgreSQL wants it."""
    values = {"key": literal(key), **given}
    return [
        (type_coerce(values[name], kind) if name in values else cast(null(), kind)).label(name)
        for name, kind in _COLUMNS.items()
    ]


def _of_task() -> dict[str, Any]:
    return {"number": Task.number, "part": Task.part, "title": Task.title}


def _slips(key: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    own = {"id": Slip.id, "kind": Slip.form, "level": Slip.level, "name": Slip.number, "day": Slip.reply_by_on}
    query = (
        select(*_columns(key, **own, unit=Unit.name, **_of_task()))
        .select_from(Slip)
        .join(Assignment, Assignment.id == Slip.assignment_id)
        .join(Task, Task.id == Slip.task_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )
    return query.where(*conditions).order_by(Slip.reply_by_on, Slip.id).limit(MOST)


def _replies(key: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    answering = aliased(Unit)
    query = _given(key, unit=answering.name)
    query = query.join(InstructionReply, InstructionReply.instruction_id == Instruction.id)
    query = query.join(answering, answering.id == InstructionReply.unit_id)
    return query.where(*conditions).order_by(Instruction.reply_by_on, InstructionReply.id).limit(MOST)


def _instructions(key: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    return _given(key).where(*conditions).order_by(Instruction.id).limit(MOST)


def _given(key: str, **more: Any) -> Select[Any]:
    leader, on = aliased(User), aliased(Unit)
    own = {"id": Instruction.id, "day": Instruction.reply_by_on, "text": Instruction.text}
    return (
        select(*_columns(key, **own, who=leader.name, name=on.name, **_of_task(), **more))
        .select_from(Instruction)
        .join(leader, leader.id == Instruction.leader_id)
        .outerjoin(Task, Task.id == Instruction.task_id)
        .outerjoin(on, on.id == Instruction.unit_id)
    )


def _unread(actor: Actor) -> Select[Any]:
    own = {
        "id": Notification.id,
        "kind": Notification.kind,
        "text": Notification.subject,
        "at": Notification.created_at,
    }
    query = select(*_columns("unread", **own)).where(
        Notification.user_id == actor.user_id, Notification.channel == Channel.INBOX, Notification.read_at.is_(None)
    )
    return query.order_by(Notification.created_at.desc(), Notification.id.desc()).limit(UNREAD_SHOWN)
