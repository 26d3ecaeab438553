"""The cash offices' words: pay lists out, signed result lists back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Batch, Order
from services.provider_gateway.connectors.shape import (
    WrongShape,
    as_object,
    optional_amount,
    optional_text,
    rows,
    text,
    word,
)
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.domain.attempt import WITHDRAWN, Collected, Outcome, Said
from shared.kernel.ids import REFERENCE_LENGTH

_OUTCOMES: dict[str, Outcome] = {
    "issued": "accepted",
    "paid": "paid",
    "refused": "rejected",
    "duplicate": "rejected",
    "uncollected": "unclaimed",
    "returned": "returned",
    "withdrawn": "returned",
}


@dataclass(frozen=True, slots=True)
class Office:
    """What one office has of its own."""

    name: str
    channel: str
    lists_path: str
    results_path: str
    withdrawals_path: str
    request_secret: str  # names of files
    webhook_secret: str
    longest_processing_seconds: float


class OfficeWire:
    """Signed calls and signed lists of one office."""

    def __init__(self, office: Office, transport: Transport, keys: ProviderKeys) -> None:
        self.office = office
        self._keys = keys
        self._requests = SignedRequests(transport, self._sign)

    async def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The answer's body; raises as Transport.call does."""
        return await self._requests.call(method, path, body)

    def open_list(self, signed: dict[str, Any]) -> list[Said]:
        """What a result list says. Raises WrongShape where the office's signature does not hold."""
        return [said_of(row) for row in rows(self.open_content(signed), "results")]

    def open_content(self, signed: dict[str, Any]) -> dict[str, Any]:
        """A result list whole. Raises WrongShape where the office's signature does not hold."""
        content = text(signed, "result_list")
        signature, secrets = text(signed, "signature"), self._keys.secrets(self.office.request_secret)
        if not any(hmac.compare_digest(_signature(secret, content.encode()).encode(), signature.encode()) for secret in secrets):
            raise WrongShape("signature")
        return as_object(content)

    def _sign(self, content: bytes) -> str:
        return _signature(self._keys.secret(self.office.request_secret), content)


def _signature(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def said_of(row: dict[str, Any]) -> Said:
    """An order's state in our words. A state nobody told us of is unknown, never failed."""
    state = text(row, "state")
    outcome = _OUTCOMES.get(state, "unknown")
    reason = word(row, "reason") if outcome in ("rejected", "unclaimed") else None
    if state == "returned":
        reason = word(row, "reason") or "returned"
    if state in ("duplicate", WITHDRAWN):
        reason = state
    elif outcome == "rejected":
        reason = reason or "refused"
    collected = _collected(row) if outcome == "paid" else None
    return Said(text(row, "reference"), outcome, reason, optional_amount(row, "amount_dong"), collected=collected)


def _collected(row: dict[str, Any]) -> Collected | None:
    """Who took the money. A list may name nobody; what it says oddly is left out, for it is evidence and moves nothing."""
    name = optional_text(row, "paid_to")
    if not name:
        return None
    last4 = optional_text(row, "identity_last4") or ""
    receipt, place = word(row, "receipt"), word(row, "place")
    try:
        collected_on = date.fromisoformat(optional_text(row, "booked_on") or "")
    except ValueError:
        collected_on = None
    return Collected(
        name=" ".join(name.split())[:140],
        relationship=word(row, "relationship"),
        identity_last4=last4 if last4.isdigit() and len(last4) == 4 else None,
        receipt="fingerprint" if receipt == "fingerprint" else "signature" if receipt == "signature" else None,
        place="home" if place == "home" else "counter" if place == "counter" else None,
        collected_on=collected_on,
    )


def pay_lists(batch: Batch) -> list[tuple[str, str, Sequence[Order]]]:
    """The batch's lists: (list reference, pay point, orders), always cut the same way."""
    by_point: dict[str, list[Order]] = {}
    for order in batch.orders:
        by_point.setdefault(order.unit_code, []).append(order)
    return [(f"{batch.reference}-{point}", point, orders) for point, orders in sorted(by_point.items())]


def batch_of(list_reference: str) -> str:
    """The batch that a list belongs to."""
    return list_reference[:REFERENCE_LENGTH]
