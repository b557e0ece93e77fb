"""One door for every channel that leads out of the product."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from tracker.core.messages import Message
from tracker.core.origins import Origin
from tracker.core.terms import Channel
from tracker.delivery import DeliveryFailed, robots, webhook
from tracker.delivery.smtp import Mailer, Patience


@dataclass(frozen=True, slots=True)
class Ways:
    """What the installation says about ways out: mail server, sender, hosts that may be written to."""

    smtp_url: str
    sender: str
    named: frozenset[Origin]
    patience: Patience | None = None


class Sending:
    """A round of messages: the connection to the mail server is made once and closed at the end."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._open = ExitStack()
        self._mailer: Mailer | None = None

    def __enter__(self) -> Sending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def hand_over(self, message: Message, *, now: datetime) -> None:
        """Hands one message to its channel. Raises DeliveryFailed where it was not taken."""
        if message.channel is Channel.SMTP:
            self._mail(message, now)
        elif message.channel is Channel.WEBHOOK:
            webhook.send(message, named=self._ways.named, now=now)
        else:
            robots.send(message, named=self._ways.named, now=now)

    def _mail(self, message: Message, now: datetime) -> None:
        if not self._ways.smtp_url:
            raise DeliveryFailed("没有设置邮件服务器（TRACKER_SMTP_URL）", is_shared=True)
        if self._mailer is None:
            mailer = Mailer(self._ways.smtp_url, self._ways.sender, patience=self._ways.patience)
            self._mailer = self._open.enter_context(mailer)
        self._mailer.send(message, now=now)
