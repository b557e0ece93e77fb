"""Units: list, one unit, adding, editing, ending, other names, who has charge of it, loading from a sheet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.core.terms import UnitKind
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.reports import xlsx
from tracker.services import charges, places, registry, unit_groups, unit_load, unit_rows
from tracker.services import reform as reforms
from tracker.web import fields, listing, loading
from tracker.web.access import allow, current_actor

blueprint = Blueprint("registry", __name__, url_prefix="/units")
SHEET = (
    xlsx.Column("单位名称", 28),
    xlsx.Column("类别", 16),
    xlsx.Column("简称/别名", 28),
    xlsx.Column("上级单位", 22),
    xlsx.Column("联系人", 12),
    xlsx.Column("联系电话", 18),
    xlsx.Column("所属单位组", 28),
)
PLACE = xlsx.Column("辖区", 16)
HOW_TO_FILL = (
    f"类别填：{'、'.join(kind.label for kind in UnitKind)}，不填则按名称判断；别名和单位组可填多个，用顿号隔开；"
    "空格表示保持原样。填好后在“单位”页面上传，同一份表重复上传不会产生重复内容。"
)
LOADS = loading.Loads("单位", "registry.units", SHEET, HOW_TO_FILL, unit_load.load_units, "registry/loaded.html")


ALL_PLACES = "all"


def _places() -> list[places.Place]:
    return places.places(reading(), current_actor())


def _wanted() -> unit_rows.UnitFilter:
    wanted, known = listing.key("place"), [place.id for place in _places()]
    is_all = request.args.get("place") == ALL_PLACES
    return unit_rows.UnitFilter(
        place_ids=tuple(known) if is_all else (wanted,) if wanted in known else (),
        words=listing.words(),
        kind=listing.member(UnitKind, "kind"),
        group_id=listing.key("group"),
        is_ended=request.args.get("status") == "ended",
    )


@blueprint.get("")
@allow(Permission.REGISTRY_READ)
def units() -> str:
    session, actor, today, wanted = reading(), current_actor(), office_date(utcnow()), _wanted()
    below = [(place.id, "　" * place.depth + place.name) for place in _places()[1:]]
    return render_template(
        "registry/units.html",
        page=unit_rows.unit_list(session, actor, wanted, number=listing.page_number(), today=today),
        counts=unit_rows.kind_counts(session, actor, wanted, today=today),
        groups=[(row.id, row.name) for row in unit_groups.group_rows(session, actor, today=today)],
        below=[(ALL_PLACES, "全部（含下级）"), *below] if below else [],
        place=request.args.get("place", ""),
        wanted=wanted,
        kinds=UnitKind,
    )


@blueprint.get("/export")
@allow(Permission.REGISTRY_READ)
def export() -> Response:
    wanted = _wanted()
    rows = unit_rows.all_units(reading(), current_actor(), wanted, today=office_date(utcnow()))
    cells = [
        (
            *(row.name, row.kind.label, "、".join(row.aliases), row.parent, row.contact_name, row.contact_phone),
            *("、".join(row.groups), row.place),
        )
        for row in rows
    ]
    # Whose units they are is said only where several places are shown: what is loaded is always the own place's.
    shown = len(SHEET) + bool(wanted.place_ids)
    data = xlsx.listing(
        "单位名录", (*SHEET, PLACE)[:shown], [row[:shown] for row in cells], note=f"共 {len(rows)} 个单位"
    )
    return listing.file_answer(data, xlsx.TYPE, "单位名录.xlsx")


@blueprint.get("/load/template")
@allow(Permission.REGISTRY_EDIT)
def load_template() -> Response:
    return loading.template(LOADS)


@blueprint.route("/load", methods=["GET", "POST"])
@allow(Permission.REGISTRY_EDIT)
def load() -> Any:
    return loading.page(LOADS)


@blueprint.route("/add", methods=["GET", "POST"])
@allow(Permission.REGISTRY_EDIT)
def add() -> Any:
    if request.method == "GET":
        return _form("registry/add.html")
    try:
        with transaction() as session:
            unit = registry.add_unit(session, current_actor(), _typed(), now=utcnow())
            flash(f"已新增单位“{unit.name}”。", "success")
            return redirect(url_for("registry.unit", unit_id=unit.id))
    except Invalid as refusal:
        return _form("registry/add.html", refusal.fields), 422


@blueprint.get("/<int:unit_id>")
@allow(Permission.REGISTRY_READ)
def unit(unit_id: int) -> str:
    return _unit_page(unit_id)


@blueprint.route("/<int:unit_id>/edit", methods=["GET", "POST"])
@allow(Permission.REGISTRY_EDIT)
def edit(unit_id: int) -> Any:
    actor = current_actor()
    if request.method == "GET":
        return _form("registry/edit.html", unit=unit_rows.unit_page(reading(), _found(unit_id)))
    try:
        renamed_on = fields.day("renamed_on") if fields.text("change") == "renamed" else None
        with transaction() as session:
            unit = registry.find_unit(session, actor, unit_id)
            registry.check_version(unit, fields.version())
            if fields.text("name") != unit.name and fields.text("change") not in ("corrected", "renamed"):
                raise Invalid({"change": "名称有改动，请选择是更正还是更名。"})
            registry.edit_unit(session, actor, unit, _typed(), renamed_on=renamed_on, now=utcnow())
    except Invalid as refusal:
        page = unit_rows.unit_page(reading(), _found(unit_id))
        return _form("registry/edit.html", refusal.fields, unit=page), 422
    flash("已保存。", "success")
    return redirect(url_for("registry.unit", unit_id=unit_id))


@blueprint.route("/<int:unit_id>/reform", methods=["GET", "POST"])
@allow(Permission.REGISTRY_EDIT)
def reform(unit_id: int) -> Any:
    actor = current_actor()
    if request.method == "GET":
        return _reform_page(unit_id)
    try:
        wanted = _typed_reform()
        with transaction() as session:
            unit = registry.find_unit(session, actor, unit_id)
            registry.check_version(unit, fields.version())
            passed = reforms.reform_unit(session, actor, unit, wanted, now=utcnow())
    except Invalid as refusal:
        return _reform_page(unit_id, refusal.fields), 422
    flash(f"已登记{wanted.kind.label}。" + _what_passed(passed), "success")
    return redirect(url_for("registry.unit", unit_id=unit_id))


def _typed_reform() -> reforms.Reform:
    kind = fields.member(reforms.ReformKind, request.form.get("kind"))
    if kind is None:
        raise Invalid({"kind": "请选择改革方式。"})
    return reforms.Reform(
        kind=kind,
        on=fields.day("on"),
        basis=fields.text("basis"),
        name=fields.text("name"),
        successor_id=fields.chosen("successor_id"),
        moves_people=fields.text("moves_people") == "1",
    )


def _what_passed(passed: reforms.PassedOn) -> str:
    if not passed.duties:
        return ""
    merged = f"，其中 {passed.merged} 项与承接单位原有的分工合并" if passed.merged else ""
    return f"{passed.duties} 项未了结的责任分工已转给承接单位{merged}，有关单位已收到通知。"


def _reform_page(unit_id: int, errors: dict[str, str] | None = None) -> str:
    unit = _found(unit_id)
    others = registry.living_units(reading(), current_actor(), office_date(utcnow()))
    return render_template(
        "registry/reform.html",
        unit=unit_rows.unit_page(reading(), unit),
        kinds=reforms.ReformKind,
        others=[(each.id, each.name) for each in others if each.id != unit_id],
        errors=errors or {},
        typed=request.form,
    )


@blueprint.post("/<int:unit_id>/restore")
@allow(Permission.REGISTRY_EDIT)
def restore(unit_id: int) -> Response:
    with transaction() as session:
        unit = registry.find_unit(session, current_actor(), unit_id)
        registry.restore_unit(session, current_actor(), unit, now=utcnow())
    flash("已恢复使用。已转出的责任分工不变。", "success")
    return redirect(url_for("registry.unit", unit_id=unit_id))


@blueprint.post("/<int:unit_id>/aliases")
@allow(Permission.REGISTRY_EDIT)
def add_alias(unit_id: int) -> Any:
    actor = current_actor()
    try:
        with transaction() as session:
            unit = registry.find_unit(session, actor, unit_id)
            is_new = registry.add_alias(session, actor, unit, fields.text("alias"), now=utcnow())
    except Invalid as refusal:
        return _unit_page(unit_id, refusal.fields), 422
    flash("已增加别名，今后导入方案时按此识别。" if is_new else "这个名称本来就能识别。", "success")
    return redirect(url_for("registry.unit", unit_id=unit_id))


@blueprint.post("/aliases/<int:alias_id>/remove")
@allow(Permission.REGISTRY_EDIT)
def remove_alias(alias_id: int) -> Response:
    with transaction() as session:
        alias = registry.remove_alias(session, current_actor(), alias_id, now=utcnow())
        unit_id, group_id = alias.unit_id, alias.group_id
    flash("已删除别名。", "success")
    if unit_id is None:
        return redirect(url_for("groups.group", group_id=group_id))
    return redirect(url_for("registry.unit", unit_id=unit_id))


@blueprint.post("/<int:unit_id>/charges")
@allow(Permission.REGISTRY_EDIT)
def add_charge(unit_id: int) -> Any:
    actor, leader_id = current_actor(), fields.chosen("leader_id")
    try:
        since_on = fields.day("since_on", default=office_date(utcnow()))
        with transaction() as session:
            unit = registry.find_unit(session, actor, unit_id)
            charges.add_charge(session, actor, unit, leader_id, since_on=since_on, now=utcnow())
    except Invalid as refusal:
        return _unit_page(unit_id, refusal.fields), 422
    flash("已登记分管领导。", "success")
    return redirect(url_for("registry.unit", unit_id=unit_id))


@blueprint.post("/charges/<int:charge_id>/end")
@allow(Permission.REGISTRY_EDIT)
def end_charge(charge_id: int) -> Response:
    now = utcnow()
    with transaction() as session:
        unit_id = charges.end_charge(session, current_actor(), charge_id, until_on=office_date(now), now=now)
    flash("分管关系已结束。", "success")
    return redirect(url_for("registry.unit", unit_id=unit_id))


def _found(unit_id: int) -> Any:
    return registry.find_unit(reading(), current_actor(), unit_id)


def _typed() -> registry.UnitFacts:
    kind = fields.member(UnitKind, request.form.get("kind"))
    if kind is None:
        raise Invalid({"kind": "请选择类别。"})
    return registry.UnitFacts(
        name=fields.text("name"),
        kind=kind,
        parent_id=fields.chosen("parent_id"),
        contact_name=fields.text("contact_name"),
        contact_phone=fields.text("contact_phone"),
    )


def _form(template: str, errors: dict[str, str] | None = None, **values: Any) -> str:
    units = registry.living_units(reading(), current_actor(), office_date(utcnow()))
    above = [(each.id, each.name) for each in units]
    return render_template(template, errors=errors or {}, typed=request.form, kinds=UnitKind, above=above, **values)


def _unit_page(unit_id: int, errors: dict[str, str] | None = None) -> str:
    session, actor = reading(), current_actor()
    return render_template(
        "registry/unit.html",
        unit=unit_rows.unit_page(session, registry.find_shown_unit(session, actor, unit_id)),
        leaders=charges.leaders(session, actor, office_date(utcnow())),
        errors=errors or {},
        typed=request.form,
    )
