"""The filing page (报送): all that a unit owes this month over all its plans, last words beside, most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, case, func, null, select, type_coerce
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.lights import DAY_OF, Light
from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, ReportStatus, TaskState
from tracker.core.workdays import month_of
from tracker.models import Assignment, Attachment, Plan, ProgressReport, Task, Unit
from tracker.services.calendar import load_calendar
from tracker.services.filing import Words, reason_text_of
from tracker.services.lights import duty_reason, light_of
from tracker.services.task_trail import FileRow, file_rows

_LIGHTS = list(Light)
# As many as somebody writes in one sitting.
PAGE = 20
PARTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class LastWord:
    """What the unit said the last time."""

    period: str
    words: Words


@dataclass(frozen=True, slots=True)
class FilingRow:
    """One duty that files, with its report of the month as it stands; `version` is 0 while there is none."""

    assignment_id: int
    task_id: int
    plan_id: int
    plan_title: str
    number: str
    part: int | None
    title: str
    role: DutyRole
    due_on: date | None
    is_standing: bool
    light: Light
    reason: str
    last: LastWord | None
    version: int
    status: ReportStatus | None
    words: Words
    sent_back: str
    files: tuple[FileRow, ...]

    @property
    def is_owed(self) -> bool:
        """Whether the month's report is still to be handed in; what is 长期坚持 may be reported and is not owed."""
        return self.status in (None, ReportStatus.DRAFT, ReportStatus.SENT_BACK) and not self.is_standing

    @property
    def is_open(self) -> bool:
        """Whether the report can still be written."""
        return self.status is not ReportStatus.PASSED


@dataclass(frozen=True, slots=True)
class ToAcknowledge:
    """Duties of a plan that wait to be acknowledged."""

    plan_id: int
    plan_title: str
    count: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """A duty that does not file monthly: the lead files for it, and it ends by 报送完成情况."""

    task_id: int
    plan_title: str
    number: str
    title: str
    role: DutyRole
    due_on: date | None
    light: Light


@dataclass(frozen=True, slots=True)
class FilingPage:
    """What a unit owes in the month: a page of its rows, how many reports of all pages are still to be handed in.

    Of the duties that do not file, `parts` holds the most urgent and `part_count` the number.
    """

    unit: str
    period: str
    page: Page[FilingRow]
    owed: int
    to_acknowledge: tuple[ToAcknowledge, ...]
    parts: tuple[PartRow, ...]
    part_count: int

    @property
    def rows(self) -> Sequence[FilingRow]:
        """Gives the rows of this page."""
        return self.page.rows


def filing_page(
    session: Session, actor: Actor, *, today: date, number: int = 1, holding: int | None = None
) -> FilingPage:
    """Gives a page of what the actor's unit owes, empty for somebody without one; `holding` a duty, where one is given.

    Every duty is ordered by a few columns; only those of the page are loaded.
    """
    unit = session.get(Unit, actor.unit_id) if actor.unit_id is not None else None
    period = month_of(today)
    if unit is None:
        return FilingPage("", period, Page((), 1, 0), 0, (), (), 0)
    # A duty with several reports of the month comes several times, the newest last.
    every = {row.id: _Slim(row, today) for row in session.execute(_running(unit.id, period))}.values()
    filing = sorted((slim for slim in every if slim.files), key=lambda slim: slim.urgency)
    others = sorted((slim for slim in every if not slim.files), key=lambda slim: slim.part_urgency)
    if holding in (places := {slim.id: place for place, slim in enumerate(filing)}):
        number = places[holding] // PAGE + 1
    page, parts = filing[offset(number, PAGE) :][:PAGE], others[:PARTS_SHOWN]
    duties = _duties(session, [slim.id for slim in (*page, *parts)])
    rows = _rows(session, [duties[slim.id] for slim in page], today=today, period=period)
    return FilingPage(
        unit=unit.name,
        period=period,
        page=Page(rows, number, len(filing), PAGE),
        owed=sum(slim.is_owed for slim in filing),
        to_acknowledge=_to_acknowledge(session, unit.id),
        parts=tuple(_part(duties[slim.id], today) for slim in parts),
        part_count=len(others),
    )


def urgency(
    light: Light, due_on: date | None, assignment_id: int, *, is_sent_back: bool
) -> tuple[bool, int, date, int]:
    """Gives the place of a report among those owed: what was sent back first, then by light and due date."""
    return not is_sent_back, _LIGHTS.index(light), due_on or date.max, assignment_id


