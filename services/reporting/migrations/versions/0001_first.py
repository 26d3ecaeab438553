"""Read models of coverage: where each obligation stands, each person's month, and the sums that the pages show."""

from shared.schema import grant, scope_rows, service_tables, sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Tables of the reporting schema. All but the service tables can be forgotten and made again from the event log."""
    service_tables()
    sql_beside(__file__)
    scope_rows(
        obligation_places="unit_id",
        person_months="unit_id",
        cells="unit_id",
        commune_people="unit_id",
        cashier_communes="unit_id",
    )
    grant("reporting")
