"""Coming in and going out, and who is kept out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import PASSWORD, a_city, a_user, sign_in
from tracker.core.terms import Role
from tracker.db import reading, transaction
from tracker.models import AuditEvent, User
from tracker.services.sign_in import LockRule, begin_attempt
from tracker.web.auth import local_path

NEW_PASSWORD = "Qinglan-Shuiku-88"


@pytest.fixture
def officer(app: Flask) -> int:
    """The id of an officer with the sign-in name "jingban"."""
    with app.app_context(), transaction() as session:
        return a_user(session, a_city(session), Role.OFFICER, login_name="jingban", name="林经办").id


def set_on(app: Flask, user_id: int, **fields: object) -> None:
    with app.app_context(), transaction() as session:
        for name, value in fields.items():
            setattr(session.get_one(User, user_id), name, value)


def kept(app: Flask, user_id: int) -> User:
    with app.app_context():
        user = reading().get_one(User, user_id)
        reading().expunge(user)
        return user


def attempt(client: FlaskClient, login_name: str, password: str, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", data={"login_name": login_name, "password": password, **more})


def test_the_right_password_opens_the_door_and_leaves_an_event(client: FlaskClient, app: Flask, officer: int) -> None:
    assert client.get("/password").status_code == 302
    sign_in(client, "jingban")
    assert client.get("/password").status_code == 200
    with app.app_context():
        assert reading().scalar(select(func.count()).where(AuditEvent.action == "account.sign_in")) == 1


def test_an_unknown_name_a_wrong_password_and_a_locked_account_get_the_same_answer(
    client: FlaskClient, app: Flask, officer: int
) -> None:
    answers = [attempt(client, "jingban", "wrong-1"), attempt(client, "nobody", "wrong-1")]
    set_on(app, officer, locked_until_at=datetime.now(UTC) + timedelta(minutes=5))
    answers.append(attempt(client, "jingban", PASSWORD))
    varying = re.compile(r'name="(?:csrf_token|submit_id)" value="[^"]*"|jingban|nobody')
    texts = {varying.sub("", answer.get_data(as_text=True)) for answer in answers}
    assert {a.status_code for a in answers} == {422} and len(texts) == 1


def test_five_failures_lock_the_account_even_against_the_right_password(
    client: FlaskClient, app: Flask, officer: int
) -> None:
    for _ in range(5):
        assert attempt(client, "jingban", "wrong-1").status_code == 422
    assert attempt(client, "jingban", PASSWORD).status_code == 422
    assert kept(app, officer).locked_until_at is not None


def test_a_lock_that_has_run_out_gives_the_full_number_of_attempts(
    client: FlaskClient, app: Flask, officer: int
) -> None:
    set_on(app, officer, failures=5, locked_until_at=datetime.now(UTC) - timedelta(minutes=1))
    for _ in range(4):
        attempt(client, "jingban", "wrong-1")
    assert attempt(client, "jingban", PASSWORD).status_code == 302


def test_a_right_password_forgives_the_failures_before_it(client: FlaskClient, app: Flask, officer: int) -> None:
    for _ in range(4):
        attempt(client, "jingban", "wrong-1")
    sign_in(client, "jingban")
    assert kept(app, officer).failures == 0 and kept(app, officer).locked_until_at is None


def test_somebody_who_has_left_cannot_sign_in_and_an_open_session_ends(
    client: FlaskClient, app: Flask, officer: int
) -> None:
    sign_in(client, "jingban")
    set_on(app, officer, left_on=datetime(2026, 1, 1, tzinfo=UTC).date())
    assert client.get("/password").status_code == 302
    assert attempt(client, "jingban", PASSWORD).status_code == 422


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "evil.example",
        "",
        "http:///evil.example",
        "/%0d%0aSet-Cookie:x\r\n",
    ],
)
def test_the_way_on_never_leaves_the_product(client: FlaskClient, officer: int, address: str) -> None:
    answer = attempt(client, "jingban", PASSWORD, next=address)
    assert answer.status_code == 302 and answer.headers["Location"] == "/"


def test_the_way_on_is_the_page_that_was_asked_for(client: FlaskClient, officer: int) -> None:
    asked = client.get("/password?x=1")
    assert asked.headers["Location"] == "/sign-in?next=/password?x%3D1"
    assert attempt(client, "jingban", PASSWORD, next="/password?x=1").headers["Location"] == "/password?x=1"
    assert local_path("/tasks/3?a=//b") == "/tasks/3?a=//b"


def test_a_long_password_and_control_characters_are_refused_without_a_fault(client: FlaskClient, officer: int) -> None:
    assert attempt(client, "jingban", PASSWORD + "x" * 100_000).status_code == 422
    assert attempt(client, "jing\x00ban", PASSWORD).status_code == 400
    assert attempt(client, "j" * 9000, PASSWORD).status_code == 422


def test_signing_out_ends_a_stolen_cookie_as_well(client: FlaskClient, app: Flask, officer: int) -> None:
    sign_in(client, "jingban")
    stolen = client.get_cookie("session")
    assert stolen is not None and client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 302
    thief = app.test_client()
    thief.set_cookie("session", stolen.value)
    assert thief.get("/password").status_code == 302


def test_the_session_before_signing_in_is_not_carried_into_it(client: FlaskClient, officer: int) -> None:
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
    sign_in(client, "jingban")
    with client.session_transaction() as renewed:
        assert "planted" not in renewed


def test_a_form_without_its_token_is_refused_and_a_lost_session_leads_to_the_door(app: Flask, officer: int) -> None:
    strict = app.test_client()
    answer = strict.post("/sign-in", data={"login_name": "jingban", "password": PASSWORD})
    assert answer.status_code == 302 and answer.headers["Location"] == "/sign-in?expired=1"
    lost = strict.post("/password", data={}, headers={"Referer": "http://localhost/tasks/4/file"})
    assert lost.headers["Location"] == "/sign-in?expired=1&next=/tasks/4/file"
    foreign = strict.post("/password", data={}, headers={"Referer": "http://evil.example/tasks"})
    assert foreign.headers["Location"] == "/sign-in?expired=1"


def test_a_person_with_a_reset_password_sees_nothing_before_changing_it(
    client: FlaskClient, app: Flask, officer: int
) -> None:
    set_on(app, officer, must_change_password=True)
    sign_in(client, "jingban")
    assert client.get("/inbox").headers["Location"] == "/password"
    fields = {"present": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert client.post("/password", data=fields).status_code == 302
    assert client.get("/inbox").status_code == 200
    assert attempt(app.test_client(), "jingban", PASSWORD).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"password": "short-1"},
        {"password": "alllowercaseletters"},
        {"password": "my-jingban-2026"},
        {"password": PASSWORD},
        {"again": "Another-Password-1"},
        {"present": "wrong-1"},
        {"password": "Aa1-" + "x" * 300},
    ],
)
def test_a_weak_repeated_or_unproven_password_is_refused(
    client: FlaskClient, officer: int, change: dict[str, str]
) -> None:
    sign_in(client, "jingban")
    fields = {"present": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD} | change
    if "password" in change:
        fields["again"] = change["password"]
    answer = client.post("/password", data=fields)
    assert answer.status_code == 422 and "aria-invalid" in answer.get_data(as_text=True)


def test_changing_the_password_ends_the_other_sessions(client: FlaskClient, app: Flask, officer: int) -> None:
    elsewhere = app.test_client()
    sign_in(client, "jingban")
    sign_in(elsewhere, "jingban")
    client.post("/password", data={"present": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert client.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 302


def test_an_idle_session_ends(client: FlaskClient, app: Flask, officer: int) -> None:
    sign_in(client, "jingban")
    assert client.get("/password").status_code == 200
    app.permanent_session_lifetime = timedelta(seconds=-1)
    assert client.get("/password").headers["Location"].startswith("/sign-in")


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(app: Flask, officer: int) -> None:
    rule = LockRule(5, 30)
    with app.app_context(), transaction() as session:
        now = datetime.now(UTC)
        known = begin_attempt(session, "jingban", rule=rule, now=now, address="")
        unknown = begin_attempt(session, "nobody", rule=rule, now=now, address="")
    assert known.password_hash.split("$")[:4] == unknown.password_hash.split("$")[:4]
    assert not unknown.is_right("nobody has this password")


def test_the_brake_stops_a_flood_of_guesses(client: FlaskClient, app: Flask, officer: int) -> None:
    # Hourly, so that the test does not depend on how fast this machine is.
    app.config["SIGN_IN_LIMIT"] = "5 per hour"
    codes = [attempt(client, "", "").status_code for _ in range(7)]
    assert codes == [422] * 5 + [429] * 2


@pytest.mark.parametrize("role", Role)
def test_everybody_lands_on_the_desk_and_can_open_all_that_the_top_of_the_page_offers(
    app: Flask, client: FlaskClient, role: Role
) -> None:
    with app.app_context(), transaction() as session:
        a_user(session, a_city(session), role, login_name="somebody")
    sign_in(client, "somebody")
    assert client.get("/").headers["Location"] == "/desk"
    top = client.get("/desk").get_data(as_text=True).partition("<main")[0]
    offered = set(re.findall(r'(?:href|action)="(/[a-z][a-z/-]*)"', top)) - {"/sign-out"}
    assert {"/desk", "/inbox", "/password"} <= offered
    assert {path: client.get(path).status_code for path in offered} == dict.fromkeys(offered, 200)
