"""Takes the pictures of the README: loads the sample city into a folder of its own, serves it, and photographs it.

.venv/bin/python docs/screenshots.py
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
# Name of the picture, who looks, width, path, height.
PICTURES = (
    ("desk", "kjj", 1440, "/desk", 900),
    ("review", "officer", 1440, "/imports/3", 900),
    ("plan", "officer", 1440, "/plans/1", 1100),
    ("matrix", "officer", 1440, "/plans/1?view=matrix", 1000),
    ("task", "officer", 1440, "/tasks/6", 1000),
    ("overdue", "leader", 1440, "/overdue", 1000),
    ("summary", "officer", 1440, "/reports/1/{month}", 1100),
    ("phone", "leader", 390, "/desk", 844),
)


def main() -> None:
    """Writes docs/images/*.png."""
    folder = Path(tempfile.mkdtemp())
    environ = os.environ | {"TRACKER_MODE": "demo", "TRACKER_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "tracker.cli", "demo", "--serve", "--port", str(PORT)]
    server = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        passwords = read_passwords(server)
        wait_for(ADDRESS + "/sign-in")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for picture in PICTURES:
                photograph(browser, passwords, *picture)
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        shutil.rmtree(folder)


def read_passwords(server: subprocess.Popen[str]) -> dict[str, str]:
    """Gives the printed passwords by sign-in name, once the address has been printed."""
    found = {}
    assert server.stdout is not None
    for line in server.stdout:
        if match := re.match(r"  (\w+) +(\w{4}-\w{4}-\w{4}) ", line):
            found[match[1]] = match[2]
        if ADDRESS in line:
            break
    return found


def wait_for(address: str) -> None:
    """Waits until the server answers, for a minute at most."""
    for _ in range(120):
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"{address} does not answer")


def photograph(
    browser: Browser, passwords: dict[str, str], name: str, login: str, width: int, path: str, height: int
) -> None:
    """Signs a person in and takes one picture of one page."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.goto(ADDRESS + "/sign-in")
    page.fill("[name=login_name]", login)
    page.fill("[name=password]", passwords[login])
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk")
    last_month = time.strftime("%Y-%m", time.localtime(time.time() - time.localtime().tm_mday * 86400))
    page.goto(ADDRESS + path.format(month=last_month))
    page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
