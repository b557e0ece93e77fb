"""What the desk says of messages to who looks after delivery: a worker that stopped, what did not arrive."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from tracker.core.backoff import WAITS
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import Channel, DeliveryStatus
from tracker.db import OFFICE_ZONE
from tracker.models import Notification, User, WorkerLease
from tracker.services.desk_rows import KEPT, Line, Section, section
from tracker.services.leading import Heard, heard_at

# By then a message that is not held back for its person's sake should have gone.
_LATE_AFTER = timedelta(hours=1)
_LONGEST_WAIT = WAITS[-1] * 2
_MOST = 500
_TROUBLE, _WORKER = "trouble", "worker"


def delivery_troubles(session: Session, actor: Actor, *, now: datetime) -> tuple[Section, ...]:
    """Gives a worker that stopped, messages given up and messages that wait, to who looks after delivery."""
    if not actor.may(Permission.DELIVERY_READ):
        return ()
    # One query for both: the desk asks few.
    known = {"late_at": now - _LATE_AFTER, "held_at": now + _LONGEST_WAIT}
    rows = session.execute(_asked(actor.jurisdiction_id), known).all()
    heartbeat = next((row for row in rows if row.what == _WORKER), None)
    troubles = [row for row in rows if row.what == _TROUBLE]
    found = (_stopped(heard_at(heartbeat.at if heartbeat else None, now=now)), _given_up(troubles), _waiting(troubles))
    return tuple(each for each in found if each.count)


@lru_cache(maxsize=KEPT)
def _asked(jurisdiction_id: int) -> CompoundSelect[Any]:
    return union_all(*(select(part.subquery()) for part in (_in_trouble(jurisdiction_id), _worker())))


def _stopped(heard: Heard) -> Section:
    last = f"最后一次运行：{_moment(heard.at)}" if heard.at else "安装以来还没有运行过"
    if heard.is_clock_wrong:
        line = Line("系统时间可能有误，提醒服务已暂停", f"与提醒服务的运行时间相差过大。{last}")
        return section("worker", "提醒服务", [line], "请核对服务器时间。确认无误后执行 tracker jobs --accept-clock。")
    advice = "期间不发提醒和通知；恢复运行后自动补发，不重复、不遗漏。请系统管理员启动 tracker jobs。"
    return section("worker", "提醒服务", [] if heard.is_working else [Line("提醒服务没有运行", last)], advice)


def _given_up(rows: list[Any]) -> Section:
    lines = [
        Line(f"{row.name}的{row.channel.label}没有送达", row.words, count=row.count)
        for row in rows
        if row.status is DeliveryStatus.FAILED
    ]
    return section("failed_mail", "未送达的消息", lines, "请核对邮箱、电话等登记信息后重发；联系不上的请电话通知。")


def _waiting(rows: list[Any]) -> Section:
    counts: Counter[Channel] = Counter()
    causes: dict[Channel, str] = {}
    for row in rows:
        if row.status is not DeliveryStatus.FAILED:
            counts[row.channel] += row.count
            causes[row.channel] = row.words or causes.get(row.channel, "")
    lines = [
        Line(f"{channel.label}有消息超过 1 小时没有发出", causes[channel], count=count)
        for channel, count in counts.items()
    ]
    return section("waiting_mail", "等待发送的消息", lines, "通道恢复后自动发出，不需要人工处理。")


def _row(what: str, **known: Any) -> list[Any]:
    """The columns of the common query, with nothing in those a part does not know."""
    columns = {
        "words": sql_cast(null(), Text),
        "at": sql_cast(null(), Notification.created_at.type),
        "name": sql_cast(null(), Text),
        "channel": sql_cast(null(), Notification.channel.type),
        "status": sql_cast(null(), Notification.status.type),
        "count": sql_cast(null(), Integer),
    }
    return [literal(what).label("what"), *((columns | known)[name].label(name) for name in columns)]


def _in_trouble(jurisdiction_id: int) -> Select[Any]:
    is_waiting = and_(
        Notification.status.in_([DeliveryStatus.PENDING, DeliveryStatus.CLAIMED]),
        Notification.created_at < bindparam("late_at"),
        # Held back for the person's sake is not in trouble.
        Notification.due_at < bindparam("held_at"),
    )
    at = func.max(Notification.created_at)
    known = {
        "words": func.max(Notification.last_error),
        "at": type_coerce(at, Notification.created_at.type),
        "name": User.name,
        "channel": Notification.channel,
        "status": Notification.status,
        "count": func.count(),
    }
    return (
        select(*_row(_TROUBLE, **known))
        .join(User, User.id == Notification.user_id)
        .where(
            User.jurisdiction_id == jurisdiction_id,
            Notification.channel != Channel.INBOX,
            or_(Notification.status == DeliveryStatus.FAILED, is_waiting),
        )
        .group_by(User.id, User.name, Notification.channel, Notification.status)
        .order_by(at.desc())
        .limit(_MOST)
    )


def _worker() -> Select[Any]:
    return select(*_row(_WORKER, at=WorkerLease.heartbeat_at)).limit(1)


def _moment(at: datetime) -> str:
    return at.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
