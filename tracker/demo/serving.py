"""Loads the sample city and serves it on this machine, with the schedule running beside it."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import select

from tracker import create_app
from tracker.config import Mode, Settings, SettingsError, load_settings
from tracker.db import office_date, transaction, utcnow
from tracker.demo import city, story
from tracker.models import User

SECRET_FILE = "secret_key"  # noqa: S105 - a file's name
HOST = "127.0.0.1"


def run(*, port: int, is_serving: bool) -> int:
    """Loads the sample city once, prints its sign-in names with new passwords, and serves it until interrupted.

    Raises SettingsError unless TRACKER_MODE is demo: a real installation must never hold invented people.
    """
    settings = demo_settings(os.environ, port=port)
    if is_serving:
        refuse_taken_port(port)
    app = create_app(settings)
    with app.app_context():
        upgrade()
        with transaction() as session:
            is_new = session.scalar(select(User.id).limit(1)) is None
        if is_new:
            print("正在载入示范城市（约半分钟）……", flush=True)
            story.load(today=office_date(utcnow()), now=utcnow(), base_url=settings.base_url)
        with transaction() as session:
            people = city.new_passwords(session)
    print_people(people, settings.base_url if is_serving else None)
    return serve(settings, port) if is_serving else 0


def demo_settings(environ: Mapping[str, str], *, port: int) -> Settings:
    """Gives the settings of a demonstration, with a secret key of its own kept beside its data."""
    if environ.get("TRACKER_MODE") != Mode.DEMO:
        raise SettingsError(
            "tracker demo 只用于演示，不会写入正式环境。请设置 TRACKER_MODE=demo（make run 已设置），"
            "并使用单独的 TRACKER_DATA_DIR。"
        )
    settings = load_settings(environ)
    base_url = environ.get("TRACKER_BASE_URL") or f"http://{HOST}:{port}"
    return load_settings(environ, secret_key=settings.secret_key or kept_secret(settings.data_dir), base_url=base_url)


def refuse_taken_port(port: int) -> None:
    """Raises SettingsError when something else already listens on the port."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise SettingsError(f"端口 {port} 已被占用。请停止占用它的程序，或换一个端口：make run PORT={port + 1}")


def kept_secret(folder: Path) -> str:
    """Gives the secret key kept in a folder, made there on first use and readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / SECRET_FILE
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
    return file.read_text("utf-8")


def print_people(people: list[tuple[str, str, str, str]], address: str | None) -> None:
    """Prints who can sign in, and where."""
    width = max(len(login) for login, *_ in people)
    print("\n登录名与本次密码（每次启动重新生成）：")
    for login, password, name, post in people:
        print(f"  {login:<{width}}  {password}   {name}  {post}")
    if address:
        print(f"\n地址：{address}    按 Ctrl+C 停止\n", flush=True)


def serve(settings: Settings, port: int) -> int:
    """Runs the web server and the worker until one of them ends or this process is told to stop."""
    environ = os.environ | {
        "TRACKER_SECRET_KEY": settings.secret_key,
        "TRACKER_BASE_URL": settings.base_url,
        "TRACKER_DATA_DIR": str(settings.data_dir.resolve()),
    }
    web = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--worker-class", "gthread"]
    web += ["--workers", "2", "--threads", "8", "--log-level", "warning", "wsgi:app"]
    worker = [sys.executable, "-m", "tracker.cli", "jobs"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    running = [subprocess.Popen(command, env=environ) for command in (web, worker)]  # noqa: S603 - our own commands
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.5)
        return next(process.returncode for process in running if process.poll() is not None) or 1
    except KeyboardInterrupt:
        return 0
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
