"""What became of a batch's lists and orders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.provider_gateway.connectors.cash_lists.wire import OfficeWire, pay_lists
from services.provider_gateway.connectors.protocol import Batch, Found, NotTaken, Order, Refused, Unsure
from services.provider_gateway.connectors.shape import WrongShape, as_object

LISTS_AT_ONCE = 4


class ListEnquiry:
    """One call a list. Lists that could not be asked about are left out; the next enquiry asks again."""

    def __init__(self, wire: OfficeWire) -> None:
        self._wire = wire

    async def enquire(self, batch: Batch) -> Found:
        """Where the batch's orders stand. Raises Unsure when no list could be asked about."""
        turns = asyncio.Semaphore(LISTS_AT_ONCE)

        async def ask(reference: str, orders: Sequence[Order]) -> Found | None:
            async with turns:
                return await self._ask(reference, orders)

        answers = await asyncio.gather(*(ask(reference, orders) for reference, _, orders in pay_lists(batch)))
        found = [answer for answer in answers if answer is not None]
        if not found:
            raise Unsure("no_answer")
        return Found(
            said=[said for each in found for said in each.said],
            not_found=frozenset().union(*(each.not_found for each in found)),
        )

    async def _ask(self, reference: str, orders: Sequence[Order]) -> Found | None:
        asked = frozenset(order.reference for order in orders)
        try:
            answer = await self._wire.call("GET", f"{self._wire.office.lists_path}/{reference}")
            said = self._wire.open_list(as_object(answer))
        except Refused as refused:
            return Found((), asked) if refused.why == "not_found" else None
        except (NotTaken, Unsure, WrongShape):
            return None
        return Found(said, asked - {each.reference for each in said})
