"""Coming in, going out, one's own password, and the root of the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from tracker.config import Settings
from tracker.core.permissions import Permission
from tracker.db import transaction, utcnow
from tracker.errors import Invalid
from tracker.services import sign_in as door
from tracker.web.access import SignedIn, allow, current_actor
from tracker.web.limits import limiter, sign_in_limit

blueprint = Blueprint("auth", __name__)


@blueprint.get("/")
@allow(Permission.ACCOUNT)
def root() -> Response:
    return redirect(url_for("desk.index"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@allow(Permission.PUBLIC)
@limiter.limit(sign_in_limit, methods=["POST"])
def sign_in() -> Any:
    if request.method == "GET":
        return redirect(_way_on()) if current_user.is_authenticated else _door()
    person = _judged(request.form.get("login_name", "").strip(), request.form.get("password", ""))
    if person is None:
        return _door(_refusal()), 422
    _renew(person.actor, person.epoch, must_change_password=person.must_change_password)
    return redirect(_way_on())


@blueprint.post("/sign-out")
@allow(Permission.ACCOUNT)
def sign_out() -> Response:
    with transaction() as database:
        door.sign_out(database, current_actor(), now=utcnow())
    logout_user()
    session.clear()
    flash("您已退出。", "success")
    return redirect(url_for("auth.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
@allow(Permission.ACCOUNT)
def change_password() -> Any:
    if request.method == "GET":
        return render_template("auth/change_password.html", is_forced=current_user.must_change_password, errors={})
    try:
        epoch = _changed(request.form.get("present", ""), request.form.get("password", ""))
    except Invalid as refusal:
        page = render_template(
            "auth/change_password.html", is_forced=current_user.must_change_password, errors=refusal.fields
        )
        return page, 422
    _renew(current_actor(), epoch, must_change_password=False)
    flash("密码已修改，其他设备上的登录已经结束。", "success")
    return redirect(url_for("auth.root"))


def local_path(address: str) -> str | None:
    """Gives an address that stays within this product, or None: browsers take "\\" and "//" for another host."""
    parts = urlsplit(address) if address.isprintable() else None
    is_local = parts is not None and not parts.scheme and not parts.netloc and "\\" not in address
    return address if is_local and address.startswith("/") and not address.startswith("//") else None


def _settings() -> Settings:
    settings: Settings = current_app.config["TRACKER"]
    return settings


def _rule() -> door.LockRule:
    return door.LockRule(_settings().lock_after_failures, _settings().lock_minutes)


def _judged(login_name: str, password: str) -> door.SignedInPerson | None:
    now, address = utcnow(), request.remote_addr or ""
    with transaction() as database:
        attempt = door.begin_attempt(database, login_name[:80], rule=_rule(), now=now, address=address)
    # Between two transactions: a slow hash must not keep others from writing.
    is_right = attempt.is_right(password)
    with transaction() as database:
        return door.finish_attempt(database, attempt, is_right=is_right, now=now, address=address)


def _changed(present: str, password: str) -> int:
    if password != request.form.get("again", ""):
        raise Invalid({"again": "两次输入的新密码不一致。"})
    with transaction() as database:
        attempt = door.begin_own_attempt(database, current_actor(), rule=_rule(), now=utcnow())
    if not attempt.is_right(present):
        raise Invalid({"present": "当前密码不正确。" + _lock_sentence()})
    with transaction() as database:
        return door.change_password(database, current_actor(), present=present, password=password, now=utcnow())


def _renew(actor: Any, epoch: int, *, must_change_password: bool) -> None:
    session.clear()
    session.permanent = True
    login_user(SignedIn(actor, epoch, must_change_password=must_change_password))


def _way_on() -> str:
    return local_path(request.values.get("next", "")) or url_for("auth.root")


def _door(refusal: str = "") -> str:
    return render_template(
        "auth/sign_in.html",
        refusal=refusal,
        login_name=request.form.get("login_name", ""),
        next=local_path(request.values.get("next", "")) or "",
        is_expired="expired" in request.args,
        idle_minutes=_settings().session_idle_minutes,
    )


def _refusal() -> str:
    return "登录名或密码不正确，或账号已被锁定。" + _lock_sentence()


def _lock_sentence() -> str:
    return f"连续输错 {_rule().failures} 次将锁定 {_rule().minutes} 分钟，如需解锁请联系系统管理员。"
