"""Complaints about a person's month, each with an owner, a deadline and an answer."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Two tables of a person's data, each row seen by whose unit the person's commune is or lies in."""
    sql_beside(__file__)
    scope_rows(complaints="unit_id", complaint_steps="unit_id")
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON complaints TO chitra_disbursement;
           GRANT SELECT, INSERT ON complaint_steps TO chitra_disbursement"""
    )
