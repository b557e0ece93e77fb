"""From proof to issue: the office's head checks, a leader signs, the paper takes its number and goes to the units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.classes import ReportClass
from tracker.core.fields import FIELD, Figure, keys_in, resolve
from tracker.core.permissions import Actor, Permission
from tracker.core.proof import Fault, Finding, naming_proven, numbers_proven, title_proven
from tracker.core.proposals import LISTS
from tracker.core.terms import (
    BehalfSource,
    NoticeKind,
    RegisterKind,
    Role,
    SnapshotRowKind,
    SupervisionKind,
    SupervisionStatus,
)
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Jurisdiction, ReportReceipt, SupervisionReport
from tracker.services import audit, sealing, snapshots
from tracker.services.notices import Notice, people_with, tell
from tracker.services.registers import next_number
from tracker.services.supervision import (
    Asked,
    create_report,
    drafting,
    find_report,
    refuse_stale,
    serial,
    sum_of,
)
from tracker.services.supervision_verifying import unsettled

LONGEST = 200
REGISTER_OF = {
    SupervisionKind.BULLETIN: RegisterKind.BULLETIN,
    SupervisionKind.SPECIAL: RegisterKind.SPECIAL,
    SupervisionKind.ACCOUNT: RegisterKind.ACCOUNT,
}


@dataclass(frozen=True, slots=True)
class ProvenFigure:
    """A figure the text uses and the number of rows behind it, None where it is not their number."""

    figure: Figure
    behind: int | None
    paragraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands in the way of issue, and every figure the text uses."""

    findings: tuple[Finding, ...]
    figures: tuple[ProvenFigure, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.findings


def proof(session: Session, report: SupervisionReport) -> Proof:
    """Proves a report's text and title against its snapshot, and that against its digest. Source: DESIGN 5.5."""
    figures = snapshots.figures_of(report.snapshot)
    known = figures | {key: Figure(key, label, "", "") for key, label in LISTS.items()}
    place = session.get_one(Jurisdiction, report.jurisdiction_id)
    findings = [Finding(Fault.DATA, words) for words in snapshots.faults(session, report.snapshot)]
    findings += title_proven(report.title, is_supervision=bool(place.supervision_basis))
    names = [name for _, name in report.snapshot.head["units"]]
    for each in report.paragraphs:
        confirmed = [row["printed"] for row in each.confirmed or () if row.get("source")]
        findings += numbers_proven(each.text, known, confirmed=confirmed, paragraph=each.position, names=names)
    if report.kind is SupervisionKind.BULLETIN and not report.names_units:
        texts = [resolve(FIELD.sub(_without_lists, each.text), figures) for each in report.paragraphs]
        findings += naming_proven(texts, _blamed(session, report))
    used = _used(session, report, figures)
    findings += [
        Finding(Fault.DATA, f"“{each.figure.label}”为{each.figure.value}，明细为{each.behind}行。")
        for each in used
        if each.behind is not None and str(each.behind) != each.figure.value
    ]
    return Proof(tuple(findings), used)


def _without_lists(found: object) -> str:
    text = str(found.group())  # type: ignore[attr-defined]
    return "" if text.strip("{} ") in LISTS else text


def _blamed(session: Session, report: SupervisionReport) -> set[str]:
    """The units that are late or behind, or did not file."""
    late = {line.unit for line in snapshots.rows(session, report.snapshot_id, SnapshotRowKind.LATE)}
    unfiled = snapshots.rows(session, report.snapshot_id, SnapshotRowKind.FILING, mark="missed")
    return late | {line.unit for line in unfiled}


def _used(session: Session, report: SupervisionReport, figures: dict[str, Figure]) -> tuple[ProvenFigure, ...]:
    places: dict[str, list[int]] = {}
    for each in report.paragraphs:
        for key in keys_in(each.text):
            if key in figures:
                places.setdefault(key, []).append(each.position)
    for kind in ReportClass:
        places.setdefault(f"{kind.label}.项数", [])
    return tuple(_proven(session, report, figures[key], tuple(found)) for key, found in places.items())


def _proven(session: Session, report: SupervisionReport, figure: Figure, places: tuple[int, ...]) -> ProvenFigure:
    behind = None
    if figure.is_counted and figure.rows is not None:
        behind = snapshots.count_rows(session, report.snapshot_id, figure.rows, mark=figure.mark)
    return ProvenFigure(figure, behind, places)


def _ready(session: Session, report: SupervisionReport) -> None:
    """Raises Invalid while the proof finds anything."""
    found = proof(session, report)
    if not found.is_clean:
        raise Invalid({"": f"校核发现{len(found.findings)}处问题，请先处理：{found.findings[0].message}"})


def check_report(session: Session, actor: Actor, report_id: int, *, version: int, now: datetime) -> SupervisionReport:
    """Passes a draft for signature. Raises Invalid while proof or verification is open, NotAllowed for its drafter."""
    drafting(actor)
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if report.status not in (SupervisionStatus.DRAFT, SupervisionStatus.VERIFYING):
        raise Conflict(f"这份通报{report.status.label}，不能审核。")
    place = session.get_one(Jurisdiction, report.jurisdiction_id)
    is_second = Role.OFFICE_HEAD in actor.roles and actor.user_id != report.drafted_by_id
    if not (is_second or place.is_one_person):
        raise NotAllowed("通报由办公室负责人审核，起草人不能审核自己起草的通报。")
    _ready(session, report)
    if open_matters := unsettled(session, report, today=office_date(now)):
        raise Invalid({"": "核实未完成：" + "".join(open_matters[:3])})
    report.status, report.checked_by_id, report.checked_at = SupervisionStatus.CHECKED, actor.user_id, now
    report.is_one_person = not is_second
    session.flush()
    tail = "（一人经办）" if report.is_one_person else ""
    audit.record(session, actor, "report.check", report, summary=f"审核通报{tail}：{report.title}", now=now)
    _tell_leaders(session, report, now)
    return report


def _tell_leaders(session: Session, report: SupervisionReport, now: datetime) -> None:
    notice = Notice(
        NoticeKind.REPORT,
        f"sign:{report.id}",
        f"请签发：{report.title}",
        "办公室已审核，请签发。",
        f"/supervision/{report.id}",
    )
    people = people_with(session, [Role.LEADER], on=office_date(now), jurisdiction_id=report.jurisdiction_id)
    tell(session, people, notice, now=now)


def return_report(
    session: Session, actor: Actor, report_id: int, *, reason: str, version: int, now: datetime
) -> SupervisionReport:
    """Sends a report back to its officer before it is issued. Raises Invalid without a reason."""
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if not (Role.OFFICE_HEAD in actor.roles or Role.LEADER in actor.roles or _is_one_person(session, report)):
        raise NotAllowed("通报由办公室负责人或领导退回。")
    if report.status not in (SupervisionStatus.VERIFYING, SupervisionStatus.CHECKED):
        raise Conflict(f"这份通报{report.status.label}，不能退回。")
    if not reason or len(reason) > LONGEST:
        raise Invalid({"reason": f"请填写退回理由，最长 {LONGEST} 个字。"})
    report.status = SupervisionStatus.VERIFYING if report.verify_by_on else SupervisionStatus.DRAFT
    report.checked_by_id, report.checked_at, report.returned_reason = None, None, reason
    report.signer_name, report.signed_on, report.signed_source, report.signed_entered_by_id = "", None, "", None
    session.flush()
    audit.record(session, actor, "report.return", report, summary=f"退回通报：{report.title}", now=now, reason=reason)
    return report


def _is_one_person(session: Session, report: SupervisionReport) -> bool:
    return session.get_one(Jurisdiction, report.jurisdiction_id).is_one_person


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signed and when, as the office enters it on a leader's behalf (代录)."""

    name: str
    on: date
    source: BehalfSource
    note: str


def sign_report(
    session: Session, actor: Actor, report_id: int, *, behalf: Signing | None, version: int, now: datetime
) -> SupervisionReport:
    """Signs a checked report: a leader for himself, or the office for a leader with the source it was entered from."""
    if not actor.may(Permission.REPORTS_SIGN):
        raise NotAllowed("通报由领导签发。")
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if report.status is not SupervisionStatus.CHECKED:
        raise Conflict(f"这份通报{report.status.label}，不能签发。")
    if behalf is None and Role.LEADER not in actor.roles:
        raise NotAllowed("代领导录入签发，请填写签发人、签发日期和来源。")
    if behalf is None:
        report.signer_name, report.signed_on, report.signed_source = actor.name, office_date(now), ""
    else:
        _signed_for(report, behalf, actor, today=office_date(now))
    session.flush()
    tail = f"（代录，{report.signed_source}）" if report.signed_source else ""
    words = f"{report.signer_name}签发{tail}：{report.title}"
    audit.record(session, actor, "report.sign", report, summary=words, now=now)
    return report


def _signed_for(report: SupervisionReport, behalf: Signing, actor: Actor, *, today: date) -> None:
    wrong = {}
    if not behalf.name or len(behalf.name) > 40:
        wrong["name"] = "请填写签发人姓名。"
    if behalf.on > today:
        wrong["on"] = "签发日期不能晚于今天。"
    if not behalf.note or len(behalf.note) > LONGEST - 20:
        wrong["note"] = "请填写来源说明，如文件处理单编号、会议名称。"
    if wrong:
        raise Invalid(wrong)
    report.signer_name, report.signed_on = behalf.name, behalf.on
    report.signed_source = f"{behalf.source.label}：{behalf.note}"
    report.signed_entered_by_id = actor.user_id


def issue_report(session: Session, actor: Actor, report_id: int, *, version: int, now: datetime) -> SupervisionReport:
    """Issues a signed report: it takes its number, is frozen, and goes to those it is for.

    Raises Conflict before it is signed, Invalid while the proof finds anything or the period is not over.
    """
    drafting(actor)
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if report.status is not SupervisionStatus.CHECKED or not report.signed_on:
        raise Conflict("通报签发后才能印发。")
    if not report.snapshot.is_period_over:
        raise Invalid({"": "取数时周期尚未结束，请在周期结束后退回并重新取数，再印发。"})
    _ready(session, report)
    today = office_date(now)
    report.year = today.year
    report.number = next_number(session, report.jurisdiction_id, REGISTER_OF[report.kind], today.year)
    report.issued_on, report.issued_by_id = today, actor.user_id
    report.status = SupervisionStatus.ISSUED
    head = sealing.head(session)
    report.audit_head = head.line() if head else ""
    report.digest = sum_of(report)
    session.flush()
    words = f"印发{report.kind.label}{serial(report)}：{report.title}"
    detail = {"digest": report.digest, "snapshot": report.snapshot.digest, "audit_head": report.audit_head}
    audit.record(session, actor, "report.issue", report, summary=words, now=now, **detail)
    _publish(session, report, now)
    return report


def _publish(session: Session, report: SupervisionReport, now: datetime) -> None:
    """Sends a bulletin to every unit in it, with a receipt; a report to the leaders goes to them."""
    today = office_date(now)
    number = serial(report)
    if report.kind is not SupervisionKind.BULLETIN:
        notice = Notice(
            NoticeKind.REPORT,
            f"report:{report.id}",
            report.title,
            f"{number}已印发，请阅。",
            f"/supervision/{report.id}",
        )
        people = people_with(session, [Role.LEADER], on=today, jurisdiction_id=report.jurisdiction_id)
        tell(session, people, notice, now=now)
        return
    for unit_id, _name in report.snapshot.head["units"]:
        receipt = ReportReceipt(report_id=report.id, unit_id=unit_id)
        session.add(receipt)
        session.flush()
        notice = Notice(
            NoticeKind.REPORT,
            f"report:{report.id}",
            report.title,
            f"{number}已印发，请阅知并签收。",
            f"/circulars/{receipt.id}",
        )
        people = people_with(session, [Role.LIAISON, Role.UNIT_HEAD], on=today, unit_id=unit_id)
        tell(session, people, notice, now=now)


def withdraw_report(
    session: Session, actor: Actor, report_id: int, *, reason: str, version: int, now: datetime
) -> SupervisionReport:
    """Withdraws an issued report; number and words stay to be read. Raises Invalid without a reason."""
    drafting(actor)
    report = find_report(session, actor, report_id)
    refuse_stale(report, version)
    if report.status is not SupervisionStatus.ISSUED:
        raise Conflict("只有已印发的通报可以撤回。")
    if Role.OFFICE_HEAD not in actor.roles and not _is_one_person(session, report):
        raise NotAllowed("撤回已印发的通报由办公室负责人办理。")
    if not reason or len(reason) > LONGEST:
        raise Invalid({"reason": f"请填写撤回理由，最长 {LONGEST} 个字。"})
    report.status, report.withdrawn_reason = SupervisionStatus.WITHDRAWN, reason
    report.withdrawn_at, report.withdrawn_by_id = now, actor.user_id
    session.flush()
    words = f"撤回{report.kind.label}{serial(report)}：{report.title}"
    audit.record(session, actor, "report.withdraw", report, summary=words, now=now, reason=reason)
    _tell_withdrawn(session, report, now)
    return report


def _tell_withdrawn(session: Session, report: SupervisionReport, now: datetime) -> None:
    for receipt in session.scalars(select(ReportReceipt).where(ReportReceipt.report_id == report.id)):
        notice = Notice(
            NoticeKind.REPORT,
            f"withdrawn:{report.id}",
            f"撤回：{report.title}",
            f"{serial(report)}已撤回：{report.withdrawn_reason}",
            f"/circulars/{receipt.id}",
        )
        people = people_with(session, [Role.LIAISON, Role.UNIT_HEAD], on=office_date(now), unit_id=receipt.unit_id)
        tell(session, people, notice, now=now)


def replace_report(session: Session, actor: Actor, report_id: int, *, now: datetime) -> SupervisionReport:
    """Drafts the report that takes the place of a withdrawn one, on the same plans and period. Conflict before that."""
    report = find_report(session, actor, report_id)
    if report.status is not SupervisionStatus.WITHDRAWN:
        raise Conflict("先撤回原通报，再起草替代的通报。")
    asked = Asked(report.kind, report.period, tuple(plan.id for plan in report.plans))
    return create_report(session, actor, asked, now=now, replaces=report)


def is_as_issued(report: SupervisionReport) -> bool:
    """Whether an issued report still says what it said when it was issued."""
    return bool(report.digest) and sum_of(report) == report.digest


def find_receipt(session: Session, actor: Actor, receipt_id: int) -> ReportReceipt:
    """Gives the receipt of the actor's unit. Raises NotFound for any other."""
    found = session.scalar(
        select(ReportReceipt).where(ReportReceipt.id == receipt_id, ReportReceipt.unit_id == (actor.unit_id or 0))
    )
    if found is None or not actor.may(Permission.REPORTS_RECEIVE):
        raise NotFound("没有找到这份通报，或者您没有查看它的权限。")
    return found


def confirm_receipt(session: Session, actor: Actor, receipt_id: int, *, now: datetime) -> ReportReceipt:
    """Confirms that a unit has received a report; the first to do so counts."""
    receipt = find_receipt(session, actor, receipt_id)
    if receipt.received_at is None:
        receipt.received_at, receipt.received_by_id = now, actor.user_id
        session.flush()
        audit.record(session, actor, "report.receive", receipt, summary="签收通报", now=now, report=receipt.report_id)
    return receipt


def received_report(session: Session, receipt: ReportReceipt) -> SupervisionReport:
    """Gives the report of a receipt that was found for its unit."""
    return session.get_one(SupervisionReport, receipt.report_id)
