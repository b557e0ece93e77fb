"""People: list, one person, adding, editing, passwords, locks, roles, leaving, loading from a sheet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.permissions import Permission
from tracker.core.terms import Role
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.reports import xlsx
from tracker.services import people_load, people_records, people_rights, people_rows, registry
from tracker.web import fields, listing, loading, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("people", __name__, url_prefix="/people")
SHEET = (
    xlsx.Column("姓名", 12),
    xlsx.Column("登录名", 18),
    xlsx.Column("单位", 28),
    xlsx.Column("职务", 20),
    xlsx.Column("联系电话", 18),
    xlsx.Column("电子邮箱", 28),
    xlsx.Column("角色", 26),
)
HOW_TO_FILL = (
    f"角色填：{'、'.join(role.label for role in Role)}，可填多个，用顿号隔开，只增不减；没有授权权限的管理员请留空。"
    "单位须已在单位库中。登录名是识别同一人的依据；空格表示保持原样，同一份表重复上传不会产生重复内容。"
)


def separates_duties() -> bool:
    """Whether the three administrators must be three people here (等级保护)."""
    return bool(current_app.config["TRACKER"].dengbao)


def _load_people(*given: Any, **named: Any) -> Any:
    return people_load.load_people(*given, separates_duties=separates_duties(), **named)


LOADS = loading.Loads(
    "人员",
    "people.index",
    SHEET,
    HOW_TO_FILL,
    _load_people,
    "people/loaded.html",
)


def _wanted() -> people_rows.PeopleFilter:
    return people_rows.PeopleFilter(
        words=listing.words(),
        role=listing.member(Role, "role"),
        unit_id=listing.key("unit"),
        has_left=request.args.get("status") == "left",
    )


@blueprint.get("")
@allow(Permission.PEOPLE_READ)
def index() -> str:
    session, actor, now = reading(), current_actor(), utcnow()
    today = office_date(now)
    page = people_rows.people_list(session, actor, _wanted(), number=listing.page_number(), now=now, today=today)
    units = [(unit.id, unit.name) for unit in registry.living_units(session, actor, today)]
    return render_template("people/index.html", page=page, wanted=_wanted(), roles=Role, units=units)


@blueprint.get("/export")
@allow(Permission.PEOPLE_READ)
def export() -> Response:
    now = utcnow()
    rows = people_rows.all_people(reading(), current_actor(), _wanted(), now=now, today=office_date(now))
    cells = [
        (row.name, row.login_name, row.unit, row.post, row.phone, row.email, "、".join(r.label for r in row.roles))
        for row in rows
    ]
    return listing.file_answer(
        xlsx.listing("人员名录", SHEET, cells, note=f"共 {len(rows)} 人"), xlsx.TYPE, "人员名录.xlsx"
    )


@blueprint.get("/load/template")
@allow(Permission.PEOPLE_EDIT)
def load_template() -> Response:
    return loading.template(LOADS)


@blueprint.route("/load", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
def load() -> Any:
    return loading.page(LOADS)


@blueprint.route("/add", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
def add() -> Any:
    if request.method == "GET":
        return _form("people/add.html")
    try:
        with transaction() as session:
            user, password = people_records.add_person(session, current_actor(), _typed(), now=utcnow())
            shown = {"user_id": user.id, "name": user.name, "login_name": user.login_name, "password": password}
    except Invalid as refusal:
        return _form("people/add.html", refusal.fields), 422
    return render_template("people/password.html", is_new=True, **shown)


@blueprint.get("/<int:user_id>")
@allow(Permission.PEOPLE_READ)
def person(user_id: int) -> str:
    return _page(user_id)


@blueprint.route("/<int:user_id>/edit", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
def edit(user_id: int) -> Any:
    actor = current_actor()
    if request.method == "GET":
        return _form("people/edit.html", person=_shown(user_id))
    try:
        with transaction() as session:
            user = people_records.find_person(session, actor, user_id)
            people_records.check_version(user, fields.version())
            people_records.edit_person(session, actor, user, _typed(), now=utcnow())
    except Invalid as refusal:
        return _form("people/edit.html", refusal.fields, person=_shown(user_id)), 422
    flash("已保存。", "success")
    return redirect(url_for("people.person", user_id=user_id))


@blueprint.post("/<int:user_id>/reset-password")
@allow(Permission.PEOPLE_EDIT)
def reset_password(user_id: int) -> str:
    with transaction() as session:
        user = people_records.find_person(session, current_actor(), user_id)
        password = people_records.reset_password(session, current_actor(), user, now=utcnow())
        shown = {"user_id": user.id, "name": user.name, "login_name": user.login_name, "password": password}
    return render_template("people/password.html", is_new=False, **shown)


@blueprint.post("/<int:user_id>/lock")
@allow(Permission.PEOPLE_EDIT)
def lock(user_id: int) -> Response:
    with transaction() as session:
        user = people_records.find_person(session, current_actor(), user_id)
        people_records.lock(session, current_actor(), user, now=utcnow())
    flash("账号已锁定，正在进行的登录已结束。", "success")
    return redirect(url_for("people.person", user_id=user_id))


@blueprint.post("/<int:user_id>/unlock")
@allow(Permission.PEOPLE_EDIT)
def unlock(user_id: int) -> Response:
    with transaction() as session:
        user = people_records.find_person(session, current_actor(), user_id)
        people_records.unlock(session, current_actor(), user, now=utcnow())
    flash("账号已解锁。", "success")
    return redirect(url_for("people.person", user_id=user_id))


@blueprint.post("/<int:user_id>/roles")
@allow(Permission.RIGHTS_EDIT)
def grant_role(user_id: int) -> Any:
    actor, now = current_actor(), utcnow()
    try:
        role = fields.member(Role, request.form.get("role"))
        if role is None:
            raise Invalid({"role": "请选择角色。"})
        since_on = fields.day("since_on", default=office_date(now))
        until_on = typed.day(request.form.get("until_on", ""), "until_on")
        with transaction() as session:
            user = people_records.find_person(session, actor, user_id)
            people_rights.grant_role(
                session,
                actor,
                user,
                role,
                since_on=since_on,
                until_on=until_on,
                delegated_by_id=fields.chosen("delegated_by_id"),
                separates_duties=separates_duties(),
                now=now,
            )
    except Invalid as refusal:
        return _page(user_id, refusal.fields), 422
    flash(f"已授予角色：{role.label}。", "success")
    return redirect(url_for("people.person", user_id=user_id))


@blueprint.post("/roles/<int:grant_id>/end")
@allow(Permission.RIGHTS_EDIT)
def end_role(grant_id: int) -> Response:
    now = utcnow()
    with transaction() as session:
        user = people_rights.end_grant(session, current_actor(), grant_id, now=now)
        user_id = user.id
    flash("已收回角色，立即生效。", "success")
    return redirect(url_for("people.person", user_id=user_id))


@blueprint.route("/<int:user_id>/hand-over", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
def hand_over(user_id: int) -> Any:
    actor = current_actor()
    if request.method == "GET":
        return _leaving(user_id)
    try:
        left_on = fields.day("left_on")
        with transaction() as session:
            user = people_records.find_person(session, actor, user_id)
            people_rights.hand_over(
                session, actor, user, left_on=left_on, successor_id=fields.chosen("successor_id"), now=utcnow()
            )
    except Invalid as refusal:
        return _leaving(user_id, refusal.fields), 422
    flash(f"已登记离任，自 {left_on} 起生效。", "success")
    return redirect(url_for("people.person", user_id=user_id))


@blueprint.post("/<int:user_id>/return")
@allow(Permission.PEOPLE_EDIT)
def take_back(user_id: int) -> Response:
    with transaction() as session:
        user = people_records.find_person(session, current_actor(), user_id)
        people_rights.take_back(session, current_actor(), user, now=utcnow())
    flash("已撤销离任登记。原有角色已收回，需要重新授予。", "success")
    return redirect(url_for("people.person", user_id=user_id))


def _shown(user_id: int) -> people_rows.PersonPage:
    now = utcnow()
    user = people_records.find_person(reading(), current_actor(), user_id)
    return people_rows.person_page(reading(), user, now=now, today=office_date(now))


def _typed() -> people_records.PersonFacts:
    return people_records.PersonFacts(
        name=fields.text("name"),
        login_name=fields.text("login_name"),
        unit_id=fields.chosen("unit_id"),
        post=fields.text("post"),
        phone=fields.text("phone"),
        email=fields.text("email"),
    )


def _form(template: str, errors: dict[str, str] | None = None, **values: Any) -> str:
    units = [(unit.id, unit.name) for unit in registry.living_units(reading(), current_actor(), office_date(utcnow()))]
    return render_template(template, errors=errors or {}, typed=request.form, units=units, **values)


def _page(user_id: int, errors: dict[str, str] | None = None) -> str:
    session, actor, today = reading(), current_actor(), office_date(utcnow())
    user = people_records.find_person(session, actor, user_id)
    return render_template(
        "people/person.html",
        person=_shown(user_id),
        grantable=people_rights.grantable(actor, user),
        colleagues=people_rows.colleagues(session, actor, user, today),
        is_self=user_id == actor.user_id,
        errors=errors or {},
        typed=request.form,
    )


def _leaving(user_id: int, errors: dict[str, str] | None = None) -> str:
    session, actor, today = reading(), current_actor(), office_date(utcnow())
    user = people_records.find_person(session, actor, user_id)
    return render_template(
        "people/hand_over.html",
        person=_shown(user_id),
        colleagues=[(key, name) for key, name in people_rows.colleagues(session, actor, user, today)],
        errors=errors or {},
        typed=request.form,
    )
