"""Which connectors there are. Adding a provider is a folder beside the others and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from services.provider_gateway.connectors import commune_cashier, vietinbank, viettelpay, vnpost
from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.spreadsheet import connect_sheets
from services.provider_gateway.connectors.spreadsheet.definitions import load_definitions
from services.provider_gateway.connectors.tls import TlsFiles
from services.provider_gateway.connectors.transport import Transport

CONNECTORS: Mapping[str, Callable[[Transport, ProviderKeys], Connector]] = {
    "viettelpay": viettelpay.connect,
    "vietinbank": vietinbank.connect,
    "vnpost": vnpost.connect,
    "commune_cashier": commune_cashier.connect,
}


def build_connectors(
    base_url: str | None,
    keys_folder: Path,
    timeout_seconds: float,
    own_urls: Mapping[str, str] | None = None,
    *,
    bank_folder: Path | None = None,
    spreadsheet_providers: Path | None = None,
) -> dict[str, Connector]:
    """All connectors, each with connections of its own, and those of spreadsheet providers that a folder defines. But for the
    definitions nothing is opened or read before it is needed. `own_urls` holds the providers that are not reached at the common
    `base_url`; `bank_folder` is the drop folder over which VietinBank is reached instead of HTTP. Raises `bad-setting`."""
    keys = ProviderKeys(keys_folder)
    own = own_urls or {}

    def transport(name: str) -> Transport:
        return Transport(own.get(name, base_url), timeout_seconds, tls=TlsFiles(keys_folder, name))

    connectors = {name: connect(transport(name), keys) for name, connect in CONNECTORS.items()}
    if bank_folder is not None:
        connectors["vietinbank"] = vietinbank.connect(transport("vietinbank"), keys, bank_folder)
    for definition in load_definitions(spreadsheet_providers):
        connectors[definition.name] = connect_sheets(definition, keys_folder)
    return connectors


async def close_connectors(connectors: Mapping[str, Connector]) -> None:
    """Close all connections."""
    for connector in connectors.values():
        await connector.close()
