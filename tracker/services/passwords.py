"""Passwords: kept as argon2id hashes, checked against a list of classes."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.errors import Invalid

SHORTEST = 10
_hasher = PasswordHasher()
_random_hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
# Letters and digits that are not mistaken for one another when read out on the telephone.
_READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def hash_password(password: str) -> str:
    """Gives the argon2id hash to be stored."""
    return _hasher.hash(password)


def hash_random_password(password: str) -> str:
    """Gives the hash of a password made by `random_password`.

    Nobody guesses its 69 random bits, so it need not be slow, and a sheet of hundreds of people is loaded in one go.
    """
    return _random_hasher.hash(password)


def is_light(password_hash: str) -> bool:
    """Whether a hash is checked in less time than that of a chosen password."""
    return _hasher.check_needs_rehash(password_hash)


def is_password(password_hash: str, password: str) -> bool:
    """Whether a password is the one that was hashed."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def check_strength(password: str, *, login_name: str) -> None:
    """Raises Invalid("password") when a password is too short, of one class only, or contains the sign-in name."""
    classes = [str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum()]
    if len(password) < SHORTEST:
        raise Invalid({"password": f"密码至少 {SHORTEST} 位。"})
    if sum(any(is_of(c) for c in password) for is_of in classes) < 2:
        raise Invalid({"password": "密码须同时包含字母、数字、符号中的至少两类。"})
    if login_name and login_name.lower() in password.lower():
        raise Invalid({"password": "密码不能包含登录名。"})


def random_password() -> str:
    """Gives a password nobody has chosen, readable aloud."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))
