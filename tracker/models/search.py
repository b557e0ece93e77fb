"""What is searched by words: one table of bigrams for each kind of record, kept with every write of such a record.

The tables are made by hand in the migration, since no record describes them: on SQLite a full-text table whose rowid
is the record's id, on PostgreSQL `id` and a tsvector under a GIN index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, column, event, inspect, select, table, text
from sqlalchemy.orm import Session

from tracker.core.grams import grams
from tracker.db import Base
from tracker.models.imports import SourceDocument
from tracker.models.plans import Task
from tracker.models.reporting import ProgressReport


@dataclass(frozen=True, slots=True)
class Searched:
    """A kind of record that is searched: its table of bigrams, and the columns whose words are found."""

    model: type[Base]
    name: str
    columns: tuple[str, ...]

    def matching(self, wanted: Iterable[str], jurisdiction_id: int, dialect: str) -> Select[tuple[int]]:
        """Gives the query of the ids, newest first, of a jurisdiction's records that have every gram of core.grams.

        On SQLite the table is walked backwards and stops where the query that reads it has enough.
        """
        asked = [_place(jurisdiction_id), *wanted]
        found = table(self.name, column("id"), column("grams"))
        if dialect == "sqlite":
            # The whole table is matched by the column of its name.
            found = table(self.name, column("rowid"), column(self.name))
            words = " AND ".join(f'"{gram.rstrip("*")}"{"*" if gram.endswith("*") else ""}' for gram in asked)
            return select(found.c.rowid.label("id")).where(found.c[self.name].op("MATCH", is_comparison=True)(words))
        words = " & ".join(f"{gram[:-1]}:*" if gram.endswith("*") else gram for gram in asked)
        return select(found.c.id).where(_holds(found.c.grams, words))


SEARCHED = {
    Task: Searched(Task, "search_task", ("text", "title", "number", "basis")),
    ProgressReport: Searched(ProgressReport, "search_report", ("progress", "problems", "next_step", "coordination")),
    SourceDocument: Searched(SourceDocument, "search_document", ("content", "filename")),
}
_PUT = {
    "sqlite": "INSERT INTO {name} (rowid, grams) VALUES (:id, :grams)",
    "postgresql": "INSERT INTO {name} (id, grams) VALUES (:id, array_to_tsvector(string_to_array(:grams, ' ')))",
}
_DROP = {
    "sqlite": "DELETE FROM {name} WHERE rowid = :id",
    "postgresql": "DELETE FROM {name} WHERE id = :id",
}


def keep_searchable(connection: Connection, searched: Searched, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes the bigrams of records, given as their id, jurisdiction and searched columns, over what stood there.

    Whatever writes such records past the session calls it; the session does so by itself.
    """
    entries = [
        {
            "id": row["id"],
            "grams": " ".join(
                sorted(grams(*(row.get(name) or "" for name in searched.columns)) | {_place(row["jurisdiction_id"])})
            ),
        }
        for row in rows
    ]
    _forget(connection, searched, entries)
    if entries:
        connection.execute(text(_PUT[connection.dialect.name].format(name=searched.name)), entries)


def _forget(connection: Connection, searched: Searched, entries: list[dict[str, Any]]) -> None:
    if entries:
        connection.execute(text(_DROP[connection.dialect.name].format(name=searched.name)), entries)


def _place(jurisdiction_id: int) -> str:
    # No gram of a text has this form.
    return f"in{jurisdiction_id}"


def _holds(grams_column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    return grams_column.op("@@", is_comparison=True)(text("CAST(:wanted AS tsquery)").bindparams(wanted=words))


@event.listens_for(Session, "after_flush")
def _keep(session: Session, _context: Any) -> None:
    """In the transaction of the write, so that what can be read can be found."""
    written: dict[type[Base], list[Any]] = {}
    for record in (*session.new, *session.dirty):
        if type(record) in SEARCHED and _is_written(record):
            written.setdefault(type(record), []).append(record)
    for model, records in written.items():
        searched = SEARCHED[model]
        names = ("id", "jurisdiction_id", *searched.columns)
        rows = [{name: getattr(record, name) for name in names} for record in records]
        keep_searchable(session.connection(), searched, rows)
    for record in session.deleted:
        if type(record) in SEARCHED:
            _forget(session.connection(), SEARCHED[type(record)], [{"id": record.id}])


def _is_written(record: Any) -> bool:
    state = inspect(record)
    names = ("jurisdiction_id", *SEARCHED[type(record)].columns)
    return any(state.attrs[name].history.has_changes() for name in names)
