"""ISO 20022's external codes in our words. A status that is not here is unknown, never failed."""

from __future__ import annotations

import re

from services.provider_gateway.connectors.protocol import (
    INVALID_ACCOUNT,
    INVALID_REQUEST,
    LIMIT,
    LOCKED,
    NAME_MISMATCH,
)
from services.provider_gateway.domain.attempt import DUPLICATE, Outcome

STATUSES: dict[str, Outcome] = {
    "RCVD": "accepted",  # received
    "ACTC": "accepted",  # technical checks passed
    "ACCP": "accepted",  # customer profile checked
    "ACFC": "accepted",  # funds checked
    "PDNG": "accepted",  # to be checked further
    "ACWC": "pending",  # accepted with a change
    "ACWP": "pending",  # accepted without posting
    "ACSP": "pending",  # settlement in process
    "ACSC": "paid",  # settled on our account
    "ACCC": "paid",  # credited to the payee
    "RJCT": "rejected",
}
"""ExternalPaymentTransactionStatus1Code. PART stands for a file, and says nothing of a payment that it doesn't list."""

_REASONS: dict[str, str] = {
    **dict.fromkeys(("AC01", "AC03", "AC04", "AC07", "AC12", "AC13", "AC14", "BE06", "RC01", "RC04"), INVALID_ACCOUNT),
    **dict.fromkeys(("AC06", "AC15"), LOCKED),
    **dict.fromkeys(("BE01", "BE12", "BE21"), NAME_MISMATCH),
    **dict.fromkeys(("AM04", "AM20"), "insufficient_funds"),
    **dict.fromkeys(("AM02", "AM06", "AM13", "AM14", "AM21"), LIMIT),
    **dict.fromkeys(("AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05"), DUPLICATE),
    **dict.fromkeys(("DS0A", "DS0B", "DS0C", "DS0D", "DS0E", "DS0F", "DS0G", "DS0H"), "bad_signature"),
    **dict.fromkeys(("FF01", "AM01", "AM03", "AM09", "AM10", "AM12", "AM18", "BE22", "DT01"), INVALID_REQUEST),
    "AG01": "forbidden",
    "MD07": "deceased",
}

_RETURNS = {"AC04": "account_closed", "AC07": "account_closed"}

_CODE = re.compile(r"^[A-Z0-9]{1,8}$")


def reason_word(code: str | None) -> str:
    """Why a payment was refused, in one word; a code that is not in the table keeps its name: `iso_ag07`."""
    if code is None or not _CODE.match(code):
        return "refused"
    return _REASONS.get(code, f"iso_{code.lower()}")


def return_word(code: str | None) -> str:
    """Why a payment came back."""
    word = _RETURNS.get(code or "") or reason_word(code)
    return "returned" if word in ("refused", DUPLICATE) else word
