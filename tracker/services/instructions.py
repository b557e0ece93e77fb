"""Instructions of leaders (批示) on a plan, a unit or a task: given, sorted by the officer, answered where owed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Action, Need, Relation, Situation
from tracker.core.acts import allowed, check, check_inputs
from tracker.core.permissions import Actor
from tracker.core.terms import InstructionSort, InstructionStatus, NoticeKind, ReplyStatus, Role, TaskState
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Instruction, InstructionReply, Jurisdiction, Plan, Task, Unit, User
from tracker.services import audit
from tracker.services.access import find_plan, find_task, instruction_scope
from tracker.services.announcements import name_of
from tracker.services.audiences import UNIT_ROLES
from tracker.services.notices import Notice, people_with, tell
from tracker.services.situations import asking


@dataclass(frozen=True, slots=True)
class Target:
    """What an instruction is on: exactly one of a plan, a task, a unit."""

    plan_id: int | None = None
    task_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sorting:
    """What the officer makes of an instruction: for which units, and by when they owe a reply (办理)."""

    sort: InstructionSort
    unit_ids: tuple[int, ...] = ()
    reply_by_on: date | None = None


def find_target(session: Session, actor: Actor, target: Target) -> Plan | Task | Unit:
    """Gives what an instruction is to be on. Raises NotFound out of sight."""
    if target.task_id is not None:
        return find_task(session, actor, target.task_id)
    if target.plan_id is not None:
        return find_plan(session, actor, target.plan_id)
    unit = session.get(Unit, target.unit_id) if target.unit_id is not None else None
    if unit is None or unit.jurisdiction_id != actor.jurisdiction_id or not actor.sees_jurisdiction:
        raise NotFound("没有找到批示的对象，或者您没有查看它的权限。")
    return unit


def name_of_target(target: Plan | Task | Unit) -> str:
    """Gives what an instruction is on as messages name it."""
    if isinstance(target, Task):
        return name_of(target)
    return f"《{target.title}》" if isinstance(target, Plan) else target.name


def instruct(
    session: Session, actor: Actor, target: Target, text: str, *, leader_id: int | None = None, now: datetime
) -> Instruction:
    """Records a leader's instruction and tells the officers, who sort it.

    Takes `leader_id` where somebody else enters it; a delegate's instruction is that of the leader whose role it is.
    """
    on = find_target(session, actor, target)
    _check_giving(session, actor, on, now=now)
    check_inputs(Action.INSTRUCT, {"words": text})
    instruction = Instruction(
        jurisdiction_id=actor.jurisdiction_id,
        plan_id=target.plan_id,
        task_id=target.task_id,
        unit_id=target.unit_id,
        leader_id=leader_id or _whose(actor),
        text=text.strip(),
        given_on=actor.day(office_date(now)),
        entered_by_id=actor.user_id,
        entered_at=now,
        status=InstructionStatus.ENTERED,
    )
    session.add(instruction)
    session.flush()
    _record(session, actor, Action.INSTRUCT, instruction, instruction.text, now=now)
    officers = people_with(session, [Role.OFFICER], on=office_date(now), jurisdiction_id=actor.jurisdiction_id)
    _tell(session, actor, officers, instruction, "领导作出批示，请分办", instruction.text, now=now)
    return instruction


def _check_giving(session: Session, actor: Actor, on: Plan | Task | Unit, *, now: datetime) -> None:
    if isinstance(on, Task):
        check(Action.INSTRUCT, asking(session, actor, [on], today=office_date(now)).of_task(on))
    elif not allowed(Action.INSTRUCT, roles=actor.roles, relations=frozenset({Relation.JURISDICTION})):
        raise NotAllowed("只有领导可以作出批示。")


def _whose(actor: Actor) -> int:
    delegators = [each.by_id for each in actor.delegated if each.role is Role.LEADER]
    return delegators[0] if delegators else actor.user_id


def sort_instruction(
    session: Session, actor: Actor, instruction_id: int, sorting: Sorting, *, version: int, now: datetime
) -> Instruction:
    """Sorts an instruction (分办): for reading (阅知, 阅研) or for units to handle and answer by a day (办理).

    Raises Invalid where units or the day are missing.
    """
    instruction = find_instruction(session, actor, instruction_id)
    check(Action.SORT_INSTRUCTION, _situation(session, actor, instruction))
    _refuse_stale(instruction, version)
    units = _check_sorting(session, actor, sorting, today=office_date(now))
    owes = sorting.sort is InstructionSort.HANDLE
    instruction.sort, instruction.reply_by_on = sorting.sort, sorting.reply_by_on if owes else None
    instruction.status = InstructionStatus.OWED if owes else InstructionStatus.NOTED
    instruction.sorted_by_id, instruction.sorted_at = actor.user_id, now
    status = ReplyStatus.OWED if owes else ReplyStatus.NOTED
    session.add_all(InstructionReply(instruction=instruction, unit=unit, status=status) for unit in units)
    session.flush()
    names = "、".join(unit.name for unit in units)
    by = f"，{sorting.reply_by_on}前回复" if owes else ""
    _record(session, actor, Action.SORT_INSTRUCTION, instruction, f"{sorting.sort.label}：{names}{by}", now=now)
    people = [
        person for unit in units for person in people_with(session, UNIT_ROLES, on=office_date(now), unit_id=unit.id)
    ]
    what = f"领导批示，请{sorting.reply_by_on}前回复" if owes else f"领导批示，请{sorting.sort.label}"
    _tell(session, actor, people, instruction, what, f"{instruction.leader.name}批示：{instruction.text}", now=now)
    return instruction


def _check_sorting(session: Session, actor: Actor, sorting: Sorting, *, today: date) -> Sequence[Unit]:
    query = select(Unit).where(Unit.jurisdiction_id == actor.jurisdiction_id, Unit.id.in_(sorting.unit_ids))
    units = session.scalars(query.order_by(Unit.position, Unit.id)).all()
    wrong = {}
    if len(units) != len(set(sorting.unit_ids)):
        raise NotFound("所选单位中有的不存在。")
    if sorting.sort is InstructionSort.HANDLE:
        if not units:
            wrong["unit"] = "办理须选择承办单位。"
        if sorting.reply_by_on is None or sorting.reply_by_on < today:
            wrong["reply_by_on"] = "办理须填写不早于今天的回复期限。"
    if wrong:
        raise Invalid(wrong)
    return units


def answer_instruction(
    session: Session, actor: Actor, reply_id: int, *, version: int, words: str, now: datetime
) -> InstructionReply:
    """Answers an instruction for one unit (回复批示)."""
    reply = _acting_on(session, actor, Action.ANSWER_INSTRUCTION, reply_id, version)
    check_inputs(Action.ANSWER_INSTRUCTION, {"reply": words})
    reply.status, reply.reply = ReplyStatus.ANSWERED, words.strip()
    reply.replied_on, reply.replied_by_id = actor.day(office_date(now)), actor.user_id
    instruction = reply.instruction
    _record(session, actor, Action.ANSWER_INSTRUCTION, instruction, f"{reply.unit.name}：{reply.reply}", now=now)
    officers = people_with(session, [Role.OFFICER], on=office_date(now), jurisdiction_id=instruction.jurisdiction_id)
    _tell(session, actor, officers, instruction, f"{reply.unit.name}回复了批示，请审核", reply.reply, now=now)
    return reply


def pass_answer(session: Session, actor: Actor, reply_id: int, *, version: int, words: str, now: datetime) -> None:
    """Passes one unit's answer; with the last one the instruction is done."""
    reply = _acting_on(session, actor, Action.PASS_ANSWER, reply_id, version)
    _decide(reply, actor, ReplyStatus.PASSED, words, now)
    session.flush()
    instruction = reply.instruction
    if all(each.status is ReplyStatus.PASSED for each in instruction.replies):
        instruction.status = InstructionStatus.DONE
    _told(session, actor, Action.PASS_ANSWER, reply, "批示回复已审结", now=now)


