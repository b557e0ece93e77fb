"""What an installation stands on, and whether it keeps the promises that data are safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from tracker.db import is_wal_safe, sqlite_version
from tracker.services.calendar import load_calendar

_SQLITE_FULL = "2"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing looked at, in words for the administrator."""

    is_good: bool
    words: str


def conditions(session: Session, *, today: date) -> list[Condition]:
    """Gives what was found: the database and its durability, its migrations, the calendar of this year.

    Source: DESIGN 12.1 and 12.2.
    """
    dialect = session.get_bind().dialect.name
    durable = _sqlite(session) if dialect == "sqlite" else _postgresql(session)
    return [*durable, _migrated(session), _calendar(session, today)]


def _sqlite(session: Session) -> list[Condition]:
    version = sqlite_version()
    journal = session.scalar(text("PRAGMA journal_mode"))
    level = str(session.scalar(text("PRAGMA synchronous")))
    safe = is_wal_safe(version) or journal != "wal"
    name = ".".join(map(str, version))
    return [
        Condition(safe, f"SQLite {name}，日志方式 {journal}"),
        Condition(level == _SQLITE_FULL, f"synchronous={'FULL' if level == _SQLITE_FULL else level}"),
    ]


def _postgresql(session: Session) -> list[Condition]:
    found = []
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        value = session.scalar(text(f"SHOW {name}"))
        found.append(Condition(value == "on", f"PostgreSQL {name}={value}"))
    return found


def _migrated(session: Session) -> Condition:
    if not inspect(session.connection()).has_table("alembic_version"):
        return Condition(False, "数据库还没有建立，请运行 tracker migrate")
    version = session.scalar(text("SELECT version_num FROM alembic_version"))
    return Condition(version is not None, f"数据库结构版本 {version}")


def _calendar(session: Session, today: date) -> Condition:
    if not inspect(session.connection()).has_table("workday_year"):
        return Condition(False, "工作日表还没有建立")
    is_known = not load_calendar(session).is_provisional(today.year)
    return Condition(
        is_known, f"{today.year} 年工作日{'已按国务院通知设置' if is_known else '未设置，暂按周一至周五计'}"
    )
