"""Accounts and wallets: whose channel, one written form of a number, and what a provider's answer does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

CHANNEL_OF = {"viettelpay": "wallet", "vietinbank": "account"}
"""Providers that open accounts."""

NUMBER_IN_USE = "number_in_use"
"""Reason of a refusal of our own: the provider named a number that pays somebody else. A wallet has one holder."""

_NOT_IN_NUMBERS = re.compile(r"[^0-9A-Za-z]+")


def canonical_number(provider: str, number: str) -> str:
    """A number in the form it is compared in. A ViettelPay wallet is a phone: `0912...`, `+84912...` and `84912...` are one."""
    packed = _NOT_IN_NUMBERS.sub("", number).upper()
    if provider == "viettelpay" and packed.startswith("0"):
        return "84" + packed[1:]
    return packed


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account as the registry has it."""

    account_id: UUID
    payee_id: UUID
    provider: str
    state: str
    version: int
    number_index: bytes | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the provider said; `number_index` of the number it named, if any."""

    outcome: str
    reason: str | None
    number_index: bytes | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What an account becomes: its new state, version and reason."""

    state: str
    version: int
    reason: str | None


def settle(held: HeldAccount, said: Answered, in_use_elsewhere: bool) -> Settled | None:
    """What an answer makes of an account; None where it is stale or says nothing new.

    An account in use takes a later answer with another number as its new version; a refusal does not close it.
    """
    if held.answered_at is not None and said.at <= held.answered_at:
        return None
    if said.outcome == "refused" or said.number_index is None:
        return Settled("refused", held.version, said.reason) if held.state == "requested" else None
    if held.state == "active" and held.number_index == said.number_index:
        return None
    if held.state not in ("requested", "active"):
        return None
    if in_use_elsewhere:
        return Settled("refused", held.version, NUMBER_IN_USE) if held.state == "requested" else None
    changed = held.number_index is not None and held.number_index != said.number_index
    return Settled("active", held.version + changed, None)
