"""One POST over HTTP to an address that may be written to: no redirect followed, no proxy, no second look at a name."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.core.origins import Origin
from tracker.delivery import DeliveryFailed
from tracker.delivery.addresses import Target, target
from tracker.delivery.deadline import deadline

ANSWER_SECONDS = 10
WHOLE_SECONDS = 20
LONGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    def values(self) -> dict[str, Any]:
        """Gives the body as a JSON object, an empty one where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class _Plain(http.client.HTTPConnection):
    """A connection to the very machine that was judged, whatever the name leads to a moment later."""

    def __init__(self, where: Target) -> None:
        super().__init__(where.origin.host, where.origin.port, timeout=ANSWER_SECONDS)
        self._ip = where.ip

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self.timeout)


class _Safe(_Plain):
    """The same over TLS, the certificate checked against the name."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def post(address: str, body: bytes, headers: Mapping[str, str], *, named: frozenset[Origin]) -> Answer:
    """Gives the answer to a POST of JSON. Raises DeliveryFailed where there is none or it points elsewhere."""
    where = target(address, named)
    connection = (_Safe if where.origin.scheme == "https" else _Plain)(where)
    with deadline(WHOLE_SECONDS, lambda: connection.sock):
        try:
            head = {"Content-Type": "application/json; charset=utf-8", "Connection": "close", **headers}
            connection.request("POST", where.path, body, head)
            answer = connection.getresponse()
            found = Answer(answer.status, answer.read(LONGEST_ANSWER))
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryFailed(f"{where.origin.host} 没有应答：{error}", is_shared=True) from error
        finally:
            connection.close()
    if 300 <= found.status < 400:
        raise DeliveryFailed(f"{where.origin.host} 要求转到其他地址（{found.status}），未跟随", is_shared=True)
    return found
