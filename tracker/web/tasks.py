"""The page of one task and the acts on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import CheckOutcome, Grade, ReasonCode, UrgeChannel
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import evidence as evidence_rules
from tracker.services import workflow, workflow_decisions
from tracker.services.attachments import ALLOWED, EXTENSIONS, attach, find_download
from tracker.services.evidence import require_evidence
from tracker.services.filing import Reason, words_of
from tracker.services.task_pages import task_page
from tracker.services.told import told
from tracker.services.workflow_decisions import Found, Grounds, decide_task, look_back
from tracker.web import evidence, fields, listing
from tracker.web.access import allow, current_actor
from tracker.web.auth import local_path

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")
Done = Callable[[Session, Actor], object]


@dataclass(frozen=True)
class Refused:
    """A form of the page that was sent and refused: which one, what is wrong, what was typed."""

    action: Action | None = None
    duty_id: int | None = None
    errors: dict[str, str] = field(default_factory=dict)


def _page(task_id: int, refused: Refused | None = None) -> str:
    page = task_page(reading(), current_actor(), task_id, today=office_date(utcnow()))
    return render_template(
        "tasks/detail.html",
        task=page,
        told=told(reading(), current_actor(), task_id),
        A=Action,
        refused=refused or Refused(),
        typed=request.form,
        reason_codes=list(ReasonCode),
        channels=list(UrgeChannel),
        outcomes=list(CheckOutcome),
        grades=list(Grade),
        today=office_date(utcnow()),
        allowed_files=ALLOWED,
        accept=",".join(EXTENSIONS),
    )


def _do(task_id: int, action: Action, done: Done, *, said: str, duty_id: int | None = None) -> Any:
    """One act: done in a transaction and said, or the page again with the form as it was typed."""
    try:
        with transaction() as session:
            done(session, current_actor())
    except Invalid as refusal:
        return _page(task_id, Refused(action, duty_id, refusal.fields)), 422
    flash(said, "success")
    return redirect(local_path(request.form.get("next", "")) or url_for(".detail", task_id=task_id))


def _reason() -> Reason:
    return Reason(fields.text("reason_code"), fields.text("reason"))


@blueprint.get("/<int:task_id>")
@allow(Permission.TASKS_READ)
def detail(task_id: int) -> str:
    return _page(task_id)


@blueprint.post("/<int:task_id>/ask-to-close")
@allow(Permission.TASKS_ACT)
def ask_to_close(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        asked = workflow.ask_to_close(
            session, actor, task_id, version=fields.version(), report=fields.text("report"), now=utcnow()
        )
        attach(session, actor, asked, evidence.uploads(), now=utcnow(), limit_bytes=evidence.limit_bytes())
        require_evidence(session, asked)

    return _do(task_id, Action.ASK_TO_CLOSE, done, said="已申请办结，等待办公室审核。")


@blueprint.post("/<int:task_id>/check-closing")
@allow(Permission.REVIEW_DECIDE)
def check_closing(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        workflow.check_closing(session, actor, task_id, version=fields.version(), now=utcnow())

    return _do(task_id, Action.CHECK_CLOSING, done, said="已初审通过，等待办公室负责人批准。")


@blueprint.post("/<int:task_id>/close")
@allow(Permission.REVIEW_DECIDE)
def close(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        grade = fields.member(Grade, request.form.get("grade"))
        workflow.close_task(session, actor, task_id, version=fields.version(), now=utcnow(), grade=grade)

    return _do(task_id, Action.CLOSE, done, said="任务已办结，已通知各责任单位。")


@blueprint.post("/<int:task_id>/send-back-closing")
@allow(Permission.REVIEW_DECIDE)
def send_back_closing(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        workflow.send_back_closing(session, actor, task_id, version=fields.version(), reason=_reason(), now=utcnow())

    return _do(task_id, Action.SEND_BACK_CLOSING, done, said="办结申请已退回补办，已通知牵头单位。")


@blueprint.post("/<int:task_id>/<any(suspend, resume, terminate, reopen, make_standing):act>")
@allow(Permission.PLANS_APPROVE)
def decide(task_id: int, act: str) -> Any:
    action = Action(act)
    grounds = Grounds(fields.text("reason"), fields.text("basis"))

    def done(session: Session, actor: Actor) -> None:
        decide_task(session, actor, task_id, action, version=fields.version(), grounds=grounds, now=utcnow())

    return _do(task_id, action, done, said=f"已{action.label}，已通知各责任单位。")


@blueprint.post("/<int:task_id>/look-back")
@allow(Permission.REVIEW_DECIDE)
def record_look_back(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        outcome = fields.member(CheckOutcome, request.form.get("outcome"))
        found = Found(outcome, fields.text("words"), fields.day("checked_on", default=office_date(utcnow())))
        look_back(session, actor, task_id, version=fields.version(), found=found, now=utcnow())

    return _do(task_id, Action.LOOK_BACK, done, said="已登记回头看结果。")


@blueprint.post("/<int:task_id>/ask-partners")
@allow(Permission.TASKS_ACT)
def ask_partners(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        words = fields.text("words")
        workflow_decisions.ask_partners(session, actor, task_id, version=fields.version(), words=words, now=utcnow())

    return _do(
        task_id,
        Action.ASK_PARTNERS,
        done,
        said="已请各单位确认完成情况；满 5 个工作日未回复的，申请办结时可一并认定。",
    )


@blueprint.post("/<int:task_id>/demand-evidence")
@allow(Permission.PLANS_SUBMIT)
def demand_evidence(task_id: int) -> Any:
    is_demanded = fields.text("is_demanded") == "1"
    with transaction() as session:
        actor, version = current_actor(), fields.version()
        evidence_rules.demand_evidence(session, actor, task_id, is_demanded=is_demanded, version=version, now=utcnow())
    flash("已要求本任务提供佐证材料。" if is_demanded else "本任务不再要求佐证材料。", "success")
    return redirect(url_for(".detail", task_id=task_id))


@blueprint.post("/<int:task_id>/archive")
@allow(Permission.REVIEW_DECIDE)
def archive(task_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        workflow.archive_task(session, actor, task_id, version=fields.version(), now=utcnow())

    return _do(task_id, Action.ARCHIVE, done, said="任务已销号。")


@blueprint.post("/<int:task_id>/duties/<int:duty_id>/finish")
@allow(Permission.TASKS_ACT)
def finish_part(task_id: int, duty_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        report = workflow.finish_part(
            session, actor, duty_id, version=fields.version(), words=words_of(request.form), now=utcnow()
        )
        attach(session, actor, report, evidence.uploads(), now=utcnow(), limit_bytes=evidence.limit_bytes())
        require_evidence(session, report)

    return _do(task_id, Action.FINISH_PART, done, said="已报送完成情况，等待认可。", duty_id=duty_id)


@blueprint.post("/<int:task_id>/duties/<int:duty_id>/accept")
@allow(Permission.TASKS_ACT)
def accept_part(task_id: int, duty_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        workflow.accept_part(session, actor, duty_id, version=fields.version(), now=utcnow())

    return _do(task_id, Action.ACCEPT_PART, done, said="已认可该单位的完成情况。", duty_id=duty_id)


@blueprint.post("/<int:task_id>/duties/<int:duty_id>/send-back")
@allow(Permission.TASKS_ACT)
def send_back_part(task_id: int, duty_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        workflow.send_back_part(session, actor, duty_id, version=fields.version(), reason=_reason(), now=utcnow())

    return _do(task_id, Action.SEND_BACK_PART, done, said="已退回，请该单位继续办理。", duty_id=duty_id)


@blueprint.get("/<int:task_id>/files/<int:file_id>")
@allow(Permission.TASKS_READ)
def file(task_id: int, file_id: int) -> Response:
    found = find_download(reading(), current_actor(), task_id, file_id)
    return listing.file_answer(found.data, found.content_type, found.filename)
