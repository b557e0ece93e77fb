"""A message to a system of the customer's own (通用接口), signed so that it can tell who sent it.

The receiver recomputes HMAC-SHA256 over the timestamp, a full stop and the body with the shared secret, compares it
with the header, refuses timestamps older than it likes, and takes each `id` once: a message may come twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from tracker.core.messages import Message
from tracker.core.origins import Origin
from tracker.delivery import DeliveryFailed
from tracker.delivery.posting import Answer, post

_ABOUT_THE_MESSAGE = frozenset({400, 413, 415, 422})


def send(message: Message, *, named: frozenset[Origin], now: datetime) -> None:
    """Hands one message over.

    Raises DeliveryFailed: final where the receiver refuses this very message (400, 413, 415, 422), passing otherwise:
    whatever is wrong with address, secret or receiver can be mended while the message waits.
    """
    body = content(message)
    timestamp = str(int(now.timestamp()))
    headers = {
        "X-Tracker-Timestamp": timestamp,
        "X-Tracker-Signature": f"sha256={signature(message.door.secret, timestamp, body)}",
    }
    _judge(post(message.door.address, body, headers, named=named))


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Gives the signature of a body in hex."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def content(message: Message) -> bytes:
    """Gives a message as JSON."""
    told = {
        "id": message.message_id,
        "kind": message.kind.value,
        "to": {
            "login_name": message.to.login_name,
            "name": message.to.name,
            "unit": message.to.unit,
            "phone": message.to.phone,
            "email": message.to.email,
        },
        "subject": message.subject,
        "text": message.text,
        "link": message.link,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _judge(answer: Answer) -> None:
    if 200 <= answer.status < 300:
        return
    is_final = answer.status in _ABOUT_THE_MESSAGE
    wait = timedelta(minutes=1) if answer.status == 429 else None
    raise DeliveryFailed(f"对方答复 {answer.status}", is_final=is_final, is_shared=not is_final, wait=wait)
