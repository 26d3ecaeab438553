"""The running numbers of lists that the gateway fetches."""

from shared.schema import sql_beside

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """A column."""
    sql_beside(__file__)
