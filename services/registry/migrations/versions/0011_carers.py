"""Carers of care support: a payee of one kind of obligation, an account of theirs, and holds of that kind alone."""

from shared.schema import sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """New columns of appointments and holds."""
    sql_beside(__file__)
