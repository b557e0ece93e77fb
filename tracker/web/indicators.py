"""A plan's indicators with actual values, and the yearly assessment sheet of a unit or a county."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for

from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.reports.xlsx import Column
from tracker.reports.xlsx import listing as sheet_of
from tracker.services import assessment as sheet
from tracker.services import indicators, plan_pages, series_links
from tracker.web import fields, listing, sheets
from tracker.web.access import allow, current_actor

blueprint = Blueprint("indicators", __name__)
FIRST_YEAR, LAST_YEAR = 1990, 2099


@blueprint.get("/plans/<int:plan_id>/indicators")
@allow(Permission.PLANS_READ)
def plan(plan_id: int) -> str:
    session, actor = reading(), current_actor()
    head = plan_pages.plan_head(session, actor, plan_id)
    page = indicators.indicator_page(session, actor, plan_id, today=office_date(utcnow()))
    return render_template("indicators/plan.html", head=head, page=page, year=office_date(utcnow()).year)


@blueprint.get("/plans/<int:plan_id>/indicators/export")
@allow(Permission.PLANS_READ)
def export_plan(plan_id: int) -> Response:
    session, actor = reading(), current_actor()
    head = plan_pages.plan_head(session, actor, plan_id)
    page = indicators.indicator_page(session, actor, plan_id, today=office_date(utcnow()))
    columns = [
        *(Column("出处", 10), Column("指标或目标", 36), Column("计量单位", 10), Column("时间", 10)),
        *(Column("承诺", 14), Column("脚注", 8), Column("实际值", 14), Column("差值", 12), Column("完成比例", 10)),
    ]
    cells: list[tuple[Any, ...]] = []
    for line in page.indicators:
        for year, cell in sorted(line.cells.items()):
            when = f"{year}{cell.role}"
            percent = f"{cell.percent}%" if cell.percent is not None else ""
            value = (cell.printed, cell.note, cell.actual, cell.difference, percent)
            cells.append((f"指标表{line.number}", line.name, line.unit_of_measure, when, *value))
    for one in page.targets:
        percent = f"{one.percent}%" if one.percent is not None else ""
        cells.append((one.task_number, one.name, "", one.by, one.promised, "", one.actual, one.difference, percent))
    note = sheets.note((), len(cells), "行") + "".join(f"　{words}" for words in page.notes.values())
    return sheets.answer(sheet_of(f"{head.title}目标指标", columns, cells, note=note), f"{head.title}目标指标")


@blueprint.post("/plans/<int:plan_id>/indicators/measured")
@allow(Permission.SERIES_EDIT)
def measure(plan_id: int) -> Any:
    is_measured = fields.text("is_measured") == "1"
    with transaction() as session:
        actor, version = current_actor(), fields.version()
        series_links.measure_plan(session, actor, plan_id, is_measured=is_measured, version=version, now=utcnow())
    told = "任务进度今后由指标数据推算" if is_measured else "任务进度今后以单位报送为准"
    flash(f"{told}，亮灯已重新计算。", "success")
    return redirect(url_for(".plan", plan_id=plan_id))


@blueprint.get("/assessment")
@allow(Permission.SERIES_READ)
def assessment() -> str:
    found = sheet.assessment(reading(), current_actor(), _asked(), today=office_date(utcnow()))
    return render_template("indicators/assessment.html", sheet=found, filters=listing.filters("year", "unit", "plan"))


def _asked() -> sheet.Asked:
    year = listing.key("year") or 0
    known = year if FIRST_YEAR <= year <= LAST_YEAR else office_date(utcnow()).year
    return sheet.Asked(known, listing.key("unit"), listing.key("plan"))


@blueprint.get("/assessment/export")
@allow(Permission.SERIES_READ)
def export_assessment() -> Response:
    found = sheet.assessment(reading(), current_actor(), _asked(), today=office_date(utcnow()))
    columns = [
        *(Column("序号", 6), Column("方案", 34), Column("出处", 12), Column("指标或目标", 36), Column("计量单位", 9)),
        *(Column("时间", 9), Column("目标", 11), Column("实际值", 11), Column("差值", 11), Column("完成比例", 9)),
        *(Column("说明", 30), Column("口径", 36)),
    ]
    cells = [
        (
            *(place, row.plan, row.source, row.name, row.unit_of_measure, row.by, row.promised, row.actual),
            *(row.difference, f"{row.percent}%" if row.percent is not None else "", row.standing, row.definition),
        )
        for place, row in enumerate(found.rows, start=1)
    ]
    title = f"{found.whose}{found.asked.year}年度目标指标考核表"
    plan_title = dict(found.plans).get(found.asked.plan_id or 0, "")
    data = sheet_of(title, columns, cells, note=sheets.note((plan_title,), len(cells)))
    return sheets.answer(data, title)
