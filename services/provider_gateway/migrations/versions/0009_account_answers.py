"""Answers to requests for accounts that contradict each other, and requests made again."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0009"
down_revision = "0006"


def upgrade() -> None:
    """Two columns and a table, each row seen by whose unit the commune is or lies in."""
    sql_beside(__file__)
    scope_rows(account_contradictions="unit_id")
    run_sql("GRANT SELECT, INSERT ON account_contradictions TO chitra_provider_gateway")
