"""Any other provider, on its first day: spreadsheets out, signed spreadsheets back. Which there are the installation says, by a
folder of definitions; adding one touches no code. See docs/providers/spreadsheet.md."""

from __future__ import annotations

from pathlib import Path

from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.spreadsheet.definitions import Definition
from services.provider_gateway.connectors.spreadsheet.drop_folder import DropFolder
from services.provider_gateway.connectors.spreadsheet.files import PATIENCE_SECONDS, SheetFiles, SheetWebhooks
from services.provider_gateway.connectors.spreadsheet.payments import (
    SheetEnquiry,
    SheetOutgoing,
    SheetPayments,
    SheetWithdrawals,
)
from services.provider_gateway.connectors.spreadsheet.signature import ResultKey


def connect_sheets(definition: Definition, keys_folder: Path, patience_seconds: float = PATIENCE_SECONDS) -> Connector:
    """The connector of a spreadsheet provider. Nothing is opened or read before it is needed."""
    folder = DropFolder(definition.folder)
    files = SheetFiles(definition, folder, ResultKey(keys_folder / f"{definition.name}.pem"), patience_seconds)
    return Connector(
        name=definition.name,
        payments=SheetPayments(definition, folder),
        enquiry=SheetEnquiry(folder),
        webhooks=SheetWebhooks(files),
        channels=("account", "cash"),
        files=files,
        handed_in=files,
        withdrawals=SheetWithdrawals(definition, folder),
        outgoing=SheetOutgoing(folder),
    )
