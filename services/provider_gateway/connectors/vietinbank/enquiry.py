"""What became of a file: the bank's pain.002, asked for by our MsgId."""

from __future__ import annotations

from services.provider_gateway.connectors.protocol import Batch, Found
from services.provider_gateway.connectors.vietinbank.payments import said_of_file
from services.provider_gateway.connectors.vietinbank.ways import BankWay


class VietinEnquiry:
    """One question a batch; the gateway's batches are one file each. Over a folder there is nothing to ask."""

    def __init__(self, way: BankWay) -> None:
        self._way = way

    async def enquire(self, batch: Batch) -> Found:
        """Where the batch's payments stand. "Not found" is believed of a whole file only: of one that is known, what the
        report doesn't list stays open."""
        references = [order.reference for order in batch.orders]
        report = await self._way.status(batch.reference)
        if report is None:
            return Found((), frozenset(references))
        return Found(said_of_file(report, batch.reference, references))
