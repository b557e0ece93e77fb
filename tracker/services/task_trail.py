"""Everything that happened to one task, newest first: acts, reports with the words of units, urging, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.actions import Action
from tracker.core.filing import UNSIGNED
from tracker.core.terms import ReportStatus
from tracker.models import (
    Assignment,
    Attachment,
    AuditEvent,
    ClosingRequest,
    ProgressReport,
    Task,
    Urge,
    User,
)
from tracker.services.announcements import what_was_done

_LONGEST = 200
# These stand in records of their own, which say more than the event does.
_TOLD_BY_RECORDS = tuple(
    f"task.{action.value}" for action in (Action.FILE, Action.FINISH_PART, Action.ASK_TO_CLOSE, Action.URGE)
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
    status: ReportStatus | None = None
    files: tuple[FileRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """A closing request that waits for a decision."""

    who: str
    asked_at: datetime
    report: str
    files: tuple[FileRow, ...]


def trail(session: Session, task: Task) -> tuple[TrailEntry, ...]:
    """Gives what happened to a task, newest first, at most the last two hundred entries."""
    entries = [*_acts(session, task), *_reports(session, task), *_closings(session, task), *_urges(session, task)]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True)[:_LONGEST])


def closing_row(session: Session, request: ClosingRequest) -> ClosingRow:
    """Gives a closing request as its reviewer reads it."""
    return ClosingRow(request.asked_by.name, request.asked_at, request.report, file_rows(request.attachments))


def file_rows(attachments: list[Attachment]) -> tuple[FileRow, ...]:
    """Gives attachments, loaded with their files, in the order they came."""
    return tuple(
        FileRow(row.id, row.filename, row.file.size_bytes, row.uploaded_at)
        for row in sorted(attachments, key=lambda each: each.id)
    )


def _acts(session: Session, task: Task) -> list[TrailEntry]:
    query = (
        select(AuditEvent)
        .where(
            AuditEvent.subject_type == "Task",
            AuditEvent.subject_id == task.id,
            AuditEvent.action.not_in(_TOLD_BY_RECORDS),
        )
        .order_by(AuditEvent.at.desc())
        .limit(_LONGEST)
    )
    return [_act(event) for event in session.scalars(query)]


def _act(event: AuditEvent) -> TrailEntry:
    detail = event.detail or {}
    action = _ACTIONS.get(event.action)
    what = what_was_done(action, detail.get("unit") or "") if action is not None else event.summary
    words = (("", str(detail["words"])),) if detail.get("words") else ()
    return TrailEntry(event.at, event.actor_name, what, words)


def _reports(session: Session, task: Task) -> list[TrailEntry]:
    query = (
        select(ProgressReport)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .where(Assignment.task_id == task.id, ProgressReport.status.not_in(UNSIGNED))
        .options(
            joinedload(ProgressReport.assignment).joinedload(Assignment.unit),
            joinedload(ProgressReport.filed_by),
            selectinload(ProgressReport.attachments).joinedload(Attachment.file),
        )
        .order_by(ProgressReport.filed_at.desc())
        .limit(_LONGEST)
    )
    return [_report(report) for report in session.scalars(query)]


def _report(report: ProgressReport) -> TrailEntry:
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
    )


def _closings(session: Session, task: Task) -> list[TrailEntry]:
    query = (
        select(ClosingRequest)
        .where(ClosingRequest.task_id == task.id)
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
        )
        for request in session.scalars(query)
    ]


def _urges(session: Session, task: Task) -> list[TrailEntry]:
    query = (
        select(Urge, Assignment, User)
        .join(Assignment, Assignment.id == Urge.assignment_id)
        .join(User, User.id == Urge.urged_by_id)
        .where(Assignment.task_id == task.id)
        .options(joinedload(Assignment.unit))
        .order_by(Urge.urged_at.desc())
        .limit(_LONGEST)
    )
    return [
        TrailEntry(urge.urged_at, user.name, f"{urge.channel.label}{duty.unit.name}", (("", urge.words),))
        for urge, duty, user in session.execute(query).tuples()
    ]
