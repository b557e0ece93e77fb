"""Review (审核): a unit's filing passed in one act, rows sent back or judged one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.lights import Light
from tracker.core.permissions import Permission
from tracker.core.terms import ReasonCode
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services.filing import Reason
from tracker.services.judging import CHOICES, judge_duty
from tracker.services.review_filings import filing_review, waiting_filings
from tracker.services.review_pages import PAGE, ReviewFilter, review_page
from tracker.services.reviewing import Reviewed, pass_reports, send_back_report
from tracker.web import fields, listing
from tracker.web.access import allow, current_actor
from tracker.web.auth import local_path

blueprint = Blueprint("review", __name__, url_prefix="/review")


def _page(*, refused_id: int | None = None, errors: dict[str, str] | None = None) -> str:
    asked = ReviewFilter(listing.key("plan"), listing.key("unit"))
    number, is_by_row = listing.page_number(), listing.words("view") == "rows"
    page = review_page(reading(), current_actor(), asked, today=office_date(utcnow()), page=number)
    kept = {"plan": asked.plan_id, "unit": asked.unit_id, "page": number if number > 1 else None}
    return render_template(
        "review/index.html",
        page=page,
        filings=waiting_filings(reading(), current_actor(), plan_id=asked.plan_id, unit_id=asked.unit_id),
        is_by_row=is_by_row or refused_id is not None,
        asked=asked,
        kept=kept | {"view": "rows" if is_by_row else None},
        number=number,
        pages=max((page.total + PAGE - 1) // PAGE, 1),
        refused_id=refused_id,
        errors=errors or {},
        typed=request.form,
        reason_codes=list(ReasonCode),
    )


@blueprint.get("")
@allow(Permission.REVIEW_DECIDE)
def index() -> str:
    return _page()


def _filing(filing_id: int, *, refused: str = "", errors: dict[str, str] | None = None) -> str:
    review = filing_review(reading(), current_actor(), filing_id, today=office_date(utcnow()))
    return render_template(
        "review/filing.html",
        review=review,
        refused=refused,
        errors=errors or {},
        typed=request.form,
        reason_codes=list(ReasonCode),
        lights_to_judge=CHOICES,
    )


@blueprint.get("/filings/<int:filing_id>")
@allow(Permission.REVIEW_DECIDE)
def filing(filing_id: int) -> str:
    return _filing(filing_id)


@blueprint.post("/filings/<int:filing_id>/pass")
@allow(Permission.REVIEW_DECIDE)
def pass_filing(filing_id: int) -> Any:
    """Passes the rows sent along: all that need no second look, and those ticked."""
    try:
        with transaction() as session:
            count = pass_reports(session, current_actor(), _seen(), now=utcnow())
    except Invalid as refusal:
        return _filing(filing_id, errors=refusal.fields), 422
    left = filing_review(reading(), current_actor(), filing_id, today=office_date(utcnow()))
    if left.rows:
        flash(f"已通过 {count} 项，还有 {left.rows} 项待审核。", "success")
        return redirect(url_for(".filing", filing_id=filing_id))
    flash(f"{left.filing.unit}报送表已通过 {count} 项。", "success")
    return redirect(url_for(".filing", filing_id=left.next_id) if left.next_id else url_for(".index"))


def _onward() -> Any:
    return redirect(local_path(request.form.get("next", "")) or url_for(".index"))


def _seen() -> list[Reviewed]:
    """The reports ticked, each as "id:version"; anything else is left out."""
    pairs = [typed.partition(":") for typed in dict.fromkeys(request.form.getlist("report"))]
    keys = [(fields.key(first), fields.key(second)) for first, _, second in pairs]
    return [Reviewed(report_id, version) for report_id, version in keys if report_id and version]


@blueprint.post("/pass")
@allow(Permission.REVIEW_DECIDE)
def pass_chosen() -> Any:
    try:
        with transaction() as session:
            count = pass_reports(session, current_actor(), _seen(), now=utcnow())
    except Invalid as refusal:
        return _page(errors=refusal.fields), 422
    flash(f"已通过 {count} 条进展报送。", "success")
    return _onward()


@blueprint.post("/<int:report_id>/send-back")
@allow(Permission.REVIEW_DECIDE)
def send_back(report_id: int) -> Any:
    reason = Reason(fields.text("reason_code"), fields.text("reason"))
    try:
        with transaction() as session:
            seen = Reviewed(report_id, fields.version())
            send_back_report(session, current_actor(), seen, reason=reason, now=utcnow())
    except Invalid as refusal:
        within = fields.chosen("filing")
        page = _filing(within, refused=f"back-{report_id}", errors=refusal.fields) if within else None
        return page or _page(refused_id=report_id, errors=refusal.fields), 422
    flash("已退回补报，已通知报送单位。", "success")
    return _onward()


@blueprint.post("/filings/<int:filing_id>/judge/<int:assignment_id>")
@allow(Permission.REVIEW_DECIDE)
def judge(filing_id: int, assignment_id: int) -> Any:
    light = fields.member(Light, request.form.get("light"))
    reason = fields.text("judged_reason")
    try:
        with transaction() as session:
            judge_duty(session, current_actor(), assignment_id, light=light, reason=reason, now=utcnow())
    except Invalid as refusal:
        return _filing(filing_id, refused=f"judge-{assignment_id}", errors=refusal.fields), 422
    flash("已认定，已通知责任单位。", "success")
    return redirect(url_for(".filing", filing_id=filing_id, _anchor=f"duty-{assignment_id}"))
