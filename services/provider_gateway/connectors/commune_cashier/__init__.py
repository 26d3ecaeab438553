"""The commune's own cashier (simulated, unofficial): cash handed out by the commune itself, as before the plan."""

from __future__ import annotations

from services.provider_gateway.connectors.cash_lists import connect_office
from services.provider_gateway.connectors.cash_lists.wire import Office
from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.transport import Transport

OFFICE = Office(
    name="commune_cashier",
    channel="cashier",
    lists_path="/cashier/v1/lists",
    results_path="/cashier/v1/results",
    withdrawals_path="/cashier/v1/withdrawals",
    request_secret="commune_cashier_hmac",  # noqa: S106 - the name of a file
    webhook_secret="commune_cashier_webhook",  # noqa: S106
    longest_processing_seconds=86_400.0,
)


def connect(transport: Transport, keys: ProviderKeys) -> Connector:
    """The connector."""
    return connect_office(OFFICE, transport, keys)
