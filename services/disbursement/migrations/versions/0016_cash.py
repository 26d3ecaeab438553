"""Cash: orders withdrawn."""

from shared.schema import sql_beside

revision = "0016"
down_revision = "0012"


def upgrade() -> None:
    """What a recall may have come to."""
    sql_beside(__file__)
