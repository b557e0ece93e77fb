"""Groups of units: list, one group with its members over time, adding, renaming."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import registry, unit_groups
from tracker.web import fields
from tracker.web.access import allow, current_actor

blueprint = Blueprint("groups", __name__, url_prefix="/groups")


@blueprint.get("")
@allow(Permission.REGISTRY_READ)
def index() -> str:
    rows = unit_groups.group_rows(reading(), current_actor(), today=office_date(utcnow()))
    return render_template("groups/index.html", rows=rows)


@blueprint.route("/add", methods=["GET", "POST"])
@allow(Permission.REGISTRY_EDIT)
def add() -> Any:
    if request.method == "GET":
        return render_template("groups/add.html", errors={}, typed=request.form)
    try:
        with transaction() as session:
            group = unit_groups.add_group(session, current_actor(), fields.text("name"), now=utcnow())
            group_id = group.id
    except Invalid as refusal:
        return render_template("groups/add.html", errors=refusal.fields, typed=request.form), 422
    flash("已新增单位组，请勾选成员。", "success")
    return redirect(url_for("groups.group", group_id=group_id))


@blueprint.get("/<int:group_id>")
@allow(Permission.REGISTRY_READ)
def group(group_id: int) -> str:
    return _page(group_id)


@blueprint.post("/<int:group_id>/rename")
@allow(Permission.REGISTRY_EDIT)
def rename(group_id: int) -> Any:
    actor = current_actor()
    try:
        with transaction() as session:
            group = unit_groups.find_group(session, actor, group_id)
            registry.check_version(group, fields.version())
            unit_groups.rename_group(session, actor, group, fields.text("name"), now=utcnow())
    except Invalid as refusal:
        return _page(group_id, refusal.fields), 422
    flash("已保存。", "success")
    return redirect(url_for("groups.group", group_id=group_id))


@blueprint.post("/<int:group_id>/members")
@allow(Permission.REGISTRY_EDIT)
def add_members(group_id: int) -> Any:
    actor, now = current_actor(), utcnow()
    try:
        since_on = fields.day("since_on", default=office_date(now))
        with transaction() as session:
            group = unit_groups.find_group(session, actor, group_id)
            count = unit_groups.add_members(session, actor, group, fields.keys("unit_ids"), since_on=since_on, now=now)
    except Invalid as refusal:
        return _page(group_id, refusal.fields), 422
    flash(f"已增加成员 {count} 个。已交办的任务不受影响，今后交办按新成员分解。", "success")
    return redirect(url_for("groups.group", group_id=group_id))


@blueprint.post("/members/<int:member_id>/end")
@allow(Permission.REGISTRY_EDIT)
def end_member(member_id: int) -> Response:
    now = utcnow()
    with transaction() as session:
        group = unit_groups.end_member(session, current_actor(), member_id, until_on=office_date(now), now=now)
        group_id = group.id
    flash("已移出。已交办的任务不受影响。", "success")
    return redirect(url_for("groups.group", group_id=group_id))


def _page(group_id: int, errors: dict[str, str] | None = None) -> str:
    session, actor, today = reading(), current_actor(), office_date(utcnow())
    group = unit_groups.find_group(session, actor, group_id)
    members = unit_groups.member_rows(session, group, today=today)
    present = {row.unit_id for row in members if row.is_current}
    units = registry.living_units(session, actor, today)
    return render_template(
        "groups/group.html",
        group_id=group.id,
        name=group.name,
        version=group.version,
        members=members,
        others=[(unit.id, unit.name) for unit in units if unit.id not in present],
        errors=errors or {},
        typed=request.form,
    )
