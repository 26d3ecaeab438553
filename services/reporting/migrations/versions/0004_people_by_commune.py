"""People of a month commune by commune. What is there stays right: rows of people in several communes were added up already."""

from shared.schema import grant, scope_rows, sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """New keys, and tables for people who have obligations in several communes."""
    sql_beside(__file__)
    scope_rows(joined_people="unit_id", person_communes="unit_id")
    grant("reporting")
