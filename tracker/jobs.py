"""The worker: what is due stands in the database, and a tick every few seconds asks it.

The ticks are counted by a clock that nobody can set, so that a wrong date stops nothing. What is done, by whom and
whether at all, is decided by rows and their unique keys; any number of workers may run.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
import time as elapsed
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError

from tracker import db
from tracker.config import Settings, SettingsError
from tracker.core import auditchain
from tracker.core.clock import Clock
from tracker.core.origins import named_origins
from tracker.delivery import DeliveryFailed
from tracker.delivery.sending import Sending, Ways
from tracker.services import boards, cycles, leading, outbox, reconciling, reminding, schedules, sealing
from tracker.services.submissions import forget_submissions

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)
TICK_SECONDS = 10
# Several times within a lease, so that one that is missed costs nothing.
HEARTBEAT_SECONDS = 5
# A worker that has not come on for so long is stuck: it no longer says that it works.
STUCK_SECONDS = 600
HEADS = "audit-head.log"
Now = Callable[[], datetime]
Step = Callable[[str], None]


def _unwatched(_step: str) -> None:
    """Nobody watches the steps."""


# The daily pass


def remind_if_due(settings: Settings, clock: Now = db.utcnow) -> int | None:
    """Does today's reminder pass once its time has come. Gives the number of digests, None where it is not due."""
    now = clock()
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


# Delivery


def ways_of(settings: Settings) -> Ways:
    """Gives the ways out that the settings name. Raises SettingsError for an address that is none."""
    sender = settings.mail_from or f"tracker@{urlsplit(settings.base_url).hostname or 'localhost'}"
    try:
        return Ways(settings.smtp_url, sender, named_origins(settings.channel_hosts))
    except ValueError as error:
        raise SettingsError(f"TRACKER_CHANNEL_HOSTS: {error} is not an address such as https://host:port") from error


def deliver(settings: Settings, clock: Now = db.utcnow, on_step: Step = _unwatched) -> int:
    """Sends what is due, batch by batch. Gives how many messages were handed over. No transaction is open meanwhile."""
    ways, count = ways_of(settings), 0
    while True:
        with db.transaction() as session:
            has_mail = bool(settings.smtp_url)
            batch = outbox.claim(session, now=clock(), base_url=settings.base_url, has_mail=has_mail)
            on_step("claiming")
        on_step("claimed")
        with Sending(ways) as out:
            sent = _deliver_batch(batch, out, clock, on_step)
        count += sent
        # A batch of which nothing went is left to a later tick: trouble is not asked again at once.
        if len(batch) < outbox.BATCH or not sent:
            return count


def _deliver_batch(batch: list[outbox.Claimed], out: Sending, clock: Now, on_step: Step) -> int:
    waiting: dict[tuple[str, str], list[outbox.Claimed]] = {}
    for claimed in batch:
        waiting.setdefault((claimed.message.channel, claimed.message.door.address), []).append(claimed)
    return sum(_deliver_through(way, out, clock, on_step) for way in waiting.values())


def _deliver_through(waiting: list[outbox.Claimed], out: Sending, clock: Now, on_step: Step) -> int:
    """Hands over what goes one way. Once the way itself is in trouble, the rest goes back untried."""
    count = 0
    for place, claimed in enumerate(waiting):
        failure = _deliver_one(claimed, out, clock, on_step)
        if failure is None:
            count += 1
        elif failure.is_shared:
            log.warning("%s: %s", claimed.message.channel, failure.cause)
            with db.transaction() as session:
                outbox.release(session, waiting[place + 1 :], wait=failure.wait, now=clock())
            break
    return count


def _deliver_one(claimed: outbox.Claimed, out: Sending, clock: Now, on_step: Step) -> DeliveryFailed | None:
    with db.transaction() as session:
        attempt_id = outbox.begin(session, claimed, now=clock())
        on_step("beginning")
    on_step("begun")
    if attempt_id is None:
        return DeliveryFailed("")
    try:
        out.hand_over(claimed.message, now=clock())
    except DeliveryFailed as failure:
        on_step("refused")
        told = outbox.Failure(failure.cause, failure.is_final, failure.wait)
        with db.transaction() as session:
            outbox.mark_failed(session, attempt_id, told, now=clock())
            on_step("marking")
        on_step("marked")
        return failure
    on_step("handed")
    with db.transaction() as session:
        outbox.mark_sent(session, attempt_id, now=clock())
        on_step("marking")
    on_step("marked")
    return None


# The seal of the trail


def seal(settings: Settings, clock: Now = db.utcnow) -> int:
    """Seals what was written to the trail, batch by batch, and keeps the end of the chain outside the database too."""
    count = 0
    while True:
        with db.transaction() as session:
            sealed = sealing.seal(session, now=clock())
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


def supervise(_settings: Settings, clock: Now = db.utcnow) -> int:
    """Drafts the reports of periods that are over and brings the dashboards up to date. Gives how many drafts."""
    now, drafted = clock(), 0
    with db.transaction() as session:
        cycle_ids, board_ids = cycles.due_cycles(session, now=now), boards.due_boards(session, now=now)
    for cycle_id in cycle_ids:
        with contextlib.suppress(IntegrityError), db.transaction() as session:
            drafted += cycles.draft_due(session, cycle_id, now=now) is not None
    for jurisdiction_id in board_ids:
        with contextlib.suppress(IntegrityError), db.transaction() as session:
            boards.bring_up(session, jurisdiction_id, now=now)
    return drafted


# Ticks


