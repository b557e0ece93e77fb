"""Drafting a supervision report (督查通报): its snapshot, its paragraphs, and what the officer changes in them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.proposals import Matter, paragraphs, title
from tracker.core.snapshot import canonical
from tracker.core.spans import Span, span_of
from tracker.core.terms import PlanStatus, SupervisionKind, SupervisionStatus
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import (
    Jurisdiction,
    Plan,
    ReportParagraph,
    ReportPlan,
    Snapshot,
    SupervisionReport,
)
from tracker.services import audit, snapshots
from tracker.services.access import plan_scope

LONGEST_TITLE = 120
LONGEST_PARAGRAPH = 4_000
MOST_PARAGRAPHS = 60
OPEN = (SupervisionStatus.DRAFT, SupervisionStatus.VERIFYING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is to be on; no plan chosen means all that are under way."""

    kind: SupervisionKind
    period: str
    plan_ids: tuple[int, ...] = ()
    planned_on: date | None = None


@dataclass(frozen=True, slots=True)
class EditedParagraph:
    """A paragraph as typed: `place` is where it stood, None for a new one; `confirmed` numbers with their sources."""

    section: str
    text: str
    place: int | None = None
    confirmed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """What the officer typed on the page of a draft."""

    title: str
    addressee: str
    planned_on: date | None
    names_units: bool
    naming_basis: str
    paragraphs: tuple[EditedParagraph, ...]


def find_report(session: Session, actor: Actor, report_id: int) -> SupervisionReport:
    """Gives a report of the actor's jurisdiction. Raises NotFound for any other, NotAllowed for people of units."""
    refuse_units(actor)
    report = session.scalar(
        select(SupervisionReport).where(
            SupervisionReport.id == report_id, SupervisionReport.jurisdiction_id == actor.jurisdiction_id
        )
    )
    if report is None:
        raise NotFound("没有找到这份通报，或者您没有查看它的权限。")
    return report


def refuse_units(actor: Actor) -> None:
    """Raises NotAllowed for whoever does not see the whole jurisdiction."""
    if not actor.sees_jurisdiction:
        raise NotAllowed("通报由领导小组办公室和领导查看。")


def drafting(actor: Actor) -> None:
    """Raises NotAllowed for whoever drafts no reports."""
    if not actor.may(Permission.REPORTS_DRAFT):
        raise NotAllowed("通报由领导小组办公室起草。")


def refuse_stale(report: SupervisionReport, version: int) -> None:
    """Raises Conflict where somebody else has changed the report since it was opened."""
    if report.version != version:
        raise Conflict("这份通报刚被其他人修改，请刷新后再操作。")


def create_report(
    session: Session, actor: Actor, asked: Asked, *, now: datetime, replaces: SupervisionReport | None = None
) -> SupervisionReport:
    """Takes a snapshot and drafts a report of it. Raises Invalid for a wrong period or where there is no plan."""
    drafting(actor)
    span = span_of(asked.period)
    place = session.get_one(Jurisdiction, actor.jurisdiction_id)
    plans = _plans(session, actor, asked.plan_ids)
    previous = last_issued(session, place.id, asked.kind, span, [plan.id for plan in plans])
    snapshot = snapshots.take(
        session, place, plans, span, previous_id=previous.snapshot_id if previous else None, now=now
    )
    report = SupervisionReport(
        jurisdiction_id=place.id,
        kind=asked.kind,
        status=SupervisionStatus.DRAFT,
        period=span.name,
        title="",
        addressee="各有关单位：" if asked.kind is SupervisionKind.BULLETIN else "",
        snapshot=snapshot,
        replaces_id=replaces.id if replaces else None,
        planned_on=asked.planned_on,
        drafted_by_id=actor.user_id,
        drafted_at=now,
        plans=plans,
    )
    session.add(report)
    _propose(session, report, is_supervision=bool(place.supervision_basis))
    words = f"起草{asked.kind.label}：{report.title}"
    audit.record(session, actor, "report.create", report, summary=words, now=now, digest=snapshot.digest)
    return report


