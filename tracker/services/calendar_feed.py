"""A person's calendar under a secret address: what their unit owes on which day; and how the person wants messages.

Half of the address is kept in the record, the other half is made with the installation's key: who reads the database
alone cannot read the calendars. A new half ends the old address at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.core.icalendar import Entry, calendar
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import AssignmentState, DutyRole, ReplyStatus, SlipStatus, TaskState
from tracker.db import office_date
from tracker.errors import Invalid, NotFound
from tracker.models import Assignment, Instruction, InstructionReply, Plan, Slip, Task, User
from tracker.services import audit
from tracker.services.people import actor_of

_NOT_FOUND = "这个日历地址不存在或已停用。"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told: quiet hours, both or none, and whether only on working days."""

    quiet_from: time | None = None
    quiet_until: time | None = None
    workdays_only: bool = True


def wishes(session: Session, actor: Actor) -> Wishes:
    """Gives how the actor wants to be told."""
    user = session.get_one(User, actor.user_id)
    return Wishes(user.quiet_from, user.quiet_until, user.has_workday_mail_only)


def save_wishes(session: Session, actor: Actor, wanted: Wishes, *, now: datetime) -> None:
    """Changes how the actor wants to be told. Raises Invalid where one end of the quiet hours is missing."""
    if (wanted.quiet_from is None) != (wanted.quiet_until is None):
        raise Invalid({"quiet_until": "请同时填写开始和结束时间，或者都不填。"})
    user = session.get_one(User, actor.user_id)
    user.quiet_from, user.quiet_until = wanted.quiet_from, wanted.quiet_until
    user.has_workday_mail_only = wanted.workdays_only
    session.flush()
    audit.record(session, actor, "account.wishes", user, summary="修改接收提醒的时间", now=now)


def path_of(session: Session, actor: Actor, *, key: str) -> str:
    """Gives the path of the actor's calendar, "" where there is none."""
    user = session.get_one(User, actor.user_id)
    return f"/calendar/{_token(user, key)}.ics" if user.calendar_token else ""


def renew(session: Session, actor: Actor, *, now: datetime) -> None:
    """Gives the actor's calendar a new address; the one before, if any, ends at once."""
    user = session.get_one(User, actor.user_id)
    user.calendar_token = secrets.token_urlsafe(24)
    session.flush()
    audit.record(session, actor, "account.calendar", user, summary="启用或更换日历地址", now=now)


def withdraw(session: Session, actor: Actor, *, now: datetime) -> None:
    """Ends the address of the actor's calendar."""
    user = session.get_one(User, actor.user_id)
    user.calendar_token = None
    session.flush()
    audit.record(session, actor, "account.calendar", user, summary="停用日历地址", now=now)


def feed(session: Session, token: str, *, key: str, base_url: str, now: datetime) -> str:
    """Gives the calendar behind an address as text, with what the person may see now.

    Raises NotFound for an address that never was or has ended, and for a person who has left.
    """
    actor = _holder(session, token, key, office_date(now))
    entries = list(_entries(session, actor, base_url)) if actor.unit_id is not None else []
    domain = urlsplit(base_url).hostname or "localhost"
    return calendar(entries, name="任务督办", domain=domain, now=now)


def _holder(session: Session, token: str, key: str, today: date) -> Actor:
    user_id = token.partition(".")[0]
    is_number = user_id.isascii() and user_id.isdigit() and len(user_id) < 10
    user = session.get(User, int(user_id)) if is_number else None
    if user is None or not user.calendar_token or not hmac.compare_digest(_token(user, key).encode(), token.encode()):
        raise NotFound(_NOT_FOUND)
    if user.left_on and user.left_on <= today:
        raise NotFound(_NOT_FOUND)
    actor = actor_of(session, user, today=today)
    if not actor.may(Permission.TASKS_READ):
        raise NotFound(_NOT_FOUND)
    return actor


def _token(user: User, key: str) -> str:
    words = f"calendar:{user.id}:{user.calendar_token}".encode()
    return f"{user.id}.{hmac.new(key.encode(), words, hashlib.sha256).hexdigest()}"


def _entries(session: Session, actor: Actor, base_url: str) -> Iterator[Entry]:
    for row in session.execute(_due(actor)):
        yield _entry(row, "finish", f"完成：{row.number}{row.title}", f"{row.role.label}单位", base_url)
    for row in session.execute(_to_file(actor)):
        on = row.missed_on - timedelta(days=1)
        yield Entry(f"file-{on:%Y%m%d}", on, f"报送进展截止：{row.count}项", link=f"{base_url}/filing")
    for row in session.execute(_slips(actor)):
        yield _entry(row, "slip", f"回复督办单〔{row.word}〕：{row.number}{row.title}", "", base_url)
    for row in session.execute(_instructions(actor)):
        link = f"{base_url}/tasks/{row.task_id}" if row.task_id else base_url
        yield Entry(f"instruction-{row.id}", row.on, "回复批示", row.text, link)


def _entry(row: Any, kind: str, title: str, words: str, base_url: str) -> Entry:
    about = "\n".join(filter(None, (f"《{row.plan}》", words)))
    return Entry(f"{kind}-{row.id}", row.on, title, about, f"{base_url}/tasks/{row.task_id}")


def _mine(actor: Actor) -> tuple[Any, ...]:
    states = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS)
    return (
        Assignment.unit_id == actor.unit_id,
        Assignment.state.in_(states),
        Task.state.in_([TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW]),
    )


def _due(actor: Actor) -> Select[Any]:
    on = func.coalesce(Assignment.due_on, Task.due_on)
    return (
        select(
            *(Assignment.id, Assignment.task_id, Assignment.role, Task.number, Task.title),
            *(Plan.title.label("plan"), on.label("on")),
        )
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .where(
            *_mine(actor),
            on.is_not(None),
            Task.is_standing.is_(False),
            Assignment.role != DutyRole.COOPERATING,
        )
        .order_by(on, Assignment.id)
    )


def _to_file(actor: Actor) -> Select[Any]:
    """The last day on which a filing is not yet missed, with how many duties it is for."""
    return (
        select(Assignment.report_missed_on.label("missed_on"), func.count().label("count"))
        .join(Task, Task.id == Assignment.task_id)
        .where(*_mine(actor), Assignment.report_missed_on.is_not(None))
        .group_by(Assignment.report_missed_on)
        .order_by(Assignment.report_missed_on)
    )


def _slips(actor: Actor) -> Select[Any]:
    return (
        select(
            *(Slip.id, Slip.task_id, Slip.number.label("word"), Slip.reply_by_on.label("on")),
            *(Task.number, Task.title, Plan.title.label("plan")),
        )
        .join(Assignment, Assignment.id == Slip.assignment_id)
        .join(Task, Task.id == Slip.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .where(Assignment.unit_id == actor.unit_id, Slip.status.in_([SlipStatus.ISSUED, SlipStatus.REJECTED]))
        .order_by(Slip.reply_by_on, Slip.id)
    )


def _instructions(actor: Actor) -> Select[Any]:
    return (
        select(InstructionReply.id, Instruction.task_id, Instruction.text, Instruction.reply_by_on.label("on"))
        .join(Instruction, Instruction.id == InstructionReply.instruction_id)
        .where(
            InstructionReply.unit_id == actor.unit_id,
            InstructionReply.status == ReplyStatus.OWED,
            Instruction.reply_by_on.is_not(None),
        )
        .order_by(Instruction.reply_by_on, InstructionReply.id)
    )
