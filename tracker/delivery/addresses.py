"""Which addresses on the network may be written to: those the administrator of the installation has named.

The services of WeCom, DingTalk and Feishu are known without being named, but only as what they are: a public service
whose name leads to an internal machine is refused. A host the administrator has named may be anywhere.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker.delivery import DeliveryFailed

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """One scheme, host and port."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be written to, with the machine its name leads to now."""

    origin: Origin
    path: str
    ip: str


PUBLIC = frozenset(
    Origin("https", host, 443) for host in ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn")
)


def named_origins(words: str) -> frozenset[Origin]:
    """Gives the origins of a comma list such as "https://im.yunchuan.test, http://10.2.3.4:8080".

    Raises ValueError naming the item that is none.
    """
    return frozenset(_origin(item) for item in (each.strip() for each in words.split(",")) if item)


def refusal(address: str, named: frozenset[Origin]) -> str:
    """Gives why an address may not be written to, in one sentence for whom it was entered by, "" where it may."""
    try:
        origin = _origin(address)
    except ValueError:
        return "这不是一个完整的 http(s) 地址。"
    if origin in named | PUBLIC:
        return ""
    shown = f"{origin.scheme}://{origin.host}" + ("" if origin.port == _PORTS[origin.scheme] else f":{origin.port}")
    return f"{shown} 不在允许的地址之内。请由安装维护人员把它加入 TRACKER_CHANNEL_HOSTS。"


def target(address: str, named: frozenset[Origin]) -> Target:
    """Gives where an address leads to. Raises DeliveryFailed where it may not be written to or is not found."""
    if words := refusal(address, named):
        raise DeliveryFailed(words, is_shared=True)
    origin, parts = _origin(address), urlsplit(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(origin, path, _machine(origin, may_be_internal=origin in named))


def _machine(origin: Origin, *, may_be_internal: bool) -> str:
    try:
        found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise DeliveryFailed(f"找不到主机 {origin.host}", is_shared=True) from error
    ips = [str(each[4][0]) for each in found]
    # All of them: a name that leads to one public and one internal machine is a trap.
    if not may_be_internal and not all(ipaddress.ip_address(ip.partition("%")[0]).is_global for ip in ips):
        raise DeliveryFailed(f"{origin.host} 指向内部地址，未连接", is_shared=True)
    return ips[0]


def _origin(address: str) -> Origin:
    if not address.isprintable() or any(sign in address for sign in " \\"):
        raise ValueError(address)
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError(address)
    return Origin(parts.scheme, parts.hostname.rstrip("."), parts.port or _PORTS[parts.scheme])
