"""Payees of the dead: who organised the funeral, who inherits the unpaid months."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """One table of people's data, each row seen by whose unit the person's commune is or lies in."""
    sql_beside(__file__)
    scope_rows(one_off_payees="unit_id")
    run_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON one_off_payees TO chitra_disbursement")
