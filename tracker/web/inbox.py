"""Messages inside the product."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.core.terms import NoticeKind
from tracker.db import reading, transaction, utcnow
from tracker.services import inbox
from tracker.web import listing, sheets
from tracker.web.access import allow, current_actor

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
@allow(Permission.DESK_READ)
def index() -> str:
    session, actor, wanted = reading(), current_actor(), _wanted()
    page = inbox.messages(session, actor, wanted, page=listing.page_number())
    return render_template("inbox/index.html", page=page, wanted=wanted, kinds=inbox.kinds(session, actor))


@blueprint.get("/export")
@allow(Permission.DESK_READ)
def export() -> Response:
    wanted = _wanted()
    rows = inbox.all_messages(reading(), current_actor(), wanted)
    terms = (wanted.words, wanted.kind.label if wanted.kind else "", "未读" if wanted.is_unread else "")
    return sheets.answer(sheets.messages_sheet(rows, sheets.note(terms, len(rows), "条")), "消息")


def _wanted() -> inbox.MessageFilter:
    return inbox.MessageFilter(
        words=listing.words(),
        kind=listing.member(NoticeKind, "kind"),
        is_unread=request.args.get("status") == "unread",
    )


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
