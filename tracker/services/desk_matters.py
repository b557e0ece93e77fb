"""Slips (督办单) and instructions (批示) on the desks: what a unit owes, what the office sorts and judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from tracker.core.permissions import Actor
from tracker.core.slips import paper_name
from tracker.core.terms import InstructionStatus, ReplyStatus, Role, SlipForm, SlipLevel, SlipStatus
from tracker.models import Assignment, Instruction, InstructionReply, Plan, Slip, Task, Unit, User
from tracker.services.desk_rows import Line, Section, Today, section, task_label
from tracker.services.slip_rows import unanswered_after

MOST = 200
# A union forgets which column is a member of which enum.
_FORMS: dict[str, SlipForm] = {form.value: form for form in SlipForm}
_LEVELS: dict[str, SlipLevel] = {level.value: level for level in SlipLevel}


def unit_matters(session: Session, actor: Actor, today: Today) -> list[Section]:
    """Gives the slips and instructions a unit owes an answer to, the nearest first."""
    owed = (SlipStatus.ISSUED, SlipStatus.REJECTED)
    slips = _slips("slips", Slip.status.in_(owed), Assignment.unit_id == actor.unit_id)
    replies = _replies(
        "replies", InstructionReply.status == ReplyStatus.OWED, InstructionReply.unit_id == actor.unit_id
    )
    found = _lines(session, [slips, replies], today)
    return [
        section("instructions", "待回复的批示", found["replies"]),
        section("slips", "待回复的督办单", found["slips"]),
    ]


def office_matters(session: Session, actor: Actor, today: Today) -> list[Section]:
    """Gives the instructions to sort, the answers to judge, and the slips whose answer is overdue."""
    here = Slip.jurisdiction_id == actor.jurisdiction_id
    parts = [
        _instructions("sort", Instruction.status == InstructionStatus.ENTERED, _is_here(actor)),
        _replies("judge", InstructionReply.status == ReplyStatus.ANSWERED, _is_here(actor)),
        _slips("judge", here, Slip.status == SlipStatus.ANSWERED),
        _slips("unanswered", here, unanswered_after(today.day), ~_is_followed()),
    ]
    found = _lines(session, parts, today)
    return [
        section("sort", "待分办的批示", found["sort"]),
        section("judge", "待审核的督办、批示回复", found["judge"]),
        section("unanswered", "逾期未回复的督办单", found["unanswered"], "可由办公室负责人发出下一级督办单。"),
    ]


def leader_matters(session: Session, actor: Actor, today: Today) -> list[Section]:
    """Gives a leader's own instructions that are not done, and the answers that came."""
    mine = Instruction.leader_id.in_(actor.persons(Role.LEADER))
    open_ones = (InstructionStatus.ENTERED, InstructionStatus.OWED)
    found = _lines(session, [_instructions("mine", mine, Instruction.status.in_(open_ones))], today)
    return [section("mine", "我的批示办理情况", found["mine"])]


def _is_here(actor: Actor) -> ColumnElement[bool]:
    return Instruction.jurisdiction_id == actor.jurisdiction_id


def _is_followed() -> ColumnElement[bool]:
    later = aliased(Slip)
    return select(later.id).where(later.assignment_id == Slip.assignment_id, later.id > Slip.id).exists()


def _slips(key: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    query = (
        select(
            *(literal(key).label("key"), Slip.id.label("slip_id"), null().label("instruction_id")),
            *(Unit.name.label("unit"), Slip.reply_by_on.label("day"), Slip.number.label("name")),
            *(Slip.form.label("form"), Slip.level.label("level"), null().label("leader"), null().label("text")),
            *(Task.number.label("number"), Task.part.label("part"), Task.title.label("title")),
        )
        .join(Assignment, Assignment.id == Slip.assignment_id)
        .join(Task, Task.id == Slip.task_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )
    return query.where(*conditions).order_by(Slip.reply_by_on, Slip.id).limit(MOST)


def _of_instructions(key: str, unit: Any, query: Select[Any]) -> Select[Any]:
    leader, on_unit = aliased(User), aliased(Unit)
    task = (Task.number.label("number"), Task.part.label("part"))
    query = query.add_columns(
        *(literal(key).label("key"), null().label("slip_id"), Instruction.id.label("instruction_id")),
        *(unit.label("unit"), Instruction.reply_by_on.label("day"), on_unit.name.label("name")),
        *(null().label("form"), null().label("level"), leader.name.label("leader"), Instruction.text.label("text")),
        *(*task, Task.title.label("title")),
    )
    query = query.join(leader, leader.id == Instruction.leader_id)
    query = query.outerjoin(Task, Task.id == Instruction.task_id).outerjoin(Plan, Plan.id == Instruction.plan_id)
    return query.outerjoin(on_unit, on_unit.id == Instruction.unit_id)


def _replies(key: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    unit = aliased(Unit)
    query = select().select_from(InstructionReply).join(Instruction, Instruction.id == InstructionReply.instruction_id)
    query = _of_instructions(key, unit.name, query.join(unit, unit.id == InstructionReply.unit_id))
    return query.where(*conditions).order_by(Instruction.reply_by_on, InstructionReply.id).limit(MOST)


def _instructions(key: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    query = _of_instructions(key, null(), select().select_from(Instruction))
    return query.where(*conditions).order_by(Instruction.id).limit(MOST)


def _lines(session: Session, parts: Iterable[Select[Any]], today: Today) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for row in session.execute(union_all(*(select(part.subquery()) for part in parts))):
        found[row.key].append(_line(row, today))
    for lines in found.values():
        lines.sort(key=lambda line: (line.due_on is None, line.due_on))
    return found


def _line(row: Any, today: Today) -> Line:
    place = task_label(row.number, row.part, row.title) if row.title else row.name or ""
    if row.slip_id is not None:
        title = f"{paper_name(_FORMS[row.form], _LEVELS[row.level])}{row.name}"
        note = f"{row.unit}　{place}"
    else:
        title = f"{row.leader}批示：{row.text[:60]}"
        note = "　".join(filter(None, (row.unit, place)))
    late = today.late(row.day)
    return Line(
        title,
        note,
        shown="late" if late is not None else "",
        due_on=row.day,
        workdays=late if late is not None else today.left(row.day),
        link=f"/slips/{row.slip_id}" if row.slip_id is not None else f"/instructions/{row.instruction_id}",
    )
