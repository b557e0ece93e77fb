"""Measures the monthly report over 100,000 tasks: its snapshot, its text, its page, against its own SQL; and memory.

Run as `python bench/report.py [--tasks 100000]`; exits with 1 when the report misses a bar of DESIGN 11. Time is CPU
time of this process, SQLite included. "Own SQL" is every statement of the report run again on a bare connection, each
row fetched and each row written. Memory is what the process grew by while it made the report.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import Engine, event, select, text  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from bench.list_pages import filled  # noqa: E402
from tests import builders  # noqa: E402
from tracker.core.spans import recent_spans  # noqa: E402
from tracker.core.terms import Role, SupervisionKind  # noqa: E402
from tracker.db import db, office_date, transaction, utcnow  # noqa: E402
from tracker.models import SupervisionReport, User  # noqa: E402
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


def draft(session: Session) -> SupervisionReport:
    """Takes the snapshot of the running month on every plan and drafts the report of it."""
    now = utcnow()
    officer = builders.acting(session.scalars(select(User).where(User.login_name == "officer")).one(), Role.OFFICER)
    span = recent_spans(office_date(now), 1, 1)[0]
    return create_report(session, officer, Asked(SupervisionKind.ACCOUNT, span.name), now=now)


def prove(session: Session, report: SupervisionReport) -> None:
    """Reads every row of the snapshot again, counts them, and proves the text."""
    found = proof(session, report)
    if not found.is_clean:
        raise SystemExit(f"the report is not fit for issue: {found.findings[:3]}")


def read(session: Session, report: SupervisionReport) -> None:
    """Puts together what the page and the paper say."""
    if not content(session, report).sections:
        raise SystemExit("the report says nothing")


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


def memory_mb(name: str) -> float:
    """Gives a figure of this process's memory as Linux keeps it: VmRSS now, VmHWM the most since it was reset."""
    lines = pathlib.Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def reset_peak() -> None:
    """Begins the count of the most memory anew."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def measured(engine: Engine, name: str, act: Callable[[], Any]) -> tuple[Any, bool]:
    """Does one act and prints its time beside that of its own SQL. Gives what it gave and whether the bar is held."""
    with statements(engine) as sent:
        start = time.process_time()
        made = act()
        spent = time.process_time() - start
    start = time.process_time()
    replay(engine, sent)
    own = time.process_time() - start
    share = spent / own
    missed = "" if share <= TIME_BAR else "  MISSED"
    print(f"{name:<8}{spent:>8.2f} s{own:>8.2f} s own SQL{len(sent):>6} statements   x {share:.2f}{missed}")
    return made, not missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = filled(pathlib.Path(folder), given.tasks)
        with app.app_context():
            engine = db.engine
            with transaction() as session:
                session.execute(text(HISTORY))
            reset_peak()
            before = memory_mb("VmRSS")
            with transaction() as session:
                report_id = draft(session).id
            grown = memory_mb("VmHWM") - before
            session = db.session()
            report = session.get_one(SupervisionReport, report_id)
            held = [measured(engine, "prove", lambda: prove(session, report))[1]]
            held.append(measured(engine, "read", lambda: read(session, report))[1])
            session.rollback()
            held.append(_drafting(engine))
            engine.dispose()
    print(f"{given.tasks:,} tasks, memory grew by {grown:.0f} MB; bars: x <= {TIME_BAR}, <= {MEMORY_BAR_MB} MB")
    return 0 if all(held) and grown <= MEMORY_BAR_MB else 1


def _drafting(engine: Engine) -> bool:
    """The draft is undone before its statements are sent again."""

    def act() -> None:
        with transaction() as session:
            draft(session)
            session.rollback()

    return measured(engine, "draft", act)[1]


if __name__ == "__main__":
    sys.exit(main())
