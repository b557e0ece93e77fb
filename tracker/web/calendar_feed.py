"""A person's own reminders: when they may come, and the calendar that other programs read."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from tracker.core.permissions import Permission
from tracker.db import reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import calendar_feed
from tracker.web import fields
from tracker.web.access import allow, current_actor
from tracker.web.limits import limiter

blueprint = Blueprint("calendar_feed", __name__)
# Programs ask a few times an hour; whoever tries addresses asks more often.
FETCHES = "60 per minute"


@blueprint.get("/calendar/<string:token>.ics")
@allow(Permission.PUBLIC)
@limiter.limit(FETCHES)
def feed(token: str) -> Response:
    settings = current_app.config["TRACKER"]
    text = calendar_feed.feed(reading(), token, key=settings.secret_key, base_url=settings.base_url, now=utcnow())
    answer = Response(text, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@blueprint.get("/reminders")
@allow(Permission.DESK_READ)
def index() -> str:
    return _page()


@blueprint.post("/reminders")
@allow(Permission.DESK_READ)
def save() -> Any:
    try:
        wanted = calendar_feed.Wishes(_time("quiet_from"), _time("quiet_until"), fields.text("workdays_only") == "1")
        with transaction() as session:
            calendar_feed.save_wishes(session, current_actor(), wanted, now=utcnow())
    except Invalid as refusal:
        return _page(refusal.fields), 422
    flash("已保存。", "success")
    return redirect(url_for("calendar_feed.index"))


@blueprint.post("/reminders/calendar")
@allow(Permission.DESK_READ)
def renew() -> Answer:
    with transaction() as session:
        calendar_feed.renew(session, current_actor(), now=utcnow())
    flash("日历地址已生成；如有旧地址，旧地址即刻失效。", "success")
    return redirect(url_for("calendar_feed.index"))


@blueprint.post("/reminders/calendar/withdraw")
@allow(Permission.DESK_READ)
def withdraw() -> Answer:
    with transaction() as session:
        calendar_feed.withdraw(session, current_actor(), now=utcnow())
    flash("日历地址已停用。", "success")
    return redirect(url_for("calendar_feed.index"))


def _time(name: str) -> time | None:
    value = fields.text(name)
    try:
        return time.fromisoformat(value) if value else None
    except ValueError:
        raise Invalid({name: "请按 21:30 的样式填写时间。"}) from None


def _page(errors: dict[str, str] | None = None) -> str:
    settings = current_app.config["TRACKER"]
    path = calendar_feed.path_of(reading(), current_actor(), key=settings.secret_key)
    return render_template(
        "calendar_feed/index.html",
        wishes=calendar_feed.wishes(reading(), current_actor()),
        address=f"{settings.base_url}{path}" if path else "",
        typed=request.form,
        errors=errors or {},
    )
