"""Slips (督办单) and letters: the list, one of them, issuing on one duty or many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.core.actions import Action
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import SlipForm, SlipLevel, SlipStatus
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid
from tracker.reports import docx, pdf
from tracker.reports import slips as papers
from tracker.services import slip_papers, slip_rows, slips
from tracker.web import fields, listing, sheets
from tracker.web.access import allow, current_actor
from tracker.web.auth import local_path

blueprint = Blueprint("slips", __name__, url_prefix="/slips")
FILTERS = ("status", "level", "form", "unit", "plan", "overdue")
PROPOSED_DEMAND = "该事项已超过完成时限或落后序时进度。请查明原因，提出措施，抓紧办理，并在回复期限前书面回复办理情况。"
Done = Callable[[Session, Actor], object]


def _asked() -> slip_rows.SlipFilter:
    return slip_rows.SlipFilter(
        status=listing.member(SlipStatus, "status"),
        level=listing.member(SlipLevel, "level"),
        form=listing.member(SlipForm, "form"),
        unit_id=listing.key("unit"),
        plan_id=listing.key("plan"),
        is_overdue=request.args.get("overdue") == "1",
    )


@blueprint.get("")
@allow(Permission.SLIPS_READ)
def index() -> str:
    found = slip_rows.slip_list(
        reading(), current_actor(), _asked(), today=office_date(utcnow()), number=listing.page_number()
    )
    return render_template(
        "slips/index.html",
        found=found,
        asked=_asked(),
        filters=listing.filters(*FILTERS),
        statuses=list(SlipStatus),
        levels=list(SlipLevel),
        forms_of=list(SlipForm),
    )


@blueprint.get("/export")
@allow(Permission.SLIPS_READ)
def export() -> Response:
    asked, today = _asked(), office_date(utcnow())
    found = slip_rows.slip_list(reading(), current_actor(), asked, today=today, is_whole=True)
    unit, plan = dict(found.units).get(asked.unit_id or 0, ""), dict(found.plans).get(asked.plan_id or 0, "")
    members = (each.label for each in (asked.status, asked.level, asked.form) if each)
    terms = (*members, unit, plan, "逾期未回复" if asked.is_overdue else "")
    return sheets.answer(
        sheets.slips_sheet(found.page.rows, sheets.note(terms, len(found.page.rows), "张")), "督办单台账"
    )


@blueprint.post("/choose")
@allow(Permission.REVIEW_DECIDE)
def choose() -> Response:
    """From the rows ticked on a list to the form; the ids travel in the address, so that the form can be reloaded."""
    ticked = list(dict.fromkeys(fields.keys("assignment")))[:100]
    if not ticked:
        raise Invalid({"": "请先勾选要发督办单的事项。"})
    return redirect(url_for(".new", assignment=ticked, next=local_path(request.form.get("next", ""))))


@blueprint.get("/new")
@allow(Permission.REVIEW_DECIDE)
def new() -> str:
    return _form([key for key in map(fields.key, request.args.getlist("assignment")) if key is not None])


def _form(ids: list[int], errors: dict[str, str] | None = None) -> str:
    session, today = reading(), office_date(utcnow())
    found = slip_rows.candidates(session, current_actor(), list(dict.fromkeys(ids)), today=today)
    bases = {candidate.basis for candidate in found}
    return render_template(
        "slips/new.html",
        candidates=found,
        errors=errors or {},
        typed=request.form,
        demand=PROPOSED_DEMAND,
        basis=bases.pop() if len(bases) == 1 else "",
        reply_by_on=slip_rows.proposed_reply_by(session, found, today=today),
        next=local_path(request.values.get("next", "")) or "",
    )


@blueprint.post("/issue")
@allow(Permission.REVIEW_DECIDE)
def issue() -> Any:
    ids = list(dict.fromkeys(fields.keys("assignment")))
    try:
        words = slips.SlipWords(
            demand=fields.text("demand"),
            reply_by_on=fields.day("reply_by_on"),
            basis=fields.text("basis"),
            tells_leader=request.form.get("tells_leader") == "1",
        )
        with transaction() as session:
            issued = slips.issue_slips(session, current_actor(), ids, words, now=utcnow())
            numbers, first = "、".join(slip.number for slip in issued[:10]), issued[0].id
    except Invalid as refusal:
        if not ids:
            raise
        return _form(ids, refusal.fields), 422
    flash(f"已发出 {len(issued)} 张：{numbers}{'等' if len(issued) > 10 else ''}。", "success")
    onward = local_path(request.form.get("next", ""))
    return redirect(onward or (url_for(".detail", slip_id=first) if len(issued) == 1 else url_for(".index")))


@blueprint.get("/<int:slip_id>")
@allow(Permission.SLIPS_READ)
def detail(slip_id: int) -> str:
    return _page(slip_id)


@blueprint.get("/<int:slip_id>/docx")
@allow(Permission.SLIPS_READ)
def document(slip_id: int) -> Response:
    slip = slip_papers.slip_paper(reading(), current_actor(), slip_id)
    return listing.file_answer(docx.document(papers.paper(slip)), docx.TYPE, f"{slip.number}.docx")


@blueprint.get("/<int:slip_id>/pdf")
@allow(Permission.SLIPS_READ)
def printed(slip_id: int) -> Response:
    slip = slip_papers.slip_paper(reading(), current_actor(), slip_id)
    return listing.file_answer(pdf.document(papers.paper(slip)), pdf.TYPE, f"{slip.number}.pdf")


def _page(slip_id: int, action: Action | None = None, errors: dict[str, str] | None = None) -> str:
    page = slip_rows.slip_page(reading(), current_actor(), slip_id, today=office_date(utcnow()))
    return render_template(
        "slips/detail.html", slip=page, A=Action, refused=action, errors=errors or {}, typed=request.form
    )


def _do(slip_id: int, action: Action | None, done: Done, said: str) -> Any:
    try:
        with transaction() as session:
            done(session, current_actor())
    except Invalid as refusal:
        return _page(slip_id, action, refusal.fields), 422
    flash(said, "success")
    return redirect(url_for(".detail", slip_id=slip_id))


@blueprint.post("/<int:slip_id>/answer")
@allow(Permission.TASKS_ACT)
def answer(slip_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        slips.answer_slip(session, actor, slip_id, version=fields.version(), reply=fields.text("reply"), now=utcnow())

    return _do(slip_id, Action.ANSWER_SLIP, done, "已回复，等待办公室审核。")


@blueprint.post("/<int:slip_id>/pass")
@allow(Permission.REVIEW_DECIDE)
def accept(slip_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        slips.pass_slip(
            session,
            actor,
            slip_id,
            version=fields.version(),
            has_good_reason=request.form.get("has_good_reason") == "1",
            words=fields.text("words"),
            now=utcnow(),
        )

    return _do(slip_id, Action.PASS_SLIP, done, "已认可回复，督办单销号。")


@blueprint.post("/<int:slip_id>/reject")
@allow(Permission.REVIEW_DECIDE)
def reject(slip_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        slips.reject_slip(session, actor, slip_id, version=fields.version(), reason=fields.text("reason"), now=utcnow())

    return _do(slip_id, Action.REJECT_SLIP, done, "回复未获认可，已通知单位重新回复。")


@blueprint.post("/<int:slip_id>/report")
@allow(Permission.REVIEW_DECIDE)
def report(slip_id: int) -> Any:
    def done(session: Session, actor: Actor) -> None:
        slips.report_to_leader(session, actor, slip_id, version=fields.version(), now=utcnow())

    return _do(slip_id, None, done, "已报告分管领导。")
