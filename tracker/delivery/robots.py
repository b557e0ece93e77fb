"""Group robots of WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书), public or in a cloud of the customer's own.

Each takes text over one address that holds its key. DingTalk and Feishu check a signature as well, made of the same
two things in two ways. All three answer 200 to almost everything and say in the body what they did.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from tracker.core.messages import Message
from tracker.core.origins import Origin
from tracker.core.terms import Channel
from tracker.delivery import DeliveryFailed
from tracker.delivery.posting import Answer, post

MOST_A_MINUTE = 20
# Beyond its limit DingTalk takes nothing for ten minutes; the others less.
AFTER_TOO_MANY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent to a robot."""

    address: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Robot:
    """How one kind of robot is spoken to: what it counts as too many and as a refusal of the words themselves."""

    call: Callable[[Message, datetime], Call]
    code: str
    words: str
    too_many: frozenset[int]
    about_the_message: frozenset[int]


def wecom_call(message: Message, _now: datetime) -> Call:
    """Gives the call of a WeCom robot, whose text may have 2,048 bytes; the key in the address is its only secret."""
    text: dict[str, Any] = {"content": shortened(message, 2_048)}
    if message.to.mobile:
        text["mentioned_mobile_list"] = [message.to.mobile]
    return Call(message.door.address, {"msgtype": "text", "text": text})


def dingtalk_call(message: Message, now: datetime) -> Call:
    """Gives the call of a DingTalk robot.

    Source: its 加签: HMAC-SHA256 of "milliseconds, newline, secret" under the secret, Base64, in the address.
    """
    address = message.door.address
    if message.door.secret:
        timestamp = str(int(now.timestamp() * 1_000))
        mac = _mac(message.door.secret, f"{timestamp}\n{message.door.secret}")
        address += f"{'&' if '?' in address else '?'}timestamp={timestamp}&sign={quote_plus(mac)}"
    payload = {"msgtype": "text", "text": {"content": shortened(message, 18_000)}}
    if message.to.mobile:
        payload["at"] = {"atMobiles": [message.to.mobile], "isAtAll": False}
    return Call(address, payload)


def feishu_call(message: Message, now: datetime) -> Call:
    """Gives the call of a Feishu robot.

    Source: its 签名校验: HMAC-SHA256 of nothing under "seconds, newline, secret", Base64, in the body.
    """
    payload: dict[str, Any] = {"msg_type": "text", "content": {"text": shortened(message, 18_000)}}
    if message.door.secret:
        timestamp = str(int(now.timestamp()))
        payload = {"timestamp": timestamp, "sign": _mac(f"{timestamp}\n{message.door.secret}", ""), **payload}
    return Call(message.door.address, payload)


_ROBOTS = {
    Channel.WECOM: _Robot(
        wecom_call, "errcode", "errmsg", frozenset({45009, 45033}), frozenset({40008, 40033, 40058, 44004, 45002})
    ),
    Channel.DINGTALK: _Robot(
        dingtalk_call,
        "errcode",
        "errmsg",
        frozenset({130101, 410100}),
        frozenset({400105, 430101, 430102, 430103, 430104, 460101}),
    ),
    Channel.FEISHU: _Robot(feishu_call, "code", "msg", frozenset({11232, 99991400}), frozenset({9499})),
}
ROBOTS = frozenset(_ROBOTS)


def send(message: Message, *, named: frozenset[Origin], now: datetime) -> None:
    """Hands one message to the robot of its channel.

    Raises DeliveryFailed: final where the robot refuses these very words; otherwise passing and shared, since a wrong
    key, signature or address list is for somebody to mend.
    """
    robot = _ROBOTS[message.channel]
    call = robot.call(message, now)
    body = json.dumps(call.payload, ensure_ascii=False).encode()
    _judge(robot, post(call.address, body, {}, named=named))


def shortened(message: Message, most_bytes: int) -> str:
    """Gives whom a message is for and what it says, cut between two lines where it is too long for the robot."""
    unit = f"（{message.to.unit}）" if message.to.unit else ""
    head = f"【任务督办】{message.to.name}{unit}：{message.subject}"
    link = f"\n{message.link}" if message.link else ""
    cut = "\n……全文请在系统中查看。"
    room = most_bytes - len((head + cut + link).encode())
    kept: list[str] = []
    for line in message.text.split("\n"):
        room -= len(line.encode()) + 1
        if room < 0:
            return "\n".join([head, *kept]) + cut + link
        kept.append(line)
    return "\n".join([head, *kept]) + link


def _judge(robot: _Robot, answer: Answer) -> None:
    said = answer.values()
    code = said.get(robot.code)
    if answer.status == 200 and code == 0:
        return
    words = f"机器人答复 {code} {said.get(robot.words, '')}" if code is not None else f"机器人答复 {answer.status}"
    if code in robot.too_many or answer.status == 429:
        raise DeliveryFailed(words, is_shared=True, wait=AFTER_TOO_MANY)
    is_final = code in robot.about_the_message
    raise DeliveryFailed(words, is_final=is_final, is_shared=not is_final)


def _mac(key: str, words: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), words.encode(), hashlib.sha256).digest()).decode()
