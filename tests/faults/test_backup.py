"""A backup made while people write holds all that was acknowledged before it began, and is proven by restoring it."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tests.test_cli import SECRET, tracker
from tracker.core.terms import Role
from tracker.db import db, reading, transaction, utcnow
from tracker.models import Assignment, AuditEvent, Task, Unit, User
from tracker.services import audit, sealing


def populate(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            city = a_city(session)
            task = a_task(session, a_plan(session, city, a_user(session, city, Role.OFFICER, login_name="jingban")))
            unit = a_unit(session, city, '市科技局\t"\\N\n')
            an_assignment(session, task, unit)
            unit.parent_id = a_unit(session, city, "市政府").id
        with transaction() as session:
            sealing.seal(session, now=utcnow())
        db.session.remove()


def while_writing(app: Flask, act: Callable[[], object]) -> tuple[int, int]:
    """Does something while writers write; gives how many writes were acknowledged before it began and in the end."""
    acknowledged, is_over, has_begun = [0], threading.Event(), threading.Event()
    lock = threading.Lock()

    def write() -> None:
        with app.app_context():
            while not is_over.is_set():
                with transaction() as session:
                    audit.record(session, None, "task.write", None, summary="并发写入", now=utcnow())
                with lock:
                    acknowledged[0] += 1
                    if acknowledged[0] > 20:
                        has_begun.set()
            db.session.remove()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        assert has_begun.wait(60)
        before = acknowledged[0]
        act()
    finally:
        is_over.set()
        for writer in writers:
            writer.join(60)
    return before, acknowledged[0]


def run(folder: Path, *words: str, **settings: str) -> str:
    done = tracker(folder, *words, TRACKER_SECRET_KEY=SECRET, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def written(session: object) -> int:
    query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "task.write")
    return session.scalar(query) or 0  # type: ignore[attr-defined]


def test_a_backup_under_load_is_restored_whole_on_another_machine(app: Flask, tmp_path: Path) -> None:
    populate(app)
    out, other = tmp_path / "backup.sqlite3", tmp_path / "other"
    before, after = while_writing(app, lambda: run(tmp_path, "backup", "--out", str(out)))
    assert out.stat().st_mode & 0o077 == 0 and not Path(f"{out}.part").exists()
    assert not Path(f"{out}-wal").exists()
    assert "已用" in run(other, "restore", str(out))
    restored = sqlite3.connect(other / "tracker.sqlite3")
    (count,) = restored.execute("SELECT count(*) FROM audit_event WHERE action = 'task.write'").fetchone()
    assert before <= count <= after and after > before
    assert restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert restored.execute("PRAGMA foreign_key_check").fetchall() == []
    assert restored.execute("SELECT count(*) FROM assignment").fetchone() == (1,)
    restored.close()
    assert "未发现改动" in run(other, "audit", "verify")
    assert tracker(other, "check", TRACKER_SECRET_KEY=SECRET).returncode in (0, 1)


def test_a_database_in_use_is_replaced_only_when_asked_and_is_kept_beside(app: Flask, tmp_path: Path) -> None:
    populate(app)
    out = tmp_path / "backup.sqlite3"
    run(tmp_path, "backup", "--out", str(out))
    again = tracker(tmp_path, "backup", "--out", str(out), TRACKER_SECRET_KEY=SECRET)
    assert again.returncode == 2 and "已经存在" in again.stderr
    with app.app_context():
        with transaction() as session:
            a_user(session, session.get_one(User, 1).jurisdiction, Role.OFFICER, login_name="later")
        db.session.remove()
    refused = tracker(tmp_path, "restore", str(out), TRACKER_SECRET_KEY=SECRET)
    assert refused.returncode == 2 and "--replace" in refused.stderr
    assert "已另存到" in run(tmp_path, "restore", str(out), "--replace")
    # The server that was running all the while reads what was restored.
    with app.app_context():
        assert list(reading().scalars(select(User.login_name))) == ["jingban"]
        assert reading().scalars(select(AuditEvent.action)).all()[-1] == "installation.restore"
        assert reading().scalar(text("PRAGMA journal_mode")) == "wal"
        db.session.remove()
    (aside,) = tmp_path.glob("before-restore-*.sqlite3")
    kept = sqlite3.connect(aside)
    assert kept.execute("SELECT count(*) FROM user").fetchone() == (2,)
    kept.close()


def test_what_is_no_good_backup_is_refused_and_changes_nothing(app: Flask, tmp_path: Path) -> None:
    populate(app)
    good, torn, foreign = tmp_path / "good", tmp_path / "torn", tmp_path / "foreign"
    run(tmp_path, "backup", "--out", str(good))
    newer = tmp_path / "newer"
    shutil.copy(good, newer)
    changed = sqlite3.connect(newer)
    with changed:
        changed.execute("UPDATE alembic_version SET version_num = '9999'")
    changed.close()
    torn.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    foreign.write_bytes(b"not a backup")
    for file, words in (
        (torn, "损坏"),
        (foreign, "不是本系统的备份"),
        (newer, "更新的版本"),
        (tmp_path / "none", "无法打开"),
    ):
        refused = tracker(tmp_path, "restore", str(file), "--replace", TRACKER_SECRET_KEY=SECRET)
        assert refused.returncode == 2 and words in refused.stderr, refused.stderr
    with app.app_context():
        assert reading().scalar(select(func.count()).select_from(AuditEvent)) == 0
        db.session.remove()
    assert not list(tmp_path.glob("before-restore-*"))


@pytest.mark.postgres
def test_a_backup_of_postgresql_under_load_is_restored_into_an_empty_database(
    postgres_app: Flask, tmp_path: Path
) -> None:
    populate(postgres_app)
    postgres_url = postgres_app.config["TRACKER"].database_url
    out, here = tmp_path / "backup.zip", {"TRACKER_DATABASE_URL": postgres_url}
    before, after = while_writing(postgres_app, lambda: run(tmp_path, "backup", "--out", str(out), **here))
    refused = tracker(tmp_path, "restore", str(out), "--replace", TRACKER_SECRET_KEY=SECRET, **here)
    assert refused.returncode == 2 and "createdb" in refused.stderr
    there = {"TRACKER_DATABASE_URL": an_empty_database(postgres_app, postgres_url)}
    torn = tmp_path / "torn.zip"
    without_a_table(out, torn)
    assert tracker(tmp_path, "restore", str(torn), TRACKER_SECRET_KEY=SECRET, **there).returncode == 2
    run(tmp_path, "restore", str(out), **there)
    other = with_database(there["TRACKER_DATABASE_URL"], tmp_path)
    with other.app_context():
        session = reading()
        assert before <= written(session) <= after and after > before
        assert session.scalars(select(Unit.name).where(Unit.parent_id.is_not(None))).one() == '市科技局\t"\\N\n'
        assert session.scalars(select(Assignment)).one().task.plan.tasks == [session.scalars(select(Task)).one()]
        db.session.remove()
        with transaction() as writing:
            # A number drawn after the restore is a new one.
            a_user(writing, writing.get_one(User, 1).jurisdiction, Role.OFFICER, login_name="later")
        db.session.remove()
        db.engine.dispose()


def an_empty_database(app: Flask, url: str) -> str:
    with app.app_context():
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("DROP DATABASE IF EXISTS restored"))
        connection.execute(text("CREATE DATABASE restored"))
        connection.close()
    address, _, query = url.partition("?")
    return address.rpartition("/")[0] + "/restored" + (f"?{query}" if query else "")


def with_database(url: str, folder: Path) -> Flask:
    from tests.conftest import settings_in
    from tracker import create_app

    return create_app(settings_in(folder, database_url=url))


def without_a_table(whole: Path, torn: Path) -> None:
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(torn, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"" if name == "unit.copy" else old.read(name))
