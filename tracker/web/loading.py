"""The pages that load records from a filled-in sheet, the same for every kind of record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request

from tracker.db import transaction, utcnow
from tracker.reports import xlsx
from tracker.services.sheet_load import Loaded, SheetRefusal
from tracker.web import fields, listing
from tracker.web.access import current_actor


@dataclass(frozen=True, slots=True)
class Loads:
    """One kind of record: what it is called, the endpoint of its list, its columns, how they are filled, who loads."""

    what: str
    home: str
    columns: Sequence[xlsx.Column]
    how: str
    load: Callable[..., Loaded[Any]]
    result: str


def template(kind: Loads) -> Response:
    """Gives the empty sheet to be filled in."""
    title = f"{kind.what}导入模板"
    return listing.file_answer(xlsx.listing(title, kind.columns, [], note=kind.how), xlsx.TYPE, f"{title}.xlsx")


def page(kind: Loads) -> Any:
    """Gives the page to upload a sheet on; after an upload what it brought, or every cell that is wrong."""
    if request.method == "GET":
        return _form(kind)
    try:
        with transaction() as session:
            done = kind.load(session, current_actor(), fields.upload("sheet"), now=utcnow())
    except SheetRefusal as refusal:
        return _form(kind, refusal.message, getattr(refusal, "cells", ())), 422
    return render_template(kind.result, kind=kind, done=done)


def _form(kind: Loads, refusal: str = "", wrong: Sequence[Any] = ()) -> str:
    return render_template("loading/load.html", kind=kind, wrong=wrong, refusal=refusal)
