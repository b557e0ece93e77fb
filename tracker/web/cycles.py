"""Cycles of reports, the calendar of what is due when, and how papers look."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.content import Style
from tracker.core.permissions import Permission
from tracker.core.spans import KINDS
from tracker.core.terms import SupervisionKind
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import cycles
from tracker.services.supervision_pages import issued_plans
from tracker.web import fields
from tracker.web.access import allow, current_actor

blueprint = Blueprint("cycles", __name__, url_prefix="/supervision")


def _index(errors: dict[str, str] | None = None) -> str:
    session, actor = reading(), current_actor()
    return render_template(
        "supervision/cycles.html",
        rows=cycles.cycle_rows(session, actor),
        plans=issued_plans(session, actor),
        kinds=list(SupervisionKind),
        lengths=[(months, kind.label.removesuffix("报送")) for months, kind in KINDS.items()],
        style=cycles.style_page(session, actor),
        typed=request.form,
        errors=errors or {},
    )


@blueprint.get("/cycles")
@allow(Permission.REPORTS_DRAFT)
def index() -> str:
    return _index()


@blueprint.post("/cycles")
@allow(Permission.REPORTS_DRAFT)
def add_cycle() -> Any:
    kind = fields.member(SupervisionKind, request.form.get("kind"))
    typed = cycles.NewCycle(kind, fields.chosen("plan"), fields.chosen("months") or 0, fields.chosen("issue_day") or 0)
    try:
        with transaction() as session:
            cycles.add_cycle(session, current_actor(), typed, now=utcnow())
    except Invalid as refusal:
        return _index(refusal.fields), 422
    flash("已设置，每期结束后自动取数拟稿，并通知您。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/cycles/<int:cycle_id>/end")
@allow(Permission.REPORTS_DRAFT)
def end_cycle(cycle_id: int) -> Any:
    with transaction() as session:
        cycles.end_cycle(session, current_actor(), cycle_id, now=utcnow())
    flash("已停用。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/style")
@allow(Permission.REPORTS_DRAFT)
def edit_style() -> Any:
    style = Style(
        issuer=fields.text("issuer"),
        mark=fields.text("mark"),
        code=fields.text("code"),
        is_serial=request.form.get("is_serial") == "1",
        copies=fields.text("copies"),
        printer=fields.text("printer"),
    )
    try:
        with transaction() as session:
            cycles.edit_style(session, current_actor(), style, now=utcnow())
    except Invalid as refusal:
        return _index(refusal.fields), 422
    flash("已保存版式。", "success")
    return redirect(url_for(".index"))


@blueprint.get("/calendar")
@allow(Permission.REPORTS_READ)
def calendar() -> str:
    found = cycles.calendar(reading(), current_actor(), today=office_date(utcnow()))
    return render_template("supervision/calendar.html", dues=found)
