"""Taking over a running plan (存量建账): upload the earlier ledger, check its columns and rows, submit, approve."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.core.takeover import Meaning
from tracker.core.terms import ProposalStatus
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid, Unreadable
from tracker.services import plan_pages, takeover, takeover_pages, workflow_takeover
from tracker.services.attachments import Upload
from tracker.web import fields, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("takeover", __name__, url_prefix="/plans/<int:plan_id>/takeover")
# Which rows are shown, by the word in the address.
SHOWN = {"": "全部", "unmatched": "未对应", "wrong": "需改正"}


@blueprint.get("")
@allow(Permission.PLANS_READ)
def index(plan_id: int) -> Any:
    head = takeover_pages.takeover_head(reading(), current_actor(), plan_id)
    if head is not None and head.status is not ProposalStatus.DRAFT:
        return redirect(url_for(".rows", plan_id=plan_id))
    return _index(plan_id)


def _index(plan_id: int, errors: dict[str, str] | None = None, as_of: str = "") -> str:
    session, actor = reading(), current_actor()
    return render_template(
        "takeover/index.html",
        plan=plan_pages.plan_head(session, actor, plan_id),
        head=takeover_pages.takeover_head(session, actor, plan_id),
        errors=errors,
        as_of=as_of or office_date(utcnow()).isoformat(),
    )


@blueprint.post("")
@allow(Permission.PLANS_IMPORT)
def upload(plan_id: int) -> Any:
    file = request.files.get("file")
    as_of = fields.text("as_of")
    try:
        day = typed.day(as_of, "as_of")
        with transaction() as session:
            given = Upload(file.filename or "" if file else "", file.read() if file else b"")
            takeover.start_takeover(session, current_actor(), plan_id, given, as_of=day, now=utcnow())
    except Invalid as refusal:
        return _index(plan_id, refusal.fields, as_of), 422
    except Unreadable as refusal:
        return _index(plan_id, {"file": refusal.message}, as_of), 422
    return redirect(url_for(".columns", plan_id=plan_id))


@blueprint.get("/columns")
@allow(Permission.PLANS_IMPORT)
def columns(plan_id: int) -> Any:
    return _columns(plan_id)


def _columns(plan_id: int, errors: dict[str, str] | None = None) -> Any:
    session, actor = reading(), current_actor()
    head, found = takeover_pages.takeover_columns(session, actor, plan_id)
    if head.status is not ProposalStatus.DRAFT:
        return redirect(url_for(".rows", plan_id=plan_id))
    chosen = {each.letters: request.form.get(f"column-{each.letters}", each.meaning or "") for each in found}
    return render_template(
        "takeover/columns.html",
        plan=plan_pages.plan_head(session, actor, plan_id),
        head=head,
        columns=found,
        chosen=chosen,
        meanings=Meaning,
        errors=errors,
    )


@blueprint.post("/columns")
@allow(Permission.PLANS_IMPORT)
def map_columns(plan_id: int) -> Any:
    given = {name[7:]: fields.member(Meaning, value) for name, value in request.form.items() if name[:7] == "column-"}
    meanings = {letters: meaning for letters, meaning in given.items() if meaning is not None}
    try:
        with transaction() as session:
            takeover.set_meanings(
                session, current_actor(), plan_id, version=fields.version(), meanings=meanings, now=utcnow()
            )
    except Invalid as refusal:
        return _columns(plan_id, refusal.fields), 422
    return redirect(url_for(".rows", plan_id=plan_id))


@blueprint.get("/rows")
@allow(Permission.PLANS_READ)
def rows(plan_id: int) -> Any:
    return _rows(plan_id)


def _rows(plan_id: int, errors: dict[str, str] | None = None) -> str:
    session, actor = reading(), current_actor()
    page = takeover_pages.takeover_rows(session, actor, plan_id, today=office_date(utcnow()))
    show = request.args.get("show", "")
    show = show if show in SHOWN else ""
    wanted = {
        "": page.rows,
        "unmatched": [r for r in page.rows if not r.choice],
        "wrong": [r for r in page.rows if r.wrong],
    }
    counts = {"": len(page.rows), "unmatched": page.unmatched, "wrong": len(wanted["wrong"])}
    tabs = [
        (label, url_for(".rows", plan_id=plan_id, show=name or None), name == show, counts[name])
        for name, label in SHOWN.items()
    ]
    return render_template(
        "takeover/rows.html",
        plan=plan_pages.plan_head(session, actor, plan_id),
        page=page,
        head=page.head,
        rows=wanted[show],
        show=show,
        tabs=tabs,
        errors=errors,
    )


@blueprint.post("/rows")
@allow(Permission.PLANS_IMPORT)
def match_rows(plan_id: int) -> Any:
    is_submitted = request.form.get("act") == "submit"
    try:
        with transaction() as session:
            page = takeover_pages.takeover_rows(session, current_actor(), plan_id, today=office_date(utcnow()))
            takeover.set_matches(
                session, current_actor(), plan_id, version=fields.version(), matches=_matches(page), now=utcnow()
            )
    except Invalid as refusal:
        return _rows(plan_id, refusal.fields), 422
    if is_submitted:
        return _submit(plan_id)
    flash("已保存对应关系。", "success")
    return redirect(url_for(".rows", plan_id=plan_id, show=request.args.get("show") or None))


def _matches(page: takeover_pages.RowsPage) -> dict[int, int]:
    """The tasks typed beside the rows by their places in the plan; an empty field: the row is not taken."""
    keys = {choice.place: choice.key for choice in page.choices}
    found, wrong = {}, []
    for row in page.rows:
        value = request.form.get(f"row-{row.line.row}")
        if value is None:
            continue
        place = fields.key(value.strip())
        if value.strip() and place not in keys:
            wrong.append(f"第 {row.line.row} 行")
        found[row.line.row] = keys.get(place or 0, takeover.NOT_TAKEN)
    if wrong:
        raise Invalid({"": f"{'、'.join(wrong[:5])}填写的不是任务序号（1 至 {len(keys)}），请重新选择。"})
    return found


def _submit(plan_id: int) -> Any:
    try:
        with transaction() as session:
            known = takeover.begun(session, current_actor(), plan_id)
            done = workflow_takeover.submit_takeover(
                session, current_actor(), plan_id, version=known.version, now=utcnow()
            )
            is_done = done.status is ProposalStatus.DONE
    except Invalid as refusal:
        return _rows(plan_id, refusal.fields), 422
    flash("已建账，方案进入执行中。" if is_done else "已提请办公室负责人审批。", "success")
    return redirect(url_for("plans.detail" if is_done else ".rows", plan_id=plan_id))


@blueprint.post("/approve")
@allow(Permission.PLANS_APPROVE)
def approve(plan_id: int) -> Any:
    try:
        with transaction() as session:
            workflow_takeover.approve_takeover(
                session, current_actor(), plan_id, version=fields.version(), now=utcnow()
            )
    except Invalid as refusal:
        return _rows(plan_id, refusal.fields), 422
    flash("已批准建账，方案进入执行中。", "success")
    return redirect(url_for("plans.detail", plan_id=plan_id))


@blueprint.post("/send-back")
@allow(Permission.PLANS_READ)
def send_back(plan_id: int) -> Any:
    try:
        with transaction() as session:
            takeover.return_takeover(
                session,
                current_actor(),
                plan_id,
                version=fields.version(),
                words=fields.text("words"),
                now=utcnow(),
            )
    except Invalid as refusal:
        return _rows(plan_id, refusal.fields), 422
    flash("已退回，可以继续修改。", "success")
    return redirect(url_for(".rows", plan_id=plan_id))


@blueprint.post("/discard")
@allow(Permission.PLANS_IMPORT)
def discard(plan_id: int) -> Any:
    with transaction() as session:
        takeover.discard_takeover(session, current_actor(), plan_id, version=fields.version(), now=utcnow())
    flash("已放弃存量建账，方案没有变化。", "success")
    return redirect(url_for("plans.detail", plan_id=plan_id))
