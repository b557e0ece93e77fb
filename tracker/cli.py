"""The `tracker` command: one function per subcommand, each loading what it needs when it is called."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import SettingsError
from tracker.errors import Conflict, Refusal, Unreadable

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from flask import Flask

REFUSED = 2
Commands = argparse._SubParsersAction


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code: 0 done, 1 found a fault, 2 refused or called wrongly."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except Refusal as error:
        print(error.message, file=sys.stderr)
        return REFUSED
    except SettingsError as error:
        print(error, file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tracker", description="方案任务督办")
    commands = parser.add_subparsers(required=True, metavar="命令")
    _add_parse(commands)
    for add in (
        _add_settings,
        _add_migrate,
        _add_init,
        _add_reset,
        _add_demo,
        _add_import,
        _add_remind,
        _add_report,
        _add_jobs,
        _add_audit,
        _add_recompute,
        _add_backup,
        _add_restore,
    ):
        add(commands)
    _add_check(commands)
    return parser


def _add_parse(commands: Commands) -> None:
    parser = commands.add_parser("parse", help="读取方案文件，输出识别结果，不写数据库")
    parser.add_argument("file", type=Path, metavar="文件", help=".docx、.doc、.pdf、.html 或 .txt")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="输出识别结果（默认）")
    form.add_argument("--text", action="store_true", help="输出提取的文字，识别结果中的位置以它为准")
    parser.set_defaults(run=parse_file)


def parse_file(options: argparse.Namespace) -> int:
    """Prints the reading of a document, or its extracted text; touches no database."""
    from tracker.documents import read_document

    reading = read_document(_bytes_of(options.file), filename=options.file.name)
    if options.text:
        _write(reading.text.content)
    else:
        _write(json.dumps(reading.plan, ensure_ascii=False, indent=2) + "\n")
    return 0


def _add_settings(commands: Commands) -> None:
    parser = commands.add_parser("settings", help="列出全部设置项")
    parser.set_defaults(run=print_settings)


def print_settings(_options: argparse.Namespace) -> int:
    """Prints every setting with its type, default and help."""
    from tracker.config import described

    for variable, kind, default, help_text in described():
        print(f"{variable} ({kind}, {default or '空'})\n    {help_text}")
    return 0


def _add_migrate(commands: Commands) -> None:
    parser = commands.add_parser("migrate", help="建立或升级数据库结构")
    parser.set_defaults(run=migrate)


def migrate(_options: argparse.Namespace) -> int:
    """Applies every pending migration and enters the working days of the years that are known by now."""
    from flask_migrate import upgrade

    from tracker.db import transaction
    from tracker.services.calendar import seed_workdays

    with _app().app_context():
        upgrade()
        with transaction() as session:
            seed_workdays(session)
    return 0


def _add_init(commands: Commands) -> None:
    parser = commands.add_parser("init", help="建立辖区和第一位管理员")
    parser.add_argument("--jurisdiction", required=True, metavar="名称", help="辖区名称，如 云川市")
    parser.add_argument("--level", required=True, choices=["province", "city", "county", "township"])
    parser.add_argument("--prefix", required=True, metavar="字", help="单位简称的首字，如 市、县")
    parser.add_argument("--office", required=True, metavar="名称", help="领导小组办公室或督查室名称")
    parser.add_argument("--login", default="admin", metavar="登录名")
    parser.add_argument("--name", required=True, metavar="姓名")
    parser.set_defaults(run=initialise)


def initialise(options: argparse.Namespace) -> int:
    """Makes the jurisdiction and the first administrator, and prints the password once."""
    from flask_migrate import upgrade

    from tracker.core.terms import JurisdictionLevel
    from tracker.db import transaction, utcnow
    from tracker.services import installing

    with _app().app_context():
        upgrade()
        with transaction() as session:
            password = installing.initialise(
                session,
                jurisdiction_name=options.jurisdiction,
                level=JurisdictionLevel(options.level),
                prefix=options.prefix,
                office_name=options.office,
                login_name=options.login,
                name=options.name,
                now=utcnow(),
            )
    print(f"登录名 {options.login}  初始密码 {password}（首次登录须修改，此处只显示一次）")
    return 0


def _add_reset(commands: Commands) -> None:
    parser = commands.add_parser("reset-password", help="在服务器上为某人重置密码，供管理员都无法登录时使用")
    parser.add_argument("login", metavar="登录名")
    parser.set_defaults(run=reset_password)


def reset_password(options: argparse.Namespace) -> int:
    """Gives a person a new password and prints it once."""
    from tracker.db import transaction, utcnow
    from tracker.services import installing

    with _app().app_context(), transaction() as session:
        password = installing.reset_from_console(session, options.login, now=utcnow())
    print(f"登录名 {options.login}  新密码 {password}（登录后须修改，此处只显示一次）")
    return 0


def _add_demo(commands: Commands) -> None:
    parser = commands.add_parser("demo", help="载入示范城市；拒绝在正式环境使用")
    parser.add_argument("--serve", action="store_true", help="载入后在本机提供服务，并运行定时任务")
    parser.add_argument("--port", type=int, default=8000)
    parser.set_defaults(run=demo)


def demo(options: argparse.Namespace) -> int:
    """Loads the sample city where there is none, gives its people new passwords, and serves it on request."""
    from tracker.demo import serving

    return serving.run(port=options.port, is_serving=options.serve)


def _add_import(commands: Commands) -> None:
    parser = commands.add_parser("import", help="把方案文件读成待核对的草稿")
    parser.add_argument("file", type=Path, metavar="文件")
    parser.add_argument("--by", required=True, metavar="登录名", help="以哪位经办人的名义导入")
    parser.set_defaults(run=import_file)


def import_file(options: argparse.Namespace) -> int:
    """Makes a draft of a document in an officer's name and prints where it is reviewed."""
    from tracker.db import office_date, transaction, utcnow
    from tracker.services import imports, people

    app = _app()
    settings = app.config["TRACKER"]
    upload = imports.Upload(_bytes_of(options.file), options.file.name)
    reading = imports.read_upload(upload, max_bytes=settings.upload_limit_mb * 1024 * 1024)
    with app.app_context(), transaction() as session:
        actor = people.actor_named(session, options.by, today=office_date(utcnow()))
        draft = imports.start_draft(session, actor, upload, reading, now=utcnow())
        print(f"{settings.base_url}/imports/{draft.id}")
    return 0


