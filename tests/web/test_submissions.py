"""A form sent twice, or by many at once, has one effect; another body under its id is refused."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import a_city, a_user, sign_in
from tracker.core.terms import Role
from tracker.db import db, transaction, utcnow
from tracker.models import Submission, Unit
from tracker.services.submissions import forget_submissions

ADDED = {"name": "云川市数据局", "kind": "department"}


def a_city_with_an_administrator(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        a_user(session, a_city(session), Role.SYS_ADMIN, login_name="admin")


def units(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Unit)) or 0


def form_id(client: FlaskClient, address: str) -> str:
    page = client.get(address).get_data(as_text=True)
    found = re.findall(r'name="submit_id" value="([^"]+)"', page)
    assert found, page
    return found[-1]


def test_each_form_of_a_page_has_an_id_of_its_own(app: Flask, client: FlaskClient) -> None:
    a_city_with_an_administrator(app)
    sign_in(client, "admin")
    page = client.get("/units/add").get_data(as_text=True)
    ids = re.findall(r'name="submit_id" value="([^"]+)"', page)
    assert ids and len(ids) == len(set(ids))
    assert form_id(client, "/units/add") not in ids


def test_a_form_sent_twice_has_one_effect_and_is_told_so(app: Flask, client: FlaskClient) -> None:
    a_city_with_an_administrator(app)
    sign_in(client, "admin")
    form = ADDED | {"submit_id": form_id(client, "/units/add")}
    assert client.post("/units/add", data=form).status_code == 302
    again = client.post("/units/add", data=form, headers={"Referer": "http://localhost/units/add"})
    assert again.status_code == 303 and again.location == "/units/add"
    assert "没有重复办理" in client.get("/units/add").get_data(as_text=True)
    assert units(app) == 1


def test_without_the_id_the_second_sending_is_an_act_of_its_own(app: Flask, client: FlaskClient) -> None:
    """The control: it is the id that makes the difference, not the name that is taken."""
    a_city_with_an_administrator(app)
    sign_in(client, "admin")
    assert client.post("/units/add", data=ADDED).status_code == 302
    assert client.post("/units/add", data=ADDED).status_code == 422


def test_another_body_under_the_same_id_is_refused(app: Flask, client: FlaskClient) -> None:
    a_city_with_an_administrator(app)
    sign_in(client, "admin")
    sent = form_id(client, "/units/add")
    client.post("/units/add", data=ADDED | {"submit_id": sent})
    answer = client.post("/units/add", data=ADDED | {"name": "云川市文旅局", "submit_id": sent})
    assert answer.status_code == 409 and "内容与上次不同" in answer.get_data(as_text=True)
    assert units(app) == 1


def test_a_form_that_was_refused_can_be_sent_again(app: Flask, client: FlaskClient) -> None:
    a_city_with_an_administrator(app)
    sign_in(client, "admin")
    sent = form_id(client, "/units/add")
    assert client.post("/units/add", data=ADDED | {"name": "", "submit_id": sent}).status_code == 422
    assert client.post("/units/add", data=ADDED | {"submit_id": sent}).status_code == 302
    assert units(app) == 1


def send_at_once(app: Flask, count: int) -> list[int]:
    """Gives the answers of `count` clients of one person that send the same form in the same moment."""
    app.config["WTF_CSRF_ENABLED"] = False
    clients = [app.test_client() for _ in range(count)]
    sign_in(clients[0], "admin")
    form = ADDED | {"submit_id": form_id(clients[0], "/units/add")}
    signed_in = clients[0].get_cookie("session")
    for client in clients[1:]:
        client.set_cookie("session", signed_in.value)
    start, answers = threading.Barrier(count), []

    def send(client: FlaskClient) -> None:
        start.wait()
        answers.append(client.post("/units/add", data=form).status_code)

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_ten_at_once_have_one_effect(app: Flask) -> None:
    a_city_with_an_administrator(app)
    assert send_at_once(app, 10) == [302] + [303] * 9
    assert units(app) == 1


@pytest.mark.postgres
def test_ten_at_once_have_one_effect_on_postgresql(postgres_app: Flask) -> None:
    a_city_with_an_administrator(postgres_app)
    assert send_at_once(postgres_app, 10) == [302] + [303] * 9
    assert units(postgres_app) == 1


def test_ids_are_kept_for_seventy_two_hours(app: Flask, client: FlaskClient) -> None:
    a_city_with_an_administrator(app)
    sign_in(client, "admin")
    client.post("/units/add", data=ADDED | {"submit_id": form_id(client, "/units/add")})
    with app.app_context(), transaction() as session:
        sent_at = session.scalars(select(Submission.sent_at)).one()
        assert datetime(2020, 1, 1, tzinfo=UTC) < sent_at <= utcnow()
        assert forget_submissions(session, now=sent_at + timedelta(hours=72)) == 0
        assert forget_submissions(session, now=sent_at + timedelta(hours=72, seconds=1)) == 1
