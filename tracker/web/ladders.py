"""The ladders of reminders of a plan: when whom it would tell of a real duty, and editing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.core.reminding import ANCHORS, AUDIENCES, MOST_RUNGS, Owed, Rung
from tracker.core.terms import DueRoll, Role
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid, NotFound
from tracker.services.ladders import edit_ladder, ladders_page, reset_ladder
from tracker.services.light_rules import LightRules, edit_light_rules, light_rules
from tracker.web import fields
from tracker.web.access import allow, current_actor

blueprint = Blueprint("ladders", __name__, url_prefix="/plans/<int:plan_id>/ladders")


@blueprint.get("")
@allow(Permission.PLANS_SUBMIT)
def index(plan_id: int) -> str:
    return _page(plan_id)


def _page(plan_id: int, owed: Owed | None = None, errors: dict[str, str] | None = None) -> str:
    page = ladders_page(reading(), current_actor(), plan_id, today=office_date(utcnow()))
    rules, version = light_rules(reading(), current_actor(), plan_id)
    return render_template(
        "ladders/index.html",
        page=page,
        rules=rules,
        version=version,
        rolls=list(DueRoll),
        is_rules=errors is not None and owed is None,
        refused=owed,
        errors=errors or {},
        typed=request.form,
        audiences=AUDIENCES,
        anchors=ANCHORS,
        most=MOST_RUNGS,
    )


@blueprint.post("/rules")
@allow(Permission.PLANS_SUBMIT)
def edit_rules(plan_id: int) -> Any:
    typed = LightRules(
        near_workdays=fields.chosen("near_workdays"),
        tolerance_points=fields.chosen("tolerance_points"),
        due_roll=fields.member(DueRoll, request.form.get("due_roll")),
        needs_breakdown=fields.text("needs_breakdown") == "1",
        has_grades=fields.text("has_grades") == "1",
    )
    try:
        with transaction() as session:
            actor, version = current_actor(), fields.version()
            count = edit_light_rules(session, actor, plan_id, typed, version=version, now=utcnow())
    except Invalid as refusal:
        return _page(plan_id, None, refusal.fields), 422
    flash(f"亮灯规则已修改，{count} 项任务的亮灯日期已重新计算。", "success")
    return redirect(url_for(".index", plan_id=plan_id))


@blueprint.post("/<owed>")
@allow(Permission.PLANS_SUBMIT)
def edit(plan_id: int, owed: str) -> Any:
    kind = _kind(owed)
    try:
        with transaction() as session:
            edit_ladder(session, current_actor(), plan_id, kind, list(_typed()), now=utcnow())
    except Invalid as refusal:
        return _page(plan_id, kind, refusal.fields), 422
    flash(f"已修改“{kind.label}”的提醒，从下一次提醒起生效；已经提醒过的不再重复。", "success")
    return redirect(url_for(".index", plan_id=plan_id, _anchor=kind.value))


@blueprint.post("/<owed>/reset")
@allow(Permission.PLANS_SUBMIT)
def reset(plan_id: int, owed: str) -> Any:
    kind = _kind(owed)
    with transaction() as session:
        reset_ladder(session, current_actor(), plan_id, kind, now=utcnow())
    flash(f"“{kind.label}”的提醒已恢复默认。", "success")
    return redirect(url_for(".index", plan_id=plan_id, _anchor=kind.value))


def _kind(value: str) -> Owed:
    found = fields.member(Owed, value)
    if found is None:
        raise NotFound("没有这种提醒。")
    return found


def _typed() -> Iterator[Rung]:
    """The rungs as typed; a row whose day was left empty is taken out."""
    for n in range(MOST_RUNGS + 1):
        day = fields.text(f"workdays-{n}")
        if not day:
            continue
        if not (day.removeprefix("-").isascii() and day.removeprefix("-").isdigit() and len(day) <= 5):
            raise Invalid({"": f"第 {n + 1} 级的时间请填整数：提前填负数，当天填 0，逾期填正数。"})
        audience = frozenset(filter(None, (fields.member(Role, v) for v in request.form.getlist(f"audience-{n}"))))
        yield Rung(int(day), audience, is_proposal=fields.text(f"proposal-{n}") == "1")
