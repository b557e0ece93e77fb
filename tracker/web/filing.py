"""The filing page (报送): all that a unit owes, kept row by row as it is typed, handed over and signed as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Conflict, Invalid
from tracker.services import signing
from tracker.services.attachments import ALLOWED, EXTENSIONS, Upload, attach
from tracker.services.filing import Entry, save_row, words_of
from tracker.services.filing_pages import filing_page, sign_page
from tracker.web import evidence, fields, listing
from tracker.web.access import allow, current_actor

blueprint = Blueprint("filing", __name__, url_prefix="/filing")
_FIELDS = ("progress", "percent", "problems", "next_step", "coordination")


def _page(errors: Mapping[int, Mapping[str, str]] | None = None) -> str:
    errors = errors or {}
    number, today = listing.page_number(), office_date(utcnow())
    holding = next((key for key in errors if key), None)
    page = filing_page(reading(), current_actor(), today=today, number=number, holding=holding)
    return render_template(
        "filing/index.html",
        page=page,
        errors=errors,
        typed=request.form,
        today=today,
        allowed_files=ALLOWED,
        accept=",".join(EXTENSIONS),
    )


@blueprint.get("")
@allow(Permission.FILING_WRITE)
def index() -> str:
    return _page()


def _typed(key: int) -> dict[str, str]:
    return {name: request.form.get(f"{key}-{name}", "") for name in _FIELDS}


def _entry(key: int) -> Entry:
    return Entry(key, fields.key(request.form.get(f"{key}-version")) or 0, words_of(_typed(key)))


def _uploads(key: int) -> list[Upload]:
    return [Upload(file.filename, file.read()) for file in request.files.getlist(f"{key}-files") if file.filename]


@blueprint.post("")
@allow(Permission.FILING_WRITE)
def save() -> Any:
    """Keeps every row of the page; those that cannot be kept come back with what was typed."""
    errors = _kept(dict.fromkeys(fields.keys("row")))
    if request.form.get("act") != "hand_over" or errors:
        if errors:
            return _page(errors), 409 if all(set(wrong) == {""} for wrong in errors.values()) else 422
        flash("已暂存，尚未交签。", "info")
        return redirect(url_for(".index", **listing.filters("page")))
    try:
        with transaction() as session:
            done = signing.hand_over(session, current_actor(), now=utcnow())
    except Invalid as refusal:
        return _page({fields.key(key) or 0: {"": words} for key, words in refusal.fields.items()}), 422
    told = "已报送，等待办公室审核" if done.is_signed else "已交签，等待本单位负责人签发"
    left = f"；还有 {done.blank} 项未填" if done.blank else ""
    flash(f"{told}，共 {done.rows} 项{left}。", "success")
    return redirect(url_for(".index"))


def _kept(keys: Mapping[int, None]) -> dict[int, dict[str, str]]:
    errors: dict[int, dict[str, str]] = {}
    with transaction() as session:
        for key in keys:
            try:
                with session.begin_nested():
                    _keep(session, key)
            except Invalid as refusal:
                errors[key] = dict(refusal.fields)
            except Conflict as refusal:
                errors[key] = {"": refusal.message}
    return errors


def _keep(session: Any, key: int) -> Any:
    now, actor, files = utcnow(), current_actor(), _uploads(key)
    entry = _entry(key)
    report = save_row(session, actor, entry, now=now)
    if files and report is None:
        raise Invalid({"files": "请先填写进展情况，再上传佐证材料。"})
    if files and report is not None:
        attach(session, actor, report, files, now=now, limit_bytes=evidence.limit_bytes())
    return report


@blueprint.post("/rows/<int:assignment_id>")
@allow(Permission.FILING_WRITE)
def save_one(assignment_id: int) -> Any:
    """Keeps one row as it is typed; the answer is for the page's script."""
    try:
        with transaction() as session:
            report = _keep(session, assignment_id)
            kept = {"version": report.version if report is not None else 0, "files": _files(report)}
    except Invalid as refusal:
        return jsonify(errors=refusal.fields), 422
    except Conflict as refusal:
        return jsonify(errors={"": refusal.message}), 409
    return jsonify(kept)


def _files(report: Any) -> list[dict[str, str]]:
    if report is None:
        return []
    task_id = report.assignment.task_id
    return [
        {"name": row.filename, "href": url_for("tasks.file", task_id=task_id, file_id=row.id)}
        for row in report.attachments
    ]


@blueprint.get("/<int:filing_id>/sign")
@allow(Permission.FILING_WRITE)
def sign(filing_id: int) -> str:
    return _sign_page(filing_id)


def _sign_page(filing_id: int, errors: Mapping[str, str] | None = None) -> str:
    page = sign_page(reading(), current_actor(), filing_id, today=office_date(utcnow()))
    return render_template("filing/sign.html", page=page, errors=errors or {}, typed=request.form)


@blueprint.post("/<int:filing_id>/sign")
@allow(Permission.FILING_WRITE)
def sign_now(filing_id: int) -> Response:
    with transaction() as session:
        count = signing.sign_filing(session, current_actor(), filing_id, version=fields.version(), now=utcnow())
    flash(f"已签发 {count} 项，等待办公室审核。", "success")
    return redirect(url_for(".index"))  # type: ignore[return-value]


@blueprint.post("/<int:filing_id>/return")
@allow(Permission.FILING_WRITE)
def send_back(filing_id: int) -> Any:
    try:
        with transaction() as session:
            signing.return_filing(
                session,
                current_actor(),
                filing_id,
                version=fields.version(),
                words=fields.text("words"),
                now=utcnow(),
            )
    except Invalid as refusal:
        return _sign_page(filing_id, refusal.fields), 422
    flash("已退回联络员修改。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/<int:filing_id>/take-back")
@allow(Permission.FILING_WRITE)
def take_back(filing_id: int) -> Any:
    with transaction() as session:
        count = signing.take_back(session, current_actor(), filing_id, version=fields.version(), now=utcnow())
    flash(f"已撤回 {count} 项，修改后请重新交签。", "info")
    return redirect(url_for(".index"))
