"""Files of providers are kept beside their webhooks; statements of a bank with what is missing between them."""

from shared.schema import run_sql, sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Columns of webhooks, and a table of statements' heads. Balances of our own accounts, no personal data."""
    sql_beside(__file__)
    run_sql("GRANT SELECT, INSERT ON bank_statements TO chitra_provider_gateway")
