"""The ladders of reminders that plans have: the product's own, or edited for one plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.reminding import LADDERS, Ladder, Owed, Rung, ladder_of, read_ladder, rung_day, write_ladder
from tracker.core.terms import AssignmentState
from tracker.errors import NotAllowed
from tracker.models import Assignment, Plan, PlanLadder, Task
from tracker.services import audit
from tracker.services.access import find_plan
from tracker.services.calendar import load_calendar
from tracker.services.listeners import Listeners

_OPEN = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Ladders:
    """Every ladder that differs from the product's own, by plan and kind."""

    own: Mapping[tuple[int, Owed], Ladder]

    def of(self, plan_id: int | None, owed: Owed) -> Ladder:
        """Gives the ladder of a plan for a kind of debt; without a plan, the product's own."""
        return self.own.get((plan_id, owed), LADDERS[owed]) if plan_id is not None else LADDERS[owed]

    def all(self) -> Iterable[Ladder]:
        """Gives every ladder in use."""
        return [*LADDERS.values(), *self.own.values()]


def load_ladders(session: Session, plan_id: int | None = None) -> Ladders:
    """Gives the ladders in use, of one plan where it is named."""
    query = select(PlanLadder)
    if plan_id is not None:
        query = query.where(PlanLadder.plan_id == plan_id)
    kinds = {owed.value: owed for owed in Owed}
    return Ladders({(row.plan_id, kinds[row.owed]): read_ladder(row.rungs) for row in session.scalars(query)})


@dataclass(frozen=True, slots=True)
class RungRow:
    """One rung as its page shows it: when it would be told about a real duty, and to whom by name."""

    rung: Rung
    on: date | None
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One ladder of a plan; `example` is the duty its dates and names are of, empty where there is none."""

    owed: Owed
    is_own: bool
    rungs: tuple[RungRow, ...]
    example: str
    anchor_on: date | None


@dataclass(frozen=True, slots=True)
class LaddersPage:
    """The ladders of one plan."""

    plan_id: int
    title: str
    ladders: tuple[LadderRow, ...]


def ladders_page(session: Session, actor: Actor, plan_id: int, *, today: date) -> LaddersPage:
    """Gives the ladders of a plan with what each would tell of a duty of it. Raises NotFound, NotAllowed."""
    plan = _editable(session, actor, plan_id)
    ladders = load_ladders(session, plan.id)
    duty = _example(session, plan.id)
    rows = tuple(_row(session, plan, ladders, owed, duty, today) for owed in Owed)
    return LaddersPage(plan.id, plan.title, rows)


def _example(session: Session, plan_id: int) -> Assignment | None:
    """A duty under way that leads, or any that is open."""
    query = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(Assignment.plan_id == plan_id, Assignment.state.in_(_OPEN))
        .order_by(Assignment.is_first_lead.desc(), Task.due_on.is_(None), Task.position, Assignment.id)
        .limit(1)
    )
    return session.scalar(query)


def _row(session: Session, plan: Plan, ladders: Ladders, owed: Owed, duty: Assignment | None, today: date) -> LadderRow:
    calendar, listeners = load_calendar(session), Listeners(session, today)
    anchor_on = _anchor(owed, duty, today) if duty is not None else None
    rows = []
    for rung in ladders.of(plan.id, owed):
        people = listeners.of(rung.audience, duty.unit_id, plan.jurisdiction_id) if duty is not None else []
        on = rung_day(rung, anchor_on, calendar) if anchor_on is not None else None
        rows.append(RungRow(rung, on, tuple(person.name for person in people)))
    example = f"{duty.unit.name}：{duty.task.number}{duty.task.title}" if duty is not None else ""
    return LadderRow(owed, (plan.id, owed) in ladders.own, tuple(rows), example, anchor_on)


def _anchor(owed: Owed, duty: Assignment, today: date) -> date | None:
    """The date a ladder hangs on for a duty; where the duty has none yet, as if it came today."""
    anchors = {
        Owed.ACKNOWLEDGE: duty.issued_on,
        Owed.BREAK_DOWN: duty.acknowledged_on,
        Owed.FINISH: duty.due_on or duty.task.due_on,
        Owed.FILE: date.fromordinal(duty.report_missed_on.toordinal() - 1) if duty.report_missed_on else None,
        Owed.STALE: duty.unknown_on,
    }
    return anchors.get(owed) or today


def _editable(session: Session, actor: Actor, plan_id: int) -> Plan:
    plan = find_plan(session, actor, plan_id)
    if not actor.is_office:
        raise NotAllowed("提醒规则由领导小组办公室设定。")
    return plan


def edit_ladder(
    session: Session, actor: Actor, plan_id: int, owed: Owed, rungs: Iterable[Rung], *, now: datetime
) -> None:
    """Sets one ladder of a plan. Raises Invalid for a ladder that is none; see `core.reminding.ladder_of`."""
    plan = _editable(session, actor, plan_id)
    ladder = ladder_of(rungs)
    row = _stored(session, plan.id, owed)
    if row is None:
        row = PlanLadder(plan_id=plan.id, owed=owed.value)
        session.add(row)
    row.rungs = write_ladder(ladder)
    days = "、".join(str(rung.workdays) for rung in ladder)
    summary = f"《{plan.title[:60]}》“{owed.label}”提醒改为第 {days} 个工作日"
    audit.record(session, actor, "plan.edit_ladder", plan, summary=summary, now=now)


def reset_ladder(session: Session, actor: Actor, plan_id: int, owed: Owed, *, now: datetime) -> None:
    """Lets a plan follow the product's own ladder again."""
    plan = _editable(session, actor, plan_id)
    row = _stored(session, plan.id, owed)
    if row is not None:
        session.delete(row)
        summary = f"《{plan.title[:60]}》“{owed.label}”提醒恢复默认"
        audit.record(session, actor, "plan.reset_ladder", plan, summary=summary, now=now)


def _stored(session: Session, plan_id: int, owed: Owed) -> PlanLadder | None:
    return session.scalar(select(PlanLadder).where(PlanLadder.plan_id == plan_id, PlanLadder.owed == owed.value))
