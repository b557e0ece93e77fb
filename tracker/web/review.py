"""Review (审核): what units handed in, passed many at once or sent back one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.core.terms import ReasonCode
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services.filing import Reason
from tracker.services.review_pages import PAGE, ReviewFilter, review_page
from tracker.services.reviewing import Reviewed, pass_reports, send_back_report
from tracker.web import fields, listing
from tracker.web.access import allow, current_actor
from tracker.web.auth import local_path

blueprint = Blueprint("review", __name__, url_prefix="/review")


def _page(*, refused_id: int | None = None, errors: dict[str, str] | None = None) -> str:
    asked = ReviewFilter(listing.key("plan"), listing.key("unit"))
    number = listing.page_number()
    page = review_page(reading(), current_actor(), asked, today=office_date(utcnow()), page=number)
    return render_template(
        "review/index.html",
        page=page,
        asked=asked,
        kept={"plan": asked.plan_id, "unit": asked.unit_id, "page": number if number > 1 else None},
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
        return _page(refused_id=report_id, errors=refusal.fields), 422
    flash("已退回补报，已通知报送单位。", "success")
    return _onward()
