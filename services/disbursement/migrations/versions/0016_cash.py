"""Cash: orders withdrawn, advances to communes' cashiers and their settlement, home delivery."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Three tables, each row seen by whose unit the commune is or lies in."""
    sql_beside(__file__)
    scope_rows(cash_papers="unit_id", cash_settlements="unit_id", home_deliveries="unit_id")
    run_sql(
        """GRANT SELECT, INSERT ON cash_papers TO chitra_disbursement;
           GRANT SELECT, INSERT, UPDATE ON cash_settlements, home_deliveries TO chitra_disbursement;"""
    )
