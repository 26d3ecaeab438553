"""Enrolment: targets, the steps of an account's life, people who want none, lists to providers, names of holders."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Tables of a person's data, each row seen by whose unit the payee's or person's commune is or lies in; targets by all."""
    sql_beside(__file__)
    scope_rows(
        account_steps="unit_id",
        account_refusals="unit_id",
        registration_lists="unit_id",
        name_evidence="unit_id",
    )
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON enrolment_targets TO chitra_registry;
           GRANT SELECT, INSERT, UPDATE (unit_id) ON account_steps, registration_lists TO chitra_registry;
           GRANT SELECT, INSERT,
               UPDATE (unit_id, withdrawn_on, withdrawn_at, withdrawn_issuer, withdrawn_subject, withdrawn_note)
               ON account_refusals TO chitra_registry;
           GRANT SELECT, INSERT, UPDATE (unit_id, review, reviewed_at, reviewed_issuer, reviewed_subject, review_note)
               ON name_evidence TO chitra_registry;
           GRANT USAGE ON SEQUENCE registration_list_numbers TO chitra_registry"""
    )
