"""A batch of credit transfers."""

from __future__ import annotations

import re
from typing import Any

import orjson

from services.provider_gateway.connectors.protocol import INVALID_ACCOUNT, Batch, Order, Sent, Unsure
from services.provider_gateway.connectors.shape import WrongShape, as_object, rows
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.texts import person_name, plain_letters
from services.provider_gateway.connectors.vietinbank.wire import DEBIT_ACCOUNT, ROOT, said_of
from services.provider_gateway.domain.attempt import Said

_ACCOUNT = re.compile(r"^[0-9]{6,19}$")
_NOT_ALLOWED = re.compile(r"[^a-zA-Z0-9 .,_&-]+")
TEXT_LIMIT = 100


class VietinPayments:
    """One call a batch."""

    refuses_duplicates = True
    longest_processing_seconds = 3600.0

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    async def pay(self, batch: Batch) -> Sent:
        """Send; a number that is none is refused here, so that it doesn't take the others down."""
        refused = [Said(o.reference, "rejected", INVALID_ACCOUNT) for o in batch.orders if not _is_account(o.account_number)]
        transfers = [_transfer(order) for order in batch.orders if _is_account(order.account_number)]
        if not transfers:
            return Sent(refused)
        body = {
            "batch_reference": batch.reference,
            "debit_account": DEBIT_ACCOUNT,
            "number_of_payments": len(transfers),
            "total_amount_dong": sum(transfer["amount_dong"] for transfer in transfers),
            "payments": transfers,
        }
        answer = await self._requests.call("POST", f"{ROOT}/batches", orjson.dumps(body))
        try:
            return Sent([*refused, *(said_of(row) for row in rows(as_object(answer), "results"))])
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None


def _is_account(number: str | None) -> bool:
    return bool(number and _ACCOUNT.match(number))


def _transfer(order: Order) -> dict[str, Any]:
    return {
        "reference": order.reference,
        "account_number": order.account_number,
        "account_name": person_name(order.payee_name),
        "amount_dong": order.amount_dong,
        "text": transfer_text(order.note),
    }


def transfer_text(note: str) -> str:
    """1 to 100 characters of what the bank allows: no diacritics, no slash."""
    return _NOT_ALLOWED.sub(" ", plain_letters(note)).strip()[:TEXT_LIMIT] or "TCXH"
