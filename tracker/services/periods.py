"""The reporting periods of plans: their rules with the windows set by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.periods import PeriodRule, Window
from tracker.models import Plan, ReportingPeriod


def rules_of(session: Session, plans: Collection[Plan]) -> dict[int, PeriodRule]:
    """Gives the rule of each plan by its id, in one query."""
    wanted = {plan.id: plan for plan in plans}
    by_hand = windows_by_hand(session, list(wanted))
    return {
        key: PeriodRule(plan.period_kind, plan.opens_day, plan.closes_day, by_hand.get(key, {}))
        for key, plan in wanted.items()
    }


def windows_by_hand(session: Session, plan_ids: Sequence[int]) -> dict[int, dict[str, Window]]:
    """Gives the windows set by hand of these plans."""
    found: dict[int, dict[str, Window]] = {}
    for row in session.scalars(select(ReportingPeriod).where(ReportingPeriod.plan_id.in_(plan_ids))):
        window = Window(row.name, row.starts_on, row.ends_on, row.opens_on, row.closes_on)
        found.setdefault(row.plan_id, {})[row.name] = window
    return found
