"""People: signing in, and who somebody is on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import Channel, Role
from tracker.errors import NotFound
from tracker.models import Jurisdiction, Notification, RoleGrant, User


@dataclass(frozen=True, slots=True)
class Known:
    """A person whose session is good."""

    actor: Actor
    must_change_password: bool


def roles_on(session: Session, user_id: int, day: date) -> frozenset[Role]:
    """Gives the roles a person holds on a day, delegated ones included."""
    query = select(RoleGrant.role).where(
        RoleGrant.user_id == user_id,
        RoleGrant.since_on <= day,
        or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day),
    )
    return frozenset(session.scalars(query))


def actor_of(session: Session, user: User, *, today: date, address: str = "") -> Actor:
    """Gives the person as somebody who acts on that day."""
    return Actor(user.id, user.name, user.jurisdiction_id, user.unit_id, roles_on(session, user.id, today), address)


def find_signed_in(session: Session, user_id: int, epoch: int, *, today: date, address: str) -> Known | None:
    """Gives the person of a session, or None when they have left or the session was ended from elsewhere."""
    user = session.get(User, user_id)
    if user is None or user.session_epoch != epoch or (user.left_on and user.left_on <= today):
        return None
    return Known(actor_of(session, user, today=today, address=address), user.must_change_password)


def office_and_unread(session: Session, actor: Actor) -> tuple[str, int]:
    """Gives the name of the actor's office and how many messages wait, in one query: every page asks it."""
    unread = (
        select(func.count())
        .select_from(Notification)
        .where(
            Notification.user_id == actor.user_id,
            Notification.channel == Channel.INBOX,
            Notification.read_at.is_(None),
        )
        .scalar_subquery()
    )
    row = session.execute(
        select(Jurisdiction.office_name, Jurisdiction.name, unread).where(Jurisdiction.id == actor.jurisdiction_id)
    ).one()
    return row[0] or row[1], row[2]


def actor_named(session: Session, login_name: str, *, today: date) -> Actor:
    """Gives the person of a sign-in name as somebody who acts on that day. Raises NotFound for an unknown name."""
    user = session.scalar(select(User).where(User.login_name == login_name))
    if user is None:
        raise NotFound(f"没有登录名为“{login_name}”的人员。")
    return actor_of(session, user, today=today)
