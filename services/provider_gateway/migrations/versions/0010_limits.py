"""Limits of the ways to the providers, maintenance windows, decisions by hand, and webhooks whose ids were used twice."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Four tables; a decision is seen by whose unit the payment's commune is or lies in. A provider belongs to nobody."""
    sql_beside(__file__)
    scope_rows(attempt_decisions="unit_id", webhook_conflicts="authority_id")
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON provider_ways, maintenance_windows, attempt_decisions, webhook_conflicts
               TO chitra_provider_gateway;
           GRANT EXECUTE ON FUNCTION open_chunks(boolean) TO chitra_provider_gateway"""
    )
