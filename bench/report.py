"""Measures the monthly report over 100,000 tasks: its snapshot, its text, its page, against its own SQL; and memory.

Run as `python bench/report.py [--tasks 100000]`; exits with 1 when the report misses a bar of DESIGN 11. Time is CPU
time of this process, SQLite included. "Own SQL" is every statement of the report run again on a bare connection, each
row fetched and each row written. Memory is what the process grew by while it made the report.
"""

from __future__ import annotations

import argparse
import pathlib
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import Engine, event, select, text  # noqa: E402

from bench.list_pages import filled  # noqa: E402
from tests import builders  # noqa: E402
from tracker.core.spans import recent_spans  # noqa: E402
from tracker.core.terms import Role, SupervisionKind  # noqa: E402
from tracker.db import db, office_date, transaction, utcnow  # noqa: E402
from tracker.models import User  # noqa: E402
from tracker.services.supervision import Asked, create_report  # noqa: E402
from tracker.services.supervision_content import content  # noqa: E402
from tracker.services.supervision_issuing import proof  # noqa: E402

TIME_BAR, MEMORY_BAR_MB = 2.0, 96
HISTORY = """
INSERT INTO assignment_history (assignment_id, plan_id, task_id, recorded_from_at, recorded_until_at, state, task_state,
  role, is_first_lead, is_filing, extensions,
  due_on, percent, near_on, behind_on, late_on, unknown_on, done_on, report_opens_on, report_missed_on)
SELECT a.id, a.plan_id, a.task_id, '2020-01-01 00:00:00.000000', NULL, a.state, t.state,
  a.role, a.is_first_lead, a.is_filing, a.extensions, COALESCE(a.due_on, t.due_on),
  a.percent, a.near_on, a.behind_on, a.late_on, a.unknown_on, a.done_on, a.report_opens_on, a.report_missed_on
FROM assignment a JOIN task t ON t.id = a.task_id
"""


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any, bool]]]:
    """The statements sent within, with their parameters and whether they were sent for many rows at once."""
    sent: list[tuple[str, Any, bool]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, is_many: bool) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            sent.append((statement, parameters, is_many))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def make() -> None:
    """Drafts the report of the last month on every plan and reads it whole, then leaves nothing of it behind."""
    now = utcnow()
    with transaction() as session:
        officer = builders.acting(session.scalars(select(User).where(User.login_name == "officer")).one(), Role.OFFICER)
        span = recent_spans(office_date(now), 1, 1)[0]
        report = create_report(session, officer, Asked(SupervisionKind.ACCOUNT, span.name), now=now)
        found = proof(session, report)
        read = content(session, report)
        if not found.is_clean or not read.sections:
            raise SystemExit(f"the report is not fit for issue: {found.findings[:3]}")
        session.rollback()


def replay(engine: Engine, sent: list[tuple[str, Any, bool]]) -> None:
    """Sends the statements again and fetches every row, then takes back what they wrote."""
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("BEGIN")
    for statement, parameters, is_many in sent:
        # Rows whose keys are wanted are sent one by one, under the name of many.
        if is_many and isinstance(parameters, list):
            cursor.executemany(statement, parameters)
        else:
            cursor.execute(statement, parameters).fetchall()
    cursor.execute("ROLLBACK")
    raw.close()


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = filled(pathlib.Path(folder), given.tasks)
        with app.app_context():
            with transaction() as session:
                session.execute(text(HISTORY))
            before = peak_mb()
            start = time.process_time()
            make()
            spent = time.process_time() - start
            grown = peak_mb() - before
            with statements(db.engine) as sent:
                make()
            start = time.process_time()
            replay(db.engine, sent)
            own = time.process_time() - start
            db.engine.dispose()
    share = spent / own
    print(
        f"report on {given.tasks:,} tasks: {spent:.1f} s, own SQL {own:.1f} s ({len(sent)} statements), x {share:.2f}"
    )
    print(f"memory grew by {grown:.0f} MB; bars: x <= {TIME_BAR}, <= {MEMORY_BAR_MB} MB")
    return 0 if share <= TIME_BAR and grown <= MEMORY_BAR_MB else 1


if __name__ == "__main__":
    sys.exit(main())
