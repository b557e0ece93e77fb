"""Which series a target or an indicator means: proposed from its name, confirmed by the officer, shared to counties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.measures import nearest, shares_gap
from tracker.core.paging import PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.progress import kind_of, plain
from tracker.core.terms import Labelled, ProgressKind
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Indicator, Plan, Series, SeriesLink, Target, TargetShare, Task
from tracker.services import audit
from tracker.services.access import find_plan, plan_scope
from tracker.services.plan_facts import COMPARATORS
from tracker.services.series import county_units, find_series, series_scope
from tracker.services.series_progress import promised_by_year, refresh_measured

FIRST_YEAR, LAST_YEAR = 1990, 2099


class LinkStanding(Labelled):
    """Whether a target or an indicator is linked, and if not, whether a series is proposed for it."""

    PROPOSED = "proposed", "有建议待确认"
    LINKED = "linked", "已对应"
    OPEN = "open", "未对应"


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """What a person asked the links for."""

    plan_id: int | None = None
    standing: LinkStanding | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One target or indicator with the series it means, or the one proposed for it and how alike the names are."""

    subject: str
    plan_id: int
    plan: str
    task_id: int | None
    task_number: str
    name: str
    promised: str
    unit_of_measure: str
    by: str
    standing: LinkStanding
    series_id: int | None
    series: str
    alike: int
    kind: ProgressKind
    baseline: str
    link_id: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the officer confirms of one subject: its series, how it is held against it, and from which baseline."""

    subject: str
    series_id: int
    kind: ProgressKind | None
    baseline: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A county's shares of a linked target by year."""

    unit_id: int
    unit: str
    values: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class SharesPage:
    """How a linked target is shared out: rows by county, and by year the city's target and what the shares come to."""

    link_id: int
    plan_id: int
    name: str
    series: str
    unit_of_measure: str
    years: tuple[int, ...]
    rows: tuple[ShareRow, ...]
    whole: Mapping[int, Decimal]
    sums: Mapping[int, Decimal]

    @property
    def told(self) -> dict[int, tuple[str, str, str]]:
        """Gives by year the sum of the shares, the city's own target and by how much the sum differs, in figures."""
        found = {}
        for year in self.years:
            total, own = self.sums[year], self.whole.get(year)
            gap = "—" if own is None else plain(shares_gap([total], own)).replace("-", "−")
            found[year] = (plain(total), plain(own) if own is not None else "—", gap)
        return found


def link_rows(session: Session, actor: Actor, asked: LinkFilter, *, number: int | None = None) -> Page[LinkRow]:
    """Gives the targets and indicators of the actor's plans as asked for, in printed order; all without a number."""
    _refuse_unless_office(actor)
    rows = [row for row in _all_rows(session, actor, asked) if _is_asked(row, asked)]
    if number is None:
        return Page(rows, 1, len(rows), size=max(1, len(rows)))
    start = offset(number)
    return Page(rows[start : start + PAGE_SIZE], number, len(rows))


def _is_asked(row: LinkRow, asked: LinkFilter) -> bool:
    has_words = not asked.words or asked.words in row.name or asked.words in row.series
    return has_words and asked.standing in (None, row.standing)


def _all_rows(session: Session, actor: Actor, asked: LinkFilter) -> list[LinkRow]:
    plans = select(Plan.id).where(plan_scope(actor))
    if asked.plan_id is not None:
        plans = plans.where(Plan.id == asked.plan_id)
    titles = dict(session.execute(select(Plan.id, Plan.title).where(Plan.id.in_(plans))).tuples().all())
    all_series = session.scalars(select(Series).where(series_scope(actor)).order_by(Series.id)).all()
    series = {one.id: one for one in all_series}
    linked = session.scalars(select(SeriesLink).where(SeriesLink.plan_id.in_(plans))).all()
    by_subject = {subject_of(link): link for link in linked}
    maker = _RowMaker(titles, series, by_subject)
    indicators = session.scalars(
        select(Indicator).where(Indicator.plan_id.in_(plans)).order_by(Indicator.plan_id, Indicator.position)
    )
    targets = session.execute(
        select(Target, Task.number)
        .outerjoin(Task, Task.id == Target.task_id)
        .where(Target.plan_id.in_(plans))
        .order_by(Target.plan_id, Target.start, Target.id)
    )
    rows = [maker.of_indicator(one) for one in indicators]
    rows += [maker.of_target(one, task_number or "") for one, task_number in targets]
    return sorted(rows, key=lambda row: row.plan_id)


def subject_of(link: SeriesLink) -> str:
    """Gives what a link is about in one word of an address: target-3, indicator-7."""
    return f"target-{link.target_id}" if link.target_id is not None else f"indicator-{link.indicator_id}"


