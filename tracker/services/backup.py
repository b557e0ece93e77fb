"""Backing up a whole database to one file while it is used, and putting it back.

Attachments and source documents are kept in the database, so one file holds everything but the settings.
Source: DESIGN 12.7.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType

from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from tracker.errors import Conflict, Unreadable
from tracker.services import audit, backup_postgresql, backup_sqlite

_KINDS: dict[str, ModuleType] = {"sqlite": backup_sqlite, "postgresql": backup_postgresql}


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was looked through: the kind of database it is of, and the revision of its structure."""

    file: Path
    dialect: str
    revision: str


def write_backup(engine: Engine, out: Path) -> int:
    """Writes the database to a file, whole or not at all. Gives its size in bytes.

    Raises Conflict where there is a file already: the last good backup is never written over.
    """
    if out.exists():
        raise Conflict(f"文件 {out} 已经存在，没有备份。请换一个文件名。")
    partial = out.with_name(out.name + ".part")
    partial.unlink(missing_ok=True)
    try:
        # Passwords' hashes and everybody's telephone numbers are in it.
        partial.touch(mode=0o600)
        _KINDS[engine.dialect.name].write(engine, partial)
        _settle(partial)
        os.replace(partial, out)
        _settle(out.parent)
    except OSError as error:
        raise Unreadable("unwritable", f"无法写入备份文件 {out}：{error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return out.stat().st_size


def read_backup(engine: Engine, file: Path) -> Backup:
    """Gives what a backup is, read through once. Raises Unreadable for a damaged, foreign or unfitting one."""
    try:
        with open(file, "rb") as opened:
            head = opened.read(16)
    except OSError as error:
        raise Unreadable("unopened", f"无法打开文件 {file}：{error.strerror}") from error
    dialect = next((name for name, kind in _KINDS.items() if head.startswith(kind.MAGIC)), None)
    if dialect is None:
        raise Unreadable("foreign", f"文件 {file} 不是本系统的备份。")
    if dialect != engine.dialect.name:
        raise Unreadable("unfitting", f"这是 {dialect} 数据库的备份，当前设置的数据库是 {engine.dialect.name}。")
    return Backup(file, dialect, _KINDS[dialect].revision_of(file))


def holds_people(engine: Engine) -> bool:
    """Whether somebody works with the database: it has people in it."""
    if not inspect(engine).has_table("user"):
        return False
    with engine.connect() as connection:
        return connection.execute(text('SELECT 1 FROM "user" LIMIT 1')).first() is not None


def put_back(engine: Engine, backup: Backup) -> None:
    """Makes the database what the backup is. On PostgreSQL its tables must stand empty in the backup's revision."""
    _KINDS[backup.dialect].put_back(engine, backup.file)


def record_restore(session: Session, backup: Backup, *, now: datetime) -> None:
    """Leaves an event that the database comes from a backup: what was done since that was made is not in it."""
    summary = f"从备份恢复：{backup.file.name}，其后的数据不在库中"
    audit.record(session, None, "installation.restore", None, summary=summary, now=now, revision=backup.revision)


def _settle(path: Path) -> None:
    """Waits until what was written is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
