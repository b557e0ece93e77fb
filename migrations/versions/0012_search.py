"""Makes the tables of bigrams that the search reads, and fills them from what is there."""

from alembic import op
from sqlalchemy import Connection, MetaData, Table, select, text

from tracker.core.grams import grams

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = {
    "search_task": ("task", ("number", "title", "text", "basis")),
    "search_report": ("progress_report", ("progress", "problems", "next_step", "coordination")),
    "search_document": ("source_document", ("filename", "content")),
}
CHUNK = 500
PUT = {
    "sqlite": "INSERT INTO {name} (rowid, grams) VALUES (:id, :grams)",
    "postgresql": "INSERT INTO {name} (id, grams) VALUES (:id, array_to_tsvector(string_to_array(:grams, ' ')))",
}


def upgrade() -> None:
    connection = op.get_bind()
    for name, (source, columns) in TABLES.items():
        for statement in _tables(connection, name):
            op.execute(statement)
        _fill(connection, name, source, columns)


def downgrade() -> None:
    for name in TABLES:
        op.execute(f"DROP TABLE {name}")


def _tables(connection: Connection, name: str) -> list[str]:
    if connection.dialect.name == "postgresql":
        return [
            f"CREATE TABLE {name} (id BIGINT CONSTRAINT pk_{name} PRIMARY KEY, grams TSVECTOR NOT NULL)",
            f"CREATE INDEX ix_{name}_grams ON {name} USING gin (grams)",
        ]
    version = tuple(int(part) for part in connection.scalar(text("SELECT sqlite_version()")).split("."))
    # Before 3.43 a row could only be deleted where the table kept its text.
    contentless = "content='', contentless_delete=1, " if version >= (3, 43) else ""
    return [f"CREATE VIRTUAL TABLE {name} USING fts5(grams, {contentless}detail=none, tokenize='ascii')"]


def _fill(connection: Connection, name: str, source: str, columns: tuple[str, ...]) -> None:
    table = Table(source, MetaData(), autoload_with=connection, resolve_fks=False)
    last = 0
    while True:
        query = select(table.c["id", "jurisdiction_id", *columns]).where(table.c.id > last).order_by(table.c.id)
        rows = connection.execute(query.limit(CHUNK)).all()
        if not rows:
            return
        entries = [{"id": row[0], "grams": " ".join(sorted(grams(*row[2:]) | {f"in{row[1]}"}))} for row in rows]
        connection.execute(text(PUT[connection.dialect.name].format(name=name)), entries)
        last = rows[-1][0]
