"""Who holds which role (角色) from when to when, and handing duties over when somebody leaves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import Role
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import LeaderLink, RoleGrant, User
from tracker.services import audit
from tracker.services.contacts import pass_contact
from tracker.services.notices import people_with

UNIT_ROLES = frozenset({Role.LIAISON, Role.UNIT_HEAD})
# Without anybody in one of these nobody could ever again add people or grant rights.
ADMINISTRATORS = (Role.SYS_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
_INDISPENSABLE = (Role.SYS_ADMIN, Role.SECURITY_ADMIN)


def grant_role(
    session: Session,
    actor: Actor,
    user: User,
    role: Role,
    *,
    since_on: date,
    until_on: date | None,
    delegated_by_id: int | None = None,
    separates_duties: bool = False,
    now: datetime,
) -> RoleGrant:
    """Gives a person a role between two dates, both included; a delegated one (A/B岗) names whose it is.

    Raises NotAllowed for oneself; Invalid for dates in the wrong order, a unit's role without a unit, a role held
    already, somebody who has left; with `separates_duties` (等保), a second of the three administrators' roles.
    """
    if user.id == actor.user_id:
        raise NotAllowed("不能给自己授予角色，请由另一位安全管理员办理。")
    check_grant(session, user, role, since_on, until_on)
    if delegated_by_id is not None:
        _check_delegation(session, user, role, delegated_by_id, since_on)
    grant = RoleGrant(user_id=user.id, role=role, since_on=since_on, until_on=until_on, delegated_by_id=delegated_by_id)
    session.add(grant)
    session.flush()
    if separates_duties:
        refuse_joined_duties(session, user, on=since_on)
    words = f"授予{user.name}角色：{role.label}，自 {since_on}" + (f" 至 {until_on}" if until_on else "")
    audit.record(session, actor, "rights.grant", user, summary=words, now=now, role=role.value)
    return grant


def check_grant(session: Session, user: User, role: Role, since_on: date, until_on: date | None) -> None:
    """Raises Invalid where a person cannot hold a role between two dates."""
    if until_on is not None and until_on < since_on:
        raise Invalid({"until_on": "截止日期不能早于起始日期。"})
    if user.left_on is not None and user.left_on <= since_on:
        raise Invalid({"role": f"{user.name}已离任，不能再授予角色。"})
    if role in UNIT_ROLES and user.unit_id is None:
        raise Invalid({"role": f"“{role.label}”须先在人员信息中填写所在单位。"})
    overlapping = select(RoleGrant.id).where(
        RoleGrant.user_id == user.id,
        RoleGrant.role == role,
        or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= since_on),
        RoleGrant.since_on <= (until_on or date.max),
    )
    if session.scalar(overlapping.limit(1)) is not None:
        raise Invalid({"role": f"{user.name}在这段时间已经是{role.label}。"})


def _check_delegation(session: Session, user: User, role: Role, delegated_by_id: int, since_on: date) -> None:
    owner = session.get(User, delegated_by_id)
    is_colleague = owner is not None and owner.jurisdiction_id == user.jurisdiction_id and owner.id != user.id
    if not is_colleague or delegated_by_id not in {
        each.id for each in people_with(session, [role], on=since_on, jurisdiction_id=user.jurisdiction_id)
    }:
        raise Invalid({"delegated_by_id": f"委托人须是当日在任的{role.label}。"})


def refuse_joined_duties(session: Session, user: User, *, on: date) -> None:
    """Raises Invalid where one person would be two of the three administrators (三员分立) from a day on."""
    query = select(RoleGrant.role).where(
        RoleGrant.user_id == user.id,
        RoleGrant.role.in_(ADMINISTRATORS),
        or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= on),
    )
    held = set(session.scalars(query))
    if len(held) > 1:
        names = "、".join(role.label for role in ADMINISTRATORS if role in held)
        raise Invalid({"role": f"按等级保护要求，三员须由不同的人担任，{user.name}不能同时是{names}。"})


def end_grant(session: Session, actor: Actor, grant_id: int, *, now: datetime) -> User:
    """Takes a role back at once: yesterday was its last day, and one that began today was never held. Gives the person.

    Raises NotFound outside the actor's jurisdiction, Conflict when nobody else could administer the product then.
    """
    grant = session.get(RoleGrant, grant_id)
    if grant is None or grant.user.jurisdiction_id != actor.jurisdiction_id:
        raise NotFound("没有找到这项授权，或者您没有查看它的权限。")
    user, role, today = grant.user, grant.role, office_date(now)
    if grant.until_on is not None and grant.until_on < today:
        return user
    check_replaceable(session, user, {role}, on=today)
    _end(session, grant, today)
    if grant.delegated_by_id is None:
        _end_delegations(session, user, {role}, today)
    session.flush()
    words = f"收回{user.name}的角色：{role.label}"
    audit.record(session, actor, "rights.end", user, summary=words, now=now, role=role.value)
    return user


def _end(session: Session, grant: RoleGrant, day: date) -> None:
    """The day before is the last one; what begins later was never held."""
    if grant.since_on >= day:
        session.delete(grant)
    else:
        grant.until_on = day - timedelta(days=1)


def _end_delegations(session: Session, user: User, roles: set[Role], day: date) -> None:
    """Ends what others hold of these roles for a person who no longer has them."""
    query = select(RoleGrant).where(
        RoleGrant.delegated_by_id == user.id,
        RoleGrant.role.in_(roles),
        or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day),
    )
    for grant in session.scalars(query).all():
        _end(session, grant, day)


def check_replaceable(session: Session, user: User, roles: set[Role], *, on: date) -> None:
    """Raises Conflict when a person is the last to hold an indispensable role."""
    for role in _INDISPENSABLE:
        if role not in roles:
            continue
        holders = people_with(session, [role], on=on, jurisdiction_id=user.jurisdiction_id)
        if not [each for each in holders if each.id != user.id]:
            raise Conflict(f"{user.name}是唯一的{role.label}，请先把这个角色授予另一个人。")


def hand_over(
    session: Session, actor: Actor, user: User, *, left_on: date, successor_id: int | None, now: datetime
) -> User | None:
    """Lets a person leave: `left_on` is the first day they are gone; what they held passes to a successor that day.

    Gives the successor. Roles pass on only where the actor keeps rights (RIGHTS_EDIT), administrators' roles never.
    Raises Invalid for a successor who is gone, of another unit, or the actor; Conflict for an indispensable person.
    """
    if user.id == actor.user_id:
        raise NotAllowed("不能为本人办理离任，请由另一位系统管理员办理。")
    grants = _open_grants(session, user, left_on)
    check_replaceable(session, user, {grant.role for grant in grants}, on=left_on)
    successor = _successor(session, user, successor_id, left_on)
    passed = []
    if successor is not None and actor.may(Permission.RIGHTS_EDIT):
        passed = _pass_on(session, actor, grants, successor, left_on)
    for grant in grants:
        _end(session, grant, left_on)
    _end_delegations(session, user, set(Role), left_on)
    _pass_charges(session, user, successor if passed else None, left_on)
    user.left_on = left_on
    user.session_epoch += 1
    session.flush()
    contacts = pass_contact(session, actor, user, successor, left_on=left_on, now=now)
    words = f"{user.name}自 {left_on} 起离任" + (f"，由{successor.name}接任" if successor else "")
    values = [role.value for role in passed]
    audit.record(session, actor, "person.leave", user, summary=words, now=now, passed=values, contacts=contacts)
    return successor


def take_back(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    """Lets somebody who left be here again; roles are granted anew."""
    user.left_on = None
    session.flush()
    audit.record(session, actor, "person.return", user, summary=f"撤销离任登记：{user.name}", now=now)


def _open_grants(session: Session, user: User, day: date) -> list[RoleGrant]:
    query = select(RoleGrant).where(
        RoleGrant.user_id == user.id, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day)
    )
    return list(session.scalars(query.order_by(RoleGrant.id)))


def _successor(session: Session, user: User, successor_id: int | None, day: date) -> User | None:
    if successor_id is None:
        return None
    successor = session.get(User, successor_id)
    is_fit = (
        successor is not None
        and successor.id != user.id
        and successor.jurisdiction_id == user.jurisdiction_id
        and successor.unit_id == user.unit_id
        and (successor.left_on is None or successor.left_on > day)
    )
    if not is_fit:
        raise Invalid({"successor_id": "接任人须是同一单位的在任人员。"})
    return successor


def _pass_on(session: Session, actor: Actor, grants: list[RoleGrant], successor: User, day: date) -> list[Role]:
    """Grants what was held on and after a day, but never what only a keeper of rights may decide one by one."""
    if successor.id == actor.user_id:
        raise Invalid({"successor_id": "不能由本人接任：不得给自己授予角色。"})
    held = {grant.role for grant in _open_grants(session, successor, day) if grant.until_on is None}
    passed = []
    for grant in grants:
        is_administrative = grant.role in (*_INDISPENSABLE, Role.AUDIT_ADMIN)
        if grant.role not in held and not is_administrative:
            held.add(grant.role)
            since_on = max(day, grant.since_on)
            session.add(RoleGrant(user_id=successor.id, role=grant.role, since_on=since_on, until_on=grant.until_on))
            passed.append(grant.role)
    return passed


def _pass_charges(session: Session, user: User, successor: User | None, day: date) -> None:
    query = select(LeaderLink).where(
        LeaderLink.leader_id == user.id, or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= day)
    )
    for link in session.scalars(query).all():
        if successor is not None:
            since_on = max(day, link.since_on)
            session.add(
                LeaderLink(leader_id=successor.id, unit_id=link.unit_id, since_on=since_on, until_on=link.until_on)
            )
        if link.since_on >= day:
            session.delete(link)
        else:
            link.until_on = day - timedelta(days=1)


def grantable(actor: Actor, user: User) -> list[Role]:
    """Gives the roles the actor may grant to a person, none to themselves."""
    if not actor.may(Permission.RIGHTS_EDIT) or user.id == actor.user_id:
        return []
    return [role for role in Role if user.unit_id is not None or role not in UNIT_ROLES]
