"""How a filing leaves its unit: the liaison hands it over, the head signs the whole or sends it back (签发).

The hand-over is the date that counts; only what is signed reaches the office. Source: DESIGN 5.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.actions import Action
from tracker.core.acts import LONGEST, check
from tracker.core.filing import WRITABLE, Words, report_to_write
from tracker.core.periods import period_label
from tracker.core.permissions import Actor
from tracker.core.terms import FilingStatus, NoticeKind, ReportStatus, Role
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Assignment, Filing, ProgressReport, Task, Unit, User
from tracker.services import audit
from tracker.services.access import find_assignment
from tracker.services.acting import received_at
from tracker.services.announcements import About, Announcement, announce, name_of
from tracker.services.calendar import load_calendar
from tracker.services.coordination import raise_matters
from tracker.services.filing import Entry, newest_report, refuse_repeating, restate, save_row, window_for
from tracker.services.filing_rows import unit_duties
from tracker.services.lights import light_of, refresh_lights
from tracker.services.notices import Notice, people_with, tell
from tracker.services.situations import asking


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a hand-over did: how many rows, how many of what is owed are still blank, and whether it is signed."""

    rows: int
    blank: int
    is_signed: bool


def hand_over(session: Session, actor: Actor, *, now: datetime) -> HandedOver:
    """Hands every written row of the unit's present filings over to its head (交签).

    A head's own rows are signed by that; so are those of a unit that has no head here, marked 一人经办.
    Raises Invalid with a sentence by the key of each row that cannot go, or under "" where nothing was written.
    """
    today = office_date(now)
    unit = _own_unit(session, actor)
    duties = unit_duties(session, unit.id, load_calendar(session), today=today).open()
    reports = _loaded(session, ProgressReport.id.in_([duty.report_id for duty in duties if duty.has_words]))
    if not reports:
        raise Invalid({"": "还没有填写任何一项，请填写后再交签。"})
    _check_rows(session, actor, reports, now)
    signs_itself = _signs_itself(session, actor, unit, now)
    for report in reports:
        report.status, report.filed_by_id, report.filed_at = ReportStatus.AWAITING, actor.user_id, now
        report.first_filed_at = report.first_filed_at or now
    session.flush()
    for report in reports:
        duty = report.assignment
        duty.last_filed_on = max(filter(None, (duty.last_filed_on, office_date(report.first_filed_at or now))))
    for filing in _filings_of(reports):
        filing.status, filing.returned_words = FilingStatus.AWAITING, ""
        filing.handed_by_id, filing.handed_at = actor.user_id, now
        if signs_itself:
            _sign(session, actor, filing, now)
        else:
            _tell_heads(session, actor, filing, len(reports), now)
    if not signs_itself:
        refresh_lights(session, [report.assignment.task for report in reports], now=now)
    blank = sum(duty.is_owed and duty.is_writable and not duty.has_words for duty in duties)
    return HandedOver(len(reports), blank, signs_itself)


def _own_unit(session: Session, actor: Actor) -> Unit:
    unit = session.get(Unit, actor.unit_id) if actor.unit_id is not None else None
    if unit is None:
        raise NotAllowed("您的账号没有所属单位，不能报送。")
    return unit


def _check_rows(session: Session, actor: Actor, reports: Sequence[ProgressReport], now: datetime) -> None:
    tasks = [report.assignment.task for report in reports]
    view = asking(session, actor, tasks, today=office_date(now))
    wrong: dict[str, str] = {}
    for report in reports:
        task = report.assignment.task
        check(Action.FILE, view.of_duty(task, report.assignment))
        if repeated := refuse_repeating(session, report):
            wrong[str(report.assignment_id)] = repeated
        elif task.needs_evidence and not report.attachments:
            wrong[str(report.assignment_id)] = "本任务要求提供佐证材料，请先上传。"
    if wrong:
        raise Invalid(wrong)


def _signs_itself(session: Session, actor: Actor, unit: Unit, now: datetime) -> bool:
    heads = people_with(session, [Role.UNIT_HEAD], on=office_date(now), unit_id=unit.id)
    return Role.UNIT_HEAD in actor.roles or not heads


