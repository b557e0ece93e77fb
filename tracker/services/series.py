"""Measured series (指标数据) of a jurisdiction: defined by the office, typed once by whoever releases the number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from tracker.core.measures import Release, first_day_of
from tracker.core.periods import period_label, period_name
from tracker.core.permissions import Actor
from tracker.core.progress import plain
from tracker.core.terms import NoticeKind, PeriodKind, Role, SeriesShape, UnitKind
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Plan, Series, SeriesLink, SeriesValue, Unit
from tracker.services import audit
from tracker.services.access import plan_scope
from tracker.services.notices import Notice, people_with, tell
from tracker.services.series_progress import refresh_measured

LONGEST_NAME, LONGEST_UNIT, LONGEST_TEXT = 200, 80, 2000
PERIODS = tuple(kind for kind in PeriodKind if kind is not PeriodKind.NONE)
COUNTY_KINDS = (UnitKind.COUNTY, UnitKind.ZONE)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a series is, as typed; choices are None where nothing readable was chosen, `release_day` for no rule."""

    name: str
    unit_of_measure: str
    definition: str
    footnote: str
    source_unit_id: int | None
    period_kind: PeriodKind | None
    shape: SeriesShape | None
    release_day: int | None
    release_lag_months: int | None
    is_by_county: bool


@dataclass(frozen=True, slots=True)
class Entered:
    """Values of one period by unit (None: the whole jurisdiction), with the day they were released."""

    period: str
    values: Mapping[int | None, Decimal]
    released_on: date | None
    note: str = ""


def series_scope(actor: Actor) -> ColumnElement[bool]:
    """Gives the condition on Series that holds for every series the actor may see.

    A unit sees what it releases itself, and what plans are measured by in which it has a duty.
    """
    if actor.sees_jurisdiction:
        return Series.jurisdiction_id == actor.jurisdiction_id
    if actor.unit_id is None:
        return false()
    serving = select(SeriesLink.series_id).join(Plan, Plan.id == SeriesLink.plan_id).where(plan_scope(actor))
    mine = or_(Series.source_unit_id == actor.unit_id, Series.id.in_(serving))
    return (Series.jurisdiction_id == actor.jurisdiction_id) & mine


def find_series(session: Session, actor: Actor, series_id: int) -> Series:
    """Gives one series. Raises NotFound when it does not exist or is not the actor's to see."""
    series = session.scalar(select(Series).where(series_scope(actor), Series.id == series_id))
    if series is None:
        raise NotFound("没有找到这项指标数据，或者您没有查看它的权限。")
    return series


def may_enter(actor: Actor, series: Series) -> bool:
    """Whether a person may type values of a series: the office, or whoever works for the unit that releases it."""
    if actor.is_office:
        return True
    is_unit = bool(actor.roles & {Role.LIAISON, Role.UNIT_HEAD})
    return is_unit and actor.unit_id is not None and actor.unit_id == series.source_unit_id


def release_of(series: Series) -> Release:
    """Gives the rule by which values of a series come out."""
    return Release(series.period_kind, series.release_day, series.release_lag_months)


def county_units(session: Session, jurisdiction_id: int) -> list[Unit]:
    """Gives the counties and zones that targets are shared out to, in the registry's order."""
    query = select(Unit).where(
        Unit.jurisdiction_id == jurisdiction_id, Unit.kind.in_(COUNTY_KINDS), Unit.ended_on.is_(None)
    )
    return list(session.scalars(query.order_by(Unit.position, Unit.id)))


def define_series(session: Session, actor: Actor, definition: Definition, *, now: datetime) -> Series:
    """Makes a series. Raises Invalid for what is missing or already named so, NotAllowed for all but the office."""
    _refuse_unless_office(actor)
    series = Series(jurisdiction_id=actor.jurisdiction_id, created_at=now, created_by_id=actor.user_id, updated_at=now)
    _write(session, actor, series, definition)
    session.add(series)
    session.flush()
    summary = f"建立指标数据“{series.name[:80]}”"
    audit.record(session, actor, "series.define", series, summary=summary, now=now)
    return series


