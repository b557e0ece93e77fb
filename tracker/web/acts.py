"""Acts on a plan or a selection of its tasks, and urging; the buttons stand on the pages of plans, tasks and lists."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.actions import Action
from tracker.core.permissions import Permission
from tracker.core.terms import UrgeChannel
from tracker.db import reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.services import workflow
from tracker.services.access import find_plan
from tracker.services.choosing import Chosen
from tracker.services.workflow import Contact
from tracker.web import fields
from tracker.web.access import allow, current_actor
from tracker.web.auth import local_path

blueprint = Blueprint("acts", __name__)


def _chosen(plan_id: int) -> Chosen:
    """The tasks ticked, or everything the act can be done to."""
    ticked = fields.keys("task")
    return Chosen(plan_id, tuple(dict.fromkeys(ticked)) if request.form.getlist("task") else None)


def _onward(plan_id: int) -> Any:
    return redirect(local_path(request.form.get("next", "")) or url_for("plans.detail", plan_id=plan_id))


def _mend(plan_id: int, action: Action, refusal: Invalid) -> Any:
    """The act again with what was typed, since the page it came from holds many forms."""
    plan = find_plan(reading(), current_actor(), plan_id)
    page = render_template(
        "acts/mend.html",
        action=action,
        plan_id=plan.id,
        plan_title=plan.title,
        task_ids=request.form.getlist("task"),
        next=local_path(request.form.get("next", "")) or "",
        typed=request.form,
        errors=refusal.fields,
    )
    return page, 422


@blueprint.post("/plans/<int:plan_id>/submit")
@allow(Permission.PLANS_SUBMIT)
def submit(plan_id: int) -> Any:
    try:
        with transaction() as session:
            count = workflow.submit_tasks(session, current_actor(), _chosen(plan_id), now=utcnow())
    except Invalid as refusal:
        return _mend(plan_id, Action.SUBMIT, refusal)
    flash(f"已提请立项 {count} 项任务，等待办公室负责人审批。", "success")
    return _onward(plan_id)


@blueprint.post("/plans/<int:plan_id>/approve")
@allow(Permission.PLANS_APPROVE)
def approve(plan_id: int) -> Any:
    try:
        with transaction() as session:
            issued = workflow.approve_tasks(session, current_actor(), _chosen(plan_id), now=utcnow())
    except Invalid as refusal:
        return _mend(plan_id, Action.APPROVE, refusal)
    flash(f"已交办 {issued.tasks} 项任务、{issued.duties} 项分工，涉及 {issued.units} 家单位。", "success")
    if issued.unreached:
        names = "、".join(issued.unreached[:20]) + ("等" if len(issued.unreached) > 20 else "")
        flash(f"以下 {len(issued.unreached)} 家单位尚无登记人员，请电话通知：{names}。", "warning")
    return _onward(plan_id)


@blueprint.post("/plans/<int:plan_id>/reject")
@allow(Permission.PLANS_APPROVE)
def reject(plan_id: int) -> Any:
    reason = fields.text("reason")
    try:
        with transaction() as session:
            count = workflow.reject_tasks(session, current_actor(), _chosen(plan_id), reason=reason, now=utcnow())
    except Invalid as refusal:
        return _mend(plan_id, Action.REJECT, refusal)
    flash(f"已驳回 {count} 项任务，退回经办人修改。", "success")
    return _onward(plan_id)


@blueprint.post("/plans/<int:plan_id>/acknowledge")
@allow(Permission.TASKS_ACT)
def acknowledge(plan_id: int) -> Any:
    contact = Contact(fields.text("contact_name"), fields.text("contact_phone"))
    try:
        with transaction() as session:
            count = workflow.acknowledge(session, current_actor(), _chosen(plan_id), contact=contact, now=utcnow())
    except Invalid as refusal:
        return _mend(plan_id, Action.ACKNOWLEDGE, refusal)
    flash(f"已签收 {count} 项任务，请按时限办理并按月报送进展。", "success")
    return _onward(plan_id)


@blueprint.post("/urge")
@allow(Permission.TASKS_ACT)
def urge() -> Any:
    duties = list(dict.fromkeys(fields.keys("assignment")))
    channel = fields.member(UrgeChannel, request.form.get("channel")) or UrgeChannel.SYSTEM
    try:
        with transaction() as session:
            count = workflow.urge(
                session, current_actor(), duties, words=fields.text("words"), channel=channel, now=utcnow()
            )
    except Invalid as refusal:
        return _mend_urge(duties, refusal)
    words = (
        f"已向责任单位发出催办，共 {count} 项。"
        if channel is UrgeChannel.SYSTEM
        else f"已登记{channel.label} {count} 项。"
    )
    flash(words, "success")
    return redirect(local_path(request.form.get("next", "")) or url_for("auth.root"))


def _mend_urge(duties: list[int], refusal: Invalid) -> Any:
    onward = local_path(request.form.get("next", "")) or ""
    page = render_template(
        "acts/urge.html", duties=duties, next=onward, typed=request.form, errors=refusal.fields, channels=UrgeChannel
    )
    return page, 422
