"""Messages to people as outbox rows, written in the transaction of their cause; only the worker sends them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.terms import Channel, DeliveryStatus, NoticeKind, Role
from tracker.db import office_date
from tracker.models import Notification, RoleGrant, User
from tracker.services.channels import open_channels, ways_to


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says; `topic` tells apart several of one kind on one day, `link` is a path of the product."""

    kind: NoticeKind
    topic: str
    subject: str
    body: str
    link: str


def tell(session: Session, people: Iterable[User], notice: Notice, *, now: datetime) -> list[Notification]:
    """Puts a notice into the outbox of each person, by the inbox and every other way that is open to them.

    Gives the rows that are new: a person already told of the same topic that day is not told twice.
    """
    written = []
    opened = open_channels(session)
    for person in people:
        for channel in ways_to(person, opened):
            if not _is_told(session, person, channel, notice, office_date(now)):
                row = _row(person, channel, notice, now)
                session.add(row)
                written.append(row)
    session.flush()
    return written


def _is_told(session: Session, person: User, channel: Channel, notice: Notice, day_on: date) -> bool:
    same = select(Notification.id).where(
        Notification.user_id == person.id,
        Notification.channel == channel,
        Notification.day_on == day_on,
        Notification.kind == notice.kind,
        Notification.topic == notice.topic,
    )
    return session.scalar(same) is not None


def _row(person: User, channel: Channel, notice: Notice, now: datetime) -> Notification:
    is_inbox = channel is Channel.INBOX
    return Notification(
        user_id=person.id,
        channel=channel,
        day_on=office_date(now),
        kind=notice.kind,
        topic=notice.topic,
        subject=notice.subject[:200],
        body=notice.body,
        link=notice.link,
        # The inbox is this very table: its message has arrived when the row is committed.
        status=DeliveryStatus.SENT if is_inbox else DeliveryStatus.PENDING,
        sent_at=now if is_inbox else None,
        due_at=now,
        created_at=now,
    )


def people_with(
    session: Session, roles: Iterable[Role], *, on: date, jurisdiction_id: int | None = None, unit_id: int | None = None
) -> list[User]:
    """Gives the people who hold one of the roles on a day, leavers excluded, of a jurisdiction's office or a unit."""
    query = (
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            RoleGrant.role.in_(list(roles)),
            RoleGrant.since_on <= on,
            or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= on),
            or_(User.left_on.is_(None), User.left_on > on),
        )
        .order_by(User.id)
        .distinct()
    )
    if jurisdiction_id is not None:
        query = query.where(User.jurisdiction_id == jurisdiction_id)
    if unit_id is not None:
        query = query.where(User.unit_id == unit_id)
    return list(session.scalars(query))
