"""The `tracker` command, run as a person runs it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tracker import jobs
from tracker.core.terms import Role
from tracker.db import db, transaction, utcnow
from tracker.models import Workday
from tracker.services import audit, calendar
from tracker.services.lights import refresh_lights

ROOT = Path(__file__).resolve().parent.parent
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"


def tracker(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with its data in a folder and nothing else of this product in the environment."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return subprocess.run(
        [sys.executable, "-m", "tracker.cli", *arguments],
        env=bare | {"TRACKER_DATA_DIR": str(folder), "PYTHONIOENCODING": "utf-8"} | environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
        cwd=ROOT,
    )


def test_a_production_command_without_a_secret_key_says_why_and_how(tmp_path: Path) -> None:
    run = tracker(tmp_path, "migrate")
    assert run.returncode == 2
    assert "TRACKER_SECRET_KEY is missing" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_demonstration_is_refused_in_production(tmp_path: Path) -> None:
    run = tracker(tmp_path, "demo", TRACKER_SECRET_KEY=SECRET)
    assert run.returncode == 2
    assert "只用于演示" in run.stderr
    assert not list(tmp_path.iterdir())


def test_a_fresh_installation_gets_its_first_administrator_once(tmp_path: Path) -> None:
    words = ["init", "--jurisdiction", "青岚县", "--level", "county", "--prefix", "县", "--office", "青岚县政府督查室"]
    first = tracker(tmp_path, *words, "--name", "管理员", TRACKER_SECRET_KEY=SECRET)
    assert first.returncode == 0, first.stderr
    assert "初始密码" in first.stdout
    second = tracker(tmp_path, *words, "--name", "管理员", TRACKER_SECRET_KEY=SECRET)
    assert second.returncode == 2
    assert "Traceback" not in second.stderr


def test_every_setting_is_listed_with_its_help(tmp_path: Path) -> None:
    run = tracker(tmp_path, "settings")
    assert run.returncode == 0
    assert "TRACKER_SECRET_KEY" in run.stdout and "TRACKER_SMTP_URL" in run.stdout


def test_the_check_says_which_sqlite_it_stands_on_and_how_it_keeps_data(tmp_path: Path) -> None:
    assert tracker(tmp_path, "migrate", TRACKER_SECRET_KEY=SECRET).returncode == 0
    run = tracker(tmp_path, "check", TRACKER_SECRET_KEY=SECRET)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "SQLite" in run.stdout and "synchronous=FULL" in run.stdout


def test_the_check_names_what_is_missing_and_says_what_it_could_not_look_at(app: Flask, tmp_path: Path) -> None:
    empty = tracker(tmp_path / "empty", "check", TRACKER_SECRET_KEY=SECRET)
    assert empty.returncode == 1
    assert "异常  数据库还没有建立，请运行 tracker migrate" in empty.stdout and "未检  工作日表" in empty.stdout
    with app.app_context():
        with transaction() as session:
            calendar.seed_workdays(session)
            audit.record(session, None, "task.approve", None, summary="一件事", now=utcnow() - timedelta(minutes=11))
        db.engine.dispose()
    unsealed = tracker(tmp_path, "check", TRACKER_SECRET_KEY=SECRET)
    assert unsealed.returncode == 1 and "异常  1 条日志超过 10 分钟没有封存" in unsealed.stdout
    assert "提示  没有设置邮件服务器" in unsealed.stdout and "正常  数据库文件完整" in unsealed.stdout
    with app.app_context():
        jobs.seal(app.config["TRACKER"])
        with transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        db.engine.dispose()
    behind = tracker(tmp_path, "check", TRACKER_SECRET_KEY=SECRET)
    assert behind.returncode == 1 and "异常  数据库结构版本 0001，程序需要" in behind.stdout


@pytest.mark.postgres
def test_the_check_of_postgresql_names_what_keeps_its_data(postgres_app: Flask, tmp_path: Path) -> None:
    url = postgres_app.config["TRACKER"].database_url
    run = tracker(tmp_path, "check", TRACKER_SECRET_KEY=SECRET, TRACKER_DATABASE_URL=url)
    for words in ("PostgreSQL fsync=on", "PostgreSQL synchronous_commit=on", "正常  没有积压的日志"):
        assert words in run.stdout, run.stdout + run.stderr
    assert "数据页" in run.stdout and "年工作日未设置" in run.stdout and run.returncode == 1


def test_recomputing_prints_what_a_new_holiday_moved_and_a_second_time_nothing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        with transaction() as session:
            city = a_city(session)
            task = a_task(session, a_plan(session, city, a_user(session, city, Role.OFFICER)))
            an_assignment(session, task, a_unit(session, city, "市科技局"))
            refresh_lights(session, [task], now=utcnow())
            before = task.near_on
            session.add(Workday(on_date=date(2026, 12, 30), is_workday=False, label="本地放假"))
        db.engine.dispose()
    run = tracker(tmp_path, "recompute", TRACKER_SECRET_KEY=SECRET)
    assert run.returncode == 0, run.stderr
    assert f"1.建设云川量子产业园（市科技局）临期日 {before} → " in run.stdout
    assert "重新计算 1 项任务，1 项的日期有变动。" in run.stdout
    assert tracker(tmp_path, "recompute", TRACKER_SECRET_KEY=SECRET).stdout == "重新计算 1 项任务，0 项的日期有变动。\n"


def test_the_audit_says_how_far_it_is_sealed_and_what_was_changed_since(app: Flask, tmp_path: Path) -> None:
    def verified() -> subprocess.CompletedProcess[str]:
        return tracker(tmp_path, "audit", "verify", TRACKER_SECRET_KEY=SECRET)

    with app.app_context():
        with transaction() as session:
            for number in range(3):
                audit.record(session, None, "task.approve", None, summary=f"第{number}件事", now=utcnow())
        waiting = verified()
        jobs.seal(app.config["TRACKER"])
        whole = verified()
        (tmp_path / jobs.HEADS).rename(tmp_path / "away")
        headless = verified()
        (tmp_path / "away").rename(tmp_path / jobs.HEADS)
        with transaction() as session:
            session.execute(text("DROP TRIGGER tr_audit_event_no_update"))
            session.execute(text("UPDATE audit_event SET summary = '' WHERE id = 2"))
        changed = verified()
    assert waiting.returncode == 0 and "尚未封存；待封存 3 条" in waiting.stdout, waiting.stderr
    assert whole.returncode == 0 and "共 3 条；待封存 0 条" in whole.stdout and "未发现改动" in whole.stdout
    assert headless.returncode == 1 and "audit-head.log 不存在" in headless.stdout
    assert changed.returncode == 1 and "记录 2 或其封存在封存后被改动" in changed.stdout


def test_reminders_of_another_day_can_only_be_looked_at(tmp_path: Path) -> None:
    tracker(tmp_path, "migrate", TRACKER_SECRET_KEY=SECRET)
    run = tracker(tmp_path, "remind", "--as-of", "2026-10-08", TRACKER_SECRET_KEY=SECRET)
    assert run.returncode == 2
    assert "--dry-run" in run.stderr
    look = tracker(tmp_path, "remind", "--as-of", "2026-10-08", "--dry-run", TRACKER_SECRET_KEY=SECRET)
    assert look.returncode == 0, look.stderr


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    run = tracker(tmp_path, "parse", str(tmp_path / name))
    assert run.returncode == 2
    assert "无法打开文件" in run.stderr and "Traceback" not in run.stderr


def test_every_command_of_the_readme_exists_and_every_command_stands_in_it(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    usage = tracker(tmp_path, "--help").stdout
    commands = "settings migrate init demo import parse remind report jobs check audit"
    for command in commands.split():
        assert f"    {command} " in usage or f"    {command}\n" in usage, command
        assert command in readme, command


def test_a_port_that_is_taken_is_named_with_the_way_around_it(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = tracker(tmp_path, "demo", "--serve", "--port", str(port), TRACKER_MODE="demo")
    assert run.returncode == 2
    assert f"端口 {port} 已被占用" in run.stderr and "Traceback" not in run.stderr
