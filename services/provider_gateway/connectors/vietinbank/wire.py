"""VietinBank's words: addresses, keys, and who we are to the bank. How ISO 20022 speaks is in `iso/`."""

from __future__ import annotations

import re
from typing import Any

import orjson

from services.provider_gateway.connectors.protocol import AccountSaid
from services.provider_gateway.connectors.shape import optional_text, text, word
from services.provider_gateway.connectors.vietinbank.iso.pain001 import Debtor

ROOT = "/vietinbank/v1"
CLIENT_KEY = "vietinbank_client_private"
WEBHOOK_SECRET = "vietinbank_webhook"  # noqa: S105 - the name of a file
PROFILE = "vietinbank_profile.json"

ACCOUNT = re.compile(r"^[0-9]{6,19}$")

SIMULATED_DEBTOR = Debtor(
    name="CHI TRA TRO CAP XA HOI", account="118000059999", bank_bic="ICBVVNVX", creditor_bank_bic="ICBVVNVX"
)
"""The simulated bank takes any: which account a contract pays from is told by the real one's documents."""


def read_debtor(profile: bytes) -> Debtor:
    """Who pays, from the JSON text of `vietinbank_profile.json`. Raises ValueError for anything else."""
    fields = orjson.loads(profile)
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise ValueError(PROFILE)
    try:
        return Debtor(**fields)
    except TypeError:
        raise ValueError(PROFILE) from None


def account_said_of(row: dict[str, Any]) -> AccountSaid:
    """Where a request for an account stands."""
    request_id, state = text(row, "request_id"), text(row, "state")
    if state == "opened":
        number = text(row, "account_number")
        return AccountSaid(request_id, "opened", word(row, "reason"), number, optional_text(row, "holder_name"))
    if state == "refused":
        return AccountSaid(request_id, "refused", word(row, "reason") or "refused", None, optional_text(row, "name_found"))
    return AccountSaid(request_id, "received")
