"""Backups of a PostgreSQL database without its tools: every table's COPY in one snapshot, in a .zip with a manifest."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import Engine

from tracker.errors import Unreadable

MAGIC = b"PK\x03\x04"
_MANIFEST, _FORMAT = "manifest.json", "tracker-backup-1"
_BLOCK = 1 << 20
_VERSION = "alembic_version"
# Columns the database fills by itself are not carried.
_COLUMNS = """
    SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
    GROUP BY table_name ORDER BY table_name
"""
_LINKS = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND NOT condeferrable
"""
_SET_NUMBER = """
    SELECT setval(pg_get_serial_sequence({sequence}, {name}), coalesce(max({column}), 1), max({column}) IS NOT NULL)
    FROM {table}
"""
_NUMBERED = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND (is_identity = 'YES' OR column_default LIKE 'nextval(%')
"""


def write(engine: Engine, out: Path) -> None:
    """Writes every table as it stands at one instant; others read and write on meanwhile."""
    with _connected(engine) as connection, connection.cursor() as cursor:
        # The first statement begins the transaction whose one snapshot all tables are read in.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables: dict[str, Any] = {name: {"columns": columns} for name, columns in cursor.execute(_COLUMNS).fetchall()}
        tables.pop(_VERSION, None)
        revision = cursor.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            for name, table in tables.items():
                command = sql.SQL("COPY {} TO STDOUT").format(_listed(name, table["columns"]))
                with package.open(f"{name}.copy", "w", force_zip64=True) as member, cursor.copy(command) as rows:
                    for block in rows:
                        member.write(block)
                table["rows"] = cursor.rowcount
            manifest = {"format": _FORMAT, "revision": revision, "tables": tables}
            package.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def revision_of(file: Path) -> str:
    """Gives the revision of the structure a backup has. Raises Unreadable for one that is damaged or none of ours."""
    return str(_manifest(file)["revision"])


def put_back(engine: Engine, file: Path) -> None:
    """Fills the empty tables of the backup's own revision, all or none. Raises Unreadable for a damaged backup."""
    tables: Mapping[str, Any] = _manifest(file)["tables"]
    with _connected(engine) as connection, connection.transaction(), connection.cursor() as cursor:
        links = cursor.execute(_LINKS).fetchall()
        # Tables refer to each other and to themselves; they are checked when all are there.
        for table, link in links:
            cursor.execute(_alter(table, link, "DEFERRABLE INITIALLY DEFERRED"))
        with zipfile.ZipFile(file) as package:
            for name, table in tables.items():
                _fill(cursor, package, name, table)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, link in links:
            cursor.execute(_alter(table, link, "NOT DEFERRABLE"))
        for table, column in cursor.execute(_NUMBERED).fetchall():
            names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            sequence = sql.Literal(sql.Identifier(table).as_string(cursor))
            cursor.execute(sql.SQL(_SET_NUMBER).format(**names, sequence=sequence, name=sql.Literal(column)))


def _fill(cursor: Any, package: zipfile.ZipFile, name: str, table: Mapping[str, Any]) -> None:
    command = sql.SQL("COPY {} FROM STDIN").format(_listed(name, table["columns"]))
    with package.open(f"{name}.copy") as member, cursor.copy(command) as to:
        while block := member.read(_BLOCK):
            to.write(block)
    if cursor.rowcount != table["rows"]:
        raise Unreadable("damaged", f"备份文件已损坏：表 {name} 应有 {table['rows']} 行，只有 {cursor.rowcount} 行。")


def _manifest(file: Path) -> Any:
    try:
        with zipfile.ZipFile(file) as package:
            damaged = package.testzip()
            manifest = json.loads(package.read(_MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Unreadable("damaged", f"备份文件已损坏，或不是本系统的备份（{error}）。") from error
    if damaged is not None:
        raise Unreadable("damaged", f"备份文件已损坏：{damaged} 校验不符。")
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise Unreadable("foreign", "这不是本系统的备份。")
    return manifest


def _alter(table: str, link: str, how: str) -> sql.Composable:
    # A table comes as the server itself writes its name, quoted where it must be.
    command = sql.SQL("ALTER TABLE {} ALTER CONSTRAINT {} {}")
    return command.format(sql.SQL(table), sql.Identifier(link), sql.SQL(how))


def _listed(table: str, columns: Sequence[str]) -> sql.Composable:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("{} ({})").format(sql.Identifier(table), listed)


@contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        # Returning it to the pool ends what transaction is still open.
        pooled.close()
