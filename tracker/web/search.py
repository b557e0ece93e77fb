"""Search by words."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, utcnow
from tracker.services import search
from tracker.web import listing
from tracker.web.access import allow, current_actor

blueprint = Blueprint("search", __name__, url_prefix="/search")


@blueprint.get("")
@allow(Permission.SEARCH_READ)
def index() -> str:
    asked, today = listing.words(), office_date(utcnow())
    hits = search.search(reading(), current_actor(), asked, today=today, number=listing.page_number())
    return render_template(
        "search/index.html",
        asked=asked,
        hits=hits,
        most_beside=search.MOST_BESIDE,
        most_documents=search.MOST_DOCUMENTS,
    )
