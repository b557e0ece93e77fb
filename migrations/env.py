"""Runs the migrations on the database of the application that calls them."""

from __future__ import annotations

from alembic import context

from tracker.db import Base, UTCDateTime, db


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Gives how a type is written into a revision: our own ones by what they store, so that revisions stand alone."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def run() -> None:
    """Runs every pending revision, each in its own transaction."""
    engine = db.engine
    with engine.connect() as connection:
        # SQLite rebuilds tables to change them; with foreign keys on, dropping the old one would fail or cascade.
        # Said to the driver itself: within a transaction, which every statement of ours begins, it has no effect.
        keys = connection.connection.driver_connection if engine.dialect.name == "sqlite" else None
        if keys is not None:
            keys.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if keys is not None:
            connection.rollback()
            keys.execute("PRAGMA foreign_keys=ON")


run()
