"""What a unit may file today, duty by duty: the one list that page, sheet, hand-over and counts are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, Subquery, case, exists, func, null, or_, select, type_coerce
from sqlalchemy.orm import Session

from tracker.core.filing import WRITABLE, month_to_write, report_to_write
from tracker.core.lights import Light
from tracker.core.periods import PeriodRule, Window, current_window
from tracker.core.terms import AssignmentState, ReportStatus, TaskState
from tracker.core.workdays import Calendar
from tracker.models import Assignment, Plan, ProgressReport, ReportingPeriod, Task
from tracker.services.periods import windows_by_hand
from tracker.services.shown import light_key

_LIGHTS = list(Light)


@dataclass(frozen=True, slots=True)
class SlimReport:
    """A report as the list needs it."""

    id: int
    period: str
    status: ReportStatus
    has_been_filed: bool
    was_sent_back: bool
    has_words: bool


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """One duty that files, with the window it is filed for and the report it goes into."""

    id: int
    plan_id: int
    is_standing: bool
    is_owed: bool
    light: Light
    due_on: date | None
    window: Window
    report: SlimReport | None

    @property
    def month(self) -> str:
        """Gives the month it is filed for."""
        return month_to_write(self.report, self.window.month)

    @property
    def is_writable(self) -> bool:
        """Whether the unit can still write it."""
        return self.report is None or self.report.status in WRITABLE

    @property
    def is_sent_back(self) -> bool:
        """Whether the office sent it back and it has not been filed again."""
        return self.report is not None and self.report.was_sent_back and self.is_writable

    @property
    def has_words(self) -> bool:
        """Whether something is written that has not been handed over."""
        return self.report is not None and self.report.has_words and self.is_writable

    @property
    def urgency(self) -> tuple[bool, bool, int, date, int]:
        """Gives its place: what is owed first, in the order of `urgency`."""
        return (
            not (self.is_owed or self.is_writable),
            *urgency(self.light, self.due_on, self.id, is_sent_back=self.is_sent_back),
        )


def urgency(
    light: Light, due_on: date | None, assignment_id: int, *, is_sent_back: bool
) -> tuple[bool, int, date, int]:
    """Gives the place of a report among those owed: what was sent back first, then by light and due date."""
    return not is_sent_back, _LIGHTS.index(light), due_on or date.max, assignment_id


@dataclass(frozen=True, slots=True)
class OtherDuty:
    """A duty for which the unit files nothing: the lead files for it, or its plan wants no filing now."""

    id: int
    is_filing: bool
    light: Light
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ToAcknowledge:
    """Duties of a plan that wait to be acknowledged."""

    plan_id: int
    plan_title: str
    count: int


@dataclass(frozen=True, slots=True)
class UnitDuties:
    """All duties of a unit that run: those to be filed now, most urgent plan first, and the others."""

    open: tuple[OpenDuty, ...]
    others: tuple[OtherDuty, ...]
    to_acknowledge: tuple[ToAcknowledge, ...]
    next_opens_on: date | None


def unit_duties(session: Session, unit_id: int, calendar: Calendar, *, today: date) -> UnitDuties:
    """Gives the duties of a unit by what is to be filed today, in two queries at most whatever their number."""
    every = session.execute(_running(unit_id, today)).all()
    rows = [row for row in every if row.state is AssignmentState.IN_PROGRESS]
    windows = _windows(session, rows, calendar, today)
    found, others, opening = [], [], []
    for row in rows:
        window = windows[row.plan_id]
        if row.is_filing and window is not None:
            duty = _open_duty(row, window, today)
            if today <= window.closes_on or duty.is_owed or _is_under_way(duty):
                found.append(duty)
                continue
        if row.is_filing and row.report_opens_on is not None:
            opening.append(row.report_opens_on)
        others.append(OtherDuty(row.id, row.is_filing, Light(row.light), row.due_on))
    others.sort(key=lambda other: (_LIGHTS.index(other.light), other.due_on or date.max, other.id))
    waiting = Counter((row.plan_id, row.plan_title) for row in every if row.state is AssignmentState.ISSUED)
    to_acknowledge = tuple(ToAcknowledge(*plan, count) for plan, count in sorted(waiting.items()))
    return UnitDuties(_by_plan(found), tuple(others), to_acknowledge, min(opening, default=None))


def _windows(session: Session, rows: Sequence[Any], calendar: Calendar, today: date) -> dict[int, Window | None]:
    rules = {row.plan_id: (row.period_kind, row.opens_day, row.closes_day) for row in rows}
    moved = list({row.plan_id for row in rows if row.is_by_hand})
    by_hand = windows_by_hand(session, moved) if moved else {}
    return {
        plan_id: current_window(PeriodRule(*rule, by_hand.get(plan_id, {})), today, calendar)
        for plan_id, rule in rules.items()
    }


def _is_under_way(duty: OpenDuty) -> bool:
    return duty.report is not None and duty.report.status in (*WRITABLE, ReportStatus.AWAITING)


def _by_plan(duties: Sequence[OpenDuty]) -> tuple[OpenDuty, ...]:
    first: dict[int, tuple[object, ...]] = {}
    for duty in sorted(duties, key=lambda each: each.urgency):
        first.setdefault(duty.plan_id, duty.urgency)
    return tuple(sorted(duties, key=lambda each: (first[each.plan_id], each.plan_id, each.urgency)))


def _open_duty(row: Any, window: Window, today: date) -> OpenDuty:
    newest = None
    if row.report_id is not None:
        newest = SlimReport(row.report_id, row.period, row.status, row.has_been_filed, row.was_sent_back, row.has_words)
    return OpenDuty(
        id=row.id,
        plan_id=row.plan_id,
        is_standing=row.is_standing,
        is_owed=row.report_opens_on is not None and row.report_opens_on <= today,
        light=Light(row.light),
        due_on=row.due_on,
        window=window,
        report=report_to_write(newest, window.month),
    )


def _running(unit_id: int, today: date) -> Select[Any]:
    """The duties of a unit that run or wait to be acknowledged, each with its newest report."""
    due_on = case((Task.is_standing, null()), else_=func.coalesce(Assignment.due_on, Task.due_on))
    newest = _newest(unit_id)
    return (
        select(
            *(Assignment.id, Assignment.state, Assignment.is_filing, Assignment.report_opens_on, Task.is_standing),
            *(Task.plan_id, Plan.title.label("plan_title"), Plan.period_kind, Plan.opens_day, Plan.closes_day),
            exists().where(ReportingPeriod.plan_id == Plan.id).label("is_by_hand"),
            light_key(Assignment, today).label("light"),
            type_coerce(due_on, Date).label("due_on"),
            *(newest.c.report_id, newest.c.period, newest.c.status),
            *(newest.c.has_been_filed, newest.c.was_sent_back, newest.c.has_words),
        )
        .select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .outerjoin(newest, (newest.c.assignment_id == Assignment.id) & (newest.c.place == 1))
        .where(
            Assignment.unit_id == unit_id,
            Assignment.state.in_((AssignmentState.ISSUED, AssignmentState.IN_PROGRESS)),
            or_(Task.state == TaskState.IN_PROGRESS, Assignment.state == AssignmentState.ISSUED),
        )
        .order_by(Assignment.plan_id, Task.position, Assignment.id)
    )


def _newest(unit_id: int) -> Subquery:
    newest_first = func.row_number().over(
        partition_by=ProgressReport.assignment_id, order_by=(ProgressReport.period.desc(), ProgressReport.id.desc())
    )
    return (
        select(
            *(ProgressReport.assignment_id, ProgressReport.id.label("report_id")),
            *(ProgressReport.period, ProgressReport.status),
            ProgressReport.first_filed_at.is_not(None).label("has_been_filed"),
            ProgressReport.reason_code.is_not(None).label("was_sent_back"),
            (ProgressReport.progress != "").label("has_words"),
            newest_first.label("place"),
        )
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .where(
            Assignment.unit_id == unit_id,
            Assignment.state == AssignmentState.IN_PROGRESS,
            ProgressReport.is_finishing.is_(False),
        )
        .subquery("newest")
    )
