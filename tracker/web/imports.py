"""Importing a plan: upload, review, accept, and back. Items and answers have modules of their own beside this one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from tracker import db
from tracker.core.answers import basis_proposal
from tracker.core.permissions import Permission
from tracker.core.terms import DraftStatus
from tracker.errors import Conflict, Invalid, Unreadable
from tracker.services import (
    acceptance,
    draft_answers,
    draft_document,
    draft_list,
    draft_rows,
    drafts,
    imports,
    revision,
)
from tracker.web import listing, sheets
from tracker.web.access import allow, current_actor
from tracker.web.downloads import download

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
MEGABYTE = 1024 * 1024
ACCEPTED = ".txt,.docx,.doc,.pdf,.html,.htm"


@blueprint.get("")
@allow(Permission.PLANS_IMPORT)
def index() -> Any:
    return _index()


def _index(errors: dict[str, str] | None = None, pasted: str = "") -> str:
    wanted = _wanted()
    return render_template(
        "imports/index.html",
        page=draft_list.draft_list(db.reading(), current_actor(), wanted, number=listing.page_number()),
        wanted=wanted,
        statuses=DraftStatus,
        errors=errors,
        pasted=pasted,
        accepted=ACCEPTED,
        limit_mb=_limit_bytes() // MEGABYTE,
    )


@blueprint.get("/export")
@allow(Permission.PLANS_IMPORT)
def export() -> Response:
    wanted = _wanted()
    rows = draft_list.all_drafts(db.reading(), current_actor(), wanted)
    note = sheets.note((wanted.words, wanted.status.label if wanted.status else ""), len(rows), "份")
    return sheets.answer(sheets.drafts_sheet(rows, note), "导入记录")


def _wanted() -> draft_list.DraftFilter:
    return draft_list.DraftFilter(words=listing.words(), status=listing.member(DraftStatus, "status"))


def _limit_bytes() -> int:
    # One MiB of the largest request is left to the form around the file.
    limit: int = current_app.config["MAX_CONTENT_LENGTH"] - MEGABYTE
    return limit


@blueprint.post("")
@allow(Permission.PLANS_IMPORT)
def upload() -> Any:
    file, pasted = request.files.get("file"), request.form.get("pasted", "")
    try:
        upload = imports.uploaded(file.read() if file else None, file.filename if file else None, pasted)
        known = imports.find_known(db.reading(), current_actor(), upload)
        if known is not None:
            return _to_known(known)
        reading = imports.read_upload(upload, max_bytes=_limit_bytes())
    except Invalid as error:
        return _index(error.fields, pasted), 422
    except Unreadable as error:
        return _index({"file": error.message}, pasted), 422
    with db.transaction() as session:
        draft = imports.start_draft(session, current_actor(), upload, reading, now=db.utcnow())
        draft_id = draft.id
    return redirect(url_for("imports.review", draft_id=draft_id))


def _to_known(known: imports.Known) -> Response:
    when = known.uploaded_at.astimezone(db.OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
    said = f"这份文件已由{known.uploaded_by}于 {when} 导入，没有重复导入。"
    if known.status is DraftStatus.ACCEPTED and known.plan_id is not None:
        flash(said + "下面是由它生成的方案。", "info")
        return redirect(url_for("plans.detail", plan_id=known.plan_id))
    flash(said + "请在已有的草稿上继续核对。", "info")
    return redirect(url_for("imports.review", draft_id=known.draft_id))


@blueprint.get("/<int:draft_id>")
@allow(Permission.PLANS_IMPORT)
def review(draft_id: int) -> Any:
    session = db.reading()
    rows = draft_rows.review(session, current_actor(), draft_id)
    if rows.head.status is not DraftStatus.REVIEWING:
        return redirect(url_for("imports.accepted", draft_id=draft_id))
    lines = draft_document.document_lines(session, current_actor(), draft_id, rows)
    return render_template("imports/review.html", review=rows, lines=lines)


def is_inline() -> bool:
    """Whether our script asks for a part of the page in place of a new one."""
    return request.headers.get("X-Inline") == "1"


def after_edit(draft_id: int, anchor: str) -> Any:
    """Gives the answer to an edit that succeeded: the list as it stands now to a script, else the way back to it."""
    if is_inline():
        rows = draft_rows.review(db.reading(), current_actor(), draft_id)
        return render_template("imports/_list.html", review=rows)
    return redirect(url_for("imports.review", draft_id=draft_id, _anchor=anchor))


@blueprint.get("/<int:draft_id>/accept")
@allow(Permission.PLANS_IMPORT)
def accept(draft_id: int) -> Any:
    return _accept_page(draft_id)


def _accept_page(draft_id: int, errors: dict[str, str] | None = None, basis: str | None = None) -> Any:
    session = db.reading()
    rows = draft_rows.review(session, current_actor(), draft_id)
    if rows.head.status is not DraftStatus.REVIEWING:
        return redirect(url_for("imports.accepted", draft_id=draft_id))
    edition = revision.revision_of_draft(session, draft_id)
    if edition is not None:
        return redirect(url_for("revision.compare", plan_id=edition.plan_id, revision_id=edition.id))
    problems = acceptance.problems(session, current_actor(), draft_id)
    twins = imports.plans_like(session, current_actor(), draft_id)
    basis = basis_proposal(rows.head.issuer, rows.head.issued_on) if basis is None else basis
    return render_template(
        "imports/accept.html", review=rows, problems=problems, errors=errors, twins=twins, basis=basis
    )


@blueprint.post("/<int:draft_id>/accept")
@allow(Permission.PLANS_IMPORT)
def accept_now(draft_id: int) -> Any:
    basis = request.form.get("basis", "")
    try:
        with db.transaction() as session:
            plan = acceptance.accept_draft(
                session, current_actor(), draft_id, now=db.utcnow(), version=whole_number("version"), basis=basis
            )
            plan_id = plan.id
    except Invalid as error:
        return _accept_page(draft_id, error.fields, basis), 422
    except Conflict as error:
        return _accept_page(draft_id, {"": error.message}, basis), 409
    flash("方案已入库，任务处于草拟状态，尚未交办。请核对后提请立项。", "success")
    return redirect(url_for("plans.detail", plan_id=plan_id))


@blueprint.get("/<int:draft_id>/accepted")
@allow(Permission.PLANS_IMPORT)
def accepted(draft_id: int) -> Any:
    rows = draft_rows.review(db.reading(), current_actor(), draft_id)
    if rows.head.status is DraftStatus.REVIEWING:
        return redirect(url_for("imports.review", draft_id=draft_id))
    if rows.head.is_revision and rows.head.status is DraftStatus.ACCEPTED:
        return redirect(url_for("revision.index", plan_id=rows.head.plan_id))
    return render_template("imports/accepted.html", review=rows)


@blueprint.get("/of-plan/<int:plan_id>")
@allow(Permission.PLANS_IMPORT)
def of_plan(plan_id: int) -> Any:
    draft_id = imports.draft_of_plan(db.reading(), current_actor(), plan_id)
    return redirect(url_for("imports.accepted", draft_id=draft_id))


@blueprint.post("/<int:draft_id>/undo")
@allow(Permission.PLANS_IMPORT)
def undo(draft_id: int) -> Any:
    with db.transaction() as session:
        acceptance.undo_acceptance(session, current_actor(), draft_id, now=db.utcnow())
    flash("已撤销入库，方案和任务已删除，草稿恢复为核对中。", "success")
    return redirect(url_for("imports.review", draft_id=draft_id))


@blueprint.post("/<int:draft_id>/discard")
@allow(Permission.PLANS_IMPORT)
def discard(draft_id: int) -> Any:
    with db.transaction() as session:
        draft_answers.discard_draft(session, current_actor(), draft_id, now=db.utcnow())
    flash("已放弃这份导入。重新上传同一文件可以重新开始。", "success")
    return redirect(url_for("imports.index"))


@blueprint.get("/<int:draft_id>/source")
@allow(Permission.PLANS_IMPORT)
def source(draft_id: int) -> Any:
    data, filename = imports.source_file(db.reading(), current_actor(), draft_id)
    return download(data, filename, "application/octet-stream")


def whole_number(name: str) -> int:
    """Gives a hidden number of the form; one that is missing or no number is a request no page of ours sends."""
    value = request.form.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise BadRequest
    return int(value)


def item_key(draft_id: int, value: str) -> drafts.ItemKey:
    """Gives the item and version of a ticked box, "12:3"."""
    item_id, _, version = value.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (item_id, version)):
        raise BadRequest
    return drafts.ItemKey(draft_id, int(item_id), int(version))
