"""Robots and the generic webhook: their signatures, their limits, and what their answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.delivery.servers import Web, web_server
from tracker.core.messages import Door, Message, Recipient
from tracker.core.origins import named_origins
from tracker.core.terms import Channel, NoticeKind
from tracker.delivery import DeliveryFailed, robots, webhook
from tracker.delivery.sending import Sending, Ways

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
SECRET = "SECinvented"
TO = Recipient("林舟", "linzhou", "市科技局", "linzhou@yunchuan.test", "138 0000 0000")


def a_message(channel: Channel, address: str = "", text: str = "请签收。") -> Message:
    door = Door(f"{address}/robot/send?access_token=1", SECRET)
    return Message("<n1@t.test>", channel, NoticeKind.DIGEST, TO, "督办提醒", text, "", "http://t.test/", door)


def sent(channel: Channel, web: Web, text: str = "请签收。") -> DeliveryFailed | None:
    with web_server(web) as address, Sending(Ways("", "", named_origins(address))) as out:
        try:
            out.hand_over(a_message(channel, address, text), now=NOW)
        except DeliveryFailed as failure:
            return failure
    return None


def test_a_wecom_robot_gets_text_that_names_the_person() -> None:
    web = Web(answer={"errcode": 0})
    assert sent(Channel.WECOM, web) is None
    assert web.last["msgtype"] == "text"
    assert web.last["text"]["content"].startswith("【任务督办】林舟（市科技局）：督办提醒\n请签收。")
    assert web.last["text"]["mentioned_mobile_list"] == ["13800000000"]


def test_a_dingtalk_robot_is_signed_in_its_address_with_the_secret_as_key() -> None:
    web = Web(answer={"errcode": 0})
    assert sent(Channel.DINGTALK, web) is None
    query = parse_qs(urlsplit(web.requests[0][0]).query)
    timestamp = str(int(NOW.timestamp() * 1000))
    mac = hmac.new(SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query["access_token"] == ["1"] and query["timestamp"] == [timestamp]
    assert query["sign"] == [base64.b64encode(mac).decode()]
    assert web.last["at"]["atMobiles"] == ["13800000000"]


def test_a_feishu_robot_is_signed_in_its_body_with_timestamp_and_secret_as_key() -> None:
    web = Web(answer={"code": 0})
    assert sent(Channel.FEISHU, web) is None
    timestamp = str(int(NOW.timestamp()))
    mac = hmac.new(f"{timestamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert (web.last["timestamp"], web.last["sign"]) == (timestamp, base64.b64encode(mac).decode())
    assert web.last["msg_type"] == "text" and "请签收。" in web.last["content"]["text"]


def test_a_webhook_can_be_told_from_a_forgery() -> None:
    web = Web(status=204)
    assert sent(Channel.WEBHOOK, web) is None
    _path, headers, body = web.requests[0]
    timestamp = headers["X-Tracker-Timestamp"]
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Tracker-Signature"] == f"sha256={expected}"
    assert webhook.signature(SECRET, timestamp, body + b" ") != expected
    assert webhook.signature(SECRET, str(int(timestamp) + 1), body) != expected
    assert web.last["id"] == "<n1@t.test>" and web.last["to"]["login_name"] == "linzhou"


@pytest.mark.parametrize(
    ("channel", "answer"),
    [
        (Channel.WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}),
        (Channel.WECOM, {"errcode": -1, "errmsg": "system busy"}),
        (Channel.DINGTALK, {"errcode": 310000, "errmsg": "sign not match"}),
        (Channel.FEISHU, {"code": 19021, "msg": "sign match fail"}),
        (Channel.FEISHU, {}),
    ],
)
def test_a_wrong_key_or_a_busy_robot_is_for_somebody_to_mend_and_passes(
    channel: Channel, answer: dict[str, object]
) -> None:
    failure = sent(channel, Web(answer=answer))
    assert failure is not None and failure.is_shared and not failure.is_final


@pytest.mark.parametrize(
    ("channel", "answer"),
    [
        (Channel.WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}),
        (Channel.DINGTALK, {"errcode": 130101, "errmsg": "send too fast"}),
        (Channel.FEISHU, {"code": 11232, "msg": "frequency limited"}),
    ],
)
def test_a_robot_that_was_spoken_to_too_often_is_left_alone_for_ten_minutes(
    channel: Channel, answer: dict[str, object]
) -> None:
    failure = sent(channel, Web(answer=answer))
    assert failure is not None and failure.wait == robots.AFTER_TOO_MANY and not failure.is_final


def test_words_a_robot_refuses_are_final() -> None:
    failure = sent(Channel.DINGTALK, Web(answer={"errcode": 430104, "errmsg": "unsafe words"}))
    assert failure is not None and failure.is_final and not failure.is_shared


@pytest.mark.parametrize(
    ("status", "is_final"), [(400, True), (422, True), (401, False), (404, False), (500, False), (503, False)]
)
def test_a_webhook_that_refuses_the_message_is_final_and_every_other_answer_passes(status: int, is_final: bool) -> None:
    failure = sent(Channel.WEBHOOK, Web(status=status))
    assert failure is not None and failure.is_final is is_final


@pytest.mark.parametrize("status", [500, 502, 200])
def test_a_robot_that_does_not_say_that_it_has_done_it_has_not(status: int) -> None:
    failure = sent(Channel.WECOM, Web(status=status, answer={"ok": True}))
    assert failure is not None and not failure.is_final


def test_a_long_text_is_cut_between_lines_to_what_the_robot_takes_and_says_so() -> None:
    web = Web(answer={"errcode": 0})
    assert sent(Channel.WECOM, web, "\n".join(f"{n}. 建设云川量子产业园一期工程" for n in range(200))) is None
    content = web.last["text"]["content"]
    assert len(content.encode()) <= 2048
    assert "全文请在系统中查看" in content and content.endswith("http://t.test/")
    assert all(line.endswith("工程") for line in content.split("\n")[1:-2])


def test_mail_without_a_server_waits() -> None:
    with Sending(Ways("", "a@b.test", frozenset())) as out, pytest.raises(DeliveryFailed) as failed:
        out.hand_over(a_message(Channel.SMTP), now=NOW)
    assert failed.value.is_shared and not failed.value.is_final
