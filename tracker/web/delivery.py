"""What was sent to whom, what did not arrive, and the channels it goes by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from tracker.core.permissions import Permission
from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus
from tracker.db import office_date, reading, transaction, utcnow
from tracker.errors import Conflict, Invalid
from tracker.reports.xlsx import Column
from tracker.reports.xlsx import listing as sheet
from tracker.services import channels, delivery_log, leading, reconciling
from tracker.services.delivery_log import AttemptRow, LogFilter, LogRow
from tracker.web import fields, listing, sheets, typed
from tracker.web.access import allow, current_actor
from tracker.web.rendering import moment

blueprint = Blueprint("delivery", __name__, url_prefix="/delivery")
OUTWARD = [channel for channel in Channel if channel is not Channel.INBOX]


def _wanted(status: DeliveryStatus | None = None) -> LogFilter:
    return LogFilter(
        words=listing.words(),
        channel=listing.member(Channel, "channel"),
        status=status or listing.member(DeliveryStatus, "status"),
        since_on=_day("since_on"),
        until_on=_day("until_on"),
    )


def _day(name: str) -> date | None:
    try:
        return typed.day(request.args.get(name, ""), name)
    except Invalid:
        return None


def _page(template: str, wanted: LogFilter) -> str:
    now = utcnow()
    page = delivery_log.log(reading(), current_actor(), wanted, number=listing.page_number(), today=office_date(now))
    heard = leading.heard(reading(), now=now)
    return render_template(
        template,
        page=page,
        wanted=wanted,
        channels=OUTWARD,
        statuses=list(DeliveryStatus),
        heard=heard,
        reconciled=reconciling.last_reconciled(reading(), current_actor()),
        F=DeliveryStatus,
    )


@blueprint.get("")
@allow(Permission.DELIVERY_READ)
def index() -> str:
    return _page("delivery/index.html", _wanted())


@blueprint.get("/undelivered")
@allow(Permission.DELIVERY_READ)
def undelivered() -> str:
    return _page("delivery/undelivered.html", _wanted(DeliveryStatus.FAILED))


@blueprint.get("/export")
@allow(Permission.DELIVERY_READ)
def export() -> Response:
    wanted = _wanted()
    page = delivery_log.whole_log(reading(), current_actor(), wanted, today=office_date(utcnow()))
    dates = tuple(f"{word}{day}" for word, day in (("自", wanted.since_on), ("至", wanted.until_on)) if day)
    terms = [each.label for each in (wanted.channel, wanted.status) if each is not None]
    note = sheets.note((wanted.words, *terms, *dates), page.total, "条")
    if page.is_cut:
        note += f"，只导出最近 {page.size} 条，其余请按日期分段导出"
    return sheets.answer(log_sheet(page.rows, note), "发送记录")


def log_sheet(rows: Sequence[LogRow], note: str) -> bytes:
    """Gives the log as a sheet; every attempt has its line in the last column."""
    columns = [
        *(Column("时间", 18), Column("收件人", 12), Column("单位", 22), Column("通道", 14), Column("类别", 12)),
        *(Column("标题", 44), Column("结果", 10), Column("原因", 40), Column("历次发送", 60)),
    ]
    cells = [
        (
            *(moment(row.created_at), row.person, row.unit, row.channel.label, row.kind.label, row.subject),
            *(row.status.label, row.cause, "\n".join(_attempt(each) for each in row.attempts)),
        )
        for row in rows
    ]
    return sheet("发送记录", columns, cells, note=note)


def _attempt(each: AttemptRow) -> str:
    return f"{moment(each.at)} {each.outcome.label} {each.detail}".strip()


@blueprint.post("/<int:notification_id>/resend")
@allow(Permission.DELIVERY_RESEND)
def resend(notification_id: int) -> Answer:
    with transaction() as session:
        delivery_log.resend(session, current_actor(), notification_id, now=utcnow())
    flash("已重新排队，稍后自动发送。", "success")
    return redirect(url_for("delivery.undelivered"))


@blueprint.post("/resend-all")
@allow(Permission.DELIVERY_RESEND)
def resend_all() -> Answer:
    with transaction() as session:
        count = delivery_log.resend_all(session, current_actor(), _wanted(DeliveryStatus.FAILED), now=utcnow())
    flash(f"{count} 条消息已重新排队，稍后自动发送。" if count else "没有可以重发的消息。", "success")
    return redirect(url_for("delivery.undelivered"))


@blueprint.get("/channels")
@allow(Permission.SETTINGS_EDIT)
def channel_list() -> str:
    return _channels()


@blueprint.post("/channels/<string:name>")
@allow(Permission.SETTINGS_EDIT)
def save_channel(name: str) -> Any:
    channel = _channel(name, channels.POSTED)
    facts = channels.ChannelFacts(
        address=fields.text("address"),
        secret=fields.text("secret"),
        is_on=fields.text("is_on") == "1",
        max_a_minute=fields.chosen("max_a_minute") or channels.MOST_A_MINUTE,
    )
    allowed = current_app.config["TRACKER"].channel_hosts
    try:
        with transaction() as session:
            channels.save_channel(
                session, current_actor(), channel, facts, hosts=allowed, version=fields.version(), now=utcnow()
            )
    except (Invalid, Conflict) as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"": refusal.message}
        return _channels(channel, errors), 422 if isinstance(refusal, Invalid) else 409
    flash(f"{channel.label}已保存{'并启用' if facts.is_on else '，尚未启用'}。", "success")
    return redirect(url_for("delivery.channel_list"))


@blueprint.post("/channels/<string:name>/test")
@allow(Permission.SETTINGS_EDIT)
def test_channel(name: str) -> Any:
    channel = _channel(name, OUTWARD)
    try:
        with transaction() as session:
            channels.send_test(session, current_actor(), channel, now=utcnow())
    except Invalid as refusal:
        return _channels(channel, refusal.fields), 422
    flash(f"{channel.label}测试消息已排队，约 10 秒后刷新本页查看结果。", "success")
    return redirect(url_for("delivery.channel_list"))


def _channel(name: str, among: Sequence[Channel]) -> Channel:
    found = fields.member(Channel, name)
    if found not in among or found is None:
        abort(404)
    return found


def _channels(refused: Channel | None = None, errors: dict[str, str] | None = None) -> str:
    settings = current_app.config["TRACKER"]
    return render_template(
        "delivery/channels.html",
        rows=channels.channel_rows(reading(), current_actor()),
        refused=refused,
        errors=errors or {},
        typed=request.form,
        C=Channel,
        signed=channels.SIGNED,
        robots=channels.ROBOTS,
        outcomes=AttemptOutcome,
        has_smtp=bool(settings.smtp_url),
        heard=leading.heard(reading(), now=utcnow()),
    )
