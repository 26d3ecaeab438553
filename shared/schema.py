"""What migrations build with: scripts as plain SQL files, the tables that every service has, grants and row scope."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import op

POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON {table} USING (
    (SELECT platform.scope_is_all())
    OR {column} IN (SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units())));
"""
"""A row is seen by those whose unit it is or lies in. `units` is the service's own; both sub-selects run once for a query."""

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO chitra_{schema};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO chitra_{schema};
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM chitra_{schema};
"""


def run_sql(script: str) -> None:
    """Run a script of several statements in the migration's transaction."""
    connection: Any = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(script))


def service_tables() -> None:
    """Outbox, inbox, idempotency keys, audit and units, in the schema being migrated."""
    run_sql(files("shared.sql").joinpath("service.sql").read_text(encoding="utf-8"))


def sql_beside(migration_file: str) -> None:
    """Run the `.sql` file that stands beside a migration: `0001_first.py` runs `0001_first.sql`."""
    run_sql(Path(migration_file).with_suffix(".sql").read_text(encoding="utf-8"))


def scope_rows(**unit_columns: str) -> None:
    """Put row-level security on tables: table name = the column that holds the row's unit id."""
    for table, column in unit_columns.items():
        run_sql(POLICY.format(table=table, column=column))


def grant(schema: str) -> None:
    """Give the service's role its tables, and nobody the right to change the audit."""
    run_sql(GRANTS.format(schema=schema))
