"""Opening balances: what was owed, uncollected or to be recovered before ChiTra, as the registry says it was agreed."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One table, each row seen by whose unit its commune is or lies in."""
    sql_beside(__file__)
    scope_rows(opening_entries="unit_id")
    run_sql("GRANT SELECT, INSERT, UPDATE ON opening_entries TO chitra_disbursement")