class _RowMaker:
    """Makes rows of targets and indicators against the same series and links."""

    def __init__(
        self, titles: Mapping[int, str], series: Mapping[int, Series], links: Mapping[str, SeriesLink]
    ) -> None:
        self._titles, self._links = titles, links
        self._names = {key: (one.name, one.unit_of_measure) for key, one in series.items()}
        self._near: dict[tuple[str, str], tuple[int, int] | None] = {}

    def of_target(self, target: Target, task_number: str) -> LinkRow:
        """Gives the row of a target of the text."""
        sign = COMPARATORS.get(target.comparator, target.comparator)
        promised = f"{sign}{plain(target.value)}{target.unit_of_measure}"
        kind = kind_of(target.comparator, target.name, target.by, target.unit_of_measure)
        task = (target.task_id, task_number)
        return self._row(f"target-{target.id}", target, task, (promised, target.by), kind)

    def of_indicator(self, row: Indicator) -> LinkRow:
        """Gives the row of a row of the indicator table."""
        promised = promised_by_year(row)
        last = max(promised, default=None)
        words = f"{plain(promised[last])}{row.unit_of_measure}" if last is not None else "—"
        kind = kind_of(">=", row.name, "", row.unit_of_measure)
        return self._row(f"indicator-{row.id}", row, (None, "指标表"), (words, str(last or "")), kind)

    def _row(
        self,
        subject: str,
        record: Target | Indicator,
        task: tuple[int | None, str],
        promised: tuple[str, str],
        kind: ProgressKind,
    ) -> LinkRow:
        link = self._links.get(subject)
        near = None if link else self._nearest(record.name, record.unit_of_measure)
        series_id = link.series_id if link else near[0] if near else None
        if link is not None:
            standing, kind = LinkStanding.LINKED, link.kind
        else:
            standing = LinkStanding.PROPOSED if near else LinkStanding.OPEN
        return LinkRow(
            subject=subject,
            plan_id=record.plan_id,
            plan=self._titles[record.plan_id],
            task_id=task[0],
            task_number=task[1],
            name=record.name,
            promised=promised[0],
            unit_of_measure=record.unit_of_measure,
            by=promised[1],
            standing=standing,
            series_id=series_id,
            series=self._names.get(series_id or 0, ("", ""))[0],
            alike=near[1] if near else 0,
            kind=kind,
            baseline=plain(link.baseline) if link and link.baseline is not None else "",
            link_id=link.id if link else None,
        )

    def _nearest(self, name: str, unit: str) -> tuple[int, int] | None:
        if (name, unit) not in self._near:
            self._near[name, unit] = nearest(name, unit, self._names)
        return self._near[name, unit]


def confirm_links(session: Session, actor: Actor, choices: Sequence[Choice], *, now: datetime) -> int:
    """Links targets and indicators to series; one that was linked already is linked anew. Gives how many.

    Raises Invalid without a choice or a kind, NotFound for what is out of sight.
    """
    _refuse_unless_office(actor)
    if not choices:
        raise Invalid({"": "请先勾选要确认的指标。"})
    plans: set[int] = set()
    for choice in choices:
        plans.add(_confirm(session, actor, choice, now))
    refresh_measured(session, actor.jurisdiction_id, plans, now=now)
    return len(choices)


def _confirm(session: Session, actor: Actor, choice: Choice, now: datetime) -> int:
    record = find_subject(session, actor, choice.subject)
    series = find_series(session, actor, choice.series_id)
    if choice.kind is None:
        raise Invalid({"": f"请为“{record.name}”选择与目标比较的方式。"})
    is_target = isinstance(record, Target)
    same = SeriesLink.target_id == record.id if is_target else SeriesLink.indicator_id == record.id
    link = session.scalar(select(SeriesLink).where(same))
    if link is None:
        link = SeriesLink(plan_id=record.plan_id, **{"target_id" if is_target else "indicator_id": record.id})
        session.add(link)
    link.series_id, link.kind, link.baseline = series.id, choice.kind, choice.baseline
    link.confirmed_at, link.confirmed_by_id = now, actor.user_id
    session.flush()
    summary = f"“{record.name[:60]}”对应指标数据“{series.name[:60]}”（{choice.kind.label}）"
    audit.record(session, actor, "series.link", series, summary=summary, now=now, about=choice.subject)
    return record.plan_id


def find_subject(session: Session, actor: Actor, subject: str) -> Target | Indicator:
    """Gives the target or indicator of a word such as target-3. Raises NotFound when it is not the actor's to see."""
    kind, _, key = subject.partition("-")
    record: Target | Indicator | None = None
    if key.isascii() and key.isdigit() and len(key) < 10 and kind in ("target", "indicator"):
        record = session.get(Target, int(key)) if kind == "target" else session.get(Indicator, int(key))
    if record is None:
        raise NotFound("没有找到这项目标或指标。")
    find_plan(session, actor, record.plan_id)
    return record


def unlink(session: Session, actor: Actor, link_id: int, *, now: datetime) -> str:
    """Takes a link back with the shares under it; values stay with their series. Gives the name it was about."""
    _refuse_unless_office(actor)
    link = find_link(session, actor, link_id)
    series, name, plan_id = link.series, name_of(link), link.plan_id
    session.delete(link)
    session.flush()
    summary = f"取消“{name[:60]}”与指标数据“{series.name[:60]}”的对应"
    audit.record(session, actor, "series.unlink", series, summary=summary, now=now)
    refresh_measured(session, actor.jurisdiction_id, [plan_id], now=now)
    return name


