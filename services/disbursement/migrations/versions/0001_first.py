"""The run, what is owed, what is paid, and the books."""

from shared.schema import grant, scope_rows, service_tables, sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Tables of the disbursement schema, as DESIGN sections 2 and 6 have them."""
    service_tables()
    sql_beside(__file__)
    scope_rows(
        people="unit_id",
        contracts="authority_id",
        obligations="unit_id",
        payrolls="authority_id",
        payments="unit_id",
        fundings="authority_id",
        refunds="authority_id",
        run_authorities="authority_id",
        draw_gates="authority_id",
        ledger_entries="authority_id",
        contradictions="authority_id",
    )
    grant("disbursement")
