"""Entering for a unit what came on paper, by telephone or in a meeting (代录)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import BehalfSource
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import breakdowns, deadlines, filing, instructions, signing, slips, workflow, workflow_adjusting
from tracker.services.attachments import ALLOWED, EXTENSIONS
from tracker.services.behalf import Received, Whose, enter, find_scan
from tracker.services.behalf_pages import ENTERED, BehalfPage, behalf_page
from tracker.services.choosing import Chosen, choose_own_issued
from tracker.web import fields, listing, received, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("behalf", __name__, url_prefix="/behalf")
Doing = Callable[[Session, Actor, BehalfPage], Any]


def _common() -> dict[str, Any]:
    return {
        "sources": list(BehalfSource),
        "typed": request.form,
        "allowed_files": ALLOWED,
        "accept": ",".join(EXTENSIONS),
        "A": Action,
    }


@blueprint.get("/duties/<int:duty_id>")
@allow(Permission.REVIEW_DECIDE)
def duty(duty_id: int) -> str:
    return _page(duty_id)


def _page(duty_id: int, action: Action | None = None, errors: dict[str, str] | None = None) -> str:
    page = behalf_page(reading(), current_actor(), duty_id, today=office_date(utcnow()))
    return render_template("behalf/duty.html", page=page, refused=action, errors=errors or {}, **_common())


def _acknowledge(session: Session, actor: Actor, page: BehalfPage) -> Any:
    chosen = Chosen(page.plan_id, (page.task_id,))
    duties = choose_own_issued(session, actor, chosen)
    contact = workflow.Contact(fields.text("contact_name"), fields.text("contact_phone"))
    workflow.acknowledge(session, actor, chosen, contact=contact, now=utcnow())
    return duties


def _file(session: Session, actor: Actor, page: BehalfPage) -> Any:
    words = filing.words_of(request.form)
    return signing.file_received(session, actor, page.assignment_id, words, now=utcnow())


def _finish(session: Session, actor: Actor, page: BehalfPage) -> Any:
    words = filing.words_of(request.form)
    return workflow.finish_part(session, actor, page.assignment_id, version=fields.version(), words=words, now=utcnow())


def _ask_to_close(session: Session, actor: Actor, page: BehalfPage) -> Any:
    return workflow.ask_to_close(
        session, actor, page.task_id, version=fields.version(), report=fields.text("report"), now=utcnow()
    )


def _ask_extension(session: Session, actor: Actor, page: BehalfPage) -> Any:
    proposed = typed.day(request.form.get("proposed_on", ""), "proposed_on")
    asked = deadlines.MoreTime(proposed, fields.text("reason"), fields.text("progress"))
    duty_id = page.assignment_id
    return deadlines.ask_extension(session, actor, duty_id, version=fields.version(), asked=asked, now=utcnow())


def _ask_adjustment(session: Session, actor: Actor, page: BehalfPage) -> Any:
    return workflow_adjusting.ask_adjustment(
        session,
        actor,
        page.assignment_id,
        version=fields.version(),
        reason=fields.text("reason"),
        unit_id=fields.chosen("unit"),
        now=utcnow(),
    )


def _break_down(session: Session, actor: Actor, page: BehalfPage) -> Any:
    rows = zip(*(request.form.getlist(name) for name in ("step_due_on", "step_percent", "step_text")), strict=False)
    steps = [
        breakdowns.Step(typed.day(due_on, ""), fields.key(percent.strip().removesuffix("%")), text)
        for due_on, percent, text in rows
        if due_on or percent or text.strip()
    ]
    found = breakdowns.TypedBreakdown(
        year=fields.chosen("year"),
        person_in_charge=fields.text("person_in_charge"),
        person_phone=fields.text("person_phone"),
        stages=fields.text("stages"),
        steps=steps,
    )
    return breakdowns.break_down(session, actor, page.task_id, version=fields.version(), typed=found, now=utcnow())


_DOING: dict[Action, Doing] = {
    Action.ACKNOWLEDGE: _acknowledge,
    Action.FILE: _file,
    Action.FINISH_PART: _finish,
    Action.BREAK_DOWN: _break_down,
    Action.ASK_TO_CLOSE: _ask_to_close,
    Action.ASK_EXTENSION: _ask_extension,
    Action.ASK_ADJUSTMENT: _ask_adjustment,
}


@blueprint.post("/duties/<int:duty_id>/<action>")
@allow(Permission.REVIEW_DECIDE)
def enter_act(duty_id: int, action: str) -> Any:
    wanted = next((each for each in ENTERED if each.value == action), None)
    if wanted is None:
        raise Invalid({"": "请选择要代录的事项。"})
    try:
        came = received.received()
        with transaction() as session:
            page = behalf_page(session, current_actor(), duty_id, today=office_date(utcnow()))

            def done(stand_in: Actor) -> Any:
                return _DOING[wanted](session, stand_in, page)

            enter(session, current_actor(), Whose(page.unit_id), came, wanted, done, now=utcnow())
    except Invalid as refusal:
        return _page(duty_id, wanted, refusal.fields), 422
    flash(f"已代录{page.unit}“{wanted.label}”，按{came.received_on}收到计算。", "success")
    return redirect(url_for("tasks.detail", task_id=page.task_id))


@blueprint.route("/slips/<int:slip_id>", methods=["GET", "POST"])
@allow(Permission.REVIEW_DECIDE)
def slip(slip_id: int) -> Any:
    """The answer of a unit to a slip."""
    found = slips.find_slip(reading(), current_actor(), slip_id)
    unit_id, version = found.assignment.unit_id, found.version
    head = {"title": found.number, "unit": found.assignment.unit.name, "asked": found.demand}
    back = url_for("slips.detail", slip_id=slip_id)

    def done(session: Session, stand_in: Actor) -> Any:
        words = fields.text("reply")
        return slips.answer_slip(session, stand_in, slip_id, version=fields.version(), reply=words, now=utcnow())

    return _answer(Action.ANSWER_SLIP, unit_id, done, head=head | {"version": version, "back": back})


@blueprint.route("/replies/<int:reply_id>", methods=["GET", "POST"])
@allow(Permission.REVIEW_DECIDE)
def reply(reply_id: int) -> Any:
    """The answer of a unit to an instruction."""
    found = instructions.find_reply(reading(), current_actor(), reply_id)
    head = {"title": f"{found.instruction.leader.name}批示", "unit": found.unit.name, "asked": found.instruction.text}
    unit_id, version = found.unit_id, found.version
    back = url_for("instructions.detail", instruction_id=found.instruction_id)

    def done(session: Session, stand_in: Actor) -> Any:
        words = fields.text("reply")
        return instructions.answer_instruction(
            session, stand_in, reply_id, version=fields.version(), words=words, now=utcnow()
        )

    return _answer(Action.ANSWER_INSTRUCTION, unit_id, done, head=head | {"version": version, "back": back})


def _answer(action: Action, unit_id: int, done: Callable[[Session, Actor], Any], *, head: dict[str, Any]) -> Any:
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            came: Received = received.received()
            with transaction() as session:
                enter(
                    session,
                    current_actor(),
                    Whose(unit_id),
                    came,
                    action,
                    lambda stand_in: done(session, stand_in),
                    now=utcnow(),
                )
            flash(f"已代录{head['unit']}的回复，按{came.received_on}收到计算。", "success")
            return redirect(head["back"])
        except Invalid as refusal:
            errors = refusal.fields
    return render_template("behalf/answer.html", head=head, errors=errors, **_common()), 422 if errors else 200


@blueprint.get("/scans/<int:entry_id>")
@allow(Permission.TASKS_READ)
def scan(entry_id: int) -> Response:
    found = find_scan(reading(), current_actor(), entry_id)
    return listing.file_answer(found.data, found.content_type, found.filename)
