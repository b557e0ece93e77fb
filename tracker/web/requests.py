"""What waits to be decided (待审批事项): breakdowns, extensions, adjustments; one list, one place to decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.core.actions import Action
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import RequestStatus
from tracker.core.workflow import RULES
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import breakdowns, deadlines, requests, workflow_adjusting
from tracker.services.deciding import find_request
from tracker.services.requests import MODELS, RequestFilter, RequestKind
from tracker.web import fields, listing, sheets
from tracker.web.access import allow, current_actor
from tracker.web.auth import local_path

blueprint = Blueprint("requests", __name__, url_prefix="/requests")
FILTERS = ("kind", "status", "plan", "unit")
ACTS = "confirm_breakdown, send_back_breakdown, decline_adjustment, approve_adjustment, refuse_adjustment, "
ACTS += "check_extension, grant_extension, refuse_extension"
# By act: what decides, and whether it takes words.
_DECIDE: dict[Action, Callable[..., object]] = {
    Action.CONFIRM_BREAKDOWN: breakdowns.confirm_breakdown,
    Action.SEND_BACK_BREAKDOWN: breakdowns.send_back_breakdown,
    Action.CHECK_EXTENSION: deadlines.check_extension,
    Action.GRANT_EXTENSION: deadlines.grant_extension,
    Action.REFUSE_EXTENSION: deadlines.refuse_extension,
    Action.DECLINE_ADJUSTMENT: workflow_adjusting.decline_adjustment,
    Action.APPROVE_ADJUSTMENT: workflow_adjusting.approve_adjustment,
    Action.REFUSE_ADJUSTMENT: workflow_adjusting.refuse_adjustment,
}


def _asked() -> RequestFilter:
    return RequestFilter(
        kind=listing.member(RequestKind, "kind"),
        status=listing.member(RequestStatus, "status"),
        plan_id=listing.key("plan"),
        unit_id=listing.key("unit"),
    )


@blueprint.get("")
@allow(Permission.REVIEW_DECIDE)
def index() -> str:
    asked = _asked()
    found = requests.request_list(
        reading(), current_actor(), asked, today=office_date(utcnow()), number=listing.page_number()
    )
    return render_template(
        "requests/index.html",
        found=found,
        asked=asked,
        filters=listing.filters(*FILTERS),
        kinds=list(RequestKind),
        statuses=list(RequestStatus),
    )


@blueprint.get("/export")
@allow(Permission.REVIEW_DECIDE)
def export() -> Response:
    asked = _asked()
    found = requests.request_list(reading(), current_actor(), asked, today=office_date(utcnow()), is_whole=True)
    plan, unit = dict(found.plans).get(asked.plan_id or 0, ""), dict(found.units).get(asked.unit_id or 0, "")
    terms = (*(each.label for each in (asked.kind, asked.status) if each), plan, unit)
    return sheets.answer(sheets.requests_sheet(found.page.rows, sheets.note(terms, len(found.page.rows))), "待审批事项")


@blueprint.post(f"/<int:request_id>/<any({ACTS}):act>")
@allow(Permission.REVIEW_DECIDE)
def decide(request_id: int, act: str) -> Any:
    action = Action(act)
    words = {"reason": fields.text("reason")} if "reason" in RULES[action].inputs else {}

    def done(session: Session, actor: Actor) -> None:
        _DECIDE[action](session, actor, request_id, version=fields.version(), now=utcnow(), **words)

    try:
        with transaction() as session:
            done(session, current_actor())
    except Invalid as refusal:
        return _mend(request_id, action, refusal), 422
    flash(f"已办理：{action.label}。", "success")
    return redirect(local_path(request.form.get("next", "")) or url_for(".index"))


def _mend(request_id: int, action: Action, refusal: Invalid) -> str:
    """The decision again with what was typed."""
    kind = next(each for each in RequestKind if RULES[action].subject.value == each.value)
    session, actor = reading(), current_actor()
    found: Any = find_request(session, actor, MODELS[kind], request_id)
    row = requests.request_row(session, actor, found, today=office_date(utcnow()))
    onward = local_path(request.form.get("next", "")) or ""
    return render_template(
        "requests/decide.html", row=row, action=action, errors=refusal.fields, typed=request.form, next=onward
    )
