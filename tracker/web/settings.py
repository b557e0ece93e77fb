"""Settings: working days by year, and the jurisdiction's office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import calendar, lights, office
from tracker.web import fields, listing, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
@allow(Permission.SETTINGS_EDIT)
def index() -> str:
    return _page()


@blueprint.post("/days")
@allow(Permission.SETTINGS_EDIT)
def set_day() -> Any:
    actor, now = current_actor(), utcnow()
    try:
        on = fields.day("on_date")
        is_workday = fields.text("is_workday") == "1"
        with transaction() as session:
            calendar.set_day(session, actor, on, is_workday=is_workday, label=fields.text("label"), now=now)
            lights.refresh_all_lights(session, now=now)
    except Invalid as refusal:
        return _page(refusal.fields), 422
    flash(f"已登记：{on} {'上班' if is_workday else '放假'}。各项任务的亮灯日期已重新计算。", "success")
    return redirect(url_for("settings.index", year=on.year))


@blueprint.post("/days/<string:on>/clear")
@allow(Permission.SETTINGS_EDIT)
def clear_day(on: str) -> Response:
    found = typed.day(on, "on_date")
    now = utcnow()
    if found is not None:
        with transaction() as session:
            calendar.clear_day(session, current_actor(), found, now=now)
            lights.refresh_all_lights(session, now=now)
        flash(f"已删除 {found} 的登记，按周一至周五计算。亮灯日期已重新计算。", "success")
    return redirect(url_for("settings.index", year=found.year if found else None))


@blueprint.post("/years/<int:year>")
@allow(Permission.SETTINGS_EDIT)
def confirm_year(year: int) -> Any:
    now = utcnow()
    try:
        with transaction() as session:
            calendar.confirm_year(session, current_actor(), _bounded(year), fields.text("source"), now=now)
            lights.refresh_all_lights(session, now=now)
    except Invalid as refusal:
        return _page(refusal.fields), 422
    flash("已保存。各项任务的亮灯日期已重新计算。", "success")
    return redirect(url_for("settings.index", year=_bounded(year)))


@blueprint.route("/office", methods=["GET", "POST"])
@allow(Permission.SETTINGS_EDIT)
def edit_office() -> Any:
    page, errors = office.office_page(reading(), current_actor()), {}
    if request.method == "POST":
        try:
            with transaction() as session:
                office.edit_office(session, current_actor(), _typed(), now=utcnow())
        except Invalid as refusal:
            errors = refusal.fields
        else:
            flash("已保存。", "success")
            return redirect(url_for("settings.edit_office"))
    shown = _typed() if request.method == "POST" else page.facts
    return render_template("settings/office.html", page=page, facts=shown, errors=errors), 422 if errors else 200


def _typed() -> office.OfficeFacts:
    return office.OfficeFacts(
        office_name=fields.text("office_name"),
        prefix=fields.text("prefix"),
        supervision_basis=fields.text("supervision_basis"),
        is_one_person=fields.text("is_one_person") == "1",
    )


def _bounded(year: int) -> int:
    return min(max(year, calendar.FIRST_YEAR), calendar.LAST_YEAR)


def _page(errors: dict[str, str] | None = None) -> str:
    today = office_date(utcnow())
    year = _bounded(listing.key("year") or (request.view_args or {}).get("year") or today.year)
    return render_template(
        "settings/index.html",
        shown=calendar.calendar_year(reading(), year),
        provisional=calendar.provisional_years(reading(), today=today),
        first_year=calendar.FIRST_YEAR,
        last_year=calendar.LAST_YEAR,
        errors=errors or {},
        typed=request.form,
    )