def send_back_answer(
    session: Session, actor: Actor, reply_id: int, *, version: int, reason: str, now: datetime
) -> None:
    """Sends one unit's answer back: it owes one again."""
    reply = _acting_on(session, actor, Action.SEND_BACK_ANSWER, reply_id, version)
    check_inputs(Action.SEND_BACK_ANSWER, {"reason": reason})
    _decide(reply, actor, ReplyStatus.OWED, reason, now)
    _told(session, actor, Action.SEND_BACK_ANSWER, reply, "批示回复已退回，请补充", now=now)


def _decide(reply: InstructionReply, actor: Actor, status: ReplyStatus, words: str, now: datetime) -> None:
    reply.status, reply.decision = status, words.strip()
    reply.decided_by_id, reply.decided_at = actor.user_id, now


def _told(session: Session, actor: Actor, action: Action, reply: InstructionReply, what: str, *, now: datetime) -> None:
    words = f"{reply.unit.name}：{reply.decision}" if reply.decision else reply.unit.name
    _record(session, actor, action, reply.instruction, words, now=now)
    people = people_with(session, UNIT_ROLES, on=office_date(now), unit_id=reply.unit_id)
    _tell(session, actor, people, reply.instruction, what, reply.decision, now=now)


def find_instruction(session: Session, actor: Actor, instruction_id: int) -> Instruction:
    """Gives one instruction. Raises NotFound when it does not exist or is not the actor's to see."""
    found = session.scalar(select(Instruction).where(instruction_scope(actor), Instruction.id == instruction_id))
    if found is None:
        raise NotFound("没有找到这件批示，或者您没有查看它的权限。")
    return found


