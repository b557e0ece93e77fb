"""Servers on this machine that behave as badly as a test wants; each one really listens."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DROP = "drop"
SILENT = "silent"
DRIP = "drip"


@dataclass
class Script:
    """What an SMTP server answers: to each verb a line, or DROP, SILENT, DRIP; "." is the end of a mail."""

    answers: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("8BITMIME",)
    certificate: tuple[Path, Path] | None = None
    heard: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class _Smtp(socketserver.StreamRequestHandler):
    script: Script

    def handle(self) -> None:
        self.script.connections += 1
        if not self._answer("greeting", "220 hello"):
            return
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            self.script.heard.append(line)
            if not self._obey(verb):
                return

    def _obey(self, verb: str) -> bool:
        if verb == "EHLO":
            lines = ["hello", *self.script.extensions]
            told = "\r\n".join(f"250{'-' if n + 1 < len(lines) else ' '}{each}" for n, each in enumerate(lines))
            return self._answer(verb, told)
        if verb == "DATA":
            return self._answer(verb, "354 go on") and self._mail()
        if verb == "STARTTLS":
            return self._answer(verb, "220 go on") and self._tls()
        if verb == "AUTH":
            return self._answer(verb, "235 welcome")
        return self._answer(verb, "221 bye" if verb == "QUIT" else "250 OK") and verb != "QUIT"

    def _mail(self) -> bool:
        lines = []
        while (line := self.rfile.readline().decode("ascii")) not in (".\r\n", ""):
            lines.append(line.removeprefix(".") if line.startswith("..") else line)
            if self.script.answers.get("middle") == DROP:
                return False
        is_kept = self.script.answers.get(".", "250").startswith(("250", DROP))
        if is_kept:
            self.script.mails.append("".join(lines))
        return self._answer(".", "250 kept")

    def _tls(self) -> bool:
        assert self.script.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.script.certificate)
        try:
            self.request = context.wrap_socket(self.request, server_side=True)
        except OSError:
            return False
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        return True

    def _answer(self, verb: str, usual: str) -> bool:
        answer = self.script.answers.get(verb, usual)
        if answer == DROP:
            return False
        if answer == SILENT:
            self.script.over.wait(30)
            return False
        try:
            if answer == DRIP:
                while not self.script.over.wait(0.05):
                    self.wfile.write(b"2")
                return False
            self.wfile.write(answer.encode() + b"\r\n")
        except OSError:
            return False
        return True


@contextmanager
def smtp_server(script: Script) -> Iterator[int]:
    """Gives the port of an SMTP server that follows a script."""
    handler = type("Scripted", (_Smtp,), {"script": script})
    with _running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler, bind_and_activate=True)) as port:
        try:
            yield port
        finally:
            script.over.set()


@dataclass
class Web:
    """What a web server was sent and answers; a location makes it a redirect."""

    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    location: str = ""
    is_dripping: bool = False
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def last(self) -> dict[str, Any]:
        """The body of the last request."""
        found: dict[str, Any] = json.loads(self.requests[-1][2])
        return found


class _Web(BaseHTTPRequestHandler):
    web: Web

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.web.requests.append((self.path, dict(self.headers), body))
        if self.web.is_dripping:
            while not self.web.over.wait(0.05):
                self.wfile.write(b"H")
            return
        self.send_response(self.web.status)
        if self.web.location:
            self.send_header("Location", self.web.location)
        self.end_headers()
        self.wfile.write(json.dumps(self.web.answer).encode())

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@contextmanager
def web_server(web: Web) -> Iterator[str]:
    """Gives the address of a web server."""
    handler = type("Answering", (_Web,), {"web": web})
    with _running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            web.over.set()


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.block_on_close = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """Gives a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def a_certificate(folder: Path) -> tuple[Path, Path]:
    """Makes a certificate of its own for this machine; gives its file and the file of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    alternatives = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return files