def _plans(session: Session, actor: Actor, plan_ids: Sequence[int]) -> list[Plan]:
    query = select(Plan).where(plan_scope(actor), Plan.status != PlanStatus.PREPARING).order_by(Plan.id)
    plans = list(session.scalars(query.where(Plan.id.in_(plan_ids)) if plan_ids else query))
    if not plans or (plan_ids and len(plans) != len(set(plan_ids))):
        raise Invalid({"plan": "请选择已经交办的方案。"})
    return plans


def last_issued(
    session: Session, jurisdiction_id: int, kind: SupervisionKind, span: Span, plan_ids: Sequence[int]
) -> SupervisionReport | None:
    """Gives the last issued report of a kind on an earlier period that all these plans were in, None where none is."""
    covering = (
        select(ReportPlan.report_id)
        .where(ReportPlan.plan_id.in_(plan_ids))
        .group_by(ReportPlan.report_id)
        .having(func.count() == len(plan_ids))
    )
    query = (
        select(SupervisionReport)
        .join(Snapshot, Snapshot.id == SupervisionReport.snapshot_id)
        .where(
            SupervisionReport.jurisdiction_id == jurisdiction_id,
            SupervisionReport.kind == kind,
            SupervisionReport.status == SupervisionStatus.ISSUED,
            SupervisionReport.id.in_(covering),
            Snapshot.as_of_on < span.last_on,
            SupervisionReport.period != span.name,
        )
    )
    return session.scalars(query.order_by(Snapshot.as_of_on.desc(), SupervisionReport.id.desc()).limit(1)).first()


def matter_of(session: Session, report: SupervisionReport) -> Matter:
    """Gives what a report is on, for the words it is told in."""
    previous = session.get(Snapshot, report.snapshot.previous_id) if report.snapshot.previous_id else None
    return Matter(
        kind=report.kind,
        plans=tuple((plan["title"], plan["doc_no"]) for plan in report.snapshot.head["plans"]),
        period_label=span_of(report.period).label,
        previous_label=span_of(previous.period).label if previous else "",
        names_units=report.names_units,
    )


def _propose(session: Session, report: SupervisionReport, *, is_supervision: bool) -> None:
    """Writes title and paragraphs anew; what the officer has changed stays as it is."""
    matter = matter_of(session, report)
    report.title = report.title or title(matter, is_supervision=is_supervision)[:LONGEST_TITLE]
    # What somebody wrote is not thrown away: it keeps its place among the new paragraphs of its section.
    kept = {(each.section, each.proposed): each for each in report.paragraphs if each.text != each.proposed}
    made = []
    for proposed in paragraphs(matter, report.snapshot.figures):
        old = kept.pop((proposed.section, proposed.text), None) if proposed.text else None
        text, confirmed = (old.text, old.confirmed) if old is not None else (proposed.text, [])
        made.append((proposed.section, proposed.text, text, confirmed))
    for each in [each for each in report.paragraphs if not each.proposed or each in kept.values()]:
        places = [place for place, row in enumerate(made) if row[0] == each.section]
        made.insert(places[-1] + 1 if places else len(made), (each.section, "", each.text, each.confirmed))
    _write(session, report, made)


def _write(session: Session, report: SupervisionReport, rows: Sequence[tuple[str, str, str, object]]) -> None:
    report.paragraphs.clear()
    session.flush()
    for position, (section, proposed, text, confirmed) in enumerate(rows):
        values = {"section": section, "proposed": proposed, "text": text, "confirmed": confirmed}
        report.paragraphs.append(ReportParagraph(position=position, **values))
    session.flush()


def refresh_report(session: Session, actor: Actor, report_id: int, *, version: int, now: datetime) -> SupervisionReport:
    """Takes the snapshot of a draft anew and proposes again what nobody has rewritten. Raises Conflict once checked."""
    drafting(actor)
    report = _open(session, actor, report_id, version)
    place = session.get_one(Jurisdiction, report.jurisdiction_id)
    old, span = report.snapshot, span_of(report.period)
    previous = last_issued(session, place.id, report.kind, span, [plan.id for plan in report.plans])
    before = previous.snapshot_id if previous else None
    report.snapshot = snapshots.take(session, place, report.plans, span, previous_id=before, now=now)
    session.flush()
    snapshots.discard(session, old.id)
    _propose(session, report, is_supervision=bool(place.supervision_basis))
    words = f"重新取数：{report.title}"
    audit.record(session, actor, "report.refresh", report, summary=words, now=now, digest=report.snapshot.digest)
    return report


