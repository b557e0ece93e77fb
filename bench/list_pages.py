"""Measures the list pages at 100,000 tasks: own SQL, an empty page, number of queries, and the same at 1,000 tasks.

Run as `python bench/list_pages.py [--tasks 100000]`; exits with 1 when a page misses a bar of DESIGN 11. Time is CPU
time of this process, SQLite included, so that other work on the machine does not count. "Own SQL" is the page's own
statements run again on a bare connection, every row fetched. An empty page is a page of the same person's without
rows. Queries are all of a request's, those asking who is there included. In both databases a unit answers for 100 to
1,000 duties, one in ten of them late: a larger jurisdiction has more units as well.

What is compared between the two databases is the same page as full: a list of 20 plans, of 50 late duties of one
unit, of all a unit files or of 50 hits costs more than one of five rows in a database of any size, and that is not
growth. So the small jurisdiction has its tasks in more and smaller plans beside the one of 500, one unit that is named
in every third task, one that leads every tenth, and as many tasks with the rare words as the large one. The four costs
of a page are measured by turns, since a neighbour on the machine slows CPU time itself: a slow second then falls on
all of them.
"""

from __future__ import annotations

import argparse
import pathlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, cycle
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from flask_migrate import upgrade  # noqa: E402
from sqlalchemy import Connection, Engine, event, insert  # noqa: E402

from tests import builders  # noqa: E402
from tracker import create_app  # noqa: E402
from tracker.config import Mode, Settings  # noqa: E402
from tracker.core.terms import (  # noqa: E402
    AssignmentState,
    Channel,
    DeliveryStatus,
    DueBasis,
    DutyRole,
    NoticeKind,
    ReportStatus,
    Role,
    TaskKind,
    TaskState,
)
from tracker.db import Base, db, office_date, transaction, utcnow  # noqa: E402
from tracker.models import ProgressReport, Task  # noqa: E402
from tracker.models.search import SEARCHED, keep_searchable  # noqa: E402
from tracker.services.calendar import seed_workdays  # noqa: E402

SMALL = 1_000
PLAN_SIZES = (500, 300, 100, 60, 40, 2_000)
SMALL_PLAN_SIZES = (500, 100, 60, 40, *(15,) * 20)
DUTIES = 3
# One unit is named in every third task of the small jurisdiction, so that its page of the board is full as well.
BUSY_UNIT = 2
# The liaison's unit leads every tenth task there, so that its filing page is full too.
FILING_UNIT, FILING_SHARE = 1, 10
# So many tasks hold the rare words, whatever the size.
RARE = 100
TIMES = 25
SQL_BAR, QUERY_BAR, GROWTH_BAR = 3.0, 8, 1.5
ROLES = (DutyRole.LEAD, DutyRole.RESPONSIBLE, DutyRole.COOPERATING)
NAMES = {Role.OFFICER: "officer", Role.LEADER: "leader", Role.LIAISON: "liaison"}
EMPTY_PAGE = "/search"
PAGES = (
    ("desk of a unit", Role.LIAISON, "/desk"),
    ("desk of the office", Role.OFFICER, "/desk"),
    ("desk of a leader", Role.LEADER, "/desk"),
    ("overdue board", Role.LEADER, "/overdue"),
    ("overdue, one unit", Role.LEADER, f"/overdue?unit={BUSY_UNIT}"),
    ("overdue, by plan", Role.OFFICER, "/overdue?group=plan"),
    ("plans", Role.OFFICER, "/plans"),
    ("plans of a unit", Role.LIAISON, "/plans"),
    ("plan of 500 tasks", Role.OFFICER, "/plans/1"),
    ("plan of 500, a unit's", Role.LIAISON, "/plans/1"),
    ("filing", Role.LIAISON, "/filing"),
    ("inbox", Role.LIAISON, "/inbox"),
    ("search, common word", Role.OFFICER, "/search?q=产业园"),
    ("search, rare words", Role.OFFICER, "/search?q=量子+冰川"),
)
LIGHTS = ("done_on", "late_on", "unknown_on", "behind_on", "near_on")