def sign_filing(session: Session, actor: Actor, filing_id: int, *, version: int, now: datetime) -> int:
    """Signs all that waits in a filing (签发), which then reaches the office. Gives how many rows.

    Raises NotAllowed for anybody but the unit's head, Conflict when it was changed after it was shown.
    """
    filing = find_filing(session, actor, filing_id, version=version)
    if Role.UNIT_HEAD not in actor.roles:
        raise NotAllowed("报送表由单位负责人签发。")
    if filing.status is not FilingStatus.AWAITING:
        raise Conflict("这份报送表不在待签发状态，可能已经签发或撤回，请刷新后查看。")
    return _sign(session, actor, filing, now)


def _sign(session: Session, actor: Actor, filing: Filing, now: datetime) -> int:
    reports = _rows_of(session, filing, ReportStatus.AWAITING)
    filing.status, filing.signed_by_id, filing.signed_at = FilingStatus.SIGNED, actor.user_id, now
    filing.is_one_person = filing.handed_by_id == actor.user_id
    _reach_office(session, actor, reports, now)
    alone = "（一人经办）" if filing.is_one_person else ""
    _record(session, actor, filing, "filing.sign", f"签发{len(reports)}项{alone}", now)
    return len(reports)


def _reach_office(session: Session, actor: Actor, reports: Sequence[ProgressReport], now: datetime) -> None:
    for report in reports:
        report.status = ReportStatus.SUBMITTED
        restate(session, report.assignment)
    refresh_lights(session, [report.assignment.task for report in reports], now=now)
    for report in reports:
        report.light = light_of(report.assignment, office_date(now))
        _record_row(session, actor, report, now)
    raise_matters(session, reports, now=now)
    # The officer reviews on one page; one message a day for each unit is enough.
    about = [About(report.assignment.task, report.assignment) for report in reports]
    if about:
        topic = f"unit:{reports[0].assignment.unit_id}"
        announce(session, actor, Announcement(Action.FILE, about, topic=topic), now=now)


def file_received(session: Session, actor: Actor, assignment_id: int, words: Words, *, now: datetime) -> ProgressReport:
    """Files one row that came to the office signed (代录), as of the day it came; other rows of the filing stay.

    Raises Conflict when the unit has handed the row over itself.
    """
    if not words.progress.strip():
        raise Invalid({"progress": "请填写进展情况。"})
    window = window_for(session, find_assignment(session, actor, assignment_id), today=actor.day(office_date(now)))
    kept = report_to_write(newest_report(session, assignment_id), window.month)
    if kept is not None and kept.status not in WRITABLE:
        raise Conflict(f"该单位本期已经报送（{kept.status.label}），无需代录。")
    report = save_row(session, actor, Entry(assignment_id, kept.version if kept else 0, words), now=now)
    if report is None:
        raise Invalid({"progress": "请填写进展情况。"})
    _check_rows(session, actor, [report], now)
    report.status, report.filed_at = ReportStatus.AWAITING, received_at(actor, now)
    report.first_filed_at = report.first_filed_at or report.filed_at
    session.flush()
    others = select(ProgressReport.id).where(ProgressReport.filing_id == report.filing_id)
    if report.filing is not None and session.scalar(others.where(ProgressReport.id != report.id).limit(1)) is None:
        report.filing.handed_by_id, report.filing.handed_at = actor.user_id, report.filed_at
        report.filing.status = FilingStatus.SIGNED
        report.filing.signed_by_id, report.filing.signed_at = actor.user_id, now
    _reach_office(session, actor, [report], now)
    return report


def return_filing(session: Session, actor: Actor, filing_id: int, *, version: int, words: str, now: datetime) -> None:
    """Sends a filing that waits for a signature back to the liaison with words; its rows can be written again.

    Raises NotAllowed for anybody but the unit's head, Invalid("words") without words.
    """
    filing = find_filing(session, actor, filing_id, version=version)
    if Role.UNIT_HEAD not in actor.roles:
        raise NotAllowed("报送表由单位负责人退回。")
    if filing.status is not FilingStatus.AWAITING:
        raise Conflict("这份报送表不在待签发状态，可能已经签发或撤回，请刷新后查看。")
    if not words.strip() or len(words) > LONGEST:
        raise Invalid({"words": "请写明退回修改的意见。" if not words.strip() else f"最多 {LONGEST} 字，请精简。"})
    handed_by_id = filing.handed_by_id
    _reopen(session, filing, _rows_of(session, filing, ReportStatus.AWAITING), now)
    filing.returned_words = words.strip()
    _record(session, actor, filing, "filing.return", f"退回联络员修改：{words.strip()}", now)
    liaison = session.get(User, handed_by_id) if handed_by_id else None
    if liaison is not None:
        notice = Notice(
            NoticeKind.SENT_BACK,
            f"filing:{filing.id}:returned:{filing.version}",
            f"{_name(filing)}被退回修改",
            f"{actor.name}：{words.strip()}",
            "/filing",
        )
        tell(session, [liaison], notice, now=now)


