"""Which addresses on the network may be written to: those the administrator of the installation has named.

The services of WeCom, DingTalk and Feishu are known without being named, but only as what they are: where a public
name leads to an internal machine, delivery refuses it. A host the administrator has named may be anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """One scheme, host and port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


PUBLIC = frozenset(
    Origin("https", host, 443) for host in ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn")
)


def origin(address: str) -> Origin:
    """Gives the origin of an address. Raises ValueError where it is no plain http(s) address."""
    if not address.isprintable() or any(sign in address for sign in " \\"):
        raise ValueError(address)
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError(address)
    return Origin(parts.scheme, parts.hostname.rstrip("."), parts.port or _PORTS[parts.scheme])


def named_origins(words: str) -> frozenset[Origin]:
    """Gives the origins of a comma list such as "https://im.yunchuan.test, http://10.2.3.4:8080".

    Raises ValueError naming the item that is none.
    """
    return frozenset(origin(item) for item in (each.strip() for each in words.split(",")) if item)


def refusal(address: str, named: frozenset[Origin]) -> str:
    """Gives why an address may not be written to, in one sentence for whom it was entered by, "" where it may."""
    try:
        found = origin(address)
    except ValueError:
        return "这不是一个完整的 http(s) 地址。"
    if found in named | PUBLIC:
        return ""
    return f"{found} 不在允许的地址之内。请由安装维护人员把它加入 TRACKER_CHANNEL_HOSTS。"
