"""Mail by SMTP."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import format_datetime
from types import TracebackType
from urllib.parse import unquote, urlsplit

from tracker.core.messages import Message
from tracker.delivery import DeliveryFailed
from tracker.delivery.deadline import deadline

SENDER_NAME = "任务督办"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds one answer of a server, and one mail altogether, may take."""

    answer: float = 20
    mail: float = 60


class Mailer:
    """A mail server, connected to with the first mail and kept for the next ones.

    Takes the server as smtp://user:password@host:port, with TLS as soon as the server offers it; smtp+tls:// where
    it must offer it; smtps:// for TLS from the start. A password is never sent without TLS but to this very machine.
    """

    def __init__(self, smtp_url: str, sender: str, *, patience: Patience | None = None) -> None:
        self._address = urlsplit(smtp_url)
        self._sender = sender
        self._patience = patience or Patience()
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._server.quit()
        self._drop()

    def send(self, message: Message, *, now: datetime) -> None:
        """Hands one mail over.

        Raises DeliveryFailed: final for what the server refuses for good (5xx to sender, recipient or words) and for
        an address that is none; shared where the server cannot be reached or lets nobody in; passing otherwise.
        """
        try:
            mail = composed(message, self._sender, now)
        except (ValueError, IndexError) as error:
            raise DeliveryFailed(f"邮箱地址无效：{message.to.email}", is_final=True) from error
        with deadline(self._patience.mail, lambda: getattr(self._server, "sock", None)):
            with self._told_apart(is_shared=True):
                server = self._connected()
            with self._told_apart(is_shared=False):
                server.send_message(mail)

    @contextlib.contextmanager
    def _told_apart(self, *, is_shared: bool) -> Iterator[None]:
        """Turns what smtplib raises into what it means for the message."""
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            self._drop_if_ending(code)
            raise DeliveryFailed(_said(code, reason), is_final=code >= 500) from error
        except smtplib.SMTPResponseException as error:
            self._drop_if_ending(error.smtp_code)
            # Before the first mail nothing that is said can be about it: a wrong password is for somebody to mend.
            is_final = error.smtp_code >= 500 and not is_shared
            said = _said(error.smtp_code, error.smtp_error)
            raise DeliveryFailed(said, is_final=is_final, is_shared=is_shared) from error
        except smtplib.SMTPNotSupportedError as error:
            self._drop()
            words = "邮件服务器不支持加密登录" if is_shared else "邮件服务器不支持这个邮箱地址"
            raise DeliveryFailed(words, is_final=not is_shared, is_shared=is_shared) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            words = "邮件服务器无法连接" if is_shared else "邮件服务器中断了连接，是否收下不明"
            raise DeliveryFailed(f"{words}：{error}", is_shared=is_shared) from error

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None and self._is_alive(self._server):
            return self._server
        self._drop()
        address, timeout, context = self._address, self._patience.answer, ssl.create_default_context()
        host = address.hostname or "localhost"
        # Without a host the constructor does not connect: the connection must be known before it can be cut.
        name = self._sender.rpartition("@")[2]
        if address.scheme == "smtps":
            self._server = smtplib.SMTP_SSL(local_hostname=name, timeout=timeout, context=context)
        else:
            self._server = smtplib.SMTP(local_hostname=name, timeout=timeout)
        # smtplib takes the name to check the certificate against from here.
        self._server._host = host  # type: ignore[attr-defined]
        code, greeting = self._server.connect(host, address.port or (465 if address.scheme == "smtps" else 25))
        if code != 220:
            raise smtplib.SMTPConnectError(code, greeting)
        self._server.ehlo_or_helo_if_needed()
        self._made_safe(self._server, host, context)
        return self._server

    def _made_safe(self, server: smtplib.SMTP, host: str, context: ssl.SSLContext) -> None:
        is_safe = self._address.scheme == "smtps"
        if not is_safe and (server.has_extn("starttls") or self._address.scheme == "smtp+tls"):
            server.starttls(context=context)
            server.ehlo()
            is_safe = True
        if self._address.username:
            if not is_safe and host not in _LOOPBACK:
                raise OSError("服务器不支持加密，未发送密码")
            server.login(unquote(self._address.username), unquote(self._address.password or ""))

    @staticmethod
    def _is_alive(server: smtplib.SMTP) -> bool:
        try:
            return bool(server.noop()[0] == 250)
        except (OSError, smtplib.SMTPException):
            return False

    def _drop_if_ending(self, code: int) -> None:
        if code == 421:
            self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None


def composed(message: Message, sender: str, now: datetime) -> EmailMessage:
    """Gives the mail with its plain and its HTML part. Raises ValueError or IndexError for an address that is none."""
    # Seven bits and short lines: there are servers on the way that break everything else.
    mail = EmailMessage(policy=CRLF.clone(cte_type="7bit"))
    mail["From"] = Address(SENDER_NAME, addr_spec=sender)
    mail["To"] = Address(" ".join(message.to.name.split()), addr_spec=message.to.email)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message.message_id
    # Office machines must not answer a reminder with an absence note.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def _said(code: int, reason: bytes | str) -> str:
    words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return f"邮件服务器答复 {code} {words}"
