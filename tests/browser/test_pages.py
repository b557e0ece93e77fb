"""Every page of the sample city's menu, as each role sees it at a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.conftest import servers

pytestmark = pytest.mark.browser
DESK, TELEPHONE = 1440, 390
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
GRAVE = ("serious", "critical")
# Beside the menu: what a person opens from there all day.
OPENED = {
    "officer": ("/plans/1", "/plans/1?view=matrix", "/plans/1?view=figures", "/reports/1/2026-11",
                "/imports/3", "/search?q=实验室", "/units/2"),
    "office_head": ("/plans/2", "/reports/1/2026-10", "/plans/1?view=trail"),
    "leader": ("/tasks/3", "/reports/1/2026-10"),
    "kjj": ("/tasks/6", "/inbox", "/plans/1"),
    "kjj_head": ("/tasks/4",),
    "linxi": ("/tasks/5", "/inbox"),
    "admin": ("/units/1", "/units/load", "/people/4", "/people/load", "/groups"),
    "auditor": ("/password",),
}  # fmt: skip


@pytest.fixture(scope="module")
def address(sample: Flask) -> Iterator[str]:
    """Where the sample city is served."""
    with servers() as start:
        yield start(Path(sample.config["TRACKER"].data_dir))


def faults_of(page: Page, path: str, width: int) -> list[tuple[str, ...]]:
    """What is wrong with the page that is open, at one width."""
    page.set_viewport_size({"width": width, "height": 900})
    faults: list[tuple[str, ...]] = []
    if page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append((path, str(width), "wider than the screen"))
    found = Axe().run(page, options=RULES).response["violations"]
    grave = [violation for violation in found if violation["impact"] in GRAVE]
    return faults + [(path, str(width), each["id"], each["nodes"][0]["html"]) for each in grave]


@pytest.mark.parametrize("login", OPENED)
def test_each_role_finds_every_page_whole_readable_and_no_wider_than_the_screen(
    chromium: Browser, sample: Flask, address: str, login: str
) -> None:
    # axe is injected into the page, which its content policy rightly forbids.
    context = chromium.new_context(viewport={"width": DESK, "height": 900}, bypass_csp=True, locale="zh-CN")
    page = context.new_page()
    faults: list[tuple[str, ...]] = []
    page.on("pageerror", lambda error: faults.append((page.url, "script", str(error))))
    page.goto(address + "/sign-in")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(sample.config["PASSWORDS"][login])
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    menu = page.locator("nav.menu li a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for path in dict.fromkeys((*menu, *OPENED[login])):
        answer = page.goto(address + path)
        if answer is None or answer.status != 200:
            faults.append((path, str(answer and answer.status)))
        for width in (TELEPHONE, DESK):
            faults += faults_of(page, path, width)
    context.close()
    assert len(menu) >= 1
    assert faults == []
