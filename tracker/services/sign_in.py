"""Signing in and one's own password: every attempt is counted before it is judged, so that parallel guesses count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.db import office_date
from tracker.errors import Invalid
from tracker.models import User
from tracker.services import audit
from tracker.services.passwords import check_strength, hash_password, is_light, is_password
from tracker.services.people import actor_of

LONGEST_PASSWORD = 200
# Checked when there is nobody of that name, so that the answer takes as long as for a wrong password.
_NOBODYS_HASH = hash_password("nobody has this password")


@dataclass(frozen=True, slots=True)
class LockRule:
    """After how many failures in a row an account is locked, and for how many minutes."""

    failures: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that has been counted; `user_id` is None where nobody may sign in under that name now."""

    user_id: int | None
    password_hash: str

    def is_right(self, password: str) -> bool:
        """Whether the password fits. Slow on purpose: call it outside a transaction."""
        fits = is_password(self.password_hash, password[:LONGEST_PASSWORD])
        if is_light(self.password_hash):
            # Or the shorter wait would tell who has not set a password of their own yet.
            is_password(_NOBODYS_HASH, password[:LONGEST_PASSWORD])
        return fits and self.user_id is not None and len(password) <= LONGEST_PASSWORD


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """Somebody whose password was right."""

    actor: Actor
    epoch: int
    must_change_password: bool


def begin_attempt(session: Session, login_name: str, *, rule: LockRule, now: datetime, address: str) -> Attempt:
    """Counts an attempt under a sign-in name and locks the account when it was one too many.

    Gives an attempt nobody can succeed in for an unknown name, somebody who has left, and a locked account.
    """
    today = office_date(now)
    user = session.scalar(
        select(User).where(
            User.login_name.in_({login_name, login_name.lower()}), or_(User.left_on.is_(None), User.left_on > today)
        )
    )
    if user is None or is_locked(user, now):
        reason = "登录名不存在或已离任" if user is None else "账号处于锁定状态"
        audit.record(session, None, "account.refuse", user, summary=f"登录被拒：{reason}", now=now, address=address)
        return Attempt(None, user.password_hash if user else _NOBODYS_HASH)
    count_failure(session, user, rule=rule, now=now, address=address)
    return Attempt(user.id, user.password_hash)


def count_failure(session: Session, user: User, *, rule: LockRule, now: datetime, address: str) -> None:
    """Counts one more failure, taken back by `finish_attempt` when the password turns out to be right."""
    # A lock that has run out gives the full number of attempts again.
    user.failures = 1 if user.locked_until_at else user.failures + 1
    user.locked_until_at = None
    if user.failures >= rule.failures:
        user.locked_until_at = now + timedelta(minutes=rule.minutes)
        words = f"连续输错 {user.failures} 次，账号锁定 {rule.minutes} 分钟"
        audit.record(session, None, "account.lock", user, summary=words, now=now, address=address)


def is_locked(user: User, now: datetime) -> bool:
    """Whether an account is locked at an instant."""
    return user.locked_until_at is not None and user.locked_until_at > now


def finish_attempt(
    session: Session, attempt: Attempt, *, is_right: bool, now: datetime, address: str
) -> SignedInPerson | None:
    """Gives the person who may come in and clears their failures, or None."""
    user = session.get(User, attempt.user_id) if attempt.user_id is not None else None
    if user is None:
        return None
    actor = actor_of(session, user, today=office_date(now), address=address)
    if not is_right:
        audit.record(session, actor, "account.refuse", user, summary="登录失败：密码不正确", now=now)
        return None
    user.failures, user.locked_until_at = 0, None
    audit.record(session, actor, "account.sign_in", user, summary="登录", now=now)
    return SignedInPerson(actor, user.session_epoch, user.must_change_password)


def sign_out(session: Session, actor: Actor, *, now: datetime) -> None:
    """Ends every session of the actor: a signed cookie cannot be called back one by one."""
    user = session.get_one(User, actor.user_id)
    user.session_epoch += 1
    audit.record(session, actor, "account.sign_out", user, summary="退出", now=now)


def begin_own_attempt(session: Session, actor: Actor, *, rule: LockRule, now: datetime) -> Attempt:
    """Counts an attempt at the actor's own present password."""
    user = session.get_one(User, actor.user_id)
    if is_locked(user, now):
        return Attempt(None, user.password_hash)
    count_failure(session, user, rule=rule, now=now, address=actor.address)
    return Attempt(user.id, user.password_hash)


def change_password(session: Session, actor: Actor, *, present: str, password: str, now: datetime) -> int:
    """Sets the actor's own new password and ends their other sessions. Gives the session epoch from now on.

    Takes the present password as already proven right. Raises Invalid("password") for a weak or unchanged one.
    """
    user = session.get_one(User, actor.user_id)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid({"password": f"密码最长 {LONGEST_PASSWORD} 位。"})
    if password == present:
        raise Invalid({"password": "新密码不能与当前密码相同。"})
    check_strength(password, login_name=user.login_name)
    user.password_hash = hash_password(password)
    user.must_change_password = False
    user.failures, user.locked_until_at = 0, None
    user.session_epoch += 1
    audit.record(session, actor, "account.change_password", user, summary="修改本人密码", now=now)
    return user.session_epoch
