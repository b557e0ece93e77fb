"""People: signing in, and who somebody is on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import Channel, Role
from tracker.errors import NotFound
from tracker.models import Jurisdiction, Notification, RoleGrant, User
from tracker.services.counting import capped


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
    return Actor(user.id, user.name, user.jurisdiction_id, user.unit_id, roles_on(session, user.id, today), address)


def find_signed_in(session: Session, user_id: int, epoch: int, *, today: date, address: str) -> Known | None:
    """Gives the person of a session, or None when they have left or the session was ended from elsewhere."""
    # Everything that every request asks, in one query.
    rows = session.execute(_signed_in(user_id, today)).all()
    if not rows:
        return None
    user, _, place, unread = rows[0]
    if user.session_epoch != epoch or (user.left_on and user.left_on <= today):
        return None
    roles = frozenset(role for _, role, _, _ in rows if role is not None)
    actor = Actor(user.id, user.name, user.jurisdiction_id, user.unit_id, roles, address)
    return Known(actor, user.must_change_password, place.office_name or place.name, unread)


def _signed_in(user_id: int, today: date) -> Select[Any]:
    """The person, one row for each role held on the day or one without, their office and how many messages wait."""
    waiting = select(Notification.id).where(
        Notification.user_id == user_id, Notification.channel == Channel.INBOX, Notification.read_at.is_(None)
    )
    return (
        select(User, RoleGrant.role, Jurisdiction, capped(waiting).scalar_subquery())
        .join(Jurisdiction, Jurisdiction.id == User.jurisdiction_id)
        .outerjoin(RoleGrant, and_(RoleGrant.user_id == User.id, *_holds_on(today)))
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
