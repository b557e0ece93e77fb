"""Rows of a unit's filing (进展报送): written as they are typed, and what the office's decision makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import LONGEST, check
from tracker.core.filing import SAME_RUNNING, UNSIGNED, WRITABLE, Words, clean, month_to_write, report_to_write
from tracker.core.periods import Window, current_window
from tracker.core.permissions import Actor
from tracker.core.terms import FilingStatus, ReasonCode, ReportStatus
from tracker.core.workdays import month_of
from tracker.db import office_date
from tracker.errors import Conflict, Invalid
from tracker.models import Assignment, Filing, ProgressReport
from tracker.services.access import find_assignment
from tracker.services.acting import received_at
from tracker.services.calendar import load_calendar
from tracker.services.periods import rules_of
from tracker.services.situations import asking

_HANDED = (ReportStatus.AWAITING, ReportStatus.SUBMITTED, ReportStatus.PASSED)
_SAME = f"已连续{SAME_RUNNING}期与上期完全相同，本期请填写新的进展。"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the filing page as sent: `version` is that of the report it was shown with, 0 where there was none."""

    assignment_id: int
    version: int
    words: Words


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
        progress=clean(values.get("progress", "")),
        percent=int(typed) if typed else None,
        problems=clean(values.get("problems", "")),
        next_step=clean(values.get("next_step", "")),
        coordination=clean(values.get("coordination", "")),
    )


def words_in(report: ProgressReport) -> Words:
    """Gives what a report says."""
    return Words(report.progress, report.percent, report.problems, report.next_step, report.coordination)


def save_row(session: Session, actor: Actor, entry: Entry, *, now: datetime) -> ProgressReport | None:
    """Keeps what was typed in one row of the unit's present filing. Gives the row, None where nothing was typed yet.

    What is already kept word for word is left as it is. Raises Conflict when somebody else saved the row first, or it
    waits for a signature or a decision.
    """
    duty = find_assignment(session, actor, entry.assignment_id)
    # Two people of one unit must not each open a report for the period.
    session.refresh(duty, with_for_update={"of": Assignment})
    view = asking(session, actor, [duty.task], today=office_date(now))
    check(Action.FILE, view.of_duty(duty.task, duty))
    window = window_for(session, duty, today=view.today)
    report = report_to_write(newest_report(session, duty.id), window.month)
    if report is not None and words_in(report) == entry.words:
        return report
    _refuse_stale(report, entry.version)
    if report is None and entry.words.is_blank:
        return None
    month = month_to_write(report, window.month)
    filing, before = open_filing(session, duty, month), report_before(session, duty.id, month)
    report = report or _new_report(duty, actor, month, now)
    report.period, report.status, report.filing_id = month, ReportStatus.DRAFT, filing.id
    report.filed_by_id = actor.user_id
    write(report, entry.words, before=before)
    session.add(report)
    session.flush()
    return report


def window_for(session: Session, duty: Assignment, *, today: date) -> Window:
    """Gives the window a duty is filed for today. Raises Conflict for a plan that wants no filing."""
    rule = rules_of(session, [duty.task.plan])[duty.plan_id]
    window = current_window(rule, today, load_calendar(session))
    if window is None:
        raise Conflict("本方案不要求定期报送，完成后请在任务页报送完成情况。")
    return window


def newest_report(session: Session, assignment_id: int) -> ProgressReport | None:
    """Gives the report of a duty for its latest period, whatever its status."""
    query = select(ProgressReport).where(
        ProgressReport.assignment_id == assignment_id, ProgressReport.is_finishing.is_(False)
    )
    return session.scalar(query.order_by(ProgressReport.period.desc(), ProgressReport.id.desc()).limit(1))


def report_before(session: Session, assignment_id: int, month: str) -> ProgressReport | None:
    """Gives the last signed report of a duty for a period before a month."""
    query = select(ProgressReport).where(
        ProgressReport.assignment_id == assignment_id,
        ProgressReport.is_finishing.is_(False),
        ProgressReport.period < month,
        ProgressReport.status.not_in(UNSIGNED),
    )
    return session.scalar(query.order_by(ProgressReport.period.desc(), ProgressReport.id.desc()).limit(1))


