"""Everything that happened to one task, newest first: acts, reports with the words of units, urging, evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.actions import Action
from tracker.core.filing import UNSIGNED
from tracker.core.permissions import Actor
from tracker.core.slips import paper_with_number
from tracker.core.terms import Labelled
from tracker.models import (
    Assignment,
    Attachment,
    AuditEvent,
    ClosingRequest,
    Instruction,
    ProgressReport,
    Slip,
    Task,
    Urge,
    User,
)
from tracker.services.access import duty_scope, instruction_scope, slip_scope
from tracker.services.announcements import what_was_done
from tracker.services.behalf import BehalfRow, behalf_rows

_LONGEST = 200
# These stand in records of their own, which say more than the event does.
_TOLD_BY_RECORDS = tuple(
    f"task.{action.value}"
    for action in (
        *(Action.FILE, Action.FINISH_PART, Action.ASK_TO_CLOSE, Action.URGE),
        *(Action.ISSUE_SLIP, Action.RAISE_SLIP, Action.ANSWER_SLIP, Action.PASS_SLIP, Action.REJECT_SLIP),
        *(Action.INSTRUCT, Action.SORT_INSTRUCTION, Action.ANSWER_INSTRUCTION, Action.PASS_ANSWER),
        Action.SEND_BACK_ANSWER,
    )
)
_ACTIONS = {f"task.{action.value}": action for action in Action}


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of evidence."""

    id: int
    filename: str
    size_bytes: int
    uploaded_at: datetime

    @property
    def size(self) -> str:
        """Gives the size as people read it."""
        return (
            f"{self.size_bytes / 1024 / 1024:.1f} MB"
            if self.size_bytes >= 1024 * 1024
            else f"{max(self.size_bytes // 1024, 1)} KB"
        )


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One thing that happened."""

    at: datetime
    who: str
    what: str
    words: tuple[tuple[str, str], ...] = ()
    percent: int | None = None
    status: Labelled | None = None
    files: tuple[FileRow, ...] = ()
    capacity: str = ""
    behalf: BehalfRow | None = None
    slip_id: int | None = None
    instruction_id: int | None = None


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """A closing request that waits for a decision."""

    who: str
    asked_at: datetime
    report: str
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads a task's trail, the duties in it that this person sees, and how what was entered came."""

    actor: Actor
    task: Task
    seen: frozenset[int]
    hidden_units: frozenset[str]
    behalf: Mapping[tuple[str, int], BehalfRow]


def trail(session: Session, actor: Actor, task: Task) -> tuple[TrailEntry, ...]:
    """Gives what happened to a task as far as the actor sees it, newest first, at most the last two hundred entries."""
    shown = seen_duties(session, actor, task)
    hidden = frozenset(duty.unit.name for duty in task.assignments if duty.id not in shown)
    reader = _Reader(actor, task, shown, hidden, behalf_rows(session, task_id=task.id))
    events = _events(session, task)
    entries = [
        *(_act(event) for event in events if event.action not in _TOLD_BY_RECORDS and _is_shown(reader, event)),
        *_reports(session, reader),
        *_closings(session, reader),
        *_urges(session, reader),
        *_slips(session, reader),
        *_instructions(session, reader),
    ]
    # In whose stead an act was done stands with its event; what has a record of its own finds it by the instant.
    capacities = {event.at: event.detail["capacity"] for event in events if (event.detail or {}).get("capacity")}
    entries = [
        replace(entry, capacity=capacities[entry.at]) if entry.at in capacities and not entry.behalf else entry
        for entry in entries
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True)[:_LONGEST])


def seen_duties(session: Session, actor: Actor, task: Task) -> frozenset[int]:
    """Gives the duties of a task the actor may see."""
    if actor.sees_jurisdiction:
        return frozenset(duty.id for duty in task.assignments)
    query = select(Assignment.id).where(Assignment.task_id == task.id, duty_scope(actor))
    return frozenset(session.scalars(query))


def closing_row(session: Session, request: ClosingRequest) -> ClosingRow:
    """Gives a closing request as its reviewer reads it."""
    return ClosingRow(request.asked_by.name, request.asked_at, request.report, file_rows(request.attachments))


def file_rows(attachments: list[Attachment]) -> tuple[FileRow, ...]:
    """Gives attachments, loaded with their files, in the order they came."""
    return tuple(
        FileRow(row.id, row.filename, row.file.size_bytes, row.uploaded_at)
        for row in sorted(attachments, key=lambda each: each.id)
    )


def _events(session: Session, task: Task) -> Sequence[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.subject_type == "Task", AuditEvent.subject_id == task.id)
    return session.scalars(query.order_by(AuditEvent.at.desc()).limit(2 * _LONGEST)).all()


def _is_shown(reader: _Reader, event: AuditEvent) -> bool:
    """Whether an event concerns no duty that the reader does not see."""
    detail = event.detail or {}
    return detail.get("assignment") in (None, *reader.seen) and detail.get("unit") not in reader.hidden_units


