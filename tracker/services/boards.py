"""Tallies for the dashboard (督办总览), taken by the worker and by hand; the page only reads what was taken."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session

from tracker.core.boards import tally
from tracker.core.classes import CLASS_OF
from tracker.core.lights import DAY_OF, Light
from tracker.core.permissions import Actor
from tracker.core.spans import recent_spans
from tracker.core.terms import AssignmentState, DutyRole, PlanStatus, TaskState
from tracker.db import office_date
from tracker.errors import NotAllowed
from tracker.models import Assignment, AssignmentHistory, Board, Jurisdiction, Plan, Task
from tracker.services import audit
from tracker.services.shown import is_counted
from tracker.services.snapshot_facts import Moment, moment_of

MONTHS = 12
STALE = timedelta(minutes=10)
_OUTSIDE = (AssignmentState.PLANNED, AssignmentState.WAIVED)
_COUNTED = (TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.CLOSED, TaskState.ARCHIVED)
_DONE = (TaskState.CLOSED.value, TaskState.ARCHIVED.value)


def take_board(session: Session, jurisdiction_id: int, *, now: datetime) -> Board:
    """Takes today's tally of a jurisdiction anew."""
    today = office_date(now)
    return _keep(session, jurisdiction_id, today, _present(session, jurisdiction_id, today), now)


def _keep(session: Session, jurisdiction_id: int, on: date, content: dict[str, Any], now: datetime) -> Board:
    kept = session.scalar(select(Board).where(Board.jurisdiction_id == jurisdiction_id, Board.on_date == on))
    if kept is None:
        kept = Board(jurisdiction_id=jurisdiction_id, on_date=on, taken_at=now, content=content)
        session.add(kept)
    else:
        kept.taken_at, kept.content = now, content
    session.flush()
    return kept


def _present(session: Session, jurisdiction_id: int, today: date) -> dict[str, Any]:
    running = (is_counted(), Task.state.in_(_COUNTED), or_(Task.is_standing.is_(False), Task.state.in_(_DONE)))
    of_tasks = (
        select(Task.plan_id, _class(Task, today), func.count())
        .where(Task.jurisdiction_id == jurisdiction_id, *running)
        .group_by(Task.plan_id, _class(Task, today))
    )
    kind = case((Task.state.in_(_DONE), literal("done")), else_=_class(Assignment, today))
    of_duties = (
        select(Assignment.unit_id, Assignment.plan_id, kind, func.count())
        .join(Task, Task.id == Assignment.task_id)
        .where(
            Assignment.jurisdiction_id == jurisdiction_id,
            Assignment.state.not_in(_OUTSIDE),
            Assignment.role != DutyRole.COOPERATING,
            *running,
        )
        .group_by(Assignment.unit_id, Assignment.plan_id, kind)
    )
    return tally(session.execute(of_tasks).tuples(), session.execute(of_duties).tuples())


def _class(model: Any, on: date) -> ColumnElement[str]:
    """The class a row's light is counted in on a day."""
    days = [(getattr(model, attribute) <= on, literal(CLASS_OF[member].value)) for member, attribute in DAY_OF.items()]
    return case(*days, else_=literal(CLASS_OF[Light.ON_TIME].value))


def missing_months(session: Session, jurisdiction_id: int, *, now: datetime) -> list[Moment]:
    """Gives the month ends of the last year that the trend has no tally of, newest first."""
    today = office_date(now)
    kept = set(session.scalars(select(Board.on_date).where(Board.jurisdiction_id == jurisdiction_id)))
    first = session.scalar(
        select(func.min(Plan.issued_on)).where(
            Plan.jurisdiction_id == jurisdiction_id, Plan.status != PlanStatus.PREPARING
        )
    )
    if first is None:
        return []
    spans = recent_spans(today, 1, MONTHS + 1)[1:]
    return [moment_of(span, now=now) for span in spans if span.last_on not in kept and span.last_on >= first]


