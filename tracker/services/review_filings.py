"""A unit's filing before the office (审核): what changed, turned red or needs coordination is stopped at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.filing import UNSIGNED, Words, says_nothing
from tracker.core.lights import Light
from tracker.core.periods import period_label
from tracker.core.permissions import Actor
from tracker.core.terms import DutyRole, ReportStatus, TaskState
from tracker.errors import NotFound
from tracker.models import Assignment, Attachment, Breakdown, Filing, Plan, ProgressReport, Task, Unit
from tracker.services.access import task_scope
from tracker.services.calendar import load_calendar
from tracker.services.filing import words_in
from tracker.services.lights import duty_reason, light_of
from tracker.services.task_trail import FileRow, file_rows

_RED = (Light.LATE, Light.BEHIND, Light.UNKNOWN)
_PASSABLE = (TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.CLOSED)


@dataclass(frozen=True, slots=True)
class WaitingFiling:
    """A unit's filing with rows the office has not decided on."""

    id: int
    unit: str
    label: str
    handed_at: datetime | None
    signed_at: datetime | None
    is_one_person: bool
    rows: int
    coordination: int


@dataclass(frozen=True, slots=True)
class FiledRow:
    """One row of a filing with what was said before; `stops` are the reasons to look at it, `notes` mere remarks."""

    report_id: int
    version: int
    assignment_id: int
    task_id: int
    plan_title: str
    number: str
    title: str
    role: DutyRole
    due_on: date | None
    light: Light
    light_before: Light | None
    reason: str
    words: Words
    last: Words | None
    files: tuple[FileRow, ...]
    stops: tuple[str, ...]
    notes: tuple[str, ...]
    times_sent_back: int
    can_be_sent_back: bool
    can_be_judged: bool


@dataclass(frozen=True, slots=True)
class FilingReview:
    """A filing as the office decides on it: rows to stop at first, then the rest; `next_id` is the one that follows."""

    filing: WaitingFiling
    handed_by: str
    signed_by: str
    stops: tuple[FiledRow, ...]
    rest: tuple[FiledRow, ...]
    next_id: int | None

    @property
    def rows(self) -> int:
        """Gives how many rows wait."""
        return len(self.stops) + len(self.rest)


def waiting_filings(
    session: Session, actor: Actor, *, plan_id: int | None = None, unit_id: int | None = None
) -> tuple[WaitingFiling, ...]:
    """Gives the filings that wait for the office, oldest hand-over first."""
    said = case((ProgressReport.coordination != "", 1), else_=0)
    query = _waiting(select(Filing, Unit.name, func.count(), func.sum(said)).select_from(ProgressReport), actor).join(
        Unit, Unit.id == Filing.unit_id
    )
    for wanted, column in ((plan_id, Assignment.plan_id), (unit_id, Assignment.unit_id)):
        if wanted is not None:
            query = query.where(column == wanted)
    query = query.group_by(Filing.id, Unit.name).order_by(Filing.handed_at, Filing.id)
    return tuple(_filing(*row) for row in session.execute(query).tuples())


def _waiting(query: Select[Any], actor: Actor) -> Select[Any]:
    return (
        query.join(Filing, Filing.id == ProgressReport.filing_id)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .where(*_is_waiting(actor))
    )


def _is_waiting(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        task_scope(actor),
        ProgressReport.jurisdiction_id == actor.jurisdiction_id,
        ProgressReport.status == ReportStatus.SUBMITTED,
        ProgressReport.is_finishing.is_(False),
        Task.state.in_(_PASSABLE),
    )


def _filing(filing: Filing, unit: str, rows: int, coordination: int) -> WaitingFiling:
    return WaitingFiling(
        id=filing.id,
        unit=unit,
        label=period_label(filing.period),
        handed_at=filing.handed_at,
        signed_at=filing.signed_at,
        is_one_person=filing.is_one_person,
        rows=rows,
        coordination=coordination,
    )


def filing_review(session: Session, actor: Actor, filing_id: int, *, today: date) -> FilingReview:
    """Gives what waits in a filing of the jurisdiction. Raises NotFound where there is none."""
    filing = session.scalar(
        select(Filing)
        .where(Filing.id == filing_id, Filing.jurisdiction_id == actor.jurisdiction_id)
        .options(joinedload(Filing.unit), joinedload(Filing.handed_by), joinedload(Filing.signed_by))
    )
    if filing is None or not actor.is_office:
        raise NotFound("没有找到这份报送表，或者您没有查看它的权限。")
    reports = session.scalars(_rows(actor, filing.id)).all()
    before = _before(session, [report.assignment_id for report in reports], filing.period)
    calendar = load_calendar(session)
    rows = []
    for report in reports:
        reason = duty_reason(report.assignment.task, report.assignment, today, calendar)
        rows.append(_row(report, before.get(report.assignment_id), reason, today))
    following = [each.id for each in waiting_filings(session, actor) if each.id != filing.id]
    coordination = sum(bool(row.words.coordination) for row in rows)
    return FilingReview(
        filing=_filing(filing, filing.unit.name, len(rows), coordination),
        handed_by=filing.handed_by.name if filing.handed_by else "",
        signed_by=filing.signed_by.name if filing.signed_by else "",
        stops=tuple(sorted((row for row in rows if row.stops), key=_closeness)),
        rest=tuple(row for row in rows if not row.stops),
        next_id=following[0] if following else None,
    )


