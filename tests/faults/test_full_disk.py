"""A full disk and a database held by somebody else: a clear refusal, nothing half-written, well again at once."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from tests.builders import sign_in
from tests.conftest import settings_in
from tests.web.test_every_route import populate
from tracker import create_app
from tracker.db import db, reading, sqlite_module
from tracker.models import AuditEvent, ProgressReport

REPORT = {"row": "1", "1-progress": "已完成选址。", "1-percent": "10", "1-version": "0", "act": "keep"}


@pytest.fixture
def people(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    populate(app)
    return app


def written(app: Flask) -> tuple[int, int]:
    """How many reports and how many events there are."""
    with app.app_context():
        reports, events = (reading().scalar(select(func.count()).select_from(m)) for m in (ProgressReport, AuditEvent))
    return reports or 0, events or 0


class FullDisk:
    """Lets the file of an engine grow no further: each new connection may add no page."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        event.listen(engine, "checkout", self._limit)
        self.is_full = True

    def _limit(self, connection: Any, *_rest: Any) -> None:
        cursor = connection.cursor()
        pages = cursor.execute("PRAGMA page_count").fetchone()[0] if self.is_full else 2**30
        cursor.execute(f"PRAGMA max_page_count={pages}")
        cursor.close()

    def freed(self) -> None:
        self.is_full = False


def test_a_full_disk_is_said_and_leaves_nothing_half_written(people: Flask, client: FlaskClient) -> None:
    sign_in(client, "liaison")
    before = written(people)
    with people.app_context():
        disk = FullDisk(db.engine)
    evidence = {"1-files": (BytesIO(b"%PDF-1.7" + b"x" * 200_000), "佐证.pdf")}
    answer = client.post("/filing", data=REPORT | evidence)
    assert answer.status_code == 503
    assert "磁盘" in answer.get_data(as_text=True)
    assert written(people) == before
    assert client.get("/filing").status_code == 200, "reading goes on"
    disk.freed()
    assert client.post("/filing", data=REPORT).status_code == 302
    assert written(people)[0] == before[0] + 1
    with people.app_context():
        assert reading().connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_database_held_by_somebody_else_is_said(migrated_file: Path, tmp_path: Path) -> None:
    (tmp_path / "tracker.sqlite3").write_bytes(migrated_file.read_bytes())
    app = create_app(settings_in(tmp_path, busy_timeout_ms=100))
    app.config["WTF_CSRF_ENABLED"] = False
    populate(app)
    client = app.test_client()
    sign_in(client, "liaison")
    other = sqlite_module.connect(str(tmp_path / "tracker.sqlite3"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = client.post("/filing", data=REPORT)
    assert answer.status_code == 503
    assert "暂时无法" in answer.get_data(as_text=True)
    assert client.get("/filing").status_code == 200
    other.execute("ROLLBACK")
    other.close()
    assert client.post("/filing", data=REPORT).status_code == 302
    with app.app_context():
        db.engine.dispose()
