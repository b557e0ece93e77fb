"""Messages inside the product."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.db import reading, transaction, utcnow
from tracker.services import inbox
from tracker.web import listing
from tracker.web.access import allow, current_actor

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
@allow(Permission.DESK_READ)
def index() -> str:
    page = inbox.messages(reading(), current_actor(), page=listing.page_number())
    return render_template("inbox/index.html", page=page)


@blueprint.post("/<int:message_id>/read")
@allow(Permission.DESK_READ)
def read(message_id: int) -> Response:
    with transaction() as session:
        link = inbox.read_message(session, current_actor(), message_id, now=utcnow())
    return redirect(link or url_for("inbox.index"))


@blueprint.post("/read-all")
@allow(Permission.DESK_READ)
def read_all() -> Response:
    with transaction() as session:
        inbox.read_all(session, current_actor(), now=utcnow())
    return redirect(url_for("inbox.index"))
