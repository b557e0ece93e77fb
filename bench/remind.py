"""The reminder pass over many open duties: time and the most memory it took, and that a second pass tells nothing.

Usage: python bench/remind.py [duties]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from tests.builders import a_city, a_plan, a_task, a_unit, a_user
from tests.conftest import settings_in
from tracker import create_app
from tracker.core.terms import AssignmentState, DutyRole, Role
from tracker.db import transaction
from tracker.models import Assignment, Notification, ReminderMark
from tracker.services.calendar import seed_workdays
from tracker.services.reminding import run_pass

UNITS = 500
# A Wednesday on which two thirds of the duties are near or late.
NOW = datetime(2026, 6, 10, 1, tzinfo=UTC)


def fill(count: int) -> None:
    """Writes `count` open duties of 500 units, each with a liaison and a head, due over three years."""
    with transaction() as session:
        seed_workdays(session)
        city = a_city(session)
        officer = a_user(session, city, Role.OFFICER)
        a_user(session, city, Role.OFFICE_HEAD)
        units = [a_unit(session, city, f"第{n}局").id for n in range(UNITS)]
        for n, unit_id in enumerate(units):
            for role in (Role.LIAISON, Role.UNIT_HEAD):
                user = a_user(session, city, role, login_name=f"{role}-{n}")
                user.unit_id = unit_id
        plan = a_plan(session, city, officer)
        tasks = [
            a_task(session, plan, number=f"{n}.", position=n, due_on=date(2025, 6, 1) + timedelta(days=n % 1000))
            for n in range(count // 50)
        ]
        session.flush()
        for task in tasks:
            session.execute(insert(Assignment), [duty(task, units[(task.id * 50 + n) % UNITS], n) for n in range(50)])


def duty(task, unit_id: int, n: int) -> dict:  # type: ignore[no-untyped-def,type-arg]
    """One open duty, the first of a task its lead, one in ten not acknowledged."""
    is_lead, is_issued = n == 0, n % 10 == 9
    return {
        "task_id": task.id,
        "plan_id": task.plan_id,
        "jurisdiction_id": task.jurisdiction_id,
        "unit_id": unit_id,
        "role": DutyRole.LEAD if is_lead else DutyRole.RESPONSIBLE,
        "is_first_lead": is_lead,
        "is_filing": is_lead,
        "state": AssignmentState.ISSUED if is_issued else AssignmentState.IN_PROGRESS,
        "issued_on": date(2025, 1, 6),
        "acknowledged_on": None if is_issued else date(2025, 1, 8),
    }


def main(count: int) -> None:
    """Prints seconds, peak memory and messages of a first pass, and what a second one tells."""
    app = create_app(settings_in(Path(tempfile.mkdtemp())))
    with app.app_context():
        upgrade()
        fill(count)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, worked = time.perf_counter(), time.process_time()
        with transaction() as session:
            told = run_pass(session, now=NOW, base_url="http://tracker.test")
        took, worked = time.perf_counter() - started, time.process_time() - worked
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        with transaction() as session:
            marks = session.scalar(select(func.count()).select_from(ReminderMark))
            messages = session.scalar(select(func.count()).select_from(Notification))
            again = run_pass(session, now=NOW + timedelta(minutes=1), base_url="http://tracker.test")
    print(
        f"{count} open duties: {took:.1f} s (bar 30; {worked:.1f} s of work), {grown:.0f} MB more, {told} told, ",
        end="",
    )
    print(f"{messages} messages, {marks} marks; a second pass tells {again}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
