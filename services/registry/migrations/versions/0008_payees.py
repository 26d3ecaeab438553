"""Changes that need a second officer, notices to payees, and who receives for whom by which paper."""

from pathlib import Path

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Tables of a person's data, each row seen by whose unit the person's commune is or lies in."""
    sql_beside(__file__)
    run_sql(Path(__file__).with_name("0008_payees_existing.sql").read_text(encoding="utf-8"))
    scope_rows(change_requests="unit_id", notices="unit_id", payee_appointments="unit_id")
    run_sql(
        """GRANT SELECT, INSERT, UPDATE (unit_id, state, settled_at, settled_issuer, settled_subject, settled_note)
               ON change_requests TO chitra_registry;
           GRANT SELECT, INSERT, UPDATE (unit_id, payee_id, state, told_at, told_issuer, told_subject, told_how)
               ON notices TO chitra_registry;
           GRANT SELECT, INSERT, UPDATE ON payee_appointments TO chitra_registry;"""
    )
