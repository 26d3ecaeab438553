"""Who may stand twice: keys, pairs that officers settle, searches, and whom a merged person became."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0005"
down_revision = "0004"

PAIR_POLICY = """
ALTER TABLE duplicate_candidates ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON duplicate_candidates USING (
    (SELECT platform.scope_is_all())
    OR first_unit_id IN (SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units()))
    OR second_unit_id IN (SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units())));
"""
"""A pair is seen by whoever may see either of the two; the other's record stays behind its own policy."""


def upgrade() -> None:
    """Tables of duplicates; the mark of a merged person, who is never paid."""
    sql_beside(__file__)
    run_sql(PAIR_POLICY)
    scope_rows(duplicate_keys="unit_id", duplicate_compared="unit_id")
    run_sql(
        """GRANT SELECT, INSERT, UPDATE, DELETE ON duplicate_keys, duplicate_compared, duplicate_candidates TO chitra_registry;
           GRANT SELECT, UPDATE ON duplicate_position TO chitra_registry;
           GRANT SELECT, INSERT, UPDATE ON duplicate_searches TO chitra_registry;"""
    )
