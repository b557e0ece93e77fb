"""What the dashboard (督办总览) shows: the last tally with its trend, what changed since the last report, red items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.core.boards import MOST_PLANS, MOST_UNITS, Tally, tally_of, urgent
from tracker.core.permissions import Actor, Permission
from tracker.core.reckoning import Movement
from tracker.core.spans import recent_spans, span_of
from tracker.core.terms import SupervisionKind, SupervisionStatus
from tracker.errors import NotAllowed
from tracker.models import Board, Plan, SupervisionReport, Task, Unit
from tracker.services.boards import MONTHS
from tracker.services.shown import UNDER_WAY, is_counted, is_standing
from tracker.services.supervision import serial

CHANGED_SHOWN = 8
NO_TALLY: dict[str, Any] = {"plans": [], "cells": []}


@dataclass(frozen=True, slots=True)
class Point:
    """One month of the trend."""

    label: str
    on: date
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewLate:
    """A task that turned late after the last report."""

    task_id: int
    number: str
    title: str
    late_on: date


@dataclass(frozen=True, slots=True)
class LastReport:
    """The last issued bulletin, what it told against the one before it, and what changed since."""

    id: int
    title: str
    number: str
    period: str
    as_of: date
    counts: tuple[int, ...]
    moved: tuple[tuple[Movement, int], ...]
    new_late: tuple[NewLate, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the page shows; `plans` and `units` are the most urgent first, cut where there are too many."""

    on: date
    taken_at: datetime | None
    tally: Tally
    plans: tuple[tuple[int, str, tuple[int, ...]], ...]
    units: tuple[tuple[int, str, tuple[int, ...]], ...]
    cells: dict[tuple[int, int], tuple[int, ...]]
    more_plans: int
    more_units: int
    trend: tuple[Point, ...]
    last: LastReport | None


def dashboard(session: Session, actor: Actor, *, today: date, on: date | None = None) -> Dashboard:
    """Gives the dashboard of the actor's jurisdiction, as of its last tally or that of an earlier day.

    Raises NotAllowed for the people of a unit.
    """
    if not actor.may(Permission.DASHBOARD_READ):
        raise NotAllowed("督办总览由领导小组办公室和领导查看。")
    boards = _boards(session, actor, today, on)
    board = boards.get(on) if on is not None else boards[max(boards)] if boards else None
    found = tally_of(board.content if board else NO_TALLY)
    plans = sorted(found.plans.items(), key=lambda row: (urgent(row[1]), row[0]))
    units = sorted(found.units.items(), key=lambda row: (urgent(row[1]), row[0]))
    names = _names(session, [key for key, _ in plans[:MOST_PLANS]], [key for key, _ in units[:MOST_UNITS]])
    return Dashboard(
        on=board.on_date if board else today,
        taken_at=board.taken_at if board else None,
        tally=found,
        plans=tuple((key, names.get(("plan", key), ""), counts) for key, counts in plans[:MOST_PLANS]),
        units=tuple((key, names.get(("unit", key), ""), counts) for key, counts in units[:MOST_UNITS]),
        cells={(cell.unit_id, cell.plan_id): cell.counts for cell in found.cells},
        more_plans=max(len(plans) - MOST_PLANS, 0),
        more_units=max(len(units) - MOST_UNITS, 0),
        trend=_trend(boards, today),
        last=_last(session, actor, today) if on is None else None,
    )


def _boards(session: Session, actor: Actor, today: date, on: date | None) -> dict[date, Board]:
    """The tallies of the last month ends, of the day asked for, and the last there is."""
    mine = Board.jurisdiction_id == actor.jurisdiction_id
    newest = select(func.max(Board.on_date)).where(mine).scalar_subquery()
    days = [*_ends(today), *([on] if on else [])]
    query = select(Board).where(mine, or_(Board.on_date.in_(days), Board.on_date == newest))
    return {each.on_date: each for each in session.scalars(query)}


def _ends(today: date) -> list[date]:
    return [span.last_on for span in recent_spans(today, 1, MONTHS + 1)[1:]]


def _names(session: Session, plan_ids: list[int], unit_ids: list[int]) -> dict[tuple[str, int], str]:
    plans = select(literal("plan"), Plan.id, Plan.title).where(Plan.id.in_(plan_ids))
    units = select(literal("unit"), Unit.id, Unit.name).where(Unit.id.in_(unit_ids))
    return {(kind, key): name for kind, key, name in session.execute(plans.union_all(units))}


def _trend(boards: dict[date, Board], today: date) -> tuple[Point, ...]:
    """The ends of the last months and the last day there is, oldest first."""
    ends, last = set(_ends(today)), max(boards, default=today)
    shown = sorted(day for day in boards if day in ends or day == last)
    return tuple(
        Point(f"{day.month}月" if day in ends else f"{day.month}.{day.day}", day, tally_of(boards[day].content).tasks)
        for day in shown
    )


def _last(session: Session, actor: Actor, today: date) -> LastReport | None:
    report = session.scalars(
        select(SupervisionReport)
        .options(joinedload(SupervisionReport.snapshot))
        .where(
            SupervisionReport.jurisdiction_id == actor.jurisdiction_id,
            SupervisionReport.kind == SupervisionKind.BULLETIN,
            SupervisionReport.status == SupervisionStatus.ISSUED,
        )
        .order_by(SupervisionReport.issued_on.desc(), SupervisionReport.id.desc())
        .limit(1)
    ).first()
    if report is None:
        return None
    totals, as_of = report.snapshot.figures["totals"], report.snapshot.as_of_on
    moved = (Movement.NEW, Movement.RUNNING, Movement.CURED, Movement.EXTENDED)
    return LastReport(
        id=report.id,
        title=report.title,
        number=serial(report),
        period=span_of(report.period).label,
        as_of=as_of,
        counts=tuple(report.snapshot.figures["classes"]),
        moved=tuple((each, totals.get(f"movement_{each.value}", 0)) for each in moved),
        new_late=_new_late(session, actor, as_of, today),
    )


def _new_late(session: Session, actor: Actor, as_of: date, today: date) -> tuple[NewLate, ...]:
    query = (
        select(Task.id, Task.number, Task.title, Task.late_on)
        .where(
            Task.jurisdiction_id == actor.jurisdiction_id,
            is_counted(),
            Task.late_on > as_of,
            Task.late_on <= today,
            Task.done_on.is_(None),
            Task.state.in_(UNDER_WAY),
            ~is_standing(),
        )
        .order_by(Task.late_on, Task.id)
        .limit(CHANGED_SHOWN)
    )
    return tuple(NewLate(*row) for row in session.execute(query))
