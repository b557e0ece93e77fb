"""A person's messages inside the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from tracker.core.paging import MOST_COUNTED, Page
from tracker.core.permissions import Actor
from tracker.core.terms import Channel, NoticeKind
from tracker.errors import NotFound
from tracker.models import Notification
from tracker.services.counting import capped

PAGE = 50


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What a person's messages are narrowed to."""

    words: str = ""
    kind: NoticeKind | None = None
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message as its reader sees it."""

    id: int
    kind: NoticeKind
    subject: str
    body: str
    link: str
    sent_at: datetime
    is_read: bool


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Notification.user_id == actor.user_id, Notification.channel == Channel.INBOX)


def messages(session: Session, actor: Actor, wanted: MessageFilter, *, page: int = 1) -> Page[Message]:
    """Gives one page of the actor's messages, newest first."""
    total = session.scalar(capped(select(Notification.id).where(*_conditions(actor, wanted)))) or 0
    found = _messages(session, actor, wanted, limit=PAGE, start=(max(page, 1) - 1) * PAGE)
    return Page(found, page, total, PAGE, is_cut=total > MOST_COUNTED)


def all_messages(session: Session, actor: Actor, wanted: MessageFilter) -> list[Message]:
    """Gives every message a filter lets through, for an export of exactly what is shown."""
    return _messages(session, actor, wanted, limit=MOST_COUNTED, start=0)


def kinds(session: Session, actor: Actor) -> list[NoticeKind]:
    """Gives the kinds of messages the actor has."""
    held = set(session.scalars(select(Notification.kind).where(*_mine(actor)).distinct()))
    return [kind for kind in NoticeKind if kind in held]


def _conditions(actor: Actor, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    conditions = [*_mine(actor)]
    if wanted.is_unread:
        conditions.append(Notification.read_at.is_(None))
    if wanted.kind is not None:
        conditions.append(Notification.kind == wanted.kind)
    if wanted.words:
        columns = (Notification.subject, Notification.body)
        conditions.append(or_(*(column.contains(wanted.words, autoescape=True) for column in columns)))
    return conditions


def _messages(session: Session, actor: Actor, wanted: MessageFilter, *, limit: int, start: int) -> list[Message]:
    query = select(Notification).where(*_conditions(actor, wanted))
    query = query.order_by(Notification.created_at.desc(), Notification.id.desc()).limit(limit).offset(start)
    return [
        Message(n.id, n.kind, n.subject, n.body, n.link, n.created_at, n.read_at is not None)
        for n in session.scalars(query)
    ]


def read_message(session: Session, actor: Actor, notification_id: int, *, now: datetime) -> str:
    """Marks one message as read and gives its link. Raises NotFound for somebody else's."""
    row = session.scalar(select(Notification).where(*_mine(actor), Notification.id == notification_id))
    if row is None:
        raise NotFound("没有找到这条消息。")
    row.read_at = row.read_at or now
    return row.link


def read_all(session: Session, actor: Actor, *, now: datetime) -> int:
    """Marks all of the actor's messages as read. Gives how many were unread."""
    done = session.execute(
        update(Notification).where(*_mine(actor), Notification.read_at.is_(None)).values(read_at=now)
    )
    return int(done.rowcount)
