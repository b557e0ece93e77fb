"""The worker: APScheduler is only a tick; what is due stands in the database."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import time
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import IntegrityError

from tracker import db
from tracker.config import Settings
from tracker.core.terms import Channel
from tracker.delivery import DeliveryFailed, smtp
from tracker.services import outbox, reminding, schedules

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)
TICK_SECONDS = 20


def remind_if_due(settings: Settings) -> int | None:
    """Does today's reminder pass once its time has come. Gives the number of digests, None where it is not due."""
    now = db.utcnow()
    with db.transaction() as session:
        if not schedules.is_due(session, schedules.REMINDERS, now=now, at=time.fromisoformat(settings.daily_pass_at)):
            return None
        try:
            run = schedules.begin(session, schedules.REMINDERS, db.office_date(now), now=now)
        except IntegrityError:
            session.rollback()
            return None
        count = reminding.run_pass(session, now=now, base_url=settings.base_url)
        run.outcome = f"{count} 人"
    log.info("reminders of %s: %d digests", db.office_date(now), count)
    return count


def deliver(settings: Settings) -> int:
    """Sends what is due, one batch. Gives how many messages were handed over. No transaction is open meanwhile."""
    if not settings.smtp_url:
        return 0
    with db.transaction() as session:
        claimed = outbox.claim(session, now=db.utcnow(), domain=urlsplit(settings.base_url).hostname or "localhost")
    return sum(_deliver_one(settings, message) for message in claimed)


def _deliver_one(settings: Settings, message: outbox.Outgoing) -> bool:
    assert message.channel is Channel.SMTP  # noqa: S101 - the inbox needs no delivery
    body = f"{message.body}\n\n{settings.base_url}{message.link}" if message.link else message.body
    mail = smtp.Mail(message.name, message.address, message.subject, body, message.message_id)
    try:
        smtp.send(
            mail, smtp_url=settings.smtp_url, sender=settings.mail_from or _default_sender(settings), now=db.utcnow()
        )
    except DeliveryFailed as failure:
        with db.transaction() as session:
            outbox.mark_failed(
                session, message.notification_id, cause=failure.cause, is_final=failure.is_final, now=db.utcnow()
            )
        return False
    with db.transaction() as session:
        outbox.mark_sent(session, message.notification_id, now=db.utcnow())
    return True


def _default_sender(settings: Settings) -> str:
    return f"tracker@{urlsplit(settings.base_url).hostname or 'localhost'}"


def tick(app: Flask) -> None:
    """Does everything that is due now; a fault is logged and the next tick tries again."""
    settings: Settings = app.config["TRACKER"]
    jobs: tuple[Callable[[Settings], object], ...] = (remind_if_due, deliver)
    with app.app_context():
        for job in jobs:
            try:
                job(settings)
            except Exception:
                log.exception("%s failed", job.__name__)


def run(app: Flask) -> None:
    """Ticks until SIGTERM or SIGINT."""
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(tick, "interval", [app], seconds=TICK_SECONDS, misfire_grace_time=None, coalesce=True)
    scheduler.start()
    tick(app)
    stop.wait()
    scheduler.shutdown(wait=True)