def take_month(session: Session, jurisdiction_id: int, moment: Moment, *, now: datetime) -> Board:
    """Takes the tally of a past month's end from history: of each task the light of its lead, else the worst."""
    row, until = AssignmentHistory, AssignmentHistory.recorded_until_at
    kind = case((row.task_state.in_(_DONE), literal("done")), else_=_class(row, moment.as_of))
    valid: Select[Any] = (
        select(row.task_id, row.plan_id, Assignment.unit_id, row.is_first_lead, kind.label("kind"))
        .join(Assignment, Assignment.id == row.assignment_id)
        .join(Task, Task.id == row.task_id)
        .where(
            Assignment.jurisdiction_id == jurisdiction_id,
            row.role != DutyRole.COOPERATING,
            row.recorded_from_at <= moment.at,
            or_(until.is_(None), until > moment.at),
            row.state.not_in(_OUTSIDE),
            row.task_state.in_([state.value for state in _COUNTED]),
            or_(Task.is_standing.is_(False), row.task_state.in_(_DONE)),
        )
    )
    stood = valid.subquery()
    of_duties = select(stood.c.unit_id, stood.c.plan_id, stood.c.kind, func.count())
    duties = session.execute(of_duties.group_by(stood.c.unit_id, stood.c.plan_id, stood.c.kind)).tuples()
    return _keep(session, jurisdiction_id, moment.as_of, tally(_of_tasks(session, stood), duties), now)


# The worst of several duties decides where no lead does; late is the worst.
_RANK = ("late", "unknown", "behind", "on_schedule", "done")


def _of_tasks(session: Session, stood: Any) -> list[tuple[int, str, int]]:
    rank = case(*[(stood.c.kind == kind, literal(place)) for place, kind in enumerate(_RANK)])
    lead = func.min(case((stood.c.is_first_lead, rank)))
    place = func.coalesce(lead, func.min(rank)).label("place")
    of_task = select(stood.c.plan_id, place).group_by(stood.c.task_id, stood.c.plan_id).subquery()
    counts = select(of_task.c.plan_id, of_task.c.place, func.count()).group_by(of_task.c.plan_id, of_task.c.place)
    return [(plan_id, _RANK[found], count) for plan_id, found, count in session.execute(counts).tuples()]


def due_boards(session: Session, *, now: datetime) -> list[int]:
    """Gives the jurisdictions with plans whose tally of today is missing or old, or that miss a month of the trend."""
    today, found = office_date(now), []
    places = select(Jurisdiction.id).where(
        select(Plan.id).where(Plan.jurisdiction_id == Jurisdiction.id, Plan.status != PlanStatus.PREPARING).exists()
    )
    for jurisdiction_id in session.scalars(places.order_by(Jurisdiction.id)).all():
        fresh = select(Board.id).where(
            Board.jurisdiction_id == jurisdiction_id, Board.on_date == today, Board.taken_at > now - STALE
        )
        if session.scalar(fresh) is None or missing_months(session, jurisdiction_id, now=now):
            found.append(jurisdiction_id)
    return found


def bring_up(session: Session, jurisdiction_id: int, *, now: datetime) -> None:
    """Takes today's tally and one missing month, so that no pass of the worker is long."""
    take_board(session, jurisdiction_id, now=now)
    for moment in missing_months(session, jurisdiction_id, now=now)[:1]:
        take_month(session, jurisdiction_id, moment, now=now)


def refresh_board(session: Session, actor: Actor, *, now: datetime) -> None:
    """Takes the tally of the actor's jurisdiction now, with every month the trend misses."""
    if not actor.sees_jurisdiction:
        raise NotAllowed("督办总览由领导小组办公室和领导查看。")
    board = take_board(session, actor.jurisdiction_id, now=now)
    for moment in missing_months(session, actor.jurisdiction_id, now=now):
        take_month(session, actor.jurisdiction_id, moment, now=now)
    audit.record(session, actor, "dashboard.refresh", board, summary="更新督办总览", now=now)
