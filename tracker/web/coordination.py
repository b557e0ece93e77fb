"""The agenda of what needs coordination (需协调事项), with owner and outcome."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from tracker.core.permissions import Permission
from tracker.core.terms import MatterStatus
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.reports import xlsx
from tracker.reports.xlsx import Column
from tracker.services.coordination import Agenda, MatterDecision, MatterFilter, agenda, decide_matter, matter_row
from tracker.web import fields, listing, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("coordination", __name__, url_prefix="/coordination")
_COLUMNS = (
    *(Column("提出时间", 12), Column("单位", 20), Column("方案", 28), Column("编号", 10), Column("任务", 36)),
    *(Column("需协调事项", 44), Column("状态", 9), Column("牵头协调", 18), Column("应于", 12), Column("协调结果", 40)),
)


def _filter() -> MatterFilter:
    status = listing.member(MatterStatus, "status")
    return MatterFilter(status, listing.words("status") == "all", listing.key("plan"), listing.key("unit"))


def _agenda(*, is_export: bool = False) -> Agenda:
    number = 1 if is_export else listing.page_number()
    return agenda(reading(), current_actor(), _filter(), number=number, is_export=is_export)


@blueprint.get("")
@allow(Permission.OVERDUE_READ)
def index() -> str:
    found, asked = _agenda(), _filter()
    may_decide = current_actor().may(Permission.REVIEW_DECIDE)
    return render_template(
        "coordination/index.html",
        agenda=found,
        asked=asked,
        statuses=list(MatterStatus),
        may_decide=may_decide,
        today=office_date(utcnow()),
    )


@blueprint.get("/export")
@allow(Permission.OVERDUE_READ)
def export() -> Response:
    rows = _agenda(is_export=True).page.rows
    cells = [
        (
            *(row.raised_on, row.unit, row.plan, row.number, row.title, row.words),
            *(row.status.label, row.owner, row.due_on, row.outcome),
        )
        for row in rows
    ]
    today, asked = office_date(utcnow()), _filter()
    status = asked.status.label if asked.status else "全部" if asked.is_whole else "未办结"
    data = xlsx.listing("需协调事项清单", _COLUMNS, cells, note=f"{today}　{status}　共{len(cells)}项")
    return listing.file_answer(data, xlsx.TYPE, f"需协调事项清单{today}.xlsx")


@blueprint.route("/<int:matter_id>", methods=["GET", "POST"])
@allow(Permission.REVIEW_DECIDE)
def decide(matter_id: int) -> Any:
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            decision = _decision()
            with transaction() as session:
                decide_matter(session, current_actor(), matter_id, decision, version=fields.version(), now=utcnow())
        except Invalid as refusal:
            errors = dict(refusal.fields)
        else:
            flash("已登记，已通知提出单位。", "success")
            return redirect(url_for(".index"))
    matter = matter_row(reading(), current_actor(), matter_id)
    page = render_template(
        "coordination/decide.html", matter=matter, statuses=list(MatterStatus), errors=errors, typed=request.form
    )
    return page, 422 if errors else 200


def _decision() -> MatterDecision:
    return MatterDecision(
        status=fields.member(MatterStatus, request.form.get("status")),
        owner=fields.text("owner"),
        due_on=typed.day(request.form.get("due_on", ""), "due_on"),
        outcome=fields.text("outcome"),
    )
