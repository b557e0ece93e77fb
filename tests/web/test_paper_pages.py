"""The paper of a month as PDF and as pictures of its pages, through the pages and the command."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import sign_in
from tests.ledger_city import City, a_city_under_way
from tests.reports.pixels import sizes, texts
from tracker.cli import main
from tracker.core.summary import month_label
from tracker.db import office_date, transaction, utcnow

TAILS = ("/pdf", "/preview")


@pytest.fixture
def now() -> datetime:
    return utcnow()


@pytest.fixture
def city(app: Flask, now: datetime) -> Iterator[City]:
    with app.app_context(), transaction() as session:
        made = a_city_under_way(session, now)
        session.flush()
        session.expunge_all()
    yield made


def period(now: datetime) -> str:
    return f"{office_date(now):%Y-%m}"


def test_the_pdf_of_a_month_is_a_file_that_says_its_month(client: FlaskClient, city: City, now: datetime) -> None:
    sign_in(client, "officer")
    answer = client.get(f"/reports/1/{period(now)}/pdf")
    assert answer.mimetype == "application/pdf" and "attachment" in answer.headers["Content-Disposition"]
    assert month_label(period(now)) in "".join(texts(answer.data)[0].split())


def test_the_preview_shows_every_page_of_the_pdf_as_a_picture(client: FlaskClient, city: City, now: datetime) -> None:
    sign_in(client, "officer")
    pages = len(sizes(client.get(f"/reports/1/{period(now)}/pdf").data))
    shown = client.get(f"/reports/1/{period(now)}/preview").get_data(as_text=True)
    pictures = [part.split('"')[0] for part in shown.split('src="data:image/png;base64,')[1:]]
    assert len(pictures) == pages and f"第 {pages} 页，共 {pages} 页" in shown
    assert all(b64decode(picture).startswith(b"\x89PNG") for picture in pictures)


@pytest.mark.parametrize("tail", TAILS)
def test_nobody_prints_the_month_of_another_jurisdiction_or_one_that_is_none(
    client: FlaskClient, app: Flask, city: City, now: datetime, tail: str
) -> None:
    with app.app_context(), transaction() as session:
        elsewhere = a_city_under_way(session, now, "石渡市").plan.id
    sign_in(client, "officer")
    assert client.get(f"/reports/{elsewhere}/{period(now)}{tail}").status_code == 404
    assert client.get(f"/reports/1/2999-01{tail}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK"), ("html", b"<!doctype html>")]
)
def test_the_command_writes_the_month_in_every_format(
    app: Flask, city: City, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, begins: bytes
) -> None:
    for name, value in {"DATA_DIR": str(tmp_path), "SECRET_KEY": "s" * 40, "MODE": "test"}.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    out = tmp_path / f"month.{kind}"
    options = ["--period", period(now), "--by", "officer", "--format", kind, "--out", str(out)]
    assert main(["report", "1", *options]) == 0
    assert out.read_bytes().startswith(begins)
