"""The settings of a plan: who files, how often, and in which windows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.core.terms import FilingMode, PeriodKind
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import plan_settings
from tracker.services.plan_settings import FilingRules
from tracker.web import fields
from tracker.web.access import allow, current_actor

blueprint = Blueprint("plan_settings", __name__, url_prefix="/plans/<int:plan_id>/settings")


def _page(plan_id: int, errors: dict[str, str] | None = None, name: str = "") -> str:
    settings = plan_settings.plan_settings(reading(), current_actor(), plan_id, today=office_date(utcnow()))
    return render_template(
        "plan_settings/index.html",
        settings=settings,
        modes=list(FilingMode),
        kinds=list(PeriodKind),
        errors=errors or {},
        refused=name,
        typed=request.form,
    )


@blueprint.get("")
@allow(Permission.PLANS_SUBMIT)
def index(plan_id: int) -> str:
    return _page(plan_id)


@blueprint.post("")
@allow(Permission.PLANS_SUBMIT)
def edit(plan_id: int) -> Any:
    try:
        rules = _rules()
        with transaction() as session:
            plan_settings.edit_filing_rules(
                session, current_actor(), plan_id, rules, version=fields.version(), now=utcnow()
            )
    except Invalid as refusal:
        return _page(plan_id, dict(refusal.fields)), 422
    flash("已保存，各单位的报送任务和亮灯已按新的设置重新计算。", "success")
    return redirect(url_for(".index", plan_id=plan_id))


def _rules() -> FilingRules:
    mode = fields.member(FilingMode, request.form.get("filing_mode"))
    kind = fields.member(PeriodKind, request.form.get("period_kind"))
    wrong = {}
    if mode is None:
        wrong["filing_mode"] = "请选择报送方式。"
    if kind is None:
        wrong["period_kind"] = "请选择报送周期。"
    if wrong or mode is None or kind is None:
        raise Invalid(wrong)
    return FilingRules(mode, kind, fields.chosen("opens_day") or 0, fields.chosen("closes_day") or 0)


@blueprint.post("/windows/<string:name>")
@allow(Permission.PLANS_SUBMIT)
def set_window(plan_id: int, name: str) -> Any:
    try:
        opens_on, closes_on = fields.day("opens_on"), fields.day("closes_on")
        with transaction() as session:
            plan_settings.set_window(
                session, current_actor(), plan_id, name, opens_on=opens_on, closes_on=closes_on, now=utcnow()
            )
    except Invalid as refusal:
        return _page(plan_id, dict(refusal.fields), name), 422
    flash("已调整这一期的报送窗口。", "success")
    return redirect(url_for(".index", plan_id=plan_id))


@blueprint.post("/windows/<string:name>/clear")
@allow(Permission.PLANS_SUBMIT)
def clear_window(plan_id: int, name: str) -> Any:
    with transaction() as session:
        plan_settings.clear_window(session, current_actor(), plan_id, name, now=utcnow())
    flash("这一期已恢复按规则开放。", "success")
    return redirect(url_for(".index", plan_id=plan_id))
