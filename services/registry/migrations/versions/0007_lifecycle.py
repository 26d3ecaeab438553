"""Acts with legal effect, dependants of decisions, transfers between communes, and what a person without a list row needs."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Three tables of a person's data; a transfer is seen by both communes, a history by whoever sees the person."""
    sql_beside(__file__)
    scope_rows(acts="unit_id", dependants="unit_id")
    run_sql(
        """ALTER TABLE transfers ENABLE ROW LEVEL SECURITY;
           CREATE POLICY scope ON transfers USING (
               (SELECT platform.scope_is_all())
               OR from_unit_id IN (SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units()))
               OR to_unit_id IN (SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units())));
           DROP POLICY scope ON beneficiary_versions;
           CREATE POLICY scope ON beneficiary_versions USING (
               (SELECT platform.scope_is_all())
               OR unit_id IN (SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units()))
               OR EXISTS (SELECT FROM beneficiaries b WHERE b.beneficiary_id = beneficiary_versions.beneficiary_id));
           GRANT SELECT, INSERT, UPDATE ON acts, dependants, transfers TO chitra_registry"""
    )
