"""What the pages of instructions (批示) show: the list, one instruction with its replies, and the form to give one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.actions import Subject
from tracker.core.acts import offered
from tracker.core.paging import MOST_COUNTED, Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, InstructionSort, InstructionStatus, ReplyStatus, Role
from tracker.core.workdays import Calendar
from tracker.models import Assignment, Instruction, InstructionReply, Plan, Task, Unit, User
from tracker.services.access import instruction_scope
from tracker.services.calendar import load_calendar
from tracker.services.counting import capped
from tracker.services.desk_rows import task_label
from tracker.services.instructions import Target, find_instruction, find_target, instruction_situation, reply_situation
from tracker.services.notices import people_with
from tracker.services.task_pages import Offer

PAGE = 50


@dataclass(frozen=True, slots=True)
class InstructionFilter:
    """What a list of instructions is narrowed to; `is_overdue`: a reply is owed and its day has passed."""

    status: InstructionStatus | None = None
    sort: InstructionSort | None = None
    leader_id: int | None = None
    unit_id: int | None = None
    is_mine: bool = False
    is_overdue: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than everything."""
        return self.is_mine or self.is_overdue or any((self.status, self.sort, self.leader_id, self.unit_id))


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """Where one unit's reply stands."""

    unit: str
    status: ReplyStatus
    replied_on: date | None


@dataclass(frozen=True, slots=True)
class InstructionRow:
    """One instruction; `workdays_over` is how many working days a reply is overdue, None where none is."""

    id: int
    leader: str
    given_on: date
    text: str
    kind: str
    target: str
    task_id: int | None
    plan_id: int | None
    status: InstructionStatus
    sort: InstructionSort | None
    reply_by_on: date | None
    replies: tuple[ReplyLine, ...]
    workdays_over: int | None


@dataclass(frozen=True, slots=True)
class InstructionList:
    """A page of instructions with the choices of its filters."""

    page: Page[InstructionRow]
    leaders: tuple[tuple[int, str], ...]
    units: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One unit's reply with what this person may do to it."""

    id: int
    version: int
    unit: str
    unit_id: int
    status: ReplyStatus
    reply: str
    replied_on: date | None
    replied_by: str
    decision: str
    decided_by: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class InstructionPage:
    """One instruction with its replies; `units` are those it can be sent to, the ones concerned ticked."""

    row: InstructionRow
    version: int
    entered_by: str
    is_entered_for: bool
    replies: tuple[ReplyRow, ...]
    may_sort: bool
    units: tuple[tuple[int, str, bool], ...]
    proposed_by_on: date


def instruction_list(
    session: Session,
    actor: Actor,
    asked: InstructionFilter,
    *,
    today: date,
    number: int = 1,
    is_whole: bool = False,
) -> InstructionList:
    """Gives the instructions asked for that the actor may see, newest first: a page of them, or all for an export."""
    conditions = [instruction_scope(actor), *_conditions(actor, asked, today)]
    total = session.scalar(capped(select(Instruction.id).where(*conditions))) or 0
    size = MOST_COUNTED if is_whole else PAGE
    query = _rows().where(*conditions).order_by(Instruction.given_on.desc(), Instruction.id.desc())
    found = session.execute(query.limit(size).offset(0 if is_whole else offset(number, PAGE))).all()
    rows = _with_replies(session, actor, found, today)
    leaders = _leaders(session, actor) if actor.sees_jurisdiction else ()
    units = _units(session, actor) if actor.sees_jurisdiction else ()
    return InstructionList(Page(rows, number, total, size, is_cut=total > MOST_COUNTED), leaders, units)


