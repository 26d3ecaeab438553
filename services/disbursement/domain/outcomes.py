"""What the gateway's outcomes make of a payment: a pure fold over what is held and what is said.

The gateway's `step` grows with everything it learns of a payment, over all its attempts. Events may come twice, late and in
any order, and must end the same. So:

- a word that is older than what is applied is stale and ignored;
- but a final word about a payment that is still open is never stale, whatever vaguer word came before it: a payment has one
  end only;
- `paid` then `returned` is legal. Paid and refused (or unclaimed, or a cash order withdrawn) are never both true: whichever
  is heard second, in whatever order they were said, is a contradiction, and so are another amount and any word about a removed
  payment. A contradiction changes nothing: a person settles it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from services.disbursement.domain.ledger import IN_FLIGHT, RETURNED, UNCLAIMED, Place, paid_place

PaymentState = Literal["open", "paid", "rejected", "returned", "unclaimed", "removed"]
MoneyMoved = Literal["to_payees", "back", "none"]
Outcome = Literal["accepted", "pending", "paid", "unknown", "rejected", "returned", "unclaimed"]

_FINAL: dict[Outcome, PaymentState] = {"paid": "paid", "rejected": "rejected", "returned": "returned", "unclaimed": "unclaimed"}
_CANNOT_BOTH_BE = ({"paid", "rejected"}, {"paid", "unclaimed"})

WITHDRAWN = "withdrawn"
"""The gateway's reason of a return: a cash order that was asked back, and that nobody ever collected."""


NOT_THE_ACCOUNTS = ("limit", "insufficient_funds", "duplicate", "bad_signature", "recalled")
"""Reasons of a refusal that say nothing of the payee's account: the next payment may try it once more."""


@dataclass(frozen=True, slots=True)
class HeldPayment:
    """A payment as its row has it. `step` is the newest applied; the other details are those of the word that decided."""

    payment_id: UUID
    amount_dong: int
    state: PaymentState
    step: int
    reason: str | None = None
    provider_reference: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SaidOutcome:
    """One word of the gateway. `at` is on the business clock."""

    payment_id: UUID
    step: int
    outcome: Outcome
    amount_dong: int
    at: datetime
    reason: str | None = None
    provider_reference: str | None = None


class Word(Protocol):
    """What is heard: a `SaidOutcome`, or the same fields of the gateway's event."""

    @property
    def payment_id(self) -> UUID: ...
    @property
    def step(self) -> int: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def amount_dong(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def provider_reference(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What two sources say differently of one payment. `amount_dong` as said."""

    payment_id: UUID
    held: str
    said: str
    amount_dong: int


@dataclass(frozen=True, slots=True)
class Transition:
    """A payment's way from one state to another, and what it means for the obligations it settles and for the money.

    `stage` is that of `ObligationMove.step`: 2 paid, 3 let go. `money` says whether money reached the payees or came back.
    """

    from_place: Place
    to_place: Place
    stage: Literal[2, 3]
    money: MoneyMoved

    @property
    def lets_go(self) -> bool:
        """Whether the obligations lose their live payment."""
        return self.stage == 3


def hear(held: HeldPayment, said: Word) -> HeldPayment | Contradiction:
    """The payment after one word; the same payment when the word is stale."""
    if held.state == "removed":
        return Contradiction(held.payment_id, "removed", said.outcome, said.amount_dong)
    final = _FINAL.get(said.outcome)
    if _cannot_both_be(held, said, final):
        return Contradiction(held.payment_id, held.state, said.outcome, said.amount_dong)
    fresh = said.step > held.step
    if not fresh and not (held.state == "open" and final):
        return held
    if said.amount_dong != held.amount_dong:
        return Contradiction(held.payment_id, f"amount {held.amount_dong}", said.outcome, said.amount_dong)
    return _applied(held, said, final)


def _cannot_both_be(held: HeldPayment, said: Word, final: PaymentState | None) -> bool:
    """Whether what is held and what is said exclude each other. What was paid can come back; but not as "withdrawn"."""
    pair = {held.state, final}
    if pair == {"paid", "returned"}:
        return (said.reason if final == "returned" else held.reason) == WITHDRAWN
    return pair in _CANNOT_BOTH_BE


def _applied(held: HeldPayment, said: Word, final: PaymentState | None) -> HeldPayment | Contradiction:
    if held.state == "returned" and final == "paid":
        return Contradiction(held.payment_id, "returned", said.outcome, said.amount_dong)
    step = max(held.step, said.step)
    if final is None:
        if held.state != "open":
            return replace(held, step=step)
        return replace(held, step=step, reason=said.reason, provider_reference=said.provider_reference)
    if held.state == "open" or final == held.state or (held.state, final) == ("paid", "returned"):
        return HeldPayment(held.payment_id, held.amount_dong, final, step, said.reason, said.provider_reference, said.at)
    return replace(held, step=step)


def hear_all(held: HeldPayment, said: Collection[Word]) -> tuple[HeldPayment, list[Contradiction]]:
    """The payment after several words, heard in the order of their steps, and what contradicts."""
    contradictions: list[Contradiction] = []
    for word in said if len(said) == 1 else sorted(said, key=lambda w: w.step):
        result = hear(held, word)
        if isinstance(result, Contradiction):
            contradictions.append(result)
        else:
            held = result
    return held, contradictions


def transition(before: PaymentState, after: PaymentState, channel: str) -> Transition | None:
    """What a change of state moves; None when the state stayed. Rejected money never left the payer's books."""
    if before == after:
        return None
    if after == "paid":
        return Transition(IN_FLIGHT, paid_place(channel), 2, "to_payees")
    target: Place = UNCLAIMED if after == "unclaimed" else RETURNED
    if before == "paid":
        return Transition(paid_place(channel), target, 3, "back")
    return Transition(IN_FLIGHT, target, 3, "none")
