"""Cash orders withdrawn, and who collected."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Two tables, each row seen by whose unit the commune is or lies in."""
    sql_beside(__file__)
    scope_rows(withdrawals="unit_id", collections="unit_id")
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON withdrawals TO chitra_provider_gateway;
           GRANT SELECT, INSERT ON collections TO chitra_provider_gateway;"""
    )
