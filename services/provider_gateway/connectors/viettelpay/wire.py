"""ViettelPay's words: signed envelopes, batch states, transaction states and error codes. See docs/providers/viettelpay.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import (
    INVALID_ACCOUNT,
    LIMIT,
    LOCKED,
    NAME_MISMATCH,
    AccountSaid,
    NotTaken,
    Refused,
    Unsure,
)
from services.provider_gateway.connectors.shape import WrongShape, as_object, optional_amount, optional_text, text, word
from services.provider_gateway.connectors.texts import national_phone
from services.provider_gateway.connectors.transport import MISCONFIGURED_PAUSE_SECONDS, Transport
from services.provider_gateway.connectors.viettelpay import soap
from services.provider_gateway.domain.attempt import Outcome, Said

PATH = "/viettelpay/process"
CLIENT_KEY = "viettelpay_client_private"
PROVIDER_KEY = "viettelpay_provider_public"

OK = "00"
_NOT_FOUND = frozenset(("20", "21"))  # no such order; a day to come
_MISCONFIGURED = {"03": "bad_signature", "04": "unknown_command"}
_REFUSED = {
    "01": "malformed",
    "02": "invalid_request",
    "05": "totals_mismatch",
    "06": "reference_repeated",
    "07": "batch_size",
}
ORDER_REUSED = "08"
"""This order id stands for another content there: so something was taken under it, and what is to be asked."""

_OUTCOMES: dict[str, Outcome] = {
    "WAIT_DISB": "accepted",
    "DISBURSEMENT": "pending",
    "DISB_TIMEOUT": "unknown",  # never failed
    "DISB_SUCCESS": "paid",
    "DISB_FAILED": "rejected",
    "DUPLICATE": "rejected",
    "REFUNDED": "returned",
    "CASH_EXPIRED": "unclaimed",
}
_REASONS = {
    "11": INVALID_ACCOUNT,
    "12": LOCKED,
    "13": NAME_MISMATCH,
    "14": LIMIT,
    "15": "insufficient_funds",
    "16": "account_closed",
    "17": "not_collected",
    "94": "duplicate",
}

_EACH_FOR_ITSELF = frozenset(("WAIT_DISB", "DISBURSEMENT", "DISB_SUCCESS", "DUPLICATE"))
"""Batch states that leave it to each transaction what became of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What ViettelPay answered to a command: its envelope, and the list in it."""

    envelope: Mapping[str, Any]
    rows: list[dict[str, Any]]
    found: bool = True


class ViettelWire:
    """Signed calls and signed answers."""

    def __init__(self, transport: Transport, keys: ProviderKeys) -> None:
        self._transport = transport
        self._keys = keys

    async def process(self, cmd: str, order_id: str, fields: Mapping[str, Any], rows: list[Any] | None = None) -> Answer:
        """What ViettelPay answers to a command about `order_id`.

        Raises as Transport.call does; Unsure for an answer that is not signed, not whole or of another order; Refused and
        NotTaken for what it said itself, signed.
        """
        asked = {"orderId": order_id, **fields}
        if rows is not None:
            asked["data"] = soap.pack(rows)
        data = orjson.dumps(asked).decode()
        body = soap.request(cmd, data, self._keys.rsa_sign(CLIENT_KEY, data.encode()))
        answer = await self._transport.call("POST", PATH, body, soap.HEADERS)
        try:
            return self._opened(answer, order_id)
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None

    def _opened(self, body: bytes, order_id: str) -> Answer:
        message = as_object(soap.answered(body))
        data = text(message, "data")
        if not self._keys.rsa_holds(PROVIDER_KEY, data.encode(), text(message, "signature")):
            raise WrongShape("signature")
        envelope = as_object(data)
        if text(envelope, "orderId") != order_id:
            raise WrongShape("order")
        code = text(envelope, "errorCode")
        if code in _NOT_FOUND:
            return Answer(envelope, [], found=False)
        if code in _MISCONFIGURED:
            raise NotTaken(_MISCONFIGURED[code], MISCONFIGURED_PAUSE_SECONDS)
        if code in _REFUSED:
            raise Refused(_REFUSED[code])
        if code == ORDER_REUSED:
            raise Unsure("order_reused")
        if code != OK:  # nobody told us of it: it may have been taken
            raise WrongShape("code")
        return Answer(envelope, soap.unpack(text(envelope, "data")))

    def open_notice(self, body: bytes) -> tuple[str, dict[str, Any]]:
        """Command and data of a notice that ViettelPay posted and signed. Raises WrongShape for any other."""
        message = as_object(body)
        cmd, data, signature = text(message, "cmd"), text(message, "data"), text(message, "signature")
        if not self._keys.rsa_holds(PROVIDER_KEY, f"{cmd}\n{data}".encode(), signature):
            raise WrongShape("signature")
        return cmd, as_object(data)


def said_in_batch(answer: Answer) -> list[Said]:
    """What an answer says of each transaction, seen with the state of their batch. Raises WrongShape.

    A batch of DISB_TIMEOUT is unknown at ViettelPay itself: whatever stands at a transaction is not believed, in either
    direction. The same where batch and transaction contradict each other, and for a state that nobody told us of.
    """
    batch_state = text(dict(answer.envelope), "batchErrorCode")
    said = [_within(batch_state, said_of(row)) for row in answer.rows]
    if len({each.reference for each in said}) != len(said):
        raise WrongShape("repeated")
    return said


def _within(batch_state: str, said: Said) -> Said:
    if batch_state in _EACH_FOR_ITSELF:
        return said
    if batch_state == "CANCEL_DISB" and said.outcome in ("accepted", "pending", "rejected"):
        return Said(said.reference, "rejected", said.reason or "cancelled", said.amount_dong)
    if batch_state == "DISB_FAILED" and said.outcome == "rejected":
        return said
    return Said(said.reference, "unknown", None, said.amount_dong)


def said_of(row: dict[str, Any]) -> Said:
    """A transaction's state in our words. A state nobody told us of is unknown, never failed."""
    state = text(row, "state")
    outcome = _OUTCOMES.get(state, "unknown")
    reason = None
    if outcome in ("rejected", "returned", "unclaimed"):
        reason = _REASONS.get(text(row, "errorCode"), "refused")
    return Said(text(row, "transId"), outcome, reason, optional_amount(row, "amount"))


def account_said_of(row: dict[str, Any]) -> AccountSaid:
    """Where a request for a wallet stands."""
    request_id = text(row, "openId")
    match text(row, "state"):
        case "OPENED":
            number = national_phone(text(row, "msisdn"))
            return AccountSaid(request_id, "opened", word(row, "reason"), number, optional_text(row, "customerName"))
        case "REFUSED":
            return AccountSaid(request_id, "refused", word(row, "reason") or "refused", None, optional_text(row, "nameFound"))
        case _:
            return AccountSaid(request_id, "received")
