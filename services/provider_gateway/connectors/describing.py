"""What a provider can do follows from what its connector carries: nobody writes it down a second time."""

from __future__ import annotations

from collections.abc import Mapping

from services.provider_gateway.connectors.protocol import Connector
from shared.contracts.gateway_events import ProviderDescription


def describe(connectors: Mapping[str, Connector]) -> list[ProviderDescription]:
    """All connectors, by name."""
    return [_description(connector) for _, connector in sorted(connectors.items())]


def _description(connector: Connector) -> ProviderDescription:
    return ProviderDescription.model_validate(
        {
            "provider": connector.name,
            "channels": list(connector.channels),
            "opens_accounts": connector.accounts is not None,
            "files": connector.files is not None,
            "statements": connector.days is not None,
            "refuses_duplicates": connector.payments.refuses_duplicates,
            "longest_processing_seconds": connector.payments.longest_processing_seconds,
        }
    )
