"""The monthly summary of a plan (工作进展通报): figures, what is late by whom, problems, discipline, the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.lights import Light, light
from tracker.core.periods import ReportDays, ReportingLight, reporting_light
from tracker.core.permissions import Actor
from tracker.core.summary import (
    CLASSES,
    ConcernRow,
    FilingCount,
    LateRow,
    LedgerRow,
    ReportClass,
    Summary,
    UnitCount,
    class_counts,
)
from tracker.core.terms import DutyRole, PeriodKind, PlanStatus, ReportStatus, TaskState
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.errors import NotAllowed, NotFound
from tracker.models import Assignment, Jurisdiction, Plan, ProgressReport, Target
from tracker.services.access import plan_scope
from tracker.services.calendar import load_calendar
from tracker.services.last_words import LastWord, last_words
from tracker.services.plan_facts import COMPARATORS, plain_number
from tracker.services.standings import CLASS_OF, Duty, Month, Standing, month_of_period, standings

SHOWN_MONTHS = 12
# What people type where they have nothing to say.
NOTHING = frozenset({"", "无", "暂无", "没有", "/", "-"})


@dataclass(frozen=True, slots=True)
class PlanMonths:
    """A plan and the months it can be reported for, the running one first."""

    plan_id: int
    title: str
    doc_no: str
    status: PlanStatus
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Filed:
    """Everything a summary is made of."""

    plan: Plan
    month: Month
    standings: Sequence[Standing]
    words: Mapping[int, LastWord]
    calendar: Calendar


def plan_months(session: Session, actor: Actor, *, today: date) -> tuple[PlanMonths, ...]:
    """Gives the issued plans of the jurisdiction with their months, up to a year back."""
    _refuse_units(actor)
    query = select(Plan).where(plan_scope(actor), Plan.status != PlanStatus.PREPARING)
    plans = session.scalars(query.order_by(Plan.issued_on.desc().nulls_last(), Plan.id.desc()))
    return tuple(PlanMonths(p.id, p.title, p.doc_no, p.status, _periods(p, today)) for p in plans)


def _periods(plan: Plan, today: date) -> tuple[str, ...]:
    begun = plan.issued_on or office_date(plan.created_at)
    year, month, periods = today.year, today.month, []
    while len(periods) < SHOWN_MONTHS and (year, month) >= (begun.year, begun.month):
        periods.append(f"{year:04d}-{month:02d}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return tuple(periods)


def summary(session: Session, actor: Actor, plan_id: int, period: str, *, now: datetime) -> Summary:
    """Gives the summary of a plan for a month; while the month is running its figures are those of today.

    Raises NotAllowed for the people of a unit, NotFound for a plan that is not the actor's to see, Invalid for a
    period that is no month or has not begun.
    """
    _refuse_units(actor)
    month = month_of_period(period, now=now)
    plan, place = _plan(session, actor, plan_id)
    stood = standings(session, plan_id, month)
    ids = [duty.assignment_id for standing in stood for duty in standing.duties]
    # Between two windows nothing new is asked: what the office passed last stands.
    is_passed = plan.period_kind is not PeriodKind.MONTH
    words = last_words(session, ids, before=month.ends_at, is_passed=is_passed)
    reports = _reports(session, plan_id, month)
    filed = _Filed(plan, month, stood, words, load_calendar(session))
    counts = Counter(standing.kind for standing in stood if standing.kind)
    counted = [standing for standing in stood if standing.kind]
    return Summary(
        plan_id=plan.id,
        plan_title=plan.title,
        doc_no=plan.doc_no,
        jurisdiction=place.name,
        office=place.office_name or f"{place.name}领导小组办公室",
        is_supervision=bool(place.supervision_basis),
        period=period,
        as_of=month.as_of,
        is_running=month.is_running,
        tasks=len({_number_of(standing) for standing in counted}),
        items=len(counted),
        near=sum(standing.light is Light.NEAR for standing in counted),
        standing=sum(standing.is_standing for standing in stood),
        suspended=sum(standing.state is TaskState.SUSPENDED for standing in stood),
        classes=class_counts(dict(counts)),
        units=_units(filed),
        late=_late(filed),
        concerns=_concerns(filed),
        filings=_filings(filed, reports),
        ledger=_ledger(filed, _targets(session, plan_id), reports),
    )


def _refuse_units(actor: Actor) -> None:
    if not actor.sees_jurisdiction:
        raise NotAllowed("工作通报由领导小组办公室和领导查看。")


def _plan(session: Session, actor: Actor, plan_id: int) -> tuple[Plan, Jurisdiction]:
    query = select(Plan, Jurisdiction).join(Jurisdiction, Jurisdiction.id == Plan.jurisdiction_id)
    found = session.execute(query.where(plan_scope(actor), Plan.id == plan_id)).first()
    if found is None:
        raise NotFound("没有找到这份方案，或者您没有查看它的权限。")
    return found[0], found[1]


def _number_of(standing: Standing) -> tuple[object, ...]:
    """Gives what makes several parts one task: the same printed number under the same heading."""
    task = standing.task
    return (task.outline_node_id, task.number) if task.part else (task.id,)


def _bearing(filed: _Filed) -> list[tuple[Standing, Duty, ReportClass]]:
    """Gives the duties that are counted for their units; cooperating units answer the lead and are not."""
    rows = []
    for standing in filed.standings:
        for duty in standing.duties:
            if standing.kind and duty.role is not DutyRole.COOPERATING:
                is_done = standing.light is Light.DONE
                kind = ReportClass.DONE if is_done else CLASS_OF[light(duty.days, filed.month.as_of)]
                rows.append((standing, duty, kind))
    return rows


def _units(filed: _Filed) -> tuple[UnitCount, ...]:
    counts: dict[tuple[tuple[int, int], int, str], Counter[ReportClass]] = defaultdict(Counter)
    for _, duty, kind in _bearing(filed):
        counts[duty.unit_place, duty.unit_id, duty.unit][kind] += 1
    return tuple(
        UnitCount(unit_id, unit, tuple(found[kind] for kind in CLASSES))
        for (_, unit_id, unit), found in sorted(counts.items(), key=lambda item: item[0])
    )


def _late(filed: _Filed) -> tuple[LateRow, ...]:
    rows = [
        _late_row(filed, standing, duty, kind)
        for standing, duty, kind in _bearing(filed)
        if kind in (ReportClass.LATE, ReportClass.BEHIND)
    ]
    return tuple(sorted(rows, key=lambda row: (row.kind is not ReportClass.LATE, -(row.workdays or 0))))


def _late_row(filed: _Filed, standing: Standing, duty: Duty, kind: ReportClass) -> LateRow:
    word = filed.words.get(duty.assignment_id)
    is_late = kind is ReportClass.LATE and duty.due_on is not None
    return LateRow(
        task_id=standing.task.id,
        number=standing.task.number,
        title=standing.task.title,
        unit=duty.unit,
        role=duty.role.label,
        kind=kind,
        original_due_on=standing.task.original_due_on,
        due_on=duty.due_on,
        workdays=filed.calendar.workdays_between(duty.due_on, filed.month.as_of) if is_late and duty.due_on else None,
        percent=duty.percent,
        last_word=word.progress if word else "",
        last_word_on=word.filed_on if word else None,
        files=duty.is_filing,
    )


def _said(text: str) -> str:
    return "" if text.strip().strip("。") in NOTHING else text.strip()


def _concerns(filed: _Filed) -> tuple[ConcernRow, ...]:
    rows = []
    for standing in filed.standings:
        for duty in standing.duties:
            word = filed.words.get(duty.assignment_id)
            if word is not None and word.period == filed.month.period:
                row = ConcernRow(
                    standing.task.id,
                    standing.task.number,
                    standing.task.title,
                    duty.unit,
                    _said(word.problems),
                    _said(word.coordination),
                )
                if row.problems or row.coordination:
                    rows.append(row)
    return tuple(rows)


def _reports(session: Session, plan_id: int, month: Month) -> dict[int, ReportStatus]:
    """Gives the status of the last report filed for the month, by duty."""
    query = (
        select(ProgressReport.assignment_id, ProgressReport.status)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .where(
            Assignment.plan_id == plan_id,
            ProgressReport.period == month.period,
            ProgressReport.status != ReportStatus.DRAFT,
        )
        .order_by(ProgressReport.filed_at, ProgressReport.id)
    )
    return dict(session.execute(query).tuples().all())


def _owes(filed: _Filed, duty: Duty) -> bool:
    """Whether a filing was owed at the end of the month and had not been made; see services.owing.owes."""
    return duty.report_opens_on is not None and duty.report_opens_on <= filed.month.as_of


def _filings(filed: _Filed, reports: Mapping[int, ReportStatus]) -> tuple[FilingCount, ...]:
    counts: dict[tuple[tuple[int, int], int, str], Counter[str]] = defaultdict(Counter)
    for standing in filed.standings:
        for duty in standing.duties:
            status = reports.get(duty.assignment_id)
            if status is not None or _owes(filed, duty):
                count = counts[duty.unit_place, duty.unit_id, duty.unit]
                count["owed"] += 1
                count["filed"] += status is not None
                count["passed"] += status is ReportStatus.PASSED
                count["sent_back"] += status is ReportStatus.SENT_BACK
    return tuple(
        FilingCount(unit_id, unit, count["owed"], count["filed"], count["passed"], count["sent_back"])
        for (_, unit_id, unit), count in sorted(counts.items(), key=lambda item: item[0])
    )


def _targets(session: Session, plan_id: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(Target).where(Target.plan_id == plan_id, Target.task_id.is_not(None)).order_by(Target.start)
    for target in session.scalars(query):
        sign = COMPARATORS.get(target.comparator, target.comparator)
        by = f"（{target.by}）" if target.by else ""
        found[target.task_id or 0].append(
            f"{target.name}{by}{sign}{plain_number(target.value)}{target.unit_of_measure}"
        )
    return found


def _ledger(
    filed: _Filed, targets: Mapping[int, list[str]], reports: Mapping[int, ReportStatus]
) -> tuple[LedgerRow, ...]:
    rows = []
    for standing in filed.standings:
        row = _ledger_row(filed, standing, targets.get(standing.task.id, []))
        rows.append(replace(row, filing=_reporting(filed, standing, reports)))
    return tuple(rows)


def _reporting(filed: _Filed, standing: Standing, reports: Mapping[int, ReportStatus]) -> str:
    """Gives the light of reporting (报送灯) of the unit that files for a task, in a word."""
    lead = standing.lead or next(iter(standing.duties), None)
    if lead is None:
        return ReportingLight.NOTHING.label
    status = reports.get(lead.assignment_id)
    if status in (ReportStatus.SUBMITTED, ReportStatus.PASSED):
        return ReportingLight.FILED.label
    days = ReportDays(lead.report_opens_on, lead.report_missed_on)
    is_awaiting = status is ReportStatus.AWAITING
    return reporting_light(days, filed.month.as_of, is_awaiting=is_awaiting, has_filed=False).label


def _ledger_row(filed: _Filed, standing: Standing, targets: Sequence[str]) -> LedgerRow:
    task, lead = standing.task, standing.lead or next(iter(standing.duties), None)
    word = filed.words.get(lead.assignment_id) if lead else None
    return LedgerRow(
        task_id=task.id,
        number=f"{task.number}（第{task.part}部分）" if task.part else task.number,
        title=task.title,
        targets="\n".join(targets),
        leader=task.leader,
        leads=_names(standing, DutyRole.LEAD),
        responsible=_names(standing, DutyRole.RESPONSIBLE),
        contacts=lead.contact if lead else "",
        issued_on=task.issued_on,
        original_due_on=task.original_due_on,
        due_on=task.due_on,
        extensions=int(task.original_due_on != task.due_on),
        milestones="\n".join(str(m.get("printed", "")) for m in task.milestones or []),
        progress=word.progress if word else "",
        percent=lead.percent if lead else None,
        problems=_said(word.problems) if word else "",
        next_step=_said(word.next_step) if word else "",
        coordination=_said(word.coordination) if word else "",
        filing="",
        kind=standing.kind,
        light=_light_word(standing),
        outcome=standing.state.label,
        note=_note(standing),
    )


def _names(standing: Standing, role: DutyRole) -> str:
    return "、".join(duty.unit for duty in standing.duties if duty.role is role)


def _light_word(standing: Standing) -> str:
    if standing.is_standing:
        return TaskState.STANDING.label
    return standing.light.label if standing.light else standing.state.label


def _note(standing: Standing) -> str:
    cooperating = _names(standing, DutyRole.COOPERATING)
    parts = [
        f"配合：{cooperating}" if cooperating else "",
        f"依据：{standing.task.basis}" if standing.task.basis else "",
    ]
    return "；".join(filter(None, parts))
