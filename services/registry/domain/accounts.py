"""Accounts and wallets: whose channel, one written form of a number, and what a provider's answer does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.registry.domain.name_match import DIFFERENT, MATCH

CHANNEL_OF = {"viettelpay": "wallet", "vietinbank": "account"}
"""Providers that open accounts."""

PROVIDER_NAMES = {"viettelpay": "ViettelPay", "vietinbank": "VietinBank"}
"""What people call them."""

HOLDER_DIFFERS = "holder_differs"
"""Reason of a refusal of our own: the provider opened the account for, or has it under, another name than the payee's."""

NUMBER_IN_USE = "number_in_use"
"""Reason of a refusal of our own: the provider named a number that pays somebody else. A wallet has one holder."""

_NOT_IN_NUMBERS = re.compile(r"[^0-9A-Za-z]+")


def canonical_number(provider: str, number: str) -> str:
    """A number in the form it is compared in. A ViettelPay wallet is a phone: `0912...`, `+84912...` and `84912...` are one."""
    packed = _NOT_IN_NUMBERS.sub("", number).upper()
    if provider == "viettelpay" and packed.startswith("0"):
        return "84" + packed[1:]
    return packed


def national_number(number: str) -> str:
    """A phone, or the number of a wallet, as people write it: `0912...`; anything else as it is."""
    packed = number.removeprefix("+")
    return f"0{packed[2:]}" if packed.startswith("84") and len(packed) == 11 else number


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
    """What the provider said; `number_index` of the number it named, if any, `name_verdict` of the holder it named."""

    outcome: str
    reason: str | None
    number_index: bytes | None
    at: datetime
    name_verdict: str = MATCH


@dataclass(frozen=True, slots=True)
class Settled:
    """What an account becomes: its new state and reason. `other_number`: the number named is only kept, for officers."""

    state: str
    reason: str | None
    other_number: bool = False


def settle(held: HeldAccount, said: Answered, in_use_elsewhere: bool) -> Settled | None:
    """What an answer makes of an account; None where it is stale or says nothing new.

    A refusal does not close an account in use. Another number of one in use does not become where the money goes: that takes
    two officers (whoever can say a number to us would else be paid), and the old number is not to be trusted meanwhile.
    """
    if held.answered_at is not None and said.at <= held.answered_at:
        return None
    if held.state == "active":
        other = said.outcome == "opened" and said.number_index is not None and said.number_index != held.number_index
        return Settled("active", None, other_number=True) if other else None
    if held.state != "requested":
        return None
    if said.outcome == "refused" or said.number_index is None:
        return Settled("refused", said.reason)
    if in_use_elsewhere:
        return Settled("refused", NUMBER_IN_USE)
    return Settled("refused", HOLDER_DIFFERS) if said.name_verdict == DIFFERENT else Settled("active", None)
