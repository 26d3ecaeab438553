"""Receivables go over with their authority; those that follow see the repayments of before."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0015"
down_revision = "0014"

_AS_THE_RECEIVABLE = """
DROP POLICY scope ON {table};
CREATE POLICY scope ON {table} USING ((SELECT platform.scope_is_all())
    OR EXISTS (SELECT FROM receivables r WHERE r.receivable_id = {table}.receivable_id));
"""


def upgrade() -> None:
    """What went over of each receivable; its parts are seen by whoever sees the receivable."""
    sql_beside(__file__)
    scope_rows(handover_receivables="to_authority_id")
    run_sql("GRANT SELECT, INSERT ON handover_receivables TO chitra_disbursement")
    run_sql("""
        DROP POLICY scope ON handover_receivables;
        CREATE POLICY scope ON handover_receivables USING ((SELECT platform.scope_is_all())
            OR from_authority_id IN (SELECT scope_with_heirs()) OR to_authority_id IN (SELECT scope_with_heirs()));
        DROP POLICY scope ON receivables;
        CREATE POLICY scope ON receivables USING ((SELECT platform.scope_is_all())
            OR authority_id IN (SELECT scope_with_heirs()))""")
    for table in ("receivable_items", "receivable_instalments", "receivable_repayments"):
        run_sql(_AS_THE_RECEIVABLE.format(table=table))