def open_filing(session: Session, duty: Assignment, month: str) -> Filing:
    """Gives the filing of the duty's unit for a month, a new one where there is none."""
    filing = session.scalar(select(Filing).where(Filing.unit_id == duty.unit_id, Filing.period == month))
    if filing is None:
        filing = Filing(
            unit_id=duty.unit_id, jurisdiction_id=duty.jurisdiction_id, period=month, status=FilingStatus.DRAFT
        )
        session.add(filing)
        session.flush()
    return filing


def _refuse_stale(report: ProgressReport | None, version: int) -> None:
    if report is not None and report.status is ReportStatus.PASSED:
        raise Conflict("本期进展已审核通过，如有新进展请在下期报送。")
    if report is not None and report.status not in WRITABLE:
        raise Conflict(f"本期进展{report.status.label}，如需修改请先撤回。")
    if (report.version if report is not None else 0) != version:
        raise Conflict("就在您填写的时候，本单位同事已经保存了这一项。请对照最新内容后再保存。")


def _new_report(duty: Assignment, actor: Actor, month: str, now: datetime) -> ProgressReport:
    return ProgressReport(
        assignment=duty,
        jurisdiction_id=duty.jurisdiction_id,
        period=month,
        status=ReportStatus.DRAFT,
        progress="",
        filed_by_id=actor.user_id,
        filed_at=received_at(actor, now),
    )


def write(report: ProgressReport, words: Words, *, before: ProgressReport | None = None) -> None:
    """Sets the words of a report, and whether they are those of the report before (同上期)."""
    report.progress, report.percent = words.progress, words.percent
    report.problems, report.next_step = words.problems, words.next_step
    report.coordination = words.coordination
    report.is_same_as_last = before is not None and bool(words.progress) and words_in(before) == words


def refuse_repeating(session: Session, report: ProgressReport) -> str:
    """Gives why a row cannot be handed over a third time with the same words, nothing where it can."""
    if not report.is_same_as_last:
        return ""
    query = select(ProgressReport.is_same_as_last).where(
        ProgressReport.assignment_id == report.assignment_id,
        ProgressReport.is_finishing.is_(False),
        ProgressReport.period < report.period,
        ProgressReport.status.not_in(UNSIGNED),
    )
    running = session.scalars(query.order_by(ProgressReport.period.desc()).limit(SAME_RUNNING)).all()
    return _SAME if len(running) == SAME_RUNNING and all(running) else ""


def finishing_report(
    session: Session, actor: Actor, duty: Assignment, words: Words, *, now: datetime
) -> ProgressReport:
    """Gives a new report by which a unit says that its part is finished, handed in; the duty counts as 100 percent."""
    came_on = actor.day(office_date(now))
    report = _new_report(duty, actor, month_of(came_on), now)
    write(report, words)
    report.percent, report.first_filed_at = 100, received_at(actor, now)
    report.status, report.is_finishing = ReportStatus.SUBMITTED, True
    session.add(report)
    session.flush()
    duty.percent, duty.last_filed_on = 100, came_on
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
    """Writes a decision on a report: passed, or sent back with a reason, which is counted."""
    report.status = ReportStatus.SENT_BACK if reason else ReportStatus.PASSED
    report.reviewed_by_id, report.reviewed_at = actor.user_id, now
    report.reason_code = ReasonCode(reason.code) if reason else None
    report.reason = reason.words.strip() if reason else ""
    if reason is not None:
        report.times_sent_back += 1


def restate(session: Session, duty: Assignment) -> None:
    """Sets a duty's percent and last filing to those of its last report that counts.

    The hand-over counts as filed, with the day of the first one; a percent counts from its signature on.
    """
    session.flush()
    query = select(ProgressReport).where(ProgressReport.assignment_id == duty.id, ProgressReport.status.in_(_HANDED))
    handed = session.scalars(query.order_by(ProgressReport.filed_at.desc(), ProgressReport.id.desc())).all()
    signed = next((report for report in handed if report.status is not ReportStatus.AWAITING), None)
    duty.percent = signed.percent if signed is not None else None
    duty.last_filed_on = max((office_date(r.first_filed_at or r.filed_at) for r in handed), default=None)


def reason_text(reason: Reason) -> str:
    """Gives a reason in one clause: what the code means, then the words."""
    return f"{ReasonCode(reason.code).label}：{reason.words.strip()}"


def reason_text_of(report: ProgressReport) -> str:
    """Gives why a report was sent back, nothing for one that was not or that has been filed again."""
    if report.status not in WRITABLE or report.reason_code is None:
        return ""
    return reason_text(Reason(report.reason_code.value, report.reason))
