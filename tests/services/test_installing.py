"""The first moment of an installation."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_city, a_user, sign_in
from tracker.core.terms import JurisdictionLevel, Role
from tracker.db import transaction
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import AuditEvent, Jurisdiction, User
from tracker.services.calendar import load_calendar
from tracker.services.installing import initialise, reset_from_console
from tracker.services.people import roles_on

ANSWERS = {
    "jurisdiction_name": "云川市",
    "level": JurisdictionLevel.CITY,
    "prefix": "市",
    "office_name": "云川市科技创新领导小组办公室",
    "login_name": "Admin",
    "name": "何清",
    "now": NOW,
}


def test_the_first_administrator_comes_in_with_the_password_printed_once(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        password = initialise(session, **ANSWERS)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    sign_in(browser, "admin", password)
    assert browser.get("/people").headers["Location"] == "/password"


def test_the_first_administrator_keeps_system_and_rights_and_the_working_days_are_there(session: Session) -> None:
    password = initialise(session, **ANSWERS)
    user = session.scalars(select(User)).one()
    assert roles_on(session, user.id, TODAY) == {Role.SYS_ADMIN, Role.SECURITY_ADMIN}
    assert not load_calendar(session).is_provisional(2026)
    assert [password in event.summary for event in session.scalars(select(AuditEvent))] == [False]


def test_a_second_beginning_is_refused(session: Session) -> None:
    initialise(session, **ANSWERS)
    with pytest.raises(Conflict):
        initialise(session, **ANSWERS | {"login_name": "second"})
    assert len(session.scalars(select(Jurisdiction)).all()) == 1


@pytest.mark.parametrize("change", [{"login_name": "a b"}, {"name": " "}, {"jurisdiction_name": ""}])
def test_a_wrong_answer_makes_nothing(session: Session, change: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        initialise(session, **ANSWERS | change)
    assert session.scalars(select(Jurisdiction)).all() == []


def test_a_lost_administrator_gets_a_new_password_on_the_server(session: Session) -> None:
    user = a_user(session, a_city(session), Role.SYS_ADMIN, login_name="admin", failures=3)
    before = user.session_epoch
    assert len(reset_from_console(session, "Admin", now=NOW)) == 14
    assert user.must_change_password and user.session_epoch == before + 1 and user.failures == 0
    with pytest.raises(NotFound):
        reset_from_console(session, "nobody", now=NOW)