def tidy(_settings: Settings, clock: Now = db.utcnow) -> int:
    """Gives back what a worker that is gone had claimed, and forgets forms sent long ago. Gives how many messages."""
    with db.transaction() as session:
        forget_submissions(session, now=clock())
        return outbox.give_back(session, now=clock())


def reconcile(_settings: Settings, clock: Now = db.utcnow, on_step: Step = _unwatched) -> int:
    """Looks whether the records agree with each other, some tasks at a time. Gives how many things do not."""
    tally = reconciling.Tally()
    after_id: int | None = 0
    while after_id is not None:
        with db.snapshot() as session:
            after_id = reconciling.compare_tasks(session, tally, after_id=after_id)
        on_step("compared")
    with db.snapshot() as session:
        reconciling.compare_messages(session, tally, now=clock())
    with contextlib.suppress(IntegrityError), db.transaction() as session:
        reconciling.keep(session, tally, now=clock())
    for finding in tally.findings:
        log.error("jurisdiction %d: %s, %d", finding.jurisdiction_id, finding.drift.value, finding.count)
    return sum(finding.count for finding in tally.findings)


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work and how many seconds lie between two times it is looked at, 0 for every tick."""

    name: str
    run: Callable[[Settings, Now, Step], object]
    every_seconds: int = 0


JOBS = (
    Job("seal", lambda settings, clock, _step: seal(settings, clock)),
    Job("remind", lambda settings, clock, _step: remind_if_due(settings, clock)),
    Job("deliver", deliver),
    Job("supervise", lambda settings, clock, _step: supervise(settings, clock)),
    # Before the sweep, which would put right what is to be found.
    Job("reconcile", reconcile, 900),
    Job("tidy", lambda settings, clock, _step: tidy(settings, clock), 900),
)


@dataclass
class Worker:
    """One process of `tracker jobs`: it leads or stands by, and says that it is there.

    `clock` is what the product takes for the time; the ticks themselves go by one that cannot be set.
    """

    app: Flask
    clock: Now = db.utcnow
    jobs: tuple[Job, ...] = JOBS
    holder: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
    stop: threading.Event = field(default_factory=threading.Event)
    leads: threading.Event = field(default_factory=threading.Event)
    _came_on_at: float = field(default_factory=elapsed.monotonic)
    _looked_at: dict[str, float] = field(default_factory=dict)
    _election: leading.Election | None = None

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        settings: Settings = self.app.config["TRACKER"]
        return settings

    def run(self) -> None:
        """Ticks until it is told to stop."""
        ways_of(self.settings)
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        heart.start()
        while not self.stop.is_set():
            self.tick()
            self.stop.wait(TICK_SECONDS)
        heart.join(HEARTBEAT_SECONDS)
        self._end()

    def tick(self) -> None:
        """Does everything that is due now, where this worker leads; a fault is logged and the next tick tries again."""
        for job in self.jobs:
            if not self.leads.is_set() or self.stop.is_set():
                return
            if elapsed.monotonic() - self._looked_at.get(job.name, -float(job.every_seconds)) < job.every_seconds:
                continue
            self._looked_at[job.name] = elapsed.monotonic()
            with self.app.app_context():
                try:
                    job.run(self.settings, self.clock, self._come_on)
                except Exception:
                    log.exception("%s failed", job.name)
            self._come_on(job.name)

    def beat(self) -> None:
        """Takes or renews the lead, unless the work is stuck; puts right what a clock set back has left."""
        if elapsed.monotonic() - self._came_on_at > STUCK_SECONDS:
            log.error("no progress for %d seconds: the lead is left to another worker", STUCK_SECONDS)
            self._lose()
            return
        with self.app.app_context():
            try:
                standing = self._hold()
            except IntegrityError:
                return
            except Exception:
                log.exception("the lead cannot be held")
                self._lose()
                return
        if not standing.leads:
            self._lose()
        elif not self.leads.is_set():
            log.info("%s leads", self.holder)
            self._come_on("leads")
            self.leads.set()

    def _hold(self) -> leading.Standing:
        now = self.clock()
        self._election = self._election or leading.Election(db.db.engine)
        is_elected = self._election.is_won()
        with db.transaction() as session:
            standing = leading.hold(session, self.holder, is_elected=is_elected, now=now)
            if standing.leads and standing.clock is Clock.WENT_BACK:
                log.warning("the clock was set back: what was written for later is due now")
                outbox.rewind(session, now=now)
                schedules.rewind(session, now=now)
        if standing.clock is Clock.LEAPT:
            log.error("the clock has leapt to %s: nothing is done until `tracker jobs --accept-clock`", now)
        return standing

    def _beat(self) -> None:
        while not self.stop.is_set():
            self.beat()
            self.stop.wait(HEARTBEAT_SECONDS)

    def _come_on(self, _step: str) -> None:
        self._came_on_at = elapsed.monotonic()

    def _lose(self) -> None:
        if self.leads.is_set():
            log.warning("%s no longer leads", self.holder)
        self.leads.clear()

    def _end(self) -> None:
        self.leads.clear()
        with self.app.app_context(), db.transaction() as session:
            leading.let_go(session, self.holder, now=self.clock())
        if self._election is not None:
            self._election.resign()


def accept_clock(app: Flask) -> None:
    """Takes the time as it is now for right, however long nothing was heard of a worker."""
    with app.app_context(), db.transaction() as session:
        leading.accept_clock(session, now=db.utcnow())


def run(app: Flask) -> None:
    """Works until SIGTERM or SIGINT."""
    worker = Worker(app)

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    worker.run()
