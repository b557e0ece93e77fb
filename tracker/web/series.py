"""Measured series: the list, one series with its values, and which targets and indicators it serves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from tracker.core.measures import Standing, read_number
from tracker.core.permissions import Permission
from tracker.core.terms import PeriodKind, ProgressKind, SeriesShape
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid, NotAllowed
from tracker.reports.xlsx import Column
from tracker.reports.xlsx import listing as sheet_of
from tracker.services import plan_list, series_links, series_rows
from tracker.services import series as acts
from tracker.services.series_links import Choice, LinkFilter, LinkStanding
from tracker.services.series_rows import SeriesFilter
from tracker.web import fields, listing, sheets, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("series", __name__, url_prefix="/series")
ALL_COUNTIES = "city"


@blueprint.get("")
@allow(Permission.SERIES_READ)
def index() -> str:
    session, actor, asked = reading(), current_actor(), _asked()
    page = series_rows.series_rows(session, actor, asked, today=office_date(utcnow()), number=listing.page_number())
    return render_template(
        "series/index.html",
        page=page,
        asked=asked,
        units=series_rows.source_units(session, actor) if actor.sees_jurisdiction else [],
        standings=[Standing.WAITING, Standing.OWED],
        filters=listing.filters("q", "unit", "standing"),
    )


def _asked() -> SeriesFilter:
    return SeriesFilter(listing.words(), listing.key("unit"), listing.member(Standing, "standing"))


@blueprint.get("/export")
@allow(Permission.SERIES_READ)
def export_index() -> Response:
    session, actor, asked = reading(), current_actor(), _asked()
    rows = series_rows.series_rows(session, actor, asked, today=office_date(utcnow())).rows
    columns = [
        *(Column("指标数据", 36), Column("计量单位", 10), Column("数据来源单位", 22), Column("周期", 10)),
        *(Column("最新数据", 14), Column("所属时期", 16), Column("下一期", 16), Column("应发布日期", 12)),
        *(Column("状态", 14), Column("对应目标和指标", 12)),
    ]
    cells = [
        (
            *(row.name, row.unit_of_measure, row.source, row.period_kind.label, row.value, row.period),
            *(row.next_period, row.next_due_on, row.standing.label, row.links),
        )
        for row in rows
    ]
    unit = dict(series_rows.source_units(session, actor)).get(asked.unit_id or 0, "")
    terms = (asked.words, unit, asked.standing.label if asked.standing else "")
    return sheets.answer(sheet_of("指标数据", columns, cells, note=sheets.note(terms, len(cells))), "指标数据")


@blueprint.get("/new")
@allow(Permission.SERIES_EDIT)
def new() -> str:
    blank = series_rows.blank_definition(name=listing.words("name"), unit=listing.words("measure"))
    return _form(blank, None)


@blueprint.post("/new")
@allow(Permission.SERIES_EDIT)
def define() -> Any:
    try:
        with transaction() as session:
            series_id = acts.define_series(session, current_actor(), _definition(), now=utcnow()).id
    except Invalid as refusal:
        return _form(_definition(), None, refusal.fields), 422
    flash("已建立。接下来填报数据，或者确认它对应哪些目标和指标。", "success")
    return redirect(url_for(".detail", series_id=series_id))


def _form(definition: acts.Definition, page: Any, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "series/edit.html" if page else "series/new.html",
        definition=definition,
        page=page,
        errors=errors or {},
        typed=request.form,
        units=series_rows.source_units(reading(), current_actor()),
        periods=acts.PERIODS,
        shapes=list(SeriesShape),
    )


def _definition() -> acts.Definition:
    return acts.Definition(
        name=fields.text("name"),
        unit_of_measure=fields.text("unit_of_measure"),
        definition=fields.text("definition"),
        footnote=fields.text("footnote"),
        source_unit_id=fields.chosen("source_unit_id"),
        period_kind=fields.member(PeriodKind, request.form.get("period_kind")),
        shape=fields.member(SeriesShape, request.form.get("shape")),
        release_day=_day_of_month(),
        release_lag_months=fields.chosen("release_lag_months"),
        is_by_county=fields.text("is_by_county") == "1",
    )


def _day_of_month() -> int | None:
    # 0 is no day, so that what was typed is refused rather than taken for no rule.
    return (fields.chosen("release_day") or 0) if fields.text("release_day") else None


@blueprint.get("/<int:series_id>")
@allow(Permission.SERIES_READ)
def detail(series_id: int) -> str:
    return _page(series_id)


def _page(series_id: int, errors: dict[str, str] | None = None) -> str:
    today = office_date(utcnow())
    page = series_rows.series_page(reading(), current_actor(), series_id, today=today)
    return render_template("series/detail.html", page=page, today=today, errors=errors or {}, typed=request.form)


@blueprint.get("/<int:series_id>/edit")
@allow(Permission.SERIES_EDIT)
def edit(series_id: int) -> str:
    page = series_rows.series_page(reading(), current_actor(), series_id, today=office_date(utcnow()))
    return _form(page.definition, page)


@blueprint.post("/<int:series_id>/edit")
@allow(Permission.SERIES_EDIT)
def save(series_id: int) -> Any:
    try:
        with transaction() as session:
            actor, version = current_actor(), fields.version()
            acts.edit_series(session, actor, series_id, _definition(), version=version, now=utcnow())
    except Invalid as refusal:
        page = series_rows.series_page(reading(), current_actor(), series_id, today=office_date(utcnow()))
        return _form(_definition(), page, refusal.fields), 422
    flash("已修改。", "success")
    return redirect(url_for(".detail", series_id=series_id))


@blueprint.post("/<int:series_id>/values")
@allow(Permission.SERIES_WRITE)
def enter(series_id: int) -> Any:
    try:
        with transaction() as session:
            actor, version = current_actor(), fields.version()
            count = acts.enter_values(session, actor, series_id, _entered(), version=version, now=utcnow())
    except Invalid as refusal:
        return _page(series_id, refusal.fields), 422
    flash(f"已保存{count}个数值，有关目标的进度已重新计算。" if count else "与已有数据相同，没有变化。", "success")
    return redirect(url_for(".detail", series_id=series_id))


def _entered() -> acts.Entered:
    values: dict[int | None, Decimal] = {}
    wrong = {}
    for name in request.form:
        unit = name.removeprefix("value-")
        if name == unit or not fields.text(name):
            continue
        try:
            values[None if unit == ALL_COUNTIES else fields.key(unit) or 0] = read_number(fields.text(name))
        except ValueError:
            wrong[name] = "请填数字，小数不超过四位。"
    if wrong:
        raise Invalid(wrong)
    released_on = typed.day(request.form.get("released_on", ""), "released_on")
    return acts.Entered(fields.text("period"), values, released_on, fields.text("note"))


@blueprint.get("/links")
@allow(Permission.SERIES_EDIT)
def links() -> str:
    return _links()


def _links(errors: dict[str, str] | None = None) -> str:
    session, actor = reading(), current_actor()
    asked = _asked_links()
    page = series_links.link_rows(session, actor, asked, number=listing.page_number())
    known = series_rows.series_rows(session, actor, SeriesFilter(), today=office_date(utcnow())).rows
    plans = plan_list.plan_rows(session, actor, plan_list.PlanFilter(), today=office_date(utcnow()), is_whole=True)
    return render_template(
        "series/links.html",
        page=page,
        asked=asked,
        errors=errors or {},
        typed=request.form,
        series=[(row.id, row.name + (f"（{row.unit_of_measure}）" if row.unit_of_measure else "")) for row in known],
        plans=[(row.id, row.title) for row in plans.rows],
        standings=list(LinkStanding),
        kinds=list(ProgressKind),
        filters=listing.filters("plan", "standing", "q", "page"),
    )


def _asked_links() -> LinkFilter:
    return LinkFilter(listing.key("plan"), listing.member(LinkStanding, "standing"), listing.words())


@blueprint.post("/links")
@allow(Permission.SERIES_EDIT)
def confirm_links() -> Any:
    try:
        with transaction() as session:
            count = series_links.confirm_links(session, current_actor(), _choices(), now=utcnow())
    except Invalid as refusal:
        return _links(refusal.fields), 422
    flash(f"已确认{count}项对应关系，有关任务的进度已重新计算。", "success")
    kept: dict[str, Any] = dict(listing.filters("plan", "standing", "q", "page"))
    return redirect(url_for(".links", **kept))


def _choices() -> list[Choice]:
    found = []
    for subject in request.form.getlist("subjects"):
        series_id = fields.chosen(f"series-{subject}")
        if series_id is None:
            raise Invalid({"": "有勾选的指标还没有选择对应的数据。", f"series-{subject}": "请选择。"})
        baseline = _number(f"baseline-{subject}", "基数请填数字，没有的留空。")
        kind = fields.member(ProgressKind, request.form.get(f"kind-{subject}"))
        found.append(Choice(subject, series_id, kind, baseline))
    return found


def _number(name: str, refusal: str) -> Decimal | None:
    if not fields.text(name):
        return None
    try:
        return read_number(fields.text(name))
    except ValueError:
        raise Invalid({"": refusal, name: refusal}) from None


@blueprint.get("/links/export")
@allow(Permission.SERIES_EDIT)
def export_links() -> Response:
    asked = _asked_links()
    rows = series_links.link_rows(reading(), current_actor(), asked).rows
    columns = [
        *(Column("方案", 36), Column("出处", 10), Column("目标或指标", 36), Column("承诺", 16), Column("时间", 10)),
        *(Column("状态", 14), Column("对应数据", 30), Column("比较方式", 10), Column("基数", 10)),
    ]
    cells = [
        (
            *(row.plan, row.task_number, row.name, row.promised, row.by),
            *(row.standing.label, row.series, row.kind.label, row.baseline),
        )
        for row in rows
    ]
    terms = (asked.words, asked.standing.label if asked.standing else "")
    data = sheet_of("目标指标与数据对应表", columns, cells, note=sheets.note(terms, len(cells)))
    return sheets.answer(data, "目标指标与数据对应表")


@blueprint.post("/links/<int:link_id>/unlink")
@allow(Permission.SERIES_EDIT)
def unlink(link_id: int) -> Any:
    with transaction() as session:
        name = series_links.unlink(session, current_actor(), link_id, now=utcnow())
    flash(f"已取消“{name}”的对应关系，数据保留。", "success")
    return redirect(url_for(".links"))


@blueprint.get("/links/<int:link_id>/shares")
@allow(Permission.SERIES_EDIT)
def shares(link_id: int) -> str:
    return _shares(link_id)


def _shares(link_id: int, errors: dict[str, str] | None = None) -> str:
    page = series_links.shares_page(reading(), current_actor(), link_id)
    if not current_actor().is_office:
        raise NotAllowed("目标分解由领导小组办公室填写。")
    return render_template("series/shares.html", page=page, errors=errors or {}, typed=request.form)


@blueprint.post("/links/<int:link_id>/shares")
@allow(Permission.SERIES_EDIT)
def set_shares(link_id: int) -> Any:
    try:
        given = {}
        for name in request.form:
            unit, _, year = name.removeprefix("share-").partition("-")
            if name.startswith("share-") and fields.key(unit) and fields.key(year):
                given[int(unit), int(year)] = _number(name, "请填数字，小数不超过四位。")
        with transaction() as session:
            count = series_links.set_shares(session, current_actor(), link_id, given, now=utcnow())
    except Invalid as refusal:
        return _shares(link_id, refusal.fields), 422
    flash(f"已保存{count}个分解目标。", "success")
    return redirect(url_for(".shares", link_id=link_id))
