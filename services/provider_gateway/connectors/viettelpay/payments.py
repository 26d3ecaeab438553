"""VTP306: a batch of transfers to wallets, or of cash at Viettel's points."""

from __future__ import annotations

import re
from typing import Any

from services.provider_gateway.connectors.protocol import IDENTITY_MISSING, INVALID_ACCOUNT, Batch, Order, Sent, Unsure
from services.provider_gateway.connectors.shape import WrongShape
from services.provider_gateway.connectors.texts import identity, msisdn, person_name, plain_letters
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire, said_in_batch
from services.provider_gateway.domain.attempt import Said

TEXT_LIMIT = 160
NEUTRAL_TEXT = "Tro cap xa hoi"

_TELLING = re.compile(r"hiv|aids|\bK\d|\bnhiem\b|\bbenh\b", re.IGNORECASE)
"""What would tell a provider, or whoever holds the phone, of an illness or a category of law. Disbursement's notes name months
and a code; this is the last door before they leave."""


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
        answer = await self._wire.process("VTP306", batch.reference, _envelope(is_cash, transfers), transfers)
        try:
            return Sent([*refused, *said_in_batch(answer)])
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None


def _envelope(is_cash: bool, transfers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "totalTrans": len(transfers),
        "totalAmount": sum(transfer["amount"] for transfer in transfers),
        "transContent": NEUTRAL_TEXT,
        "channel": "CASH" if is_cash else "WALLET",
    }


def _wallet(order: Order) -> dict[str, Any] | None:
    number = msisdn(order.account_number)
    return {**_transfer(order), "msisdn": number} if number else None


def _cash(order: Order) -> dict[str, Any] | None:
    number = identity(order.identity_number)
    return {**_transfer(order), "identityNumber": number} if number else None


def _transfer(order: Order) -> dict[str, Any]:
    note = plain_letters(order.note)[:TEXT_LIMIT]
    if not note or _TELLING.search(note):
        note = NEUTRAL_TEXT
    return {
        "transId": order.reference,
        "customerName": person_name(order.payee_name),
        "amount": order.amount_dong,
        "smsContent": note,
        "note": note,
    }
