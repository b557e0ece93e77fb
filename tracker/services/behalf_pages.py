"""What can be entered for a unit now (代录): the acts the table would offer the unit itself on one duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.core.actions import Action, Subject
from tracker.core.acts import offered
from tracker.core.permissions import Actor
from tracker.core.terms import BehalfSource
from tracker.services.access import find_assignment
from tracker.services.behalf import Received, Whose, stand_in_for
from tracker.services.breakdowns import years_of
from tracker.services.desk_rows import task_label
from tracker.services.registry import living_units
from tracker.services.situations import asking
from tracker.services.task_pages import Offer

# What a unit does on its duties; acts on slips and instructions are entered where those stand.
ENTERED = (
    Action.ACKNOWLEDGE,
    Action.FILE,
    Action.FINISH_PART,
    Action.BREAK_DOWN,
    Action.ASK_TO_CLOSE,
    Action.ASK_EXTENSION,
    Action.ASK_ADJUSTMENT,
)


@dataclass(frozen=True, slots=True)
class BehalfPage:
    """One duty with the acts that can be entered for its unit; a hindrance is as of today, not of the day received."""

    assignment_id: int
    unit_id: int
    unit: str
    task_id: int
    task_version: int
    duty_version: int
    plan_id: int
    task: str
    plan: str
    contact_name: str
    contact_phone: str
    percent: int | None
    due_on: date | None
    years: tuple[tuple[int, str], ...]
    units: tuple[tuple[int, str], ...]
    offers: tuple[Offer, ...]


def behalf_page(session: Session, actor: Actor, assignment_id: int, *, today: date) -> BehalfPage:
    """Gives what can be entered for the unit of a duty. Raises NotFound out of sight, NotAllowed outside the office."""
    duty = find_assignment(session, actor, assignment_id)
    task = duty.task
    stand_in = stand_in_for(session, actor, Whose(duty.unit_id), Received(BehalfSource.STAMPED, today), today=today)
    view = asking(session, stand_in, [task], today=today)
    found = dict(offered(view.of_duty(task, duty), Subject.DUTY))
    if duty.is_first_lead:
        found |= dict(offered(view.of_task(task), Subject.TASK))
    return BehalfPage(
        *(duty.id, duty.unit_id, duty.unit.name, task.id, task.version, duty.version, task.plan_id),
        *(task_label(task.number, task.part, task.title), task.plan.title),
        duty.contact_name or duty.unit.contact_name,
        duty.contact_phone or duty.unit.contact_phone,
        duty.percent,
        duty.due_on or task.due_on,
        tuple((year, f"{year}年") for year in years_of(task, today)),
        tuple((unit.id, unit.name) for unit in living_units(session, actor, today) if unit.id != duty.unit_id),
        tuple(Offer(action, found[action]) for action in ENTERED if action in found),
    )
