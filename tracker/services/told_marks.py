"""What a digest told, with whether each thing of it is owed still."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.reminding import Owed
from tracker.core.terms import AssignmentState, Channel, NoticeKind, ReplyStatus, RequestStatus, SlipStatus, TaskState
from tracker.models import (
    Assignment,
    Breakdown,
    Instruction,
    InstructionReply,
    Notification,
    Plan,
    ReminderMark,
    Slip,
    Task,
    Unit,
)

_OWED = {owed.value: owed for owed in Owed}


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One thing a person was told of; `rung` is known by its working days, `link` is a path."""

    owed: Owed
    is_owed: bool
    rung: int
    anchor_on: date
    plan_id: int | None
    unit_id: int
    jurisdiction_id: int
    unit_name: str
    plan_title: str
    label: str
    link: str


def marks_of(
    session: Session, digests: Sequence[Notification], *, today: date
) -> dict[tuple[int, date], list[MarkRow]]:
    """Gives what each of these digests told, by person and day, the oldest debts first.

    The marks hang on the message in the inbox, whatever other ways it goes.
    """
    found: dict[tuple[int, date], list[MarkRow]] = defaultdict(list)
    user_ids, days = {row.user_id for row in digests}, {row.day_on for row in digests}
    rows = [*_on_duties(session, user_ids, days, today), *_on_replies(session, user_ids, days)]
    for person, row in sorted(rows, key=lambda each: each[1].anchor_on):
        found[person].append(row)
    return found


def _on_duties(
    session: Session, user_ids: set[int], days: set[date], today: date
) -> Iterator[tuple[tuple[int, date], MarkRow]]:
    query = (
        _told(user_ids, days)
        .add_columns(
            *(Assignment.plan_id, Assignment.unit_id, Assignment.jurisdiction_id, Assignment.task_id),
            *(Task.number, Task.part, Task.title, Plan.title.label("plan_title"), Unit.name.label("unit_name")),
            _is_owed(today).label("is_owed"),
        )
        .join(Assignment, Assignment.id == ReminderMark.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )
    for row in session.execute(query):
        part = f"（第{row.part}部分）" if row.part else ""
        label, link = f"{row.number}{row.title}{part}", f"/tasks/{row.task_id}"
        yield _row(row, bool(row.is_owed), row.plan_title, label, link)


def _on_replies(session: Session, user_ids: set[int], days: set[date]) -> Iterator[tuple[tuple[int, date], MarkRow]]:
    query = (
        _told(user_ids, days)
        .add_columns(
            *(Instruction.plan_id, InstructionReply.unit_id, Instruction.jurisdiction_id, InstructionReply.status),
            *(Instruction.text, Instruction.id.label("instruction_id"), Unit.name.label("unit_name")),
        )
        .join(InstructionReply, InstructionReply.id == ReminderMark.reply_id)
        .join(Instruction, Instruction.id == InstructionReply.instruction_id)
        .join(Unit, Unit.id == InstructionReply.unit_id)
    )
    for row in session.execute(query):
        link = f"/instructions/{row.instruction_id}"
        yield _row(row, row.status is ReplyStatus.OWED, "领导批示", row.text[:40], link)


def _row(row: Any, is_owed: bool, plan_title: str, label: str, link: str) -> tuple[tuple[int, date], MarkRow]:
    return (row.user_id, row.day_on), MarkRow(
        owed=_OWED[row.kind],
        is_owed=is_owed,
        rung=row.rung,
        anchor_on=row.anchor_on,
        plan_id=row.plan_id,
        unit_id=row.unit_id,
        jurisdiction_id=row.jurisdiction_id,
        unit_name=row.unit_name,
        plan_title=plan_title,
        label=label,
        link=link,
    )


def _told(user_ids: set[int], days: set[date]) -> Select[Any]:
    return (
        select(
            *(Notification.user_id, Notification.day_on),
            *(ReminderMark.kind, ReminderMark.anchor_on, ReminderMark.rung),
        )
        .join(ReminderMark, ReminderMark.notification_id == Notification.id)
        .where(
            ReminderMark.was_skipped.is_(False),
            Notification.user_id.in_(user_ids),
            Notification.day_on.in_(days),
            Notification.kind == NoticeKind.DIGEST,
            Notification.channel == Channel.INBOX,
        )
    )


def _is_owed(today: date) -> ColumnElement[bool]:
    """Whether what a mark tells is owed as it was then: a date that has moved is told anew, by its own ladder."""
    anchor_on, kind = ReminderMark.anchor_on, ReminderMark.kind
    is_issued = and_(Assignment.state == AssignmentState.ISSUED, Task.state == TaskState.IN_PROGRESS)
    is_running = and_(Assignment.state == AssignmentState.IN_PROGRESS, Task.state == TaskState.IN_PROGRESS)
    handed_in = (RequestStatus.ASKED, RequestStatus.GRANTED)
    is_divided = exists().where(
        Breakdown.task_id == Task.id,
        Breakdown.year == today.year,
        Breakdown.status.in_(handed_in),
    )
    has_slip = exists().where(
        Slip.assignment_id == Assignment.id,
        Slip.reply_by_on == anchor_on,
        Slip.status.in_((SlipStatus.ISSUED, SlipStatus.REJECTED)),
    )
    return case(
        (kind == Owed.ACKNOWLEDGE.value, is_issued),
        (kind == Owed.ANSWER_SLIP.value, has_slip),
        (kind == Owed.BREAK_DOWN.value, and_(is_running, ~is_divided)),
        (kind == Owed.FINISH.value, and_(is_running, func.coalesce(Assignment.due_on, Task.due_on) == anchor_on)),
        (kind == Owed.FILE.value, and_(is_running, Assignment.report_opens_on <= anchor_on)),
        (kind == Owed.STALE.value, and_(is_running, Assignment.unknown_on <= today)),
        else_=or_(is_issued, is_running),
    )
