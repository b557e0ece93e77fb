"""Delivery of 10,000 digests to a mail server on this machine, against handing the same mails over with nothing kept.

Holds (DESIGN 11, reminders): everything arrives once. The ratio is what keeping account costs: two committed
transactions a message, by which a kill at any moment loses nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402
from flask_migrate import upgrade  # noqa: E402

from tests.conftest import settings_in  # noqa: E402
from tests.delivery.servers import Script, smtp_server  # noqa: E402
from tests.faults.outboxes import fill, statuses  # noqa: E402
from tracker import create_app, jobs  # noqa: E402
from tracker.core.messages import Message, Recipient  # noqa: E402
from tracker.core.terms import Channel, DeliveryStatus, NoticeKind  # noqa: E402
from tracker.db import db  # noqa: E402
from tracker.delivery.sending import Sending, Ways  # noqa: E402

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)


def handed_over(port: int) -> float:
    """Seconds for the mails alone."""
    to = Recipient("林舟", email="linzhou@yunchuan.test")
    message = Message("<n@t.test>", Channel.SMTP, NoticeKind.URGED, to, "催办", "请查看。", "<p>请查看。</p>")
    began = time.perf_counter()
    with Sending(Ways(f"smtp://127.0.0.1:{port}", "tracker@t.test", frozenset())) as out:
        for _ in range(COUNT):
            out.hand_over(message, now=NOW)
    return time.perf_counter() - began


def delivered(app: Flask) -> float:
    """Seconds for the same out of the outbox."""
    began = time.perf_counter()
    with app.app_context():
        while jobs.deliver(app.config["TRACKER"], lambda: NOW):
            pass
    return time.perf_counter() - began


def main() -> int:
    script = Script()
    with tempfile.TemporaryDirectory() as folder, smtp_server(script) as port:
        plain = handed_over(port)
        script.mails.clear()
        app = create_app(settings_in(Path(folder), smtp_url=f"smtp://127.0.0.1:{port}"))
        with app.app_context():
            upgrade()
            db.engine.dispose()
        fill(app, COUNT, NOW)
        kept = delivered(app)
        is_whole = statuses(app) == {DeliveryStatus.SENT: COUNT} and len(script.mails) == COUNT
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    rate = COUNT / kept
    print(f"{COUNT} mails: {plain:.1f} s handed over, {kept:.1f} s out of the outbox ({rate:.0f} a second)")
    print(f"ratio {kept / plain:.1f}; {'every mail arrived once' if is_whole else 'MAILS ARE MISSING OR DOUBLE'}")
    return 0 if is_whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
