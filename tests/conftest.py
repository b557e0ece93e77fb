"""Machinery of the tests: an application on a database made by the real migrations."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from tracker import create_app
from tracker.config import Mode, Settings
from tracker.db import db, transaction

MUST_NOT_SKIP = os.environ.get("CI") == "true"


def settings_in(folder: Path, **changes: object) -> Settings:
    """Gives test settings that keep everything in one folder."""
    return Settings(**{"mode": Mode.TEST, "data_dir": folder, "secret_key": "s" * 40, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every migration applied and nothing in it."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(settings_in(folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder / "tracker.sqlite3"


@pytest.fixture
def app(migrated_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application with an empty migrated database of its own."""
    shutil.copy(migrated_file, tmp_path / "tracker.sqlite3")
    app = create_app(settings_in(tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A transaction on the database of `app`, rolled back at the end. Not for tests that also use `client`."""
    with app.app_context(), transaction() as session:
        yield session
        session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts that nobody has signed in with."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()
