"""Mail, against servers that take it, refuse it, are slow, or go away."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.delivery.servers import DRIP, DROP, SILENT, Script, a_certificate, closed_port, smtp_server
from tracker.core.messages import Message, Recipient
from tracker.core.terms import Channel, NoticeKind
from tracker.delivery import DeliveryFailed
from tracker.delivery.smtp import Mailer, Patience

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
SENDER = "tracker@yunchuan.test"
PATIENCE = Patience(answer=0.4, mail=1.0)


def a_message(number: int = 1, address: str = "linzhou@yunchuan.test", html: str = "<p>请签收</p>") -> Message:
    to = Recipient("林舟", email=address)
    words = ("督办提醒：签收任务1项", "请签收。\n.单独的点")
    return Message(f"<n{number}@yunchuan.test>", Channel.SMTP, NoticeKind.DIGEST, to, *words, html=html)


def sent(script: Script, *messages: Message, scheme: str = "smtp", login: str = "") -> DeliveryFailed | None:
    """Sends messages over one Mailer. Gives the failure of the last one, None where it was taken."""
    failure = None
    with (
        smtp_server(script) as port,
        Mailer(f"{scheme}://{login}127.0.0.1:{port}", SENDER, patience=PATIENCE) as mailer,
    ):
        for message in messages or (a_message(),):
            try:
                mailer.send(message, now=NOW)
                failure = None
            except DeliveryFailed as error:
                failure = error
    return failure


def parsed(script: Script) -> EmailMessage:
    mail = message_from_string(script.mails[-1], policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_mail_has_a_plain_and_an_html_part_and_its_own_message_id() -> None:
    script = Script()
    assert sent(script) is None
    mail = parsed(script)
    assert mail["Subject"] == "督办提醒：签收任务1项"
    assert mail["Message-ID"] == "<n1@yunchuan.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and page is not None
    assert plain.get_content().splitlines() == ["请签收。", ".单独的点"]
    assert page.get_content().strip() == "<p>请签收</p>"


def test_one_connection_serves_many_mails_also_after_a_refused_one() -> None:
    script = Script()
    with smtp_server(script) as port, Mailer(f"smtp://127.0.0.1:{port}", SENDER, patience=PATIENCE) as mailer:
        mailer.send(a_message(1), now=NOW)
        script.answers["RCPT"] = "550 no such mailbox"
        with pytest.raises(DeliveryFailed):
            mailer.send(a_message(2), now=NOW)
        del script.answers["RCPT"]
        mailer.send(a_message(3), now=NOW)
    assert script.connections == 1
    assert len(script.mails) == 2


def test_a_connection_the_server_closed_between_two_mails_is_made_again() -> None:
    script = Script(answers={"NOOP": DROP})
    assert sent(script, a_message(1), a_message(2)) is None
    assert len(script.mails) == 2 and script.connections == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_what_a_server_refuses_for_good_is_final_and_only_this_mail(step: str) -> None:
    failure = sent(Script(answers={step: "552 5.3.4 too big"}))
    assert failure is not None and failure.is_final and not failure.is_shared
    assert "552" in failure.cause


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_what_a_server_refuses_for_now_passes(step: str) -> None:
    failure = sent(Script(answers={step: "451 4.7.1 greylisted"}))
    assert failure is not None and not failure.is_final
    assert "451" in failure.cause


@pytest.mark.parametrize("answers", [{"greeting": "554 go away"}, {"greeting": "421 busy"}, {"EHLO": DROP}])
def test_a_server_that_lets_nobody_in_is_trouble_of_all_mails_and_passes(answers: dict[str, str]) -> None:
    failure = sent(Script(answers=answers))
    assert failure is not None and failure.is_shared and not failure.is_final


def test_a_wrong_password_is_for_somebody_to_mend_and_no_fault_of_the_mail() -> None:
    script = Script(answers={"AUTH": "535 wrong password"}, extensions=("AUTH PLAIN",))
    failure = sent(script, login="clerk:secret@")
    assert failure is not None and failure.is_shared and not failure.is_final and "535" in failure.cause


def test_nobody_listening_is_trouble_of_all_mails_and_passes() -> None:
    url = f"smtp://127.0.0.1:{closed_port()}"
    with Mailer(url, SENDER, patience=PATIENCE) as mailer, pytest.raises(DeliveryFailed) as failed:
        mailer.send(a_message(), now=NOW)
    assert failed.value.is_shared and not failed.value.is_final


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("manner", [SILENT, DRIP])
def test_a_server_that_keeps_one_waiting_is_given_up_in_time(step: str, manner: str) -> None:
    failure = sent(Script(answers={step: manner}))
    assert failure is not None and not failure.is_final


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "middle", "."])
def test_a_connection_dropped_within_a_mail_passes_and_says_that_nobody_knows(step: str) -> None:
    failure = sent(Script(answers={step: DROP}))
    assert failure is not None and not failure.is_final and not failure.is_shared
    assert "不明" in failure.cause


def test_after_a_dropped_mail_the_next_one_goes_over_a_new_connection() -> None:
    script = Script(answers={".": DROP})
    with smtp_server(script) as port, Mailer(f"smtp://127.0.0.1:{port}", SENDER, patience=PATIENCE) as mailer:
        with pytest.raises(DeliveryFailed):
            mailer.send(a_message(1), now=NOW)
        script.answers.clear()
        mailer.send(a_message(1), now=NOW)
    assert script.connections == 2
    # The server had kept what it dropped: both copies carry one id, by which a reader's mailbox knows them.
    assert [message_from_string(mail)["Message-ID"] for mail in script.mails] == ["<n1@yunchuan.test>"] * 2


@pytest.mark.parametrize("address", ["", "kein-at", "a@b\r\nBcc: x@y.test", "two@a.test, three@a.test"])
def test_an_address_that_is_none_is_final_and_sends_nothing(address: str) -> None:
    script = Script()
    failure = sent(script, a_message(address=address))
    assert failure is not None and failure.is_final
    assert script.mails == []


def test_a_subject_cannot_make_a_header() -> None:
    script = Script()
    to = Recipient("林舟\r\nBcc: x@y.test", email="linzhou@yunchuan.test")
    subject = "提醒\r\nBcc: x@y.test"
    assert sent(script, Message("<n@t.test>", Channel.SMTP, NoticeKind.DIGEST, to, subject, "正文")) is None
    assert parsed(script)["Bcc"] is None


def test_tls_is_used_where_it_is_offered_and_a_certificate_nobody_signed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = a_certificate(tmp_path)
    script = Script(extensions=("STARTTLS",), certificate=certificate)
    failure = sent(script)
    assert failure is not None and failure.is_shared and "certificate" in failure.cause
    assert script.mails == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert sent(script) is None
    assert len(script.mails) == 1


def test_tls_that_must_be_offered_and_is_not_stops_the_mail() -> None:
    script = Script()
    failure = sent(script, scheme="smtp+tls")
    assert failure is not None and failure.is_shared
    assert script.mails == [] and not any(line.startswith("MAIL") for line in script.heard)


def test_a_password_goes_to_no_other_machine_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(extensions=("AUTH PLAIN",))
    monkeypatch.setattr("tracker.delivery.smtp._LOOPBACK", frozenset())
    failure = sent(script, login="clerk:secret@")
    assert failure is not None and "加密" in failure.cause
    assert not any("AUTH" in line for line in script.heard)
    monkeypatch.undo()
    assert sent(script, login="clerk:secret@") is None, "the same password goes to this very machine"
