"""Stops as the gateway says them, canaries, and when a contract's channel may be instructed."""

from shared.schema import run_sql, sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Three tables without a person's data, and two columns of a contract's channel."""
    sql_beside(__file__)
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON stops, canaries TO chitra_disbursement;
           GRANT SELECT, INSERT, UPDATE ON pay_days TO chitra_disbursement"""
    )