def _closeness(row: FiledRow) -> tuple[bool, bool]:
    """What turned red comes first, then what needs coordination."""
    return not any(stop.startswith("新转") for stop in row.stops), "需协调" not in row.stops


def _rows(actor: Actor, filing_id: int) -> Select[tuple[ProgressReport]]:
    duty = joinedload(ProgressReport.assignment)
    return (
        select(ProgressReport)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .where(*_is_waiting(actor), ProgressReport.filing_id == filing_id)
        .options(
            duty.joinedload(Assignment.task).joinedload(Task.plan),
            duty.joinedload(Assignment.task).selectinload(Task.breakdowns).selectinload(Breakdown.milestones),
            selectinload(ProgressReport.attachments).joinedload(Attachment.file),
        )
        .order_by(Plan.id, Task.position, ProgressReport.id)
    )


def _before(session: Session, duty_ids: Sequence[int], month: str) -> dict[int, ProgressReport]:
    """The last signed report of each duty for a month before."""
    newest_first = func.row_number().over(
        partition_by=ProgressReport.assignment_id, order_by=(ProgressReport.period.desc(), ProgressReport.id.desc())
    )
    ranked = (
        select(ProgressReport.id, newest_first.label("place"))
        .where(
            ProgressReport.assignment_id.in_(duty_ids),
            ProgressReport.is_finishing.is_(False),
            ProgressReport.period < month,
            ProgressReport.status.not_in((*UNSIGNED, ReportStatus.SENT_BACK)),
        )
        .subquery()
    )
    query = select(ProgressReport).join(ranked, ranked.c.id == ProgressReport.id).where(ranked.c.place == 1)
    return {report.assignment_id: report for report in session.scalars(query)}


def _row(report: ProgressReport, before: ProgressReport | None, reason: str, today: date) -> FiledRow:
    duty, task = report.assignment, report.assignment.task
    shown = light_of(duty, today)
    return FiledRow(
        report_id=report.id,
        version=report.version,
        assignment_id=duty.id,
        task_id=task.id,
        plan_title=task.plan.title,
        number=f"{task.number}（第{task.part}部分）" if task.part else task.number,
        title=task.title,
        role=duty.role,
        due_on=None if task.is_standing else duty.due_on or task.due_on,
        light=shown,
        light_before=before.light if before is not None else None,
        reason=reason,
        words=words_in(report),
        last=words_in(before) if before is not None else None,
        files=file_rows(report.attachments),
        stops=stops(report, before, shown),
        notes=_notes(report, before, shown),
        times_sent_back=report.times_sent_back,
        can_be_sent_back=task.state is TaskState.IN_PROGRESS,
        can_be_judged=task.state in (TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW) and shown is not Light.LATE,
    )


def stops(report: ProgressReport, before: ProgressReport | None, shown: Light) -> tuple[str, ...]:
    """Gives why a row is to be looked at before it passes; nothing for one that passes with the rest.

    Source: DESIGN 5.3: changed, newly red or needs-coordination rows; one sent back before counts as changed.
    """
    found = []
    was = before.light if before is not None else None
    if shown in _RED and was is not shown:
        found.append(f"新转{shown.label}")
    elif was is not None and was is not shown:
        found.append(f"由{was.label}转为{shown.label}")
    if not says_nothing(report.coordination):
        found.append("需协调")
    if report.times_sent_back:
        found.append(f"退回{report.times_sent_back}次后重报")
    return tuple(found)


def _notes(report: ProgressReport, before: ProgressReport | None, shown: Light) -> tuple[str, ...]:
    found = []
    if report.is_same_as_last:
        found.append("同上期")
    if before is not None and before.percent is not None and report.percent is not None:
        if report.percent < before.percent:
            found.append("比例下降")
        elif report.percent == before.percent and report.percent < 100 and not report.is_same_as_last:
            found.append("比例未变")
    if shown in _RED and says_nothing(report.problems):
        found.append("未说明原因")
    return tuple(found)
