"""Who hears of an act: the people behind the words of the table, on the day of the act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.actions import Told
from tracker.core.terms import Role
from tracker.models import Assignment, LeaderLink, Task, User
from tracker.services.duties import OPEN_DUTIES, first_lead, leading
from tracker.services.notices import people_with

UNIT_ROLES = (Role.UNIT_HEAD, Role.LIAISON)


@dataclass(slots=True)
class Audience:
    """Looks people up once per act, however many tasks it is about; never tells the one who acts."""

    session: Session
    today: date
    actor_id: int
    _units: dict[int, list[User]]

    def of(self, told: Told, task: Task, duty: Assignment | None = None) -> list[User]:
        """Gives the people meant by a word of the table for one task and, where the act is about one, its duty."""
        match told:
            case Told.OFFICE_HEAD:
                return self._office(task, Role.OFFICE_HEAD)
            case Told.OFFICER:
                return self._office(task, Role.OFFICER)
            case Told.LEAD_UNIT:
                lead = leading(task)
                # Where nobody leads, the office stands in the lead's place.
                return self.of_unit(lead.unit_id) if lead is not None else self._office(task, Role.OFFICER)
            case Told.DUTY_UNIT:
                return self.of_unit(duty.unit_id) if duty is not None else []
            case Told.ALL_UNITS:
                return [person for each in task.assignments for person in self.of_unit(each.unit_id)]
            case Told.PARTNERS:
                lead = first_lead(task.assignments)
                partners = [each for each in task.assignments if each is not lead and each.state in OPEN_DUTIES]
                return [person for each in partners for person in self.of_unit(each.unit_id)]
            case Told.LEADER_IN_CHARGE:
                return self._leaders(task)

    def of_unit(self, unit_id: int) -> list[User]:
        """Gives the head and the liaisons of a unit."""
        if unit_id not in self._units:
            self._units[unit_id] = people_with(self.session, UNIT_ROLES, on=self.today, unit_id=unit_id)
        return self._others(self._units[unit_id])

    def _office(self, task: Task, role: Role) -> list[User]:
        people = people_with(self.session, [role], on=self.today, jurisdiction_id=task.jurisdiction_id)
        return self._others(people)

    def _leaders(self, task: Task) -> list[User]:
        lead = leading(task)
        return self.leaders_of(lead.unit_id) if lead is not None else []

    def leaders_of(self, unit_id: int) -> list[User]:
        """Gives the leaders who have charge of a unit (分管领导)."""
        query = (
            select(User)
            .join(LeaderLink, LeaderLink.leader_id == User.id)
            .where(
                LeaderLink.unit_id == unit_id,
                LeaderLink.since_on <= self.today,
                or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= self.today),
                or_(User.left_on.is_(None), User.left_on > self.today),
            )
        )
        return self._others(self.session.scalars(query))

    def _others(self, people: Iterable[User]) -> list[User]:
        return [person for person in people if person.id != self.actor_id]


def audience(session: Session, actor_id: int, *, today: date) -> Audience:
    """Gives the audience of one act."""
    return Audience(session, today, actor_id, {})
