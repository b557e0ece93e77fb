"""Outboxes to be delivered in spite of everything, and the accounts kept of it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from flask import Flask
from sqlalchemy import func, insert, select

from tests.builders import a_city, a_user
from tests.conftest import MailListener
from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus, NoticeKind, Role
from tracker.db import db, transaction
from tracker.models import DeliveryAttempt, Notification, User


def fill(app: Flask, count: int, now: datetime) -> None:
    """Puts mails to one liaison into the outbox."""
    with app.app_context(), transaction() as session:
        if (person := session.scalar(select(User))) is None:
            city = a_city(session)
            person = a_user(session, city, Role.OFFICER, name="林舟", email="linzhou@yunchuan.test")
            person.has_workday_mail_only = False
            session.flush()
        row = {
            **{"user_id": person.id, "channel": Channel.SMTP, "day_on": date(2026, 3, 10), "kind": NoticeKind.URGED},
            **{"subject": "催办", "body": "请查看。", "link": "", "status": DeliveryStatus.PENDING},
            **{"due_at": now, "created_at": now, "attempts": 0, "message_id": "", "last_error": ""},
        }
        session.execute(insert(Notification), [{**row, "topic": f"n:{number}"} for number in range(count)])


def statuses(app: Flask) -> Counter[DeliveryStatus]:
    """How many messages stand how."""
    with app.app_context():
        db.session.rollback()
        query = select(Notification.status, func.count()).group_by(Notification.status)
        return Counter(dict(db.session.execute(query).tuples().all()))


def ids(app: Flask) -> dict[str, int]:
    """The Message-ID of every message that got one, with how many of its attempts nobody knows the end of."""
    with app.app_context():
        db.session.rollback()
        lost = func.count(DeliveryAttempt.id)
        unknown = (DeliveryAttempt.outcome == AttemptOutcome.UNKNOWN) & (
            DeliveryAttempt.notification_id == Notification.id
        )
        query = (
            select(Notification.message_id, lost)
            .outerjoin(DeliveryAttempt, unknown)
            .where(Notification.message_id != "")
            .group_by(Notification.id, Notification.message_id)
        )
        return dict(db.session.execute(query).tuples().all())


def copies(listener: MailListener) -> Counter[str]:
    """How often each message arrived, by its Message-ID."""
    return Counter(str(mail["Message-ID"]) for mail in listener.mails)