def find_reply(session: Session, actor: Actor, reply_id: int) -> InstructionReply:
    """Gives one unit's reply. Raises NotFound when it is another unit's or out of sight."""
    reply = session.get(InstructionReply, reply_id)
    if reply is None or not (actor.sees_jurisdiction or reply.unit_id == actor.unit_id):
        raise NotFound("没有找到这件批示的回复，或者您没有查看它的权限。")
    find_instruction(session, actor, reply.instruction_id)
    return reply


def _acting_on(session: Session, actor: Actor, action: Action, reply_id: int, version: int) -> InstructionReply:
    reply = find_reply(session, actor, reply_id)
    check(action, reply_situation(session, actor, reply))
    _refuse_stale(reply, version)
    return reply


def _refuse_stale(record: Instruction | InstructionReply, version: int) -> None:
    if record.version != version:
        raise Conflict("就在您办理的时候，他人已经办理了这件批示。请查看最新内容。")


def reply_situation(session: Session, actor: Actor, reply: InstructionReply) -> Situation:
    """Gives how the actor stands to one unit's reply."""
    return _situation(session, actor, reply.instruction, reply)


def instruction_situation(session: Session, actor: Actor, instruction: Instruction) -> Situation:
    """Gives how the actor stands to an instruction as a whole."""
    return _situation(session, actor, instruction)


def _situation(
    session: Session, actor: Actor, instruction: Instruction, reply: InstructionReply | None = None
) -> Situation:
    place = session.get_one(Jurisdiction, instruction.jurisdiction_id)
    relations = {Relation.JURISDICTION} if instruction.jurisdiction_id == actor.jurisdiction_id else set()
    is_of_unit = reply is not None and actor.unit_id == reply.unit_id
    if is_of_unit:
        relations.add(Relation.OWN_DUTY)
    is_own = reply is not None and (reply.replied_by_id in actor.persons() or (is_of_unit and actor.is_office))
    return Situation(
        roles=actor.roles,
        relations=frozenset(relations),
        # The table asks nothing of a task here: the rows of instructions hold in any state.
        task_state=TaskState.IN_PROGRESS,
        request_status=reply.status if reply is not None else instruction.status,
        is_one_person=place.is_one_person,
        unmet=frozenset({Need.NOT_OWN_WORK}) if is_own and not place.is_one_person else frozenset(),
    )


def target_of(session: Session, instruction: Instruction) -> Plan | Task | Unit:
    """Gives what an instruction is on."""
    if instruction.task_id is not None:
        return session.get_one(Task, instruction.task_id)
    if instruction.plan_id is not None:
        return session.get_one(Plan, instruction.plan_id)
    return session.get_one(Unit, instruction.unit_id)


def _record(
    session: Session, actor: Actor, action: Action, instruction: Instruction, words: str, *, now: datetime
) -> None:
    session.flush()
    on = target_of(session, instruction)
    kind = type(on).__name__.lower()
    summary = f"{action.label}：{name_of_target(on)}"
    detail = {"words": words, "instruction": instruction.id}
    audit.record(session, actor, f"{kind}.{action.value}", on, summary=summary, now=now, **detail)


def _tell(
    session: Session,
    actor: Actor,
    people: Iterable[User],
    instruction: Instruction,
    what: str,
    words: str,
    *,
    now: datetime,
) -> None:
    on = name_of_target(target_of(session, instruction))
    notice = Notice(
        kind=NoticeKind.INSTRUCTION,
        topic=f"instruction:{instruction.id}:{what[:40]}",
        subject=f"{what}：{on}",
        body=words,
        link=f"/instructions/{instruction.id}",
    )
    tell(session, [person for person in people if person.id != actor.user_id], notice, now=now)