def _add_remind(commands: Commands) -> None:
    parser = commands.add_parser("remind", help="立即执行一次提醒；--dry-run 只列出将提醒的内容")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="日期", help="假定今天是这一天（只能与 --dry-run 同用）"
    )
    parser.add_argument("--dry-run", action="store_true")
    parser.set_defaults(run=remind)


def remind(options: argparse.Namespace) -> int:
    """Writes what is owed and untold to the outbox, or prints it."""
    from tracker.db import office_date, transaction, utcnow
    from tracker.services import calendar, reminding

    if options.as_of and not options.dry_run:
        print("--as-of 只能与 --dry-run 同用：消息只在当天发出。", file=sys.stderr)
        return REFUSED
    app = _app()
    base_url = app.config["TRACKER"].base_url
    with app.app_context(), transaction() as session:
        if not options.dry_run:
            print(f"已提醒 {reminding.run_pass(session, now=utcnow(), base_url=base_url)} 人")
            return 0
        today = options.as_of or office_date(utcnow())
        days = calendar.load_calendar(session)
        for digest in reminding.digests(session, today=today, calendar=days, base_url=base_url):
            print(f"{digest.user.name}（{digest.user.login_name}）\n{digest.notice.subject}\n{digest.notice.body}\n")
    return 0


def _add_report(commands: Commands) -> None:
    parser = commands.add_parser("report", help="生成方案某月的工作通报")
    parser.add_argument("plan", type=int, metavar="方案编号")
    parser.add_argument("--period", required=True, metavar="YYYY-MM")
    parser.add_argument("--format", choices=["docx", "pdf", "xlsx", "html"], default="docx")
    parser.add_argument("--by", required=True, metavar="登录名", help="以谁的名义查看")
    parser.add_argument("--out", type=Path, required=True, metavar="文件")
    parser.set_defaults(run=report)


