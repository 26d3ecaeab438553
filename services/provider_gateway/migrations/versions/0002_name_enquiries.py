"""Holders' names asked of providers: of accounts in use, again and again."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One table of a person's data, each row seen by whose unit the payee's commune is or lies in."""
    sql_beside(__file__)
    scope_rows(name_enquiries="unit_id")
    run_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON name_enquiries TO chitra_provider_gateway")
