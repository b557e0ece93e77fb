"""The filing page (报送): all that a unit owes this month, each row saved on its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Conflict, Invalid
from tracker.services.attachments import ALLOWED, EXTENSIONS, attach
from tracker.services.filing import Entry, save_report, words_of
from tracker.services.filing_pages import filing_page
from tracker.web import evidence, fields, listing
from tracker.web.access import allow, current_actor

blueprint = Blueprint("filing", __name__, url_prefix="/filing")


def _page(*, refused_id: int | None = None, errors: dict[str, str] | None = None) -> str:
    number, today = listing.page_number(), office_date(utcnow())
    page = filing_page(reading(), current_actor(), today=today, number=number, holding=refused_id)
    return render_template(
        "filing/index.html",
        page=page,
        refused_id=refused_id,
        errors=errors or {},
        typed=request.form,
        allowed_files=ALLOWED,
        accept=",".join(EXTENSIONS),
    )


@blueprint.get("")
@allow(Permission.FILING_WRITE)
def index() -> str:
    return _page()


@blueprint.post("/<int:assignment_id>")
@allow(Permission.FILING_WRITE)
def save(assignment_id: int) -> Any:
    is_submitted = request.form.get("act") == "submit"
    try:
        with transaction() as session:
            entry = Entry(assignment_id, fields.version(), words_of(request.form), is_submitted)
            now, actor = utcnow(), current_actor()
            report = save_report(session, actor, entry, now=now)
            attach(session, actor, report, evidence.uploads(), now=now, limit_bytes=evidence.limit_bytes())
    except Invalid as refusal:
        return _page(refused_id=assignment_id, errors=refusal.fields), 422
    except Conflict as refusal:
        # What a colleague saved is shown beside what was typed here; saving again is then a decision.
        return _page(refused_id=assignment_id, errors={"": refusal.message}), 409
    flash("已报送，等待办公室审核。" if is_submitted else "已暂存，尚未报送。", "success" if is_submitted else "info")
    return redirect(url_for(".index", **listing.filters("page"), _anchor=_next_place(assignment_id, is_submitted)))


def _next_place(assignment_id: int, is_submitted: bool) -> str:
    """Where to write on: in the row that followed the one handed in, which itself moves to the end of the page."""
    following = request.form.get("then", type=int)
    return f"{following}-progress" if is_submitted and following else f"row-{assignment_id}"
