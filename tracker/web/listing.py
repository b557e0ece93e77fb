"""What pages with lists share: filters read out of the address, and answers that are files."""

from __future__ import annotations

from enum import StrEnum
from io import BytesIO
from typing import TypeVar

from flask import Response, request, send_file

Member = TypeVar("Member", bound=StrEnum)
LONGEST_WORDS = 100
# Beyond any page of any list, and within what every database takes as an offset.
LAST_PAGE = 100_000


def words(name: str = "q") -> str:
    """Gives the words of a parameter, without blanks around them."""
    return request.args.get(name, "").strip()[:LONGEST_WORDS]


def key(name: str) -> int | None:
    """Gives a parameter as a record's key, None for anything that is none."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def member(kind: type[Member], name: str) -> Member | None:
    """Gives a parameter as a member of an enum, None for anything that is none."""
    value = request.args.get(name, "")
    return next((each for each in kind if each.value == value), None)


def page_number() -> int:
    """Gives the page asked for, the first one for anything that is none."""
    return min(max(key("page") or 1, 1), LAST_PAGE)


def filters(*names: str) -> dict[str, str]:
    """Gives those parameters of the address that are this page's filters, for its links and its export."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def file_answer(data: bytes, content_type: str, filename: str) -> Response:
    """Gives a file to be saved under a name."""
    # send_file writes Chinese names in the one form that servers and browsers agree on.
    answer = send_file(BytesIO(data), mimetype=content_type, as_attachment=True, download_name=filename, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer
