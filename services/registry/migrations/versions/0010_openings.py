"""Opening balances: what was unpaid, uncollected or to be recovered before ChiTra began, agreed with who holds the money."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Five tables of people's amounts, each row seen by whose unit the list's commune is or lies in."""
    sql_beside(__file__)
    scope_rows(
        opening_lists="unit_id",
        opening_rows="unit_id",
        opening_agreements="unit_id",
        opening_entries="unit_id",
        opening_counters="unit_id",
    )
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON opening_lists, opening_rows TO chitra_registry;
           GRANT SELECT, INSERT, DELETE ON opening_agreements TO chitra_registry;
           GRANT SELECT, INSERT ON opening_entries, opening_counters TO chitra_registry;
           GRANT UPDATE (countered_at) ON opening_entries TO chitra_registry;
           REVOKE ALL ON FUNCTION refuse_after_confirming() FROM PUBLIC;
           GRANT EXECUTE ON FUNCTION refuse_after_confirming() TO chitra_registry;"""
    )
