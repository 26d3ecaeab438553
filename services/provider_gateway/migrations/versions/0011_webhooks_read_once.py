"""What the door read in a webhook, kept until it is applied: so that it is read once."""

from shared.schema import sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """One column."""
    sql_beside(__file__)
