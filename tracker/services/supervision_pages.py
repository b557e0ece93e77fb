"""The rows that pages on supervision reports show: the list, one report with what may be done to it, the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.core.classes import ReportClass
from tracker.core.content import ReportContent
from tracker.core.fields import Figure, resolve
from tracker.core.paging import PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor, Permission
from tracker.core.proposals import LISTS
from tracker.core.spans import span_of
from tracker.core.terms import (
    Agreement,
    PlanStatus,
    RegisterKind,
    Role,
    SupervisionKind,
    SupervisionStatus,
)
from tracker.db import office_date
from tracker.errors import NotFound
from tracker.models import (
    Jurisdiction,
    Plan,
    RegisterNumber,
    ReportParagraph,
    ReportReceipt,
    Slip,
    SupervisionReport,
    Unit,
    User,
    Verification,
    VerificationRow,
)
from tracker.services import snapshots
from tracker.services.access import plan_scope
from tracker.services.supervision import find_report, refuse_units, serial
from tracker.services.supervision_content import content
from tracker.services.supervision_issuing import Proof, is_as_issued, proof
from tracker.services.supervision_verifying import unsettled, verifications

ROWS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a person asked the list for."""

    kind: SupervisionKind | None = None
    status: SupervisionStatus | None = None
    year: int | None = None