def report(options: argparse.Namespace) -> int:
    """Writes a plan's summary of a month to a file, with the figures the page shows."""
    from tracker.db import office_date, transaction, utcnow
    from tracker.reports import docx, html, monthly, pdf, xlsx
    from tracker.services import people, summaries

    with _app().app_context(), transaction() as session:
        now = utcnow()
        actor = people.actor_named(session, options.by, today=office_date(now))
        summary = summaries.summary(session, actor, options.plan, options.period, now=now)
    if options.format == "xlsx":
        options.out.write_bytes(xlsx.ledger(monthly.ledger(summary), figures=summary))
    else:
        writer = {"docx": docx.document, "pdf": pdf.document, "html": html.document}[options.format]
        options.out.write_bytes(writer(monthly.paper(summary)))
    return 0


def _add_jobs(commands: Commands) -> None:
    parser = commands.add_parser("jobs", help="运行定时任务：每日提醒、消息发送、封存审计日志")
    parser.add_argument("--accept-clock", action="store_true", help="确认服务器时间无误：停机过久之后继续运行")
    parser.set_defaults(run=run_jobs)


def run_jobs(options: argparse.Namespace) -> int:
    """Ticks until it is told to stop."""
    import logging

    from tracker import jobs

    app = _app()
    if options.accept_clock:
        jobs.accept_clock(app)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    jobs.run(app)
    return 0


def _add_audit(commands: Commands) -> None:
    parser = commands.add_parser("audit", help="核对审计日志封存后是否被改动")
    acts = parser.add_subparsers(required=True, metavar="动作")
    verify = acts.add_parser("verify", help="逐条核对，每处问题说明一句；有问题时退出码为 1")
    verify.set_defaults(run=verify_audit)


def verify_audit(_options: argparse.Namespace) -> int:
    """Prints how far the trail is sealed and what is not as it was sealed; exit code 1 where anything is not."""
    from tracker import jobs
    from tracker.db import OFFICE_ZONE, reading
    from tracker.services import sealing

    app = _app()
    file = app.config["TRACKER"].data_dir / jobs.HEADS
    # The file is measured before the database is read: a worker may be sealing meanwhile.
    heads = jobs.kept_heads(file) if file.exists() else None
    with app.app_context():
        standing = sealing.standing(reading())
        faults = [finding.message for finding in sealing.verify(reading(), heads or ())]
    until = f"{standing.sealed_at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M:%S}" if standing.sealed_at else ""
    sealed = f"已封存至 {until}，共 {standing.sealed} 条" if until else "尚未封存"
    print(f"{sealed}；待封存 {standing.waiting} 条。")
    if until and heads is None:
        faults.append(f"库外封存记录 {file} 不存在，无法核对末尾是否被截去。")
    print("\n".join(faults) or "核对完毕，未发现改动。")
    return 1 if faults else 0


def _add_recompute(commands: Commands) -> None:
    parser = commands.add_parser("recompute", help="工作日或规则变动后，重新计算各项任务的亮灯日期，并列出变动")
    parser.set_defaults(run=recompute)


def recompute(_options: argparse.Namespace) -> int:
    """Computes every light date anew and prints what moved: plan, task, units, from when to when."""
    from tracker.db import reading, transaction, utcnow
    from tracker.services import recompute as service

    with _app().app_context():
        with transaction() as session:
            done = service.recompute(session, None, cause="运行 tracker recompute", now=utcnow())
        for move in service.every_move(reading(), done):
            days = f"{move.before or '无'} → {move.after or '无'}"
            print(f"《{move.plan}》{move.number}{move.title}（{'、'.join(move.units)}）{move.what} {days}")
    print(f"重新计算 {done.looked_at} 项任务，{done.moved} 项的日期有变动。")
    return 0


def _add_backup(commands: Commands) -> None:
    parser = commands.add_parser("backup", help="把整个数据库备份到一个文件，不必停止服务")
    parser.add_argument("--out", type=Path, required=True, metavar="文件", help="备份文件，不能是已有的文件")
    parser.set_defaults(run=backup)


def backup(options: argparse.Namespace) -> int:
    """Writes everything to one file while the product is used."""
    from tracker.db import db
    from tracker.services.backup import write_backup

    with _app().app_context():
        size = write_backup(db.engine, options.out)
    print(f"已备份到 {options.out}，{size / 1024 / 1024:.1f} MB。设置（TRACKER_*）不在其中，请另行保存。")
    return 0