def _open(session: Session, actor: Actor, report_id: int, version: int) -> SupervisionReport:
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if report.status not in OPEN:
        raise Conflict(f"这份通报{report.status.label}，不能再修改。")
    return report


def edit_report(
    session: Session, actor: Actor, report_id: int, edited: Edited, *, version: int, now: datetime
) -> SupervisionReport:
    """Writes what the officer typed. Raises Invalid for a wrong field; the proof is done apart, nothing is lost."""
    drafting(actor)
    report = _open(session, actor, report_id, version)
    if wrong := _wrong(edited):
        raise Invalid(wrong)
    report.title, report.addressee, report.planned_on = edited.title, edited.addressee, edited.planned_on
    report.names_units, report.naming_basis = edited.names_units, edited.naming_basis
    _write(session, report, _rewritten(report, edited.paragraphs))
    # The version rises also where only paragraphs changed.
    report.returned_reason = ""
    report.drafted_at = now
    session.flush()
    audit.record(session, actor, "report.edit", report, summary=f"修改通报：{report.title}", now=now)
    return report


def _rewritten(
    report: SupervisionReport, typed: Sequence[EditedParagraph]
) -> list[tuple[str, str, str, list[dict[str, str]]]]:
    """The paragraphs as they are to stand: a new one ends its section, an empty one is gone."""
    proposed = {each.position: each.proposed for each in report.paragraphs}
    sections = list(dict.fromkeys(each.section for each in report.paragraphs))
    rows = []
    for each in typed:
        was = proposed.get(each.place, "") if each.place is not None else ""
        if each.section in sections and each.text:
            confirmed = [{"printed": printed, "source": source} for printed, source in each.confirmed]
            rows.append((each.section, was, each.text, confirmed))
    return sorted(rows, key=lambda row: sections.index(row[0]))


def _wrong(edited: Edited) -> dict[str, str]:
    wrong = {}
    if not edited.title or len(edited.title) > LONGEST_TITLE or not edited.title.isprintable():
        wrong["title"] = f"请填写标题，最长 {LONGEST_TITLE} 个字。"
    if edited.names_units and not edited.naming_basis:
        wrong["naming_basis"] = "点名通报须填写批准人和批准日期或文件。"
    if len(edited.naming_basis) > LONGEST_TITLE:
        wrong["naming_basis"] = f"最长 {LONGEST_TITLE} 个字。"
    if len(edited.paragraphs) > MOST_PARAGRAPHS:
        wrong[""] = f"正文最多 {MOST_PARAGRAPHS} 段。"
    for place, each in enumerate(edited.paragraphs):
        if len(each.text) > LONGEST_PARAGRAPH:
            wrong[f"text-{place}"] = f"每段最长 {LONGEST_PARAGRAPH} 个字。"
    return wrong


def discard_report(session: Session, actor: Actor, report_id: int, *, version: int, now: datetime) -> None:
    """Removes a draft. Raises Conflict once units have been asked to verify it."""
    drafting(actor)
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if report.status is not SupervisionStatus.DRAFT or report.verify_by_on is not None:
        raise Conflict("只有尚未送核实的草稿可以删除。")
    audit.record(session, actor, "report.discard", report, summary=f"删除通报草稿：{report.title}", now=now)
    report.plans.clear()
    snapshot_id = report.snapshot_id
    session.delete(report)
    session.flush()
    snapshots.discard(session, snapshot_id)


def sum_of(report: SupervisionReport) -> str:
    """Gives the sum over all that a report says: its snapshot's digest, title, number, paragraphs, what it may name."""
    said = {
        "snapshot": report.snapshot.digest,
        "kind": report.kind.value,
        "title": report.title,
        "addressee": report.addressee,
        "number": [report.year, report.number],
        "issued_on": report.issued_on.isoformat() if report.issued_on else None,
        "signer": report.signer_name,
        "names_units": report.names_units,
        "paragraphs": [[each.section, each.text] for each in report.paragraphs],
    }
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def serial(report: SupervisionReport) -> str:
    """Gives the number as printed, 〔2026〕3号, nothing before it has one."""
    return f"〔{report.year}〕{report.number}号" if report.number else ""
