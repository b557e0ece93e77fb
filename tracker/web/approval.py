"""Acts on a supervision report on its way to issue: take data anew, verify, check, return, sign, issue, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import BehalfSource
from tracker.db import transaction, utcnow
from tracker.errors import Invalid
from tracker.services import supervision as drafts
from tracker.services import supervision_issuing as issuing
from tracker.services import supervision_verifying as verifying
from tracker.web import fields, supervision
from tracker.web.access import allow, current_actor

blueprint = Blueprint("approval", __name__, url_prefix="/supervision")


def _act(report_id: int, name: str, deed: Callable[[Session, Actor], object], words: str) -> Any:
    """Does one act and goes back to the report; a refusal shows the page again with what was typed."""
    try:
        with transaction() as session:
            deed(session, current_actor())
    except Invalid as refusal:
        return supervision.show(report_id, errors=refusal.fields, act=name), 422
    flash(words, "success")
    return redirect(url_for("supervision.detail", report_id=report_id))


@blueprint.post("/<int:report_id>/refresh")
@allow(Permission.REPORTS_DRAFT)
def refresh(report_id: int) -> Any:
    version = fields.version()
    return _act(
        report_id,
        "refresh",
        lambda session, actor: drafts.refresh_report(session, actor, report_id, version=version, now=utcnow()),
        "已重新取数，改写过的段落保持不变。",
    )


@blueprint.post("/<int:report_id>/discard")
@allow(Permission.REPORTS_DRAFT)
def discard(report_id: int) -> Any:
    with transaction() as session:
        drafts.discard_report(session, current_actor(), report_id, version=fields.version(), now=utcnow())
    flash("已删除草稿。", "success")
    return redirect(url_for("supervision.index"))


@blueprint.post("/<int:report_id>/verify")
@allow(Permission.REPORTS_DRAFT)
def verify(report_id: int) -> Any:
    version = fields.version()
    return _act(
        report_id,
        "verify",
        lambda session, actor: verifying.ask_verification(session, actor, report_id, version=version, now=utcnow()),
        "已送有关单位核实，两个工作日内反馈，逾期未反馈视为无异议。",
    )


@blueprint.post("/<int:report_id>/check")
@allow(Permission.REPORTS_DRAFT)
def check(report_id: int) -> Any:
    version = fields.version()
    return _act(
        report_id,
        "check",
        lambda session, actor: issuing.check_report(session, actor, report_id, version=version, now=utcnow()),
        "已审核通过，请领导签发。",
    )


@blueprint.post("/<int:report_id>/return")
@allow(Permission.REPORTS_SIGN)
def send_back(report_id: int) -> Any:
    version, reason = fields.version(), fields.text("reason")
    return _act(
        report_id,
        "return",
        lambda session, actor: issuing.return_report(
            session, actor, report_id, reason=reason, version=version, now=utcnow()
        ),
        "已退回起草人修改。",
    )


@blueprint.post("/<int:report_id>/sign")
@allow(Permission.REPORTS_SIGN)
def sign(report_id: int) -> Any:
    def deed(session: Session, actor: Actor) -> None:
        behalf = _signing() if request.form.get("behalf") == "1" else None
        issuing.sign_report(session, actor, report_id, behalf=behalf, version=fields.version(), now=utcnow())

    return _act(report_id, "sign", deed, "已签发，可以印发。")


def _signing() -> issuing.Signing:
    source = fields.member(BehalfSource, request.form.get("source"))
    if source is None:
        raise Invalid({"source": "请选择来源。"})
    return issuing.Signing(fields.text("name"), fields.day("on"), source, fields.text("note"))


@blueprint.post("/<int:report_id>/issue")
@allow(Permission.REPORTS_DRAFT)
def issue(report_id: int) -> Any:
    version = fields.version()
    return _act(
        report_id,
        "issue",
        lambda session, actor: issuing.issue_report(session, actor, report_id, version=version, now=utcnow()),
        "已印发并编号，内容已固定。",
    )


@blueprint.post("/<int:report_id>/withdraw")
@allow(Permission.REPORTS_DRAFT)
def withdraw(report_id: int) -> Any:
    version, reason = fields.version(), fields.text("reason")
    return _act(
        report_id,
        "withdraw",
        lambda session, actor: issuing.withdraw_report(
            session, actor, report_id, reason=reason, version=version, now=utcnow()
        ),
        "已撤回，原编号保留，可起草替代的通报。",
    )


@blueprint.post("/<int:report_id>/replace")
@allow(Permission.REPORTS_DRAFT)
def replace(report_id: int) -> Any:
    with transaction() as session:
        replacing = issuing.replace_report(session, current_actor(), report_id, now=utcnow()).id
    flash("已起草替代的通报。", "success")
    return redirect(url_for("supervision.detail", report_id=replacing))
