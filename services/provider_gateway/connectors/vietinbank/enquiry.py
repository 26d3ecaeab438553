"""What became of a batch and its payments."""

from __future__ import annotations

from services.provider_gateway.connectors.protocol import Batch, Found, Refused, Unsure
from services.provider_gateway.connectors.shape import WrongShape, as_object, rows
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.vietinbank.wire import ROOT, said_of


class VietinEnquiry:
    """One call a batch, by our batch reference."""

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    async def enquire(self, batch: Batch) -> Found:
        """Where the batch's payments stand."""
        asked = frozenset(order.reference for order in batch.orders)
        try:
            answer = await self._requests.call("GET", f"{ROOT}/batches/{batch.reference}")
            said = [said_of(row) for row in rows(as_object(answer), "results")]
        except Refused as refused:
            if refused.why == "not_found":
                return Found((), asked)
            raise
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None
        return Found(said, asked - {each.reference for each in said})
