"""What an installation stands on, and whether it keeps the promises that data are safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from tracker.core.terms import DeliveryStatus, Labelled
from tracker.db import is_wal_safe, office_date, sqlite_version
from tracker.models import AuditEvent, AuditSeal, Notification
from tracker.services.calendar import load_calendar

_SQLITE_FULL = "2"
_LEAST_FREE_MB = 1024
# A worker that runs seals within a minute and sends within five.
_WORKER_MINUTES = 10
_NOVEMBER = 11


class State(Labelled):
    """What came of looking at one thing; a thing that could not be looked at has not passed."""

    GOOD = "good", "正常"
    ADVICE = "advice", "提示"
    UNTRIED = "untried", "未检"
    BAD = "bad", "异常"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing looked at, in words for the administrator."""

    state: State
    words: str

    @property
    def is_good(self) -> bool:
        """Whether nothing needs to be mended."""
        return self.state is not State.BAD


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the database cannot say: the time, the program's own revision, its folder, its ways out."""

    now: datetime
    newest_revision: str
    folder: str
    is_writable: bool
    free_bytes: int
    sends_mail: bool


def conditions(session: Session, around: Surroundings) -> list[Condition]:
    """Gives what was found: durability and wholeness of the database, its revision, calendar, folder, worker, mail.

    Source: DESIGN 12.1, 12.2 and 12.16.
    """
    dialect = session.get_bind().dialect.name
    durable = _sqlite(session) if dialect == "sqlite" else _postgresql(session)
    migrated = _migrated(session, around)
    found = [*durable, migrated, _folder(around)]
    if not migrated.is_good:
        return [*found, Condition(State.UNTRIED, "工作日表、定时任务、消息：数据库结构就绪后再检查")]
    return [*found, *_calendar(session, office_date(around.now)), _worker(session, around), _mail(session, around)]


def _judged(is_good: bool, words: str) -> Condition:
    return Condition(State.GOOD if is_good else State.BAD, words)


def _sqlite(session: Session) -> list[Condition]:
    version = sqlite_version()
    journal = session.scalar(text("PRAGMA journal_mode"))
    level = str(session.scalar(text("PRAGMA synchronous")))
    safe = is_wal_safe(version) or journal != "wal"
    name = ".".join(map(str, version))
    fault = session.scalar(text("PRAGMA quick_check(1)"))
    return [
        _judged(safe, f"SQLite {name}，日志方式 {journal}"),
        _judged(level == _SQLITE_FULL, f"synchronous={'FULL' if level == _SQLITE_FULL else level}"),
        _judged(fault == "ok", "数据库文件完整" if fault == "ok" else f"数据库文件已损坏：{fault}，请用备份恢复"),
    ]


def _postgresql(session: Session) -> list[Condition]:
    found = []
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        value = session.scalar(text(f"SHOW {name}"))
        found.append(_judged(value == "on", f"PostgreSQL {name}={value}"))
    if session.scalar(text("SHOW data_checksums")) == "on":
        return [*found, Condition(State.GOOD, "PostgreSQL 数据页带校验")]
    return [
        *found,
        Condition(State.UNTRIED, "数据页是否完整：PostgreSQL 没有启用数据页校验（initdb --data-checksums）"),
    ]


def _migrated(session: Session, around: Surroundings) -> Condition:
    if not inspect(session.connection()).has_table("alembic_version"):
        return Condition(State.BAD, "数据库还没有建立，请运行 tracker migrate")
    version = session.scalar(text("SELECT version_num FROM alembic_version"))
    if version != around.newest_revision:
        words = f"数据库结构版本 {version or '空'}，程序需要 {around.newest_revision}，请运行 tracker migrate"
        return Condition(State.BAD, words)
    return Condition(State.GOOD, f"数据库结构版本 {version}")


def _folder(around: Surroundings) -> Condition:
    free = around.free_bytes // 1024 // 1024
    if not around.is_writable:
        return Condition(State.BAD, f"文件夹 {around.folder} 不存在或不能写入")
    return _judged(free >= _LEAST_FREE_MB, f"文件夹 {around.folder} 可写，剩余 {free} MB，应不少于 {_LEAST_FREE_MB} MB")


def _calendar(session: Session, today: date) -> Sequence[Condition]:
    calendar = load_calendar(session)
    is_known = not calendar.is_provisional(today.year)
    words = f"{today.year} 年工作日{'已按国务院通知设置' if is_known else '未设置，暂按周一至周五计'}"
    found = [_judged(is_known, words)]
    if today.month >= _NOVEMBER and calendar.is_provisional(today.year + 1):
        found.append(Condition(State.ADVICE, f"{today.year + 1} 年工作日未设置，国务院通知公布后请录入"))
    return found


def _worker(session: Session, around: Surroundings) -> Condition:
    sealed = select(func.coalesce(func.max(AuditSeal.event_id), 0)).scalar_subquery()
    late = around.now - timedelta(minutes=_WORKER_MINUTES)
    waiting = select(func.count()).where(AuditEvent.id > sealed, AuditEvent.at < late)
    count = session.scalar(waiting) or 0
    words = f"{count} 条日志超过 {_WORKER_MINUTES} 分钟没有封存：定时任务（tracker jobs）可能没有运行"
    return Condition(State.BAD, words) if count else Condition(State.GOOD, "没有积压的日志，定时任务在运行或尚无事可做")


def _mail(session: Session, around: Surroundings) -> Condition:
    if not around.sends_mail:
        return Condition(State.ADVICE, "没有设置邮件服务器（TRACKER_SMTP_URL），消息只在系统内可见")
    late = around.now - timedelta(minutes=_WORKER_MINUTES)
    stuck = select(func.count()).where(Notification.status == DeliveryStatus.PENDING, Notification.due_at < late)
    count = session.scalar(stuck) or 0
    return _judged(not count, f"{count} 条消息超过 {_WORKER_MINUTES} 分钟没有发出" if count else "没有积压的消息")
