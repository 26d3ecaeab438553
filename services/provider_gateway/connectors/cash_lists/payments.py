"""Pay lists: single-use cash orders for one pay point and day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

import orjson

from services.provider_gateway.connectors.cash_lists.wire import OfficeWire, pay_lists, said_of
from services.provider_gateway.connectors.protocol import INVALID_REQUEST, Batch, NotTaken, Order, Refused, Sent, Unsure
from services.provider_gateway.connectors.shape import WrongShape, as_object, rows
from services.provider_gateway.connectors.texts import identity, person_name
from services.provider_gateway.domain.attempt import Said

NOTE_LIMIT = 160
LISTS_AT_ONCE = 4


class ListPayments:
    """One call a list; each list's fate is its own."""

    refuses_duplicates = True

    def __init__(self, wire: OfficeWire) -> None:
        self._wire = wire
        self.longest_processing_seconds = wire.office.longest_processing_seconds

    async def pay(self, batch: Batch) -> Sent:
        """Send all lists of the batch, some at a time."""
        turns = asyncio.Semaphore(LISTS_AT_ONCE)

        async def send(reference: str, point: str, orders: Sequence[Order]) -> Sent:
            async with turns:
                return await self._send(reference, point, batch.pay_on, orders)

        sent = await asyncio.gather(*(send(*each) for each in pay_lists(batch)))
        return Sent(
            said=[said for each in sent for said in each.said],
            not_taken=frozenset().union(*(each.not_taken for each in sent)),
            pause_seconds=max((each.pause_seconds for each in sent), default=0.0),
        )

    async def _send(self, reference: str, point: str, pay_on: date, orders: Sequence[Order]) -> Sent:
        references = frozenset(order.reference for order in orders)
        body = {
            "list_reference": reference,
            "pay_point": point,
            "pay_on": pay_on.isoformat(),
            "number_of_orders": len(orders),
            "total_amount_dong": sum(order.amount_dong for order in orders),
            "orders": [_order(order) for order in orders],
        }
        try:
            answer = await self._wire.call("POST", self._wire.office.lists_path, orjson.dumps(body))
            return Sent([said_of(row) for row in rows(as_object(answer), "results")])
        except NotTaken as error:
            return Sent((), references, error.pause_seconds)
        except Refused:
            return Sent([Said(each, "rejected", INVALID_REQUEST) for each in references])
        except (Unsure, WrongShape):
            return Sent(())


def _order(order: Order) -> dict[str, object]:
    return {
        "reference": order.reference,
        "payee_name": person_name(order.payee_name),
        "identity_number": identity(order.identity_number),
        "amount_dong": order.amount_dong,
        "note": order.note[:NOTE_LIMIT],
        "home_delivery": order.home_delivery,
    }
