"""The dashboard (督办总览): lights by plan and unit, the trend over months, what changed since the last report."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.core.classes import CLASSES, ReportClass
from tracker.core.figures import columns
from tracker.core.lights import Light
from tracker.core.permissions import Permission
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Invalid, NotFound
from tracker.services import boards
from tracker.services.dashboard import Dashboard, dashboard
from tracker.web import charts, typed
from tracker.web.access import allow, current_actor

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")
WIDTH, HEIGHT = 720, 160
# From the bottom of a column up: what is well stands under what is not.
UPWARDS = (ReportClass.DONE, ReportClass.ON_SCHEDULE, ReportClass.UNKNOWN, ReportClass.BEHIND, ReportClass.LATE)
SHOWN = {ReportClass.ON_SCHEDULE: Light.ON_TIME.value}


@blueprint.get("")
@allow(Permission.DASHBOARD_READ)
def index() -> str:
    today = office_date(utcnow())
    try:
        on = typed.day(request.args.get("on", ""), "on")
    except Invalid as wrong:
        raise NotFound(wrong.message) from wrong
    found = dashboard(reading(), current_actor(), today=today, on=on)
    counts = zip(CLASSES, found.tally.tasks, strict=True)
    return render_template(
        "dashboard/index.html",
        found=found,
        classes=CLASSES,
        tones={kind: charts.TONES.get(kind, kind.value) for kind in CLASSES},
        bar=charts.class_bar(counts, _all_rows),
        plan_bars={
            key: charts.class_bar(zip(CLASSES, row, strict=True), lambda kind, key=key: _rows(kind, key))
            for key, _, row in found.plans
        },
        trend=_trend(found),
        size=(WIDTH, HEIGHT),
        shown={kind: SHOWN.get(kind, kind.value) for kind in CLASSES},
        is_past=on is not None and on != today,
    )


def _rows(kind: ReportClass, plan_id: int) -> str:
    return url_for("plans.detail", plan_id=plan_id, shown=SHOWN.get(kind, kind.value))


def _all_rows(kind: ReportClass) -> str:
    if kind in (ReportClass.LATE, ReportClass.BEHIND):
        return url_for("overdue.index", light=kind.value)
    return url_for("plans.index", light=SHOWN.get(kind, kind.value))


def _trend(found: Dashboard) -> list[dict[str, Any]]:
    """The columns of the trend with their words; each is a link to the dashboard of that day."""
    rows = [[point.counts[CLASSES.index(kind)] for kind in UPWARDS] for point in found.trend]
    made = columns(rows, WIDTH, HEIGHT)
    return [
        {
            "point": point,
            "column": column,
            "href": url_for(".index", on=point.on.isoformat()),
            "pieces": [
                (charts.TONES.get(kind, kind.value), kind.label, count, piece)
                for kind, count, piece in zip(UPWARDS, row, column.pieces, strict=True)
                if count
            ],
        }
        for point, row, column in zip(found.trend, rows, made, strict=bool(made))
    ]


@blueprint.post("/refresh")
@allow(Permission.DASHBOARD_READ)
def refresh() -> Any:
    with transaction() as session:
        boards.refresh_board(session, current_actor(), now=utcnow())
    flash("已更新。", "success")
    return redirect(url_for(".index"))
