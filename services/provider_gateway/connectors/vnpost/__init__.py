"""Vietnam Post (simulated, unofficial): cash at the commune's post office."""

from __future__ import annotations

from services.provider_gateway.connectors.cash_lists import connect_office
from services.provider_gateway.connectors.cash_lists.wire import Office
from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.transport import Transport

OFFICE = Office(
    name="vnpost",
    channel="cash",
    lists_path="/vnpost/v1/pay-lists",
    results_path="/vnpost/v1/results",
    withdrawals_path="/vnpost/v1/withdrawals",
    request_secret="vnpost_hmac",  # noqa: S106 - the name of a file
    webhook_secret="vnpost_webhook",  # noqa: S106
    longest_processing_seconds=86_400.0,
)


def connect(transport: Transport, keys: ProviderKeys) -> Connector:
    """The connector."""
    return connect_office(OFFICE, transport, keys)