def _act(event: AuditEvent) -> TrailEntry:
    detail = event.detail or {}
    action = _ACTIONS.get(event.action)
    what = what_was_done(action, detail.get("unit") or "") if action is not None else event.summary
    words = (("", str(detail["words"])),) if detail.get("words") else ()
    return TrailEntry(event.at, event.actor_name, what, words, capacity=detail.get("capacity", ""))


def _reports(session: Session, reader: _Reader) -> list[TrailEntry]:
    query = (
        select(ProgressReport)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .where(Assignment.id.in_(reader.seen), ProgressReport.status.not_in(UNSIGNED))
        .options(
            joinedload(ProgressReport.assignment).joinedload(Assignment.unit),
            joinedload(ProgressReport.filed_by),
            selectinload(ProgressReport.attachments).joinedload(Attachment.file),
        )
        .order_by(ProgressReport.filed_at.desc())
        .limit(_LONGEST)
    )
    return [_report(reader, report) for report in session.scalars(query)]


def _report(reader: _Reader, report: ProgressReport) -> TrailEntry:
    year, _, month = report.period.partition("-")
    kind = "完成情况" if report.is_finishing else f"{year}年{int(month)}月进展"
    words = (
        ("", report.progress),
        ("存在问题", report.problems),
        ("下一步", report.next_step),
        ("需协调事项", report.coordination),
        ("退回原因", f"{report.reason_code.label}：{report.reason}" if report.reason_code else ""),
    )
    return TrailEntry(
        at=report.filed_at,
        who=report.filed_by.name,
        what=f"{report.assignment.unit.name}报送{kind}",
        words=tuple((label, text) for label, text in words if text),
        percent=report.percent,
        status=report.status,
        files=file_rows(report.attachments),
        behalf=reader.behalf.get(("ProgressReport", report.id)),
    )


def _closings(session: Session, reader: _Reader) -> list[TrailEntry]:
    query = (
        select(ClosingRequest)
        .where(ClosingRequest.task_id == reader.task.id)
        .options(
            joinedload(ClosingRequest.asked_by).joinedload(User.unit),
            selectinload(ClosingRequest.attachments).joinedload(Attachment.file),
        )
    )
    return [
        TrailEntry(
            at=request.asked_at,
            who=request.asked_by.name,
            what=f"{request.asked_by.unit.name if request.asked_by.unit else ''}申请办结",
            words=(("", request.report),),
            status=request.status,
            files=file_rows(request.attachments),
            behalf=reader.behalf.get(("ClosingRequest", request.id)),
        )
        for request in session.scalars(query)
    ]


def _urges(session: Session, reader: _Reader) -> list[TrailEntry]:
    query = (
        select(Urge, Assignment, User)
        .join(Assignment, Assignment.id == Urge.assignment_id)
        .join(User, User.id == Urge.urged_by_id)
        .where(Assignment.id.in_(reader.seen))
        .options(joinedload(Assignment.unit))
        .order_by(Urge.urged_at.desc())
        .limit(_LONGEST)
    )
    return [
        TrailEntry(urge.urged_at, user.name, f"{urge.channel.label}{duty.unit.name}", (("", urge.words),))
        for urge, duty, user in session.execute(query).tuples()
    ]


def _slips(session: Session, reader: _Reader) -> list[TrailEntry]:
    query = (
        select(Slip)
        .join(Assignment, Assignment.id == Slip.assignment_id)
        .where(Slip.task_id == reader.task.id, slip_scope(reader.actor))
        .options(joinedload(Slip.assignment).joinedload(Assignment.unit), joinedload(Slip.issued_by))
    )
    entries = []
    for slip in session.scalars(query):
        words = (
            ("办理要求", slip.demand),
            ("回复期限", str(slip.reply_by_on)),
            ("回复", slip.reply),
            ("审核意见", slip.decision),
        )
        entries.append(
            TrailEntry(
                slip.issued_at,
                slip.issued_by.name,
                f"向{slip.assignment.unit.name}发{paper_with_number(slip.form, slip.level, slip.number)}",
                tuple((label, text) for label, text in words if text),
                status=slip.status,
                behalf=reader.behalf.get(("Slip", slip.id)),
                slip_id=slip.id,
            )
        )
    return entries


def _instructions(session: Session, reader: _Reader) -> list[TrailEntry]:
    query = (
        select(Instruction)
        .where(Instruction.task_id == reader.task.id, instruction_scope(reader.actor))
        .options(joinedload(Instruction.leader), joinedload(Instruction.entered_by))
    )
    return [
        TrailEntry(
            instruction.entered_at,
            instruction.leader.name,
            f"批示{f'（{instruction.sort.label}）' if instruction.sort else ''}",
            (("", instruction.text),),
            status=instruction.status,
            behalf=reader.behalf.get(("Instruction", instruction.id)),
            instruction_id=instruction.id,
        )
        for instruction in session.scalars(query)
    ]
