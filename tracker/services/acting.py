"""What every act on tasks and duties ends with: an event, the people told, lights and history brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.permissions import Actor
from tracker.db import OFFICE_ZONE, office_date
from tracker.models import Assignment, AuditEvent, Task
from tracker.services import audit
from tracker.services.announcements import About, Announcement, announce, name_of, what_was_done
from tracker.services.lights import refresh_lights

_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Act:
    """An act that has been written: what it was about, the actor's words, and whether anybody is to be told."""

    action: Action
    about: Sequence[About]
    words: str = ""
    is_told: bool = True


def received_at(actor: Actor, now: datetime) -> datetime:
    """Gives the instant that counts for what is filed: of what the office enters for others (代录), the day it came."""
    received_on = actor.day(office_date(now))
    return now if received_on == office_date(now) else datetime.combine(received_on, _NOON, OFFICE_ZONE).astimezone(UTC)


def on_tasks(action: Action, tasks: Iterable[Task], words: str = "", *, is_told: bool = True) -> Act:
    """Gives an act on whole tasks."""
    return Act(action, [About(task) for task in tasks], words, is_told)


def on_duties(action: Action, duties: Iterable[Assignment], words: str = "", *, is_told: bool = True) -> Act:
    """Gives an act on the duties of units."""
    return Act(action, [About(duty.task, duty) for duty in duties], words, is_told)


def finish(session: Session, actor: Actor, act: Act, *, now: datetime) -> None:
    """Leaves an event for every task, tells whom the table names, and brings lights and history up to date."""
    session.flush()
    events = [_record(session, actor, act, about, now) for about in act.about]
    session.flush()
    if act.is_told:
        announcement = Announcement(act.action, act.about, topic=f"event:{events[0].id}", words=act.words)
        announce(session, actor, announcement, now=now)
    refresh_lights(session, {about.task.id: about.task for about in act.about}.values(), now=now)


def _record(session: Session, actor: Actor, act: Act, about: About, now: datetime) -> AuditEvent:
    unit = about.duty.unit.name if about.duty is not None else ""
    summary = f"{what_was_done(act.action, unit)}：{name_of(about.task)}"
    detail = {"words": act.words} | ({"assignment": about.duty.id, "unit": unit} if about.duty is not None else {})
    return audit.record(session, actor, f"task.{act.action.value}", about.task, summary=summary, now=now, **detail)
