"""The items of a draft: each edited, left out, put together, taken apart, or added; findings settled.

Every act works as a page of its own; our script asks the same addresses for the part it needs.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from tracker import db
from tracker.core.names import split_names
from tracker.core.permissions import Permission
from tracker.core.terms import DutyRole, LeadMode, TaskKind
from tracker.errors import Conflict, Invalid
from tracker.services import draft_answers, draft_passages, draft_rows, draft_shapes, drafts
from tracker.services.draft_answers import Bulk
from tracker.services.draft_shown import ItemRow
from tracker.web.access import allow, current_actor
from tracker.web.imports import after_edit, is_inline, item_key, whole_number
from tracker.web.imports import blueprint as imports
from tracker.web.typed import day

MERGE = "merge"
BULK_LABELS = {
    Bulk.DUE.value: "设定时限",
    Bulk.STANDING.value: "定为长期坚持",
    Bulk.FOLLOW_DUE.value: "时限按全方案",
    Bulk.FIRST.value: "首位单位牵头",
    Bulk.EACH.value: "各负其责",
    Bulk.FOLLOW_LEAD.value: "牵头按全方案",
    Bulk.UNITS.value: "补充责任单位",
    Bulk.INCLUDE.value: "纳入",
    Bulk.DROP.value: "不纳入",
    MERGE: "合并为一条",
}


def _row(draft_id: int, item_id: int) -> tuple[draft_rows.Review, ItemRow]:
    rows = draft_rows.review(db.reading(), current_actor(), draft_id)
    return rows, rows.item(item_id)


def _typed(item: ItemRow) -> MultiDict[str, str]:
    return MultiDict(
        {
            "number": item.number,
            "title": item.title,
            "text": item.text,
            "kind": item.kind.value,
            "is_included": "1" if item.is_included else "",
            "lead": item.names(DutyRole.LEAD),
            "responsible": item.names(DutyRole.RESPONSIBLE),
            "cooperating": item.names(DutyRole.COOPERATING),
            "leader": item.leader,
            "due": "standing" if item.own_is_standing else "date" if item.own_due_on else "follow",
            "due_on": item.own_due_on.isoformat() if item.own_due_on else "",
            "lead_mode": item.lead_mode.value if item.lead_mode else "",
        }
    )


def _edit_page(draft_id: int, item_id: int, **more: Any) -> str:
    rows, item = _row(draft_id, item_id)
    template = "imports/_edit_item.html" if is_inline() else "imports/edit_item.html"
    given = {"typed": _typed(item), "errors": None, "conflict": None, **more}
    return render_template(template, review=rows, item=item, now_typed=_typed(item), **given)


@imports.get("/<int:draft_id>/items/<int:item_id>/edit")
@allow(Permission.PLANS_IMPORT)
def edit_item(draft_id: int, item_id: int) -> Any:
    return _edit_page(draft_id, item_id)


@imports.post("/<int:draft_id>/items/<int:item_id>/edit")
@allow(Permission.PLANS_IMPORT)
def save_item(draft_id: int, item_id: int) -> Any:
    key = drafts.ItemKey(draft_id, item_id, whole_number("version"))
    try:
        edit = _edit(request.form)
        with db.transaction() as session:
            drafts.update_item(session, current_actor(), key, edit, now=db.utcnow())
    except Invalid as error:
        return _edit_page(draft_id, item_id, typed=request.form, errors=error.fields), 422
    except Conflict as error:
        return _edit_page(draft_id, item_id, typed=request.form, conflict=error.message), 409
    return after_edit(draft_id, f"item-{item_id}")


def _edit(form: MultiDict[str, str]) -> drafts.ItemEdit:
    due = form.get("due")
    due_on = day(form.get("due_on", ""), "due_on") if due == "date" else None
    if due == "date" and due_on is None:
        raise Invalid({"due_on": "请填写完成日期，或者改选“按全方案”“长期坚持”。"})
    try:
        kind = TaskKind(form.get("kind", ""))
        lead_mode = LeadMode(form["lead_mode"]) if form.get("lead_mode") else None
    except ValueError:
        raise BadRequest from None
    return drafts.ItemEdit(
        number=form.get("number", ""),
        title=form.get("title", ""),
        text=form.get("text", "").replace("\r\n", "\n"),
        kind=kind,
        is_included=form.get("is_included") == "1",
        names={role: split_names(form.get(role.value, "")) for role in DutyRole},
        leader=form.get("leader", ""),
        due_on=due_on,
        is_standing=due == "standing",
        lead_mode=lead_mode,
    )


@imports.get("/<int:draft_id>/items/<int:item_id>/drop")
@allow(Permission.PLANS_IMPORT)
def drop_item(draft_id: int, item_id: int) -> Any:
    rows, item = _row(draft_id, item_id)
    return render_template("imports/drop_item.html", review=rows, item=item, errors=None)


@imports.post("/<int:draft_id>/items/<int:item_id>/drop")
@allow(Permission.PLANS_IMPORT)
def drop_item_now(draft_id: int, item_id: int) -> Any:
    key = drafts.ItemKey(draft_id, item_id, whole_number("version"))
    try:
        with db.transaction() as session:
            drafts.drop_item(session, current_actor(), key, reason=request.form.get("reason", ""), now=db.utcnow())
    except Invalid as error:
        rows, item = _row(draft_id, item_id)
        return render_template("imports/drop_item.html", review=rows, item=item, errors=error.fields), 422
    return after_edit(draft_id, f"item-{item_id}")


@imports.post("/<int:draft_id>/items/<int:item_id>/restore")
@allow(Permission.PLANS_IMPORT)
def restore_item(draft_id: int, item_id: int) -> Any:
    key = drafts.ItemKey(draft_id, item_id, whole_number("version"))
    with db.transaction() as session:
        drafts.restore_item(session, current_actor(), key, now=db.utcnow())
    return after_edit(draft_id, f"item-{item_id}")


@imports.get("/<int:draft_id>/items/<int:item_id>/split")
@allow(Permission.PLANS_IMPORT)
def split_item(draft_id: int, item_id: int) -> Any:
    return _split_page(draft_id, item_id)


def _split_page(draft_id: int, item_id: int, errors: dict[str, str] | None = None) -> str:
    rows, item = _row(draft_id, item_id)
    edges = [0, *draft_shapes.breaks_of(item.text), len(item.text)]
    pieces = [(edges[n], item.text[edges[n] : edges[n + 1]].strip()) for n in range(len(edges) - 1)]
    return render_template("imports/split_item.html", review=rows, item=item, pieces=pieces, errors=errors)


@imports.post("/<int:draft_id>/items/<int:item_id>/split")
@allow(Permission.PLANS_IMPORT)
def split_item_now(draft_id: int, item_id: int) -> Any:
    key = drafts.ItemKey(draft_id, item_id, whole_number("version"))
    try:
        with db.transaction() as session:
            at = whole_number("at") if request.form.get("at") else 0
            draft_shapes.split_item(session, current_actor(), key, at, now=db.utcnow())
    except Invalid as error:
        return _split_page(draft_id, item_id, error.fields), 422
    flash("已拆分为两条，请核对各自的责任单位和时限。", "success")
    return redirect(url_for("imports.review", draft_id=draft_id, _anchor=f"item-{item_id}"))


@imports.get("/<int:draft_id>/items/new")
@allow(Permission.PLANS_IMPORT)
def add_item(draft_id: int) -> Any:
    rows = draft_rows.review(db.reading(), current_actor(), draft_id)
    return render_template("imports/add_item.html", review=rows, typed=MultiDict(), errors=None)


@imports.post("/<int:draft_id>/items/new")
@allow(Permission.PLANS_IMPORT)
def add_item_now(draft_id: int) -> Any:
    form = request.form
    try:
        with db.transaction() as session:
            if form.get("start"):
                start, end = whole_number("start"), whole_number("end")
            else:
                start, end = draft_passages.find_passage(session, current_actor(), draft_id, form.get("passage", ""))
            item_id = draft_passages.add_item(session, current_actor(), draft_id, start, end, now=db.utcnow()).id
    except Invalid as error:
        rows = draft_rows.review(db.reading(), current_actor(), draft_id)
        return render_template("imports/add_item.html", review=rows, typed=form, errors=error.fields), 422
    flash("已从原文增加一条，请补充责任单位和时限。", "success")
    return redirect(url_for("imports.review", draft_id=draft_id, _anchor=f"item-{item_id}"))


@imports.post("/<int:draft_id>/items/bulk")
@allow(Permission.PLANS_IMPORT)
def change_items(draft_id: int) -> Any:
    keys = [item_key(draft_id, value) for value in request.form.getlist("items")]
    try:
        with db.transaction() as session:
            done = _bulk(session, draft_id, keys)
    except (Invalid, Conflict) as error:
        words = "；".join(error.fields.values()) if isinstance(error, Invalid) else error.message
        flash(words, "danger")
        return redirect(url_for("imports.review", draft_id=draft_id))
    if not is_inline():
        flash(done, "success")
    return after_edit(draft_id, f"item-{keys[0].item_id}")


def _bulk(session: Any, draft_id: int, keys: list[drafts.ItemKey]) -> str:
    act, now = request.form.get("act", ""), db.utcnow()
    if act == MERGE:
        item = draft_shapes.merge_items(session, current_actor(), keys, now=now)
        return f"已合并为“{item.title[:30]}”。"
    try:
        bulk = Bulk(act)
    except ValueError:
        raise Invalid({"": "请选择要做的批量修改。"}) from None
    given = draft_answers.BulkValues(
        due_on=day(request.form.get("due_on", ""), "due_on") if bulk is Bulk.DUE else None,
        reason=request.form.get("reason", ""),
        names=tuple(split_names(request.form.get("names", ""))),
    )
    count = draft_answers.change_items(session, current_actor(), keys, bulk, given, now=now)
    return f"已修改 {count} 条：{BULK_LABELS[act]}。"


@imports.post("/<int:draft_id>/findings")
@allow(Permission.PLANS_IMPORT)
def settle_findings(draft_id: int) -> Any:
    ids = [int(value) for value in request.form.getlist("findings") if value.isascii() and value.isdigit()]
    is_settled = request.form.get("settled", "1") == "1"
    with db.transaction() as session:
        drafts.settle_findings(session, current_actor(), draft_id, ids, is_settled=is_settled, now=db.utcnow())
    return after_edit(draft_id, f"finding-{ids[0]}" if ids else "entries")
