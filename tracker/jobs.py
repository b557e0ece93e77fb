"""The worker: APScheduler is only a tick; what is due stands in the database."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import IntegrityError

from tracker import db
from tracker.config import Settings
from tracker.core import auditchain
from tracker.core.messages import Message, Recipient
from tracker.core.terms import Channel, NoticeKind
from tracker.delivery import DeliveryFailed, sending
from tracker.services import boards, cycles, outbox, reminding, schedules, sealing

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)
TICK_SECONDS = 20
HEADS = "audit-head.log"


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
    ways = sending.Ways(settings.smtp_url, settings.mail_from or _default_sender(settings), frozenset())
    with sending.Sending(ways) as out:
        return sum(_deliver_one(settings, message, out) for message in claimed)


def _deliver_one(settings: Settings, message: outbox.Outgoing, out: sending.Sending) -> bool:
    body = f"{message.body}\n\n{settings.base_url}{message.link}" if message.link else message.body
    to = Recipient(message.name, email=message.address)
    mail = Message(message.message_id, Channel.SMTP, NoticeKind.SYSTEM, to, message.subject, body)
    try:
        out.hand_over(mail, now=db.utcnow())
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


def seal(settings: Settings) -> int:
    """Seals what was written to the trail, batch by batch, and keeps the end of the chain outside the database too."""
    count = 0
    while True:
        with db.transaction() as session:
            sealed = sealing.seal(session, now=db.utcnow())
            head = sealing.head(session)
        if head is not None:
            keep_head(settings.data_dir / HEADS, head)
        count += sealed
        if sealed < sealing.BATCH:
            return count


def keep_head(path: Path, head: auditchain.Head) -> None:
    """Appends the end of the chain to the file of heads, unless its last line says so already."""
    line = head.line().encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - len(line) * 4, 0))
        tail = file.read()
        if tail.endswith(line):
            return
        # A line that a power cut left half-written is taken off; only whole lines count.
        torn = len(tail) - (tail.rfind(b"\n") + 1)
        if torn:
            file.truncate(end - torn)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def kept_heads(path: Path) -> Iterator[auditchain.Head | None]:
    """Gives what each line of the file of heads holds, None for a line that holds none; ends where the file ends now.

    Raises OSError where there is no such file.
    """
    return _heads(path, path.stat().st_size)


def _heads(path: Path, left: int) -> Iterator[auditchain.Head | None]:
    with open(path, "rb") as file:
        for line in file:
            left -= len(line)
            if left < 0 or not line.endswith(b"\n"):
                return
            yield auditchain.parse_head(line.decode("utf-8", "replace").rstrip("\n"))


def supervise(_settings: Settings) -> int:
    """Drafts the reports of periods that are over and brings the dashboards up to date. Gives how many drafts."""
    now, drafted = db.utcnow(), 0
    with db.transaction() as session:
        cycle_ids, board_ids = cycles.due_cycles(session, now=now), boards.due_boards(session, now=now)
    for cycle_id in cycle_ids:
        with contextlib.suppress(IntegrityError), db.transaction() as session:
            drafted += cycles.draft_due(session, cycle_id, now=now) is not None
    for jurisdiction_id in board_ids:
        with contextlib.suppress(IntegrityError), db.transaction() as session:
            boards.bring_up(session, jurisdiction_id, now=now)
    return drafted


def tick(app: Flask) -> None:
    """Does everything that is due now; a fault is logged and the next tick tries again."""
    settings: Settings = app.config["TRACKER"]
    jobs: tuple[Callable[[Settings], object], ...] = (seal, remind_if_due, deliver, supervise)
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
