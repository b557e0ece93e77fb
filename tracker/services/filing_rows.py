"""What a unit may file today, duty by duty: the one list that page, sheet, hand-over and counts are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from tracker.core.filing import WRITABLE
from tracker.core.periods import PeriodRule, Window, current_window
from tracker.core.terms import AssignmentState, PeriodKind, ReportStatus, TaskState
from tracker.core.workdays import Calendar
from tracker.models import Assignment, Plan, ProgressReport, ReportingPeriod, Task
from tracker.services.periods import windows_by_hand
from tracker.services.shown import light_place

_RUNNING = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """One duty that files, with the window it is filed for and the report it goes into, where there is one.

    It `has_words` where something is written that has not been handed over.
    """

    id: int
    window: Window
    report_id: int | None
    is_owed: bool
    is_writable: bool
    has_words: bool


@dataclass(frozen=True, slots=True)
class ToAcknowledge:
    """Duties of a plan that wait to be acknowledged."""

    plan_id: int
    plan_title: str
    count: int


@dataclass(frozen=True, slots=True)
class _Plans:
    """The plans with a window: those with a rule, or, where their windows were set by hand, by their ids."""

    rules: tuple[tuple[PeriodKind, int, int], ...]
    moved: tuple[int, ...]


_Windows = tuple[tuple[Window, _Plans], ...]


@dataclass(frozen=True, slots=True)
class UnitDuties:
    """All duties of a unit that run: those to be filed now, most urgent plan first, and the others.

    The rows stay as the database gave them until they are asked for: a page shows a few of hundreds.
    """

    _rows: Sequence[Any]
    _windows: _Windows
    # The ids of those for which the unit files nothing: the lead files for it, or its plan wants no filing now.
    others: tuple[int, ...]
    to_acknowledge: tuple[ToAcknowledge, ...]
    next_opens_on: date | None

    def __len__(self) -> int:
        """Gives how many are to be filed now."""
        return len(self._rows)

    @property
    def owed(self) -> int:
        """Gives how many are owed and can still be written."""
        return sum(1 for row in self._rows if row.is_owed and row.is_writable)

    @property
    def written(self) -> int:
        """Gives how many have words that have not been handed over."""
        return sum(1 for row in self._rows if row.is_written)

    @property
    def sent_back(self) -> int:
        """Gives how many the office sent back that have not been filed again."""
        return sum(1 for row in self._rows if row.is_sent_back)

    def open(self, before: int = 0, most: int | None = None) -> list[OpenDuty]:
        """Gives those to be filed now, or so many of them after the first ones."""
        rows = self._rows[before:] if most is None else self._rows[before : before + most]
        return [
            OpenDuty(
                row.id,
                self._windows[row.nth][0],
                row.report_id if row.goes else None,
                bool(row.is_owed),
                bool(row.is_writable),
                bool(row.is_written),
            )
            for row in rows
        ]

    def before(self, assignment_id: int) -> int | None:
        """Gives how many stand before a duty, None where it is not to be filed now."""
        return next((place for place, row in enumerate(self._rows) if row.id == assignment_id), None)


def unit_duties(session: Session, unit_id: int, calendar: Calendar, *, today: date) -> UnitDuties:
    """Gives the duties of a unit by what is to be filed today, in three queries at most whatever their number."""
    plans = session.execute(_PLANS, {"unit_id": unit_id}).all()
    waiting = sorted((row.waiting, row.title, row.number) for row in plans if row.waiting is not None)
    windows = _windows(session, plans, calendar, today)
    rows = session.execute(_by_urgency(windows, today), {"unit_id": unit_id}).all()
    others = [row for row in rows if not row.is_open]
    return UnitDuties(
        _by_plan([row for row in rows if row.is_open]),
        windows,
        tuple(row.id for row in others),
        tuple(ToAcknowledge(*row) for row in waiting),
        min((row.next_opens_on for row in others if row.next_opens_on is not None), default=None),
    )


def _by_plan(rows: Sequence[Any]) -> Sequence[Any]:
    """Rows by urgency put under their plans, which follow their most urgent row."""
    of_plan: dict[int, list[Any]] = {}
    for row in rows:
        of_plan.setdefault(row.plan_id, []).append(row)
    return [row for found in of_plan.values() for row in found]


def _plans() -> Select[Any]:
    """The rules of a unit's plans, each once, and the plans in which duties wait to be acknowledged, by how many."""
    of_plan = (
        select(Assignment.plan_id, Assignment.state, func.count().label("number"))
        .where(Assignment.unit_id == bindparam("unit_id"), Assignment.state.in_(_RUNNING))
        .group_by(Assignment.plan_id, Assignment.state)
        .subquery()
    )
    is_waiting = of_plan.c.state == AssignmentState.ISSUED
    found = (
        select(Plan.period_kind, Plan.opens_day, Plan.closes_day, of_plan.c.number)
        .add_columns(case((exists().where(ReportingPeriod.plan_id == Plan.id), Plan.id)).label("moved"))
        .add_columns(case((is_waiting, Plan.id)).label("waiting"), case((is_waiting, Plan.title)).label("title"))
        .join(of_plan, of_plan.c.plan_id == Plan.id)
        .subquery()
    )
    alike = [column for column in found.c if column.name != "number"]
    return select(*alike, func.sum(found.c.number).label("number")).group_by(*alike)


_PLANS = _plans()


