"""Every page a role can reach by links is whole, no wider than the screen and free of violations of WCAG 2.2 AA."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Error, Page, Response

from tests.browser.conftest import servers

pytestmark = pytest.mark.browser
DESK, TELEPHONE = 1440, 390
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": TAGS, "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def address(sample: Flask) -> Iterator[str]:
    """Where the sample city is served."""
    with servers() as start:
        yield start(Path(sample.config["TRACKER"].data_dir))


def kind_of(path: str) -> str:
    """Pages of one kind are looked at once: their addresses differ in keys and months alone."""
    parts = urlsplit(path)
    view = re.search(r"(?:^|&)(?:view|group|status)=\w+", parts.query)
    return re.sub(r"\d+(-\d+)*", "0", parts.path) + (view[0] if view else "")


def opened(page: Page, url: str) -> Response | None:
    """Opens an address; a file that is saved rather than shown gives None."""
    try:
        return page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return None


def reachable(page: Page, address: str) -> Iterator[str]:
    """Opens one page of each kind that links lead to, the menu's first."""
    waiting, seen = ["/desk", "/password", "/search?q=实验室"], set()
    while waiting:
        path = waiting.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        answer = opened(page, address + path)
        if answer is None or "text/html" not in (answer.header_value("content-type") or ""):
            continue
        if path.startswith("/search") and answer.status == 403:
            continue
        assert answer.status == 200, path
        yield path
        links = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        waiting += [link.partition("#")[0] for link in links if link.startswith("/")]


def violations(page: Page, path: str, *, looked_at: int) -> list[tuple[str, ...]]:
    """What is wrong with the page that is open, everything that unfolds unfolded: too wide for a screen, or unreadable.

    It is held to the guidelines at the width its reader uses; a second time at the other one finds the same.
    """
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    found: list[tuple[str, ...]] = []
    for width in (TELEPHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((path, str(width), "wider than the screen"))
        if width != looked_at:
            continue
        for each in Axe().run(page, options=RULES).response["violations"]:
            found.append((path, str(width), each["id"], each["nodes"][0]["html"][:300], str(len(each["nodes"]))))
    return found


# Heads see the pages of their officers and liaisons with a button more: they are walked by `make soak`.
ROLES = ["officer", "leader", "kjj", "admin", "auditor"]
HEADS = [pytest.param(login, marks=pytest.mark.soak) for login in ("office_head", "kjj_head")]


@pytest.mark.parametrize("login", [*ROLES, *HEADS])
def test_every_page_a_role_can_reach_is_whole_and_has_no_violation(
    chromium: Browser, sample: Flask, address: str, login: str
) -> None:
    # axe is injected into the page, which its content policy rightly forbids.
    context = chromium.new_context(viewport={"width": DESK, "height": 900}, bypass_csp=True, locale="zh-CN")
    page = context.new_page()
    found: list[tuple[str, ...]] = []
    page.on("pageerror", lambda error: found.append((page.url, "script", str(error))))
    page.goto(address + "/sign-in")
    # Leaders read on telephones, everybody else at a desk.
    width = TELEPHONE if login == "leader" else DESK
    found += violations(page, "/sign-in", looked_at=width)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(sample.config["PASSWORDS"][login])
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    menu = page.locator("nav.menu li a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    opened_pages = []
    for path in reachable(page, address):
        opened_pages.append(path)
        found += violations(page, path, looked_at=width)
    context.close()
    assert set(menu) <= set(opened_pages)
    assert found == []
