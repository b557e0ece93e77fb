"""The yearly assessment sheet (年度考核表): what a unit or a county was to reach in a year, and what it reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.measures import Point, Release
from tracker.core.permissions import Actor
from tracker.core.progress import Goal, Progress, plain
from tracker.core.terms import AssignmentState, DutyRole, UnitKind
from tracker.models import Assignment, Indicator, Plan, SeriesLink, Target, TargetShare, Unit
from tracker.services.access import plan_scope
from tracker.services.indicators import signed, yearly_progress
from tracker.services.plan_facts import COMPARATORS
from tracker.services.series_progress import (
    links_of,
    points_of,
    promised_by_year,
    reached,
    target_goal,
)

_ANSWERING = (DutyRole.LEAD, DutyRole.RESPONSIBLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sheet: the year, one unit or county (None: the jurisdiction as a whole), one plan or all."""

    year: int
    unit_id: int | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One line of the sheet; `standing` says in words where there is no value to compare."""

    source: str
    plan_id: int
    plan: str
    task_id: int | None
    name: str
    unit_of_measure: str
    by: str
    promised: str
    actual: str
    difference: str
    percent: int | None
    standing: str
    definition: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The sheet with its choices; `whose` names whom it is about."""

    asked: Asked
    whose: str
    rows: tuple[AssessmentRow, ...]
    units: tuple[tuple[int, str], ...]
    counties: tuple[tuple[int, str], ...]
    plans: tuple[tuple[int, str], ...]
    years: tuple[int, ...]

    @property
    def met(self) -> int:
        """Gives how many lines have reached what was promised."""
        return sum(row.percent == 100 for row in self.rows)

    @property
    def measured(self) -> int:
        """Gives how many lines have a value to compare."""
        return sum(row.percent is not None for row in self.rows)


def assessment(session: Session, actor: Actor, asked: Asked, *, today: date) -> Assessment:
    """Gives the sheet of a year; to a unit's person always that of the unit."""
    if not actor.sees_jurisdiction:
        asked = Asked(asked.year, actor.unit_id, asked.plan_id)
    plans = {p.id: p for p in session.scalars(select(Plan).where(plan_scope(actor)).order_by(Plan.id))}
    chosen = {key: p for key, p in plans.items() if asked.plan_id in (None, key)}
    units = session.scalars(
        select(Unit).where(Unit.jurisdiction_id == actor.jurisdiction_id).order_by(Unit.position, Unit.id)
    ).all()
    known = {unit.id: unit for unit in units}
    unit = known.get(asked.unit_id) if asked.unit_id is not None else None
    maker = _Sheet(session, chosen, asked, unit, today)
    counties = (UnitKind.COUNTY, UnitKind.ZONE)
    return Assessment(
        asked=asked,
        whose=unit.name if unit else "",
        rows=tuple(maker.rows()),
        units=tuple((u.id, u.name) for u in units if u.kind not in counties and u.ended_on is None),
        counties=tuple((u.id, u.name) for u in units if u.kind in counties and u.ended_on is None),
        plans=tuple((p.id, p.title) for p in plans.values()),
        years=_years(plans.values(), today),
    )


def _years(plans: Iterable[Plan], today: date) -> tuple[int, ...]:
    spans = [(p.period_start or today.year, p.period_end or today.year) for p in plans]
    first = min((start for start, _ in spans), default=today.year)
    last = max((end for _, end in spans), default=today.year)
    return tuple(range(max(first, today.year - 10), min(max(last, today.year), today.year + 10) + 1))


