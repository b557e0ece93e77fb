"""Who may enter which room of the product. A name reads subject.act; everything not granted is denied.

What may be done to one task depends on its state and on the actor's relation to it as well: see core/workflow.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.core.terms import Role


class Permission(StrEnum):
    """What an endpoint declares; `public` and `account` need no role."""

    PUBLIC = "public"
    ACCOUNT = "account"
    DESK_READ = "desk.read"
    PLANS_READ = "plans.read"
    PLANS_IMPORT = "plans.import"
    PLANS_SUBMIT = "plans.submit"
    PLANS_APPROVE = "plans.approve"
    TASKS_READ = "tasks.read"
    TASKS_ACT = "tasks.act"
    FILING_WRITE = "filing.write"
    REVIEW_DECIDE = "review.decide"
    OVERDUE_READ = "overdue.read"
    REPORTS_READ = "reports.read"
    REPORTS_DRAFT = "reports.draft"
    REPORTS_SIGN = "reports.sign"
    REPORTS_VERIFY = "reports.verify"
    REPORTS_RECEIVE = "reports.receive"
    DASHBOARD_READ = "dashboard.read"
    REGISTRY_READ = "registry.read"
    REGISTRY_EDIT = "registry.edit"
    PEOPLE_READ = "people.read"
    PEOPLE_EDIT = "people.edit"
    RIGHTS_EDIT = "rights.edit"
    SETTINGS_EDIT = "settings.edit"
    AUDIT_READ = "audit.read"
    SEARCH_READ = "search.read"
    SLIPS_READ = "slips.read"
    INSTRUCTIONS_READ = "instructions.read"
    INSTRUCTIONS_GIVE = "instructions.give"
    DELEGATIONS_READ = "delegations.read"
    SERIES_READ = "series.read"
    SERIES_WRITE = "series.write"
    SERIES_EDIT = "series.edit"
    DELIVERY_READ = "delivery.read"
    DELIVERY_RESEND = "delivery.resend"


_P = Permission
_EVERYBODY = {_P.DESK_READ}
_WORKERS = _EVERYBODY | {
    _P.PLANS_READ,
    _P.TASKS_READ,
    _P.TASKS_ACT,
    _P.SEARCH_READ,
    _P.SLIPS_READ,
    _P.INSTRUCTIONS_READ,
    _P.SERIES_READ,
}
_OFFICE = _WORKERS | {
    _P.SERIES_WRITE,
    _P.SERIES_EDIT,
    _P.PLANS_IMPORT,
    _P.PLANS_SUBMIT,
    _P.REVIEW_DECIDE,
    _P.OVERDUE_READ,
    _P.REPORTS_READ,
    _P.REPORTS_DRAFT,
    _P.REPORTS_SIGN,
    _P.REPORTS_VERIFY,
    _P.DASHBOARD_READ,
    _P.REGISTRY_READ,
    _P.REGISTRY_EDIT,
    _P.PEOPLE_READ,
    _P.INSTRUCTIONS_GIVE,
}
_DELIVERY = {_P.DELIVERY_READ, _P.DELIVERY_RESEND}
_ADMIN = _EVERYBODY | {_P.REGISTRY_READ, _P.PEOPLE_READ}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: frozenset(_OFFICE | _DELIVERY),
    Role.OFFICE_HEAD: frozenset(_OFFICE | _DELIVERY | {_P.PLANS_APPROVE}),
    Role.LIAISON: frozenset(_WORKERS | {_P.REPORTS_VERIFY, _P.REPORTS_RECEIVE, _P.FILING_WRITE, _P.SERIES_WRITE}),
    Role.UNIT_HEAD: frozenset(_WORKERS | {_P.REPORTS_VERIFY, _P.REPORTS_RECEIVE, _P.FILING_WRITE, _P.SERIES_WRITE}),
    Role.LEADER: frozenset(
        _WORKERS
        | {_P.PLANS_APPROVE, _P.OVERDUE_READ, _P.REPORTS_READ, _P.REPORTS_SIGN, _P.DASHBOARD_READ, _P.INSTRUCTIONS_GIVE}
    ),
    Role.SYS_ADMIN: frozenset(_ADMIN | {_P.REGISTRY_EDIT, _P.PEOPLE_EDIT, _P.SETTINGS_EDIT} | _DELIVERY),
    Role.SECURITY_ADMIN: frozenset(_ADMIN | {_P.RIGHTS_EDIT, _P.DELEGATIONS_READ}),
    Role.AUDIT_ADMIN: frozenset(_EVERYBODY | {_P.AUDIT_READ}),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Gives everything the roles allow together."""
    granted: set[Permission] = {Permission.PUBLIC, Permission.ACCOUNT}
    for role in roles:
        granted |= GRANTS[role]
    return frozenset(granted)


@dataclass(frozen=True, slots=True)
class Delegated:
    """A role that somebody holds for another person until a date, and not in their own right (受委托)."""

    role: Role
    by_id: int
    by_name: str


@dataclass(frozen=True, slots=True)
class Entering:
    """That the office enters an act of a unit or a leader (代录): whose, from what source, received on which day."""

    of: str
    source: str
    received_on: date


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person as known when the request came in, with the roles of that day."""

    user_id: int
    name: str
    jurisdiction_id: int
    unit_id: int | None
    roles: frozenset[Role]
    address: str = ""
    delegated: tuple[Delegated, ...] = ()
    entering: Entering | None = None

    def day(self, today: date) -> date:
        """Gives the day that counts for what the person does today: of an act entered for others, the day it came."""
        return self.entering.received_on if self.entering else today

    def persons(self, role: Role | None = None) -> frozenset[int]:
        """Gives the keys of the person and of those whose role (any, or this one) the person holds by delegation."""
        return frozenset({self.user_id} | {each.by_id for each in self.delegated if role in (None, each.role)})

    def may(self, permission: Permission) -> bool:
        """Whether the person's roles grant a permission."""
        return permission in permissions_of(self.roles)

    @property
    def is_office(self) -> bool:
        """Whether the person works in the leading group's office."""
        return bool(self.roles & {Role.OFFICER, Role.OFFICE_HEAD})

    @property
    def sees_jurisdiction(self) -> bool:
        """Whether the person sees everything of the jurisdiction rather than the tasks of one unit."""
        return self.is_office or Role.LEADER in self.roles
