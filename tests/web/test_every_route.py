"""Every route there is, tried by everybody: nobody gets in unasked, and nothing falls over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, BaseConverter, Rule

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment, sign_in
from tracker.core.permissions import GRANTS, Permission
from tracker.core.terms import Role
from tracker.db import transaction

FILLINGS = {"IntegerConverter": 1, "RecordId": 1, "UnicodeConverter": "x", "PathConverter": "x"}
# Leaving ends the walk.
LEAVING = "auth.sign_out"


def filling(converter: BaseConverter) -> str | int:
    """A value that fits one part of an address."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return FILLINGS[type(converter).__name__]


def rules(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every own rule with an address that fits it and each of its methods."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint in ("static", "bootstrap.static"):
                continue
            values = {name: filling(each) for name, each in rule._converters.items()}
            address = app.url_map.bind("localhost").build(rule.endpoint, values, method=min(rule.methods or {"GET"}))
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, address, method


def populate(app: Flask) -> Flask:
    """A city with a plan, a task, a duty, and one person of every role who signs in under the role's name."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), transaction() as session:
        city = a_city(session)
        unit = a_unit(session, city, "市科技局")
        users = {
            role: a_user(
                session, city, role, unit if role in (Role.LIAISON, Role.UNIT_HEAD) else None, login_name=role.value
            )
            for role in Role
        }
        task = a_task(session, a_plan(session, city, users[Role.OFFICER]))
        an_assignment(session, task, unit)
    return app


@pytest.fixture
def people(app: Flask, client: FlaskClient) -> Flask:
    """The populated application."""
    return populate(app)


def test_somebody_who_has_not_signed_in_reaches_the_door_and_nothing_else(people: Flask, client: FlaskClient) -> None:
    public = set()
    for rule, address, method in rules(people):
        answer = client.open(address, method=method)
        if people.view_functions[rule.endpoint].permission is Permission.PUBLIC:  # type: ignore[attr-defined]
            public.add(rule.endpoint)
            assert answer.status_code in (200, 404, 422), (rule.endpoint, answer.status_code)
        else:
            assert answer.status_code == 302, (rule.endpoint, method, answer.status_code)
            assert answer.headers["Location"].startswith("/sign-in"), (rule.endpoint, method)
    # A calendar's address is its own proof; "x" proves nothing.
    assert public == {"auth.sign_in", "calendar_feed.feed"}


@pytest.mark.parametrize("role", list(Role))
def test_no_route_falls_over_and_none_lets_in_a_role_it_does_not_name(
    people: Flask, client: FlaskClient, role: Role
) -> None:
    sign_in(client, role.value)
    allowed = GRANTS[role] | {Permission.ACCOUNT, Permission.PUBLIC}
    for rule, address, method in rules(people):
        if rule.endpoint == LEAVING:
            continue
        answer = client.open(address, method=method)
        what = (role.value, rule.endpoint, method, answer.status_code)
        assert answer.status_code < 500, what
        if people.view_functions[rule.endpoint].permission not in allowed:  # type: ignore[attr-defined]
            assert answer.status_code == 403, what
    assert client.get("/password").status_code == 200, "the walk ended early: somebody was signed out on the way"


HOSTILE = (
    "?page=-1",
    "?page=99999999999999999999",
    "?q=%00",
    "?q=%27%22%3C",
    "?page=²&q=" + "长" * 3000,
    "?q[]=1&q[]=2",
    "?sort=__class__",
    "?_method=XYZ&_anchor=x&self=1",
    "?endpoint=x&values=1&plan_id=1&task_id=1&unit_id=1&user_id=1&group_id=1&draft_id=1",
    "?_scheme=javascript&_external=1",
)


def walk_hostile(app: Flask, client: FlaskClient, role: Role) -> None:
    sign_in(client, role.value)
    for rule, address, method in rules(app):
        if method == "GET":
            for query in HOSTILE:
                answer = client.get(address + query)
                assert answer.status_code < 500, (rule.endpoint, query, answer.status_code)
                assert b"javascript:" not in answer.data, (rule.endpoint, query)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SYS_ADMIN, Role.AUDIT_ADMIN, Role.LIAISON])
def test_hostile_addresses_give_no_fault(people: Flask, client: FlaskClient, role: Role) -> None:
    walk_hostile(people, client, role)


@pytest.mark.postgres
def test_hostile_addresses_give_no_fault_on_postgresql(postgres_app: Flask) -> None:
    populate(postgres_app)
    for role in (Role.OFFICER, Role.SYS_ADMIN, Role.AUDIT_ADMIN):
        walk_hostile(postgres_app, postgres_app.test_client(), role)


def test_every_get_leaves_the_database_as_it_was(people: Flask, client: FlaskClient) -> None:
    from sqlalchemy import text

    from tracker.db import db, reading

    def contents() -> dict[str, list[object]]:
        with people.app_context():
            tables = [table.name for table in db.metadata.sorted_tables]
            return {name: [tuple(row) for row in reading().execute(text(f'SELECT * FROM "{name}"'))] for name in tables}

    for role in Role:
        sign_in(client, role.value)
        before = contents()
        for _rule, address, method in rules(people):
            if method == "GET":
                client.get(address)
        assert contents() == before, role
        client.post("/sign-out")
