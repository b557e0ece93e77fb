"""Mail by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from tracker.delivery import DeliveryFailed

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; the address is a bare one, the body plain text."""

    to_name: str
    to_address: str
    subject: str
    body: str
    message_id: str


def send(mail: Mail, *, smtp_url: str, sender: str, now: datetime) -> None:
    """Hands one mail to the server of `smtp_url` (smtp://user:password@host:port, smtps:// for TLS from the start).

    Raises DeliveryFailed: final for what the server refuses for good (5xx) and for an address that is none, passing
    for everything else. STARTTLS is used whenever the server offers it; a password is never sent without TLS but to
    this very machine.
    """
    try:
        message = _message(mail, sender, now)
    except (ValueError, IndexError) as error:
        raise DeliveryFailed(f"邮箱地址无效：{mail.to_address}", is_final=True) from error
    try:
        with _connected(smtp_url) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise DeliveryFailed(_said(code, reason), is_final=code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryFailed(_said(error.smtp_code, error.smtp_error), is_final=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailed(f"邮件服务器无法连接：{error}", is_final=False) from error


def _message(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address("任务督办", addr_spec=sender)
    message["To"] = Address(mail.to_name, addr_spec=mail.to_address)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = mail.message_id
    # Office machines must not answer a reminder with an absence note.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def _connected(smtp_url: str) -> smtplib.SMTP:
    address = urlsplit(smtp_url)
    host, context = address.hostname or "localhost", ssl.create_default_context()
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, address.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, address.port or 25, timeout=TIMEOUT_SECONDS)
    server.ehlo()
    is_safe = address.scheme == "smtps" or host in {"localhost", "127.0.0.1", "::1"}
    if address.scheme != "smtps" and server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
        is_safe = True
    if address.username:
        if not is_safe:
            server.close()
            raise OSError("服务器不支持加密，未发送密码")
        server.login(unquote(address.username), unquote(address.password or ""))
    return server


def _said(code: int, reason: bytes | str) -> str:
    words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return f"邮件服务器答复 {code} {words}"
