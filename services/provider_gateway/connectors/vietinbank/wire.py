"""VietinBank's words: addresses, states and reasons."""

from __future__ import annotations

from typing import Any

from services.provider_gateway.connectors.protocol import AccountSaid
from services.provider_gateway.connectors.shape import optional_amount, optional_text, text, word
from services.provider_gateway.domain.attempt import Outcome, Said

ROOT = "/vietinbank/v1"
CLIENT_KEY = "vietinbank_client_private"
WEBHOOK_SECRET = "vietinbank_webhook"  # noqa: S105 - the name of a file
DEBIT_ACCOUNT = "118000059999"
"""The simulated bank takes any: which account a contract pays from is told by the real one's documents."""

_OUTCOMES: dict[str, Outcome] = {
    "accepted": "accepted",
    "credited": "paid",
    "refused": "rejected",
    "duplicate": "rejected",
    "returned": "returned",
}


def said_of(row: dict[str, Any]) -> Said:
    """A payment's state in our words. A state nobody told us of is unknown, never failed."""
    state = text(row, "state")
    outcome = _OUTCOMES.get(state, "unknown")
    reason = word(row, "reason") if outcome in ("rejected", "returned") else None
    if outcome == "rejected":
        reason = "duplicate" if state == "duplicate" else reason or "refused"
    return Said(text(row, "reference"), outcome, reason, optional_amount(row, "amount_dong"))


def account_said_of(row: dict[str, Any]) -> AccountSaid:
    """Where a request for an account stands."""
    request_id, state = text(row, "request_id"), text(row, "state")
    if state == "opened":
        number = text(row, "account_number")
        return AccountSaid(request_id, "opened", word(row, "reason"), number, optional_text(row, "holder_name"))
    if state == "refused":
        return AccountSaid(request_id, "refused", word(row, "reason") or "refused", None, optional_text(row, "name_found"))
    return AccountSaid(request_id, "received")
