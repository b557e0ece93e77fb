"""Requests no browser would send: none gives a fault, none has an effect it should not have."""

from __future__ import annotations

import random
import re
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import sign_in
from tests.web.test_every_route import LEAVING, populate, rules
from tracker.core.terms import Role

FIELDS = (
    *("progress", "percent", "version", "act", "reason", "reason_code", "title", "text", "name", "due_on", "words"),
    *(
        "assignment",
        "task",
        "unit",
        "unit_id",
        "role",
        "since_on",
        "kind",
        "channel",
        "content",
        "next",
        "on",
        "login_name",
    ),
)
VALUES = (
    *("", " ", "1", "-1", "1e9", "²", "99999999999999999999", "2026-02-30", "0000-00-00", "9999-12-31", "NaN", "true"),
    *(
        "\x00",
        "前\x00后",
        "\ud800",
        "\udfff中",
        "\ufffe",
        "\u202e",
        "<b>",
        "'; --",
        "{{7*7}}",
        "%s%n",
        "../..",
        "长" * 5_000,
    ),
)
TYPES = (
    *("application/json", "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=x"),
    *("application/x-www-form-urlencoded; charset=utf-7", "x/y; charset=\xff", ""),
)
RAW_BODIES = (
    b"",
    b"{",
    b"%",
    b"a=%ff%fe",
    b"--x\r\n\r\n",
    b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\x00",
)
RAW_QUERIES = (
    "q=%ff%fe",
    "q=%",
    "page=1&page=2&page[]=3",
    "&&&=&=1",
    "q=%ED%A0%80",
    "page=" + "9" * 500,
    "_anchor=x&x=" + "a" * 4_000,
)
REQUESTS = 60


@pytest.fixture
def people(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    populate(app)
    return app


def typed(chance: random.Random) -> dict[str, Any]:
    """A form with a few fields, some of them twice."""
    found: dict[str, Any] = {}
    for name in chance.sample(FIELDS, 5):
        values = chance.choices(VALUES, k=chance.choice((1, 1, 2)))
        found[name] = [value.encode("utf-8", "surrogatepass") for value in values]
    return found


def encoded(form: dict[str, list[bytes]]) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, values in form.items() for value in values).encode()


def one_request(client: FlaskClient, address: str, method: str, chance: random.Random) -> Any:
    query = chance.choice(RAW_QUERIES) if chance.random() < 0.4 else ""
    if method == "GET":
        return client.get(address, query_string=query or "q=" + chance.choice(("%00", "x", "%F0%9F")))
    draw = chance.random()
    if draw < 0.6:
        kind = "application/x-www-form-urlencoded"
        return client.open(address, method=method, query_string=query, data=encoded(typed(chance)), content_type=kind)
    if draw < 0.8:
        kind = chance.choice(TYPES)
        return client.open(
            address, method=method, query_string=query, data=chance.choice(RAW_BODIES), content_type=kind
        )
    files = {
        "files": (BytesIO(b"\x00\xff" * 50), chance.choice(("../../x.docx", "前\x00.pdf", "长" * 300 + ".xlsx", "")))
    }
    return client.open(address, method=method, query_string=query, data=files)


@pytest.mark.parametrize("role", list(Role))
def test_seeded_nonsense_on_every_route_gives_no_fault(people: Flask, client: FlaskClient, role: Role) -> None:
    sign_in(client, role.value)
    chance = random.Random(f"nonsense of {role}")
    routes = [(address, method) for rule, address, method in rules(people) if rule.endpoint != LEAVING]
    for address, method in chance.choices(routes, k=REQUESTS):
        answer = one_request(client, address, method, chance)
        assert answer.status_code < 500, (role, method, address, answer.status_code)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "a b", "[::1", "127.0.0.1:99999999"],
)
def test_a_request_for_another_host_is_refused(people: Flask, client: FlaskClient, host: str) -> None:
    sign_in(client, "officer")
    answer = client.get("/desk", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("key", ["99999999999999999999", "2147483648", "-1", "1.0", "%D9%A1", "0x1", "1%00"])
def test_a_key_no_record_can_have_is_not_found(people: Flask, client: FlaskClient, key: str) -> None:
    sign_in(client, "officer")
    for address in ("/tasks/{}", "/plans/{}", "/plans/{}/export", "/registry/units/{}"):
        assert client.get(address.format(key)).status_code == 404, address


def test_text_with_a_nul_is_refused_in_words_and_nothing_is_kept(people: Flask, client: FlaskClient) -> None:
    sign_in(client, "liaison")
    answer = client.post("/filing/rows/1", data={"1-progress": "星河\x00冰川", "1-percent": "10", "1-version": "0"})
    assert answer.status_code == 400
    assert "无法保存的字符" in answer.get_data(as_text=True)
    assert "冰川" not in client.get("/filing").get_data(as_text=True)


def test_a_body_over_the_limit_gets_a_page_in_chinese(people: Flask, client: FlaskClient) -> None:
    sign_in(client, "officer")
    people.config["MAX_CONTENT_LENGTH"] = 50_000
    answer = client.post("/imports", data={"file": (BytesIO(b"x" * 60_000), "方案.txt")})
    assert answer.status_code == 413
    assert re.search("超过大小上限", answer.get_data(as_text=True))
