"""What units see of supervision reports: rows to verify, reports they were sent and confirm to have received."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.core.terms import Agreement, BehalfSource
from tracker.db import reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.reports import pdf
from tracker.reports import supervision as printing
from tracker.services import supervision_issuing as issuing
from tracker.services import supervision_pages as pages
from tracker.services import supervision_verifying as verifying
from tracker.services.supervision_content import content
from tracker.web import fields, listing
from tracker.web.access import allow, current_actor

blueprint = Blueprint("circulars", __name__, url_prefix="/circulars")


@blueprint.get("")
@allow(Permission.REPORTS_RECEIVE)
def index() -> str:
    asked, received = pages.circulars(reading(), current_actor())
    return render_template("circulars/index.html", asked=asked, received=received)


@blueprint.get("/<int:receipt_id>")
@allow(Permission.REPORTS_RECEIVE)
def detail(receipt_id: int) -> str:
    receipt = issuing.find_receipt(reading(), current_actor(), receipt_id)
    report = issuing.received_report(reading(), receipt)
    return render_template(
        "circulars/detail.html",
        receipt_id=receipt.id,
        received_at=receipt.received_at,
        report=content(reading(), report),
        withdrawn=report.withdrawn_reason,
    )


@blueprint.get("/<int:receipt_id>/pdf")
@allow(Permission.REPORTS_RECEIVE)
def printed(receipt_id: int) -> Response:
    receipt = issuing.find_receipt(reading(), current_actor(), receipt_id)
    report = content(reading(), issuing.received_report(reading(), receipt))
    return listing.file_answer(pdf.document(printing.paper(report)), pdf.TYPE, f"{report.title}.pdf")


@blueprint.post("/<int:receipt_id>/confirm")
@allow(Permission.REPORTS_RECEIVE)
def confirm(receipt_id: int) -> Any:
    with transaction() as session:
        issuing.confirm_receipt(session, current_actor(), receipt_id, now=utcnow())
    flash("已签收。", "success")
    return redirect(url_for(".detail", receipt_id=receipt_id))


def _verification(verification_id: int, errors: dict[str, str] | None = None) -> str:
    session, actor = reading(), current_actor()
    asked = pages.asked_page(session, verifying.find_verification(session, actor, verification_id))
    return render_template(
        "circulars/verification.html",
        asked=asked,
        agreements=list(Agreement),
        sources=list(BehalfSource),
        is_own=actor.unit_id == asked.unit_id,
        errors=errors or {},
        typed=request.form,
    )


@blueprint.get("/verifications/<int:verification_id>")
@allow(Permission.REPORTS_VERIFY)
def verification(verification_id: int) -> str:
    return _verification(verification_id)


@blueprint.post("/verifications/<int:verification_id>")
@allow(Permission.REPORTS_VERIFY)
def answer_verification(verification_id: int) -> Any:
    try:
        with transaction() as session:
            asked = verifying.find_verification(session, current_actor(), verification_id)
            answers = [_answer(row.id) for row in asked.rows]
            behalf = None if current_actor().unit_id == asked.unit_id else _behalf()
            verifying.answer_verification(
                session,
                current_actor(),
                verification_id,
                answers,
                behalf=behalf,
                version=fields.version(),
                now=utcnow(),
            )
    except Invalid as refusal:
        return _verification(verification_id, refusal.fields), 422
    flash("已反馈核实意见。", "success")
    return redirect(url_for(".verification", verification_id=verification_id))


def _answer(row_id: int) -> verifying.RowAnswer:
    agreement = fields.member(Agreement, request.form.get(f"agreement-{row_id}"))
    return verifying.RowAnswer(row_id, agreement, fields.text(f"words-{row_id}"))


def _behalf() -> verifying.OnBehalf:
    source = fields.member(BehalfSource, request.form.get("source"))
    if source is None:
        raise Invalid({"source": "请选择来源。"})
    return verifying.OnBehalf(source, fields.day("received_on"), fields.text("note")[:200])


@blueprint.post("/verifications/<int:verification_id>/decide")
@allow(Permission.REPORTS_DRAFT)
def decide(verification_id: int) -> Any:
    with transaction() as session:
        asked = verifying.find_verification(session, current_actor(), verification_id)
        report_id = asked.report_id
        decisions = {row.id: fields.text(f"decision-{row.id}") for row in asked.rows}
        try:
            verifying.decide_dispute(session, current_actor(), verification_id, decisions, now=utcnow())
        except Invalid as refusal:
            flash(refusal.message, "warning")
    return redirect(url_for("supervision.detail", report_id=report_id, _anchor="verification"))
