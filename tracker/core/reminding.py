"""Ladders of reminders: what is owed, from which day on whom it is told, and which rung has been reached.

A pass asks "what is owed today and has not been told", never "is it exactly seven days before", so that days of
downtime lose nothing: the highest rung reached is told once, the ones below it count as skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.core.terms import Labelled, Role
from tracker.core.workdays import Calendar
from tracker.errors import Invalid


class Owed(Labelled):
    """What a unit owes, in the order a digest lists it."""

    ANSWER_INSTRUCTION = "answer_instruction", "回复批示"
    ANSWER_SLIP = "answer_slip", "回复督办单"
    FINISH = "finish", "按期完成"
    ACKNOWLEDGE = "acknowledge", "签收任务"
    BREAK_DOWN = "break_down", "报年度分解"
    FILE = "file", "报送进展"
    STALE = "stale", "长期未报"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: `workdays` after the anchor (before it when negative) it is the turn of `audience`.

    A ladder has one rung a day, so that the day is what a rung is known by, also after the ladder was edited.
    Source: DESIGN 5.4. No ladder tells a leader; its last rung proposes that to the office's head.
    """

    workdays: int
    audience: frozenset[Role]
    is_proposal: bool = False


Ladder = tuple[Rung, ...]
AUDIENCES = (Role.LIAISON, Role.UNIT_HEAD, Role.OFFICER, Role.OFFICE_HEAD)
FARTHEST, MOST_RUNGS = 250, 12
_LIAISON = frozenset({Role.LIAISON})
_UNIT = frozenset({Role.LIAISON, Role.UNIT_HEAD})
_UNIT_AND_OFFICE = frozenset({Role.LIAISON, Role.UNIT_HEAD, Role.OFFICER})
_OFFICE_HEAD = frozenset({Role.OFFICE_HEAD})

LADDERS: Mapping[Owed, Ladder] = {
    Owed.ACKNOWLEDGE: (Rung(2, _LIAISON), Rung(4, _UNIT), Rung(6, _UNIT_AND_OFFICE)),
    Owed.BREAK_DOWN: (Rung(10, _LIAISON), Rung(15, _UNIT), Rung(20, _UNIT_AND_OFFICE)),
    Owed.FILE: (Rung(-3, _LIAISON), Rung(0, _UNIT), Rung(1, _UNIT_AND_OFFICE)),
    Owed.FINISH: (
        Rung(-30, _LIAISON),
        Rung(-7, _LIAISON),
        Rung(-1, _UNIT),
        Rung(0, _UNIT),
        Rung(5, _UNIT_AND_OFFICE),
        Rung(10, _UNIT_AND_OFFICE),
        Rung(15, _OFFICE_HEAD, is_proposal=True),
    ),
    Owed.ANSWER_SLIP: (Rung(-1, _UNIT), Rung(0, _UNIT), Rung(1, _UNIT_AND_OFFICE)),
    Owed.ANSWER_INSTRUCTION: (Rung(-2, _UNIT), Rung(0, _UNIT), Rung(1, _UNIT_AND_OFFICE)),
    Owed.STALE: (Rung(0, _UNIT), Rung(5, _UNIT_AND_OFFICE)),
}
# On which date each ladder hangs, as its settings page says it.
ANCHORS: Mapping[Owed, str] = {
    Owed.ACKNOWLEDGE: "交办日期",
    Owed.BREAK_DOWN: "签收日期",
    Owed.FILE: "报送截止日",
    Owed.FINISH: "完成时限",
    Owed.ANSWER_SLIP: "督办单回复期限",
    Owed.ANSWER_INSTRUCTION: "批示回复期限",
    Owed.STALE: "超过一个整报送期未报之日",
}


