"""People loaded from a filled-in sheet: all of it or nothing; the same sheet again changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core import names
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import Role
from tracker.documents.sheets import Column, SheetRow
from tracker.models import Unit, User
from tracker.services.people import roles_on
from tracker.services.people_records import PersonFacts, add_person, fact_problems
from tracker.services.people_rights import UNIT_ROLES, grant_role, refuse_joined_duties
from tracker.services.registry import meaning_of
from tracker.services.sheet_load import Loaded, Loading, begin, finish

COLUMNS = (
    Column("name", ("姓名",), is_required=True),
    Column("login_name", ("登录名", "账号", "用户名"), is_required=True),
    Column("unit", ("单位", "所在单位", "单位名称")),
    Column("post", ("职务", "职务职级")),
    Column("phone", ("联系电话", "电话", "手机")),
    Column("email", ("电子邮箱", "邮箱")),
    Column("roles", ("角色",)),
)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody added, with the first password, which is kept nowhere."""

    name: str
    login_name: str
    unit: str
    password: str


@dataclass(slots=True)
class _People:
    """Who is known by sign-in name, and the keys of the units named so far."""

    known: dict[str, User]
    units: dict[str, int] = field(default_factory=dict)


def load_people(
    session: Session, actor: Actor, data: bytes, *, separates_duties: bool = False, now: datetime
) -> Loaded[NewPerson]:
    """Writes the people of a sheet; an empty cell leaves what stands, roles are only ever added.

    Raises WrongSheet naming every wrong cell, Unreadable for what is no sheet. Nothing is written then, provided
    the caller's transaction ends with the refusal.
    """
    load, sheet = begin(session, actor, data, COLUMNS, what="人员", now=now)
    known = session.scalars(select(User).where(User.jurisdiction_id == actor.jurisdiction_id))
    people = _People({user.login_name: user for user in known})
    _check_login_names(load, people, sheet.rows)
    for row in sheet.rows:
        _check_row(load, people, row)
    load.stop_if_wrong()
    added, changed = [], []
    for row in sheet.rows:
        user = people.known.get(row.cells["login_name"])
        if user is None:
            added.append(_add(load, people, row))
        elif _change(load, people, row, user):
            changed.append(user.name)
    if separates_duties:
        names = [row.cells["login_name"] for row in sheet.rows]
        for user in session.scalars(select(User).where(User.login_name.in_(names))):
            refuse_joined_duties(session, user, on=load.today)
    words = "从表格导入人员：新增 {added} 人，修改 {changed} 人"
    return finish(load, sheet, "person.load", added, changed, words=words)


def _check_login_names(load: Loading, people: _People, rows: list[SheetRow]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        name = row.cells["login_name"] = row.cells["login_name"].lower()
        if name in seen:
            load.refuse(row, "login_name", f"“{name}”与第 {seen[name]} 行重复")
        elif name not in people.known and _is_taken(load, name):
            load.refuse(row, "login_name", f"登录名“{name}”已被使用，请换一个")
        seen.setdefault(name, row.number)


def _is_taken(load: Loading, login_name: str) -> bool:
    return load.session.scalar(select(User.id).where(User.login_name == login_name)) is not None


def _check_row(load: Loading, people: _People, row: SheetRow) -> None:
    for key, problem in fact_problems(_facts(load, people, row)).items():
        load.refuse(row, key, problem)
    unit = row.cells.get("unit", "")
    if unit and _unit_id(load, people, unit) is None:
        load.refuse(row, "unit", f"“{unit[:30]}”不在单位库中，请先在“单位”页面建立，或改用库中的名称")
    user = people.known.get(row.cells["login_name"])
    if user is not None and user.left_on is not None and user.left_on <= load.today:
        load.refuse(row, "login_name", f"{user.name}已离任，不能从表格修改")
    _check_roles(load, row, user)


def _check_roles(load: Loading, row: SheetRow, user: User | None) -> None:
    labels = names.split_names(row.cells.get("roles", ""))
    unknown = [label for label in labels if label not in {role.label for role in Role}]
    if unknown:
        load.refuse(
            row, "roles", f"“{'、'.join(unknown)[:40]}”不是规定的角色，应为：{'、'.join(r.label for r in Role)}"
        )
        return
    fresh = _fresh_roles(load, row, user)
    if fresh and not load.actor.may(Permission.RIGHTS_EDIT):
        load.refuse(row, "roles", "角色由安全管理员授予，请留空")
    elif fresh and user is not None and user.id == load.actor.user_id:
        load.refuse(row, "roles", "不能给自己授予角色")
    has_unit = bool(row.cells.get("unit")) or (user is not None and user.unit_id is not None)
    if UNIT_ROLES & set(fresh) and not has_unit:
        load.refuse(row, "unit", "单位联络员、单位负责人须填写单位")


def _fresh_roles(load: Loading, row: SheetRow, user: User | None) -> list[Role]:
    wanted = set(names.split_names(row.cells.get("roles", "")))
    held = roles_on(load.session, user.id, load.today) if user is not None else frozenset()
    return [role for role in Role if role.label in wanted and role not in held]


def _unit_id(load: Loading, people: _People, name: str) -> int | None:
    name = names.folded(name)
    if name not in people.units:
        people.units[name] = meaning_of(load.session, load.actor.jurisdiction_id, name) or 0
    unit = load.session.get(Unit, people.units[name])
    is_alive = unit is not None and (unit.ended_on is None or unit.ended_on > load.today)
    return people.units[name] if is_alive else None


def _facts(load: Loading, people: _People, row: SheetRow) -> PersonFacts:
    unit = row.cells.get("unit", "")
    return PersonFacts(
        name=row.cells["name"],
        login_name=row.cells["login_name"],
        unit_id=_unit_id(load, people, unit) if unit else None,
        post=row.cells.get("post", ""),
        phone=row.cells.get("phone", ""),
        email=row.cells.get("email", ""),
    )


def _add(load: Loading, people: _People, row: SheetRow) -> NewPerson:
    user, password = add_person(load.session, load.actor, _facts(load, people, row), now=load.now)
    _grant(load, row, user, _fresh_roles(load, row, user))
    return NewPerson(user.name, user.login_name, row.cells.get("unit", ""), password)


def _change(load: Loading, people: _People, row: SheetRow, user: User) -> bool:
    facts = _facts(load, people, row)
    values = {"name": facts.name, "unit_id": facts.unit_id, "post": facts.post, "phone": facts.phone}
    values["email"] = facts.email
    fresh = _fresh_roles(load, row, user)
    differing = {name: value for name, value in values.items() if value and getattr(user, name) != value}
    for name, value in differing.items():
        setattr(user, name, value)
    load.session.flush()
    _grant(load, row, user, fresh)
    return bool(differing or fresh)


def _grant(load: Loading, row: SheetRow, user: User, roles: list[Role]) -> None:
    for role in roles:
        grant_role(load.session, load.actor, user, role, since_on=load.today, until_on=None, now=load.now)
