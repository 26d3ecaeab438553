"""The files that lists came in, who is missing from a list, and quick counts of a month's lists."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Files stand apart from imports: looking at imports never touches them."""
    sql_beside(__file__)
    scope_rows(import_files="unit_id")
    run_sql("GRANT SELECT, INSERT ON import_files TO chitra_registry;")
