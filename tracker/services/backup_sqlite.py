"""Backups of an SQLite database: a database file of its own, made and put back by SQLite's online backup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from tracker.db import sqlite_module
from tracker.errors import Conflict, Unreadable

MAGIC = b"SQLite format 3\x00"


def write(engine: Engine, out: Path) -> None:
    """Writes a copy of the database as it stands at one instant; others read and write on meanwhile.

    Every page is copied in one step, which is one read transaction: whatever was committed before is in the copy.
    """
    with _connected(engine) as source, _opened(out) as copy:
        source.backup(copy)
        # A file that is carried elsewhere must be whole without a -wal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        _check(copy)


def revision_of(file: Path) -> str:
    """Gives the revision of the structure a backup has. Raises Unreadable for one that is damaged or none of ours."""
    try:
        with _opened(file) as backup:
            _check(backup)
            row = backup.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite_module.DatabaseError as error:
        raise Unreadable("damaged", f"备份文件已损坏，或不是本系统的备份（{error}）。") from error
    if row is None:
        raise Unreadable("foreign", "这不是本系统的备份：其中没有数据库结构版本。")
    return str(row[0])


def put_back(engine: Engine, file: Path) -> None:
    """Makes the database what the backup is, in one transaction. Raises Conflict while somebody else writes."""
    try:
        with _connected(engine) as target, _opened(file) as backup:
            backup.backup(target)
            _check(target)
    except sqlite_module.OperationalError as error:
        raise Conflict(f"数据库正在使用，没有恢复（{error}）。请停止网页服务和定时任务后再试。") from error


@contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    connection = sqlite_module.connect(str(file), isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _check(connection: Any) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise Unreadable("damaged", f"数据库文件已损坏：{found}")
