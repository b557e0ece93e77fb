"""Reports that draft themselves after every period (通报周期), what is due when, and how papers look (版式)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.content import Style
from tracker.core.periods import PeriodRule, window_of
from tracker.core.permissions import Actor, Permission
from tracker.core.spans import KINDS, Span, recent_spans, span_before
from tracker.core.terms import NoticeKind, PeriodKind, PlanStatus, Role, SupervisionKind, SupervisionStatus
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.errors import Invalid, NotFound
from tracker.models import (
    PaperStyle,
    Plan,
    ReportCycle,
    ScheduleRun,
    SupervisionReport,
    User,
    Verification,
)
from tracker.services import audit, schedules
from tracker.services.access import plan_scope
from tracker.services.calendar import load_calendar
from tracker.services.notices import Notice, people_with, tell
from tracker.services.people import actor_of
from tracker.services.supervision import Asked, create_report, drafting, refuse_units
from tracker.services.supervision_content import style_of

LOOKED_AHEAD = timedelta(days=62)
LOOKED_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One cycle as the settings show it."""

    id: int
    version: int
    kind: SupervisionKind
    plan: str
    every: str
    issue_day: int
    officer: str
    last: str


@dataclass(frozen=True, slots=True)
class NewCycle:
    """What is typed for a new cycle; no plan means all that are under way."""

    kind: SupervisionKind | None
    plan_id: int | None
    months: int
    issue_day: int


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due on a day; `link` is a path of the product."""

    on: date
    what: str
    title: str
    link: str
    is_past: bool = False


def cycle_rows(session: Session, actor: Actor) -> list[CycleRow]:
    """Gives the cycles of the jurisdiction that run."""
    drafting(actor)
    query = (
        select(ReportCycle, User.name)
        .join(User, User.id == ReportCycle.officer_id)
        .where(ReportCycle.jurisdiction_id == actor.jurisdiction_id, ReportCycle.is_active.is_(True))
        .order_by(ReportCycle.id)
    )
    return [_row(session, cycle, officer) for cycle, officer in session.execute(query)]


def _row(session: Session, cycle: ReportCycle, officer: str) -> CycleRow:
    last = session.scalars(
        select(ScheduleRun.outcome).where(ScheduleRun.schedule == _schedule(cycle)).order_by(ScheduleRun.id.desc())
    ).first()
    plan = f"《{cycle.plan.title}》" if cycle.plan is not None else "全部方案"
    words = KINDS[cycle.months].label.removesuffix("报送")
    return CycleRow(cycle.id, cycle.version, cycle.kind, plan, words, cycle.issue_day, officer, last or "")


def add_cycle(session: Session, actor: Actor, typed: NewCycle, *, now: datetime) -> ReportCycle:
    """Starts a cycle, drafting in the actor's name. Raises Invalid for a wrong field."""
    drafting(actor)
    wrong = {}
    if typed.kind is None:
        wrong["kind"] = "请选择种类。"
    if typed.months not in KINDS:
        wrong["months"] = "请选择周期。"
    if not 1 <= typed.issue_day <= 28:
        wrong["issue_day"] = "印发日填 1 到 28。"
    plan = select(Plan.id).where(plan_scope(actor), Plan.id == typed.plan_id, Plan.status != PlanStatus.PREPARING)
    if typed.plan_id is not None and session.scalar(plan) is None:
        wrong["plan"] = "请选择已经交办的方案。"
    if wrong or typed.kind is None:
        raise Invalid(wrong)
    cycle = ReportCycle(
        jurisdiction_id=actor.jurisdiction_id,
        kind=typed.kind,
        plan_id=typed.plan_id,
        months=typed.months,
        issue_day=typed.issue_day,
        officer_id=actor.user_id,
    )
    session.add(cycle)
    session.flush()
    # The period before the cycle began is nobody's to draft.
    before = span_before(office_date(now), typed.months)
    schedules.begin(session, _schedule(cycle), before.last_on, now=now).outcome = "设置前的周期"
    audit.record(session, actor, "report.add_cycle", cycle, summary=f"设置通报周期：{typed.kind.label}", now=now)
    return cycle


