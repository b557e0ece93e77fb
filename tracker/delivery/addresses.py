"""The machine an address leads to now, judged before it is connected to."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker.core.origins import Origin, origin, refusal
from tracker.delivery import DeliveryFailed


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be written to, with the machine its name leads to now."""

    origin: Origin
    path: str
    ip: str


def target(address: str, named: frozenset[Origin]) -> Target:
    """Gives where an address leads to. Raises DeliveryFailed where it may not be written to or is not found."""
    if words := refusal(address, named):
        raise DeliveryFailed(words, is_shared=True)
    found, parts = origin(address), urlsplit(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(found, path, _machine(found, may_be_internal=found in named))


def _machine(found: Origin, *, may_be_internal: bool) -> str:
    try:
        answers = socket.getaddrinfo(found.host, found.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise DeliveryFailed(f"找不到主机 {found.host}", is_shared=True) from error
    ips = [str(each[4][0]) for each in answers]
    # All of them: a name that leads to one public and one internal machine is a trap.
    if not may_be_internal and not all(ipaddress.ip_address(ip.partition("%")[0]).is_global for ip in ips):
        raise DeliveryFailed(f"{found.host} 指向内部地址，未连接", is_shared=True)
    return ips[0]
