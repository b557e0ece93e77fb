"""Delegating roles (委托, A/B岗), withdrawing them, and the list the security administrator keeps an eye on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.core.terms import Role
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.reports.xlsx import Column, listing
from tracker.services import delegations
from tracker.web import fields, sheets, typed
from tracker.web.access import allow, current_actor
from tracker.web.people import separates_duties

blueprint = Blueprint("delegations", __name__, url_prefix="/delegations")


def _page(errors: dict[str, str] | None = None) -> str:
    today = office_date(utcnow())
    page = delegations.delegation_page(reading(), current_actor(), today=today)
    return render_template("delegations/index.html", page=page, errors=errors or {}, typed=request.form)


@blueprint.get("")
@allow(Permission.DESK_READ)
def index() -> str:
    return _page()


@blueprint.post("/delegate")
@allow(Permission.DESK_READ)
def delegate() -> Any:
    now = utcnow()
    try:
        roles = tuple(filter(None, (fields.member(Role, value) for value in request.form.getlist("role"))))
        wanted = delegations.Wanted(
            roles=tuple(dict.fromkeys(roles)),
            user_id=fields.chosen("user_id"),
            since_on=fields.day("since_on", default=office_date(now)),
            until_on=typed.day(request.form.get("until_on", ""), "until_on"),
        )
        with transaction() as session:
            delegations.delegate(session, current_actor(), wanted, separates_duties=separates_duties(), now=now)
    except Invalid as refusal:
        return _page(refusal.fields), 422
    flash("已委托，到期自动终止。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/<int:grant_id>/withdraw")
@allow(Permission.DESK_READ)
def withdraw(grant_id: int) -> Response:
    with transaction() as session:
        delegations.withdraw(session, current_actor(), grant_id, now=utcnow())
    flash("委托已收回，立即生效。", "success")
    return redirect(url_for(".all_of_them" if request.form.get("from") == "all" else ".index"))


@blueprint.get("/all")
@allow(Permission.DELEGATIONS_READ)
def all_of_them() -> str:
    rows = delegations.all_delegations(reading(), current_actor(), today=office_date(utcnow()))
    is_open = request.args.get("status") == "open"
    shown = [row for row in rows if row.is_open or not is_open]
    return render_template("delegations/all.html", rows=shown, is_open=is_open)


@blueprint.get("/all/export")
@allow(Permission.DELEGATIONS_READ)
def export() -> Response:
    rows = delegations.all_delegations(reading(), current_actor(), today=office_date(utcnow()))
    is_open = request.args.get("status") == "open"
    shown = [row for row in rows if row.is_open or not is_open]
    columns = [
        *(Column("委托人", 14), Column("受托人", 14), Column("受托人单位", 26), Column("角色", 18)),
        *(Column("起始", 12), Column("截止", 12), Column("状态", 10)),
    ]
    cells = [
        (row.owner, row.holder, row.unit, row.role.label, row.since_on, row.until_on, _state(row)) for row in shown
    ]
    note = sheets.note(("未结束",) if is_open else (), len(shown))
    return sheets.answer(listing("委托清单", columns, cells, note=note), "委托清单")


def _state(row: delegations.DelegationRow) -> str:
    if row.is_current:
        return "生效中"
    return "未开始" if row.is_open else "已结束"
