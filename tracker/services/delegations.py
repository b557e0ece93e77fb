"""Delegation (委托, A/B岗): somebody's own roles held by a named person from one day to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import NoticeKind, Role
from tracker.db import office_date
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.models import RoleGrant, Unit, User
from tracker.services import audit
from tracker.services.notices import Notice, tell
from tracker.services.people_rights import UNIT_ROLES, check_grant, refuse_joined_duties

LONGEST = timedelta(days=366)
_OFFICE_ROLES = frozenset({Role.OFFICER, Role.OFFICE_HEAD})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A delegation as typed: which roles, to whom, from when to when, both days included."""

    roles: tuple[Role, ...]
    user_id: int | None
    since_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """One delegated role."""

    id: int
    role: Role
    owner: str
    holder: str
    unit: str
    since_on: date
    until_on: date | None
    is_current: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class DelegationPage:
    """What somebody can delegate and to whom, what they have delegated, and what they hold for others."""

    roles: tuple[Role, ...]
    people: tuple[tuple[int, str], ...]
    given: tuple[DelegationRow, ...]
    held: tuple[DelegationRow, ...]


def delegation_page(session: Session, actor: Actor, *, today: date) -> DelegationPage:
    """Gives the page of one's own delegations."""
    rows = _rows(session, or_(RoleGrant.delegated_by_id == actor.user_id, RoleGrant.user_id == actor.user_id), today)
    given = tuple(row for row, owner_id in rows if owner_id == actor.user_id)
    held = tuple(row for row, owner_id in rows if owner_id != actor.user_id)
    people = tuple((user.id, _shown(user)) for user in _candidates(session, actor, own_roles(actor), today))
    return DelegationPage(tuple(sorted(own_roles(actor), key=list(Role).index)), people, given, held)


def all_delegations(session: Session, actor: Actor, *, today: date) -> list[DelegationRow]:
    """Gives every delegation of the jurisdiction, the present ones first. Raises NotAllowed but for its keeper."""
    if not actor.may(Permission.DELEGATIONS_READ):
        raise NotAllowed("委托情况由安全管理员查看。")
    of_here = RoleGrant.user_id.in_(select(User.id).where(User.jurisdiction_id == actor.jurisdiction_id))
    return [row for row, _ in _rows(session, of_here & RoleGrant.delegated_by_id.is_not(None), today)]


def own_roles(actor: Actor) -> frozenset[Role]:
    """Gives the roles somebody holds in their own right; what is held for another is not passed on."""
    return actor.roles - {each.role for each in actor.delegated}


def delegate(
    session: Session, actor: Actor, wanted: Wanted, *, separates_duties: bool = False, now: datetime
) -> list[RoleGrant]:
    """Lets another person hold some of one's own roles between two days (委托).

    Raises Invalid for a role that is not one's own, a person outside the unit or office, dates in the wrong order, a
    role the person holds already; with `separates_duties`, a second of the three administrators' roles.
    """
    today = office_date(now)
    _check_dates(wanted, today)
    own = own_roles(actor)
    if not wanted.roles or not set(wanted.roles) <= own:
        raise Invalid({"role": "请选择要委托的角色，只能委托本人的角色。"})
    user = _holder(session, actor, wanted, today)
    grants = []
    for role in wanted.roles:
        check_grant(session, user, role, wanted.since_on, wanted.until_on)
        grant = RoleGrant(
            user_id=user.id,
            role=role,
            since_on=wanted.since_on,
            until_on=wanted.until_on,
            delegated_by_id=actor.user_id,
        )
        session.add(grant)
        grants.append(grant)
    session.flush()
    if separates_duties:
        refuse_joined_duties(session, user, on=wanted.since_on)
    labels = "、".join(role.label for role in wanted.roles)
    words = f"{actor.name}委托{user.name}：{labels}，自 {wanted.since_on} 至 {wanted.until_on}"
    audit.record(session, actor, "rights.delegate", user, summary=words, now=now, roles=list(wanted.roles))
    body = f"{words}。所办事项将注明受委托。"
    notice = Notice(NoticeKind.SYSTEM, f"delegation:{grants[0].id}", words, body, "/delegations")
    tell(session, [user], notice, now=now)
    return grants


