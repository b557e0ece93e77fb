"""What the scripts and the look add to every form, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from tests.browser.conftest import Serve
from tests.builders import PASSWORD, a_city, a_unit, a_user
from tests.conftest import settings_in
from tracker import create_app
from tracker.core.terms import Role
from tracker.db import db, reading, transaction
from tracker.models import RoleGrant, Unit, User
from tracker.services.calendar import seed_workdays

pytestmark = pytest.mark.browser
PAGES = (
    *("/units", "/units/1", "/units/1/edit", "/units/add", "/units/load", "/groups", "/groups/add", "/people"),
    *("/people/2", "/people/2/edit", "/people/2/hand-over", "/people/add", "/people/load", "/settings"),
    *("/settings/office", "/password", "/inbox", "/audit", "/nonsense"),
)


@pytest.fixture
def folder(migrated_file: Path, tmp_path: Path) -> Path:
    """A database with one administrator of everything and a liaison of a unit."""
    (tmp_path / "tracker.sqlite3").write_bytes(migrated_file.read_bytes())
    app = create_app(settings_in(tmp_path))
    with app.app_context():
        with transaction() as session:
            city = a_city(session)
            admin = a_user(session, city, Role.SYS_ADMIN, login_name="admin", name="何清")
            for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
                session.add(RoleGrant(user_id=admin.id, role=role, since_on=admin.created_at.date()))
            unit = a_unit(session, city, "市科技局")
            a_user(session, city, Role.LIAISON, unit, login_name="lianluo", name="周越", phone="0571-88001234")
            seed_workdays(session)
        db.engine.dispose()
    return tmp_path


def come_in(page: Page, address: str) -> None:
    page.goto(address + "/sign-in")
    page.get_by_label("登录名").fill("admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()


def units(folder: Path) -> int:
    app = create_app(settings_in(folder))
    with app.app_context():
        found = reading().scalar(select(func.count()).select_from(Unit)) or 0
        db.engine.dispose()
        return found


def end_sessions(folder: Path) -> None:
    app = create_app(settings_in(folder))
    with app.app_context():
        with transaction() as session:
            for user in session.scalars(select(User)):
                user.session_epoch += 1
        db.engine.dispose()


def test_what_was_typed_survives_the_end_of_a_session_and_is_gone_once_sent(
    page: Page, serve: Serve, folder: Path
) -> None:
    address = serve(folder)
    come_in(page, address)
    page.goto(address + "/units/add")
    page.get_by_label("单位名称").fill("市水务局")
    page.get_by_label("类别").select_option("department")
    end_sessions(folder)
    page.get_by_role("button", name="新增", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("重新登录后，刚才填写的内容会恢复")
    page.get_by_label("登录名").fill("admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    expect(page.get_by_label("单位名称")).to_have_value("市水务局")
    expect(page.get_by_role("status")).to_contain_text("已恢复您上次填写")
    page.get_by_role("button", name="新增", exact=True).click()
    expect(page.get_by_role("heading", name="市水务局")).to_be_visible()
    page.goto(address + "/units/add")
    expect(page.get_by_label("单位名称")).to_have_value("")


def test_what_was_typed_can_be_thrown_away_and_is_forgotten_on_leaving(page: Page, serve: Serve, folder: Path) -> None:
    address = serve(folder)
    come_in(page, address)
    page.goto(address + "/units/add")
    page.get_by_label("单位名称").fill("市水务局")
    page.goto(address + "/units/add")
    page.get_by_role("button", name="不要这些内容").click()
    expect(page.get_by_label("单位名称")).to_have_value("")
    page.get_by_label("单位名称").fill("市林业局")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_a_double_click_sends_once(page: Page, serve: Serve, folder: Path) -> None:
    address = serve(folder)
    come_in(page, address)
    page.goto(address + "/units/add")
    page.get_by_label("单位名称").fill("市水务局")
    page.get_by_label("类别").select_option("department")
    page.get_by_role("button", name="新增", exact=True).dblclick()
    expect(page.get_by_role("heading", name="市水务局")).to_be_visible()
    assert units(folder) == 2


def test_an_act_that_cannot_be_undone_asks_first_and_can_be_answered_by_keyboard(
    page: Page, serve: Serve, folder: Path
) -> None:
    address = serve(folder)
    come_in(page, address)
    page.goto(address + "/people/2")
    page.get_by_role("button", name="锁定账号").click()
    expect(page.get_by_role("dialog")).to_contain_text("锁定周越的账号")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="锁定账号").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="确定").press("Enter")
    expect(page.get_by_role("button", name="解锁")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_are_accessible_and_never_wider_than_the_screen(
    chromium: Browser, serve: Serve, folder: Path, width: int
) -> None:
    address = serve(folder)
    # axe is injected into the page, which its content policy rightly forbids.
    context = chromium.new_context(viewport={"width": width, "height": 850}, bypass_csp=True, locale="zh-CN")
    page = context.new_page()
    come_in(page, address)
    faults = []
    for path in PAGES:
        page.goto(address + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append((path, "wider than the screen"))
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        faults += [(path, violation["id"], violation["nodes"][0]["html"]) for violation in found.response["violations"]]
    context.close()
    assert faults == []


def test_the_menu_of_a_telephone_opens_and_without_scripts_it_is_open(
    chromium: Browser, serve: Serve, folder: Path
) -> None:
    address = serve(folder)
    for has_scripts in (True, False):
        context = chromium.new_context(viewport={"width": 390, "height": 850}, java_script_enabled=has_scripts)
        page = context.new_page()
        come_in(page, address)
        page.goto(address + "/units")
        entry = page.get_by_role("navigation", name="主菜单").get_by_role("link", name="人员")
        if has_scripts:
            expect(entry).not_to_be_visible()
            page.get_by_role("button", name="菜单").click()
        expect(entry).to_be_visible()
        context.close()
