"""A real Chromium against a real server process, on a database of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import MUST_NOT_SKIP, free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECRET = "browser-tests-0123456789abcdefghijklmnopqrstuv"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    if CHROMIUM is None:
        reason = "Chromium is not installed: sudo apt-get install chromium fonts-noto-cjk"
        pytest.fail(reason) if MUST_NOT_SKIP else pytest.skip(reason)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page at desk width; a fault of our own scripts fails the test that saw it."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


Serve = Callable[..., str]


@contextmanager
def servers() -> Iterator[Serve]:
    """Gives what starts server processes on a folder's database and gives their addresses; stops them at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, **settings: str) -> str:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        environ |= {"TRACKER_MODE": "test", "TRACKER_SECRET_KEY": SECRET, "TRACKER_DATA_DIR": str(folder)}
        environ |= {"TRACKER_BASE_URL": address} | settings
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
        command += ["--threads", "4", "--log-level", "warning", "wsgi:app"]
        running.append(subprocess.Popen(command, env=environ, cwd=ROOT))
        _wait_for(address + "/sign-in", running[-1])
        return address

    try:
        yield start
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers for one test."""
    with servers() as start:
        yield start


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "the server did not start"
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")
