"""Monthly summaries: the plans and months there are, the page of one, its files and the pages they print."""

from __future__ import annotations

from base64 import b64encode

from flask import Blueprint, Response, render_template, url_for

from tracker.core.narrative import by_unit, filing, overview
from tracker.core.permissions import Permission
from tracker.core.summary import CLASSES, LedgerRow, ReportClass, Summary, UnitCount, month_label
from tracker.db import office_date, reading, utcnow
from tracker.errors import Invalid, NotFound
from tracker.reports import docx, fonts, monthly, pdf, pictures, xlsx
from tracker.services import summaries
from tracker.web import charts, listing
from tracker.web.access import allow, current_actor

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@blueprint.get("")
@allow(Permission.REPORTS_READ)
def index() -> str:
    today = office_date(utcnow())
    plans = summaries.plan_months(reading(), current_actor(), today=today)
    return render_template(
        "reports/index.html", plans=plans, running=f"{today.year:04d}-{today.month:02d}", month_label=month_label
    )


def _summary(plan_id: int, period: str) -> Summary:
    try:
        return summaries.summary(reading(), current_actor(), plan_id, period, now=utcnow())
    except Invalid as wrong:
        raise NotFound(wrong.message) from wrong


@blueprint.get("/<int:plan_id>/<period>")
@allow(Permission.REPORTS_READ)
def summary(plan_id: int, period: str) -> str:
    found = _summary(plan_id, period)
    kind, unit = listing.member(ReportClass, "class"), listing.words("unit")
    return render_template(
        "reports/summary.html",
        summary=found,
        classes=CLASSES,
        texts=(overview(found), by_unit(found) if found.units else "", filing(found)),
        bar=charts.class_bar(
            ((row.kind, row.count) for row in found.classes), lambda each: _rows_of(found, **{"class": each.value})
        ),
        unit_bars={row.unit_id: _unit_bar(found, row) for row in found.units},
        ledger=[row for row in found.ledger if _is_asked(row, kind, unit)],
        asked=(kind, unit),
    )


def _is_asked(row: LedgerRow, kind: ReportClass | None, unit: str) -> bool:
    if kind is not None and row.kind is not kind:
        return False
    return not unit or unit in f"{row.leads}、{row.responsible}".split("、")


def _rows_of(found: Summary, **asked: str) -> str:
    """Gives the address of the rows a figure counts: the ledger of this very page, narrowed to them."""
    return url_for(".summary", plan_id=found.plan_id, period=found.period, _anchor="ledger", **asked)


def _unit_bar(found: Summary, row: UnitCount) -> tuple[charts.Piece, ...]:
    return charts.class_bar(zip(CLASSES, row.counts, strict=True), lambda _kind: _rows_of(found, unit=row.unit))


@blueprint.get("/<int:plan_id>/<period>/docx")
@allow(Permission.REPORTS_READ)
def document(plan_id: int, period: str) -> Response:
    found = _summary(plan_id, period)
    name = f"{found.plan_title}{found.month_label}{found.kind_label}.docx"
    return listing.file_answer(docx.document(monthly.paper(found)), docx.TYPE, name)


@blueprint.get("/<int:plan_id>/<period>/pdf")
@allow(Permission.REPORTS_READ)
def printed(plan_id: int, period: str) -> Response:
    found = _summary(plan_id, period)
    name = f"{found.plan_title}{found.month_label}{found.kind_label}.pdf"
    return listing.file_answer(pdf.document(monthly.paper(found)), pdf.TYPE, name)


@blueprint.get("/<int:plan_id>/<period>/preview")
@allow(Permission.REPORTS_READ)
def preview(plan_id: int, period: str) -> str:
    found = _summary(plan_id, period)
    pages, total = pictures.pages(pdf.document(monthly.paper(found)))
    return render_template(
        "reports/preview.html",
        summary=found,
        pages=[f"data:image/png;base64,{b64encode(page).decode()}" for page in pages],
        total=total,
        stand_ins=fonts.stand_in_words(),
    )


@blueprint.get("/<int:plan_id>/<period>/xlsx")
@allow(Permission.REPORTS_READ)
def ledger(plan_id: int, period: str) -> Response:
    found = _summary(plan_id, period)
    name = f"{found.plan_title}{found.month_label}台账.xlsx"
    return listing.file_answer(xlsx.ledger(monthly.ledger(found), figures=found), xlsx.TYPE, name)
