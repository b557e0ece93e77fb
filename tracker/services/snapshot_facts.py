"""What a snapshot is read from, a chunk of tasks at a time: duties as history says they stood, words, papers sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.lights import DAY_OF
from tracker.core.spans import Span
from tracker.core.terms import AssignmentState, DutyRole, ReportStatus, SnapshotRowKind
from tracker.db import OFFICE_ZONE
from tracker.models import (
    Assignment,
    AssignmentHistory,
    OutlineNode,
    ProgressReport,
    ReminderMark,
    Slip,
    SnapshotRow,
    Target,
    Task,
    Unit,
    Urge,
)
from tracker.services.shown import is_counted

# Below the number of variables any SQLite takes in one statement, and small enough to be forgotten again.
CHUNK = 1_000
_OUTSIDE = (AssignmentState.PLANNED, AssignmentState.WAIVED)


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant a snapshot shows, the day its figures are of, and the period it is on."""

    span: Span
    at: datetime
    as_of: date
    is_over: bool


@dataclass(slots=True)
class Facts:
    """Everything about a few hundred tasks; rows are keyed by task or by duty."""

    tasks: Sequence[Any]
    duties: Mapping[int, list[Any]]
    words: Mapping[int, Any]
    filed: Mapping[int, Any]
    targets: Mapping[int, list[Any]]
    before: Mapping[int, Any]


def moment_of(span: Span, *, now: datetime) -> Moment:
    """Gives the instant a period is shown at: its end, or now while it is running."""
    end = datetime(span.last_on.year, span.last_on.month, span.last_on.day, 23, 59, 59, 999_999, OFFICE_ZONE)
    today = now.astimezone(OFFICE_ZONE).date()
    is_over = end < now
    return Moment(span, end if is_over else now, min(span.last_on, today), is_over)


def facts_of_plans(
    session: Session, plan_ids: Sequence[int], moment: Moment, *, previous_id: int | None
) -> Iterator[Facts]:
    """Gives the facts of all tasks of these plans, plan by plan in the order of print, a chunk at a time."""
    query = (
        select(Task.id).where(Task.plan_id.in_(plan_ids), is_counted()).order_by(Task.plan_id, Task.position, Task.id)
    )
    ids = list(session.scalars(query))
    for start in range(0, len(ids), CHUNK):
        yield _facts(session, ids[start : start + CHUNK], moment, previous_id)


def _facts(session: Session, ids: list[int], moment: Moment, previous_id: int | None) -> Facts:
    # Rows of the connection, not of the session: nothing is to be loaded but these columns.
    connection = session.connection()
    duties: dict[int, list[Any]] = defaultdict(list)
    for duty in connection.execute(_duties(ids, moment)):
        duties[duty.task_id].append(duty)
    keys = [duty.id for rows in duties.values() for duty in rows if duty.role != DutyRole.COOPERATING]
    targets: dict[int, list[Any]] = defaultdict(list)
    for target in connection.execute(_targets(ids)):
        targets[target.task_id].append(target)
    return Facts(
        tasks=connection.execute(_tasks(ids)).all(),
        duties=duties,
        words=_words(connection, keys, moment),
        filed=_filed(connection, keys, moment),
        targets=targets,
        before=_before(connection, ids, previous_id),
    )


def _text(column: Any) -> Any:
    """A date or a member as the text that is stored: what a line keeps, and what compares as the date does."""
    return cast(column, String).label(column.key)


def _tasks(ids: Sequence[int]) -> Select[Any]:
    return (
        select(
            *(Task.id, Task.plan_id, Task.outline_node_id, Task.number, Task.part, Task.title, Task.leader),
            *(Task.is_standing, _text(Task.issued_on), _text(Task.original_due_on), Task.basis, Task.milestones),
            *(OutlineNode.number.label("node_number"), OutlineNode.title.label("node_title")),
        )
        .outerjoin(OutlineNode, OutlineNode.id == Task.outline_node_id)
        .where(Task.id.in_(ids))
        .order_by(Task.plan_id, Task.position, Task.id)
    )


def _duties(ids: Sequence[int], moment: Moment) -> Select[Any]:
    row, until = AssignmentHistory, AssignmentHistory.recorded_until_at
    return (
        select(
            *(Assignment.id, row.task_id, Assignment.unit_id, _text(row.role), row.is_first_lead, row.is_filing),
            *(Assignment.contact_name, Assignment.contact_phone, row.extensions),
            *(_text(row.state), row.task_state, _text(row.due_on), row.percent),
            *(_text(row.report_opens_on), _text(row.report_missed_on)),
            *(_text(getattr(row, attribute)) for attribute in DAY_OF.values()),
        )
        .join(Assignment, Assignment.id == row.assignment_id)
        .where(
            row.task_id.in_(ids),
            row.recorded_from_at <= moment.at,
            or_(until.is_(None), until > moment.at),
            row.state.not_in(_OUTSIDE),
        )
        .order_by(row.task_id, Assignment.position, Assignment.id)
    )


