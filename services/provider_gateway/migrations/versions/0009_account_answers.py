"""Answers to requests for accounts that contradict each other, requests made again, and what providers can do."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Two columns and a table whose rows are seen by whose unit the commune is or lies in; one row of the service's own."""
    sql_beside(__file__)
    scope_rows(account_contradictions="unit_id")
    run_sql("""GRANT SELECT, INSERT ON account_contradictions TO chitra_provider_gateway;
        GRANT SELECT, INSERT, UPDATE ON described_providers TO chitra_provider_gateway""")