class City:
    """Fills an empty database with one jurisdiction of so many tasks; the same every time but for today's date."""

    def __init__(self, tasks: int, today: date) -> None:
        self.tasks = tasks
        self.units = 30 if tasks <= SMALL else 300
        self.today = today
        self.chance = random.Random(7)
        self.ids = count(1)
        self.liaison_id = 0

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def fill(self, session: Any) -> None:
        seed_workdays(session)
        place = builders.a_city(session)
        units = [builders.a_unit(session, place, f"云川市第{n}局") for n in range(1, self.units + 1)]
        people = {
            role: builders.a_user(session, place, role, units[0] if role is Role.LIAISON else None, login_name=name)
            for role, name in NAMES.items()
        }
        self.liaison_id = people[Role.LIAISON].id
        sizes, left, nth = cycle(SMALL_PLAN_SIZES if self.tasks <= SMALL else PLAN_SIZES), self.tasks, 0
        while left:
            size, nth = min(next(sizes), left), nth + 1
            title = f"云川市第{nth}号计划"
            plan = builders.a_plan(session, place, people[Role.OFFICER], title=title, issued_on=self.day(-nth))
            self._plan(session, plan.id, size)
            left -= size
        self._messages(session)

    def _plan(self, session: Any, plan_id: int, size: int) -> None:
        rows: dict[str, list[dict[str, Any]]] = {"task": [], "assignment": [], "progress_report": []}
        for position in range(size):
            lights = self._lights()
            task = self._task(plan_id, position, lights)
            rows["task"].append(task)
            first = self.chance.randrange(self.units)
            for place in range(DUTIES):
                duty = self._duty(task, place, self._unit(position, first, place), lights)
                rows["assignment"].append(duty)
                if place == 0 and self.chance.random() < 0.8:
                    rows["progress_report"].append(self._report(duty))
        for table, values in rows.items():
            session.execute(insert(Base.metadata.tables[table]), values)
        for model, table in ((Task, "task"), (ProgressReport, "progress_report")):
            keep_searchable(session.connection(), SEARCHED[model], rows[table])

    def _unit(self, position: int, first: int, place: int) -> int:
        """The unit of a duty: by chance, three different ones to a task."""
        unit_id = 1 + (first + place * 7) % self.units
        if self.tasks > SMALL:
            return unit_id
        # By place: who is named there in this task besides chance, and must then not be named a second time.
        named = {1: BUSY_UNIT} if position % 3 == 0 else {0: FILING_UNIT} if position % FILING_SHARE == 1 else {}
        return named.get(place) or (self.units if unit_id in named.values() else unit_id)

    def _lights(self) -> dict[str, date | None]:
        draw, back, ahead = self.chance.random(), -self.chance.randrange(1, 200), self.chance.randrange(30, 400)
        if draw < 0.10:
            known = {"late_on": back, "near_on": back - 9, "behind_on": back - 30}
        else:
            known = {"late_on": ahead, "near_on": ahead - 10, "behind_on": ahead - 20}
        if 0.10 <= draw < 0.15:
            known["behind_on"] = back
        elif 0.15 <= draw < 0.20:
            known["near_on"] = -2
        elif 0.20 <= draw < 0.40:
            known = {"done_on": back}
        days = {name: self.day(offset) for name, offset in known.items()}
        return {name: days.get(name) for name in LIGHTS}

    def _task(self, plan_id: int, position: int, lights: dict[str, date | None]) -> dict[str, Any]:
        number = next(self.ids)
        thing = "量子冰川站" if number % (self.tasks // RARE) == 0 else "产业园" if number % 3 else "数据中心"
        title = f"建设第{number}号{thing}"
        due_on = (lights["late_on"] or self.today) - timedelta(days=1)
        is_done = lights["done_on"] is not None
        return {
            **{"id": number, "plan_id": plan_id, "jurisdiction_id": 1, "position": position, "number": f"{position}."},
            **{"kind": TaskKind.TASK, "title": title, "text": f"{title}。年内完成一期工程，培育企业20家以上。" * 3},
            **{"state": TaskState.CLOSED if is_done else TaskState.IN_PROGRESS, "original_due_on": due_on},
            **{"due_on": due_on, "due_basis": DueBasis.PRINTED, "issued_on": self.day(-300), "milestones": []},
            **{"closed_on": lights["done_on"], **lights},
        }

    def _duty(self, task: dict[str, Any], place: int, unit_id: int, lights: dict[str, date | None]) -> dict[str, Any]:
        state = AssignmentState.ISSUED if self.chance.random() < 0.02 else AssignmentState.IN_PROGRESS
        state = AssignmentState.DONE if lights["done_on"] else state
        owes = state is AssignmentState.IN_PROGRESS and place == 0
        return {
            **{"id": task["id"] * DUTIES + place, "task_id": task["id"], "plan_id": task["plan_id"]},
            **{"jurisdiction_id": 1, "unit_id": unit_id, "role": ROLES[place], "is_first_lead": place == 0},
            **{"is_filing": place == 0, "report_opens_on": self.today.replace(day=1) if owes else None},
            **{"is_filing": place == 0},
            **{"position": place, "printed": f"第{unit_id}局", "state": state, "original_due_on": task["due_on"]},
            **{"issued_on": self.day(-300), "acknowledged_on": self.day(-290), "last_filed_on": self.day(-40)},
            **{"percent": self.chance.randrange(100), **lights},
        }

    def _report(self, duty: dict[str, Any]) -> dict[str, Any]:
        filed = utcnow() - timedelta(days=40)
        status = ReportStatus.SUBMITTED if self.chance.random() < 0.02 else ReportStatus.PASSED
        return {
            **{
                "id": duty["id"],
                "assignment_id": duty["id"],
                "jurisdiction_id": 1,
                "period": f"{filed:%Y-%m}",
                "status": status,
            },
            **{"progress": "一期主体结构封顶，设备采购完成招标，入驻企业12家。", "percent": duty["percent"]},
            **{"filed_by_id": self.liaison_id, "filed_at": filed},
        }

    def _messages(self, session: Any) -> None:
        now = utcnow()
        rows = [
            {
                **{"user_id": self.liaison_id, "channel": Channel.INBOX, "day_on": self.today, "topic": f"task:{n}"},
                **{"kind": NoticeKind.DIGEST, "subject": f"今日待办{n}", "body": "请抓紧办理。", "due_at": now},
                **{"status": DeliveryStatus.SENT, "created_at": now - timedelta(minutes=n), "read_at": None},
            }
            for n in range(60 if self.tasks <= SMALL else 5_000)
        ]
        session.execute(insert(Base.metadata.tables["notification"]), rows)


@dataclass(frozen=True)
class Cost:
    """What one page costs, in milliseconds of CPU."""

    page: float
    own_sql: float
    empty: float
    queries: int

    @property
    def share(self) -> float:
        return self.page / (self.own_sql + self.empty)

    def missed(self, growth: float) -> list[str]:
        """The bars this page does not hold."""
        is_missed = {
            "time": self.share > SQL_BAR,
            "queries": self.queries > QUERY_BAR,
            "growth": growth > GROWTH_BAR,
        }
        return [name for name, missed in is_missed.items() if missed]


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements sent within, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement != "BEGIN":
            sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def milliseconds(acts: Sequence[Callable[[], None]]) -> list[float]:
    """The least of several runs of each act, the acts by turns, in milliseconds of CPU."""
    least = [float("inf")] * len(acts)
    for _ in range(TIMES):
        for place, act in enumerate(acts):
            start = time.process_time()
            act()
            least[place] = min(least[place], time.process_time() - start)
    return [seconds * 1000 for seconds in least]


def get(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")


@dataclass(frozen=True)
class Site:
    """An application on a database of so many tasks, with a signed-in client for each role."""

    app: Flask
    clients: dict[Role, FlaskClient]

    def queries_of(self, role: Role, address: str) -> list[tuple[str, Any]]:
        """Gives the statements of a page, after a first call of it."""
        with self.app.app_context():
            engine = db.engine
        get(self.clients[role], address)
        with statements(engine) as sent:
            get(self.clients[role], address)
        return sent


def cost(small: Site, large: Site, role: Role, address: str) -> tuple[Cost, float]:
    """Measures one page of the large database. Gives also what it costs on the small one."""
    sent = large.queries_of(role, address)
    small.queries_of(role, address)
    with large.app.app_context():
        raw = db.engine.raw_connection()
    cursor = raw.cursor()

    def replay() -> None:
        for statement, parameters in sent:
            cursor.execute(statement, parameters).fetchall()

    acts = [
        lambda: get(large.clients[role], address),
        replay,
        lambda: get(large.clients[role], EMPTY_PAGE),
        lambda: get(small.clients[role], address),
    ]
    page, own_sql, empty, before = milliseconds(acts)
    raw.close()
    return Cost(page, own_sql, empty, len(sent)), before


def filled(folder: pathlib.Path, tasks: int) -> Flask:
    """Gives an application on a new database of so many tasks."""
    app = create_app(Settings(mode=Mode.TEST, data_dir=folder, secret_key="s" * 40))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        upgrade()
        with transaction() as session:
            City(tasks, office_date(utcnow())).fill(session)
    return app


@contextmanager
def site(tasks: int) -> Iterator[Site]:
    """A site on a new database of so many tasks."""
    with tempfile.TemporaryDirectory() as folder:
        app = filled(pathlib.Path(folder), tasks)
        clients = {role: app.test_client() for role in NAMES}
        for role, name in NAMES.items():
            builders.sign_in(clients[role], name)
        yield Site(app, clients)
        with app.app_context():
            db.engine.dispose()


def report(small: Site, large: Site, only: str, tasks: int) -> bool:
    """Measures every page and prints a line for each. Gives whether all bars are held."""
    head = f"{'page':<24}{'ms':>8}{'own SQL':>9}{'empty':>7}{'at 1,000':>10}{'queries':>9}{'x sum':>7}{'x 1,000':>9}"
    print(f"{head}  at {tasks:,} tasks")
    is_held = True
    for name, role, address in PAGES:
        if only not in name:
            continue
        many, before = cost(small, large, role, address)
        growth = many.page / before
        missed = many.missed(growth)
        line = f"{name:<24}{many.page:>8.1f}{many.own_sql:>9.1f}{many.empty:>7.1f}{before:>10.1f}{many.queries:>9}"
        print(f"{line}{many.share:>7.2f}{growth:>9.2f}  {'MISSED ' + ', '.join(missed) if missed else ''}")
        is_held &= not missed
    print(f"bars: x sum <= {SQL_BAR}, queries <= {QUERY_BAR}, x 1,000 <= {GROWTH_BAR}")
    return is_held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--only", default="", help="part of the name of the pages to measure")
    given = parser.parse_args()
    start = time.monotonic()
    with site(SMALL) as small, site(given.tasks) as large:
        is_held = report(small, large, given.only, given.tasks)
    print(f"measured in {time.monotonic() - start:.0f} s")
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
