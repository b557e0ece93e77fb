"""The indicator table (指标表) and the targets of a plan with actual values beside what was promised."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.footnotes import footnotes
from tracker.core.measures import Point
from tracker.core.periods import period_label
from tracker.core.permissions import Actor
from tracker.core.progress import Progress, plain
from tracker.models import Indicator, Plan, SeriesLink, Target, Task
from tracker.services.access import find_plan, task_scope
from tracker.services.plan_facts import COMPARATORS, ROLES
from tracker.services.series_progress import (
    Reached,
    indicator_goals,
    links_of,
    points_of,
    reached,
    target_goal,
    targets_reached,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of an indicator: as printed, and for a target year the actual value with its difference."""

    printed: str
    role: str
    note: str
    actual: str
    difference: str
    percent: int | None
    period: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """A printed row with the series it means; a column without a printed value has no cell."""

    id: int
    number: str
    name: str
    unit_of_measure: str
    units: tuple[str, ...]
    cells: Mapping[str, Cell]
    gaps: tuple[str, ...]
    series_id: int | None
    series: str
    words: str


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target of the text with how far it has come; `percent` is None without a series or a released value."""

    id: int
    name: str
    by: str
    promised: str
    task_id: int | None
    task_number: str
    series_id: int | None
    series: str
    link_id: int | None
    kind: str
    actual: str
    difference: str
    percent: int | None
    words: str


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """All figures of a plan with values; `years` are the columns, `notes` what footnote marks mean."""

    plan_id: int
    version: int
    is_measured: bool
    years: tuple[str, ...]
    indicators: tuple[IndicatorLine, ...]
    targets: tuple[TargetLine, ...]
    notes: Mapping[str, str]
    definitions: tuple[tuple[str, str], ...]
    unlinked: int


@dataclass(frozen=True, slots=True)
class Attained:
    """What a target or an indicator has come to by a day, for a report: the value in words and the percentage."""

    words: str
    percent: int | None


def indicator_page(session: Session, actor: Actor, plan_id: int, *, today: date) -> IndicatorPage:
    """Gives the indicator table and the targets the actor may see, each beside its actual values."""
    plan = find_plan(session, actor, plan_id)
    links = links_of(session, [plan.id])
    points = points_of(session, {link.series_id for link in links})
    rows = session.scalars(select(Indicator).where(Indicator.plan_id == plan.id).order_by(Indicator.position)).all()
    by_indicator = {link.indicator_id: link for link in links if link.indicator_id is not None}
    years = tuple(sorted({year for row in rows for year in (row.values or {})}))
    lines = tuple(_line(row, plan, by_indicator.get(row.id), points, years) for row in rows)
    targets = _targets(session, actor, plan, links, today, points)
    marks = {cell.note for line in lines for cell in line.cells.values() if cell.note}
    content = plan.source.content if plan.source is not None and marks else ""
    used = {link.series_id: link.series for link in links}
    return IndicatorPage(
        plan_id=plan.id,
        version=plan.version,
        is_measured=plan.is_measured,
        years=years,
        indicators=lines,
        targets=targets,
        notes=footnotes(content, marks),
        definitions=tuple(
            (one.name, "".join((one.definition, one.footnote)))
            for one in used.values()
            if one.definition or one.footnote
        ),
        unlinked=sum(line.series_id is None for line in lines) + sum(line.series_id is None for line in targets),
    )


def _line(
    row: Indicator,
    plan: Plan,
    link: SeriesLink | None,
    points: Mapping[int, Sequence[Point]],
    years: Sequence[str],
) -> IndicatorLine:
    known = points.get(link.series_id, ()) if link else ()
    progressed = yearly_progress(row, plan, link, known)
    cells = {
        year: _cell(value, progressed.get(int(year)) if year.isdigit() else None)
        for year, value in (row.values or {}).items()
        if value.get("value") is not None
    }
    return IndicatorLine(
        id=row.id,
        number=row.number,
        name=row.name,
        unit_of_measure=row.unit_of_measure,
        units=tuple(u if isinstance(u, str) else str(u.get("name", "")) for u in row.units or []),
        cells=cells,
        gaps=tuple(year for year in years if year not in cells),
        series_id=link.series_id if link else None,
        series=link.series.name if link else "",
        words="" if link is None or known else "数据未发布",
    )


def yearly_progress(row: Indicator, plan: Plan, link: SeriesLink | None, known: Sequence[Point]) -> dict[int, Progress]:
    """Gives how far the target of each year has come, for the years of which a value is released."""
    if link is None:
        return {}
    there = {point.first_on.year for point in known}
    goals = indicator_goals(link, row, plan)
    last = max(there, default=0)
    return {
        year: reached(link, goal, row.name, known, date(year, 12, 31)).progress
        for year, goal in goals.items()
        if year in there or (year > last > 0 and year == min(y for y in goals if y > last))
    }


def _cell(value: Mapping[str, object], made: Progress | None) -> Cell:
    printed = str(value.get("value"))
    has_actual = made is not None and made.actual is not None
    return Cell(
        printed=printed.removesuffix(".0"),
        role=ROLES.get(str(value.get("role") or ""), ""),
        note=str(value.get("note") or ""),
        actual=plain(made.actual) if made and made.actual is not None else "",
        difference=signed(made) if made and has_actual else "",
        percent=made.percent if made else None,
        period=period_label(made.period) if made and made.period else "",
        is_met=bool(made and made.is_met),
    )


def signed(made: Progress) -> str:
    """Gives by how much the actual value exceeds (+) or falls short of (−) what was promised."""
    if made.difference is None:
        return ""
    if made.difference == 0:
        return "0"
    return f"{'+' if made.difference > 0 else '−'}{plain(abs(made.difference))}"


def _targets(
    session: Session,
    actor: Actor,
    plan: Plan,
    links: Sequence[SeriesLink],
    today: date,
    points: Mapping[int, Sequence[Point]],
) -> tuple[TargetLine, ...]:
    made = targets_reached(session, plan, links, points, today)
    query = (
        select(Target, Task.number)
        .outerjoin(Task, Task.id == Target.task_id)
        .where(Target.plan_id == plan.id, or_(Target.task_id.is_(None), task_scope(actor)))
        .order_by(Target.start, Target.id)
    )
    return tuple(_target(one, number or "", made.get(one.id)) for one, number in session.execute(query))


def _target(target: Target, number: str, made: Reached | None) -> TargetLine:
    sign = COMPARATORS.get(target.comparator, target.comparator)
    link = made.link if made else None
    progress = made.progress if made else Progress()
    return TargetLine(
        id=target.id,
        name=target.name,
        by=target.by,
        promised=f"{sign}{plain(target.value)}{target.unit_of_measure}",
        task_id=target.task_id,
        task_number=number,
        series_id=link.series_id if link else None,
        series=link.series.name if link else "",
        link_id=link.id if link else None,
        kind=link.kind.label if link else "",
        actual=plain(progress.actual) if progress.actual is not None else "",
        difference=signed(progress),
        percent=progress.percent,
        words=made.words if made else "",
    )


def attained(session: Session, plan_ids: Collection[int], *, as_of: date, at: datetime) -> dict[str, Attained]:
    """Gives what the linked targets and indicators of plans had come to, by "target-3" and "indicator-7".

    Takes `at`: the instant of the snapshot; what was typed or revised later does not count. For reports.
    """
    links = links_of(session, plan_ids)
    plans = {plan.id: plan for plan in session.scalars(select(Plan).where(Plan.id.in_(plan_ids)))}
    points = points_of(session, {link.series_id for link in links}, at=at)
    found = {}
    for link in links:
        known = [one for one in points.get(link.series_id, ()) if one.first_on <= as_of]
        plan = plans[link.plan_id]
        if link.target is not None:
            goal = target_goal(link, link.target, plan)
            made = reached(link, goal, link.target.name, known, as_of)
            found[f"target-{link.target_id}"] = _attained(link, made.progress)
        elif link.indicator is not None:
            by_year = yearly_progress(link.indicator, plan, link, known)
            coming = [year for year in by_year if year >= as_of.year] or list(by_year)[-1:]
            latest = by_year[coming[0]] if coming else Progress()
            found[f"indicator-{link.indicator_id}"] = _attained(link, latest)
    return found


def _attained(link: SeriesLink, progress: Progress) -> Attained:
    if progress.actual is None:
        return Attained("数据未发布", None)
    return Attained(f"{plain(progress.actual)}{link.series.unit_of_measure}", progress.percent)