def instruction_page(session: Session, actor: Actor, instruction_id: int, *, today: date) -> InstructionPage:
    """Gives one instruction; a unit sees its own reply alone. Raises NotFound when it is not the actor's to see."""
    instruction = find_instruction(session, actor, instruction_id)
    found = session.execute(_rows().where(Instruction.id == instruction_id)).all()
    may_sort = bool(offered(instruction_situation(session, actor, instruction), Subject.INSTRUCTION))
    replies = [
        reply
        for reply in sorted(instruction.replies, key=lambda reply: (reply.unit.position, reply.unit_id))
        if actor.sees_jurisdiction or reply.unit_id == actor.unit_id
    ]
    return InstructionPage(
        row=_with_replies(session, actor, found, today)[0],
        version=instruction.version,
        entered_by=instruction.entered_by.name,
        is_entered_for=instruction.entered_by_id != instruction.leader_id,
        replies=tuple(_reply_row(session, actor, reply) for reply in replies),
        may_sort=may_sort,
        units=_proposed_units(session, actor, instruction) if may_sort else (),
        proposed_by_on=load_calendar(session).add_workdays(today, 10),
    )


@dataclass(frozen=True, slots=True)
class Giving:
    """What a form to give an instruction shows; `leaders` are those an office may enter one for."""

    kind: str
    target: str
    note: str
    leaders: tuple[tuple[int, str], ...]


def giving(session: Session, actor: Actor, target: Target, *, today: date) -> Giving:
    """Gives the form for an instruction on a plan, task or unit. Raises NotFound out of sight."""
    on = find_target(session, actor, target)
    leaders = leaders_of(session, actor, today=today) if actor.is_office else ()
    if isinstance(on, Task):
        names = "、".join(f"{duty.unit.name}（{duty.role.label}）" for duty in on.assignments[:6])
        return Giving("任务", task_label(on.number, on.part, on.title), f"《{on.plan.title}》　{names}", leaders)
    if isinstance(on, Plan):
        return Giving("方案", on.title, on.doc_no, leaders)
    return Giving("单位", on.name, "", leaders)


def leaders_of(session: Session, actor: Actor, *, today: date) -> tuple[tuple[int, str], ...]:
    """Gives (id, name) of the leaders of the jurisdiction on a day."""
    people = people_with(session, [Role.LEADER], on=today, jurisdiction_id=actor.jurisdiction_id)
    return tuple((person.id, f"{person.name}{f'（{person.post}）' if person.post else ''}") for person in people)


