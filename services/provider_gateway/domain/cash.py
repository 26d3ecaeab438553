"""Cash: who took it, and orders asked back after they were sent. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from services.provider_gateway.domain.attempt import WITHDRAWN, Attempt, Collected

WithdrawalState = Literal["waiting", "asked", "requested", "withdrawn", "too_late"]
"""waiting: nobody was asked yet; asked: the provider was, or was about to be, and has said nothing; requested: it knows of it,
and the order may still be collected. withdrawn and too_late are ends."""


@dataclass(frozen=True, slots=True)
class WithdrawalSaid:
    """What a provider's signed answer says of one order that was asked back.

    `requested` is not withdrawn: it may still be collected. `confirmed`: it can't be any more. `refused`: it was collected, or
    never issued, and the order's own result says which. `unknown`: no such order there, perhaps not yet.
    """

    reference: str
    outcome: Literal["requested", "confirmed", "refused", "unknown"]
    reason: str | None = None
    amount_dong: int | None = None


def end_of_withdrawal(attempt: Attempt) -> Literal["withdrawn", "too_late"] | None:
    """How a withdrawal ended, seen from where the attempt stands; None while the payment is in flight: no other way opens."""
    if attempt.is_open:
        return None
    return "withdrawn" if (attempt.state, attempt.reason) == ("returned", WITHDRAWN) else "too_late"


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for diacritics, capitals and spaces: post offices often write without them."""
    return _folded(one) == _folded(other)


def is_payee(collected: Collected, payee_name: str, payee_identity: str | None) -> bool | None:
    """Whether the payee collected, as far as name and shown identity tell; None where the list names nobody."""
    if not collected.name:
        return None
    if payee_identity and collected.identity_last4 and not payee_identity.endswith(collected.identity_last4):
        return False
    return same_name(collected.name, payee_name)


def _folded(name: str) -> str:
    bare = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D").replace("Ð", "D"))
    return " ".join("".join(letter for letter in bare if not unicodedata.combining(letter)).casefold().split())
