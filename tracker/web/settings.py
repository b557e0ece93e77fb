"""Settings: working days by year, and the jurisdiction's office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import calendar, office, recompute
from tracker.web import fields, listing, sheets, typed
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
            cause = f"登记 {on} {'上班' if is_workday else '放假'}"
            done = recompute.recompute(session, actor, cause=cause, now=now)
    except Invalid as refusal:
        return _page(refusal.fields), 422
    return _what_moved(done, on.year)


@blueprint.post("/days/<string:on>/clear")
@allow(Permission.SETTINGS_EDIT)
def clear_day(on: str) -> Response:
    found, actor, now = typed.day(on, "on_date"), current_actor(), utcnow()
    if found is None:
        return redirect(url_for("settings.index"))
    with transaction() as session:
        calendar.clear_day(session, actor, found, now=now)
        done = recompute.recompute(session, actor, cause=f"删除 {found} 的登记", now=now)
    return _what_moved(done, found.year)


@blueprint.post("/years/<int:year>")
@allow(Permission.SETTINGS_EDIT)
def confirm_year(year: int) -> Any:
    actor, now, source = current_actor(), utcnow(), fields.text("source")
    try:
        with transaction() as session:
            calendar.confirm_year(session, actor, _bounded(year), source, now=now)
            cause = f"{_bounded(year)} 年放假安排{'已录入' if source else '改为暂计'}"
            done = recompute.recompute(session, actor, cause=cause, now=now)
    except Invalid as refusal:
        return _page(refusal.fields), 422
    return _what_moved(done, _bounded(year))


@blueprint.get("/moves/<int:event_id>")
@allow(Permission.SETTINGS_EDIT)
def moves(event_id: int) -> str:
    session, actor = reading(), current_actor()
    done = recompute.find_recomputed(session, event_id)
    page = recompute.moves(session, actor, done, number=listing.page_number())
    return render_template("settings/moves.html", done=done, page=page)


@blueprint.get("/moves/<int:event_id>/export")
@allow(Permission.SETTINGS_EDIT)
def export_moves(event_id: int) -> Response:
    done = recompute.find_recomputed(reading(), event_id)
    rows = recompute.all_moves(reading(), current_actor(), done)
    note = sheets.note((done.cause,), len({row.task_id for row in rows}), "项任务的日期有变动")
    return sheets.answer(sheets.moves_sheet(rows, note), "日期变动清单")


def _what_moved(done: recompute.Recomputed, year: int) -> Response:
    if not done.moved:
        flash(f"{done.cause}，已保存。各项任务的日期已重新计算，没有变动。", "success")
        return redirect(url_for("settings.index", year=year))
    flash(f"{done.cause}，已保存。各项任务的日期已重新计算，变动如下。", "success")
    return redirect(url_for("settings.moves", event_id=done.event_id))


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
        officer_extension_days=fields.chosen("officer_extension_days"),
        reading_workdays=fields.chosen("reading_workdays"),
    )


def _bounded(year: int) -> int:
    return min(max(year, calendar.FIRST_YEAR), calendar.LAST_YEAR)


def _page(errors: dict[str, str] | None = None) -> str:
    today = office_date(utcnow())
    year = _bounded(listing.key("year") or (request.view_args or {}).get("year") or today.year)
    return render_template(
        "settings/index.html",
        shown=calendar.calendar_year(reading(), year),
        last=recompute.last_recomputed(reading()),
        provisional=calendar.provisional_years(reading(), today=today),
        first_year=calendar.FIRST_YEAR,
        last_year=calendar.LAST_YEAR,
        errors=errors or {},
        typed=request.form,
    )
