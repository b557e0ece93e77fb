"""The filing as a sheet (填报表): down pre-filled, up checked cell by cell."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Unreadable
from tracker.reports import xlsx
from tracker.reports.filing_sheet import filing_sheet
from tracker.services.filing_sheet import sheet_to_fill, take_sheet
from tracker.web import fields, listing
from tracker.web.access import allow, current_actor

blueprint = Blueprint("filing_sheet", __name__, url_prefix="/filing/sheet")


def _secret() -> str:
    return str(current_app.secret_key)


@blueprint.get("/download")
@allow(Permission.FILING_WRITE)
def download() -> Response:
    today = office_date(utcnow())
    given = sheet_to_fill(reading(), current_actor(), secret=_secret(), today=today)
    return listing.file_answer(filing_sheet(given), xlsx.TYPE, f"{given.title}.xlsx")


@blueprint.get("")
@allow(Permission.FILING_WRITE)
def upload() -> str:
    return render_template("filing_sheet/upload.html", taken=None, problem="")


@blueprint.post("")
@allow(Permission.FILING_WRITE)
def take() -> Any:
    try:
        with transaction() as session:
            data = fields.upload("file")
            taken = take_sheet(session, current_actor(), data, secret=_secret(), now=utcnow())
    except Unreadable as refusal:
        return render_template("filing_sheet/upload.html", taken=None, problem=refusal.message), 422
    # The answer of the same sheet sent again is that nothing changed, so that loading the page again does no harm.
    return render_template("filing_sheet/upload.html", taken=taken, problem="")