def take_back(session: Session, actor: Actor, filing_id: int, *, version: int, now: datetime) -> int:
    """Takes a filing back to be changed (撤回): what waits for a signature, and for the one who signs also what waits
    for the office. Gives how many rows.
    """
    filing = find_filing(session, actor, filing_id, version=version)
    statuses = [ReportStatus.AWAITING]
    if _signs_itself(session, actor, filing.unit, now):
        statuses.append(ReportStatus.SUBMITTED)
    reports = _rows_of(session, filing, *statuses)
    if not reports:
        raise Conflict("没有可以撤回的内容：已签发的由单位负责人撤回，已审核的请联系办公室退回。")
    _reopen(session, filing, reports, now)
    _record(session, actor, filing, "filing.take_back", f"撤回{len(reports)}项修改", now)
    return len(reports)


def _reopen(session: Session, filing: Filing, reports: Sequence[ProgressReport], now: datetime) -> None:
    for report in reports:
        report.status = ReportStatus.DRAFT
    filing.status = FilingStatus.DRAFT
    for report in reports:
        restate(session, report.assignment)
    refresh_lights(session, [report.assignment.task for report in reports], now=now)


def find_filing(session: Session, actor: Actor, filing_id: int, *, version: int | None = None) -> Filing:
    """Gives a filing of the actor's own unit. Raises NotFound for any other, Conflict for a stale version."""
    filing = session.get(Filing, filing_id, with_for_update=version is not None)
    if filing is None or actor.unit_id is None or filing.unit_id != actor.unit_id:
        raise NotFound("没有找到这份报送表，或者您没有查看它的权限。")
    if version is not None and filing.version != version:
        raise Conflict("这份报送表刚有变化，请刷新后查看最新内容。")
    return filing


def _rows_of(session: Session, filing: Filing, *statuses: ReportStatus) -> list[ProgressReport]:
    return _loaded(session, (ProgressReport.filing_id == filing.id) & ProgressReport.status.in_(statuses))


def _loaded(session: Session, condition: Any) -> list[ProgressReport]:
    query = (
        select(ProgressReport)
        .where(condition)
        .options(
            joinedload(ProgressReport.filing),
            joinedload(ProgressReport.assignment).joinedload(Assignment.unit),
            joinedload(ProgressReport.assignment).joinedload(Assignment.task).joinedload(Task.plan),
            joinedload(ProgressReport.assignment).joinedload(Assignment.task).selectinload(Task.assignments),
            selectinload(ProgressReport.attachments),
        )
        .order_by(ProgressReport.id)
    )
    return list(session.scalars(query))


def _filings_of(reports: Sequence[ProgressReport]) -> list[Filing]:
    found = {report.filing.id: report.filing for report in reports if report.filing is not None}
    return list(found.values())


def _name(filing: Filing) -> str:
    return f"{filing.unit.name}{period_label(filing.period)}报送表"


def _tell_heads(session: Session, actor: Actor, filing: Filing, count: int, now: datetime) -> None:
    _record(session, actor, filing, "filing.hand_over", f"交签{count}项", now)
    heads = people_with(session, [Role.UNIT_HEAD], on=office_date(now), unit_id=filing.unit_id)
    words = f"{actor.name}已填好{period_label(filing.period)}进展{count}项，请审阅签发。"
    notice = Notice(
        NoticeKind.FILED,
        f"filing:{filing.id}:{filing.version}",
        f"{_name(filing)}待签发",
        words,
        f"/filing/{filing.id}/sign",
    )
    tell(session, heads, notice, now=now)


def _record(session: Session, actor: Actor, filing: Filing, action: str, what: str, now: datetime) -> None:
    session.flush()
    audit.record(session, actor, action, filing, summary=f"{_name(filing)}{what}", now=now)


def _record_row(session: Session, actor: Actor, report: ProgressReport, now: datetime) -> None:
    task, unit = report.assignment.task, report.assignment.unit.name
    summary = f"{unit}报送{report.period}进展：{name_of(task)}"
    audit.record(
        session, actor, "task.file", task, summary=summary, now=now, report=report.id, progress=report.progress
    )