def _windows(session: Session, plans: Sequence[Any], calendar: Calendar, today: date) -> _Windows:
    """The present windows of these plans, each once, with the plans that have it."""
    rules = {(row.period_kind, row.opens_day, row.closes_day, row.moved) for row in plans}
    moved = [rule[-1] for rule in rules if rule[-1] is not None]
    by_hand = windows_by_hand(session, moved) if moved else {}
    found: dict[Window, tuple[list[Any], list[int]]] = {}
    for kind, opens_day, closes_day, plan_id in sorted(rules, key=str):
        rule = PeriodRule(kind, opens_day, closes_day, by_hand.get(plan_id, {}))
        window = current_window(rule, today, calendar)
        if window is None:
            continue
        of_rules, of_plans = found.setdefault(window, ([], []))
        if plan_id is None:
            of_rules.append((kind, opens_day, closes_day))
        else:
            of_plans.append(plan_id)
    return tuple((window, _Plans(tuple(of_rules), tuple(ids))) for window, (of_rules, ids) in found.items())


# Built once for the windows of a day: to put the statement together costs as much as to run it.
@lru_cache(maxsize=64)
def _by_urgency(windows: _Windows, today: date) -> Select[Any]:
    """Every duty with what can be done with its report: whether it is to be filed today, can be written, is written.

    What is owed or can be written comes first, of that what was sent back, then by light and due date.
    """
    each = _reported(windows, today).subquery().c
    can_write = each.status.in_(WRITABLE)
    under_way = and_(each.goes, each.status.in_((*WRITABLE, ReportStatus.AWAITING)))
    running = [nth for nth, (window, _) in enumerate(windows) if window.closes_on >= today]
    is_writable = or_(~each.goes, can_write)
    is_open = and_(each.is_filing, each.nth.is_not(None), or_(each.nth.in_(running), each.is_owed, under_way))
    is_sent_back = and_(is_open, each.goes, can_write, each.was_sent_back)
    is_aside = and_(is_open, ~each.is_owed, ~is_writable)
    said = {
        **{"is_open": is_open, "is_owed": each.is_owed, "goes": each.goes, "is_writable": is_writable},
        **{"is_written": and_(each.goes, can_write, each.has_words), "is_sent_back": is_sent_back},
    }
    # As the database has them: hundreds of rows are not worth a conversion each.
    conditions = (type_coerce(said[name], Integer).label(name) for name in said)
    opens_on = case((and_(each.is_filing, ~is_open), each.report_opens_on)).label("next_opens_on")
    query = select(each.id, each.plan_id, each.nth, each.report_id, *conditions, opens_on)
    return query.order_by(is_aside, is_sent_back.desc(), each.light, each.due_on.asc().nulls_last(), each.id)


# Later than any month.
_NEVER = "9999-99"


def _reported(windows: _Windows, today: date) -> Select[Any]:
    """Every duty with whether its newest report is the one a filing of the present window `goes` into.

    One sent back is mended first, for its own period; a draft never filed goes along into the present one.
    """
    each = _running(windows, today).subquery().c
    months = ((each.nth == nth, window.month) for nth, (window, _) in enumerate(windows))
    month = case((each.nth.is_(None), _NEVER), *months)
    goes = and_(each.report_id.is_not(None), or_(each.period >= month, each.status.in_(WRITABLE)))
    return select(*each, func.coalesce(goes, false()).label("goes"))


def _running(windows: _Windows, today: date) -> Select[Any]:
    """The duties of a unit that run, each with its newest report and which of the windows is its plan's."""
    due_on = case((Task.is_standing, null()), else_=func.coalesce(Assignment.due_on, Task.due_on))
    newest = _newest()
    # What was set by hand first: such a plan has a rule as well.
    nth: list[tuple[ColumnElement[bool], int]] = [(false(), 0)]
    nth += [(Plan.id.in_(plans.moved), nth) for nth, (_, plans) in enumerate(windows) if plans.moved]
    nth += [(_has_rule(rule), nth) for nth, (_, plans) in enumerate(windows) for rule in plans.rules]
    return (
        select(
            *(Assignment.id, Assignment.plan_id, Assignment.is_filing, Assignment.report_opens_on),
            func.coalesce(Assignment.report_opens_on <= today, false()).label("is_owed"),
            light_place(Assignment, today).label("light"),
            type_coerce(due_on, Date).label("due_on"),
            case(*nth).label("nth"),
            *(column for column in newest.c if column.name != "assignment_id"),
        )
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .outerjoin(newest, (newest.c.assignment_id == Assignment.id) & (newest.c.newest == 1))
        .where(_IS_OWN, Task.state == TaskState.IN_PROGRESS)
    )


def _has_rule(rule: tuple[PeriodKind, int, int]) -> ColumnElement[bool]:
    kind, opens_day, closes_day = rule
    return and_(Plan.period_kind == kind, Plan.opens_day == opens_day, Plan.closes_day == closes_day)


_IS_OWN = and_(Assignment.unit_id == bindparam("unit_id"), Assignment.state == AssignmentState.IN_PROGRESS)


def _newest() -> Subquery:
    newest_first = func.row_number().over(
        partition_by=ProgressReport.assignment_id, order_by=(ProgressReport.period.desc(), ProgressReport.id.desc())
    )
    return (
        select(
            *(ProgressReport.assignment_id, ProgressReport.id.label("report_id")),
            *(ProgressReport.period, ProgressReport.status),
            ProgressReport.reason_code.is_not(None).label("was_sent_back"),
            (ProgressReport.progress != "").label("has_words"),
            newest_first.label("newest"),
        )
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .where(_IS_OWN, ProgressReport.is_finishing.is_(False))
        .subquery("newest")
    )
