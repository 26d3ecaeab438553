"""Chunks that are cut where some communes of theirs are released and others wait for money."""

from shared.schema import sql_beside

revision = "0014"
down_revision = "0012"


def upgrade() -> None:
    """A column of chunks, and lines that may change from a chunk to what is cut from it, and in nothing else."""
    sql_beside(__file__)
