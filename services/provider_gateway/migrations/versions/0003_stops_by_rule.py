"""Stops say who or what placed them and why they were lifted; chunks count what the error-rate stop judges."""

from shared.schema import sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Columns only: no new table, no personal data."""
    sql_beside(__file__)
