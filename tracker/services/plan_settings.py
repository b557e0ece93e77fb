"""The settings of a plan: who files, how often, and in which windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.periods import LAST_DAY, PeriodRule, Window, current_window, window_of
from tracker.core.permissions import Actor
from tracker.core.terms import FilingMode, PeriodKind
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Plan, ReportingPeriod, Task
from tracker.services import audit
from tracker.services.access import find_plan
from tracker.services.calendar import load_calendar
from tracker.services.lights import refresh_lights
from tracker.services.periods import rules_of

SHOWN_WINDOWS = 6


@dataclass(frozen=True, slots=True)
class FilingRules:
    """How a plan is filed for, as its settings page edits it."""

    mode: FilingMode
    kind: PeriodKind
    opens_day: int
    closes_day: int


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One period of a plan with its window; `is_past` once it has closed."""

    window: Window
    is_by_hand: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """The settings of one plan and its next windows."""

    plan_id: int
    title: str
    version: int
    rules: FilingRules
    windows: tuple[WindowRow, ...]


def plan_settings(session: Session, actor: Actor, plan_id: int, *, today: date) -> PlanSettings:
    """Gives the settings of a plan with the present window and the next ones. Raises NotFound, NotAllowed."""
    plan = _editable(session, actor, plan_id)
    rule, calendar = rules_of(session, [plan])[plan.id], load_calendar(session)
    rules = FilingRules(plan.filing_mode, plan.period_kind, plan.opens_day, plan.closes_day)
    windows = tuple(
        WindowRow(window, window.name in rule.by_hand, window.closes_on < today)
        for window in _coming(rule, today, calendar)
    )
    return PlanSettings(plan.id, plan.title, plan.version, rules, windows)


def _coming(rule: PeriodRule, today: date, calendar: Calendar) -> list[Window]:
    window = current_window(rule, today, calendar)
    found: list[Window] = []
    while window is not None and len(found) < SHOWN_WINDOWS:
        found.append(window)
        window = window_of(rule, date.fromordinal(window.ends_on.toordinal() + 1), calendar)
    return found


def _editable(session: Session, actor: Actor, plan_id: int) -> Plan:
    plan = find_plan(session, actor, plan_id)
    if not actor.is_office:
        raise NotAllowed("报送方式和报送期由领导小组办公室设定。")
    return plan


def edit_filing_rules(
    session: Session, actor: Actor, plan_id: int, rules: FilingRules, *, version: int, now: datetime
) -> int:
    """Sets how a plan is filed for; who owes what from now on follows at once. Gives how many tasks were looked at.

    Raises Invalid for days that make no window, Conflict where somebody else changed the plan meanwhile.
    """
    plan = _editable(session, actor, plan_id)
    if plan.version != version:
        raise Conflict("这份方案的设置刚被他人修改，请刷新后再改。")
    if not 1 <= rules.opens_day <= rules.closes_day <= LAST_DAY:
        raise Invalid({"opens_day": "开放日、截止日请填 1 到 31 的整数，开放日不晚于截止日。"})
    if rules.kind is not plan.period_kind:
        for row in session.scalars(select(ReportingPeriod).where(ReportingPeriod.plan_id == plan.id)):
            session.delete(row)
    plan.filing_mode, plan.period_kind = rules.mode, rules.kind
    plan.opens_day, plan.closes_day = rules.opens_day, rules.closes_day
    days = f"，{rules.opens_day}日至{rules.closes_day}日报送" if rules.kind is not PeriodKind.NONE else ""
    words = f"《{plan.title[:60]}》报送设置：{rules.mode.label}，{rules.kind.label}{days}"
    audit.record(session, actor, "plan.edit_filing_rules", plan, summary=words, now=now)
    return _recompute(session, plan, now)


def set_window(
    session: Session, actor: Actor, plan_id: int, name: str, *, opens_on: date, closes_on: date, now: datetime
) -> None:
    """Sets the window of one period by hand. Raises Invalid for a period the plan has not, or for impossible dates."""
    plan = _editable(session, actor, plan_id)
    ruled, before, after = _neighbours(session, plan, name, office_date(now))
    if not (ruled.starts_on <= opens_on <= closes_on and before.opens_on < opens_on < after.opens_on):
        raise Invalid({"opens_on": "开放日须在本期之内或之后，不晚于截止日，且在前后两期的开放日之间。"})
    row = _row(session, plan.id, name)
    if row is None:
        row = ReportingPeriod(plan_id=plan.id, name=name, starts_on=ruled.starts_on, ends_on=ruled.ends_on)
        session.add(row)
    row.opens_on, row.closes_on = opens_on, closes_on
    words = f"《{plan.title[:60]}》{ruled.label}报送窗口调整为{opens_on}至{closes_on}"
    audit.record(session, actor, "plan.set_window", plan, summary=words, now=now)
    _recompute(session, plan, now)


def clear_window(session: Session, actor: Actor, plan_id: int, name: str, *, now: datetime) -> None:
    """Lets the window of a period follow the plan's rule again."""
    plan = _editable(session, actor, plan_id)
    row = _row(session, plan.id, name)
    if row is not None:
        session.delete(row)
        words = f"《{plan.title[:60]}》{name}期报送窗口恢复按规则开放"
        audit.record(session, actor, "plan.clear_window", plan, summary=words, now=now)
        _recompute(session, plan, now)


def _row(session: Session, plan_id: int, name: str) -> ReportingPeriod | None:
    return session.scalar(
        select(ReportingPeriod).where(ReportingPeriod.plan_id == plan_id, ReportingPeriod.name == name)
    )


def _neighbours(session: Session, plan: Plan, name: str, today: date) -> tuple[Window, Window, Window]:
    """The period as named with the ones before and after it; only those the settings page shows can be named."""
    rule, calendar = rules_of(session, [plan])[plan.id], load_calendar(session)
    window = next((each for each in _coming(rule, today, calendar) if each.name == name), None)
    if window is None:
        raise Invalid({"opens_on": "没有这个报送期，请刷新页面。"})
    before = window_of(rule, date.fromordinal(window.starts_on.toordinal() - 1), calendar)
    after = window_of(rule, date.fromordinal(window.ends_on.toordinal() + 1), calendar)
    return window, before, after


def _recompute(session: Session, plan: Plan, now: datetime) -> int:
    session.flush()
    tasks = session.scalars(select(Task).where(Task.plan_id == plan.id)).all()
    refresh_lights(session, tasks, now=now)
    return len(tasks)
