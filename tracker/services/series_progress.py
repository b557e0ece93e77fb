"""How far targets and indicators have come by their series, and what that says of the tasks they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.core.measures import Point, Release
from tracker.core.progress import Goal, Progress, is_fall, progress, sentence
from tracker.core.terms import ProgressKind
from tracker.db import office_date
from tracker.models import Indicator, MeasuredProgress, Plan, SeriesLink, SeriesValue, Target, Task
from tracker.services.lights import refresh_lights

PERCENT = ("%", "个百分点", "百分点")


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one goal of a link has come, with the words a light ends its reason with."""

    link: SeriesLink
    goal: Goal
    progress: Progress
    words: str
    awaited: str


def points_of(
    session: Session, series_ids: Collection[int], *, at: datetime | None = None, unit_id: int | None = None
) -> dict[int, list[Point]]:
    """Gives the values of series in order of their periods, of the jurisdiction or of one county.

    Takes `at`: as known at an instant, so that an issued report reads the same for ever; now without it.
    """
    of_unit = SeriesValue.unit_id.is_(None) if unit_id is None else SeriesValue.unit_id == unit_id
    query = select(SeriesValue).where(SeriesValue.series_id.in_(series_ids), of_unit).order_by(SeriesValue.first_on)
    if at is None:
        query = query.where(SeriesValue.replaced_at.is_(None))
    else:
        still = or_(SeriesValue.replaced_at.is_(None), SeriesValue.replaced_at > at)
        query = query.where(SeriesValue.entered_at <= at, still)
    found: dict[int, list[Point]] = defaultdict(list)
    for value in session.scalars(query):
        found[value.series_id].append(Point(value.first_on, value.period, value.value))
    return found


def links_of(session: Session, plan_ids: Collection[int]) -> list[SeriesLink]:
    """Gives the links of plans with their series, targets and indicators."""
    loaded = (joinedload(SeriesLink.series), joinedload(SeriesLink.target), joinedload(SeriesLink.indicator))
    query = select(SeriesLink).where(SeriesLink.plan_id.in_(plan_ids)).options(*loaded).order_by(SeriesLink.id)
    return list(session.scalars(query))


def target_goal(link: SeriesLink, target: Target, plan: Plan) -> Goal:
    """Gives what a linked target promises."""
    year = int(target.by) if target.by.isascii() and target.by.isdigit() else None
    end = plan.period_end if link.kind is ProgressKind.EACH_YEAR else None
    return Goal(
        kind=link.kind,
        value=target.value,
        by_year=year or end,
        start_year=plan.period_start,
        baseline=link.baseline,
        falls=is_fall(target.name),
    )


def indicator_goals(link: SeriesLink, indicator: Indicator, plan: Plan) -> dict[int, Goal]:
    """Gives what a linked row of the indicator table promises for each year, in order."""
    falls = is_fall(indicator.name)
    return {
        year: Goal(link.kind, value, year, plan.period_start, link.baseline, falls)
        for year, value in promised_by_year(indicator).items()
    }


def promised_by_year(indicator: Indicator) -> dict[int, Decimal]:
    """Gives the yearly targets of a printed row."""
    return {
        int(year): Decimal(str(cell["value"]))
        for year, cell in sorted((indicator.values or {}).items())
        if year.isdigit() and cell.get("role") == "target" and cell.get("value") is not None
    }


def reached(link: SeriesLink, goal: Goal, name: str, points: Sequence[Point], today: date) -> Reached:
    """Gives how far a goal has come by the points of its series."""
    series = link.series
    is_rate = link.kind is ProgressKind.GROWTH and series.unit_of_measure in PERCENT
    made = progress(goal, points, series.shape, is_rate=is_rate)
    rule = Release(series.period_kind, series.release_day, series.release_lag_months)
    last = points[-1].first_on if points else None
    awaited = rule.told(rule.following(last, today))
    said = sentence(name, series.unit_of_measure, goal, made) if points else f"“{name}”"
    return Reached(link, goal, made, f"{said}，{awaited}" if points else f"{said}{awaited}", awaited)


def targets_reached(
    session: Session, plan: Plan, links: Iterable[SeriesLink], points: Mapping[int, Sequence[Point]], today: date
) -> dict[int, Reached]:
    """Gives how far the linked targets of a plan have come, by target."""
    found = {}
    for link in links:
        if link.target is not None:
            goal = target_goal(link, link.target, plan)
            found[link.target.id] = reached(link, goal, link.target.name, points.get(link.series_id, ()), today)
    return found


def refresh_measured(session: Session, jurisdiction_id: int, plan_ids: Collection[int], *, now: datetime) -> None:
    """Computes the measured progress of the tasks of plans anew, with their lights.

    Call it after every write to a series or a link, in the same transaction.
    """
    session.flush()
    query = select(Plan).where(Plan.id.in_(plan_ids), Plan.jurisdiction_id == jurisdiction_id)
    for plan in session.scalars(query).all():
        _refresh_plan(session, plan, now)


def _refresh_plan(session: Session, plan: Plan, now: datetime) -> None:
    links = [link for link in links_of(session, [plan.id]) if plan.is_measured and link.target is not None]
    points = points_of(session, {link.series_id for link in links})
    by_task: dict[int, list[Reached]] = defaultdict(list)
    for each in targets_reached(session, plan, links, points, office_date(now)).values():
        if each.link.target is not None and each.link.target.task_id is not None:
            by_task[each.link.target.task_id].append(each)
    measured = select(MeasuredProgress.task_id).join(Task, Task.id == MeasuredProgress.task_id)
    former = set(session.scalars(measured.where(Task.plan_id == plan.id)))
    tasks = session.scalars(select(Task).where(Task.id.in_(former | set(by_task)))).all()
    for task in tasks:
        _store(session, task, by_task.get(task.id, []))
    refresh_lights(session, tasks, now=now)


def _store(session: Session, task: Task, several: Sequence[Reached]) -> None:
    """The least advanced of a task's targets decides; those without any value yet decide nothing."""
    known = [each for each in several if each.progress.percent is not None]
    if not several:
        if task.measured is not None:
            session.delete(task.measured)
            task.measured = None
        return
    chosen = min(known, key=lambda each: each.progress.percent or 0, default=several[0])
    if task.measured is None:
        task.measured = MeasuredProgress(task_id=task.id)
    task.measured.percent, task.measured.words = chosen.progress.percent, chosen.words
