"""What stands at the top of every page: whose office this is, and how many messages wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for
from flask_login import current_user

from tracker.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Masthead:
    """The top of one page."""

    office_name: str = ""
    unread: int = 0
    roles: str = ""
    inbox_url: str | None = None
    search_url: str | None = None


def masthead() -> Masthead:
    """Gives the top of this page, from what the gate has looked up already."""
    actor = getattr(current_user, "actor", None)
    if actor is None:
        return Masthead()
    inbox_url = url_for("inbox.index") if actor.may(Permission.DESK_READ) else None
    search_url = url_for("search.index") if actor.may(Permission.SEARCH_READ) else None
    roles = "、".join(sorted(role.label for role in actor.roles))
    return Masthead(current_user.office_name, current_user.unread, roles, inbox_url, search_url)


def same_page(**changes: Any) -> str:
    """Gives the address of this page with the filters it has and some parameters changed."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return f"{request.path}?{urlencode([*kept, *changes.items()])}"


def with_filters(address: str) -> str:
    """Gives another address with the filters of this page, for an export of exactly what is shown."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{address}?{urlencode(kept)}" if kept else address


def install(app: Flask) -> None:
    """Makes them known to every template, imported macros included."""
    app.jinja_env.globals.update(masthead=masthead, same_page=same_page, with_filters=with_filters)
