"""How people stand with accounts, money beside the payments, why payments of a person failed, stops and news of providers."""

from shared.schema import grant, scope_rows, sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Tables that can be forgotten and made again from the logs. Stops and news of a provider belong to no unit; requests are
    read by the service's own work alone."""
    sql_beside(__file__)
    scope_rows(
        enrolled="unit_id",
        asked_accounts="unit_id",
        enrolment_cells="unit_id",
        enrolment_weeks="unit_id",
        enrolment_days="unit_id",
        ledger_cells="unit_id",
        person_failures="unit_id",
    )
    grant("reporting")
