"""Instructions of leaders (批示): the list, one of them, giving, sorting, answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.core.actions import Action
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import BehalfSource, InstructionSort, InstructionStatus, Role
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import instruction_rows, instructions
from tracker.services.attachments import ALLOWED, EXTENSIONS
from tracker.services.behalf import Whose, behalf_rows, enter
from tracker.services.instructions import Sorting, Target
from tracker.web import fields, listing, received, sheets, typed
from tracker.web.access import allow, current_actor
from tracker.web.auth import local_path

blueprint = Blueprint("instructions", __name__, url_prefix="/instructions")
FILTERS = ("status", "sort", "leader", "unit", "mine", "overdue")
Done = Callable[[Session, Actor], object]


def _asked() -> instruction_rows.InstructionFilter:
    return instruction_rows.InstructionFilter(
        status=listing.member(InstructionStatus, "status"),
        sort=listing.member(InstructionSort, "sort"),
        leader_id=listing.key("leader"),
        unit_id=listing.key("unit"),
        is_mine=request.args.get("mine") == "1",
        is_overdue=request.args.get("overdue") == "1",
    )


@blueprint.get("")
@allow(Permission.INSTRUCTIONS_READ)
def index() -> str:
    found = instruction_rows.instruction_list(
        reading(), current_actor(), _asked(), today=office_date(utcnow()), number=listing.page_number()
    )
    return render_template(
        "instructions/index.html",
        found=found,
        asked=_asked(),
        filters=listing.filters(*FILTERS),
        statuses=list(InstructionStatus),
        sorts=list(InstructionSort),
        is_leader=Role.LEADER in current_actor().roles,
    )


@blueprint.get("/export")
@allow(Permission.INSTRUCTIONS_READ)
def export() -> Response:
    asked, today = _asked(), office_date(utcnow())
    found = instruction_rows.instruction_list(reading(), current_actor(), asked, today=today, is_whole=True)
    rows = found.page.rows
    names = (dict(found.leaders).get(asked.leader_id or 0, ""), dict(found.units).get(asked.unit_id or 0, ""))
    members = (each.label for each in (asked.status, asked.sort) if each)
    terms = (*members, *names, "我的批示" if asked.is_mine else "", "逾期未回复" if asked.is_overdue else "")
    return sheets.answer(sheets.instructions_sheet(rows, sheets.note(terms, len(rows), "件")), "批示办理台账")


def _target(values: Any) -> Target:
    given = {name: fields.key(values.get(name)) for name in ("plan", "task", "unit")}
    found = {f"{name}_id": key for name, key in given.items() if key is not None}
    if len(found) != 1:
        raise Invalid({"": "请从任务、方案或逾期督办页面选择批示的对象。"})
    return Target(**found)


@blueprint.get("/new")
@allow(Permission.INSTRUCTIONS_GIVE)
def new() -> str:
    return _form(_target(request.args))


def _form(target: Target, errors: dict[str, str] | None = None) -> str:
    actor = current_actor()
    shown = instruction_rows.giving(reading(), actor, target, today=office_date(utcnow()))
    return render_template(
        "instructions/new.html",
        giving=shown,
        target=target,
        is_leader=Role.LEADER in actor.roles,
        sources=list(BehalfSource),
        errors=errors or {},
        typed=request.form,
        allowed_files=ALLOWED,
        accept=",".join(EXTENSIONS),
        next=local_path(request.values.get("next", "")) or "",
    )


@blueprint.post("/give")
@allow(Permission.INSTRUCTIONS_GIVE)
def give() -> Any:
    target, actor = _target(request.form), current_actor()
    try:
        with transaction() as session:
            given = _give(session, actor, target).id
    except Invalid as refusal:
        return _form(target, refusal.fields), 422
    flash("批示已登记，已通知办公室分办。", "success")
    return redirect(local_path(request.form.get("next", "")) or url_for(".detail", instruction_id=given))


def _give(session: Session, actor: Actor, target: Target) -> Any:
    text, now = fields.text("words"), utcnow()
    if Role.LEADER in actor.roles:
        return instructions.instruct(session, actor, target, text, now=now)
    leader_id = fields.chosen("leader_id")
    if leader_id is None:
        raise Invalid({"leader_id": "请选择作出批示的领导。"})

    def done(stand_in: Actor) -> Any:
        return instructions.instruct(session, stand_in, target, text, leader_id=leader_id, now=now)

    return enter(session, actor, Whose(leader_id=leader_id), received.received(), Action.INSTRUCT, done, now=now)


@blueprint.get("/<int:instruction_id>")
@allow(Permission.INSTRUCTIONS_READ)
def detail(instruction_id: int) -> str:
    return _page(instruction_id)


def _page(instruction_id: int, errors: dict[str, str] | None = None, refused: str = "") -> str:
    session, actor = reading(), current_actor()
    page = instruction_rows.instruction_page(session, actor, instruction_id, today=office_date(utcnow()))
    subjects = [("Instruction", page.row.id), *(("InstructionReply", reply.id) for reply in page.replies)]
    return render_template(
        "instructions/detail.html",
        page=page,
        behalf=behalf_rows(session, subjects=subjects),
        A=Action,
        sorts=list(InstructionSort),
        errors=errors or {},
        refused=refused,
        typed=request.form,
    )


def _do(instruction_id: int, refused: str, done: Done, said: str) -> Any:
    try:
        with transaction() as session:
            done(session, current_actor())
    except Invalid as refusal:
        return _page(instruction_id, refusal.fields, refused), 422
    flash(said, "success")
    return redirect(url_for(".detail", instruction_id=instruction_id))


@blueprint.post("/<int:instruction_id>/sort")
@allow(Permission.REVIEW_DECIDE)
def sort(instruction_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        kind = fields.member(InstructionSort, request.form.get("sort"))
        if kind is None:
            raise Invalid({"sort": "请选择分办意见。"})
        by = typed.day(request.form.get("reply_by_on", ""), "reply_by_on")
        sorting = Sorting(kind, tuple(dict.fromkeys(fields.keys("unit"))), by)
        instructions.sort_instruction(session, actor, instruction_id, sorting, version=fields.version(), now=utcnow())

    return _do(instruction_id, "sort", done, "已分办，已通知有关单位。")


@blueprint.post("/<int:instruction_id>/replies/<int:reply_id>/answer")
@allow(Permission.TASKS_ACT)
def answer(instruction_id: int, reply_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        instructions.answer_instruction(
            session, actor, reply_id, version=fields.version(), words=fields.text("reply"), now=utcnow()
        )

    return _do(instruction_id, f"answer-{reply_id}", done, "已回复，等待办公室审核。")


@blueprint.post("/<int:instruction_id>/replies/<int:reply_id>/pass")
@allow(Permission.REVIEW_DECIDE)
def accept(instruction_id: int, reply_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        instructions.pass_answer(
            session, actor, reply_id, version=fields.version(), words=fields.text("words"), now=utcnow()
        )

    return _do(instruction_id, f"pass-{reply_id}", done, "回复已审结。")


@blueprint.post("/<int:instruction_id>/replies/<int:reply_id>/send-back")
@allow(Permission.REVIEW_DECIDE)
def send_back(instruction_id: int, reply_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        instructions.send_back_answer(
            session, actor, reply_id, version=fields.version(), reason=fields.text("reason"), now=utcnow()
        )

    return _do(instruction_id, f"back-{reply_id}", done, "已退回，请单位补充。")
