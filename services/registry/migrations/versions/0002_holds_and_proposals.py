"""Holds with who, why and when; proposals that wait for an officer; a paper behind each version of a record."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Two tables of a person's data, each row seen by whose unit the person's commune is or lies in."""
    sql_beside(__file__)
    scope_rows(holds="unit_id", proposals="unit_id")
    run_sql("GRANT SELECT, INSERT, UPDATE ON holds, proposals TO chitra_registry")
    run_sql("GRANT SELECT, INSERT, UPDATE ON scheduled_tasks TO chitra_registry")