def _add_restore(commands: Commands) -> None:
    parser = commands.add_parser("restore", help="用备份文件恢复数据库；恢复前请停止网页服务和定时任务")
    parser.add_argument("file", type=Path, metavar="文件")
    parser.add_argument("--replace", action="store_true", help="数据库中已有数据时，先另存一份再替换（仅 SQLite）")
    parser.set_defaults(run=restore)


def restore(options: argparse.Namespace) -> int:
    """Makes the database what a backup is, brings it up to this version, and leaves an event of it."""
    from flask_migrate import downgrade, upgrade

    from tracker.db import db, transaction, utcnow
    from tracker.services import backup as backups

    app = _app()
    folder = app.config["TRACKER"].data_dir
    with app.app_context():
        found = backups.read_backup(db.engine, options.file)
        _refuse_newer(app, found.revision)
        stamp = f"{utcnow():%Y%m%d%H%M%S}"
        if backups.holds_people(db.engine):
            _put_aside(found.dialect, folder / f"before-restore-{stamp}.sqlite3", is_replacing=options.replace)
        if found.dialect == "postgresql":
            downgrade(revision="base")
            upgrade(revision=found.revision)
        backups.put_back(db.engine, found)
        db.engine.dispose()
        upgrade()
        with transaction() as session:
            backups.record_restore(session, found, now=utcnow())
        _begin_heads_anew(folder, stamp)
    print(f"已用 {options.file} 恢复。备份以后的数据不在库中；可运行 tracker check 检查。")
    return 0


def _refuse_newer(app: Flask, revision: str) -> None:
    if revision not in {script.revision for script in _revisions(app).walk_revisions()}:
        raise Unreadable("newer", f"备份来自更新的版本（数据库结构 {revision}），没有恢复。请先升级本系统。")


def _revisions(app: Flask) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(app.extensions["migrate"].directory)


def _put_aside(dialect: str, aside: Path, *, is_replacing: bool) -> None:
    from tracker.db import db
    from tracker.services.backup import write_backup

    if dialect == "postgresql":
        raise Conflict(
            "数据库中已有数据，没有恢复。请新建一个空数据库（createdb 新库名），"
            "把 TRACKER_DATABASE_URL 指向它后再运行；原来的数据库保持不变。"
        )
    if not is_replacing:
        raise Conflict("数据库中已有数据，没有恢复。如确要替换，请加 --replace：现有数据会先另存一份。")
    write_backup(db.engine, aside)
    print(f"现有数据已另存到 {aside}。")


def _begin_heads_anew(folder: Path, stamp: str) -> None:
    """The heads kept outside go on from the backup's own; those of before stay beside, since they may reach further."""
    from tracker import jobs
    from tracker.db import reading
    from tracker.services import sealing

    file = folder / jobs.HEADS
    if file.exists():
        file.rename(folder / f"{jobs.HEADS}.before-restore-{stamp}")
    head = sealing.head(reading())
    if head is not None:
        jobs.keep_head(file, head)


def _add_check(commands: Commands) -> None:
    parser = commands.add_parser("check", help="检查数据库与运行环境")
    parser.set_defaults(run=check)


def check(_options: argparse.Namespace) -> int:
    """Prints what the installation stands on; exit code 1 where something is not as it must be."""
    import os
    import shutil

    from tracker.db import transaction, utcnow
    from tracker.services.condition import Surroundings, conditions

    app = _app()
    settings = app.config["TRACKER"]
    surroundings = Surroundings(
        now=utcnow(),
        newest_revision=_revisions(app).get_current_head() or "",
        folder=str(settings.data_dir),
        is_writable=os.access(settings.data_dir, os.W_OK),
        free_bytes=shutil.disk_usage(settings.data_dir).free if settings.data_dir.exists() else 0,
        sends_mail=bool(settings.smtp_url),
    )
    with app.app_context(), transaction() as session:
        found = conditions(session, surroundings)
    for condition in found:
        print(f"{condition.state.label}  {condition.words}")
    return 0 if all(condition.is_good for condition in found) else 1


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unreadable("unopened", f"无法打开文件 {file}：{error.strerror}") from error


def _app() -> Flask:
    from tracker import create_app

    return create_app()


def _write(words: str) -> None:
    """Writes UTF-8 whatever the terminal's language, and no newline that is not the document's own."""
    sys.stdout.buffer.write(words.encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
