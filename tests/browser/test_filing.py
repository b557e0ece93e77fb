"""The filing page in a real browser: by keyboard alone, kept as typed, nothing lost, signed and passed in one act."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.browser.conftest import Serve
from tests.builders import PASSWORD
from tests.conftest import settings_in
from tests.filing_bureau import a_bureau, new_words
from tracker import create_app
from tracker.core.terms import ReportStatus
from tracker.core.workdays import month_of
from tracker.db import db, office_date, reading, transaction, utcnow
from tracker.models import ProgressReport, User
from tracker.services.filing import words_in

pytestmark = pytest.mark.browser
PNG = b"\x89PNG\r\n\x1a\n0"


@pytest.fixture
def bureau(migrated_file: Path, tmp_path: Path) -> Flask:
    """The bureau with 38 items over four plans, in a database of the test's own."""
    shutil.copy(migrated_file, tmp_path / "tracker.sqlite3")
    app = create_app(settings_in(tmp_path))
    with app.app_context():
        with transaction() as session:
            a_bureau(session, utcnow())
        db.engine.dispose()
    return app


def signed_in(chromium: Browser, address: str, login_name: str, path: str) -> Page:
    """A person in a browser of their own, on a page."""
    page = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.goto(address + "/sign-in")
    page.fill("[name=login_name]", login_name)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.goto(address + path)
    return page


def this_month(app: Flask) -> list[ProgressReport]:
    with app.app_context():
        period = month_of(office_date(utcnow()))
        query = select(ProgressReport).where(ProgressReport.period == period).order_by(ProgressReport.id)
        found = list(reading().scalars(query))
        reading().expunge_all()
        db.session.remove()
        return found


def test_thirty_eight_items_by_keyboard_alone_signed_and_passed_in_one_act(
    bureau: Flask, tmp_path: Path, serve: Serve, chromium: Browser
) -> None:
    address = serve(tmp_path)
    liaison = signed_in(chromium, address, "liaison", "/filing")
    places = [
        int(text.split("第")[1].split("项")[0]) - 1
        for text in liaison.locator(".filing-last p:first-of-type").all_inner_texts()
    ]
    assert sorted(places) == list(range(38))
    liaison.locator("textarea[name$=-progress]").first.focus()
    for place in places:
        words = new_words(place)
        liaison.keyboard.insert_text(words.progress)
        liaison.keyboard.press("Tab")
        liaison.keyboard.insert_text(str(words.percent))
        liaison.keyboard.press("Tab")
        liaison.keyboard.insert_text(words.next_step)
        liaison.keyboard.press("Control+Enter")
    expect(liaison.locator(".filing-saved", has_text="已保存")).to_have_count(38)
    expect(liaison.locator("[data-count]")).to_have_text("本页已填 38 项，未填 0 项")
    assert len(this_month(bureau)) == 38
    liaison.keyboard.press("Enter")
    expect(liaison.locator(".flash-success")).to_contain_text("已交签")
    head = signed_in(chromium, address, "head", "/filing")
    head.click("text=审阅签发")
    head.click("text=签发全部 38 项")
    expect(head.locator(".flash-success")).to_contain_text("已签发 38 项")
    officer = signed_in(chromium, address, "officer", "/review")
    officer.click("main a:has-text('云川市科技局')")
    everything = officer.locator("[data-check-all]")
    if everything.count():
        everything.check()
    officer.click(".review-pass button")
    expect(officer.locator("main")).to_contain_text("没有待审核")
    reports = this_month(bureau)
    assert {words_in(report) for report in reports} == {new_words(place) for place in range(38)}
    assert all(report.status is ReportStatus.PASSED for report in reports)


def test_nothing_typed_is_lost_without_network_or_session_and_it_is_taken_up_again(
    bureau: Flask, tmp_path: Path, serve: Serve, chromium: Browser
) -> None:
    address = serve(tmp_path)
    page = signed_in(chromium, address, "liaison", "/filing")
    row = page.locator(".filing-row").first
    field = row.locator("[name$=-progress]")
    page.context.set_offline(True)
    field.fill("断网时写的")
    expect(row).to_contain_text("网络不通，内容已存在本机")
    page.context.set_offline(False)
    expect(row).to_contain_text("已保存")
    assert [report.progress for report in this_month(bureau)] == ["断网时写的"]
    # The session ends while somebody is writing.
    with bureau.app_context(), transaction() as session:
        session.scalars(select(User).where(User.login_name == "liaison")).one().session_epoch += 1
    field.fill("登录过期后写的")
    expect(page.locator("#filing-expired")).to_contain_text("登录已过期")
    page.click("#filing-expired a")
    page.fill("[name=login_name]", "liaison")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/filing")
    expect(page.locator(".filing-row").first.locator("[name$=-progress]")).to_have_value("登录过期后写的")
    expect(page.locator(".filing-row").first).to_contain_text("已保存")
    assert [report.progress for report in this_month(bureau)] == ["登录过期后写的"]
    # Another machine finds it, and writes; the first one is told and keeps what it has.
    other = signed_in(chromium, address, "liaison", "/filing")
    there = other.locator(".filing-row").first
    expect(there.locator("[name$=-progress]")).to_have_value("登录过期后写的")
    there.locator("[name$=-progress]").fill("另一台机器上写的")
    expect(there).to_contain_text("已保存")
    page.locator(".filing-row").first.locator("[name$=-progress]").fill("这台机器上又写的")
    expect(page.locator(".filing-row").first).to_contain_text("同事已经保存")
    page.reload()
    first = page.locator(".filing-row").first
    expect(first.locator("[name$=-progress]")).to_have_value("另一台机器上写的")
    first.locator("text=用本机这份").click()
    expect(first).to_contain_text("已保存")
    assert [report.progress for report in this_month(bureau)] == ["这台机器上又写的"]


def test_the_same_as_last_time_is_one_key_and_evidence_is_dropped_on_the_row(
    bureau: Flask, tmp_path: Path, serve: Serve, chromium: Browser
) -> None:
    page = signed_in(chromium, serve(tmp_path), "liaison", "/filing")
    row = page.locator(".filing-row").first
    row.locator("[data-same]").focus()
    page.keyboard.press("Enter")
    expect(row.locator("[data-mark]")).to_have_text("同上期")
    expect(row).to_contain_text("已保存")
    (report,) = this_month(bureau)
    assert report.is_same_as_last
    transfer = page.evaluate_handle(
        """bytes => { const given = new DataTransfer();
           given.items.add(new File([new Uint8Array(bytes)], "现场.png", { type: "image/png" })); return given; }""",
        list(PNG),
    )
    row.dispatch_event("drop", {"dataTransfer": transfer})
    expect(row.locator("[data-files]")).to_contain_text("现场.png")
    row.locator("[name$=-progress]").fill("又有新进展")
    expect(row.locator("[data-mark]")).to_have_text("有变化")


def test_the_page_works_without_its_script(bureau: Flask, tmp_path: Path, serve: Serve, chromium: Browser) -> None:
    address = serve(tmp_path)
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(address + "/sign-in")
    page.fill("[name=login_name]", "liaison")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(address + "/filing")
    page.locator("[name$=-progress]").first.fill("没有脚本也能报")
    page.click("button[value=keep]")
    expect(page.locator(".flash-info")).to_contain_text("已暂存")
    page.click("button[value=hand_over]")
    expect(page.locator(".flash-success")).to_contain_text("已交签，等待本单位负责人签发，共 1 项；还有 37 项未填")
