"""The gate: who is asking, and whether the endpoint lets them in. An endpoint that declares nothing lets nobody in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.exceptions import NotFound as HttpNotFound

from tracker import db
from tracker.core.permissions import Actor, Permission
from tracker.errors import NotAllowed
from tracker.services import people

View = TypeVar("View", bound=Callable[..., Any])
login_manager = LoginManager()
# Served by libraries: their own files, which everybody may read.
LIBRARY_ENDPOINTS = frozenset({"static", "bootstrap.static"})


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person of a session, as Flask-Login wants it: the id carries the epoch that ends sessions at once."""

    def __init__(
        self, actor: Actor, epoch: int, *, must_change_password: bool, office_name: str = "", unread: int = 0
    ) -> None:
        self.id = f"{actor.user_id}.{epoch}"
        self.actor = actor
        self.must_change_password = must_change_password
        self.office_name = office_name
        self.unread = unread


def allow(permission: Permission) -> Callable[[View], View]:
    """Declares what an endpoint demands; put it under the route."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def current_actor() -> Actor:
    """Gives who is acting. Only behind the gate."""
    actor: Actor = current_user.actor
    return actor


def install(app: Flask) -> None:
    """Puts the gate before every request."""
    login_manager.init_app(app)

    @login_manager.user_loader
    def _load(key: str) -> SignedIn | None:
        user_id, _, epoch = key.partition(".")
        if not (user_id.isascii() and user_id.isdigit() and epoch.isascii() and epoch.isdigit()):
            return None
        today = db.office_date(db.utcnow())
        found = people.find_signed_in(
            db.reading(), int(user_id), int(epoch), today=today, address=request.remote_addr or ""
        )
        if found is None:
            return None
        return SignedIn(
            found.actor,
            int(epoch),
            must_change_password=found.must_change_password,
            office_name=found.office_name,
            unread=found.unread,
        )

    @app.before_request
    def _gate() -> Any:
        session.permanent = True
        endpoint = request.endpoint
        if endpoint in LIBRARY_ENDPOINTS or request.routing_exception is not None:
            return None
        permission = getattr(current_app.view_functions.get(endpoint or ""), "permission", None)
        if permission is Permission.PUBLIC:
            return None
        if not current_user.is_authenticated:
            return _to_sign_in()
        return _refuse_or_pass(permission)


def page_before() -> str | None:
    """Gives the address of the page a form was sent from, as the browser tells it, where it is one of ours."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host or request.endpoint == "auth.sign_in":
        return None
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def _to_sign_in() -> Any:
    if request.method != "GET":
        # The page keeps what was typed; see static/forms.js.
        return redirect(url_for("auth.sign_in", expired=1, next=page_before()))
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def _refuse_or_pass(permission: Permission | None) -> Any:
    if permission is None:
        raise HttpNotFound
    if permission is Permission.ACCOUNT:
        return None
    if current_user.must_change_password:
        return redirect(url_for("auth.change_password"))
    if not current_actor().may(permission):
        raise NotAllowed("您的角色没有打开这个页面的权限。如工作需要，请与系统管理员联系。")
    g.permission = permission
    return None
