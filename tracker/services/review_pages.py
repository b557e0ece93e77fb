"""The review page (审核): what units have handed in and the office has to decide on, the doubtful first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from tracker.core.actions import Action, Subject
from tracker.core.acts import offered
from tracker.core.filing import Words
from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, ReportStatus, TaskState
from tracker.models import Assignment, Attachment, ClosingRequest, Plan, ProgressReport, Task, Unit
from tracker.services.access import task_scope
from tracker.services.lights import light_of
from tracker.services.situations import Asking, asking
from tracker.services.task_trail import FileRow, file_rows

PAGE = 50
_PASSABLE = (TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.CLOSED)


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Whose filings are asked for."""

    plan_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A report to be decided on, with what the unit said before; `flags` say why to look closely."""

    id: int
    version: int
    task_id: int
    plan_title: str
    number: str
    title: str
    unit: str
    role: DutyRole
    period: str
    light: Light
    due_on: date | None
    words: Words
    last: Words | None
    files: tuple[FileRow, ...]
    who: str
    filed_at: datetime
    flags: tuple[str, ...]
    can_be_sent_back: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A closing request, or a part said to be finished, to be decided on; `duty_id` is of the latter.

    `action` is what this person does to pass it now, None where another one has to.
    """

    task_id: int
    version: int
    duty_id: int | None
    plan_title: str
    number: str
    title: str
    unit: str
    words: str
    due_on: date | None
    who: str
    at: datetime
    files: tuple[FileRow, ...]
    action: Action | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """What waits for the office."""

    reports: tuple[ReviewRow, ...]
    total: int
    closings: tuple[DecisionRow, ...]
    parts: tuple[DecisionRow, ...]
    plans: tuple[Choice, ...]
    units: tuple[Choice, ...]


def review_page(session: Session, actor: Actor, asked: ReviewFilter, *, today: date, page: int = 1) -> ReviewPage:
    """Gives what waits, reports by pages: those that need coordination or are late first, then the oldest."""
    waiting = _waiting(actor)
    found = _filtered(waiting, asked)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(ProgressReport.id).subquery())) or 0
    order = (
        case((ProgressReport.coordination != "", 0), (Assignment.late_on <= today, 1), else_=2),
        ProgressReport.filed_at,
        ProgressReport.id,
    )
    query = found.order_by(*order).limit(PAGE).offset((page - 1) * PAGE).options(*_loaded())
    reports = session.scalars(query).all()
    before = _before(session, reports)
    return ReviewPage(
        reports=tuple(_report_row(report, before.get(report.id), today) for report in reports),
        total=total,
        closings=_closings(session, actor, asked, today),
        parts=_parts(session, actor, asked),
        plans=_choices(session, waiting, Plan.id, Plan.title),
        units=_choices(session, waiting, Unit.id, Unit.name),
    )


def _waiting(actor: Actor) -> Select[tuple[ProgressReport]]:
    return (
        select(ProgressReport)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(
            task_scope(actor),
            ProgressReport.jurisdiction_id == actor.jurisdiction_id,
            ProgressReport.status == ReportStatus.SUBMITTED,
            ProgressReport.is_finishing.is_(False),
            Task.state.in_(_PASSABLE),
        )
    )


def _filtered(query: Select[Any], asked: ReviewFilter) -> Select[Any]:
    return query.where(*_asked(asked))


