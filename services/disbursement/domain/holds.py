"""Why money that is owed may not go out now. It stays owed and waits for a supplement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from services.disbursement.domain.categories import FUNERAL, MONTHLY
from services.disbursement.domain.receiving import purpose_of

HoldReason = Literal["held", "suspended", "no-funeral-payee", "payee-dead", "uncollected", "no-contract"]


def why_held(
    hold: str | None,
    status: str,
    relationship: str,
    routed: bool,
    kind: str = MONTHLY,
    named: Collection[str] = (),
    *,
    uncollected: bool = False,
) -> HoldReason | None:
    """The first reason that applies to what a person is owed of a kind, None when money may go out.

    `hold` is the registry's own reason, a suspension waits for the commune to verify, a funeral is paid to nobody but its
    organiser, a dead person receives nothing through themselves, who collected nothing for months waits until the commune
    has verified (`uncollected`), and without a contract for the commune nobody pays.
    `named` are the purposes for which the registry names somebody (see `domain/receiving.py`).
    """
    if hold is not None:
        return "held"
    if status == "suspended":
        return "suspended"
    if kind == FUNERAL:
        if FUNERAL not in named:
            return "no-funeral-payee"
    elif status == "dead" and relationship == "self" and purpose_of(kind, status) not in named:
        return "payee-dead"
    if uncollected:
        return "uncollected"
    return None if routed else "no-contract"
