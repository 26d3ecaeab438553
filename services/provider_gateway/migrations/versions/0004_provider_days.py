"""What providers say of each of their days: fetched once it is over, and handed on."""

from shared.schema import run_sql, sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One table: which days were handed on. No personal data."""
    sql_beside(__file__)
    run_sql("GRANT SELECT, INSERT ON listed_days TO chitra_provider_gateway")
