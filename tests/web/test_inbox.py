"""A person's messages: narrowed in the address, exported as shown, never somebody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import NOW, a_city, a_user, sign_in
from tracker.core.terms import NoticeKind, Role
from tracker.db import transaction
from tracker.services.notices import Notice, tell

SENT = (
    (NoticeKind.ISSUED, "任务已交办，请签收", "来源：《云川市科技创新行动计划》"),
    (NoticeKind.URGED, "催办：建设产业园", "请抓紧办理 100%_"),
    (NoticeKind.DIGEST, "今日提醒", "=1+1"),
)


@pytest.fixture(autouse=True)
def inbox(app: Flask, client: FlaskClient) -> None:
    """A liaison with three messages, one of them read, and somebody else with one."""
    with app.app_context(), transaction() as session:
        city = a_city(session)
        mine, other = a_user(session, city, Role.OFFICER, login_name="mine"), a_user(session, city, Role.LEADER)
        for place, (kind, subject, body) in enumerate(SENT):
            row = tell(session, [mine], Notice(kind, str(place), subject, body, ""), now=NOW + timedelta(hours=place))[
                0
            ]
            row.read_at = NOW if kind is NoticeKind.ISSUED else None
        tell(session, [other], Notice(NoticeKind.URGED, "x", "别人的消息", "不可见", ""), now=NOW)
    sign_in(client, "mine")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["今日提醒", "催办：建设产业园", "任务已交办，请签收"]),
        ("kind=urged", ["催办：建设产业园"]),
        ("status=unread", ["今日提醒", "催办：建设产业园"]),
        ("q=100%25_", ["催办：建设产业园"]),
        ("q=别人", []),
        ("kind=nonsense&status=x", ["今日提醒", "催办：建设产业园", "任务已交办，请签收"]),
    ],
)
def test_messages_are_narrowed_in_the_address_and_exported_as_shown(
    client: FlaskClient, query: str, expected: list[str]
) -> None:
    page = client.get("/inbox?" + query).get_data(as_text=True)
    assert re.findall(r"<strong>([^<]+)</strong>\s*(?:<span|<time)", page) == expected
    assert f"{len(expected)} 条" in page and (expected or "没有符合条件的消息" in page)
    sheet = openpyxl.load_workbook(BytesIO(client.get("/inbox/export?" + query).data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert [row[2] for row in rows] == expected
    assert all(row[4] == ("已读" if row[1] == "任务交办" else "未读") for row in rows)


def test_the_kinds_offered_are_those_the_person_has(client: FlaskClient) -> None:
    page = client.get("/inbox").get_data(as_text=True)
    assert '<option value="digest">' in page and '<option value="archived">' not in page
