"""The trail, for its keeper alone."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template, request

from tracker.core.permissions import Permission
from tracker.db import reading
from tracker.errors import Invalid
from tracker.services import sealing, trail
from tracker.web import listing, sheets, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


def _wanted() -> trail.TrailFilter:
    kind = request.args.get("kind", "")
    return trail.TrailFilter(
        words=listing.words(),
        kind=kind if kind in trail.KINDS else "",
        since_on=_day("since_on"),
        until_on=_day("until_on"),
    )


@blueprint.get("")
@allow(Permission.AUDIT_READ)
def index() -> str:
    wanted = _wanted()
    page = trail.trail(reading(), current_actor(), wanted, number=listing.page_number())
    kinds = list(trail.KINDS.items())
    standing = sealing.standing(reading())
    return render_template("audit/index.html", page=page, wanted=wanted, kinds=kinds, standing=standing)


@blueprint.get("/export")
@allow(Permission.AUDIT_READ)
def export() -> Response:
    wanted = _wanted()
    page = trail.whole_trail(reading(), current_actor(), wanted)
    dates = tuple(f"{word}{day}" for word, day in (("自", wanted.since_on), ("至", wanted.until_on)) if day)
    note = sheets.note((wanted.words, trail.KINDS.get(wanted.kind, ""), *dates), page.total, "条")
    if page.pages > 1:
        note += f"，只导出最近 {page.size} 条，其余请按日期分段导出"
    return sheets.answer(sheets.trail_sheet(page.rows, note), "审计日志")


def _day(name: str) -> date | None:
    try:
        return typed.day(request.args.get(name, ""), name)
    except Invalid:
        return None