def _conditions(actor: Actor, asked: InstructionFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.status is not None:
        conditions.append(Instruction.status == asked.status)
    if asked.sort is not None:
        conditions.append(Instruction.sort == asked.sort)
    if asked.leader_id is not None:
        conditions.append(Instruction.leader_id == asked.leader_id)
    if asked.is_mine:
        conditions.append(Instruction.leader_id.in_(actor.persons(Role.LEADER)))
    if asked.unit_id is not None:
        sent = select(InstructionReply.instruction_id).where(InstructionReply.unit_id == asked.unit_id)
        conditions.append(or_(Instruction.id.in_(sent), Instruction.unit_id == asked.unit_id))
    if asked.is_overdue:
        conditions.append(reply_overdue(actor, today))
    return conditions


def reply_overdue(actor: Actor, today: date) -> ColumnElement[bool]:
    """Gives the condition on Instruction that a reply the actor may see is owed and its day has passed."""
    owed = [InstructionReply.instruction_id == Instruction.id, InstructionReply.status == ReplyStatus.OWED]
    if not actor.sees_jurisdiction:
        owed.append(InstructionReply.unit_id == actor.unit_id)
    return and_(Instruction.reply_by_on < today, exists().where(*owed))


def _rows() -> Select[Any]:
    leader, on_unit = aliased(User), aliased(Unit)
    own = ("id", "given_on", "text", "task_id", "plan_id", "status", "sort", "reply_by_on")
    return (
        select(
            *(getattr(Instruction, name) for name in own),
            *(leader.name.label("leader"), Task.number, Task.part, Task.title),
            *(Plan.title.label("plan"), on_unit.name.label("unit")),
        )
        .join(leader, leader.id == Instruction.leader_id)
        .outerjoin(Task, Task.id == Instruction.task_id)
        .outerjoin(Plan, Plan.id == Instruction.plan_id)
        .outerjoin(on_unit, on_unit.id == Instruction.unit_id)
    )


def _with_replies(session: Session, actor: Actor, found: Sequence[Any], today: date) -> list[InstructionRow]:
    query = (
        select(InstructionReply.instruction_id, Unit.name, InstructionReply.status, InstructionReply.replied_on)
        .join(Unit, Unit.id == InstructionReply.unit_id)
        .where(InstructionReply.instruction_id.in_([row.id for row in found]))
        .order_by(Unit.position, Unit.id)
    )
    if not actor.sees_jurisdiction:
        query = query.where(InstructionReply.unit_id == actor.unit_id)
    replies: dict[int, list[ReplyLine]] = defaultdict(list)
    for key, unit, status, replied_on in session.execute(query).tuples() if found else ():
        replies[key].append(ReplyLine(unit, status, replied_on))
    calendar = load_calendar(session)
    return [_row(row, tuple(replies[row.id]), calendar, today) for row in found]


def _row(row: Any, replies: tuple[ReplyLine, ...], calendar: Calendar, today: date) -> InstructionRow:
    kind, target = ("单位", row.unit)
    if row.task_id is not None:
        kind, target = "任务", task_label(row.number, row.part, row.title)
    elif row.plan_id is not None:
        kind, target = "方案", row.plan
    is_owed = any(reply.status is ReplyStatus.OWED for reply in replies)
    is_over = is_owed and row.reply_by_on is not None and row.reply_by_on < today
    over = calendar.workdays_between(row.reply_by_on, today) if is_over else None
    facts = (row.task_id, row.plan_id, row.status, row.sort, row.reply_by_on)
    return InstructionRow(row.id, row.leader, row.given_on, row.text, kind, target, *facts, replies, over)


def _reply_row(session: Session, actor: Actor, reply: InstructionReply) -> ReplyRow:
    offers = offered(reply_situation(session, actor, reply), Subject.REPLY)
    return ReplyRow(
        *(reply.id, reply.version, reply.unit.name, reply.unit_id, reply.status, reply.reply, reply.replied_on),
        *(_name(session, reply.replied_by_id), reply.decision, _name(session, reply.decided_by_id)),
        tuple(Offer(action, hindrance) for action, hindrance in offers),
    )


def _proposed_units(session: Session, actor: Actor, instruction: Instruction) -> tuple[tuple[int, str, bool], ...]:
    """The units an instruction can be sent to: those concerned first and ticked, of a plan its leads."""
    concerned = {instruction.unit_id} if instruction.unit_id is not None else set()
    if instruction.task_id is not None:
        of_task = select(Assignment.unit_id).where(
            Assignment.task_id == instruction.task_id, Assignment.state != AssignmentState.WAIVED
        )
        concerned = set(session.scalars(of_task))
    units = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.jurisdiction_id == actor.jurisdiction_id, Unit.ended_on.is_(None))
        .order_by(Unit.position, Unit.id)
    ).tuples()
    rows = [(key, name, key in concerned) for key, name in units]
    return tuple(sorted(rows, key=lambda row: not row[2]))


def _leaders(session: Session, actor: Actor) -> tuple[tuple[int, str], ...]:
    query = select(User.id, User.name).join(Instruction, Instruction.leader_id == User.id)
    return tuple(session.execute(query.where(instruction_scope(actor)).distinct().order_by(User.id)).tuples())


def _units(session: Session, actor: Actor) -> tuple[tuple[int, str], ...]:
    query = (
        select(Unit.id, Unit.name)
        .join(InstructionReply, InstructionReply.unit_id == Unit.id)
        .where(Unit.jurisdiction_id == actor.jurisdiction_id)
    )
    return tuple(session.execute(query.distinct().order_by(Unit.id)).tuples())


def _name(session: Session, user_id: int | None) -> str:
    user = session.get(User, user_id) if user_id is not None else None
    return user.name if user is not None else ""
