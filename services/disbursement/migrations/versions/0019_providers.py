"""Which providers there are, told by the gateway."""

from shared.schema import run_sql, sql_beside

revision = "0019"
down_revision = "0016"


def upgrade() -> None:
    """One table, the same for everybody."""
    sql_beside(__file__)
    run_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON providers TO chitra_disbursement")
