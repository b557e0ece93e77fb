"""The fields of a form turned into values; a wrong one is refused with the field's name."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from flask import request

from tracker.core.terms import Labelled
from tracker.errors import Invalid
from tracker.web import typed

Member = TypeVar("Member", bound=Labelled)


def text(name: str) -> str:
    """Gives one line as typed, without blanks around it."""
    return request.form.get(name, "").strip()


def day(name: str, *, default: date | None = None) -> date:
    """Gives a typed date, the default for an empty field. Raises Invalid where there is neither."""
    found = typed.day(request.form.get(name, ""), name) or default
    if found is None:
        raise Invalid({name: "请填写日期。"})
    return found


def key(value: str | None) -> int | None:
    """Gives a value as a record's key, None for anything that is none."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


def keys(name: str) -> list[int]:
    """Gives the keys ticked under a name."""
    return [found for found in map(key, request.form.getlist(name)) if found is not None]


def chosen(name: str) -> int | None:
    """Gives the key chosen in a field."""
    return key(request.form.get(name))


def member(kind: type[Member], value: str | None) -> Member | None:
    """Gives the member of a stored value, None for anything that is none."""
    return next((each for each in kind if each.value == value), None)


def version() -> int:
    """Gives the version a form was opened with; 0, which no record has, where the field is missing."""
    return chosen("version") or 0


def upload(name: str) -> bytes:
    """Gives the bytes of an uploaded file, none where there is none."""
    file = request.files.get(name)
    return file.read() if file else b""
