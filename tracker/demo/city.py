"""Units, groups and people of the sample city."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.terms import JurisdictionLevel, Role, UnitKind
from tracker.models import Jurisdiction, LeaderLink, RoleGrant, Unit, UnitGroup, UnitGroupMember, User
from tracker.services.passwords import hash_password, random_password


def read_data(name: str) -> dict[str, Any]:
    """Gives one of the sample's tables."""
    return tomllib.loads(files("tracker.demo").joinpath(f"{name}.toml").read_text("utf-8"))


def make_city(session: Session, *, since_on: date, now: datetime) -> Jurisdiction:
    """Makes the city with its units, groups and people, whose roles begin on a day. Nobody can sign in yet."""
    data = read_data("people")
    city = Jurisdiction(
        name=data["city"]["name"],
        level=JurisdictionLevel.CITY,
        prefix=data["city"]["prefix"],
        office_name=data["city"]["office"],
    )
    session.add(city)
    session.flush()
    units = _make_units(session, city, data["units"])
    for name, members in data["groups"].items():
        group = UnitGroup(jurisdiction_id=city.id, name=name)
        group.members = [UnitGroupMember(unit_id=units[member].id, since_on=since_on) for member in members]
        session.add(group)
    for person in [*data["people"], *_unnamed_people(data, units)]:
        _make_person(session, city, units, person, since_on=since_on, now=now)
    session.flush()
    return city


def _make_units(session: Session, city: Jurisdiction, kinds: dict[str, list[str]]) -> dict[str, Unit]:
    made = {}
    for kind, names in kinds.items():
        for name in names:
            made[name] = Unit(jurisdiction_id=city.id, name=name, kind=UnitKind(kind), position=len(made))
    session.add_all(made.values())
    session.flush()
    return made


def _unnamed_people(data: dict[str, Any], units: dict[str, Unit]) -> list[dict[str, Any]]:
    """Gives a liaison and a head for every unit that has none named, but for the units nobody signs in for."""
    held = {(person.get("unit"), role) for person in data["people"] for role in person["roles"]}
    names = iter(data["names"]["all"])
    people = []
    for number, unit in enumerate(units, start=1):
        if unit in data["names"]["without_people"]:
            continue
        for role, post, ending in (("liaison", "综合科科长", ""), ("unit_head", "主要负责人", "_head")):
            if (unit, role) not in held:
                login = f"unit{number:02}{ending}"
                people.append({"login": login, "name": next(names), "post": unit + post, "unit": unit, "roles": [role]})
    return people


def _make_person(
    session: Session,
    city: Jurisdiction,
    units: dict[str, Unit],
    person: dict[str, Any],
    *,
    since_on: date,
    now: datetime,
) -> None:
    unit = units[person["unit"]] if "unit" in person else None
    user = User(
        jurisdiction_id=city.id,
        unit_id=unit.id if unit else None,
        login_name=person["login"],
        name=person["name"],
        post=person["post"],
        password_hash="",
        created_at=now,
    )
    session.add(user)
    session.flush()
    session.add_all(RoleGrant(user_id=user.id, role=Role(role), since_on=since_on) for role in person["roles"])
    session.add_all(
        LeaderLink(leader_id=user.id, unit_id=units[name].id, since_on=since_on) for name in person.get("charge_of", [])
    )


def new_passwords(session: Session) -> list[tuple[str, str, str, str]]:
    """Gives every person of the sample a new random password. Gives (sign-in name, password, name, post)."""
    printed = []
    wanted = [person["login"] for person in read_data("people")["people"]]
    for user in session.scalars(select(User).where(User.login_name.in_(wanted)).order_by(User.id)):
        password = random_password()
        user.password_hash = hash_password(password)
        user.failures, user.locked_until_at, user.must_change_password = 0, None, False
        printed.append((user.login_name, password, user.name, user.post))
    return printed
