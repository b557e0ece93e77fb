"""Plans: the list, and the page of one plan with its tasks, matrix, figures and trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from tracker.core.lights import Light
from tracker.core.permissions import Permission
from tracker.core.terms import PlanStatus, TaskState
from tracker.db import office_date, reading, utcnow
from tracker.errors import Invalid
from tracker.services import day_ledger, plan_facts, plan_list, plan_pages
from tracker.web import charts, listing, sheets, typed
from tracker.web.access import allow, current_actor
from tracker.web.rendering import address_of

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
VIEWS = {"tasks": "任务", "matrix": "单位任务矩阵", "figures": "目标和指标", "ledger": "台账", "trail": "办理记录"}
SHOWN = {**{light.value: light.label for light in charts.Light}, **charts.OTHERS}


def _asked_plans() -> plan_list.PlanFilter:
    return plan_list.PlanFilter(
        words=listing.words(), status=listing.member(PlanStatus, "status"), light=listing.member(Light, "light")
    )


@blueprint.get("")
@allow(Permission.PLANS_READ)
def index() -> str:
    asked, today = _asked_plans(), office_date(utcnow())
    page = plan_list.plan_rows(reading(), current_actor(), asked, today=today, number=listing.page_number())
    plans_at = address_of("plans.detail", "plan_id")
    bars = {
        row.id: charts.tally_bar(row.tally, lambda shown, at=f"{plans_at}{row.id}": f"{at}?shown={shown}")
        for row in page.rows
    }
    return render_template(
        "plans/index.html",
        page=page,
        asked=asked,
        bars=bars,
        statuses=list(PlanStatus),
        lights=list(Light),
        filters=listing.filters("q", "status", "light"),
    )


@blueprint.get("/export")
@allow(Permission.PLANS_READ)
def export_index() -> Response:
    asked, today = _asked_plans(), office_date(utcnow())
    page = plan_list.plan_rows(reading(), current_actor(), asked, today=today, is_whole=True)
    terms = (asked.words, asked.status.label if asked.status else "", asked.light.label if asked.light else "")
    return sheets.answer(sheets.plans_sheet(page.rows, sheets.note(terms, page.total)), "方案清单")


def _asked_tasks(*, is_matrix: bool = False) -> plan_pages.TaskFilter:
    shown = request.args.get("shown", "")
    return plan_pages.TaskFilter(
        shown=shown if shown in SHOWN else "",
        unit_id=listing.key("unit"),
        state=listing.member(TaskState, "state"),
        words=listing.words(),
        with_subtasks=not is_matrix,
    )


@blueprint.get("/<int:plan_id>")
@allow(Permission.PLANS_READ)
def detail(plan_id: int) -> str:
    view = request.args.get("view", "")
    view = view if view in VIEWS else "tasks"
    return {"tasks": _tasks, "matrix": _tasks, "figures": _figures, "ledger": _ledger, "trail": _trail}[view](
        plan_id, view
    )


def _tasks(plan_id: int, view: str) -> str:
    session, actor, asked = reading(), current_actor(), _asked_tasks(is_matrix=view == "matrix")
    number = listing.page_number() if view == "tasks" else None
    ledger = plan_pages.task_ledger(session, actor, plan_id, asked, today=office_date(utcnow()), number=number)
    batch = plan_facts.own_batch(session, actor, plan_id) if ledger.own_unacknowledged else None

    def link(shown: str) -> str:
        return url_for(".detail", plan_id=plan_id, view=view, shown=shown)

    return render_template(
        f"plans/{view}.html",
        head=ledger.head,
        ledger=ledger,
        asked=asked,
        batch=batch,
        bar=charts.tally_bar(ledger.tally, link),
        shown_labels=SHOWN,
        filters=listing.filters("q", "shown", "unit", "state"),
        states=[state for state in TaskState if ledger.states.get(state)],
        **_frame(plan_id, view),
    )


def _figures(plan_id: int, view: str) -> str:
    session, actor = reading(), current_actor()
    head = plan_pages.plan_head(session, actor, plan_id)
    figures = plan_facts.plan_figures(session, actor, plan_id)
    return render_template("plans/figures.html", head=head, figures=figures, **_frame(plan_id, view))


def _asked_day() -> date:
    """The day of the ledger asked for, today for what is none or to come."""
    today = office_date(utcnow())
    try:
        return min(typed.day(request.args.get("on", ""), "on") or today, today)
    except Invalid:
        return today


def _ledger(plan_id: int, view: str) -> str:
    session, actor, on = reading(), current_actor(), _asked_day()
    head = plan_pages.plan_head(session, actor, plan_id)
    page = day_ledger.day_ledger(session, actor, plan_id, on, number=listing.page_number())
    today = office_date(utcnow())
    return render_template("plans/ledger.html", head=head, page=page, on=on, today=today, **_frame(plan_id, view))


@blueprint.get("/<int:plan_id>/ledger/export")
@allow(Permission.PLANS_READ)
def export_ledger(plan_id: int) -> Response:
    session, actor, on = reading(), current_actor(), _asked_day()
    head = plan_pages.plan_head(session, actor, plan_id)
    page = day_ledger.day_ledger(session, actor, plan_id, on)
    data = sheets.ledger_sheet(page.rows, f"截至{on.isoformat()}　共{page.total}项分工")
    return sheets.answer(data, f"{head.title}{on.isoformat()}台账")


def _trail(plan_id: int, view: str) -> str:
    session, actor = reading(), current_actor()
    head = plan_pages.plan_head(session, actor, plan_id)
    trail = plan_facts.plan_trail(session, actor, plan_id, head.draft_id)
    return render_template("plans/trail.html", head=head, trail=trail, **_frame(plan_id, view))


def _frame(plan_id: int, view: str) -> dict[str, Any]:
    tabs = [
        (label, url_for(".detail", plan_id=plan_id, view=name), name == view, None) for name, label in VIEWS.items()
    ]
    return {"view": view, "tabs": tabs}


@blueprint.get("/<int:plan_id>/export")
@allow(Permission.PLANS_READ)
def export_tasks(plan_id: int) -> Response:
    ledger, terms = _asked_ledger(plan_id)
    data = sheets.tasks_sheet(ledger, sheets.note(terms, ledger.page.total))
    return sheets.answer(data, f"{ledger.head.title}任务清单")


@blueprint.get("/<int:plan_id>/matrix/export")
@allow(Permission.PLANS_READ)
def export_matrix(plan_id: int) -> Response:
    ledger, terms = _asked_ledger(plan_id, is_matrix=True)
    note = sheets.note(terms, len(ledger.matrix), f"个单位，{len(ledger.rows)}项任务")
    return sheets.answer(sheets.matrix_sheet(ledger, note), f"{ledger.head.title}单位任务矩阵")


def _asked_ledger(plan_id: int, *, is_matrix: bool = False) -> tuple[plan_pages.TaskLedger, tuple[str, ...]]:
    """The whole plan as narrowed by the address, and the words of what it is narrowed to."""
    asked = _asked_tasks(is_matrix=is_matrix)
    ledger = plan_pages.task_ledger(reading(), current_actor(), plan_id, asked, today=office_date(utcnow()))
    unit = dict(ledger.units).get(asked.unit_id or 0, "")
    return ledger, (asked.words, SHOWN.get(asked.shown, ""), unit, asked.state.label if asked.state else "")


@blueprint.get("/<int:plan_id>/source")
@allow(Permission.PLANS_READ)
def source(plan_id: int) -> Response:
    found = plan_pages.source_file(reading(), current_actor(), plan_id)
    return listing.file_answer(found.data, "application/octet-stream", found.filename)
