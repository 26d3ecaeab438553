"""VTP307: what became of an order and its transactions."""

from __future__ import annotations

from services.provider_gateway.connectors.protocol import Batch, Found, Unsure
from services.provider_gateway.connectors.shape import WrongShape, rows
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire, said_of


class ViettelEnquiry:
    """One call a batch, by our order id."""

    def __init__(self, wire: ViettelWire) -> None:
        self._wire = wire

    async def enquire(self, batch: Batch) -> Found:
        """Where the order's transactions stand."""
        asked = frozenset(order.reference for order in batch.orders)
        answer = await self._wire.process("VTP307", {"orderId": batch.reference})
        if answer.get("found") is False:
            return Found((), asked)
        try:
            said = [said_of(row) for row in rows(answer, "results")]
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None
        return Found(said, asked - {each.reference for each in said})
