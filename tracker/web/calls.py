"""The units to telephone (电话催办清单): the page to print and write on, its files, and logging a call."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from tracker.core.papers import CallList
from tracker.core.permissions import Permission
from tracker.db import office_date, reading, utcnow
from tracker.reports import calls as papers
from tracker.reports import docx, pdf
from tracker.services import calls
from tracker.web import listing, sheets
from tracker.web.access import allow, current_actor

blueprint = Blueprint("calls", __name__, url_prefix="/overdue/calls")


def _is_late() -> bool:
    return request.args.get("late") == "1"


@blueprint.get("")
@allow(Permission.OVERDUE_READ)
def index() -> str:
    units = calls.units_to_call(reading(), current_actor(), today=office_date(utcnow()), is_late=_is_late())
    return render_template("calls/index.html", units=units, is_late=_is_late(), filters=listing.filters("late"))


def _list() -> CallList:
    return calls.call_list(reading(), current_actor(), today=office_date(utcnow()), is_late=_is_late())


def _named(ending: str) -> str:
    return f"{papers.TITLE}{office_date(utcnow()).isoformat()}.{ending}"


@blueprint.get("/export")
@allow(Permission.OVERDUE_READ)
def export() -> Response:
    return sheets.answer(papers.sheet(_list()), papers.TITLE)


@blueprint.get("/docx")
@allow(Permission.OVERDUE_READ)
def document() -> Response:
    return listing.file_answer(docx.document(papers.paper(_list())), docx.TYPE, _named("docx"))


@blueprint.get("/pdf")
@allow(Permission.OVERDUE_READ)
def printed() -> Response:
    return listing.file_answer(pdf.document(papers.paper(_list())), pdf.TYPE, _named("pdf"))
