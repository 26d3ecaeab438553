"""Indexes for the gates: whom else an account or a payee is paid for, who has ended, who is very old."""

from shared.schema import sql_beside

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    """Four indexes."""
    sql_beside(__file__)
