"""Supervision reports (督查通报): list, draft, proof, the rows behind a figure, page pictures, files, register."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from tracker.core.classes import CLASSES
from tracker.core.permissions import Permission
from tracker.core.spans import recent_spans
from tracker.core.terms import BehalfSource, RegisterKind, SnapshotRowKind, SupervisionKind, SupervisionStatus
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.reports import docx, fonts, html, pdf, pictures, xlsx
from tracker.reports import supervision as printing
from tracker.services import supervision as drafts
from tracker.services import supervision_pages as pages
from tracker.web import charts, fields, listing, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")
FILTERS = ("kind", "status", "year")
LENGTHS = (1, 3, 6, 12)
MOST_SOURCES = 20


def _asked() -> pages.ReportFilter:
    return pages.ReportFilter(
        listing.member(SupervisionKind, "kind"), listing.member(SupervisionStatus, "status"), listing.key("year")
    )


@blueprint.get("")
@allow(Permission.REPORTS_READ)
def index() -> str:
    today = office_date(utcnow())
    page = pages.report_list(reading(), current_actor(), _asked(), today=today, number=listing.page_number())
    return render_template(
        "supervision/index.html",
        page=page,
        asked=_asked(),
        filters=listing.filters(*FILTERS),
        kinds=list(SupervisionKind),
        statuses=list(SupervisionStatus),
        years=range(today.year, today.year - 5, -1),
    )


@blueprint.get("/export")
@allow(Permission.REPORTS_READ)
def export() -> Response:
    today = office_date(utcnow())
    page = pages.report_list(reading(), current_actor(), _asked(), today=today, is_whole=True)
    columns = [xlsx.Column(*each) for each in (("文号", 14), ("种类", 8), ("周期", 14), ("标题", 50), ("状态", 10))]
    columns += [xlsx.Column("计划印发", 12), xlsx.Column("印发日期", 12), xlsx.Column("起草人", 12)]
    rows = [
        (
            row.number,
            row.kind.label,
            row.period,
            row.title,
            row.status.label,
            row.planned_on,
            row.issued_on,
            row.drafter,
        )
        for row in page.rows
    ]
    data = xlsx.listing("通报清单", columns, rows, note=f"截至{today.isoformat()}　共{page.total}份")
    return listing.file_answer(data, xlsx.TYPE, f"通报清单{today.isoformat()}.xlsx")


def _new(errors: dict[str, str] | None = None) -> str:
    today = office_date(utcnow())
    return render_template(
        "supervision/new.html",
        plans=pages.issued_plans(reading(), current_actor()),
        kinds=list(SupervisionKind),
        spans=[
            (span.name, span.label)
            for months in LENGTHS
            for span in recent_spans(today, months, 13 if months == 1 else 3)
        ],
        typed=request.form,
        ticked=set(fields.keys("plan")),
        proposed=recent_spans(today, 1, 2)[1].name,
        errors=errors or {},
    )


@blueprint.get("/new")
@allow(Permission.REPORTS_DRAFT)
def new() -> str:
    return _new()


@blueprint.post("/new")
@allow(Permission.REPORTS_DRAFT)
def create() -> Any:
    try:
        kind = fields.member(SupervisionKind, request.form.get("kind"))
        if kind is None:
            raise Invalid({"kind": "请选择种类。"})
        planned_on = typed.day(request.form.get("planned_on", ""), "planned_on")
        asked = drafts.Asked(kind, fields.text("period"), tuple(fields.keys("plan")), planned_on)
        with transaction() as session:
            report_id = drafts.create_report(session, current_actor(), asked, now=utcnow()).id
    except Invalid as refusal:
        return _new(refusal.fields), 422
    flash("已取数并拟出初稿，请核对后修改、校核。", "success")
    return redirect(url_for(".detail", report_id=report_id))


def _page(report_id: int, *, with_tasks: bool = False) -> pages.ReportPage:
    return pages.report_page(reading(), current_actor(), report_id, with_tasks=with_tasks)


@blueprint.get("/<int:report_id>")
@allow(Permission.REPORTS_READ)
def detail(report_id: int) -> str:
    return show(report_id)


def show(report_id: int, *, errors: dict[str, str] | None = None, act: str = "") -> str:
    """Gives the page of a report, with what was wrong with the act that was refused."""
    page = _page(report_id)
    counts = zip(CLASSES, page.content.classes, strict=True)
    return render_template(
        "supervision/detail.html",
        page=page,
        classes=CLASSES,
        bar=charts.class_bar(counts, lambda kind: _rows_url(report_id, f"{kind.label}.项数")),
        unit_bars={
            row.label: charts.class_bar(
                zip(CLASSES, row.counts, strict=True),
                lambda kind, label=row.label: _rows_url(report_id, f"单位.{label}.{kind.label}"),
            )
            for row in page.content.unit_rows
        },
        sources=list(BehalfSource),
        errors=errors or {},
        act=act,
        typed=request.form,
    )


def _rows_url(report_id: int, key: str) -> str:
    return url_for("supervision.rows", report_id=report_id, figure=key)


@blueprint.get("/<int:report_id>/edit")
@allow(Permission.REPORTS_DRAFT)
def edit(report_id: int) -> Any:
    page = _page(report_id)
    if "edit" not in page.acts:
        flash("这份通报已审核或印发，不能再修改。", "warning")
        return redirect(url_for(".detail", report_id=report_id))
    return _edit(page)


def _edit(page: pages.ReportPage, errors: dict[str, str] | None = None) -> str:
    proved = pages.proof_page(reading(), current_actor(), page.id, today=office_date(utcnow()))
    return render_template(
        "supervision/edit.html",
        page=page,
        figures=proved.figures,
        findings=proved.proof.findings,
        typed=request.form,
        errors=errors or {},
    )


@blueprint.post("/<int:report_id>/edit")
@allow(Permission.REPORTS_DRAFT)
def edit_report(report_id: int) -> Any:
    try:
        edited = _edited()
        with transaction() as session:
            drafts.edit_report(session, current_actor(), report_id, edited, version=fields.version(), now=utcnow())
    except Invalid as refusal:
        return _edit(_page(report_id), refusal.fields), 422
    flash("已保存，请查看校核结果。", "success")
    return redirect(url_for(".proof", report_id=report_id))


def _edited() -> drafts.Edited:
    count = min(fields.chosen("count") or 0, drafts.MOST_PARAGRAPHS + 1)
    return drafts.Edited(
        title=fields.text("title"),
        addressee=fields.text("addressee")[:200],
        planned_on=typed.day(request.form.get("planned_on", ""), "planned_on"),
        names_units=request.form.get("names_units") == "1",
        naming_basis=fields.text("naming_basis"),
        paragraphs=tuple(_typed_paragraph(place) for place in range(count)),
    )


def _typed_paragraph(place: int) -> drafts.EditedParagraph:
    printed, sources = request.form.getlist(f"printed-{place}"), request.form.getlist(f"source-{place}")
    pairs = zip(printed[:MOST_SOURCES], sources[:MOST_SOURCES], strict=False)
    return drafts.EditedParagraph(
        section=fields.text(f"section-{place}"),
        text=fields.text(f"text-{place}").replace("\r\n", "\n"),
        place=fields.chosen(f"place-{place}"),
        confirmed=tuple((each.strip()[:40], source.strip()[:200]) for each, source in pairs if source.strip()),
    )


@blueprint.get("/<int:report_id>/proof")
@allow(Permission.REPORTS_READ)
def proof(report_id: int) -> str:
    found = pages.proof_page(reading(), current_actor(), report_id, today=office_date(utcnow()))
    return render_template("supervision/proof.html", found=found, page=found.report)


@blueprint.get("/<int:report_id>/rows")
@allow(Permission.REPORTS_READ)
def rows(report_id: int) -> str:
    key = listing.words("figure")
    found = pages.figure_rows(reading(), current_actor(), report_id, key, number=listing.page_number())
    return render_template("supervision/rows.html", found=found, kind=found.figure.rows, kinds=SnapshotRowKind)


@blueprint.get("/<int:report_id>/preview")
@allow(Permission.REPORTS_READ)
def preview(report_id: int) -> str:
    page = _page(report_id)
    shown, total = pictures.pages(pdf.document(printing.paper(page.content)))
    return render_template(
        "supervision/preview.html",
        page=page,
        pictures=[f"data:image/png;base64,{b64encode(each).decode()}" for each in shown],
        total=total,
        stand_ins=fonts.stand_in_words(),
    )


def _named(page: pages.ReportPage, ending: str) -> str:
    return f"{page.number}{page.content.title}.{ending}"


@blueprint.get("/<int:report_id>/docx")
@allow(Permission.REPORTS_READ)
def document(report_id: int) -> Response:
    page = _page(report_id)
    return listing.file_answer(docx.document(printing.paper(page.content)), docx.TYPE, _named(page, "docx"))


@blueprint.get("/<int:report_id>/pdf")
@allow(Permission.REPORTS_READ)
def printed(report_id: int) -> Response:
    page = _page(report_id)
    return listing.file_answer(pdf.document(printing.paper(page.content)), pdf.TYPE, _named(page, "pdf"))


@blueprint.get("/<int:report_id>/html")
@allow(Permission.REPORTS_READ)
def web_page(report_id: int) -> Response:
    page = _page(report_id)
    return listing.file_answer(html.document(printing.paper(page.content)), html.TYPE, _named(page, "html"))


@blueprint.get("/<int:report_id>/xlsx")
@allow(Permission.REPORTS_READ)
def ledger(report_id: int) -> Response:
    page = _page(report_id, with_tasks=True)
    return listing.file_answer(xlsx.ledger(printing.ledger(page.content)), xlsx.TYPE, _named(page, "xlsx"))


@blueprint.get("/register")
@allow(Permission.REPORTS_READ)
def register() -> str:
    kind, year = listing.member(RegisterKind, "kind"), listing.key("year")
    today = office_date(utcnow())
    return render_template(
        "supervision/register.html",
        rows=pages.register(reading(), current_actor(), kind=kind, year=year),
        kinds=list(RegisterKind),
        years=range(today.year, today.year - 5, -1),
        asked=(kind, year),
    )
