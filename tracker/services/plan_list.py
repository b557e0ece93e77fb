"""The list of plans a person may see, each with how its tasks stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.lights import Light
from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, PlanStatus
from tracker.models import Assignment, Plan, Task
from tracker.services.access import plan_scope
from tracker.services.shown import Tally, is_counted, packed_counts, shown_key, tally, unpacked

EVERY_PLAN = 2_000
# Each row counts all tasks of its plan.
PLANS_PAGE = 20
# A duty the unit knows of and is still bound to.
BOUND = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS, AssignmentState.SUBMITTED, AssignmentState.DONE)


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a person asked the list for; None and the empty text ask for everything."""

    words: str = ""
    status: PlanStatus | None = None
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan of the list; the tally of a unit's person counts the unit's own duties alone."""

    id: int
    title: str
    doc_no: str
    issuer: str
    issued_on: date | None
    status: PlanStatus
    is_solicitation: bool
    tally: Tally


def plan_rows(
    session: Session, actor: Actor, asked: PlanFilter, *, today: date, number: int = 1, is_whole: bool = False
) -> Page[PlanRow]:
    """Gives the plans of a page, newest first, or of all pages for an export."""
    conditions = [plan_scope(actor), *_conditions(actor, asked, today)]
    total = session.scalar(select(func.count()).select_from(Plan).where(*conditions)) or 0
    query = select(Plan).where(*conditions).order_by(Plan.issued_on.desc().nulls_last(), Plan.id.desc())
    size = EVERY_PLAN if is_whole else PLANS_PAGE
    plans = session.scalars(query.limit(size).offset(offset(number, size))).all()
    tallies = tallies_of(session, actor, [plan.id for plan in plans], today)
    return Page([_row(plan, tallies[plan.id]) for plan in plans], number, total, size)


def tallies_of(session: Session, actor: Actor, plan_ids: Sequence[int], today: date) -> dict[int, Tally]:
    """Gives how the tasks of each plan stand, or for a unit's person the unit's own duties in them."""
    model = Task if actor.sees_jurisdiction else Assignment
    groups = (Task.plan_id, Task.state, Task.is_standing)
    query = select(*groups, func.count(), *packed_counts(model, today))
    query = query.where(Task.plan_id.in_(plan_ids), is_counted()).group_by(*groups)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    # The plans are in scope already; a second condition on the jurisdiction would draw the query to its index.
    query = query if actor.sees_jurisdiction else own_share(query, actor)
    for plan_id, state, is_standing, count, *packed in session.execute(query):
        counts[plan_id].update(unpacked(state, is_standing, count, packed))
    return {plan_id: tally(counts[plan_id]) for plan_id in plan_ids}


def own_share(query: Select[Any], actor: Actor) -> Select[Any]:
    """Gives a query on Task narrowed to what the actor may see, joined with the duties of the actor's own unit."""
    if actor.sees_jurisdiction:
        return query.where(Task.jurisdiction_id == actor.jurisdiction_id)
    return query.join(Assignment, Assignment.task_id == Task.id).where(
        Assignment.unit_id == actor.unit_id, Assignment.state.in_(BOUND)
    )


def _conditions(actor: Actor, asked: PlanFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for word in asked.words.split():
        conditions.append(or_(*(c.contains(word, autoescape=True) for c in (Plan.title, Plan.doc_no, Plan.issuer))))
    if asked.status is not None:
        conditions.append(Plan.status == asked.status)
    if asked.light is not None:
        model = Task if actor.sees_jurisdiction else Assignment
        lit = own_share(select(Task.plan_id).where(is_counted(), shown_key(model, today) == asked.light.value), actor)
        conditions.append(Plan.id.in_(lit))
    return conditions


def _row(plan: Plan, counts: Tally) -> PlanRow:
    return PlanRow(
        plan.id,
        plan.title,
        plan.doc_no,
        plan.issuer,
        plan.issued_on,
        plan.status,
        plan.is_solicitation,
        counts,
    )
