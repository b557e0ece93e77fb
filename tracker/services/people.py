"""People: signing in, and who somebody is on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.permissions import Actor, Delegated
from tracker.core.terms import Channel, Role
from tracker.errors import NotFound
from tracker.models import Jurisdiction, Notification, RoleGrant, User
from tracker.services.counting import capped

_OWNER = aliased(User)


@dataclass(frozen=True, slots=True)
class Known:
    """A person whose session is good."""

    actor: Actor
    must_change_password: bool
    office_name: str
    unread: int


def roles_on(session: Session, user_id: int, day: date) -> frozenset[Role]:
    """Gives the roles a person holds on a day, delegated ones included."""
    return frozenset(session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id, *_holds_on(day))))


def actor_of(session: Session, user: User, *, today: date, address: str = "") -> Actor:
    """Gives the person as somebody who acts on that day."""
    query = select(RoleGrant.role, _OWNER.id, _OWNER.name).outerjoin(_OWNER, _OWNER.id == RoleGrant.delegated_by_id)
    held = session.execute(query.where(RoleGrant.user_id == user.id, *_holds_on(today))).tuples().all()
    return _actor(user, held, address)


def _actor(user: User, held: Iterable[tuple[Role, int | None, str | None]], address: str) -> Actor:
    """The person with the roles of a day, each with whose it is where it is delegated."""
    grants = list(held)
    own = {role for role, by_id, _ in grants if by_id is None}
    delegated = tuple(
        Delegated(role, by_id, by_name or "")
        for role, by_id, by_name in grants
        if by_id is not None and role not in own
    )
    roles = frozenset(role for role, _, _ in grants)
    return Actor(user.id, user.name, user.jurisdiction_id, user.unit_id, roles, address, delegated)


def find_signed_in(session: Session, user_id: int, epoch: int, *, today: date, address: str) -> Known | None:
    """Gives the person of a session, or None when they have left or the session was ended from elsewhere."""
    # Everything that every request asks, in one query.
    rows = session.execute(_signed_in(user_id, today)).all()
    if not rows:
        return None
    user, *_, place, unread = rows[0]
    if user.session_epoch != epoch or (user.left_on and user.left_on <= today):
        return None
    held = [(role, by_id, by_name) for _, role, by_id, by_name, _, _ in rows if role is not None]
    actor = _actor(user, held, address)
    return Known(actor, user.must_change_password, place.office_name or place.name, unread)


def _signed_in(user_id: int, today: date) -> Select[Any]:
    """The person, one row for each role held on the day or one without, their office and how many messages wait."""
    waiting = select(Notification.id).where(
        Notification.user_id == user_id, Notification.channel == Channel.INBOX, Notification.read_at.is_(None)
    )
    return (
        select(User, RoleGrant.role, _OWNER.id, _OWNER.name, Jurisdiction, capped(waiting).scalar_subquery())
        .join(Jurisdiction, Jurisdiction.id == User.jurisdiction_id)
        .outerjoin(RoleGrant, and_(RoleGrant.user_id == User.id, *_holds_on(today)))
        .outerjoin(_OWNER, _OWNER.id == RoleGrant.delegated_by_id)
        .where(User.id == user_id)
    )


def _holds_on(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return RoleGrant.since_on <= day, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day)


def actor_named(session: Session, login_name: str, *, today: date) -> Actor:
    """Gives the person of a sign-in name as somebody who acts on that day. Raises NotFound for an unknown name."""
    user = session.scalar(select(User).where(User.login_name == login_name))
    if user is None:
        raise NotFound(f"没有登录名为“{login_name}”的人员。")
    return actor_of(session, user, today=today)
