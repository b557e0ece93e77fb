"""The page on which a task without a document is entered."""

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
