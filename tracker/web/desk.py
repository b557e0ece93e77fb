"""The desk."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, utcnow
from tracker.services import desk
from tracker.web.access import allow, current_actor

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("")
@allow(Permission.DESK_READ)
def index() -> str:
    session, now = reading(), utcnow()
    found = desk.desk(session, current_actor(), desk.day_of(session, office_date(now)), now=now)
    return render_template("desk/index.html", desk=found)
