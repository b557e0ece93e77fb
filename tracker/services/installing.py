"""The first moment of an installation: its jurisdiction, its first administrator, its working days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.terms import JurisdictionLevel, Role
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import Jurisdiction, RoleGrant, User
from tracker.services import audit
from tracker.services.calendar import seed_workdays
from tracker.services.passwords import hash_random_password, random_password
from tracker.services.people_records import PersonFacts, fact_problems, new_password


def initialise(
    session: Session,
    *,
    jurisdiction_name: str,
    level: JurisdictionLevel,
    prefix: str,
    office_name: str,
    login_name: str,
    name: str,
    now: datetime,
) -> str:
    """Makes the jurisdiction and its first administrator (system and rights), and seeds the working days.

    Gives the administrator's first password, which is kept nowhere. Raises Conflict when an administrator exists,
    Invalid for an empty or wrong field.
    """
    if session.scalar(select(RoleGrant.id).where(RoleGrant.role == Role.SYS_ADMIN).limit(1)) is not None:
        raise Conflict("系统已经初始化，有系统管理员。忘记密码请用 tracker reset-password 重置。")
    facts = PersonFacts(name=name.strip(), login_name=login_name.strip().lower())
    wrong = fact_problems(facts)
    if not jurisdiction_name.strip() or len(jurisdiction_name) > 60:
        wrong["jurisdiction_name"] = "请填写辖区名称，最长 60 个字。"
    if wrong:
        raise Invalid(wrong)
    place = Jurisdiction(
        name=jurisdiction_name.strip(), level=level, prefix=prefix.strip(), office_name=office_name.strip()
    )
    session.add(place)
    session.flush()
    password = random_password()
    user = User(
        jurisdiction_id=place.id,
        login_name=facts.login_name,
        name=facts.name,
        post="系统管理员",
        password_hash=hash_random_password(password),
        must_change_password=True,
        created_at=now,
    )
    session.add(user)
    session.flush()
    for role in (Role.SYS_ADMIN, Role.SECURITY_ADMIN):
        session.add(RoleGrant(user_id=user.id, role=role, since_on=office_date(now)))
    seed_workdays(session)
    words = f"初始化：{place.name}，首位管理员 {user.name}（{user.login_name}）"
    audit.record(session, None, "installation.begin", user, summary=words, now=now)
    return password


def reset_from_console(session: Session, login_name: str, *, now: datetime) -> str:
    """Gives a person a new password, for the day on which no administrator can sign in any more.

    Takes the word of whoever can run commands on the server. Raises NotFound for an unknown sign-in name.
    """
    user = session.scalar(select(User).where(User.login_name == login_name.strip().lower()))
    if user is None:
        raise NotFound(f"没有登录名为“{login_name}”的人员。")
    password = new_password(user)
    session.flush()
    audit.record(session, None, "person.reset_password", user, summary=f"在服务器上重置密码：{user.name}", now=now)
    return password