def _targets(ids: Sequence[int]) -> Select[Any]:
    columns = (Target.task_id, Target.name, Target.comparator, Target.value, Target.unit_of_measure, Target.by)
    return select(*columns).where(Target.task_id.in_(ids)).order_by(Target.task_id, Target.start)


def _words(connection: Connection, keys: Sequence[int], moment: Moment) -> dict[int, Any]:
    """What the office last passed of each duty's filings: a report quotes nothing that nobody has read."""
    report = ProgressReport
    columns = (report.assignment_id, report.period, report.filed_at, report.progress)
    more = (report.problems, report.next_step, report.coordination)
    found: dict[int, Any] = {}
    for start in range(0, len(keys), CHUNK):
        query = (
            select(*columns, *more)
            .where(
                report.assignment_id.in_(keys[start : start + CHUNK]),
                report.status == ReportStatus.PASSED,
                report.filed_at <= moment.at,
            )
            .order_by(report.assignment_id, report.filed_at, report.id)
        )
        found |= {row.assignment_id: row for row in connection.execute(query)}
    return found


def _filed(connection: Connection, keys: Sequence[int], moment: Moment) -> dict[int, Any]:
    """What was filed for the period on each duty, the last of it, drafts and what waits for a signature left aside."""
    report = ProgressReport
    handed_in = (ReportStatus.SUBMITTED, ReportStatus.PASSED, ReportStatus.SENT_BACK)
    columns = (report.assignment_id, report.status, report.filed_at, report.first_filed_at, report.times_sent_back)
    found: dict[int, Any] = {}
    for start in range(0, len(keys), CHUNK):
        query = (
            select(*columns)
            .where(
                report.assignment_id.in_(keys[start : start + CHUNK]),
                report.period.in_(moment.span.months),
                report.status.in_(handed_in),
            )
            .order_by(report.assignment_id, report.filed_at, report.id)
        )
        found |= {row.assignment_id: row for row in connection.execute(query)}
    return found


def _before(connection: Connection, ids: Sequence[int], previous_id: int | None) -> dict[int, Any]:
    if previous_id is None:
        return {}
    columns = (SnapshotRow.task_id, _text(SnapshotRow.due_on), SnapshotRow.late_periods)
    query = select(*columns).where(
        SnapshotRow.snapshot_id == previous_id, SnapshotRow.kind == SnapshotRowKind.TASK, SnapshotRow.task_id.in_(ids)
    )
    return {row.task_id: row for row in connection.execute(query)}


def papers_sent(session: Session, keys: Sequence[int], moment: Moment) -> dict[int, list[tuple[datetime, str]]]:
    """Gives what was sent when on each of these duties, newest first: urges, slips, reminders."""
    sent: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    if not keys:
        return sent
    urges = select(Urge.assignment_id, Urge.urged_at, Urge.channel).where(Urge.assignment_id.in_(keys))
    for key, at, channel in session.execute(urges.where(Urge.urged_at <= moment.at)):
        sent[key].append((at, channel.label))
    slips = select(Slip.assignment_id, Slip.issued_at, Slip.level, Slip.form).where(Slip.assignment_id.in_(keys))
    for key, at, level, form in session.execute(slips.where(Slip.issued_at <= moment.at)):
        sent[key].append((at, f"{level.label}{form.label}"))
    marks = select(ReminderMark.assignment_id, func.max(ReminderMark.marked_at), func.count())
    marks = marks.where(ReminderMark.assignment_id.in_(keys), ReminderMark.marked_at <= moment.at)
    for key, at, count in session.execute(marks.group_by(ReminderMark.assignment_id)):
        sent[key].append((at, f"系统提醒（共{count}次）"))
    return {key: sorted(rows, reverse=True) for key, rows in sent.items()}


def unit_places(session: Session, unit_ids: Sequence[int]) -> dict[int, Any]:
    """Gives name, place and contact of units by their key."""
    columns = (Unit.id, Unit.name, Unit.position, Unit.contact_name, Unit.contact_phone)
    found: dict[int, Any] = {}
    for start in range(0, len(unit_ids), CHUNK):
        query = select(*columns).where(Unit.id.in_(unit_ids[start : start + CHUNK]))
        found |= {row.id: row for row in session.execute(query)}
    return found
