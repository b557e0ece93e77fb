"""People's records: adding and editing them, new passwords, locks. Roles are granted in `people_rights`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import Role
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Unit, User
from tracker.services import audit
from tracker.services.passwords import hash_random_password, random_password
from tracker.services.people import roles_on
from tracker.services.registry import is_phone

_LOGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{2,39}")
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Until far beyond any plan: a lock by hand ends only when it is taken off.
_FOR_GOOD = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is typed about a person."""

    name: str
    login_name: str
    unit_id: int | None = None
    post: str = ""
    phone: str = ""
    email: str = ""


def find_person(session: Session, actor: Actor, user_id: int) -> User:
    """Gives a person of the actor's jurisdiction. Raises NotFound otherwise."""
    user = session.scalar(select(User).where(User.id == user_id, User.jurisdiction_id == actor.jurisdiction_id))
    if user is None:
        raise NotFound("没有找到这个人，或者您没有查看他的权限。")
    return user


def check_version(user: User, version: int) -> None:
    """Raises Conflict when a record has changed since the form was opened."""
    if user.version != version:
        raise Conflict("就在您填写的时候，别人已经修改了同一内容。请返回查看最新内容后再提交。")


def add_person(session: Session, actor: Actor, facts: PersonFacts, *, now: datetime) -> tuple[User, str]:
    """Adds a person without roles. Gives the record and the first password, which is kept nowhere.

    Raises Invalid for a wrong field or a sign-in name already taken.
    """
    facts = _folded(facts)
    check_facts(session, actor, facts, user=None)
    password = random_password()
    user = User(
        jurisdiction_id=actor.jurisdiction_id,
        login_name=facts.login_name,
        name=facts.name,
        password_hash=hash_random_password(password),
        must_change_password=True,
        created_at=now,
    )
    _write(user, facts)
    session.add(user)
    session.flush()
    audit.record(session, actor, "person.add", user, summary=f"新增人员：{user.name}（{user.login_name}）", now=now)
    return user, password


def edit_person(session: Session, actor: Actor, user: User, facts: PersonFacts, *, now: datetime) -> None:
    """Writes what was typed about a person. Raises Invalid for a wrong field or a sign-in name already taken."""
    facts = _folded(facts)
    check_facts(session, actor, facts, user=user)
    _write(user, facts)
    user.login_name = facts.login_name
    session.flush()
    audit.record(session, actor, "person.edit", user, summary=f"修改人员：{user.name}（{user.login_name}）", now=now)


def reset_password(session: Session, actor: Actor, user: User, *, now: datetime) -> str:
    """Gives a person a new password to be changed at once, ends their sessions, takes off a lock.

    Raises NotAllowed for oneself, and for a keeper of rights or of the trail unless one keeps rights oneself:
    whoever can sign in as such a person has that person's rights.
    """
    _refuse_self(actor, user, "本人的密码请用右上角的“修改密码”。")
    keepers = {Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} & roles_on(session, user.id, office_date(now))
    if keepers and not actor.may(Permission.RIGHTS_EDIT):
        raise NotAllowed("安全管理员、审计管理员的密码只能由安全管理员重置。")
    password = new_password(user)
    session.flush()
    audit.record(session, actor, "person.reset_password", user, summary=f"重置密码：{user.name}", now=now)
    return password


def new_password(user: User) -> str:
    """Gives a person a random password that must be changed, and ends their sessions."""
    password = random_password()
    user.password_hash = hash_random_password(password)
    user.must_change_password = True
    user.failures, user.locked_until_at = 0, None
    user.session_epoch += 1
    return password


def lock(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    """Keeps a person out until unlocked, ending their sessions. Raises NotAllowed for oneself."""
    _refuse_self(actor, user, "不能锁定本人的账号。")
    user.locked_until_at = _FOR_GOOD
    user.session_epoch += 1
    session.flush()
    audit.record(session, actor, "person.lock", user, summary=f"锁定账号：{user.name}", now=now)


def unlock(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    """Lets a locked person try again."""
    user.failures, user.locked_until_at = 0, None
    session.flush()
    audit.record(session, actor, "person.unlock", user, summary=f"解锁账号：{user.name}", now=now)


def _refuse_self(actor: Actor, user: User, sentence: str) -> None:
    if user.id == actor.user_id:
        raise NotAllowed(sentence)


def _folded(facts: PersonFacts) -> PersonFacts:
    return PersonFacts(
        facts.name.strip(), facts.login_name.strip().lower(), facts.unit_id, facts.post, facts.phone, facts.email
    )


def _write(user: User, facts: PersonFacts) -> None:
    user.name, user.unit_id, user.post = facts.name, facts.unit_id, facts.post
    user.phone, user.email = facts.phone, facts.email


def check_facts(session: Session, actor: Actor, facts: PersonFacts, *, user: User | None) -> None:
    """Raises Invalid for wrong fields of a person."""
    wrong = fact_problems(facts)
    if "login_name" not in wrong:
        taken = session.scalar(select(User.id).where(User.login_name == facts.login_name))
        if taken is not None and (user is None or taken != user.id):
            wrong["login_name"] = f"登录名“{facts.login_name}”已被使用，请换一个。"
    if facts.unit_id is not None:
        unit = session.get(Unit, facts.unit_id)
        if unit is None or unit.jurisdiction_id != actor.jurisdiction_id:
            wrong["unit_id"] = "请选择本辖区的单位。"
    if wrong:
        raise Invalid(wrong)


def fact_problems(facts: PersonFacts) -> dict[str, str]:
    """Gives what is wrong with the typed fields of a person by themselves."""
    wrong = {}
    if not facts.name or len(facts.name) > 40 or not facts.name.isprintable():
        wrong["name"] = "请填写姓名，最长 40 个字。"
    if not _LOGIN_NAME.fullmatch(facts.login_name):
        wrong["login_name"] = "登录名为 3 至 40 位小写字母、数字，可含 . _ - @，以字母或数字开头。"
    if len(facts.post) > 60 or not facts.post.isprintable():
        wrong["post"] = "职务最长 60 个字。"
    if facts.phone and not is_phone(facts.phone):
        wrong["phone"] = "联系电话只能含数字、空格、短横、括号、加号和“转”，至少 5 位数字。"
    if facts.email and (len(facts.email) > 120 or not _EMAIL.fullmatch(facts.email)):
        wrong["email"] = "电子邮箱格式不对，应如 name@example.gov.cn。"
    return wrong
