"""A process that delivers on demand and is killed on demand: `python -m tests.faults.worker` with JSON lines on stdin.

Every order is done by a child that this process forks, so that a kill costs milliseconds. The child works on the
database and the mail server it is given, at the time it is given, and kills itself with SIGKILL at the step it is
given. `without` names a safeguard that is taken out, to show what it is there for.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import false

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("claiming", "claimed", "beginning", "begun", "handed", "marking", "marked")


@dataclass(frozen=True)
class Order:
    """One round of work: until when, and where and how often a step is passed before the kill."""

    now: str
    step: str = ""
    passes: int = 1
    work: str = "deliver"
    without: str = ""


class Workers:
    """The parent of the children, driven by a test."""

    def __init__(self, folder: Path, smtp_url: str, database_url: str = "") -> None:
        environ = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.faults.worker", str(folder), smtp_url, database_url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, cwd=ROOT)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def do(self, *orders: Order) -> list[int]:
        """Lets all orders be done at once, each by a child of its own; gives their ends, -9 for a kill."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([asdict(order) for order in orders]).encode() + b"\n")
        self._process.stdin.flush()
        ends: list[int] = json.loads(self._process.stdout.readline())
        return ends


def main() -> None:
    folder, smtp_url, database_url = sys.argv[1:4]
    from tests.conftest import settings_in
    from tracker import create_app
    from tracker.db import db

    changes = {"smtp_url": smtp_url, "base_url": "http://tracker.test", "database_url": database_url}
    app = create_app(settings_in(Path(folder), **changes, daily_pass_at="00:00"))
    with app.app_context():
        db.engine.dispose()
    for line in sys.stdin:
        children = [_fork(app, Order(**order)) for order in json.loads(line)]
        ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        sys.stdout.write(json.dumps(ends) + "\n")
        sys.stdout.flush()


def _fork(app: Any, order: Order) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _work(app, order)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _work(app: Any, order: Order) -> None:
    from tracker import jobs

    _take_out(order.without)
    begun, began = time.monotonic(), datetime.fromisoformat(order.now)

    def clock() -> datetime:
        return began + timedelta(seconds=time.monotonic() - begun)

    with app.app_context():
        if order.work == "all":
            jobs.remind_if_due(app.config["TRACKER"], clock)
        jobs.deliver(app.config["TRACKER"], clock, _killer(order))


def _killer(order: Order) -> Callable[[str], None]:
    passed = 0

    def on_step(step: str) -> None:
        nonlocal passed
        passed += step == order.step
        if order.step and passed == order.passes:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_step


def _take_out(safeguard: str) -> None:
    from tracker.services import outbox, schedules

    if safeguard == "lease":
        # A claim is for ever: what a dead worker had claimed stays claimed.
        outbox.abandoned = lambda _now: false()
    elif safeguard == "claim":
        # A claim is nothing: everybody takes what others are about to send.
        outbox.abandoned = lambda _now: outbox.Notification.status == outbox.DeliveryStatus.CLAIMED
        outbox._is_held = lambda _row, _claimed: True
    elif safeguard == "mark":
        # What was sent is marked with the next batch, or never.
        outbox.mark_sent = lambda *_a, **_k: None
    elif safeguard == "occurrence":
        schedules.is_due = lambda *_a, **_k: True
        schedules.begin = lambda *_a, **_k: schedules.ScheduleRun()


if __name__ == "__main__":
    main()
