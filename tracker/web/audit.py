"""The trail, for its keeper alone."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from tracker.core.permissions import Permission
from tracker.db import reading
from tracker.errors import Invalid
from tracker.services import sealing, trail
from tracker.web import listing, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("")
@allow(Permission.AUDIT_READ)
def index() -> str:
    kind = request.args.get("kind", "")
    wanted = trail.TrailFilter(
        words=listing.words(),
        kind=kind if kind in trail.KINDS else "",
        since_on=_day("since_on"),
        until_on=_day("until_on"),
    )
    page = trail.trail(reading(), current_actor(), wanted, number=listing.page_number())
    kinds = list(trail.KINDS.items())
    standing = sealing.standing(reading())
    return render_template("audit/index.html", page=page, wanted=wanted, kinds=kinds, standing=standing)


def _day(name: str) -> date | None:
    try:
        return typed.day(request.args.get(name, ""), name)
    except Invalid:
        return None
