"""A person's messages inside the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from tracker.core.paging import MOST_COUNTED, Page
from tracker.core.permissions import Actor
from tracker.core.terms import Channel, NoticeKind
from tracker.errors import NotFound
from tracker.models import Notification
from tracker.services.counting import capped

PAGE = 50


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


def messages(session: Session, actor: Actor, *, page: int = 1) -> Page[Message]:
    """Gives one page of the actor's messages, newest first."""
    total = session.scalar(capped(select(Notification.id).where(*_mine(actor)))) or 0
    rows = session.scalars(
        select(Notification)
        .where(*_mine(actor))
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    )
    found = [Message(n.id, n.kind, n.subject, n.body, n.link, n.created_at, n.read_at is not None) for n in rows]
    return Page(found, page, total, PAGE, is_cut=total > MOST_COUNTED)


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
