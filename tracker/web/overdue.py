"""The overdue board and urging from it."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, Response, render_template, request

from tracker.core.lights import Light
from tracker.core.permissions import Permission
from tracker.core.terms import UrgeChannel
from tracker.db import office_date, reading, utcnow
from tracker.reports import xlsx
from tracker.services import overdue
from tracker.web import listing, sheets
from tracker.web.access import allow, current_actor

blueprint = Blueprint("overdue", __name__, url_prefix="/overdue")
FILTERS = ("light", "unit", "plan", "mine", "group")
PROPOSED_WORDS = "该事项已逾期或落后序时进度，请抓紧办理，并报送最新进展和预计完成时间。"


def _asked() -> overdue.BoardFilter:
    light = listing.member(Light, "light")
    return overdue.BoardFilter(
        light=light if light in overdue.BOARD_LIGHTS else None,
        unit_id=listing.key("unit"),
        plan_id=listing.key("plan"),
        is_mine=request.args.get("mine") == "1",
        by_plan=request.args.get("group") == "plan",
    )


@blueprint.get("")
@allow(Permission.OVERDUE_READ)
def index() -> str:
    asked, now = _asked(), utcnow()
    board = overdue.overdue_board(
        reading(), current_actor(), asked, today=office_date(now), number=listing.page_number()
    )
    return render_template(
        "overdue/index.html",
        board=board,
        groups=[
            (heading, list(rows))
            for heading, rows in groupby(board.page.rows, key=lambda row: row.plan if asked.by_plan else row.unit)
        ],
        asked=asked,
        lights=overdue.BOARD_LIGHTS,
        filters=listing.filters(*FILTERS),
        may_urge=current_actor().may(Permission.REVIEW_DECIDE),
        words=PROPOSED_WORDS,
        channels=list(UrgeChannel),
    )


@blueprint.get("/export")
@allow(Permission.OVERDUE_READ)
def export() -> Response:
    asked, today = _asked(), office_date(utcnow())
    board = overdue.overdue_board(reading(), current_actor(), asked, today=today, is_whole=True)
    unit = next((choice.label for choice in board.units if choice.id == asked.unit_id), "")
    plan = next((choice.label for choice in board.plans if choice.id == asked.plan_id), "")
    terms = (asked.light.label if asked.light else "", unit, plan, "我分管的单位" if asked.is_mine else "")
    shown = "、".join(filter(None, terms))
    note = f"截至{today.isoformat()}　{f'筛选：{shown}　' if shown else ''}共{board.page.total}项"
    return listing.file_answer(sheets.board_sheet(board, note), xlsx.TYPE, f"逾期督办清单{today.isoformat()}.xlsx")
