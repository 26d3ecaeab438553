"""Money paid wrongly that is owed back, and what differences by later decisions need to know."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0005"
down_revision = "0004"

_TABLES = ("receivables", "receivable_items", "receivable_instalments", "receivable_repayments", "paid_before")


def upgrade() -> None:
    """Receivables with their months, instalments and repayments; what was paid of a month by somebody else; who became whom."""
    sql_beside(__file__)
    scope_rows(**dict.fromkeys(_TABLES, "authority_id"))
    for table in _TABLES:
        run_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO chitra_disbursement")
