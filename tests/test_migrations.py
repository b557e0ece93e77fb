"""The migrations: up, down, and giving the very tables the records describe, CHECKs included."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, select, text

from tests.builders import a_city
from tests.conftest import settings_in
from tracker import create_app
from tracker.db import Base, db, sqlite_module, transaction
from tracker.models import SEARCHED, Jurisdiction

SEARCH_TABLES = {searched.name for searched in SEARCHED.values()}
# What SQLite keeps a full-text table in.
FTS_PARTS = ("config", "content", "data", "docsize", "idx")


def stored_tables(engine) -> dict[str, list[str]]:  # type: ignore[no-untyped-def]
    """Gives the stored DDL of each table and index as sorted clauses: a migration may add columns in another order.

    Triggers and the tables of bigrams are left out; no record describes them, and what they do has tests of its own.
    """
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index')"
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    by_hand = {table for name in SEARCH_TABLES for table in (name, *(f"{name}_{part}" for part in FTS_PARTS))}
    return {name: clauses(sql) for name, sql in rows if name not in {"alembic_version"} | by_hand}


def clauses(sql: str) -> list[str]:
    flat = re.sub(r"\s+", " ", sql.replace('"', "")).strip()
    head, _, body = flat.partition("(")
    return [head.strip(), *sorted(part.strip(" )") for part in re.split(r", (?=CONSTRAINT|\w+ [A-Z])", body))]


def test_the_migrations_make_the_tables_that_the_records_describe(app: Flask) -> None:
    wanted = create_engine("sqlite://", module=sqlite_module)
    Base.metadata.create_all(wanted)
    with app.app_context():
        made = stored_tables(db.engine)
    assert made == stored_tables(wanted)


def test_every_kind_that_is_searched_has_its_table_of_bigrams(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        made = connection.scalars(text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")).all()
    assert set(made) == SEARCH_TABLES


def test_every_migration_can_be_undone_and_done_again(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path))
    with app.app_context():
        upgrade()
        first = stored_tables(db.engine)
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        assert stored_tables(db.engine) == first
        db.engine.dispose()


def test_every_constraint_is_named_and_every_foreign_key_is_indexed() -> None:
    for table in Base.metadata.sorted_tables:
        assert all(constraint.name for constraint in table.constraints), table
        led = {next(iter(index.columns)).name for index in table.indexes}
        led |= {
            next(iter(c.columns)).name for c in table.constraints if getattr(c, "columns", None) and "uq" in str(c.name)
        }
        led |= {column.name for column in table.primary_key}
        bare = [column.name for column in table.columns if column.foreign_keys and column.name not in led]
        # Such a column leads no list on its own; it stands second or later in the index the lists use.
        second = {column.name for index in table.indexes for column in index.columns}
        assert set(bare) <= second | {"jurisdiction_id", "assignment_id", "user_id"}, (table, bare)


@pytest.mark.postgres
def test_the_same_migrations_make_the_same_tables_on_postgresql(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        seen = inspect(db.engine)
        for table in Base.metadata.sorted_tables:
            columns = {column["name"]: column["nullable"] for column in seen.get_columns(table.name)}
            assert columns == {column.name: column.nullable for column in table.columns}, table
            checks = {check["name"] for check in seen.get_check_constraints(table.name)}
            wanted = {str(c.name) for c in table.constraints if str(c.name).startswith("ck_")}
            assert wanted <= checks, table


@pytest.mark.postgres
def test_what_one_transaction_writes_another_reads_on_postgresql(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        with transaction() as session:
            a_city(session)
        with transaction() as session:
            assert session.scalars(select(Jurisdiction.name)).all() == ["云川市"]
