"""What goes out over HTTP: only to addresses that were named, nowhere else, and not for ever."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from tests.delivery.servers import Web, closed_port, web_server
from tracker.core.origins import PUBLIC, Origin, named_origins, refusal
from tracker.delivery import DeliveryFailed, posting
from tracker.delivery.addresses import target
from tracker.delivery.posting import post


def failure_of(address: str, named: str = "") -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        post(address, b"{}", {}, named=named_origins(named))
    return failed.value


def test_an_address_that_was_named_is_written_to() -> None:
    web = Web(answer={"errcode": 0})
    with web_server(web) as address:
        answer = post(f"{address}/hook?key=1", b"{}", {}, named=named_origins(address))
    assert answer.status == 200 and answer.values() == {"errcode": 0}
    assert web.requests[0][0] == "/hook?key=1"


def test_an_address_that_was_not_named_is_not_written_to() -> None:
    web = Web()
    with web_server(web) as address:
        assert "TRACKER_CHANNEL_HOSTS" in failure_of(f"{address}/hook").cause
        other_port = address.rsplit(":", 1)[0] + ":1"
        failure_of(f"{address}/hook", named=other_port)
    assert web.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "ftp://oapi.dingtalk.com/x",
        "file:///etc/passwd",
        "//oapi.dingtalk.com/x",
        "https://oapi.dingtalk.com@127.0.0.1/x",
        "https://user:pass@oapi.dingtalk.com/x",
        "https://oapi.dingtalk.com\\@127.0.0.1/",
        "https://oapi.dingtalk.com:443 /x",
        "https://oapi.dingtalk.com\r\nHost: x/",
        "https://oapi.dingtalk.com:99999/x",
        "http://oapi.dingtalk.com/x",
        "https://oapi.dingtalk.com.evil.test/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "http://169.254.169.254/latest",
        "",
    ],
)
def test_addresses_that_look_like_a_named_one_are_refused(address: str) -> None:
    assert refusal(address, frozenset())


def test_the_three_services_need_not_be_named() -> None:
    for host in ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "OPEN.feishu.cn", "open.feishu.cn."):
        assert refusal(f"https://{host}/hook", frozenset()) == ""


@pytest.mark.parametrize(
    "ips", [["127.0.0.1"], ["10.2.3.4"], ["8.8.8.8", "192.168.1.1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"]]
)
def test_a_public_service_whose_name_leads_to_an_internal_machine_is_not_written_to(
    monkeypatch: pytest.MonkeyPatch, ips: list[str]
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ips]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    failure = failure_of("https://oapi.dingtalk.com/robot/send?access_token=1")
    assert "内部地址" in failure.cause
    # The control: once the administrator has named the host, it may be anywhere.
    named = frozenset({Origin("https", "oapi.dingtalk.com", 443)})
    assert target("https://oapi.dingtalk.com/x", named).ip == ips[0]


def test_the_machine_that_was_judged_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its mind between the judgement and the connection changes nothing."""
    web = Web()
    with web_server(web) as address:
        port = int(address.rsplit(":", 1)[1])
        asked = []

        def fickle(host: str, *_rest: object, **_named: object) -> list[object]:
            asked.append(host)
            ip = "127.0.0.1" if host in ("im.yunchuan.test", "127.0.0.1") and len(asked) <= 2 else "192.0.2.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

        monkeypatch.setattr(socket, "getaddrinfo", fickle)
        post(f"http://im.yunchuan.test:{port}/x", b"{}", {}, named=named_origins(f"http://im.yunchuan.test:{port}"))
    assert asked[0] == "im.yunchuan.test" and asked.count("im.yunchuan.test") == 1
    assert web.requests[0][1]["Host"] == f"im.yunchuan.test:{port}"


def test_a_redirect_is_not_followed() -> None:
    elsewhere, web = Web(), Web(status=307)
    with web_server(elsewhere) as there, web_server(web) as address:
        web.location = f"{there}/inside"
        failure = failure_of(address, named=f"{address},{there}")
    assert "未跟随" in failure.cause and not failure.is_final
    assert elsewhere.requests == []


def test_a_server_that_drips_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.3)
    with web_server(Web(is_dripping=True)) as address:
        failure = failure_of(address, named=address)
    assert failure.is_shared and not failure.is_final


def test_nobody_listening_passes() -> None:
    address = f"http://127.0.0.1:{closed_port()}"
    failure = failure_of(address, named=address)
    assert failure.is_shared and not failure.is_final


def test_a_list_with_an_item_that_is_no_address_is_refused_by_name() -> None:
    assert named_origins("") == frozenset()
    assert len(named_origins("https://im.yunchuan.test, http://10.2.3.4:8080")) == 2
    with pytest.raises(ValueError, match=r"im\.yunchuan\.test"):
        named_origins("im.yunchuan.test")


def test_every_public_service_is_reached_over_tls_only() -> None:
    assert {origin.scheme for origin in PUBLIC} == {"https"}
    assert ssl.create_default_context().check_hostname, Path(__file__).name
