"""The pages of measured series: the list, and one series with its values, what replaced what, and what it serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.core.measures import Standing
from tracker.core.paging import PAGE_SIZE, Page, offset
from tracker.core.periods import period_label, period_name
from tracker.core.permissions import Actor
from tracker.core.progress import plain
from tracker.core.terms import PeriodKind, SeriesShape
from tracker.models import Plan, Series, SeriesLink, SeriesValue, Task, Unit, User
from tracker.services.access import plan_scope, task_scope
from tracker.services.series import Definition, county_units, find_series, may_enter, release_of, series_scope
from tracker.services.series_links import name_of
from tracker.services.series_progress import points_of, reached, target_goal

PERIODS_SHOWN = 13


@dataclass(frozen=True, slots=True)
class SeriesFilter:
    """What a person asked the list for."""

    words: str = ""
    unit_id: int | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One series as listed: its last value, and where the next one stands."""

    id: int
    name: str
    unit_of_measure: str
    source: str
    period_kind: PeriodKind
    value: str
    period: str
    next_period: str
    next_due_on: date | None
    standing: Standing
    links: int


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value as it was typed; `replaced_at` for one that another took the place of."""

    value: str
    released_on: date
    note: str
    entered_by: str
    entered_at: datetime
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period of a series: its value with those it replaced, and what the counties' values add up to."""

    period: str
    label: str
    due_on: date | None
    standing: Standing
    current: ValueRow | None
    former: tuple[ValueRow, ...]
    counties: tuple[tuple[str, str], ...]
    county_sum: Decimal | None
    gap: Decimal | None

    @property
    def sum_words(self) -> str:
        """Gives what the counties' values come to, empty where there are none."""
        return plain(self.county_sum) if self.county_sum is not None else ""

    @property
    def gap_words(self) -> str:
        """Gives by how much that differs from the jurisdiction's own value."""
        if self.gap is None:
            return ""
        if not self.gap:
            return "与全市一致"
        return f"{'多于' if self.gap > 0 else '少于'}全市{plain(abs(self.gap))}"


@dataclass(frozen=True, slots=True)
class ServedRow:
    """A target or indicator that a series serves."""

    link_id: int
    plan_id: int
    plan: str
    name: str
    task_id: int | None
    task_number: str
    kind: str
    percent: int | None
    words: str


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """One series: what it is, the periods newest first, and what it serves."""

    id: int
    version: int
    definition: Definition
    source: str
    may_enter: bool
    periods: tuple[PeriodRow, ...]
    choices: tuple[tuple[str, str], ...]
    counties: tuple[tuple[int, str], ...]
    served: tuple[ServedRow, ...]


def series_rows(
    session: Session, actor: Actor, asked: SeriesFilter, *, today: date, number: int | None = None
) -> Page[SeriesRow]:
    """Gives the series the actor may see as asked for, by name; all of them without a page number."""
    query = select(Series).where(series_scope(actor)).options(joinedload(Series.source_unit)).order_by(Series.name)
    if asked.words:
        query = query.where(Series.name.contains(asked.words, autoescape=True))
    if asked.unit_id is not None:
        query = query.where(Series.source_unit_id == asked.unit_id)
    found = list(session.scalars(query))
    keys = {one.id for one in found}
    points = points_of(session, keys)
    counts = dict(
        session.execute(
            select(SeriesLink.series_id, func.count())
            .join(Plan, Plan.id == SeriesLink.plan_id)
            .where(SeriesLink.series_id.in_(keys), plan_scope(actor))
            .group_by(SeriesLink.series_id)
        )
        .tuples()
        .all()
    )
    rows = []
    for one in found:
        last = points[one.id][-1] if points.get(one.id) else None
        rows.append(_row(one, (plain(last.value), last.first_on) if last else None, counts.get(one.id, 0), today))
    rows = [row for row in rows if asked.standing in (None, row.standing)]
    if number is None:
        return Page(rows, 1, len(rows), size=max(1, len(rows)))
    start = offset(number)
    return Page(rows[start : start + PAGE_SIZE], number, len(rows))


def _row(series: Series, last: tuple[str, date] | None, links: int, today: date) -> SeriesRow:
    rule = release_of(series)
    coming = rule.following(last[1] if last else None, today)
    return SeriesRow(
        id=series.id,
        name=series.name,
        unit_of_measure=series.unit_of_measure,
        source=series.source_unit.name if series.source_unit else "",
        period_kind=series.period_kind,
        value=last[0] if last else "",
        period=period_label(period_name(series.period_kind, last[1])) if last else "",
        next_period=period_label(period_name(series.period_kind, coming)),
        next_due_on=rule.due_on(coming),
        standing=rule.standing(coming, today, has_value=False),
        links=links,
    )


