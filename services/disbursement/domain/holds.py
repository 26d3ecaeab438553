"""Why money that is owed may not go out now. It stays owed and waits for a supplement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from services.disbursement.domain.categories import FUNERAL
from services.disbursement.domain.receiving import Receipt, purpose_of

HoldReason = Literal[
    "held", "carer-held", "suspended", "no-funeral-payee", "payee-dead", "uncollected", "no-contract"
]  # fmt: skip


def why_held(
    hold: str | None,
    status: str,
    relationship: str,
    routed: bool,
    receipt: Receipt = "person",
    named: Collection[str] = (),
    *,
    carer_hold: str | None = None,
    uncollected: bool = False,
) -> HoldReason | None:
    """The first reason that applies to one of a person's payments, None when money may go out.

    `hold` is the registry's own reason, `carer_hold` the one for what the carer receives, which `hold` is not about. A suspension
    waits for the commune to verify, a funeral is paid to nobody but its organiser, a dead person receives nothing through
    themselves, who collected nothing for months waits until the commune has verified (`uncollected`), and without a contract for
    the commune nobody pays.
    `named` are the purposes for which the registry names somebody (see `domain/receiving.py`).
    """
    if receipt == "care_support":
        if carer_hold is not None:
            return "held" if carer_hold == hold else "carer-held"
    elif hold is not None:
        return "held"
    if status == "suspended":
        return "suspended"
    if receipt == "funeral":
        if FUNERAL not in named:
            return "no-funeral-payee"
    elif receipt == "person" and status == "dead" and relationship == "self" and purpose_of(receipt, status) not in named:
        return "payee-dead"
    if uncollected:
        return "uncollected"
    return None if routed else "no-contract"
