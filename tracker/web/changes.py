"""Forms by which a task under way is changed: broken down, given in shares, its date and its duties moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.core.adjusting import Change
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import DutyRole
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import breakdowns, deadlines, workflow_adjusting, workflow_subtasks
from tracker.services.breakdowns import MOST_STEPS, Step, TypedBreakdown
from tracker.services.change_pages import ChangeForm, change_form
from tracker.services.deadlines import MoreTime
from tracker.services.workflow_adjusting import Proposal
from tracker.services.workflow_subtasks import TypedSubtask
from tracker.web import fields, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("changes", __name__, url_prefix="/tasks")
Done = Callable[[Session, Actor], object]
FEW_STEPS = 4
# How many units more one adjustment can bring into a task.
NEW_UNITS = 3
ROLES = (("first", "首位牵头"), *((role.value, role.label) for role in DutyRole))


def _form(name: str, task_id: int, errors: dict[str, str] | None = None, *, duty_id: int | None = None) -> str:
    today = office_date(utcnow())
    form = change_form(reading(), current_actor(), task_id, duty_id=duty_id, today=today)
    rows = min(max(len(request.form.getlist("due_on")), FEW_STEPS), MOST_STEPS)
    more = FEW_STEPS if request.form.get("more") else 0
    return render_template(
        f"changes/{name}.html",
        form=form,
        errors=errors or {},
        typed=request.form,
        today=today,
        rows=min(rows + more, MOST_STEPS),
        most=MOST_STEPS,
        roles=ROLES,
        years=[(year, f"{year} 年") for year in form.years],
        new_units=range(NEW_UNITS),
    )


def _do(name: str, task_id: int, done: Done, *, said: str, duty_id: int | None = None) -> Any:
    """The act done and said, or its form again as it was typed."""
    try:
        with transaction() as session:
            done(session, current_actor())
    except Invalid as refusal:
        return _form(name, task_id, refusal.fields, duty_id=duty_id), 422
    flash(said, "success")
    return redirect(url_for("tasks.detail", task_id=task_id))


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else None


@blueprint.get("/<int:task_id>/break-down")
@allow(Permission.TASKS_ACT)
def break_down(task_id: int) -> str:
    return _form("break_down", task_id)


@blueprint.post("/<int:task_id>/break-down")
@allow(Permission.TASKS_ACT)
def send_breakdown(task_id: int) -> Any:
    if request.form.get("more"):
        return _form("break_down", task_id)

    def done(session: Session, actor: Actor) -> None:
        given = TypedBreakdown(
            fields.chosen("year"),
            fields.text("person_in_charge"),
            fields.text("person_phone"),
            fields.text("stages"),
            _steps(),
        )
        breakdowns.break_down(session, actor, task_id, version=fields.version(), typed=given, now=utcnow())

    return _do("break_down", task_id, done, said="年度分解已报送，等待办公室确认。")


def _steps() -> list[Step]:
    """The milestones typed, to the last line that is not empty; a date or number that is none is left out."""
    lines = [
        (date.strip(), percent.strip().removesuffix("%"), text)
        for date, percent, text in zip(
            *(request.form.getlist(name) for name in ("due_on", "percent", "text")), strict=False
        )
    ]
    while lines and not "".join(lines[-1]).strip():
        lines.pop()
    return [Step(_day_or_none(on), _number(percent), text) for on, percent, text in lines]


def _day_or_none(value: str) -> Any:
    try:
        return typed.day(value, "due_on")
    except Invalid:
        return None


@blueprint.get("/<int:task_id>/give-subtask")
@allow(Permission.TASKS_ACT)
def give_subtask(task_id: int) -> str:
    return _form("give_subtask", task_id)


@blueprint.post("/<int:task_id>/give-subtask")
@allow(Permission.TASKS_ACT)
def send_subtask(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        due_on = typed.day(request.form.get("due_on", ""), "due_on")
        given = TypedSubtask(fields.text("title"), fields.text("text"), due_on, fields.keys("duty"))
        workflow_subtasks.give_subtask(session, actor, task_id, version=fields.version(), typed=given, now=utcnow())

    return _do("give_subtask", task_id, done, said="子任务已分解，已通知承办单位签收。")


@blueprint.get("/<int:task_id>/duties/<int:duty_id>/ask-extension")
@allow(Permission.TASKS_ACT)
def ask_extension(task_id: int, duty_id: int) -> str:
    return _form("ask_extension", task_id, duty_id=duty_id)


@blueprint.post("/<int:task_id>/duties/<int:duty_id>/ask-extension")
@allow(Permission.TASKS_ACT)
def send_extension(task_id: int, duty_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        proposed_on = typed.day(request.form.get("proposed_on", ""), "proposed_on")
        asked = MoreTime(proposed_on, fields.text("reason"), fields.text("progress"))
        deadlines.ask_extension(session, actor, duty_id, version=fields.version(), asked=asked, now=utcnow())

    return _do("ask_extension", task_id, done, said="延期申请已提交，等待办公室审批。", duty_id=duty_id)


@blueprint.get("/<int:task_id>/duties/<int:duty_id>/ask-adjustment")
@allow(Permission.TASKS_ACT)
def ask_adjustment(task_id: int, duty_id: int) -> str:
    return _form("ask_adjustment", task_id, duty_id=duty_id)


@blueprint.post("/<int:task_id>/duties/<int:duty_id>/ask-adjustment")
@allow(Permission.TASKS_ACT)
def send_adjustment_request(task_id: int, duty_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        reason, unit_id = fields.text("reason"), fields.chosen("unit")
        workflow_adjusting.ask_adjustment(
            session, actor, duty_id, version=fields.version(), reason=reason, unit_id=unit_id, now=utcnow()
        )

    return _do("ask_adjustment", task_id, done, said="申请已提交；办公室审定之前，贵单位的职责不变。", duty_id=duty_id)


@blueprint.get("/<int:task_id>/move-due")
@allow(Permission.REVIEW_DECIDE)
def move_due(task_id: int) -> str:
    return _form("move_due", task_id)


@blueprint.post("/<int:task_id>/move-due")
@allow(Permission.REVIEW_DECIDE)
def send_move(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        to_on = typed.day(request.form.get("to_on", ""), "to_on")
        deadlines.move_due(
            session, actor, task_id, version=fields.version(), to_on=to_on, basis=fields.text("basis"), now=utcnow()
        )

    return _do("move_due", task_id, done, said="完成时限已调整，已通知各责任单位。")


@blueprint.get("/<int:task_id>/adjust")
@allow(Permission.REVIEW_DECIDE)
def adjust(task_id: int) -> str:
    return _form("adjust", task_id)


@blueprint.post("/<int:task_id>/adjust")
@allow(Permission.REVIEW_DECIDE)
def send_adjustment(task_id: int) -> Any:
    today = office_date(utcnow())
    form = change_form(reading(), current_actor(), task_id, today=today)

    def done(session: Session, actor: Actor) -> None:
        effective_on = typed.day(request.form.get("effective_on", ""), "effective_on")
        proposal = Proposal(effective_on, fields.text("basis"), _changes(form))
        workflow_adjusting.propose_adjustment(
            session, actor, task_id, version=fields.version(), proposal=proposal, now=utcnow()
        )

    return _do("adjust", task_id, done, said="调整分工方案已提出。")


def _changes(form: ChangeForm) -> list[Change]:
    """What the form changes: the roles of those in the task, who takes over from whom leaves, who comes in."""
    changes = []
    for duty in form.duties:
        role, taker = fields.text(f"role-{duty.id}"), fields.chosen(f"taker-{duty.id}")
        now = "first" if duty.is_first_lead else duty.role.value
        if role == "leave":
            changes.append(Change(duty.id, taker, leaves=True))
        elif role and role != now:
            changes.append(Change(duty.id, duty.unit_id, _role(role), is_first=role == "first"))
    for place in range(NEW_UNITS):
        unit_id, role = fields.chosen(f"unit-{place}"), fields.text(f"new-role-{place}")
        if unit_id is not None:
            changes.append(Change(fields.chosen(f"from-{place}"), unit_id, _role(role), is_first=role == "first"))
    return changes


def _role(value: str) -> DutyRole:
    """The role of a choice; the first lead is a lead, and what is none of them answers."""
    return DutyRole.LEAD if value == "first" else fields.member(DutyRole, value) or DutyRole.RESPONSIBLE
