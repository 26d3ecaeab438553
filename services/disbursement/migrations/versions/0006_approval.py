"""Careful approval: gates, accepted findings, budgets, delegations, a second approver, recalls, release in part."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """The tables, who sees their rows, and what the service's own role may not do to sealed rows."""
    sql_beside(__file__)
    scope_rows(
        gates="unit_id",
        accepted_findings="authority_id",
        budgets="authority_id",
        delegations="authority_id",
        recalls="unit_id",
    )
    run_sql(
        """GRANT SELECT, INSERT ON gates, accepted_findings, budgets TO chitra_disbursement;
           GRANT SELECT, INSERT, UPDATE ON delegations, recalls TO chitra_disbursement;"""
    )