class _Sheet:
    """The lines of one sheet, from the plans chosen."""

    def __init__(self, session: Session, plans: dict[int, Plan], asked: Asked, unit: Unit | None, today: date) -> None:
        self._session, self._plans, self._asked, self._unit, self._today = session, plans, asked, unit, today
        links = links_of(session, plans)
        self._links = links
        self._of_target = {link.target_id: link for link in links if link.target_id is not None}
        self._of_indicator = {link.indicator_id: link for link in links if link.indicator_id is not None}
        self._points = points_of(session, {link.series_id for link in links})

    def rows(self) -> Iterator[AssessmentRow]:
        """Gives the county's shares, then the rows of indicator tables, then the targets of the text."""
        if self._unit is not None:
            yield from self._shares(self._unit)
        yield from filter(None, (self._indicator(row) for row in self._indicators()))
        yield from (self._target(target) for target in self._targets())

    def _indicators(self) -> list[Indicator]:
        query = select(Indicator).where(Indicator.plan_id.in_(self._plans))
        rows = self._session.scalars(query.order_by(Indicator.plan_id, Indicator.position))
        return [row for row in rows if self._unit is None or self._answers(row, self._unit)]

    def _answers(self, row: Indicator, unit: Unit) -> bool:
        """Whether the table prints the unit beside the row, or the unit releases the row's numbers."""
        printed = {u if isinstance(u, str) else str(u.get("name", "")) for u in row.units or []}
        link = self._of_indicator.get(row.id)
        return unit.name in printed or (link is not None and link.series.source_unit_id == unit.id)

    def _targets(self) -> list[Target]:
        query = select(Target).where(Target.plan_id.in_(self._plans)).order_by(Target.plan_id, Target.start, Target.id)
        if self._unit is not None:
            duties = select(Assignment.task_id).where(
                Assignment.unit_id == self._unit.id,
                Assignment.role.in_(_ANSWERING),
                Assignment.state.not_in((AssignmentState.PLANNED, AssignmentState.WAIVED)),
            )
            query = query.where(Target.task_id.in_(duties))
        return [target for target in self._session.scalars(query) if self._is_of_year(target)]

    def _is_of_year(self, target: Target) -> bool:
        plan, year = self._plans[target.plan_id], self._asked.year
        if target.by.isascii() and target.by.isdigit():
            return int(target.by) >= year >= (plan.period_start or year)
        return (plan.period_start or year) <= year <= (plan.period_end or year)

    def _until(self, link: SeriesLink, unit_id: int | None = None) -> list[Point]:
        points = self._points if unit_id is None else points_of(self._session, {link.series_id}, unit_id=unit_id)
        return [one for one in points.get(link.series_id, ()) if one.first_on.year <= self._asked.year]

    def _indicator(self, row: Indicator) -> AssessmentRow | None:
        promised = promised_by_year(row)
        year = next((y for y in promised if y >= self._asked.year), None)
        if year is None:
            return None
        link, plan = self._of_indicator.get(row.id), self._plans[row.plan_id]
        made = yearly_progress(row, plan, link, self._until(link)).get(year) if link else None
        words = (f"{year}年", plain(promised[year]))
        return self._row(("指标表", None), row.name, row, words, (link, made))

    def _target(self, target: Target) -> AssessmentRow:
        link, plan = self._of_target.get(target.id), self._plans[target.plan_id]
        made = None
        if link is not None:
            goal = target_goal(link, target, plan)
            made = reached(link, goal, target.name, self._until(link), self._today).progress
        sign = COMPARATORS.get(target.comparator, target.comparator)
        by = f"{target.by}年" if target.by.isdigit() else target.by
        words = (by, f"{sign}{plain(target.value)}")
        return self._row(("目标值", target.task_id), target.name, target, words, (link, made))

    def _shares(self, unit: Unit) -> Iterator[AssessmentRow]:
        query = select(TargetShare).join(SeriesLink, SeriesLink.id == TargetShare.link_id)
        query = query.where(
            TargetShare.unit_id == unit.id, TargetShare.year == self._asked.year, SeriesLink.plan_id.in_(self._plans)
        )
        by_id = {link.id: link for link in self._links}
        for share in self._session.scalars(query.order_by(SeriesLink.plan_id, TargetShare.id)):
            link = by_id[share.link_id]
            record = link.target or link.indicator
            if record is None:
                continue
            goal = Goal(link.kind, share.value, share.year, share.year)
            made = reached(link, goal, record.name, self._until(link, unit.id), self._today).progress
            words = (f"{share.year}年", plain(share.value))
            yield self._row(("县（市、区）分解", None), record.name, record, words, (link, made))

    def _row(
        self,
        source: tuple[str, int | None],
        name: str,
        record: Target | Indicator,
        words: tuple[str, str],
        measured: tuple[SeriesLink | None, Progress | None],
    ) -> AssessmentRow:
        link, made = measured
        has_value = made is not None and made.actual is not None
        return AssessmentRow(
            source=source[0],
            plan_id=record.plan_id,
            plan=self._plans[record.plan_id].title,
            task_id=source[1],
            name=name,
            unit_of_measure=record.unit_of_measure or (link.series.unit_of_measure if link else ""),
            by=words[0],
            promised=words[1],
            actual=plain(made.actual) if made and made.actual is not None else "",
            difference=signed(made) if made else "",
            percent=made.percent if made else None,
            standing="" if has_value else self._standing(link),
            definition="".join((link.series.definition, link.series.footnote)) if link else "",
        )

    def _standing(self, link: SeriesLink | None) -> str:
        if link is None:
            return "未对应数据"
        series = link.series
        rule = Release(series.period_kind, series.release_day, series.release_lag_months)
        points: Sequence[Point] = self._points.get(link.series_id, ())
        return rule.told(rule.following(points[-1].first_on if points else None, self._today))