def edit_series(
    session: Session, actor: Actor, series_id: int, definition: Definition, *, version: int, now: datetime
) -> Series:
    """Changes what a series is. Raises Invalid, NotAllowed; Conflict when it was changed meanwhile or has values."""
    _refuse_unless_office(actor)
    series = _of_version(session, actor, series_id, version)
    is_used = session.scalar(select(SeriesValue.id).where(SeriesValue.series_id == series.id).limit(1)) is not None
    if is_used and definition.period_kind is not series.period_kind:
        raise Invalid({"period_kind": "已经有数据，不能再改周期。周期不同的，请另建一项。"})
    before = {"name": series.name, "unit": series.unit_of_measure, "definition": series.definition}
    _write(session, actor, series, definition)
    series.updated_at = now
    session.flush()
    summary = f"修改指标数据“{series.name[:80]}”"
    audit.record(session, actor, "series.edit", series, summary=summary, now=now, before=before)
    refresh_measured(session, series.jurisdiction_id, _plans_of(session, series.id), now=now)
    return series


def enter_values(
    session: Session, actor: Actor, series_id: int, entered: Entered, *, version: int, now: datetime
) -> int:
    """Keeps the values of a period; one that differs from what stood there replaces it, and the old one stays.

    Gives how many values are new. Raises Invalid for a period not begun or a day of release to come, NotAllowed for
    whoever does not release this number, Conflict when somebody else was quicker.
    """
    series = _of_version(session, actor, series_id, version)
    if not may_enter(actor, series):
        raise NotAllowed("这项数据由数据来源单位或领导小组办公室填报。")
    first_on = _checked(series, entered, office_date(now))
    known = set(entered.values) - {None}
    if known - {unit.id for unit in county_units(session, series.jurisdiction_id)}:
        raise Invalid({"": "所填的县（市、区）不在名单中，请刷新页面。"})
    written = [
        unit_id
        for unit_id, value in entered.values.items()
        if _keep_value(session, actor, series, (unit_id, first_on, value), entered, now)
    ]
    if written:
        series.updated_at = now
        _leave_word(session, actor, series, entered, now)
        refresh_measured(session, series.jurisdiction_id, _plans_of(session, series.id), now=now)
    return len(written)


def _refuse_unless_office(actor: Actor) -> None:
    if not actor.is_office:
        raise NotAllowed("指标数据由领导小组办公室设定。")


def _of_version(session: Session, actor: Actor, series_id: int, version: int) -> Series:
    series = find_series(session, actor, series_id)
    if series.version != version:
        raise Conflict(f"“{series.name}”刚被他人修改，请刷新后核对再填。")
    return series


def _write(session: Session, actor: Actor, series: Series, typed: Definition) -> None:
    wrong = _wrong(typed)
    same = select(Series.id).where(Series.jurisdiction_id == actor.jurisdiction_id, Series.name == typed.name)
    found = session.scalar(same)
    if typed.name and found is not None and found != series.id:
        wrong["name"] = "已有同名的指标数据。"
    if typed.source_unit_id is not None:
        unit = session.get(Unit, typed.source_unit_id)
        if unit is None or unit.jurisdiction_id != actor.jurisdiction_id:
            wrong["source_unit_id"] = "请从列表中选择数据来源单位。"
    if wrong:
        raise Invalid(wrong)
    for name in Definition.__dataclass_fields__:
        setattr(series, name, getattr(typed, name))


