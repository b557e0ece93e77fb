"""The lines of a snapshot that belong to a plan or a unit as a whole: promises, slips, instructions, papers sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from tracker.core.reckoning import Answering
from tracker.core.snapshot import InstructionLine, PromiseLine, SlipLine
from tracker.core.terms import InstructionSort, InstructionStatus, ReplyStatus, SlipStatus
from tracker.db import OFFICE_ZONE
from tracker.models import (
    Assignment,
    Indicator,
    Instruction,
    InstructionReply,
    Slip,
    Target,
    Task,
    Unit,
    Urge,
    User,
)
from tracker.services.indicators import Attained, attained
from tracker.services.plan_facts import COMPARATORS, plain_number
from tracker.services.snapshot_lines import Taking

_ANSWERED = (SlipStatus.ANSWERED, SlipStatus.PASSED)


def promise_lines(taken: Taking) -> Iterator[PromiseLine]:
    """Gives the targets and the indicators of the plans with what they promise for the year of the period."""
    plan_ids, year = list(taken.plans), str(taken.moment.as_of.year)
    reached = attained(taken.session, plan_ids, as_of=taken.moment.as_of, at=taken.moment.at)
    for target in taken.session.scalars(
        select(Target).where(Target.plan_id.in_(plan_ids)).order_by(Target.plan_id, Target.start)
    ):
        sign = COMPARATORS.get(target.comparator, target.comparator)
        promised = f"{sign}{plain_number(target.value)}{target.unit_of_measure}"
        so_far = _words(reached.get(f"target-{target.id}"))
        yield PromiseLine(target.plan_id, target.task_id, "目标值", target.name, promised, target.by, so_far)
    for row in taken.session.scalars(
        select(Indicator).where(Indicator.plan_id.in_(plan_ids)).order_by(Indicator.plan_id, Indicator.position)
    ):
        by, value = _promised(row.values or {}, year)
        promised = f"{value}{row.unit_of_measure}" if value else ""
        so_far = _words(reached.get(f"indicator-{row.id}"))
        yield PromiseLine(row.plan_id, None, "指标", row.name, promised, by, so_far)


def _words(reached: Attained | None) -> str:
    return reached.words if reached is not None else ""


def _promised(values: dict[str, Any], year: str) -> tuple[str, str]:
    """The target of this year, or of the first year after it, or the last there is."""
    targets = {when: str(cell["value"]) for when, cell in sorted(values.items()) if cell.get("role") != "actual"}
    coming = [when for when in targets if when >= year]
    chosen = coming[0] if coming else next(reversed(targets), "")
    return chosen, targets.get(chosen, "")


def slip_lines(taken: Taking) -> Iterator[SlipLine]:
    """Gives the slips of the period and those of before that were still unanswered at its end."""
    moment, begun = taken.moment, _begun(taken)
    query = (
        select(Slip, Task.plan_id, Task.title, Unit.name.label("unit"))
        .join(Task, Task.id == Slip.task_id)
        .join(Assignment, Assignment.id == Slip.assignment_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Task.plan_id.in_(list(taken.plans)), Slip.issued_at <= moment.at)
        .where(or_(Slip.issued_at >= begun, Slip.replied_on.is_(None), Slip.replied_on >= moment.span.first_on))
        .order_by(Slip.issued_at, Slip.id)
    )
    for slip, plan_id, title, unit in taken.session.execute(query):
        is_answered = slip.replied_on is not None and slip.replied_on <= moment.as_of
        standing = _standing(is_answered, slip.reply_by_on, taken)
        yield SlipLine(
            task_id=slip.task_id,
            plan_id=plan_id,
            number=slip.number,
            level=slip.level.label,
            unit=unit,
            title=title,
            issued_on=slip.issued_on.isoformat(),
            reply_by_on=slip.reply_by_on.isoformat(),
            status=slip.status.label if is_answered and slip.status in _ANSWERED else standing.label,
            standing=standing.value,
        )


def _begun(taken: Taking) -> datetime:
    return datetime.combine(taken.moment.span.first_on, time(), OFFICE_ZONE)


def _standing(is_answered: bool, reply_by_on: Any, taken: Taking) -> Answering:
    if is_answered:
        return Answering.ANSWERED
    return Answering.OVERDUE if reply_by_on < taken.moment.as_of else Answering.OPEN


def instruction_lines(taken: Taking) -> Iterator[InstructionLine]:
    """Gives the instructions on these plans of the period, and those of before that were still owed at its end."""
    moment, plan_ids = taken.moment, list(taken.plans)
    query = (
        select(Instruction, User.name.label("leader"), Task.plan_id)
        .join(User, User.id == Instruction.leader_id)
        .outerjoin(Task, Task.id == Instruction.task_id)
        .where(
            Instruction.jurisdiction_id == taken.place.id,
            Instruction.entered_at <= moment.at,
            _is_on(plan_ids),
            or_(Instruction.given_on >= moment.span.first_on, Instruction.status == InstructionStatus.OWED),
        )
        .order_by(Instruction.given_on, Instruction.id)
    )
    for found, leader, plan_id in taken.session.execute(query):
        replies = taken.session.execute(_replies(found.id)).all()
        standing = _instructed(found, replies, taken)
        yield InstructionLine(
            task_id=found.task_id,
            plan_id=found.plan_id or plan_id,
            leader=leader,
            text=found.text,
            given_on=found.given_on.isoformat(),
            reply_by_on=found.reply_by_on.isoformat() if found.reply_by_on else "",
            units="、".join(reply.name for reply in replies),
            status=found.sort.label if standing is Answering.NOTED and found.sort else standing.label,
            standing=standing.value,
        )


def _is_on(plan_ids: list[int]) -> ColumnElement[bool]:
    on_unit = Instruction.plan_id.is_(None) & Instruction.task_id.is_(None)
    return or_(Instruction.plan_id.in_(plan_ids), Task.plan_id.in_(plan_ids), on_unit)


def _replies(instruction_id: int) -> Select[Any]:
    return (
        select(Unit.name, InstructionReply.replied_on, InstructionReply.status)
        .join(Unit, Unit.id == InstructionReply.unit_id)
        .where(InstructionReply.instruction_id == instruction_id)
        .order_by(Unit.position, Unit.id)
    )


def _instructed(found: Instruction, replies: Any, taken: Taking) -> Answering:
    if found.sort is not InstructionSort.HANDLE or found.reply_by_on is None:
        return Answering.NOTED
    as_of = taken.moment.as_of
    answered = all(
        reply.status is not ReplyStatus.OWED and reply.replied_on is not None and reply.replied_on <= as_of
        for reply in replies
    )
    return _standing(bool(replies) and answered, found.reply_by_on, taken)


def count_papers(taken: Taking) -> None:
    """Counts what was sent to each unit in the period: urges, slips, instructions to reply to."""
    begun, end = _begun(taken), taken.moment.at
    plan_ids = list(taken.plans)
    urges = (
        select(Assignment.unit_id, func.count())
        .join(Urge, Urge.assignment_id == Assignment.id)
        .where(Assignment.plan_id.in_(plan_ids), Urge.urged_at >= begun, Urge.urged_at <= end)
    )
    slips = (
        select(Assignment.unit_id, func.count())
        .join(Slip, Slip.assignment_id == Assignment.id)
        .where(Assignment.plan_id.in_(plan_ids), Slip.issued_at >= begun, Slip.issued_at <= end)
    )
    for query in (urges, slips):
        for unit_id, count in taken.session.execute(query.group_by(Assignment.unit_id)):
            taken.burdens.setdefault(unit_id, Counter())["papers"] += count
    replies = (
        select(InstructionReply.unit_id, func.count())
        .join(Instruction, Instruction.id == InstructionReply.instruction_id)
        .outerjoin(Task, Task.id == Instruction.task_id)
        .where(Instruction.sorted_at >= begun, Instruction.sorted_at <= end, _is_on(plan_ids))
        .where(Instruction.jurisdiction_id == taken.place.id)
    )
    for unit_id, count in taken.session.execute(replies.group_by(InstructionReply.unit_id)):
        if unit_id in taken.units:
            taken.burdens.setdefault(unit_id, Counter())["papers"] += count
