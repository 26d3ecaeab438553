"""Messages to payees: what became of their money, queued with the outcome and sent by a worker."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A table of a person's data, each row seen by whose unit the payment's commune is or lies in; a switch; payees' phones."""
    sql_beside(__file__)
    scope_rows(messages="unit_id")
    run_sql(
        """GRANT SELECT, INSERT, UPDATE ON messages TO chitra_provider_gateway;
           GRANT SELECT, INSERT, UPDATE ON message_switch TO chitra_provider_gateway;
           GRANT EXECUTE ON FUNCTION messages_are_due() TO chitra_provider_gateway"""
    )
