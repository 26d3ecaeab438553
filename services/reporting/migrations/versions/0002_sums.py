"""Read models that are sums of what moves say by themselves, at every level of units; closings and what came late.

The first read models are forgotten: `./chitra report rebuild` makes the new ones out of the event logs.
"""

from shared.schema import grant, scope_rows, sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Tables of the sums. All of them can be forgotten and made again."""
    sql_beside(__file__)
    scope_rows(
        person_months="unit_id",
        people_cells="unit_id",
        money_cells="unit_id",
        unit_months="unit_id",
        failure_cells="unit_id",
        delay_cells="unit_id",
        closings="authority_id",
        late_money="unit_id",
        late_people="unit_id",
    )
    grant("reporting")
