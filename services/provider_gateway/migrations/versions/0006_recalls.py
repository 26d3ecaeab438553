"""Lines asked back before they were sent."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One table, each row seen by whose unit the commune is or lies in."""
    sql_beside(__file__)
    scope_rows(recalls="unit_id")
    run_sql("GRANT SELECT, INSERT ON recalls TO chitra_provider_gateway")