def _wrong(typed: Definition) -> dict[str, str]:
    wrong = {}
    if not typed.name or len(typed.name) > LONGEST_NAME:
        wrong["name"] = f"请填写名称，不超过 {LONGEST_NAME} 个字。"
    if len(typed.unit_of_measure) > LONGEST_UNIT:
        wrong["unit_of_measure"] = "计量单位太长。"
    for name in ("definition", "footnote"):
        if len(getattr(typed, name)) > LONGEST_TEXT:
            wrong[name] = f"不能超过 {LONGEST_TEXT} 个字。"
    if typed.period_kind not in PERIODS:
        wrong["period_kind"] = "请选择多久一期。"
    if typed.shape is None:
        wrong["shape"] = "请选择数据是时点数、当期数还是本年累计数。"
    if typed.release_day is not None and not 1 <= typed.release_day <= 31:
        wrong["release_day"] = "发布日请填 1 到 31，没有固定发布日的留空。"
    if typed.release_lag_months is None or typed.release_lag_months > 24:
        wrong["release_lag_months"] = "请填期末之后第几个月发布（0 到 24）。"
    return wrong


def _checked(series: Series, entered: Entered, today: date) -> date:
    wrong = {}
    first_on = None
    try:
        first_on = first_day_of(entered.period, series.period_kind)
    except ValueError:
        wrong["period"] = "请选择数据所属的时期。"
    if first_on is not None and first_on > today:
        wrong["period"] = f"{period_label(entered.period)}还没有开始。"
    if entered.released_on is None or entered.released_on > today:
        wrong["released_on"] = "请填写发布日期；还没有发布的数据不能填报。"
    elif first_on is not None and entered.released_on < first_on:
        wrong["released_on"] = "发布日期早于这一时期。"
    if not entered.values:
        wrong[""] = "没有填写任何数值。"
    if len(entered.note) > LONGEST_NAME:
        wrong["note"] = f"说明不能超过 {LONGEST_NAME} 个字。"
    if wrong:
        raise Invalid(wrong)
    assert first_on is not None  # noqa: S101 - refused above
    return first_on


def _keep_value(
    session: Session,
    actor: Actor,
    series: Series,
    what: tuple[int | None, date, Decimal],
    entered: Entered,
    now: datetime,
) -> bool:
    """Writes one value unless it already stands; gives whether it was written."""
    unit_id, first_on, value = what
    of_unit = SeriesValue.unit_id.is_(None) if unit_id is None else SeriesValue.unit_id == unit_id
    query = select(SeriesValue).where(SeriesValue.series_id == series.id, of_unit, SeriesValue.first_on == first_on)
    standing = session.scalar(query.where(SeriesValue.replaced_at.is_(None)))
    if standing is not None and standing.value == value:
        return False
    if standing is not None:
        standing.replaced_at = now
    session.add(
        SeriesValue(
            series_id=series.id,
            unit_id=unit_id,
            period=entered.period,
            first_on=first_on,
            edition=standing.edition + 1 if standing is not None else 1,
            value=value,
            released_on=entered.released_on,
            note=entered.note,
            entered_at=now,
            entered_by_id=actor.user_id,
        )
    )
    return True


def _leave_word(session: Session, actor: Actor, series: Series, entered: Entered, now: datetime) -> None:
    session.flush()
    whole = entered.values.get(None)
    told = f"{plain(whole)}{series.unit_of_measure}" if whole is not None else f"{len(entered.values)}个县（市、区）"
    summary = f"“{series.name[:60]}”{period_label(entered.period)}：{told}"
    audit.record(session, actor, "series.enter", series, summary=summary, now=now, period=entered.period)
    if actor.is_office:
        return
    office = people_with(session, [Role.OFFICER], on=office_date(now), jurisdiction_id=series.jurisdiction_id)
    notice = Notice(NoticeKind.SERIES, f"series-{series.id}", "有新的指标数据", f"{summary}。", f"/series/{series.id}")
    tell(session, office, notice, now=now)


def _plans_of(session: Session, series_id: int) -> list[int]:
    return list(session.scalars(select(SeriesLink.plan_id).where(SeriesLink.series_id == series_id).distinct()))


def period_of(series: Series, first_on: date) -> str:
    """Gives the name of the period of a series that begins on a day."""
    return period_name(series.period_kind, first_on)