def withdraw(session: Session, actor: Actor, grant_id: int, *, now: datetime) -> None:
    """Ends a delegation at once; the security administrator may end anybody's. Raises NotFound for another's."""
    grant = session.get(RoleGrant, grant_id)
    is_own = grant is not None and grant.delegated_by_id == actor.user_id
    is_keeper = (
        grant is not None
        and grant.delegated_by_id is not None
        and actor.may(Permission.RIGHTS_EDIT)
        and grant.user.jurisdiction_id == actor.jurisdiction_id
    )
    if grant is None or not (is_own or is_keeper):
        raise NotFound("没有找到这项委托，或者您没有办理它的权限。")
    user, today = grant.user, office_date(now)
    if grant.until_on is not None and grant.until_on < today:
        return
    label = grant.role.label
    if grant.since_on >= today:
        session.delete(grant)
    else:
        grant.until_on = today - timedelta(days=1)
    session.flush()
    summary = f"收回委托：{user.name}，{label}"
    audit.record(session, actor, "rights.undelegate", user, summary=summary, now=now)


def _check_dates(wanted: Wanted, today: date) -> None:
    if wanted.until_on is None:
        raise Invalid({"until_on": "委托须写明截止日期。"})
    if wanted.since_on < today:
        raise Invalid({"since_on": "起始日期不能早于今天。"})
    if wanted.until_on < wanted.since_on:
        raise Invalid({"until_on": "截止日期不能早于起始日期。"})
    if wanted.until_on - wanted.since_on > LONGEST:
        raise Invalid({"until_on": "一次委托最长一年。"})


def _holder(session: Session, actor: Actor, wanted: Wanted, today: date) -> User:
    user = next(
        (each for each in _candidates(session, actor, frozenset(wanted.roles), today) if each.id == wanted.user_id),
        None,
    )
    if user is None:
        raise Invalid({"user_id": "请选择受托人：单位的角色委托给本单位人员，办公室的角色委托给办公室人员。"})
    return user


def _candidates(session: Session, actor: Actor, roles: frozenset[Role], today: date) -> Sequence[User]:
    """Those who can hold the roles: people of the same unit or office for its roles, else anybody here."""
    query = select(User).where(
        User.jurisdiction_id == actor.jurisdiction_id,
        User.id != actor.user_id,
        or_(User.left_on.is_(None), User.left_on > today),
    )
    if roles & (UNIT_ROLES | _OFFICE_ROLES):
        same = User.unit_id == actor.unit_id if actor.unit_id is not None else User.unit_id.is_(None)
        query = query.where(same)
    return session.scalars(query.order_by(User.unit_id.is_not(None), User.unit_id, User.id)).all()


def _shown(user: User) -> str:
    place = user.post or (user.unit.name if user.unit else "")
    return f"{user.name}（{place}）" if place else user.name


def _rows(session: Session, condition: ColumnElement[bool], today: date) -> list[tuple[DelegationRow, int]]:
    owner, holder = aliased(User), aliased(User)
    query = (
        select(RoleGrant, owner, holder, Unit.name)
        .join(owner, owner.id == RoleGrant.delegated_by_id)
        .join(holder, holder.id == RoleGrant.user_id)
        .outerjoin(Unit, Unit.id == holder.unit_id)
        .where(condition)
        .order_by(RoleGrant.since_on.desc(), RoleGrant.id.desc())
        .limit(500)
    )
    rows = [
        (_row(grant, by.name, held_by.name, unit or "", today), by.id)
        for grant, by, held_by, unit in session.execute(query).tuples()
    ]
    return sorted(rows, key=lambda pair: not pair[0].is_open)


def _row(grant: RoleGrant, owner: str, holder: str, unit: str, today: date) -> DelegationRow:
    is_open = grant.until_on is None or grant.until_on >= today
    dates = (grant.since_on, grant.until_on, is_open and grant.since_on <= today, is_open)
    return DelegationRow(grant.id, grant.role, owner, holder, unit, *dates)
