"""VTP306: a batch of transfers to wallets, or of cash at Viettel's points."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import orjson

from services.provider_gateway.connectors.protocol import IDENTITY_MISSING, INVALID_ACCOUNT, Batch, Order, Sent, Unsure
from services.provider_gateway.connectors.shape import WrongShape, rows
from services.provider_gateway.connectors.texts import identity, msisdn, person_name, plain_letters
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire, said_of
from services.provider_gateway.domain.attempt import Said

TEXT_LIMIT = 160


class ViettelPayments:
    """One call a batch."""

    refuses_duplicates = True
    longest_processing_seconds = 1800.0

    def __init__(self, wire: ViettelWire) -> None:
        self._wire = wire

    async def pay(self, batch: Batch) -> Sent:
        """Send; what ViettelPay could not even read is refused here, so that it doesn't take the others down."""
        is_cash = batch.channel == "cash"
        transfers, refused = [], []
        for order in batch.orders:
            transfer = _cash(order) if is_cash else _wallet(order)
            if transfer is None:
                refused.append(Said(order.reference, "rejected", IDENTITY_MISSING if is_cash else INVALID_ACCOUNT))
            else:
                transfers.append(transfer)
        if not transfers:
            return Sent(refused)
        answer = await self._wire.process("VTP306", _envelope(batch, transfers))
        try:
            return Sent([*refused, *(said_of(row) for row in rows(answer, "results"))])
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None


def _envelope(batch: Batch, transfers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "orderId": batch.reference,
        "totalTrans": len(transfers),
        "totalAmount": sum(transfer["amount"] for transfer in transfers),
        "transContent": "Tro cap xa hoi",
        "channel": "CASH" if batch.channel == "cash" else "WALLET",
        "transList": base64.b64encode(gzip.compress(orjson.dumps(transfers), compresslevel=1, mtime=0)).decode(),
    }


def _wallet(order: Order) -> dict[str, Any] | None:
    number = msisdn(order.account_number)
    return {**_transfer(order), "msisdn": number} if number else None


def _cash(order: Order) -> dict[str, Any] | None:
    number = identity(order.identity_number)
    return {**_transfer(order), "identityNumber": number} if number else None


def _transfer(order: Order) -> dict[str, Any]:
    note = plain_letters(order.note)[:TEXT_LIMIT]
    return {
        "transId": order.reference,
        "customerName": person_name(order.payee_name),
        "amount": order.amount_dong,
        "smsContent": note,
        "note": note,
    }
