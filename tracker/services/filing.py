"""Reports of progress (进展报送): what a unit writes each month of its duties, and what the office decides on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import LONGEST, check, check_inputs
from tracker.core.permissions import Actor
from tracker.core.terms import ReasonCode, ReportStatus
from tracker.core.workdays import month_of
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import Assignment, ProgressReport, Task
from tracker.services import audit
from tracker.services.access import find_assignment, task_scope
from tracker.services.announcements import About, Announcement, announce, name_of
from tracker.services.lights import refresh_lights
from tracker.services.situations import asking

_COUNTED = (ReportStatus.SUBMITTED, ReportStatus.PASSED)


@dataclass(frozen=True, slots=True)
class Words:
    """What a unit says of one duty; `percent` is None where nothing is measured in hundredths."""

    progress: str
    percent: int | None = None
    problems: str = ""
    next_step: str = ""
    coordination: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the filing page as sent: `version` is that of the report it was shown with, 0 where there was none."""

    assignment_id: int
    version: int
    words: Words
    is_submitted: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something goes back: a code of the list and words."""

    code: str
    words: str


def words_of(values: Mapping[str, str]) -> Words:
    """Gives the words of a form's fields. Raises Invalid for a percent that is none and for what is too long."""
    wrong = {
        name: f"最多 {LONGEST} 字，请精简。"
        for name in ("progress", "problems", "next_step", "coordination")
        if len(values.get(name, "")) > LONGEST
    }
    typed = values.get("percent", "").strip().removesuffix("%")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 3 and int(typed) <= 100
    if typed and not is_number:
        wrong["percent"] = "完成比例请填 0 到 100 的整数。"
    if wrong:
        raise Invalid(wrong)
    return Words(
        progress=values.get("progress", "").strip(),
        percent=int(typed) if typed else None,
        problems=values.get("problems", "").strip(),
        next_step=values.get("next_step", "").strip(),
        coordination=values.get("coordination", "").strip(),
    )


def save_report(session: Session, actor: Actor, entry: Entry, *, now: datetime) -> ProgressReport:
    """Keeps one unit's report of the office month of `now`, as a draft or handed in.

    A report handed in can be changed until it is decided; one sent back is mended in place and keeps its first date.
    Raises Invalid for blank words, Conflict when somebody else saved the same row first or it has been passed.
    """
    duty = find_assignment(session, actor, entry.assignment_id)
    # Two people of one unit must not each open a report for the month.
    session.refresh(duty, with_for_update=True)
    today = office_date(now)
    check(Action.FILE, asking(session, actor, [duty.task], today=today).of_duty(duty.task, duty))
    report = report_of_month(session, duty.id, month_of(today))
    _refuse_stale(report, entry.version)
    # What is handed in already stays handed in, however it is saved.
    hands_in = entry.is_submitted or (report is not None and report.status is ReportStatus.SUBMITTED)
    if hands_in:
        check_inputs(Action.FILE, {"progress": entry.words.progress})
    if report is None:
        report = _new_report(duty, actor, now)
        session.add(report)
    _write(report, entry.words)
    if hands_in:
        _hand_in(session, actor, report, now)
    session.flush()
    return report


def report_of_month(session: Session, assignment_id: int, period: str) -> ProgressReport | None:
    """Gives the report of a duty for a month ("2026-03"), whatever its status."""
    query = select(ProgressReport).where(
        ProgressReport.assignment_id == assignment_id,
        ProgressReport.period == period,
        ProgressReport.is_finishing.is_(False),
    )
    return session.scalar(query.order_by(ProgressReport.id.desc()).limit(1))


def _refuse_stale(report: ProgressReport | None, version: int) -> None:
    if report is not None and report.status is ReportStatus.PASSED:
        raise Conflict("本月进展已审核通过，如有新进展请在下月报送。")
    if (report.version if report is not None else 0) != version:
        raise Conflict("就在您填写的时候，本单位同事已经保存了这一项。请对照最新内容后再提交。")


def _new_report(duty: Assignment, actor: Actor, now: datetime) -> ProgressReport:
    return ProgressReport(
        assignment=duty,
        jurisdiction_id=duty.jurisdiction_id,
        period=month_of(office_date(now)),
        status=ReportStatus.DRAFT,
        progress="",
        filed_by_id=actor.user_id,
        filed_at=now,
    )


def _write(report: ProgressReport, words: Words) -> None:
    report.progress, report.percent = words.progress, words.percent
    report.problems, report.next_step = words.problems, words.next_step
    report.coordination = words.coordination


def _hand_in(session: Session, actor: Actor, report: ProgressReport, now: datetime) -> None:
    if report.status is ReportStatus.DRAFT:
        report.filed_at = now
    report.status, report.filed_by_id = ReportStatus.SUBMITTED, actor.user_id
    duty, task = report.assignment, report.assignment.task
    duty.percent, duty.last_filed_on = report.percent, office_date(report.filed_at)
    session.flush()
    summary = f"{duty.unit.name}报送{report.period}进展：{name_of(task)}"
    audit.record(
        session, actor, "task.file", task, summary=summary, now=now, report=report.id, progress=report.progress
    )
    # The officer reviews on one page; one message a day for each unit is enough.
    announcement = Announcement(Action.FILE, [About(task, duty)], topic=f"unit:{duty.unit_id}")
    announce(session, actor, announcement, now=now)
    refresh_lights(session, [task], now=now)


