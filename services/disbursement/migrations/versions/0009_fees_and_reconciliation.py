"""The books as of a date, fees of the providers, and reconciliation with what providers say they paid."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Indexes of the ledger, tables of fees, lists from providers, reconciliations and their breaks."""
    sql_beside(__file__)
    scope_rows(
        payment_fees="authority_id",
        fee_settlements="authority_id",
        reconciliations="unit_id",
        reconciliation_breaks="unit_id",
    )
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON contract_fees, payment_fees, fee_settlements, provider_days, provider_lines,
               reconciliations, reconciliation_parts, reconciliation_lines, reconciliation_breaks TO chitra_disbursement"""
    )
