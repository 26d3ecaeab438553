"""Accounts that came into use, and how a provider's list of them is matched."""

from shared.schema import run_sql, sql_beside

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    """Blind indexes of numbers are made when they are first needed: this role has no key."""
    sql_beside(__file__)
    run_sql("GRANT SELECT, INSERT ON account_uses TO chitra_provider_gateway")
