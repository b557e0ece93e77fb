"""The sample city: loaded through the services, told apart from a real one, and with something on every page."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select

from tests.builders import sign_in
from tests.conftest import SAMPLE_DAY, settings_in
from tracker import create_app
from tracker.config import Mode
from tracker.core.lights import Light
from tracker.core.terms import TaskState
from tracker.db import OFFICE_ZONE, db
from tracker.demo import documents, story
from tracker.models import Plan, Task, User
from tracker.services.lights import light_of

PAGES = {
    "officer": ("/desk", "/plans", "/plans/1", "/plans/1?view=matrix", "/imports", "/imports/3", "/review", "/overdue",
                "/reports", "/reports/1/2026-10", "/units", "/people", "/inbox", "/tasks/6", "/search?q=实验室"),
    "office_head": ("/desk", "/plans/2", "/review", "/overdue", "/reports/1/2026-10"),
    "leader": ("/desk", "/plans", "/overdue", "/reports/1/2026-10", "/tasks/3"),
    "kjj": ("/desk", "/plans", "/plans/1", "/filing", "/tasks/6", "/inbox"),
    "kjj_head": ("/desk", "/filing", "/tasks/3"),
    "linxi": ("/desk", "/plans/1", "/tasks/5"),
    "admin": ("/desk", "/units", "/people", "/settings"),
    "auditor": ("/audit",),
}  # fmt: skip


def test_the_sample_plan_has_tasks_in_every_light_and_many_states(sample: Flask) -> None:
    with sample.app_context():
        tasks = db.session.scalars(select(Task).where(Task.plan_id == 1)).all()
        assert len(tasks) >= 25
        assert {light_of(task, SAMPLE_DAY) for task in tasks} == set(Light)
        wanted = {TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.CLOSED, TaskState.PENDING_APPROVAL}
        assert wanted <= set(db.session.scalars(select(Task.state)))


@pytest.mark.parametrize(("login", "path"), [(login, path) for login, paths in PAGES.items() for path in paths])
def test_no_page_of_the_sample_is_broken_or_empty(sample: Flask, login: str, path: str) -> None:
    client: FlaskClient = sample.test_client()
    sign_in(client, login, sample.config["PASSWORDS"][login])
    answer = client.get(path)
    assert answer.status_code == 200
    assert 'class="empty"' not in answer.get_data(as_text=True)


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 2, 28), date(2028, 2, 29), date(2026, 12, 31)])
def test_the_sample_documents_are_dated_sensibly_on_any_day(today: date) -> None:
    text = documents.plan_text("plan", today)
    assert "{" not in text
    assert f"{documents.month_shifted(today, -2).year}年{documents.month_shifted(today, -2).month}月底前" in text


def test_the_sample_of_another_day_loads_too(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path, mode=Mode.DEMO))
    with app.app_context():
        upgrade()
        story.load(
            today=date(2027, 3, 1), now=datetime(2027, 3, 1, 9, 0, tzinfo=OFFICE_ZONE), base_url="http://127.0.0.1"
        )
        assert len(db.session.scalars(select(Plan)).all()) == 2
        assert db.session.scalars(select(User).where(User.password_hash != "")).all() == []
        db.engine.dispose()