def end_cycle(session: Session, actor: Actor, cycle_id: int, *, now: datetime) -> None:
    """Ends a cycle. Raises NotFound for another jurisdiction's."""
    drafting(actor)
    cycle = session.scalar(
        select(ReportCycle).where(ReportCycle.id == cycle_id, ReportCycle.jurisdiction_id == actor.jurisdiction_id)
    )
    if cycle is None:
        raise NotFound("没有找到这个通报周期。")
    cycle.is_active = False
    session.flush()
    audit.record(session, actor, "report.end_cycle", cycle, summary=f"停用通报周期：{cycle.kind.label}", now=now)


def _schedule(cycle: ReportCycle) -> str:
    return f"report-cycle:{cycle.id}"


def due_cycles(session: Session, *, now: datetime) -> list[int]:
    """Gives the cycles whose last period is over and has not been drafted."""
    today = office_date(now)
    found = []
    for cycle in session.scalars(select(ReportCycle).where(ReportCycle.is_active.is_(True)).order_by(ReportCycle.id)):
        span = span_before(today, cycle.months)
        if not schedules.is_done(session, _schedule(cycle), span.last_on):
            found.append(cycle.id)
    return found


def draft_due(session: Session, cycle_id: int, *, now: datetime) -> SupervisionReport | None:
    """Drafts the report of a cycle's last period and tells its officer; None where it cannot be drafted.

    Raises IntegrityError when another scheduler has done it.
    """
    cycle, today = session.get_one(ReportCycle, cycle_id), office_date(now)
    span = span_before(today, cycle.months)
    run = schedules.begin(session, _schedule(cycle), span.last_on, now=now)
    officer = _officer(session, cycle, today)
    if officer is None:
        run.outcome = f"{span.label}：没有经办人，未起草"
        return None
    planned_on = load_calendar(session).next_workday(today.replace(day=cycle.issue_day))
    asked = Asked(cycle.kind, span.name, (cycle.plan_id,) if cycle.plan_id else (), planned_on)
    try:
        report = create_report(session, actor_of(session, officer, today=today), asked, now=now)
    except Invalid as refusal:
        run.outcome = f"{span.label}：{refusal.message}"
        return None
    run.outcome = f"{span.label}：已起草"
    _tell(session, officer, report, span, now)
    return report


def _officer(session: Session, cycle: ReportCycle, today: date) -> User | None:
    people = people_with(session, [Role.OFFICER], on=today, jurisdiction_id=cycle.jurisdiction_id)
    return next((person for person in people if person.id == cycle.officer_id), people[0] if people else None)


def _tell(session: Session, officer: User, report: SupervisionReport, span: Span, now: datetime) -> None:
    planned = f"，计划{report.planned_on.month}月{report.planned_on.day}日印发" if report.planned_on else ""
    notice = Notice(
        NoticeKind.REPORT,
        f"draft:{report.id}",
        f"{span.label}{report.kind.label}初稿已拟好",
        f"系统已按{span.label}末的情况取数并拟出初稿{planned}，请核对。",
        f"/supervision/{report.id}",
    )
    tell(session, [officer], notice, now=now)


def calendar(session: Session, actor: Actor, *, today: date) -> list[Due]:
    """Gives what is due when, from two weeks back, as far as it is still open, to two months ahead, in order."""
    refuse_units(actor)
    working = load_calendar(session)
    found = [*_planned(session, actor, today), *_verifying(session, actor, today)]
    found += [*_windows(session, actor, today, working), *_drafts(session, actor, today)]
    return sorted(found, key=lambda due: (due.on, due.what, due.title))


