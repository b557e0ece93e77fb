"""Who listens to a reminder: the people behind the roles of a rung, looked up once for each unit and office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from tracker.core.terms import Role
from tracker.models import User
from tracker.services.notices import people_with

_OFFICE_ROLES = frozenset({Role.OFFICER, Role.OFFICE_HEAD})


@dataclass(slots=True)
class Listeners:
    """Who holds which role where on a day."""

    session: Session
    today: date
    known: dict[tuple[frozenset[Role], int | None, int | None], list[User]] = field(default_factory=dict)

    def of(self, wanted: frozenset[Role], unit_id: int, jurisdiction_id: int) -> list[User]:
        """Gives the people of a rung. A unit without the wanted person is spoken for by its head, then the office."""
        people: list[User] = []
        if unit_roles := wanted - _OFFICE_ROLES:
            people = self._holders(unit_roles, unit_id=unit_id)
            people = people or self._holders(frozenset({Role.UNIT_HEAD}), unit_id=unit_id)
        if (office_roles := wanted & _OFFICE_ROLES) or not people:
            people = people + self._holders(office_roles or _OFFICE_ROLES, jurisdiction_id=jurisdiction_id)
        return people

    def _holders(
        self, roles: Iterable[Role], *, unit_id: int | None = None, jurisdiction_id: int | None = None
    ) -> list[User]:
        key = (frozenset(roles), unit_id, jurisdiction_id)
        if key not in self.known:
            self.known[key] = people_with(
                self.session, roles, on=self.today, unit_id=unit_id, jurisdiction_id=jurisdiction_id
            )
        return self.known[key]