def find_link(session: Session, actor: Actor, link_id: int) -> SeriesLink:
    """Gives one link. Raises NotFound when its plan is not the actor's to see."""
    query = (
        select(SeriesLink)
        .join(Plan, Plan.id == SeriesLink.plan_id)
        .where(plan_scope(actor), SeriesLink.id == link_id)
        .options(joinedload(SeriesLink.series), joinedload(SeriesLink.target), joinedload(SeriesLink.indicator))
    )
    link = session.scalar(query.options(selectinload(SeriesLink.shares)))
    if link is None:
        raise NotFound("没有找到这项对应关系，可能已被取消。")
    return link


def name_of(link: SeriesLink) -> str:
    """Gives the printed name of what a link is about."""
    record = link.target or link.indicator
    return record.name if record is not None else ""


def shares_page(session: Session, actor: Actor, link_id: int) -> SharesPage:
    """Gives how a linked target is shared out to counties."""
    link = find_link(session, actor, link_id)
    plan = session.get_one(Plan, link.plan_id)
    whole = _promised(link, plan)
    given = {(share.unit_id, share.year): share.value for share in link.shares}
    units = {unit.id: unit.name for unit in county_units(session, actor.jurisdiction_id)}
    units |= {share.unit_id: share.unit.name for share in link.shares if share.unit_id not in units}
    years = tuple(sorted({*whole, *(year for _, year in given)}))
    rows = tuple(
        ShareRow(key, name, {year: plain(given[key, year]) for year in years if (key, year) in given})
        for key, name in units.items()
    )
    sums = {year: sum((v for (_, y), v in given.items() if y == year), Decimal(0)) for year in years}
    measure = link.series.unit_of_measure
    return SharesPage(link.id, plan.id, name_of(link), link.series.name, measure, years, rows, whole, sums)


def _promised(link: SeriesLink, plan: Plan) -> dict[int, Decimal]:
    """The city's own target by year; one without a year counts for the plan's last."""
    if link.indicator is not None:
        return promised_by_year(link.indicator)
    assert link.target is not None  # noqa: S101 - a link is about one of the two
    by = link.target.by
    if by.isascii() and by.isdigit():
        return {int(by): link.target.value}
    first, end = plan.period_start, plan.period_end
    if link.kind is ProgressKind.EACH_YEAR and first is not None and end is not None:
        return dict.fromkeys(range(first, end + 1), link.target.value)
    return {end: link.target.value} if end is not None else {}


def set_shares(
    session: Session, actor: Actor, link_id: int, given: Mapping[tuple[int, int], Decimal | None], *, now: datetime
) -> int:
    """Shares a linked target out to counties, by (unit, year); None takes a share back. Gives how many stand.

    The sum need not be the city's target; the page shows by how much it differs.
    """
    _refuse_unless_office(actor)
    link = find_link(session, actor, link_id)
    known = {unit.id for unit in county_units(session, actor.jurisdiction_id)} | {s.unit_id for s in link.shares}
    if any(unit_id not in known or not FIRST_YEAR <= year <= LAST_YEAR for unit_id, year in given):
        raise Conflict("县（市、区）名单已变化，请刷新页面后再填。")
    standing = {(share.unit_id, share.year): share for share in link.shares}
    for (unit_id, year), value in given.items():
        share = standing.get((unit_id, year))
        if value is None and share is not None:
            link.shares.remove(share)
        elif value is not None and share is not None:
            share.value = value
        elif value is not None:
            link.shares.append(TargetShare(unit_id=unit_id, year=year, value=value))
    session.flush()
    summary = f"“{name_of(link)[:80]}”分解到{len({share.unit_id for share in link.shares})}个县（市、区）"
    audit.record(session, actor, "series.share", link.series, summary=summary, now=now, link=link.id)
    return len(link.shares)


def measure_plan(
    session: Session, actor: Actor, plan_id: int, *, is_measured: bool, version: int, now: datetime
) -> Plan:
    """Decides whether the progress of a plan's tasks is taken from the series their targets mean.

    Raises Conflict when somebody else changed the plan meanwhile.
    """
    _refuse_unless_office(actor)
    plan = find_plan(session, actor, plan_id)
    if plan.version != version:
        raise Conflict("这份方案的设置刚被他人修改，请刷新后再改。")
    plan.is_measured = is_measured
    session.flush()
    summary = f"《{plan.title[:60]}》进度{'由指标数据推算' if is_measured else '以单位报送为准'}"
    audit.record(session, actor, "plan.measure", plan, summary=summary, now=now)
    refresh_measured(session, actor.jurisdiction_id, [plan.id], now=now)
    return plan


def _refuse_unless_office(actor: Actor) -> None:
    if not actor.is_office:
        raise NotAllowed("指标与数据的对应由领导小组办公室确认。")