def issued_plans(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Gives the plans a report can be on, the last issued first."""
    refuse_units(actor)
    query = select(Plan.id, Plan.title).where(plan_scope(actor), Plan.status != PlanStatus.PREPARING)
    return list(session.execute(query.order_by(Plan.issued_on.desc().nulls_last(), Plan.id.desc())).tuples())


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report of the list."""

    id: int
    kind: SupervisionKind
    status: SupervisionStatus
    period: str
    title: str
    number: str
    planned_on: date | None
    issued_on: date | None
    drafter: str
    is_overdue: bool


def report_list(
    session: Session, actor: Actor, asked: ReportFilter, *, today: date, number: int = 1, is_whole: bool = False
) -> Page[ReportRow]:
    """Gives the reports asked for, newest period first, a page of them or all for an export."""
    refuse_units(actor)
    conditions = [SupervisionReport.jurisdiction_id == actor.jurisdiction_id]
    if asked.kind is not None:
        conditions.append(SupervisionReport.kind == asked.kind)
    if asked.status is not None:
        conditions.append(SupervisionReport.status == asked.status)
    if asked.year is not None:
        conditions.append(SupervisionReport.period.startswith(str(asked.year)))
    total = session.scalar(select(func.count()).select_from(SupervisionReport).where(*conditions)) or 0
    query = (
        select(SupervisionReport, User.name)
        .join(User, User.id == SupervisionReport.drafted_by_id)
        .where(*conditions)
        .order_by(SupervisionReport.id.desc())
    )
    size = total or 1 if is_whole else PAGE_SIZE
    rows = session.execute(query if is_whole else query.limit(size).offset(offset(number, size)))
    return Page([_row(report, name, today) for report, name in rows], number, total, size)


def _row(report: SupervisionReport, drafter: str, today: date) -> ReportRow:
    return ReportRow(
        id=report.id,
        kind=report.kind,
        status=report.status,
        period=span_of(report.period).label,
        title=report.title,
        number=serial(report),
        planned_on=report.planned_on,
        issued_on=report.issued_on,
        drafter=drafter,
        is_overdue=is_overdue(report, today),
    )


def is_overdue(report: SupervisionReport, today: date) -> bool:
    """Whether the planned day of issue has passed without it."""
    is_open = report.status not in (SupervisionStatus.ISSUED, SupervisionStatus.WITHDRAWN)
    return is_open and report.planned_on is not None and report.planned_on < today


@dataclass(frozen=True, slots=True)
class ParagraphRow:
    """A paragraph with its fields, as it reads, and the numbers typed by hand with their sources."""

    position: int
    section: str
    text: str
    shown: str
    is_changed: bool
    confirmed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One row a unit was asked to verify."""

    id: int
    task_id: int | None
    number: str
    title: str
    kind: str
    due_on: str
    workdays: int | None
    percent: int | None
    agreement: Agreement | None
    words: str
    decision: str


@dataclass(frozen=True, slots=True)
class AskedUnit:
    """A unit that was asked to verify a report."""

    id: int
    version: int
    unit_id: int
    unit: str
    report_title: str
    period: str
    is_open: bool
    answer_by_on: date
    answered_at: datetime | None
    answered_by: str
    rows: tuple[AskedRow, ...]

    @property
    def disputed(self) -> int:
        """Gives how many rows the unit disputes."""
        return sum(row.agreement is Agreement.DISPUTED for row in self.rows)


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A unit that was sent an issued report."""

    unit: str
    received_at: datetime | None
    received_by: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One report with everything its page shows; `acts` are what this person may do now."""

    id: int
    version: int
    kind: SupervisionKind
    status: SupervisionStatus
    period: str
    number: str
    content: ReportContent
    paragraphs: tuple[ParagraphRow, ...]
    taken_at: datetime
    is_period_over: bool
    previous: str
    names_units: bool
    naming_basis: str
    drafter: str
    checker: str
    checked_at: datetime | None
    is_one_person: bool
    signed_on: date | None
    signed_source: str
    returned_reason: str
    withdrawn_reason: str
    replaces_id: int | None
    replaced_by_id: int | None
    is_as_issued: bool
    audit_head: str
    digest: str
    verify_by_on: date | None
    asked: tuple[AskedUnit, ...]
    receipts: tuple[ReceiptRow, ...]
    acts: frozenset[str]


def report_page(session: Session, actor: Actor, report_id: int, *, with_tasks: bool = False) -> ReportPage:
    """Gives one report of the actor's jurisdiction."""
    report = find_report(session, actor, report_id)
    figures = snapshots.figures_of(report.snapshot)
    names = _names(session, [report.drafted_by_id, report.checked_by_id])
    head = report.snapshot.head
    replaced_by = select(SupervisionReport.id).where(SupervisionReport.replaces_id == report.id)
    before = report.snapshot.previous_id
    return ReportPage(
        id=report.id,
        version=report.version,
        kind=report.kind,
        status=report.status,
        period=span_of(head["period"]).label,
        number=serial(report),
        content=content(session, report, with_tasks=with_tasks),
        paragraphs=tuple(_paragraph(each, figures) for each in report.paragraphs),
        taken_at=report.snapshot.taken_at,
        is_period_over=report.snapshot.is_period_over,
        previous=_previous(session, before) if before else "",
        names_units=report.names_units,
        naming_basis=report.naming_basis,
        drafter=names.get(report.drafted_by_id, ""),
        checker=names.get(report.checked_by_id or 0, ""),
        checked_at=report.checked_at,
        is_one_person=report.is_one_person,
        signed_on=report.signed_on,
        signed_source=report.signed_source,
        returned_reason=report.returned_reason,
        withdrawn_reason=report.withdrawn_reason,
        replaces_id=report.replaces_id,
        replaced_by_id=session.scalar(replaced_by.limit(1)),
        is_as_issued=is_as_issued(report),
        audit_head=report.audit_head,
        digest=report.digest,
        verify_by_on=report.verify_by_on,
        asked=tuple(_asked(session, each) for each in verifications(session, report.id)),
        receipts=_receipts(session, report.id),
        acts=_acts(session, actor, report),
    )


def _paragraph(each: ReportParagraph, figures: dict[str, Figure]) -> ParagraphRow:
    confirmed = tuple((row["printed"], row["source"]) for row in each.confirmed or ())
    lists = {key: Figure(key, label, f"（自动列出{label}）") for key, label in LISTS.items()}
    shown = resolve(each.text, figures | lists)
    return ParagraphRow(each.position, each.section, each.text, shown, each.text != each.proposed, confirmed)


def _previous(session: Session, snapshot_id: int) -> str:
    query = select(SupervisionReport).where(SupervisionReport.snapshot_id == snapshot_id)
    report = session.scalars(query).first()
    return f"{span_of(report.period).label}{serial(report)}" if report is not None else ""


def _names(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    query = select(User.id, User.name).where(User.id.in_([each for each in ids if each]))
    return dict(session.execute(query).tuples().all())


def _asked(session: Session, each: Verification) -> AskedUnit:
    who = _names(session, [each.answered_by_id])
    return AskedUnit(
        id=each.id,
        version=each.version,
        unit_id=each.unit_id,
        unit=each.unit.name,
        report_title=each.report.title,
        period=span_of(each.report.period).label,
        is_open=each.report.status is SupervisionStatus.VERIFYING,
        answer_by_on=each.answer_by_on,
        answered_at=each.answered_at,
        answered_by=who.get(each.answered_by_id or 0, ""),
        rows=tuple(_asked_row(row) for row in each.rows),
    )


def _asked_row(row: VerificationRow) -> AskedRow:
    said = row.content
    return AskedRow(
        id=row.id,
        task_id=row.task_id,
        number=said["number"],
        title=said["title"],
        kind=ReportClass(said["kind"]).label,  # type: ignore[call-arg]
        due_on=said["due_on"],
        workdays=said["workdays"],
        percent=said["percent"],
        agreement=row.agreement,
        words=row.words,
        decision=row.decision,
    )


def asked_page(session: Session, asked: Verification) -> AskedUnit:
    """Gives what a unit was asked, for its page."""
    return _asked(session, asked)


def _receipts(session: Session, report_id: int) -> tuple[ReceiptRow, ...]:
    query = (
        select(Unit.name, ReportReceipt.received_at, User.name)
        .join(Unit, Unit.id == ReportReceipt.unit_id)
        .outerjoin(User, User.id == ReportReceipt.received_by_id)
        .where(ReportReceipt.report_id == report_id)
        .order_by(ReportReceipt.received_at.is_not(None), Unit.position, Unit.id)
    )
    return tuple(ReceiptRow(unit, at, name or "") for unit, at, name in session.execute(query))


def _acts(session: Session, actor: Actor, report: SupervisionReport) -> frozenset[str]:
    """What this person may do to the report now; the services refuse everything else."""
    status, is_one = report.status, session.get_one(Jurisdiction, report.jurisdiction_id).is_one_person
    is_head, is_leader = Role.OFFICE_HEAD in actor.roles, Role.LEADER in actor.roles
    drafts = actor.may(Permission.REPORTS_DRAFT)
    acts: set[str] = set()
    if status in (SupervisionStatus.DRAFT, SupervisionStatus.VERIFYING) and drafts:
        acts |= {"edit", "refresh"}
        if (is_head and actor.user_id != report.drafted_by_id) or is_one:
            acts.add("check")
    if status is SupervisionStatus.DRAFT and drafts:
        acts |= {"verify"} if not report.verify_by_on else set()
        acts |= {"discard"} if not report.verify_by_on else set()
    if status in (SupervisionStatus.VERIFYING, SupervisionStatus.CHECKED) and (is_head or is_leader or is_one):
        acts.add("return")
    if status is SupervisionStatus.CHECKED:
        acts |= {"sign"} if is_leader and not report.signed_on else set()
        acts |= {"sign_for"} if drafts and not report.signed_on else set()
        acts |= {"issue"} if drafts and report.signed_on else set()
    if status is SupervisionStatus.ISSUED and drafts and (is_head or is_one):
        acts.add("withdraw")
    if status is SupervisionStatus.WITHDRAWN and drafts:
        acts.add("replace")
    return frozenset(acts)


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The proof of a report with every figure its text uses, and what of the verification is open."""

    report: ReportPage
    proof: Proof
    unsettled: tuple[str, ...]
    figures: tuple[Figure, ...]


def proof_page(session: Session, actor: Actor, report_id: int, *, today: date) -> ProofPage:
    """Gives the proof of a report."""
    report = find_report(session, actor, report_id)
    is_issued = report.status in (SupervisionStatus.ISSUED, SupervisionStatus.WITHDRAWN)
    return ProofPage(
        report_page(session, actor, report_id),
        proof(session, report),
        () if is_issued else tuple(unsettled(session, report, today=today)),
        tuple(snapshots.figures_of(report.snapshot).values()),
    )


@dataclass(frozen=True, slots=True)
class FigureRows:
    """The rows behind one figure."""

    report_id: int
    title: str
    figure: Figure
    lines: Page[object]


def figure_rows(session: Session, actor: Actor, report_id: int, key: str, *, number: int = 1) -> FigureRows:
    """Gives the rows that prove a figure of a report. Raises NotFound for a figure it does not have."""
    report = find_report(session, actor, report_id)
    figure = snapshots.figures_of(report.snapshot).get(key)
    if figure is None or figure.rows is None:
        raise NotFound("这份通报没有这个数据，或者它没有明细。")
    total = snapshots.count_rows(session, report.snapshot_id, figure.rows, mark=figure.mark)
    lines = snapshots.rows(
        session,
        report.snapshot_id,
        figure.rows,
        mark=figure.mark,
        limit=ROWS_SHOWN,
        offset=offset(number, ROWS_SHOWN),
    )
    return FigureRows(report.id, report.title, figure, Page(lines, number, total, ROWS_SHOWN))


@dataclass(frozen=True, slots=True)
class CircularRow:
    """An issued report, or a report to verify, as a unit's list shows it."""

    id: int
    title: str
    number: str
    on: date
    by_on: date | None
    done_at: datetime | None
    is_withdrawn: bool = False


def circulars(session: Session, actor: Actor) -> tuple[tuple[CircularRow, ...], tuple[CircularRow, ...]]:
    """Gives what the actor's unit was asked to verify and what it was sent, newest first."""
    return tuple(_to_verify(session, actor)), tuple(_received(session, actor))


def _to_verify(session: Session, actor: Actor) -> list[CircularRow]:
    query: Select[tuple[Verification, SupervisionReport]] = (
        select(Verification, SupervisionReport)
        .join(SupervisionReport, SupervisionReport.id == Verification.report_id)
        .where(Verification.unit_id == (actor.unit_id or 0), SupervisionReport.status == SupervisionStatus.VERIFYING)
        .order_by(Verification.id.desc())
    )
    return [
        CircularRow(asked.id, report.title, "", office_date(asked.asked_at), asked.answer_by_on, asked.answered_at)
        for asked, report in session.execute(query)
    ]


def _received(session: Session, actor: Actor) -> list[CircularRow]:
    query = (
        select(ReportReceipt, SupervisionReport)
        .join(SupervisionReport, SupervisionReport.id == ReportReceipt.report_id)
        .where(ReportReceipt.unit_id == (actor.unit_id or 0))
        .order_by(ReportReceipt.id.desc())
    )
    return [
        CircularRow(
            receipt.id,
            report.title,
            serial(report),
            report.issued_on or office_date(report.drafted_at),
            None,
            receipt.received_at,
            report.status is SupervisionStatus.WITHDRAWN,
        )
        for receipt, report in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One number of a register and the paper that bears it."""

    kind: RegisterKind
    year: int
    number: int
    title: str
    on: date | None
    state: str
    report_id: int | None


def register(session: Session, actor: Actor, *, kind: RegisterKind | None, year: int | None) -> list[RegisterRow]:
    """Gives the numbers taken, newest first, with their papers."""
    refuse_units(actor)
    query = select(RegisterNumber).where(RegisterNumber.jurisdiction_id == actor.jurisdiction_id)
    if kind is not None:
        query = query.where(RegisterNumber.kind == kind)
    if year is not None:
        query = query.where(RegisterNumber.year == year)
    numbers = session.scalars(query.order_by(RegisterNumber.year.desc(), RegisterNumber.id.desc()))
    papers = _reports_by_number(session, actor.jurisdiction_id) | _slips_by_number(session, actor.jurisdiction_id)
    return [_registered(each, papers.get((each.kind.value, each.year, each.number))) for each in numbers]


def _registered(each: RegisterNumber, paper: tuple[str, date | None, str, int | None] | None) -> RegisterRow:
    return RegisterRow(each.kind, each.year, each.number, *(paper or ("", None, "", None)))


_Papers = dict[tuple[str, int, int], tuple[str, date | None, str, int | None]]


def _reports_by_number(session: Session, jurisdiction_id: int) -> _Papers:
    query = select(SupervisionReport).where(
        SupervisionReport.jurisdiction_id == jurisdiction_id, SupervisionReport.number.is_not(None)
    )
    return {
        (each.kind.value, each.year or 0, each.number or 0): (each.title, each.issued_on, each.status.label, each.id)
        for each in session.scalars(query)
    }


def _slips_by_number(session: Session, jurisdiction_id: int) -> _Papers:
    """Slips keep their number as printed; it ends in 〔2026〕3号."""
    found: _Papers = {}
    for slip in session.scalars(select(Slip).where(Slip.jurisdiction_id == jurisdiction_id)):
        year, _, number = slip.number.partition("〔")[2].removesuffix("号").partition("〕")
        if year.isdigit() and number.isdigit():
            kind = "slip" if slip.form.value == "slip" else "prompt"
            found[kind, int(year), int(number)] = (slip.demand[:80], slip.issued_on, slip.status.label, None)
    return found
