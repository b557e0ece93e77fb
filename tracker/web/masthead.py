"""What stands at the top of every page: whose office this is, and how many messages wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
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


def _url(endpoint: str) -> str | None:
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def masthead() -> Masthead:
    """Gives the top of this page, from what the gate has looked up already."""
    actor = getattr(current_user, "actor", None)
    if actor is None:
        return Masthead()
    search_url = _url("search.index") if actor.may(Permission.SEARCH_READ) else None
    roles = "、".join(sorted(role.label for role in actor.roles))
    return Masthead(current_user.office_name, current_user.unread, roles, _url("inbox.index"), search_url)


def same_page(**changes: Any) -> str:
    """Gives the address of this page with the filters it has and some parameters changed."""
    # What url_for takes for itself is never taken from the address.
    given = {name: values for name, values in request.args.lists() if name != "endpoint" and not name.startswith("_")}
    arguments: dict[str, Any] = {**given, **(request.view_args or {}), **changes}
    return url_for(request.endpoint or "auth.root", **arguments)


def install(app: Flask) -> None:
    """Makes both known to every template, imported macros included."""
    app.jinja_env.globals.update(masthead=masthead, same_page=same_page)
