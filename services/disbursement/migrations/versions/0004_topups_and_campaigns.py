"""Provincial top-ups in obligations; campaigns that pay a flat amount once, and their runs."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Campaigns hold no personal data and are seen by all, like runs; whom a list names is seen by the province."""
    sql_beside(__file__)
    scope_rows(campaign_people="unit_id")
    run_sql("GRANT SELECT, INSERT ON campaigns, campaign_people TO chitra_disbursement")
