"""VTP307: what became of an order and its transactions."""

from __future__ import annotations

from services.provider_gateway.connectors.protocol import Batch, Found, Unsure
from services.provider_gateway.connectors.shape import WrongShape
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire, said_in_batch


class ViettelEnquiry:
    """One call a batch, by our order id."""

    def __init__(self, wire: ViettelWire) -> None:
        self._wire = wire

    async def enquire(self, batch: Batch) -> Found:
        """Where the order's transactions stand."""
        asked = frozenset(order.reference for order in batch.orders)
        answer = await self._wire.process("VTP307", batch.reference, {})
        if not answer.found:
            return Found((), asked)
        try:
            said = said_in_batch(answer)
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None
        return Found(said, asked - {each.reference for each in said})
