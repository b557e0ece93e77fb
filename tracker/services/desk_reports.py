"""What of supervision reports waits on a desk: planned days that passed, signatures, rows to verify, receipts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Select, String, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import DraftStatus, SupervisionStatus
from tracker.models import ImportDraft, ReportReceipt, SupervisionReport, User, Verification
from tracker.services.desk_rows import SHOWN, Line, Section, Today, section

_ENDED = (SupervisionStatus.ISSUED, SupervisionStatus.WITHDRAWN)


def in_hand(session: Session, actor: Actor, today: Today) -> tuple[Section, Section]:
    """Gives the office the reports on their way, by their planned day, and the imports being examined."""
    found = union_all(_reports(actor), _drafts(actor)).subquery()
    rows = session.execute(select(found).order_by(found.c.planned_on.asc().nulls_last(), found.c.at.desc())).all()
    reports = [_line(row, today) for row in rows if row.kind == "report"]
    drafts = [
        Line(row.title, "　".join(filter(None, (row.word, f"{row.who}最近核对"))), draft_id=row.id)
        for row in rows
        if row.kind == "draft"
    ]
    return section("reports", "在办的通报", reports), section("drafts", "核对中的导入", drafts)


def _reports(actor: Actor) -> Select[Any]:
    report = SupervisionReport
    return select(
        literal("report").label("kind"),
        report.id,
        report.title,
        cast(report.status, String).label("word"),
        literal("").label("who"),
        report.planned_on,
        report.verify_by_on,
        report.signed_on,
        report.drafted_at.label("at"),
    ).where(report.jurisdiction_id == actor.jurisdiction_id, report.status.not_in(_ENDED))


def _drafts(actor: Actor) -> Select[Any]:
    query = (
        select(
            literal("draft"),
            ImportDraft.id,
            ImportDraft.title,
            ImportDraft.doc_no,
            User.name,
            *(cast(null(), Date) for _ in range(3)),
            ImportDraft.updated_at,
        )
        .join(User, User.id == ImportDraft.updated_by_id)
        .where(ImportDraft.jurisdiction_id == actor.jurisdiction_id, ImportDraft.status == DraftStatus.REVIEWING)
        .order_by(ImportDraft.updated_at.desc())
        .limit(SHOWN * 5)
    )
    return select(query.subquery())


def to_sign(session: Session, actor: Actor, today: Today) -> Section:
    """Gives a leader the reports that wait for a signature."""
    waiting = _reports(actor).where(
        SupervisionReport.status == SupervisionStatus.CHECKED, SupervisionReport.signed_on.is_(None)
    )
    rows = session.execute(waiting.order_by(SupervisionReport.id))
    return section("reports", "待签发的通报", [_line(row, today) for row in rows])


def _line(row: Any, today: Today) -> Line:
    status = SupervisionStatus(row.word)  # type: ignore[call-arg]
    note = status.label
    if status is SupervisionStatus.CHECKED and row.signed_on:
        note = "已签发，待印发"
    elif status is SupervisionStatus.VERIFYING and row.verify_by_on:
        is_over = row.verify_by_on < today.day
        note = "核实期已满，待审核" if is_over else f"核实中，期限{row.verify_by_on.isoformat()}"
    late = today.late(row.planned_on)
    return Line(
        row.title,
        note if late is None else f"计划印发日期已过，{note}",
        shown="" if late is None else "late",
        due_on=row.planned_on,
        workdays=today.left(row.planned_on) if late is None else late,
        link=f"/supervision/{row.id}",
    )


def unit_reports(session: Session, actor: Actor, today: Today) -> Section:
    """Gives a unit what it is to verify and what it has not confirmed to have received."""
    unit_id = actor.unit_id or 0
    asked = (
        select(literal("verify"), Verification.id, SupervisionReport.title, Verification.answer_by_on)
        .join(SupervisionReport, SupervisionReport.id == Verification.report_id)
        .where(
            Verification.unit_id == unit_id,
            Verification.answered_at.is_(None),
            SupervisionReport.status == SupervisionStatus.VERIFYING,
        )
    )
    sent = (
        select(literal("receive"), ReportReceipt.id, SupervisionReport.title, cast(null(), Date))
        .join(SupervisionReport, SupervisionReport.id == ReportReceipt.report_id)
        .where(
            ReportReceipt.unit_id == unit_id,
            ReportReceipt.received_at.is_(None),
            SupervisionReport.status == SupervisionStatus.ISSUED,
        )
    )
    lines = []
    for kind, key, title, by_on in session.execute(asked.union_all(sent)):
        is_asked = kind == "verify"
        lines.append(
            Line(
                title,
                "请核实涉及本单位的事项" if is_asked else "请阅知并签收",
                due_on=by_on,
                workdays=today.left(by_on) if is_asked else None,
                link=f"/circulars/verifications/{key}" if is_asked else f"/circulars/{key}",
            )
        )
    return section("reports", "通报", lines)
