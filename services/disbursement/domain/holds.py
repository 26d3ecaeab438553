"""Why money that is owed may not go out now. It stays owed and waits for a supplement."""

from __future__ import annotations

from typing import Literal

HoldReason = Literal["held", "suspended", "payee-dead", "uncollected", "no-contract"]


def why_held(hold: str | None, status: str, relationship: str, routed: bool, *, uncollected: bool = False) -> HoldReason | None:
    """The first reason that applies to a person, None when money may go out.

    `hold` is the registry's own reason, a suspension waits for the commune to verify, a dead person receives nothing
    through themselves, who collected nothing for months waits until the commune has verified (`uncollected`), and without a
    contract for the commune nobody pays.
    """
    if hold is not None:
        return "held"
    if status == "suspended":
        return "suspended"
    if status == "dead" and relationship == "self":
        return "payee-dead"
    if uncollected:
        return "uncollected"
    return None if routed else "no-contract"
