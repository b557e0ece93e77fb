"""A message on its way to one person, as the outbox gives it and a channel takes it."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.core.terms import Channel, NoticeKind


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for."""

    name: str
    login_name: str = ""
    unit: str = ""
    email: str = ""
    phone: str = ""

    @property
    def mobile(self) -> str:
        """Gives the number where it is one of a mobile telephone, by which robots can name a person, else nothing."""
        digits = self.phone.replace(" ", "").replace("-", "").removeprefix("+86")
        is_mobile = len(digits) == 11 and digits.isascii() and digits.isdigit() and digits.startswith("1")
        return digits if is_mobile else ""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a channel of a jurisdiction is reached: address and secret as the administrator entered them."""

    address: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `text` says everything, `html` the same with its form, `link` is a whole address or empty."""

    message_id: str
    channel: Channel
    kind: NoticeKind
    to: Recipient
    subject: str
    text: str
    html: str = ""
    link: str = ""
    door: Door = Door()
