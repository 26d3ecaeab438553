"""A decision may be another commune's than the person's: a mover's months before the move are the old commune's to pay."""

from shared.schema import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The column, and an index of the few decisions that have it."""
    run_sql(
        """ALTER TABLE decisions ADD COLUMN paid_by text;   -- unit id of the commune that pays; NULL: the person's
           CREATE INDEX decisions_paid_by ON decisions (paid_by) WHERE paid_by IS NOT NULL;"""
    )