def _asked(asked: ReviewFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if asked.plan_id is not None:
        conditions.append(Assignment.plan_id == asked.plan_id)
    if asked.unit_id is not None:
        conditions.append(Assignment.unit_id == asked.unit_id)
    return conditions


def _loaded() -> tuple[Any, ...]:
    duty = joinedload(ProgressReport.assignment)
    return (
        duty.joinedload(Assignment.unit),
        duty.joinedload(Assignment.task).joinedload(Task.plan),
        joinedload(ProgressReport.filed_by),
        selectinload(ProgressReport.attachments).joinedload(Attachment.file),
    )


def _before(session: Session, reports: Sequence[ProgressReport]) -> dict[int, ProgressReport]:
    """The report of each duty before the one that waits, by the id of the one that waits."""
    earlier, waiting = aliased(ProgressReport), aliased(ProgressReport)
    last_period = (
        select(func.max(earlier.period))
        .where(
            earlier.assignment_id == waiting.assignment_id,
            earlier.period < waiting.period,
            earlier.status.in_((ReportStatus.PASSED, ReportStatus.SUBMITTED)),
            earlier.is_finishing.is_(False),
        )
        .correlate(waiting)
        .scalar_subquery()
    )
    query = (
        select(waiting.id, ProgressReport)
        .join(ProgressReport, ProgressReport.assignment_id == waiting.assignment_id)
        .where(
            waiting.id.in_([report.id for report in reports]),
            ProgressReport.period == last_period,
            ProgressReport.is_finishing.is_(False),
        )
    )
    return dict(session.execute(query).tuples().all())


def _report_row(report: ProgressReport, before: ProgressReport | None, today: date) -> ReviewRow:
    duty, task = report.assignment, report.assignment.task
    shown = light_of(duty, today)
    return ReviewRow(
        id=report.id,
        version=report.version,
        task_id=task.id,
        plan_title=task.plan.title,
        number=task.number,
        title=task.title,
        unit=duty.unit.name,
        role=duty.role,
        period=report.period,
        light=shown,
        due_on=duty.due_on or task.due_on,
        words=_words(report),
        last=_words(before) if before is not None else None,
        files=file_rows(report.attachments),
        who=report.filed_by.name,
        filed_at=report.filed_at,
        flags=_flags(report, before, shown),
        can_be_sent_back=task.state is TaskState.IN_PROGRESS,
    )


def _flags(report: ProgressReport, before: ProgressReport | None, shown: Light) -> tuple[str, ...]:
    flags = []
    if report.coordination:
        flags.append("需协调")
    if before is not None and before.percent is not None and report.percent is not None:
        if report.percent < before.percent:
            flags.append("比例下降")
        elif report.percent == before.percent and report.percent < 100:
            flags.append("比例未变")
    if before is not None and report.progress == before.progress:
        flags.append("与上期文字相同")
    if shown in (Light.LATE, Light.BEHIND) and not report.problems:
        flags.append("未说明原因")
    return tuple(flags)


def _words(report: ProgressReport) -> Words:
    return Words(report.progress, report.percent, report.problems, report.next_step, report.coordination)


def _closings(session: Session, actor: Actor, asked: ReviewFilter, today: date) -> tuple[DecisionRow, ...]:
    query = (
        select(ClosingRequest)
        .join(Task, Task.id == ClosingRequest.task_id)
        .where(task_scope(actor), ClosingRequest.status == ReportStatus.SUBMITTED, Task.state == TaskState.UNDER_REVIEW)
        .options(
            joinedload(ClosingRequest.task).joinedload(Task.plan),
            joinedload(ClosingRequest.task).selectinload(Task.assignments).joinedload(Assignment.unit),
            joinedload(ClosingRequest.asked_by),
            selectinload(ClosingRequest.attachments).joinedload(Attachment.file),
        )
        .order_by(ClosingRequest.asked_at)
    )
    if asked.plan_id is not None:
        query = query.where(Task.plan_id == asked.plan_id)
    if asked.unit_id is not None:
        query = query.where(exists().where(Assignment.task_id == Task.id, Assignment.unit_id == asked.unit_id))
    requests = list(session.scalars(query))
    view = asking(session, actor, [request.task for request in requests], today=today)
    return tuple(_closing_row(request, view) for request in requests)


def _closing_row(request: ClosingRequest, view: Asking) -> DecisionRow:
    task = request.task
    offers = offered(view.of_task(task, closing=request), Subject.TASK)
    passing = (Action.CLOSE, Action.CHECK_CLOSING)
    lead = next((duty.unit.name for duty in task.assignments if duty.is_first_lead), "")
    return DecisionRow(
        task_id=task.id,
        version=task.version,
        duty_id=None,
        plan_title=task.plan.title,
        number=task.number,
        title=task.title,
        unit=lead,
        words=request.report,
        due_on=task.due_on,
        who=request.asked_by.name,
        at=request.asked_at,
        files=file_rows(request.attachments),
        action=next((action for action, hindrance in offers if action in passing and hindrance is None), None),
    )


def _parts(session: Session, actor: Actor, asked: ReviewFilter) -> tuple[DecisionRow, ...]:
    """Parts said to be finished in tasks where nobody leads; the others are the lead's to accept."""
    lead = aliased(Assignment)
    has_lead = exists().where(
        lead.task_id == Assignment.task_id, lead.is_first_lead, lead.state != AssignmentState.WAIVED
    )
    query = (
        select(ProgressReport)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .where(
            task_scope(actor),
            ProgressReport.is_finishing,
            ProgressReport.status == ReportStatus.SUBMITTED,
            Assignment.state == AssignmentState.SUBMITTED,
            Task.state == TaskState.IN_PROGRESS,
            ~has_lead,
            *_asked(asked),
        )
        .options(*_loaded())
        .order_by(ProgressReport.filed_at)
    )
    return tuple(_part_row(report) for report in session.scalars(query))


def _part_row(report: ProgressReport) -> DecisionRow:
    duty, task = report.assignment, report.assignment.task
    return DecisionRow(
        task_id=task.id,
        version=duty.version,
        duty_id=duty.id,
        plan_title=task.plan.title,
        number=task.number,
        title=task.title,
        unit=duty.unit.name,
        words=report.progress,
        due_on=duty.due_on or task.due_on,
        who=report.filed_by.name,
        at=report.filed_at,
        files=file_rows(report.attachments),
        action=Action.ACCEPT_PART,
    )


def _choices(session: Session, waiting: Select[Any], key: Any, label: Any) -> tuple[Choice, ...]:
    query = waiting.with_only_columns(key, label).distinct().order_by(key)
    return tuple(Choice(*row) for row in session.execute(query))
