"""Verifying a report (核实): named units get two working days to answer row by row; silence counts as agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.snapshot import LateLine
from tracker.core.terms import Agreement, BehalfSource, NoticeKind, Role, SnapshotRowKind, SupervisionStatus
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import BehalfEntry, SupervisionReport, Verification, VerificationRow
from tracker.services import audit, snapshots
from tracker.services.calendar import load_calendar
from tracker.services.notices import Notice, people_with, tell
from tracker.services.supervision import drafting, find_report, refuse_stale

DAYS = 2
LONGEST_WORDS = 1_000
_ROLES = (Role.LIAISON, Role.UNIT_HEAD)


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """A unit's answer to one row: whether it is so, and what it says where it is not."""

    row_id: int
    agreement: Agreement | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """What an entry that the office makes for a unit was made from (代录)."""

    source: BehalfSource
    received_on: date
    note: str = ""


def ask_verification(session: Session, actor: Actor, report_id: int, *, version: int, now: datetime) -> int:
    """Asks every unit the report says something of to verify its rows. Gives how many units were asked."""
    drafting(actor)
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if report.status is not SupervisionStatus.DRAFT:
        raise Conflict(f"这份通报{report.status.label}，不能送核实。")
    of_unit = rows_to_verify(session, report)
    if not of_unit:
        raise Conflict("通报没有涉及单位的逾期、滞后事项，不需要核实，可直接提交审核。")
    by_on = load_calendar(session).add_workdays(office_date(now), DAYS)
    for unit_id, lines in of_unit.items():
        _ask(session, report, unit_id, lines, by_on, now)
    report.status, report.verify_by_on = SupervisionStatus.VERIFYING, by_on
    session.flush()
    words = f"送{len(of_unit)}家单位核实：{report.title}"
    audit.record(session, actor, "report.ask_verification", report, summary=words, now=now, by=by_on.isoformat())
    return len(of_unit)


def rows_to_verify(session: Session, report: SupervisionReport) -> dict[int, list[LateLine]]:
    """Gives the late and behind rows of a report by the unit they are said of."""
    of_unit: dict[int, list[LateLine]] = {}
    for line in snapshots.rows(session, report.snapshot_id, SnapshotRowKind.LATE):
        of_unit.setdefault(line.unit_id, []).append(line)
    return of_unit


def _ask(
    session: Session, report: SupervisionReport, unit_id: int, lines: Sequence[LateLine], by_on: date, now: datetime
) -> None:
    asked = Verification(report_id=report.id, unit_id=unit_id, asked_at=now, answer_by_on=by_on)
    session.add(asked)
    for line in lines:
        asked.rows.append(VerificationRow(task_id=line.task_id, content=_shown(line)))
    session.flush()
    notice = Notice(
        NoticeKind.VERIFICATION,
        f"verification:{asked.id}",
        f"请核实：{report.title}",
        f"通报中有 {len(lines)} 项涉及贵单位，请于{by_on.month}月{by_on.day}日前逐项核实，逾期未反馈视为无异议。",
        f"/circulars/verifications/{asked.id}",
    )
    tell(session, people_with(session, _ROLES, on=office_date(now), unit_id=unit_id), notice, now=now)


def _shown(line: LateLine) -> dict[str, object]:
    names = ("number", "title", "role", "kind", "due_on", "original_due_on", "workdays", "percent", "last_word")
    return {name: getattr(line, name) for name in names}


def find_verification(session: Session, actor: Actor, verification_id: int) -> Verification:
    """Gives what a unit was asked, to its people or to the office. Raises NotFound for anybody else."""
    query = (
        select(Verification)
        .join(SupervisionReport, SupervisionReport.id == Verification.report_id)
        .where(Verification.id == verification_id, SupervisionReport.jurisdiction_id == actor.jurisdiction_id)
    )
    if not actor.is_office:
        query = query.where(Verification.unit_id == (actor.unit_id or 0))
    found = session.scalar(query)
    if found is None or not (actor.is_office or actor.may(Permission.REPORTS_RECEIVE)):
        raise NotFound("没有找到这份核实单，或者您没有查看它的权限。")
    return found


