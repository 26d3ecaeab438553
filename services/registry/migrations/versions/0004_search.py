"""Finding people by words in any order, without diacritics, among all of a province, without a table scan."""

from shared.schema import run_sql, sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What each person is found by, indexed, and the one function that asks that index past row-level security."""
    sql_beside(__file__)
    run_sql(
        """REVOKE ALL ON FUNCTION find_people FROM PUBLIC;
           GRANT EXECUTE ON FUNCTION find_people TO chitra_registry;"""
    )
