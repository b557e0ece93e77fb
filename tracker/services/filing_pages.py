"""The filing page (报送): all that a unit owes this month over all its plans, last words beside, most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, ReportStatus, TaskState
from tracker.core.workdays import month_of
from tracker.models import Assignment, Attachment, Plan, ProgressReport, Task, Unit
from tracker.services.calendar import load_calendar
from tracker.services.duties import files, first_lead
from tracker.services.filing import Words, reason_text_of
from tracker.services.lights import duty_reason, light_of
from tracker.services.task_trail import FileRow, file_rows

_LIGHTS = list(Light)


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
    """What a unit owes in the month."""

    unit: str
    period: str
    rows: tuple[FilingRow, ...]
    to_acknowledge: tuple[ToAcknowledge, ...]
    parts: tuple[PartRow, ...]

    @property
    def owed(self) -> int:
        """How many reports of the month are still to be handed in."""
        return sum(row.is_owed for row in self.rows)


def filing_page(session: Session, actor: Actor, *, today: date) -> FilingPage:
    """Gives the filing page of the actor's unit, empty for somebody without one."""
    unit = session.get(Unit, actor.unit_id) if actor.unit_id is not None else None
    period = month_of(today)
    if unit is None:
        return FilingPage("", period, (), (), ())
    duties = _running_duties(session, unit.id)
    filing = [duty for duty in duties if _files(duty)]
    parts = [duty for duty in duties if duty not in filing]
    rows = _rows(session, filing, today=today, period=period)
    return FilingPage(
        unit=unit.name,
        period=period,
        rows=tuple(sorted(rows, key=_urgency)),
        to_acknowledge=_to_acknowledge(session, unit.id),
        parts=tuple(sorted((_part(duty, today) for duty in parts), key=_part_urgency)),
    )


def _urgency(row: FilingRow) -> tuple[bool, bool, int, date, int]:
    is_returned = row.status is ReportStatus.SENT_BACK
    return (not row.is_owed, not is_returned, _LIGHTS.index(row.light), row.due_on or date.max, row.assignment_id)


def _part_urgency(part: PartRow) -> tuple[int, date]:
    return _LIGHTS.index(part.light), part.due_on or date.max


def _running_duties(session: Session, unit_id: int) -> Sequence[Assignment]:
    query = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(
            Assignment.unit_id == unit_id,
            Assignment.state == AssignmentState.IN_PROGRESS,
            Task.state == TaskState.IN_PROGRESS,
        )
        .options(joinedload(Assignment.task).options(joinedload(Task.plan), selectinload(Task.assignments)))
        .order_by(Assignment.plan_id, Task.position)
    )
    return session.scalars(query).all()


def _files(duty: Assignment) -> bool:
    return files(duty.task.plan, duty, has_lead=first_lead(duty.task.assignments) is not None)


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
        .options(selectinload(ProgressReport.attachments).joinedload(Attachment.file))
        .order_by(ProgressReport.period.desc(), ProgressReport.id.desc())
    )
    found: dict[int, list[ProgressReport]] = {}
    for report in session.scalars(query):
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
