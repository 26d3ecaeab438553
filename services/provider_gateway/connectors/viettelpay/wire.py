"""ViettelPay's words: `process(cmd, data, signature)`, its states and its error codes."""

from __future__ import annotations

from typing import Any

import orjson

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import (
    INVALID_ACCOUNT,
    LIMIT,
    LOCKED,
    NAME_MISMATCH,
    AccountSaid,
    Unsure,
)
from services.provider_gateway.connectors.shape import WrongShape, as_object, optional_amount, optional_text, text, word
from services.provider_gateway.connectors.texts import national_phone
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.domain.attempt import Outcome, Said

PATH = "/viettelpay/process"
CLIENT_KEY = "viettelpay_client_private"
PROVIDER_KEY = "viettelpay_provider_public"

_OUTCOMES: dict[str, Outcome] = {
    "WAIT_DISB": "accepted",
    "DISBURSEMENT": "pending",
    "DISB_TIMEOUT": "unknown",  # never failed
    "DISB_SUCCESS": "paid",
    "DISB_FAILED": "rejected",
    "CANCEL_DISB": "rejected",
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


class ViettelWire:
    """Signed calls and signed answers."""

    def __init__(self, transport: Transport, keys: ProviderKeys) -> None:
        self._transport = transport
        self._keys = keys

    async def process(self, cmd: str, asks: dict[str, Any]) -> dict[str, Any]:
        """What ViettelPay answers to a command; raises as Transport.call does, and Unsure for an answer not its own."""
        data = orjson.dumps(asks).decode()
        signature = self._keys.rsa_sign(CLIENT_KEY, _signed(cmd, data))
        body = orjson.dumps({"cmd": cmd, "data": data, "signature": signature})
        answer = await self._transport.call("POST", PATH, body, {})
        try:
            said_cmd, said = self.open(answer)
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None
        if said_cmd != cmd:
            raise Unsure("answer_cmd")
        return said

    def open(self, body: bytes) -> tuple[str, dict[str, Any]]:
        """Command and data of a message that ViettelPay signed. Raises WrongShape for any other."""
        message = as_object(body)
        cmd, data, signature = text(message, "cmd"), text(message, "data"), text(message, "signature")
        if not self._keys.rsa_holds(PROVIDER_KEY, _signed(cmd, data), signature):
            raise WrongShape("signature")
        return cmd, as_object(data)


def _signed(cmd: str, data: str) -> bytes:
    return f"{cmd}\n{data}".encode()


def said_of(row: dict[str, Any]) -> Said:
    """A transaction's state in our words. A state nobody told us of is unknown, never failed."""
    state = text(row, "state")
    outcome = _OUTCOMES.get(state, "unknown")
    reason = None
    if outcome in ("rejected", "returned", "unclaimed"):
        reason = "cancelled" if state == "CANCEL_DISB" else _REASONS.get(text(row, "errorCode"), "refused")
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