def rungs_reached(ladder: Ladder, *, anchor_on: date, today: date, calendar: Calendar) -> Ladder:
    """Gives the rungs whose day has come, the lowest first; the last of them is told, the others count as skipped."""
    reached = []
    for rung in ladder:
        if rung_day(rung, anchor_on, calendar) > today:
            break
        reached.append(rung)
    return tuple(reached)


def rung_day(rung: Rung, anchor_on: date, calendar: Calendar) -> date:
    """Gives the first day a rung can be told on, a working day unless it is the anchor itself."""
    return calendar.add_workdays(anchor_on, rung.workdays) if rung.workdays else anchor_on


def horizon(ladders: Iterable[Ladder], today: date, calendar: Calendar) -> date:
    """Gives the latest anchor for which some rung of these ladders can have been reached by today."""
    earliest = min((rung.workdays for ladder in ladders for rung in ladder), default=0)
    return calendar.add_workdays(today, -min(earliest, 0))


def write_ladder(ladder: Ladder) -> list[dict[str, Any]]:
    """Gives a ladder as it is stored."""
    return [
        {"workdays": rung.workdays, "audience": sorted(rung.audience), "is_proposal": rung.is_proposal}
        for rung in ladder
    ]


def read_ladder(stored: Sequence[Mapping[str, Any]]) -> Ladder:
    """Gives a stored ladder."""
    return tuple(
        Rung(each["workdays"], frozenset(_role(value) for value in each["audience"]), each["is_proposal"])
        for each in stored
    )


def _role(value: str) -> Role:
    return next(role for role in AUDIENCES if role.value == value)


def ladder_of(rungs: Iterable[Rung]) -> Ladder:
    """Gives the rungs in the order of their days.

    Raises Invalid for none or too many, two on one day, a day out of reach, nobody to tell, a proposal to anybody but
    the office's head.
    """
    ladder = tuple(sorted(rungs, key=lambda rung: rung.workdays))
    if not 1 <= len(ladder) <= MOST_RUNGS:
        raise Invalid({"": f"请保留 1 到 {MOST_RUNGS} 级提醒。"})
    if len({rung.workdays for rung in ladder}) < len(ladder):
        raise Invalid({"": "同一天只能有一级提醒，请合并对象。"})
    if any(abs(rung.workdays) > FARTHEST for rung in ladder):
        raise Invalid({"": f"提醒时间请填 -{FARTHEST} 到 {FARTHEST} 之间的工作日数。"})
    if any(not rung.audience or rung.audience - frozenset(AUDIENCES) for rung in ladder):
        raise Invalid({"": "每一级都要选择提醒对象；系统不直接提醒领导，由办公室负责人报告。"})
    if any(rung.is_proposal and rung.audience != _OFFICE_HEAD for rung in ladder):
        raise Invalid({"": "“建议报告分管领导”只发给办公室负责人。"})
    return ladder


def sentence(owed: Owed, *, anchor_on: date, today: date, calendar: Calendar) -> str:
    """Gives in one clause what is owed and how late it is."""
    day = anchor_on.isoformat()
    match owed:
        case Owed.ACKNOWLEDGE:
            return f"{day} 交办，尚未签收"
        case Owed.BREAK_DOWN:
            return f"{day} 签收，尚未报年度分解"
        case Owed.FILE:
            return f"{anchor_on.month}月进展应于 {day} 前报送"
        case Owed.STALE:
            return f"截至 {day} 已超过一个整报送期没有报送进展"
        case Owed.FINISH:
            return _until("完成", anchor_on, today, calendar)
        case _:
            return _until("回复", anchor_on, today, calendar)


def _until(what: str, anchor_on: date, today: date, calendar: Calendar) -> str:
    if anchor_on >= today:
        left = calendar.workdays_between(today, anchor_on)
        return f"应于 {anchor_on.isoformat()} {what}，" + (f"还剩 {left} 个工作日" if left else "今日到期")
    return f"应于 {anchor_on.isoformat()} {what}，已逾期 {calendar.workdays_between(anchor_on, today)} 个工作日"
