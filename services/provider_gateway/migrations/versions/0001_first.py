"""Copies of accounts and payees, chunks, attempts, webhooks, stops."""

from shared.schema import grant, scope_rows, service_tables, sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Tables of the provider_gateway schema, as DESIGN sections 5 and 6 have them."""
    service_tables()
    sql_beside(__file__)
    scope_rows(
        chunks="authority_id",
        attempts="unit_id",
        enquiries="authority_id",
        webhooks="authority_id",
        contradictions="unit_id",
        account_requests="unit_id",
    )
    grant("provider_gateway")