def answer_verification(
    session: Session,
    actor: Actor,
    verification_id: int,
    answers: Sequence[RowAnswer],
    *,
    behalf: OnBehalf | None = None,
    version: int,
    now: datetime,
) -> Verification:
    """Writes a unit's answers, all of them in one act; by the office with the source they were received from.

    Raises Invalid for a row without an answer or a dispute without words, Conflict once the report has been checked.
    """
    asked = find_verification(session, actor, verification_id)
    is_own = actor.unit_id == asked.unit_id and actor.may(Permission.REPORTS_RECEIVE)
    if not is_own and behalf is None:
        raise NotAllowed("代单位录入核实意见，请填写来源和收到日期。")
    if asked.version != version:
        raise Conflict("这份核实单刚被其他人填写，请刷新后再操作。")
    if asked.report.status is not SupervisionStatus.VERIFYING:
        raise Conflict("这份通报的核实已经结束。")
    of_row = {each.row_id: each for each in answers}
    if wrong := _wrong(asked, of_row):
        raise Invalid(wrong)
    for row in asked.rows:
        answer = of_row[row.id]
        row.agreement, row.words = answer.agreement, answer.words
    asked.answered_at, asked.answered_by_id = now, actor.user_id
    session.flush()
    _trace(session, actor, asked, None if is_own else behalf, now)
    return asked


def _wrong(asked: Verification, of_row: Mapping[int, RowAnswer]) -> dict[str, str]:
    wrong = {}
    for row in asked.rows:
        answer = of_row.get(row.id)
        if answer is None or answer.agreement is None:
            wrong[f"row-{row.id}"] = "请选择“属实”或“有异议”。"
        elif answer.agreement is Agreement.DISPUTED and not answer.words:
            wrong[f"row-{row.id}"] = "有异议的，请写明实际情况和依据。"
        elif len(answer.words) > LONGEST_WORDS:
            wrong[f"row-{row.id}"] = f"最长 {LONGEST_WORDS} 个字。"
    return wrong


def _trace(session: Session, actor: Actor, asked: Verification, behalf: OnBehalf | None, now: datetime) -> None:
    disputed = sum(row.agreement is Agreement.DISPUTED for row in asked.rows)
    words = f"{asked.unit.name}核实{len(asked.rows)}项，有异议{disputed}项：{asked.report.title}"
    audit.record(session, actor, "report.verify", asked, summary=words, now=now, disputed=disputed)
    if behalf is not None:
        place = {"jurisdiction_id": actor.jurisdiction_id, "action": "report.verify", "unit_id": asked.unit_id}
        subject = {"subject_type": "Verification", "subject_id": asked.id}
        received = {"source": behalf.source, "received_on": behalf.received_on, "note": behalf.note}
        session.add(BehalfEntry(**place, **subject, **received, entered_by_id=actor.user_id, entered_at=now))
        session.flush()


def decide_dispute(
    session: Session, actor: Actor, verification_id: int, decisions: Mapping[int, str], *, now: datetime
) -> int:
    """Writes what the office made of a unit's disputes, by row. Gives how many were decided; Invalid for none."""
    drafting(actor)
    asked = find_verification(session, actor, verification_id)
    if asked.report.status is not SupervisionStatus.VERIFYING:
        raise Conflict("这份通报的核实已经结束。")
    decided = 0
    for row in asked.rows:
        words = decisions.get(row.id, "")
        if row.agreement is Agreement.DISPUTED and words:
            row.decision = words[:LONGEST_WORDS]
            decided += 1
    if not decided:
        raise Invalid({"decision": "请填写处理意见，如“已更正数据”“维持，理由……”。"})
    session.flush()
    words = f"处理{asked.unit.name}核实异议{decided}项：{asked.report.title}"
    audit.record(session, actor, "report.decide_dispute", asked, summary=words, now=now)
    return decided


def verifications(session: Session, report_id: int) -> list[Verification]:
    """Gives what every unit was asked on a report, with its rows."""
    query = select(Verification).where(Verification.report_id == report_id).order_by(Verification.id)
    return list(session.scalars(query))


def unsettled(session: Session, report: SupervisionReport, *, today: date) -> list[str]:
    """Gives what of the verification still stands in the way of checking a report."""
    wrong = []
    asked = {each.unit_id: each for each in verifications(session, report.id)}
    for unit_id, lines in rows_to_verify(session, report).items():
        if unit_id not in asked:
            wrong.append(f"{lines[0].unit}涉及{len(lines)}项，尚未送核实。")
    for each in asked.values():
        if each.answered_at is None and each.answer_by_on >= today:
            wrong.append(f"{each.unit.name}尚未反馈，核实期至{each.answer_by_on.month}月{each.answer_by_on.day}日。")
        open_rows = sum(row.agreement is Agreement.DISPUTED and not row.decision for row in each.rows)
        if open_rows:
            wrong.append(f"{each.unit.name}有异议的{open_rows}项尚未处理。")
    return wrong
