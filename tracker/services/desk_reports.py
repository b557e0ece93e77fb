"""What of papers in hand waits on a desk: reports by their planned day, signatures, receipts, imports, plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, Select, String, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import DraftStatus, Role, SupervisionStatus, TaskState
from tracker.models import ImportDraft, Plan, ReportReceipt, SupervisionReport, Task, User, Verification
from tracker.services.desk_rows import KEPT, SHOWN, Line, Section, Today, section
from tracker.services.shown import PREPARED

_ENDED = (SupervisionStatus.ISSUED, SupervisionStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class InHand:
    """What the office has in hand: reports by their planned day, imports being examined, plans before their issue."""

    reports: Section
    drafts: Section
    approve: Section
    submit: Section


def in_hand(session: Session, actor: Actor, today: Today) -> InHand:
    """Gives the office what it has in hand, by one query for all of it."""
    rows: dict[str, list[Any]] = {kind: [] for kind in ("report", "draft", "plan")}
    for row in session.execute(_in_hand(actor)):
        rows[row.kind].append(row)
    reports = [_line(row, today) for row in rows["report"]]
    drafts = [
        Line(row.title, "　".join(filter(None, (row.word, f"{row.who}最近核对"))), draft_id=row.id)
        for row in rows["draft"]
    ]
    plans = sorted(rows["plan"], key=lambda row: row.id)
    submit = _plan_lines(plans, TaskState.DRAFT) if Role.OFFICER in actor.roles else []
    return InHand(
        section("reports", "在办的通报", reports),
        section("drafts", "核对中的导入", drafts),
        _approve(plans if actor.may(Permission.PLANS_APPROVE) else []),
        section("submit", "已入库，待提请立项", submit),
    )


def to_approve(session: Session, actor: Actor) -> Section:
    """Gives a leader who approves plans those that wait for it."""
    return _approve(session.execute(_plans(actor).order_by(Plan.id)).all())


def _approve(plans: Sequence[Any]) -> Section:
    return section("approve", "待立项交办", _plan_lines(plans, TaskState.PENDING_APPROVAL))


def _plan_lines(plans: Sequence[Any], state: TaskState) -> list[Line]:
    return [Line(row.title, row.word, count=row.number, plan_id=row.id) for row in plans if row.who == state.value]


@lru_cache(maxsize=KEPT)
def _in_hand(actor: Actor) -> Select[Any]:
    found = union_all(_reports(actor), _drafts(actor), _plans(actor)).subquery()
    return select(found).order_by(found.c.planned_on.asc().nulls_last(), found.c.at.desc())


def _plans(actor: Actor) -> Select[Any]:
    """The plans with tasks to approve, and those with tasks not yet submitted, by how many."""
    return (
        select(
            *(literal("plan").label("kind"), Plan.id, Plan.title, Plan.doc_no.label("word")),
            cast(Task.state, String).label("who"),
            *(cast(null(), Date).label(name) for name in ("planned_on", "verify_by_on", "signed_on")),
            cast(null(), SupervisionReport.drafted_at.type).label("at"),
            func.count().label("number"),
        )
        .join(Task, Task.plan_id == Plan.id)
        .where(Task.jurisdiction_id == actor.jurisdiction_id, Task.state.in_(PREPARED))
        .group_by(Plan.id, Plan.title, Plan.doc_no, Task.state)
    )


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
        cast(null(), Integer).label("number"),
    ).where(report.jurisdiction_id == actor.jurisdiction_id, report.status.not_in(_ENDED))


def _drafts(actor: Actor) -> Select[Any]:
    query = (
        select(
            literal("draft"),
            ImportDraft.id,
            ImportDraft.title,
            ImportDraft.doc_no,
            User.name,
            *(cast(null(), Date).label(name) for name in ("planned_on", "verify_by_on", "signed_on")),
            ImportDraft.updated_at,
            cast(null(), Integer).label("number"),
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


@lru_cache(maxsize=KEPT)
def _of_unit(unit_id: int) -> CompoundSelect[Any]:
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
    return asked.union_all(sent)


def unit_reports(session: Session, actor: Actor, today: Today) -> Section:
    """Gives a unit what it is to verify and what it has not confirmed to have received."""
    lines = []
    for kind, key, title, by_on in session.execute(_of_unit(actor.unit_id or 0)):
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
