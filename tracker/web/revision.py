"""New editions of an issued plan's document (修订稿): import, compare, decide item by item, submit, approve."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.db import reading, transaction, utcnow
from tracker.errors import Conflict, Invalid, Unreadable
from tracker.services import imports, plan_pages, revision, revision_pages, workflow_revising
from tracker.web import fields
from tracker.web.access import allow, current_actor

blueprint = Blueprint("revision", __name__, url_prefix="/plans/<int:plan_id>/revision")
MEGABYTE = 1024 * 1024
ACCEPTED = ".txt,.docx,.doc,.pdf,.html,.htm"


@blueprint.get("")
@allow(Permission.PLANS_READ)
def index(plan_id: int) -> Any:
    return _index(plan_id)


def _index(plan_id: int, errors: dict[str, str] | None = None, pasted: str = "") -> str:
    session, actor = reading(), current_actor()
    return render_template(
        "revision/index.html",
        plan=plan_pages.plan_head(session, actor, plan_id),
        editions=revision_pages.editions(session, actor, plan_id),
        errors=errors,
        pasted=pasted,
        accepted=ACCEPTED,
        limit_mb=_limit_bytes() // MEGABYTE,
    )


def _limit_bytes() -> int:
    # One MiB of the largest request is left to the form around the file.
    limit: int = current_app.config["MAX_CONTENT_LENGTH"] - MEGABYTE
    return limit


@blueprint.post("")
@allow(Permission.PLANS_IMPORT)
def upload(plan_id: int) -> Any:
    file, pasted = request.files.get("file"), request.form.get("pasted", "")
    revision.revisions_of(reading(), current_actor(), plan_id)
    try:
        given = imports.uploaded(file.read() if file else None, file.filename if file else None, pasted)
        read = imports.read_upload(given, max_bytes=_limit_bytes())
        with transaction() as session:
            started = revision.start_revision(session, current_actor(), plan_id, given, read, now=utcnow())
            draft_id = started.draft_id
    except Invalid as refusal:
        return _index(plan_id, refusal.fields, pasted), 422
    except Unreadable as refusal:
        return _index(plan_id, {"file": refusal.message}, pasted), 422
    except Conflict as refusal:
        return _index(plan_id, {"": refusal.message}, pasted), 409
    flash("修订稿已读取，请照常核对任务、单位和时限，再逐项比对。", "success")
    return redirect(url_for("imports.review", draft_id=draft_id))


@blueprint.get("/<int:revision_id>")
@allow(Permission.PLANS_READ)
def compare(plan_id: int, revision_id: int) -> Any:
    return _compare(plan_id, revision_id)


def _compare(plan_id: int, revision_id: int, errors: dict[str, str] | None = None) -> str:
    session, actor = reading(), current_actor()
    page = revision_pages.compare_page(session, actor, plan_id, revision_id)
    return render_template(
        "revision/compare.html",
        plan=plan_pages.plan_head(session, actor, plan_id),
        page=page,
        edition=page.edition,
        chosen={row.key: request.form.get(f"choice-{row.key}", row.choice) for row in page.rows},
        errors=errors,
    )


@blueprint.post("/<int:revision_id>")
@allow(Permission.PLANS_IMPORT)
def decide(plan_id: int, revision_id: int) -> Any:
    act = request.form.get("act", "")
    choices = {name[7:]: value for name, value in request.form.items() if name.startswith("choice-")}
    try:
        with transaction() as session:
            actor = current_actor()
            found = revision.find_revision(session, actor, plan_id, revision_id)
            if act in ("all-new", "all-old"):
                open_keys = {revision.key_of(each) for each in revision.compared(session, found).open}
                choices |= dict.fromkeys(open_keys - choices.keys(), act[4:])
            revision.decide(session, actor, found, version=fields.version(), choices=choices, now=utcnow())
    except Invalid as refusal:
        return _compare(plan_id, revision_id, refusal.fields), 422
    if act == "submit":
        return _submit(plan_id, revision_id)
    flash("已保存逐项决定。", "success")
    return redirect(url_for(".compare", plan_id=plan_id, revision_id=revision_id))


def _submit(plan_id: int, revision_id: int) -> Any:
    try:
        with transaction() as session:
            found = revision.find_revision(session, current_actor(), plan_id, revision_id)
            workflow_revising.submit_revision(session, current_actor(), found, version=found.version, now=utcnow())
    except Invalid as refusal:
        return _compare(plan_id, revision_id, refusal.fields), 422
    flash("已提交。", "success")
    return redirect(url_for(".compare", plan_id=plan_id, revision_id=revision_id))


@blueprint.post("/<int:revision_id>/approve")
@allow(Permission.PLANS_APPROVE)
def approve(plan_id: int, revision_id: int) -> Any:
    try:
        with transaction() as session:
            found = revision.find_revision(session, current_actor(), plan_id, revision_id)
            workflow_revising.approve_revision(session, current_actor(), found, version=fields.version(), now=utcnow())
    except Invalid as refusal:
        return _compare(plan_id, revision_id, refusal.fields), 422
    flash("修订稿已执行，新增的任务处于草拟状态，请照常提请立项。", "success")
    return redirect(url_for("plans.detail", plan_id=plan_id))


@blueprint.post("/<int:revision_id>/send-back")
@allow(Permission.PLANS_READ)
def send_back(plan_id: int, revision_id: int) -> Any:
    try:
        with transaction() as session:
            found = revision.find_revision(session, current_actor(), plan_id, revision_id)
            revision.return_revision(
                session, current_actor(), found, version=fields.version(), words=fields.text("words"), now=utcnow()
            )
    except Invalid as refusal:
        return _compare(plan_id, revision_id, refusal.fields), 422
    flash("已退回，可以继续修改。", "success")
    return redirect(url_for(".compare", plan_id=plan_id, revision_id=revision_id))


@blueprint.post("/<int:revision_id>/discard")
@allow(Permission.PLANS_IMPORT)
def discard(plan_id: int, revision_id: int) -> Any:
    with transaction() as session:
        found = revision.find_revision(session, current_actor(), plan_id, revision_id)
        revision.discard_revision(session, current_actor(), found, version=fields.version(), now=utcnow())
    flash("已放弃修订稿，方案没有变化。", "success")
    return redirect(url_for(".index", plan_id=plan_id))
