"""Lets the database itself refuse to change or remove what stands in the trail."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEYS = {"audit_event": "id", "audit_seal": "number"}


def upgrade() -> None:
    make = _upgrade_postgresql if op.get_bind().dialect.name == "postgresql" else _upgrade_sqlite
    for table, key in KEYS.items():
        make(table, key)


def _upgrade_sqlite(table: str, key: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f"CREATE TRIGGER tr_{table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER tr_{table}_no_delete BEFORE DELETE ON {table} {refuse}")
    # INSERT OR REPLACE removes the old row without asking the trigger on DELETE.
    taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
    op.execute(f"CREATE TRIGGER tr_{table}_no_replace BEFORE INSERT ON {table} {taken} {refuse}")


def _upgrade_postgresql(table: str, _key: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in KEYS:
        if is_postgresql:
            op.execute(f"DROP TRIGGER tr_{table}_append_only ON {table}")
            op.execute(f"DROP FUNCTION {table}_refuse()")
        else:
            for act in ("update", "delete", "replace"):
                op.execute(f"DROP TRIGGER tr_{table}_no_{act}")
