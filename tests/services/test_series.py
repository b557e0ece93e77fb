"""Measured series: who types them, what stays of a revision, what they say of targets, and the sheets made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment
from tracker.core.lights import Light
from tracker.core.measures import Standing
from tracker.core.permissions import Actor
from tracker.core.terms import DutyRole, NoticeKind, PeriodKind, ProgressKind, Role, SeriesShape, UnitKind
from tracker.core.workdays import Calendar
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import (
    Assignment,
    AuditEvent,
    Indicator,
    MeasuredProgress,
    Notification,
    Plan,
    Series,
    SeriesLink,
    SeriesValue,
    Target,
    Task,
    Unit,
)
from tracker.services import series as acts
from tracker.services import series_links as links
from tracker.services.assessment import Asked, assessment
from tracker.services.indicators import attained, indicator_page
from tracker.services.lights import light_of, task_reason
from tracker.services.series_rows import SeriesFilter, series_page, series_rows

LATER = datetime(2026, 11, 22, 2, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@dataclass
class World:
    session: Session
    officer: Actor
    liaison: Actor
    stranger: Actor
    unit: Unit
    county: Unit
    plan: Plan
    task: Task
    duty: Assignment
    target: Target
    row: Indicator

    def define(self, **changes: object) -> Series:
        values = {
            "name": "托位数",
            "unit_of_measure": "个",
            "definition": "备案机构的托位。",
            "footnote": "",
            "source_unit_id": self.unit.id,
            "period_kind": PeriodKind.MONTH,
            "shape": SeriesShape.LEVEL,
            "release_day": 18,
            "release_lag_months": 1,
            "is_by_county": True,
        }
        definition = acts.Definition(**{**values, **changes})  # type: ignore[arg-type]
        return acts.define_series(self.session, self.officer, definition, now=NOW)

    def enter(
        self, series: Series, value: str, *, by: Actor | None = None, period: str = "2026-10", **more: str
    ) -> int:
        entered = acts.Entered(period, {None: Decimal(value)}, date(2026, 11, 18))
        return acts.enter_values(
            self.session, by or self.officer, series.id, entered, version=series.version, now=LATER
        )

    def link(self, series: Series, subject: str, kind: ProgressKind = ProgressKind.AT_LEAST) -> SeriesLink:
        links.confirm_links(self.session, self.officer, [links.Choice(subject, series.id, kind)], now=LATER)
        return self.session.scalars(select(SeriesLink).order_by(SeriesLink.id.desc())).first()  # type: ignore[return-value]

    def measure(self) -> None:
        links.measure_plan(
            self.session, self.officer, self.plan.id, is_measured=True, version=self.plan.version, now=LATER
        )


@pytest.fixture
def world(session: Session) -> World:
    city = a_city(session)
    unit, other = a_unit(session, city, "市卫生健康委"), a_unit(session, city, "市财政局")
    county = a_unit(session, city, "青岚县政府", UnitKind.COUNTY)
    officer = a_user(session, city, Role.OFFICER)
    plan = a_plan(session, city, officer, period_start=2025, period_end=2027)
    task = a_task(session, plan)
    duty = an_assignment(session, task, unit, last_filed_on=date(2026, 10, 20))
    target = Target(
        plan_id=plan.id, task_id=task.id, name="全市托位数", comparator=">=", value=Decimal(1000),
        unit_of_measure="个", by="2027", printed="托位数达到1000个以上", start=1, end=9,
    )  # fmt: skip
    row = Indicator(
        plan_id=plan.id, position=1, number="1", printed="托位数", name="托位数", unit_of_measure="个",
        values={
            "2024": {"value": 300, "role": "actual", "note": "*"},
            "2026": {"value": 700, "role": "target", "note": ""},
            "2027": {"value": 1000, "role": "target", "note": ""},
        },
        units=["市卫生健康委"],
    )  # fmt: skip
    session.add_all([target, row])
    session.flush()
    return World(
        session,
        acting(officer, Role.OFFICER),
        acting(a_user(session, city, Role.LIAISON, unit), Role.LIAISON),
        acting(a_user(session, city, Role.LIAISON, other), Role.LIAISON),
        unit, county, plan, task, duty, target, row,
    )  # fmt: skip


def test_a_value_typed_once_serves_every_target_and_indicator_that_means_it(world: World) -> None:
    series = world.define()
    world.link(series, f"target-{world.target.id}")
    world.link(series, f"indicator-{world.row.id}")
    assert world.enter(series, "800", by=world.liaison) == 1
    page = indicator_page(world.session, world.officer, world.plan.id, today=TODAY)
    assert (page.targets[0].actual, page.targets[0].difference, page.targets[0].percent) == ("800", "−200", 80)
    cells = page.indicators[0].cells
    assert (cells["2024"].printed, cells["2024"].actual, cells["2024"].note) == ("300", "", "*")
    assert (cells["2026"].actual, cells["2026"].difference, cells["2026"].is_met) == ("800", "+100", True)
    assert (cells["2027"].actual, cells["2027"].difference, cells["2027"].is_met) == ("800", "−200", False)
    told = world.session.scalars(select(Notification).where(Notification.kind == NoticeKind.SERIES)).all()
    assert len(told) == 1 and "800个" in told[0].body


def test_only_the_source_unit_and_the_office_type_values(world: World) -> None:
    series = world.define()
    world.link(series, f"target-{world.target.id}")
    with pytest.raises(NotFound):
        world.enter(series, "1", by=world.stranger)
    other = world.define(name="床位数", source_unit_id=None)
    world.link(other, f"indicator-{world.row.id}")
    with pytest.raises(NotAllowed):
        world.enter(other, "1", by=world.liaison)
    with pytest.raises(NotAllowed):
        acts.define_series(world.session, world.liaison, acts.Definition(*[""] * 4, *[None] * 5, False), now=NOW)  # type: ignore[misc]


def test_a_revised_value_keeps_the_old_one(world: World) -> None:
    series = world.define()
    world.enter(series, "800")
    assert world.enter(series, "800") == 0
    assert world.enter(series, "790") == 1
    page = series_page(world.session, world.officer, series.id, today=TODAY)
    row = next(each for each in page.periods if each.period == "2026-10")
    assert row.current is not None and row.current.value == "790"
    assert [(old.value, old.replaced_at) for old in row.former] == [("800", LATER)]
    assert [each.edition for each in world.session.scalars(select(SeriesValue).order_by(SeriesValue.id))] == [1, 2]
    summaries = world.session.scalars(select(AuditEvent.summary).where(AuditEvent.action == "series.enter")).all()
    assert len(summaries) == 2


@pytest.mark.parametrize(
    ("period", "released_on", "field"),
    [
        ("2026-10", None, "released_on"),
        ("2026-10", date(2026, 11, 23), "released_on"),
        ("2026-10", date(2026, 9, 1), "released_on"),
        ("2026-12", date(2026, 11, 18), "period"),
        ("2026Q3", date(2026, 11, 18), "period"),
    ],
)
def test_what_is_not_released_cannot_be_typed(world: World, period: str, released_on: date | None, field: str) -> None:
    series = world.define()
    entered = acts.Entered(period, {None: Decimal(1)}, released_on)
    with pytest.raises(Invalid) as refusal:
        acts.enter_values(world.session, world.officer, series.id, entered, version=series.version, now=LATER)
    assert field in refusal.value.fields


def test_two_people_typing_at_once_are_not_both_taken(world: World) -> None:
    series = world.define()
    stale = series.version
    world.enter(series, "800")
    with pytest.raises(Conflict):
        entered = acts.Entered("2026-10", {None: Decimal(1)}, TODAY)
        acts.enter_values(world.session, world.officer, series.id, entered, version=stale, now=LATER)


def test_until_its_day_a_value_is_unreleased_and_after_it_owed(world: World) -> None:
    series = world.define()
    world.enter(series, "800", period="2026-09")
    for today, standing in ((date(2026, 11, 18), Standing.WAITING), (date(2026, 11, 19), Standing.OWED)):
        rows = series_rows(world.session, world.officer, SeriesFilter(), today=today).rows
        assert [(row.value, row.next_period, row.standing) for row in rows] == [("800", "2026年10月", standing)]
        assert bool(series_rows(world.session, world.officer, SeriesFilter(standing=standing), today=today).rows)


def test_equal_and_near_names_are_proposed_and_nothing_is_linked_by_itself(world: World) -> None:
    world.define()
    rows = links.link_rows(world.session, world.officer, links.LinkFilter()).rows
    assert {(row.subject.split("-")[0], row.standing, row.alike) for row in rows} == {
        ("indicator", links.LinkStanding.PROPOSED, 100),
        ("target", links.LinkStanding.PROPOSED, 100),
    }
    assert world.session.scalars(select(SeriesLink)).all() == []
    asked = links.LinkFilter(standing=links.LinkStanding.LINKED)
    assert links.link_rows(world.session, world.officer, asked).rows == []


def reason_of(world: World) -> str:
    return task_reason(world.task, TODAY, Calendar())


def test_the_light_of_a_task_follows_its_measured_target_where_the_plan_says_so(world: World) -> None:
    series = world.define()
    world.link(series, f"target-{world.target.id}")
    world.enter(series, "100")
    assert light_of(world.task, TODAY) is not Light.BEHIND and "托位数" not in reason_of(world)
    world.measure()
    assert light_of(world.task, TODAY) is Light.BEHIND
    assert "“全市托位数”2026年10月100个，2027年目标1000个，完成10%" in reason_of(world)
    world.enter(series, "950")
    assert light_of(world.task, TODAY) is not Light.BEHIND
    assert world.duty.percent is None, "what the unit filed itself stays as it was"


def test_before_any_release_the_light_says_so(world: World) -> None:
    series = world.define()
    world.link(series, f"target-{world.target.id}")
    world.measure()
    assert light_of(world.task, TODAY) is Light.UNKNOWN
    assert "数据未发布" in reason_of(world) and "2026年10月" in reason_of(world)


def test_the_least_advanced_target_of_a_task_decides(world: World) -> None:
    second = Target(
        plan_id=world.plan.id, task_id=world.task.id, name="床位数", comparator=">=", value=Decimal(100),
        unit_of_measure="张", by="2027", printed="床位数达到100张", start=20, end=30,
    )  # fmt: skip
    world.session.add(second)
    world.session.flush()
    series, other = world.define(), world.define(name="床位数", unit_of_measure="张")
    world.measure()
    world.link(series, f"target-{world.target.id}")
    world.link(other, f"target-{second.id}")
    world.enter(series, "900")
    world.enter(other, "30")
    assert world.session.get_one(MeasuredProgress, world.task.id).percent == 30


def test_a_link_taken_back_gives_the_light_back_to_what_is_filed(world: World) -> None:
    series = world.define()
    link = world.link(series, f"target-{world.target.id}")
    world.enter(series, "100")
    world.measure()
    links.unlink(world.session, world.officer, link.id, now=LATER)
    assert world.task.measured is None
    assert light_of(world.task, TODAY) is not Light.BEHIND
    assert world.session.get(Series, series.id) is not None


def test_shares_of_counties_are_added_up_against_the_city(world: World) -> None:
    series = world.define()
    link = world.link(series, f"indicator-{world.row.id}")
    links.set_shares(world.session, world.officer, link.id, {(world.county.id, 2026): Decimal(650)}, now=LATER)
    page = links.shares_page(world.session, world.officer, link.id)
    assert page.told[2026] == ("650", "700", "−50") and page.told[2027] == ("0", "1000", "−1000")
    values: dict[int | None, Decimal] = {None: Decimal(800), world.county.id: Decimal(600)}
    entered = acts.Entered("2026-10", values, TODAY)
    acts.enter_values(world.session, world.officer, series.id, entered, version=series.version, now=LATER)
    row = series_page(world.session, world.officer, series.id, today=TODAY).periods[1]
    assert (row.sum_words, row.gap_words) == ("600", "少于全市200")
    sheet = assessment(world.session, world.officer, Asked(2026, world.county.id), today=TODAY)
    assert [(r.source, r.promised, r.actual, r.difference) for r in sheet.rows] == [
        ("县（市、区）分解", "650", "600", "−50")
    ]
    links.set_shares(world.session, world.officer, link.id, {(world.county.id, 2026): None}, now=LATER)
    assert links.shares_page(world.session, world.officer, link.id).told[2026][0] == "0"


def test_the_sheet_of_a_unit_holds_what_it_answers_for_and_says_what_is_missing(world: World) -> None:
    series = world.define()
    world.link(series, f"indicator-{world.row.id}")
    sheet = assessment(world.session, world.liaison, Asked(2026), today=TODAY)
    assert [(row.source, row.promised, row.standing) for row in sheet.rows] == [
        ("指标表", "700", "2026年10月数据未发布（应于2026年11月18日发布）"),
        ("目标值", "≥1000", "未对应数据"),
    ]
    assert sheet.whose == "市卫生健康委" and sheet.measured == 0
    other = assessment(world.session, world.stranger, Asked(2026, world.unit.id), today=TODAY)
    assert other.rows == () and other.whose == "市财政局"
    an_assignment(world.session, world.task, world.county, DutyRole.COOPERATING)
    assert assessment(world.session, world.officer, Asked(2026, world.county.id), today=TODAY).rows == ()


def test_a_report_reads_what_was_known_at_its_moment(world: World) -> None:
    series = world.define()
    world.link(series, f"target-{world.target.id}")
    world.link(series, f"indicator-{world.row.id}")
    world.enter(series, "800")
    after = datetime(2026, 12, 1, tzinfo=UTC)
    revised = acts.Entered("2026-10", {None: Decimal(790)}, TODAY)
    acts.enter_values(world.session, world.officer, series.id, revised, version=series.version, now=after)
    then = attained(world.session, [world.plan.id], as_of=TODAY, at=LATER)
    now = attained(world.session, [world.plan.id], as_of=TODAY, at=after)
    assert [then[f"target-{world.target.id}"].words, now[f"target-{world.target.id}"].words] == ["800个", "790个"]
    assert then[f"indicator-{world.row.id}"].words == "800个"
    before = attained(world.session, [world.plan.id], as_of=TODAY, at=NOW)
    assert before[f"target-{world.target.id}"].words == "数据未发布"


def test_a_series_is_seen_by_its_source_unit_and_by_the_units_of_the_plans_it_measures(world: World) -> None:
    series = world.define(source_unit_id=None)

    def seen(actor: Actor) -> int:
        return series_rows(world.session, actor, SeriesFilter(), today=TODAY).total

    assert [seen(who) for who in (world.officer, world.liaison, world.stranger)] == [1, 0, 0]
    world.link(series, f"target-{world.target.id}")
    assert [seen(who) for who in (world.officer, world.liaison, world.stranger)] == [1, 1, 0]


def test_a_definition_that_says_too_little_is_refused_by_field(world: World) -> None:
    world.define()
    with pytest.raises(Invalid) as refusal:
        world.define(period_kind=PeriodKind.NONE, shape=None, release_day=32, release_lag_months=None)
    assert {"name", "period_kind", "shape", "release_day", "release_lag_months"} == set(refusal.value.fields)
