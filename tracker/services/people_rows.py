"""What the pages about people show: a list with filters, and one person with the roles over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import Role
from tracker.models import RoleGrant, Unit, User
from tracker.services.sign_in import is_locked

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What a list of people is narrowed to."""

    words: str = ""
    role: Role | None = None
    unit_id: int | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in the list; `locked_until_at` only while locked."""

    id: int
    name: str
    login_name: str
    unit: str
    post: str
    phone: str
    email: str
    roles: tuple[Role, ...]
    left_on: date | None
    locked_until_at: datetime | None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One role a person holds, held or will hold."""

    id: int
    role: Role
    since_on: date
    until_on: date | None
    delegated_by: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person with everything known."""

    row: PersonRow
    version: int
    unit_id: int | None
    must_change_password: bool
    grants: tuple[GrantRow, ...]


def people_list(
    session: Session, actor: Actor, wanted: PeopleFilter, *, number: int, now: datetime, today: date
) -> Page[PersonRow]:
    """Gives one page of the people of the actor's jurisdiction, by unit and name."""
    conditions = _conditions(actor, wanted, today)
    total = session.scalar(select(func.count()).select_from(User).where(*conditions)) or 0
    rows = _rows(session, conditions, now, today, limit=PAGE_SIZE, start=offset(number, PAGE_SIZE))
    return Page(rows, max(number, 1), total, PAGE_SIZE)


def all_people(session: Session, actor: Actor, wanted: PeopleFilter, *, now: datetime, today: date) -> list[PersonRow]:
    """Gives everybody a filter lets through, for an export of exactly what is shown."""
    return _rows(session, _conditions(actor, wanted, today), now, today, limit=None, start=0)


def person_page(session: Session, user: User, *, now: datetime, today: date) -> PersonPage:
    """Gives one person of the actor's jurisdiction with the roles over time, present ones first."""
    row = _rows(session, [User.id == user.id], now, today, limit=1, start=0)[0]
    query = (
        select(RoleGrant, User.name)
        .outerjoin(User, User.id == RoleGrant.delegated_by_id)
        .where(RoleGrant.user_id == user.id)
        .order_by(RoleGrant.since_on.desc(), RoleGrant.id.desc())
    )
    grants = [
        GrantRow(grant.id, grant.role, grant.since_on, grant.until_on, name or "", _holds(grant, today))
        for grant, name in session.execute(query).tuples()
    ]
    ordered = tuple(sorted(grants, key=lambda grant: not grant.is_current))
    return PersonPage(row, user.version, user.unit_id, user.must_change_password, ordered)


def colleagues(session: Session, actor: Actor, user: User, today: date) -> list[tuple[int, str]]:
    """Gives (id, name) of those who can take over from a person: the same unit's people, else the office's."""
    query = select(User.id, User.name).where(
        User.jurisdiction_id == actor.jurisdiction_id,
        User.unit_id == user.unit_id if user.unit_id is not None else User.unit_id.is_(None),
        User.id != user.id,
        or_(User.left_on.is_(None), User.left_on > today),
    )
    return list(session.execute(query.order_by(User.name)).tuples())


def _holds(grant: RoleGrant, today: date) -> bool:
    return grant.since_on <= today and (grant.until_on is None or grant.until_on >= today)


def _conditions(actor: Actor, wanted: PeopleFilter, today: date) -> list[ColumnElement[bool]]:
    here = or_(User.left_on.is_(None), User.left_on > today)
    conditions = [User.jurisdiction_id == actor.jurisdiction_id, User.left_on <= today if wanted.has_left else here]
    if wanted.role is not None:
        conditions.append(User.id.in_(_holders(wanted.role, today)))
    if wanted.unit_id is not None:
        conditions.append(User.unit_id == wanted.unit_id)
    if wanted.words:
        columns = (User.name, User.login_name, User.post, User.phone, User.email)
        conditions.append(or_(*(column.contains(wanted.words, autoescape=True) for column in columns)))
    return conditions


def _holders(role: Role, today: date) -> Any:
    return select(RoleGrant.user_id).where(
        RoleGrant.role == role,
        RoleGrant.since_on <= today,
        or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today),
    )


def _rows(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    now: datetime,
    today: date,
    *,
    limit: int | None,
    start: int,
) -> list[PersonRow]:
    query = (
        select(User, Unit.name)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(*conditions)
        .order_by(Unit.position.is_not(None), Unit.position, Unit.id, User.id)
        .limit(limit)
        .offset(start)
    )
    found = session.execute(query).tuples().all()
    roles = _roles(session, [user.id for user, _ in found], today)
    return [
        PersonRow(
            user.id,
            user.name,
            user.login_name,
            unit or "",
            user.post,
            user.phone,
            user.email,
            tuple(role for role in Role if role in roles[user.id]),
            user.left_on,
            user.locked_until_at if is_locked(user, now) else None,
        )
        for user, unit in found
    ]


def _roles(session: Session, keys: Sequence[int], today: date) -> dict[int, set[Role]]:
    found: dict[int, set[Role]] = defaultdict(set)
    query = select(RoleGrant.user_id, RoleGrant.role).where(
        RoleGrant.user_id.in_(keys),
        RoleGrant.since_on <= today,
        or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today),
    )
    for user_id, role in session.execute(query).tuples():
        found[user_id].add(role)
    return found
