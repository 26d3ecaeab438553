"""Of which event of the registry's a payee's phone and an account's commune are."""

from shared.schema import sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """What is here came in some order: any event is newer."""
    sql_beside(__file__)