def _planned(session: Session, actor: Actor, today: date) -> Iterator[Due]:
    query = select(SupervisionReport).where(
        SupervisionReport.jurisdiction_id == actor.jurisdiction_id,
        SupervisionReport.status.not_in([SupervisionStatus.ISSUED, SupervisionStatus.WITHDRAWN]),
        SupervisionReport.planned_on.is_not(None),
        SupervisionReport.planned_on <= today + LOOKED_AHEAD,
    )
    for report in session.scalars(query):
        planned_on = report.planned_on or today
        yield Due(planned_on, "计划印发", report.title, f"/supervision/{report.id}", planned_on < today)


def _verifying(session: Session, actor: Actor, today: date) -> Iterator[Due]:
    query = select(SupervisionReport).where(
        SupervisionReport.jurisdiction_id == actor.jurisdiction_id,
        SupervisionReport.status == SupervisionStatus.VERIFYING,
        SupervisionReport.verify_by_on >= today - LOOKED_BACK,
    )
    for report in session.scalars(query):
        by_on = report.verify_by_on or today
        open_units = select(Verification.id).where(
            Verification.report_id == report.id, Verification.answered_at.is_(None)
        )
        waiting = len(session.scalars(open_units).all())
        words = f"{report.title}（{waiting}家未反馈）" if waiting else report.title
        yield Due(by_on, "核实到期", words, f"/supervision/{report.id}", by_on < today)


def _windows(session: Session, actor: Actor, today: date, working: Calendar) -> Iterator[Due]:
    query = select(Plan).where(plan_scope(actor), Plan.status == PlanStatus.ISSUED)
    for plan in session.scalars(query.where(Plan.period_kind != PeriodKind.NONE)):
        rule = PeriodRule(plan.period_kind, plan.opens_day, plan.closes_day)
        window = window_of(rule, today, working)
        for each in (window, window_of(rule, window.ends_on + timedelta(days=1), working)):
            if today <= each.closes_on <= today + LOOKED_AHEAD:
                yield Due(each.closes_on, "报送截止", f"《{plan.title}》{each.label}", f"/plans/{plan.id}")


def _drafts(session: Session, actor: Actor, today: date) -> Iterator[Due]:
    query = select(ReportCycle).where(
        ReportCycle.jurisdiction_id == actor.jurisdiction_id,
        ReportCycle.is_active.is_(True),
    )
    for cycle in session.scalars(query):
        span = recent_spans(today, cycle.months, 1)[0]
        ready_on = span.last_on + timedelta(days=1)
        if ready_on <= today + LOOKED_AHEAD:
            yield Due(ready_on, "自动起草", f"{span.label}{cycle.kind.label}", "/supervision/cycles")


def edit_style(session: Session, actor: Actor, style: Style, *, now: datetime) -> None:
    """Writes how the jurisdiction's papers look. Raises Invalid for a wrong field."""
    drafting(actor)
    wrong = {
        name: f"最长 {most} 个字。"
        for name, most in (("issuer", 60), ("mark", 40), ("code", 20), ("copies", 300), ("printer", 60))
        if len(getattr(style, name)) > most or not getattr(style, name).isprintable()
    }
    if wrong:
        raise Invalid(wrong)
    kept = session.scalar(select(PaperStyle).where(PaperStyle.jurisdiction_id == actor.jurisdiction_id))
    if kept is None:
        kept = PaperStyle(jurisdiction_id=actor.jurisdiction_id)
        session.add(kept)
    for name in ("issuer", "mark", "code", "is_serial", "copies", "printer"):
        setattr(kept, name, getattr(style, name))
    session.flush()
    audit.record(session, actor, "report.edit_style", kept, summary="修改公文版式", now=now)


def style_page(session: Session, actor: Actor) -> Style:
    """Gives how the jurisdiction's papers look."""
    return style_of(session, actor.jurisdiction_id)


def overdue_issues(session: Session, actor: Actor, *, today: date) -> list[Due]:
    """Gives the reports whose planned day of issue has passed, for the desk of the office."""
    if not actor.may(Permission.REPORTS_DRAFT):
        return []
    return [due for due in _planned(session, actor, today) if due.is_past]
