"""The channels of a jurisdiction: which are open, where they lead, and trying them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.origins import named_origins, origin, refusal
from tracker.core.permissions import Actor
from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus, NoticeKind
from tracker.db import office_date
from tracker.errors import Conflict, Invalid
from tracker.models import ChannelSetting, DeliveryAttempt, Notification, User
from tracker.services import audit

ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)
POSTED = (*ROBOTS, Channel.WEBHOOK)
SIGNED = (Channel.DINGTALK, Channel.FEISHU, Channel.WEBHOOK)
MOST_A_MINUTE = 20
LONGEST = 500
_NO_ADDRESS = "请填写机器人或接口的完整地址。"


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What an administrator enters about a channel; an empty secret keeps the one there is."""

    address: str = ""
    secret: str = ""
    is_on: bool = False
    max_a_minute: int = MOST_A_MINUTE


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the last attempt through a channel."""

    at: datetime
    outcome: AttemptOutcome
    detail: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel as its administrator sees it; the address is not shown in full, since it holds the key."""

    channel: Channel
    facts: ChannelFacts
    version: int
    host: str
    has_secret: bool
    tried: Tried | None
    waiting_tests: int


def open_channels(session: Session) -> dict[int, frozenset[Channel]]:
    """Gives which channels besides inbox and mail are open, by jurisdiction."""
    found: dict[int, set[Channel]] = defaultdict(set)
    query = select(ChannelSetting.jurisdiction_id, ChannelSetting.channel).where(ChannelSetting.is_on)
    for jurisdiction_id, channel in session.execute(query):
        found[jurisdiction_id].add(channel)
    return {key: frozenset(channels) for key, channels in found.items()}


def ways_to(user: User, opened: Mapping[int, frozenset[Channel]]) -> list[Channel]:
    """Gives the channels by which a person is told, from what open_channels gives.

    A robot speaks to the group of the units' people: what the office or a leader is told is not for that group.
    """
    others = opened.get(user.jurisdiction_id, frozenset())
    allowed = others if user.unit_id is not None else others - set(ROBOTS)
    return [Channel.INBOX, *([Channel.SMTP] if user.email else []), *(each for each in POSTED if each in allowed)]


def channel_rows(session: Session, actor: Actor) -> list[ChannelRow]:
    """Gives every channel that leads out of the product, set up or not, for the actor's jurisdiction."""
    query = select(ChannelSetting).where(ChannelSetting.jurisdiction_id == actor.jurisdiction_id)
    settings = {setting.channel: setting for setting in session.scalars(query)}
    return [_row(session, actor, channel, settings.get(channel)) for channel in (Channel.SMTP, *POSTED)]


def save_channel(
    session: Session, actor: Actor, channel: Channel, facts: ChannelFacts, *, hosts: str, version: int, now: datetime
) -> None:
    """Sets a channel up. Raises Invalid for what cannot work, Conflict where somebody else changed it meanwhile.

    Takes `hosts`, the installation's list of addresses that may be written to.
    """
    setting = _setting(session, actor, channel)
    if (setting.version if setting else 0) != version:
        raise Conflict("就在您填写的时候，别人已经修改了这个通道。请刷新后重新填写。")
    address = facts.address or (setting.address if setting else "")
    secret = facts.secret or (setting.secret if setting else "")
    _refuse(channel, facts, secret, wrong_address=refusal(address, named_origins(hosts)) if address else _NO_ADDRESS)
    if setting is None:
        setting = ChannelSetting(jurisdiction_id=actor.jurisdiction_id, channel=channel)
        session.add(setting)
    setting.address, setting.secret = address, secret
    setting.is_on, setting.max_a_minute = facts.is_on, facts.max_a_minute
    session.flush()
    changed = {
        "host": _shown(address),
        "is_on": facts.is_on,
        "address": bool(facts.address),
        "secret": bool(facts.secret),
    }
    summary = f"{'启用' if facts.is_on else '停用'}发送通道：{channel.label}"
    audit.record(session, actor, "setting.channel", setting, summary=summary, now=now, **changed)


def send_test(session: Session, actor: Actor, channel: Channel, *, now: datetime) -> None:
    """Puts a test message to the actor into the outbox. Raises Invalid where the channel leads nowhere yet."""
    user = session.get_one(User, actor.user_id)
    if channel is Channel.SMTP and not user.email:
        raise Invalid({"": "您的账号没有登记邮箱，无法接收测试邮件。请先在人员页登记。"})
    if channel in POSTED and _setting(session, actor, channel) is None:
        raise Invalid({"": f"请先填写并保存{channel.label}的地址，再发送测试消息。"})
    session.add(
        Notification(
            user_id=user.id,
            channel=channel,
            day_on=office_date(now),
            kind=NoticeKind.TEST,
            topic=now.isoformat(timespec="microseconds"),
            subject=f"{channel.label}测试消息",
            body="收到这条消息，说明通道已经连通。无需办理。",
            link="",
            status=DeliveryStatus.PENDING,
            due_at=now,
            created_at=now,
        )
    )
    audit.record(session, actor, "setting.channel_test", None, summary=f"测试发送通道：{channel.label}", now=now)


def _shown(address: str) -> str:
    """Scheme and host of an address, without what is secret in it."""
    return str(origin(address)) if address else ""


def _setting(session: Session, actor: Actor, channel: Channel) -> ChannelSetting | None:
    query = select(ChannelSetting).where(
        ChannelSetting.jurisdiction_id == actor.jurisdiction_id, ChannelSetting.channel == channel
    )
    return session.scalar(query)


def _refuse(channel: Channel, facts: ChannelFacts, secret: str, *, wrong_address: str) -> None:
    wrong = {}
    if wrong_address or len(facts.address) > LONGEST:
        wrong["address"] = wrong_address or f"地址不超过 {LONGEST} 个字符。"
    if channel in SIGNED and not secret:
        wrong |= {"secret": "请填写密钥，消息要用它签名。"}
    elif len(secret) > LONGEST:
        wrong |= {"secret": f"密钥不超过 {LONGEST} 个字符。"}
    if not 1 <= facts.max_a_minute <= MOST_A_MINUTE:
        wrong["max_a_minute"] = f"请填写 1 到 {MOST_A_MINUTE}。"
    if wrong:
        raise Invalid(wrong)


def _row(session: Session, actor: Actor, channel: Channel, setting: ChannelSetting | None) -> ChannelRow:
    mine = (Notification.channel == channel, User.jurisdiction_id == actor.jurisdiction_id)
    last = session.execute(
        select(DeliveryAttempt, Notification.kind)
        .join(Notification, Notification.id == DeliveryAttempt.notification_id)
        .join(User, User.id == Notification.user_id)
        .where(*mine)
        .order_by(DeliveryAttempt.id.desc())
        .limit(1)
    ).first()
    tried = Tried(last[0].at, last[0].outcome, last[0].detail, last[1] is NoticeKind.TEST) if last else None
    waiting = (
        select(Notification.id)
        .join(User, User.id == Notification.user_id)
        .where(*mine, Notification.kind == NoticeKind.TEST, Notification.status == DeliveryStatus.PENDING)
    )
    facts = ChannelFacts(is_on=setting.is_on, max_a_minute=setting.max_a_minute) if setting else ChannelFacts()
    return ChannelRow(
        channel=channel,
        facts=facts,
        version=setting.version if setting else 0,
        host=_shown(setting.address) if setting else "",
        has_secret=bool(setting and setting.secret),
        tried=tried,
        waiting_tests=len(session.scalars(waiting.limit(10)).all()),
    )
