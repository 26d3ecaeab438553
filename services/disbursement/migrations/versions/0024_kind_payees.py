"""Payees of one kind of obligation: the carers of care support."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0024"
down_revision = "0021"


def upgrade() -> None:
    """One table of people's data, each row seen by whose unit the person's commune is or lies in."""
    sql_beside(__file__)
    scope_rows(kind_payees="unit_id")
    run_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON kind_payees TO chitra_disbursement")
