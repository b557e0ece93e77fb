"""Ladders of reminders: what is owed, from which day on whom it is told, and which rung has been reached.

A pass asks "what is owed today and has not been told", never "is it exactly seven days before", so that days of
downtime lose nothing: the highest rung reached is told once, the ones below it count as skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.core.terms import Labelled, Role
from tracker.core.workdays import Calendar


class Owed(Labelled):
    """What a unit owes, in the order a digest lists it."""

    FINISH = "finish", "按期完成"
    ACKNOWLEDGE = "acknowledge", "签收任务"
    FILE = "file", "报送进展"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: `workdays` after the anchor (before it when negative) it is the turn of `audience`.

    Source: DESIGN 5.4. No ladder tells a leader; its last rung proposes that to the office's head.
    """

    order: int
    workdays: int
    audience: frozenset[Role]
    is_proposal: bool = False


_LIAISON = frozenset({Role.LIAISON})
_UNIT = frozenset({Role.LIAISON, Role.UNIT_HEAD})
_UNIT_AND_OFFICE = frozenset({Role.LIAISON, Role.UNIT_HEAD, Role.OFFICER})
_OFFICE_HEAD = frozenset({Role.OFFICE_HEAD})

LADDERS: dict[Owed, tuple[Rung, ...]] = {
    Owed.ACKNOWLEDGE: (
        Rung(1, 2, _LIAISON),
        Rung(2, 4, _UNIT),
        Rung(3, 6, _UNIT_AND_OFFICE),
    ),
    Owed.FILE: (
        Rung(1, -3, _LIAISON),
        Rung(2, 0, _UNIT),
        Rung(3, 1, _UNIT_AND_OFFICE),
    ),
    Owed.FINISH: (
        Rung(1, -30, _LIAISON),
        Rung(2, -7, _LIAISON),
        Rung(3, -1, _UNIT),
        Rung(4, 0, _UNIT),
        Rung(5, 5, _UNIT_AND_OFFICE),
        Rung(6, 10, _UNIT_AND_OFFICE),
        Rung(7, 15, _OFFICE_HEAD, is_proposal=True),
    ),
}


def rung_reached(owed: Owed, *, anchor_on: date, today: date, calendar: Calendar) -> Rung | None:
    """Gives the highest rung whose day has come, or None before the first."""
    reached = None
    for rung in LADDERS[owed]:
        if rung_day(rung, anchor_on, calendar) > today:
            break
        reached = rung
    return reached


def rung_day(rung: Rung, anchor_on: date, calendar: Calendar) -> date:
    """Gives the first day a rung can be told on, a working day unless it is the anchor itself."""
    return calendar.add_workdays(anchor_on, rung.workdays) if rung.workdays else anchor_on


def horizon(today: date, calendar: Calendar) -> date:
    """Gives the latest anchor for which some rung of any ladder can have been reached by today."""
    earliest = min(rung.workdays for ladder in LADDERS.values() for rung in ladder)
    return calendar.add_workdays(today, -earliest)


def sentence(owed: Owed, *, anchor_on: date, today: date, calendar: Calendar) -> str:
    """Gives in one clause what is owed and how late it is."""
    if owed is Owed.ACKNOWLEDGE:
        return f"{anchor_on.isoformat()} 交办，尚未签收"
    if owed is Owed.FILE:
        return f"{anchor_on.month}月进展应于 {anchor_on.isoformat()} 前报送"
    if anchor_on >= today:
        left = calendar.workdays_between(today, anchor_on)
        return f"应于 {anchor_on.isoformat()} 完成，" + (f"还剩 {left} 个工作日" if left else "今日到期")
    return f"应于 {anchor_on.isoformat()} 完成，已逾期 {calendar.workdays_between(anchor_on, today)} 个工作日"