class _Slim:
    """A duty as the order of the page needs it."""

    def __init__(self, row: Any, today: date) -> None:
        self.id: int = row.id
        self.files: bool = row.files
        self.is_owed = row.status in (None, ReportStatus.DRAFT, ReportStatus.SENT_BACK) and not row.is_standing
        light, due_on = _LIGHTS.index(light_of(row, today)), row.due_on or date.max
        is_sent_back = row.status is ReportStatus.SENT_BACK
        self.urgency = (not self.is_owed, *urgency(light_of(row, today), row.due_on, row.id, is_sent_back=is_sent_back))
        self.part_urgency = (light, due_on)


def _running(unit_id: int, period: str) -> Select[Any]:
    days = (getattr(Assignment, name) for name in DAY_OF.values())
    due_on = case((Task.is_standing, null()), else_=func.coalesce(Assignment.due_on, Task.due_on))
    of_month = (ProgressReport.period == period) & ProgressReport.is_finishing.is_(False)
    return (
        select(
            *(Assignment.id, Task.is_standing, ProgressReport.status, Assignment.is_filing.label("files"), *days),
            type_coerce(due_on, Date).label("due_on"),
        )
        .select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .outerjoin(ProgressReport, (ProgressReport.assignment_id == Assignment.id) & of_month)
        .where(
            Assignment.unit_id == unit_id,
            Assignment.state == AssignmentState.IN_PROGRESS,
            Task.state == TaskState.IN_PROGRESS,
        )
        .order_by(Assignment.plan_id, Task.position, ProgressReport.id)
    )


def _duties(session: Session, ids: Sequence[int]) -> dict[int, Assignment]:
    query = select(Assignment).where(Assignment.id.in_(ids))
    query = query.options(joinedload(Assignment.task).options(joinedload(Task.plan), selectinload(Task.assignments)))
    return {duty.id: duty for duty in session.scalars(query)} if ids else {}


def _rows(session: Session, duties: Sequence[Assignment], *, today: date, period: str) -> list[FilingRow]:
    reports = _reports(session, [duty.id for duty in duties])
    calendar = load_calendar(session)
    rows = []
    for duty in duties:
        written = reports.get(duty.id, [])
        current = next((report for report in written if report.period == period), None)
        last = next((r for r in written if r.period < period and r.status is not ReportStatus.DRAFT), None)
        reason = duty_reason(duty.task, duty, today, calendar)
        rows.append(_row(duty, current, last, today=today, reason=reason))
    return rows


def _reports(session: Session, duty_ids: list[int]) -> dict[int, list[ProgressReport]]:
    """The newest reports of each duty first."""
    query = (
        select(ProgressReport)
        .where(ProgressReport.assignment_id.in_(duty_ids), ProgressReport.is_finishing.is_(False))
        .options(joinedload(ProgressReport.attachments).joinedload(Attachment.file))
        .order_by(ProgressReport.period.desc(), ProgressReport.id.desc())
    )
    found: dict[int, list[ProgressReport]] = {}
    for report in session.scalars(query).unique():
        found.setdefault(report.assignment_id, []).append(report)
    return found


def _row(
    duty: Assignment, current: ProgressReport | None, last: ProgressReport | None, *, today: date, reason: str
) -> FilingRow:
    task = duty.task
    return FilingRow(
        assignment_id=duty.id,
        task_id=task.id,
        plan_id=task.plan_id,
        plan_title=task.plan.title,
        number=task.number,
        part=task.part,
        title=task.title,
        role=duty.role,
        due_on=None if task.is_standing else duty.due_on or task.due_on,
        is_standing=task.is_standing,
        light=light_of(duty, today),
        reason=reason,
        last=LastWord(last.period, _words(last)) if last is not None else None,
        version=current.version if current is not None else 0,
        status=current.status if current is not None else None,
        words=_words(current) if current is not None else Words(""),
        sent_back=reason_text_of(current) if current is not None else "",
        files=file_rows(current.attachments) if current is not None else (),
    )


def _words(report: ProgressReport) -> Words:
    return Words(report.progress, report.percent, report.problems, report.next_step, report.coordination)


def _to_acknowledge(session: Session, unit_id: int) -> tuple[ToAcknowledge, ...]:
    query = (
        select(Plan.id, Plan.title, func.count())
        .join(Assignment, Assignment.plan_id == Plan.id)
        .where(Assignment.unit_id == unit_id, Assignment.state == AssignmentState.ISSUED)
        .group_by(Plan.id, Plan.title)
        .order_by(Plan.id)
    )
    return tuple(ToAcknowledge(*row) for row in session.execute(query).tuples())


def _part(duty: Assignment, today: date) -> PartRow:
    task = duty.task
    due_on = None if task.is_standing else duty.due_on or task.due_on
    return PartRow(task.id, task.plan.title, task.number, task.title, duty.role, due_on, light_of(duty, today))
