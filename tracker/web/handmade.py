"""The pages on which the office types a task: one without a document, or a draft that has to be mended."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from tracker import db
from tracker.core.names import split_names
from tracker.core.permissions import Permission
from tracker.core.terms import DutyRole
from tracker.errors import Invalid
from tracker.services import handmade
from tracker.web import fields
from tracker.web.access import allow, current_actor
from tracker.web.typed import day

blueprint = Blueprint("handmade", __name__)


@blueprint.get("/tasks/new")
@blueprint.get("/plans/<int:plan_id>/tasks/new")
@allow(Permission.PLANS_IMPORT)
def add_task(plan_id: int | None = None) -> Any:
    return _page(MultiDict({"home": str(plan_id or "meeting"), "due": "date"}))


def _page(typed: MultiDict[str, str], errors: dict[str, str] | None = None) -> str:
    session, actor = db.reading(), current_actor()
    homes = [*handmade.COLLECTIONS.items(), *handmade.list_homes(session, actor)]
    return render_template(
        "handmade/add_task.html",
        typed=typed,
        errors=errors,
        homes=[(str(key), title) for key, title in homes],
        unit_names=handmade.list_unit_names(session, actor, today=db.office_date(db.utcnow())),
    )


@blueprint.post("/tasks/new")
@blueprint.post("/plans/<int:plan_id>/tasks/new")
@allow(Permission.PLANS_IMPORT)
def add_task_now(plan_id: int | None = None) -> Any:
    try:
        with db.transaction() as session:
            task = handmade.add_task(session, current_actor(), _typed(request.form), now=db.utcnow())
            home, title = task.plan_id, task.title
    except Invalid as error:
        return _page(request.form, error.fields), 422
    flash(f"已添加“{title}”，尚未交办。", "success")
    return redirect(url_for("plans.detail", plan_id=home))


@blueprint.get("/tasks/<int:task_id>/edit")
@allow(Permission.PLANS_IMPORT)
def edit_task(task_id: int) -> Any:
    typed, version = handmade.task_as_typed(db.reading(), current_actor(), task_id)
    return _edit_page(task_id, _shown(typed), version)


@blueprint.post("/tasks/<int:task_id>/edit")
@allow(Permission.PLANS_IMPORT)
def edit_task_now(task_id: int) -> Any:
    version = fields.version()
    try:
        with db.transaction() as session:
            task = handmade.edit_task(
                session, current_actor(), task_id, _typed(request.form), version=version, now=db.utcnow()
            )
            title = task.title
    except Invalid as error:
        return _edit_page(task_id, request.form, version, error.fields), 422
    flash(f"已修改“{title}”。", "success")
    return redirect(url_for("tasks.detail", task_id=task_id))


def _edit_page(task_id: int, typed: MultiDict[str, str], version: int, errors: dict[str, str] | None = None) -> str:
    names = handmade.list_unit_names(db.reading(), current_actor(), today=db.office_date(db.utcnow()))
    return render_template(
        "handmade/edit_task.html", task_id=task_id, typed=typed, version=version, errors=errors, unit_names=names
    )


def _shown(typed: handmade.HandTask) -> MultiDict[str, str]:
    words = {role.value: "、".join(names) for role, names in typed.names.items()}
    words |= {name: getattr(typed, name) for name in ("title", "text", "basis", "number", "leader")}
    words |= {"due": "standing" if typed.is_standing else "date"}
    return MultiDict(words | {"due_on": typed.due_on.isoformat() if typed.due_on else ""})


def _typed(form: MultiDict[str, str]) -> handmade.HandTask:
    home = form.get("home", "")
    return handmade.HandTask(
        home=int(home) if home.isascii() and home.isdigit() and len(home) < 10 else home,
        title=form.get("title", ""),
        text=form.get("text", "").replace("\r\n", "\n"),
        basis=form.get("basis", ""),
        number=form.get("number", "")[:80],
        names={role: split_names(form.get(role.value, "")) for role in DutyRole},
        leader=form.get("leader", "")[:200],
        due_on=day(form.get("due_on", ""), "due_on") if form.get("due") == "date" else None,
        is_standing=form.get("due") == "standing",
    )
