"""What was repaid without need goes back to whoever repaid it."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0027"
down_revision = "0024"


def upgrade() -> None:
    """One table of money given back, seen by whoever sees the receivable."""
    sql_beside(__file__)
    scope_rows(receivable_give_backs="authority_id")
    run_sql("GRANT SELECT, INSERT ON receivable_give_backs TO chitra_disbursement")
    run_sql("""
        DROP POLICY scope ON receivable_give_backs;
        CREATE POLICY scope ON receivable_give_backs USING ((SELECT platform.scope_is_all())
            OR EXISTS (SELECT FROM receivables r WHERE r.receivable_id = receivable_give_backs.receivable_id))""")
