"""What the office decides on filed rows (审核): passed many at once, or sent back one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.permissions import Actor
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import Assignment, AuditEvent, ProgressReport, Task
from tracker.services import audit
from tracker.services.access import task_scope
from tracker.services.announcements import About, Announcement, announce, name_of
from tracker.services.filing import Reason, decide, reason_text, restate
from tracker.services.lights import refresh_lights
from tracker.services.situations import asking


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A report as the reviewer saw it: its id and the version shown."""

    report_id: int
    version: int


def pass_reports(session: Session, actor: Actor, chosen: Sequence[Reviewed], *, now: datetime) -> int:
    """Passes filings in one act; all or none. Gives how many.

    Raises Conflict when one was changed after it was shown, NotFound when one is out of sight.
    """
    if not chosen:
        raise Invalid({"": "请先选择要通过的报送。"})
    reports = _find_reports(session, actor, chosen)
    view = asking(session, actor, [report.assignment.task for report in reports], today=office_date(now))
    for report in reports:
        check(Action.PASS_REPORT, view.of_report(report.assignment.task, report))
        decide(report, actor, None, now=now)
        _record(session, actor, report, "task.pass_report", "审核通过", now=now)
    session.flush()
    return len(chosen)


def send_back_report(
    session: Session, actor: Actor, seen: Reviewed, *, reason: Reason, now: datetime
) -> ProgressReport:
    """Sends a filing back: it no longer counts, and the unit owes one for the month again."""
    (report,) = _find_reports(session, actor, [seen])
    view = asking(session, actor, [report.assignment.task], today=office_date(now))
    check(Action.SEND_BACK_REPORT, view.of_report(report.assignment.task, report))
    check_inputs(Action.SEND_BACK_REPORT, {"reason_code": reason.code, "reason": reason.words})
    decide(report, actor, reason, now=now)
    duty = report.assignment
    restate(session, duty)
    event = _record(session, actor, report, "task.send_back_report", f"退回（{reason_text(reason)}）", now=now)
    session.flush()
    about = [About(duty.task, duty)]
    announcement = Announcement(
        Action.SEND_BACK_REPORT, about, topic=f"event:{event.id}", words=f"退回原因：{reason_text(reason)}"
    )
    announce(session, actor, announcement, now=now)
    refresh_lights(session, [duty.task], now=now)
    return report


def _find_reports(session: Session, actor: Actor, chosen: Sequence[Reviewed]) -> list[ProgressReport]:
    query = (
        select(ProgressReport)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .where(
            task_scope(actor),
            ProgressReport.id.in_([seen.report_id for seen in chosen]),
            ProgressReport.is_finishing.is_(False),
        )
        .options(
            joinedload(ProgressReport.assignment).joinedload(Assignment.unit),
            joinedload(ProgressReport.assignment).joinedload(Assignment.task).selectinload(Task.assignments),
        )
    )
    found = {report.id: report for report in session.scalars(query)}
    for seen in chosen:
        if seen.report_id not in found:
            raise NotFound("没有找到这条报送，或者您没有查看它的权限。")
        if found[seen.report_id].version != seen.version:
            unit = found[seen.report_id].assignment.unit.name
            raise Conflict(f"{unit}已修改或他人已审核这条报送，请刷新后查看最新内容。")
    return [found[seen.report_id] for seen in chosen]


def _record(
    session: Session, actor: Actor, report: ProgressReport, action: str, what: str, *, now: datetime
) -> AuditEvent:
    task, unit = report.assignment.task, report.assignment.unit.name
    summary = f"{unit}{report.period}进展{what}：{name_of(task)}"
    return audit.record(session, actor, action, task, summary=summary, now=now, report=report.id, unit=unit)
