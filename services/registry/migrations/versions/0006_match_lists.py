"""Match lists for the commune police, their answers, and what of a person the national database confirmed."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Lists and their lines, each seen by whose unit the commune is or lies in."""
    sql_beside(__file__)
    scope_rows(match_lists="unit_id", match_list_lines="unit_id")
    run_sql("GRANT SELECT, INSERT, UPDATE ON match_lists, match_list_lines TO chitra_registry")
