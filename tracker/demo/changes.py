"""What changed about the tasks of the sample city while they were under way, act by act, each at its own time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.adjusting import Change
from tracker.core.filing import Words
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole
from tracker.db import OFFICE_ZONE, office_date
from tracker.demo import city
from tracker.models import Adjustment, Assignment, Breakdown, ExtensionRequest, Task, Unit
from tracker.services import breakdowns, deadlines, workflow, workflow_adjusting, workflow_subtasks
from tracker.services.choosing import Chosen

Deed = Callable[[Session, datetime], None]
Deeds = list[tuple[datetime, Deed]]


class Cast(Protocol):
    """Who acts: the office, and the liaison and head of each unit."""

    officer: Actor
    office_head: Actor
    liaisons: dict[int, Actor]
    heads: dict[int, Actor]


def deeds(cast: Cast, tasks: Mapping[tuple[str, int | None], int], *, today: date) -> Deeds:
    """Gives everything that changed, each with its time, in no order."""
    makers = {
        "breakdown": _breakdown,
        "extension": _extension,
        "move": _move,
        "request": _request,
        "adjustment": _adjustment,
        "subtask": _subtask,
    }
    found: Deeds = []
    for kind, tales in city.read_data("changes").items():
        for tale in tales:
            found += makers[kind](cast, tasks[tale["no"], None], tale, today)
    return found


def _at(today: date, days_ago: int, hour: int) -> datetime:
    return datetime.combine(today - timedelta(days=days_ago), time(hour, 20), OFFICE_ZONE).astimezone(UTC)


def _lead(session: Session, task_id: int) -> Assignment:
    return session.scalars(select(Assignment).where(Assignment.task_id == task_id, Assignment.is_first_lead)).one()


def _duty(session: Session, task_id: int, unit: str) -> Assignment:
    query = select(Assignment).join(Unit).where(Assignment.task_id == task_id, Unit.name == unit)
    return session.scalars(query).one()


def _last(session: Session, model: Any, task_id: int) -> Any:
    return session.scalars(select(model).where(model.task_id == task_id).order_by(model.id.desc()).limit(1)).one()


def _breakdown(cast: Cast, task_id: int, tale: dict[str, Any], today: date) -> Deeds:
    def file(session: Session, now: datetime) -> None:
        task, day = session.get_one(Task, task_id), office_date(now)
        last = min(date(day.year, 12, 31), task.due_on or date(day.year, 12, 31))
        steps = [
            breakdowns.Step(min(day + timedelta(days=ahead), last), percent, text)
            for ahead, percent, text in tale["steps"]
        ]
        given = breakdowns.TypedBreakdown(day.year, tale["person"], tale["phone"], tale["stages"], steps)
        unit = cast.liaisons[_lead(session, task_id).unit_id]
        breakdowns.break_down(session, unit, task_id, version=task.version, typed=given, now=now)

    def decide(session: Session, now: datetime) -> None:
        made = _last(session, Breakdown, task_id)
        if "reason" in tale:
            breakdowns.send_back_breakdown(
                session, cast.officer, made.id, version=made.version, reason=tale["reason"], now=now
            )
        else:
            breakdowns.confirm_breakdown(session, cast.officer, made.id, version=made.version, now=now)

    acts: Deeds = [(_at(today, tale["asked"], 10), file)]
    return [*acts, (_at(today, tale["decided"], 15), decide)] if "decided" in tale else acts


def _extension(cast: Cast, task_id: int, tale: dict[str, Any], today: date) -> Deeds:
    def ask(session: Session, now: datetime) -> None:
        lead, task = _lead(session, task_id), session.get_one(Task, task_id)
        due_on = lead.due_on or task.due_on or office_date(now)
        asked = deadlines.MoreTime(due_on + timedelta(days=tale["days"]), tale["reason"], tale["progress"])
        head = cast.heads[lead.unit_id]
        deadlines.ask_extension(session, head, lead.id, version=lead.version, asked=asked, now=now)

    def check(session: Session, now: datetime) -> None:
        made = _last(session, ExtensionRequest, task_id)
        deadlines.check_extension(session, cast.officer, made.id, version=made.version, now=now)

    def decide(session: Session, now: datetime) -> None:
        made = _last(session, ExtensionRequest, task_id)
        if "refused" in tale:
            deadlines.refuse_extension(
                session, cast.officer, made.id, version=made.version, reason=tale["refused"], now=now
            )
        else:
            deadlines.grant_extension(session, cast.officer, made.id, version=made.version, now=now)

    acts: Deeds = [(_at(today, tale["asked"], 9), ask)]
    for name, deed in (("checked", check), ("decided", decide)):
        if name in tale:
            acts.append((_at(today, tale[name], 16), deed))
    return acts


def _move(cast: Cast, task_id: int, tale: dict[str, Any], today: date) -> Deeds:
    def move(session: Session, now: datetime) -> None:
        task = session.get_one(Task, task_id)
        to_on = office_date(now) + timedelta(days=tale["days"])
        deadlines.move_due(
            session, cast.officer, task_id, version=task.version, to_on=to_on, basis=tale["basis"], now=now
        )

    return [(_at(today, tale["decided"], 11), move)]


def _request(cast: Cast, task_id: int, tale: dict[str, Any], today: date) -> Deeds:
    def ask(session: Session, now: datetime) -> None:
        duty = _duty(session, task_id, tale["unit"])
        head = cast.heads[duty.unit_id]
        workflow_adjusting.ask_adjustment(
            session, head, duty.id, version=duty.version, reason=tale["reason"], unit_id=None, now=now
        )

    return [(_at(today, tale["asked"], 14), ask)]


def _adjustment(cast: Cast, task_id: int, tale: dict[str, Any], today: date) -> Deeds:
    def propose(session: Session, now: datetime) -> None:
        taker = session.scalars(select(Unit).where(Unit.name == tale.get("taker", tale.get("adds")))).one()
        if "leaves" in tale:
            change = Change(_duty(session, task_id, tale["leaves"]).id, taker.id, leaves=True)
        else:
            change = Change(None, taker.id, DutyRole.COOPERATING)
        proposal = workflow_adjusting.Proposal(office_date(now), tale["basis"], [change])
        version = session.get_one(Task, task_id).version
        workflow_adjusting.propose_adjustment(
            session, cast.officer, task_id, version=version, proposal=proposal, now=now
        )

    def approve(session: Session, now: datetime) -> None:
        made = _last(session, Adjustment, task_id)
        workflow_adjusting.approve_adjustment(session, cast.office_head, made.id, version=made.version, now=now)

    acts: Deeds = [(_at(today, tale["asked"], 10), propose)]
    return [*acts, (_at(today, tale["decided"], 17), approve)] if "decided" in tale else acts


def _subtask(cast: Cast, task_id: int, tale: dict[str, Any], today: date) -> Deeds:
    def part(session: Session) -> Assignment:
        query = select(Assignment).join(Task).where(Task.parent_id == task_id, Task.title == tale["title"])
        return session.scalars(query).one()

    def give(session: Session, now: datetime) -> None:
        task, lead = session.get_one(Task, task_id), _lead(session, task_id)
        due_on = min(office_date(now) + timedelta(days=tale["days"]), task.due_on or date.max)
        chosen = [_duty(session, task_id, tale["unit"]).id]
        given = workflow_subtasks.TypedSubtask(tale["title"], tale["text"], due_on, chosen)
        liaison = cast.liaisons[lead.unit_id]
        workflow_subtasks.give_subtask(session, liaison, task_id, version=task.version, typed=given, now=now)

    def acknowledge(session: Session, now: datetime) -> None:
        mine = part(session)
        if mine.state is AssignmentState.ISSUED:
            liaison = cast.liaisons[mine.unit_id]
            contact = workflow.Contact(liaison.name, f"0599-55{mine.unit_id + 10:02}01")
            chosen = Chosen(mine.plan_id, (mine.task_id,))
            workflow.acknowledge(session, liaison, chosen, contact=contact, now=now)

    def finish(session: Session, now: datetime) -> None:
        mine = part(session)
        words = Words(tale["progress"])
        workflow.finish_part(session, cast.liaisons[mine.unit_id], mine.id, version=mine.version, words=words, now=now)
        head = cast.heads[_lead(session, task_id).unit_id]
        workflow.accept_part(session, head, mine.id, version=mine.version, now=now)

    acts: Deeds = [(_at(today, tale["given"], 10), give), (_at(today, tale["given"] - 1, 9), acknowledge)]
    return [*acts, (_at(today, tale["finished"], 15), finish)] if "finished" in tale else acts
