"""The database: engine, naming of constraints, time, and the only commit and the only clock of the product."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # pragma: no cover - platforms without a wheel fall back to the interpreter's own
    sqlite_module = sqlite3

from tracker.config import Settings

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# SQLite keeps 2 MiB of pages by itself: too little for an index of 100,000 tasks.
CACHE_KIB = 32 * 1024
# The WAL-reset bug stands in 3.7.0 to 3.51.2, mended in 3.51.3 and in these two older lines.
WAL_MENDED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


class Base(DeclarativeBase):
    """Base of all records."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; a naive one is refused, since nobody could say which zone it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utcnow() -> datetime:
    """Gives the present instant, UTC. The only reading of the clock."""
    return datetime.now(UTC)


def office_date(instant: datetime) -> date:
    """Gives the date an instant falls on in the offices this product serves, Asia/Shanghai."""
    return instant.astimezone(OFFICE_ZONE).date()


def is_wal_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite keeps committed data in WAL mode.

    Source: DESIGN 12.2; the WAL-reset bug of 3.7.0 to 3.51.2 and the releases that mend it.
    """
    return version >= WAL_MENDED[0] or any(v[:2] == version[:2] and version >= v for v in WAL_MENDED[1:])


def sqlite_version() -> tuple[int, int, int]:
    """Gives the version of the SQLite library in use."""
    major, minor, patch = (int(part) for part in sqlite_module.sqlite_version.split(".")[:3])
    return major, minor, patch


def engine_options(url: str, settings: Settings) -> dict[str, Any]:
    """Gives the engine options for a database address."""
    if url.startswith("sqlite"):
        return {"module": sqlite_module, "connect_args": {"timeout": settings.busy_timeout_ms / 1000}}
    return {"pool_pre_ping": True}


def install(app: Flask, settings: Settings) -> None:
    """Binds the database to the application and sets what every SQLite connection must have."""
    url = settings.effective_database_url()
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url, settings)
    if url.startswith("sqlite:///"):
        os.makedirs(os.path.dirname(url.removeprefix("sqlite:///")) or ".", exist_ok=True)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)


def prepare_sqlite(engine: Engine) -> None:
    """Makes an SQLite engine durable: own BEGIN, WAL where it is safe, synchronous=FULL, foreign keys."""
    journal = "WAL" if is_wal_safe(sqlite_version()) else "DELETE"

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A read that later writes would be refused as stale; a writer therefore takes its lock at once.
        is_writing = connection.get_execution_options().get("tracker_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def reading() -> Session:
    """Gives the session of this request for reading; whatever is changed through it is never committed."""
    session: Session = db.session()
    return session


_openers: list[Callable[[Session], None]] = []


def on_transaction(opener: Callable[[Session], None]) -> None:
    """Has a function called with the session at the start of every transaction, once however often it is given."""
    if opener not in _openers:
        _openers.append(opener)


@contextmanager
def transaction() -> Iterator[Session]:
    """One act: everything written inside is committed together at the end, or nothing is.

    Gives the session. The edge (web, cli, jobs) owns it; nothing below commits.
    """
    session: Session = db.session()
    session.rollback()
    session.connection(execution_options={"tracker_writes": True})
    try:
        for opener in _openers:
            opener(session)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def snapshot() -> Iterator[Session]:
    """One look: all that is read inside stands as it did at one instant, on either database; nothing is written.

    Gives the session. The edge (jobs) owns it.
    """
    session: Session = db.session()
    session.rollback()
    options = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
    session.connection(execution_options=options)
    try:
        yield session
    finally:
        session.rollback()