def source_units(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Gives the units that a series may come from, in the registry's order."""
    query = select(Unit.id, Unit.name).where(Unit.jurisdiction_id == actor.jurisdiction_id, Unit.ended_on.is_(None))
    return list(session.execute(query.order_by(Unit.position, Unit.id)).tuples())


def series_page(session: Session, actor: Actor, series_id: int, *, today: date) -> SeriesPage:
    """Gives one series with its last periods, its trail of revisions and what it serves. Raises NotFound."""
    series = find_series(session, actor, series_id)
    values = _values_of(session, series.id)
    counties = county_units(session, series.jurisdiction_id) if series.is_by_county else []
    rule = release_of(series)
    recent = rule.periods(today, count=PERIODS_SHOWN)
    typed = {value.first_on for value, _ in values}
    # Before the first value nothing was owed.
    owed = [first for first in recent if not typed or first >= min(typed)]
    firsts = sorted({*(owed if typed else owed[:3]), *typed}, reverse=True)
    by_period: dict[date, list[tuple[SeriesValue, str]]] = defaultdict(list)
    for value, name in values:
        by_period[value.first_on].append((value, name))
    return SeriesPage(
        id=series.id,
        version=series.version,
        definition=definition_of(series),
        source=series.source_unit.name if series.source_unit else "",
        may_enter=may_enter(actor, series),
        periods=tuple(_period(series, first, by_period[first], today) for first in firsts),
        choices=tuple(
            (period_name(series.period_kind, d), period_label(period_name(series.period_kind, d))) for d in recent
        ),
        counties=tuple((unit.id, unit.name) for unit in counties),
        served=_served(session, actor, series, today),
    )


def definition_of(series: Series) -> Definition:
    """Gives what a series is, as the form of its definition shows it."""
    return Definition(**{name: getattr(series, name) for name in Definition.__dataclass_fields__})


def _values_of(session: Session, series_id: int) -> Sequence[tuple[SeriesValue, str]]:
    query = (
        select(SeriesValue, User.name)
        .join(User, User.id == SeriesValue.entered_by_id)
        .where(SeriesValue.series_id == series_id)
        .options(joinedload(SeriesValue.unit))
        .order_by(SeriesValue.first_on, SeriesValue.edition.desc())
    )
    return session.execute(query).tuples().all()


def _period(series: Series, first: date, values: Iterable[tuple[SeriesValue, str]], today: date) -> PeriodRow:
    name = period_name(series.period_kind, first)
    own = [_value(value, who) for value, who in values if value.unit_id is None]
    current = next((row for row in own if row.replaced_at is None), None)
    counties = {v.unit.name: v.value for v, _ in values if v.unit is not None and v.replaced_at is None}
    total = sum(counties.values(), Decimal(0)) if counties else None
    rule = release_of(series)
    return PeriodRow(
        period=name,
        label=period_label(name),
        due_on=rule.due_on(first),
        standing=rule.standing(first, today, has_value=current is not None),
        current=current,
        former=tuple(row for row in own if row.replaced_at is not None),
        counties=tuple((unit, plain(value)) for unit, value in counties.items()),
        county_sum=total,
        gap=total - Decimal(current.value) if total is not None and current is not None else None,
    )


def _value(value: SeriesValue, who: str) -> ValueRow:
    return ValueRow(
        value=plain(value.value),
        released_on=value.released_on,
        note=value.note,
        entered_by=who,
        entered_at=value.entered_at,
        replaced_at=value.replaced_at,
    )


def _served(session: Session, actor: Actor, series: Series, today: date) -> tuple[ServedRow, ...]:
    links = session.scalars(
        select(SeriesLink)
        .join(Plan, Plan.id == SeriesLink.plan_id)
        .where(SeriesLink.series_id == series.id, plan_scope(actor))
        .options(joinedload(SeriesLink.target), joinedload(SeriesLink.indicator), joinedload(SeriesLink.series))
        .order_by(SeriesLink.plan_id, SeriesLink.id)
    ).all()
    plans = {p.id: p for p in session.scalars(select(Plan).where(Plan.id.in_({link.plan_id for link in links})))}
    targets = {link.target.task_id for link in links if link.target is not None}
    numbers = dict(
        session.execute(select(Task.id, Task.number).where(Task.id.in_(targets), task_scope(actor))).tuples().all()
    )
    points = points_of(session, {series.id}).get(series.id, [])
    return tuple(_served_row(link, plans[link.plan_id], numbers, points, today) for link in links)


def _served_row(
    link: SeriesLink, plan: Plan, numbers: Mapping[int, str], points: Sequence[object], today: date
) -> ServedRow:
    target = link.target
    made = reached(link, target_goal(link, target, plan), target.name, points, today) if target else None  # type: ignore[arg-type]
    task_id = target.task_id if target is not None and target.task_id in numbers else None
    return ServedRow(
        link_id=link.id,
        plan_id=plan.id,
        plan=plan.title,
        name=name_of(link),
        task_id=task_id,
        task_number=numbers.get(task_id, "") if task_id else "" if target else "指标表",
        kind=link.kind.label,
        percent=made.progress.percent if made else None,
        words=made.words if made else "",
    )


def blank_definition(period_kind: PeriodKind = PeriodKind.MONTH, name: str = "", unit: str = "") -> Definition:
    """Gives the form of a new series, with the name and unit of measure of what it is to serve."""
    return Definition(name, unit, "", "", None, period_kind, SeriesShape.LEVEL, None, 1, False)