def finishing_report(
    session: Session, actor: Actor, duty: Assignment, words: Words, *, now: datetime
) -> ProgressReport:
    """Gives a new report by which a unit says that its part is finished, handed in; the duty counts as 100 percent."""
    report = _new_report(duty, actor, now)
    _write(report, words)
    report.percent = 100
    report.status, report.is_finishing = ReportStatus.SUBMITTED, True
    session.add(report)
    session.flush()
    duty.percent, duty.last_filed_on = 100, office_date(now)
    return report


def last_finishing(session: Session, assignment_id: int) -> ProgressReport | None:
    """Gives the report that waits to be accepted as the end of a duty."""
    query = select(ProgressReport).where(
        ProgressReport.assignment_id == assignment_id,
        ProgressReport.is_finishing.is_(True),
        ProgressReport.status == ReportStatus.SUBMITTED,
    )
    return session.scalar(query.order_by(ProgressReport.id.desc()).limit(1))


def decide(report: ProgressReport, actor: Actor, reason: Reason | None, *, now: datetime) -> None:
    """Writes a decision on a report: passed, or sent back with a reason."""
    report.status = ReportStatus.SENT_BACK if reason else ReportStatus.PASSED
    report.reviewed_by_id, report.reviewed_at = actor.user_id, now
    report.reason_code = ReasonCode(reason.code) if reason else None
    report.reason = reason.words.strip() if reason else ""


def restate(session: Session, duty: Assignment) -> None:
    """Sets a duty's percent and last filing to those of its last report that was not sent back."""
    session.flush()
    query = select(ProgressReport).where(ProgressReport.assignment_id == duty.id, ProgressReport.status.in_(_COUNTED))
    last = session.scalar(query.order_by(ProgressReport.filed_at.desc(), ProgressReport.id.desc()).limit(1))
    duty.percent = last.percent if last is not None else None
    duty.last_filed_on = office_date(last.filed_at) if last is not None else None


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
    for seen in chosen:
        report = _find_report(session, actor, seen)
        _check_report(session, actor, report, Action.PASS_REPORT, now)
        decide(report, actor, None, now=now)
        _record(session, actor, report, "task.pass_report", "审核通过", now=now)
    session.flush()
    return len(chosen)


def send_back_report(
    session: Session, actor: Actor, seen: Reviewed, *, reason: Reason, now: datetime
) -> ProgressReport:
    """Sends a filing back: it no longer counts, and the unit owes one for the month again."""
    report = _find_report(session, actor, seen)
    _check_report(session, actor, report, Action.SEND_BACK_REPORT, now)
    check_inputs(Action.SEND_BACK_REPORT, {"reason_code": reason.code, "reason": reason.words})
    decide(report, actor, reason, now=now)
    duty = report.assignment
    restate(session, duty)
    event = _record(session, actor, report, "task.send_back_report", f"退回（{reason_text(reason)}）", now=now)
    about = [About(duty.task, duty)]
    announcement = Announcement(
        Action.SEND_BACK_REPORT, about, topic=f"event:{event}", words=f"退回原因：{reason_text(reason)}"
    )
    announce(session, actor, announcement, now=now)
    refresh_lights(session, [duty.task], now=now)
    return report


def reason_text(reason: Reason) -> str:
    """Gives a reason in one clause: what the code means, then the words."""
    return f"{ReasonCode(reason.code).label}：{reason.words.strip()}"


def reason_text_of(report: ProgressReport) -> str:
    """Gives why a report was sent back, nothing for one that was not."""
    if report.status is not ReportStatus.SENT_BACK or report.reason_code is None:
        return ""
    return reason_text(Reason(report.reason_code.value, report.reason))


def _find_report(session: Session, actor: Actor, seen: Reviewed) -> ProgressReport:
    query = (
        select(ProgressReport)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .where(task_scope(actor), ProgressReport.id == seen.report_id, ProgressReport.is_finishing.is_(False))
    )
    report = session.scalar(query)
    if report is None:
        raise NotFound("没有找到这条报送，或者您没有查看它的权限。")
    if report.version != seen.version:
        raise Conflict(f"{report.assignment.unit.name}已修改或他人已审核这条报送，请刷新后查看最新内容。")
    return report


def _check_report(session: Session, actor: Actor, report: ProgressReport, action: Action, now: datetime) -> None:
    task = report.assignment.task
    check(action, asking(session, actor, [task], today=office_date(now)).of_report(task, report))


def _record(session: Session, actor: Actor, report: ProgressReport, action: str, what: str, *, now: datetime) -> int:
    task, unit = report.assignment.task, report.assignment.unit.name
    summary = f"{unit}{report.period}进展{what}：{name_of(task)}"
    event = audit.record(session, actor, action, task, summary=summary, now=now, report=report.id, unit=unit)
    session.flush()
    return event.id
