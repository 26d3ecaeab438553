"""The life of an attempt: what a provider's saying makes of it. Pure; tried against a model in tests/gateway.

sending -> unknown -> accepted -> pending -> paid | rejected | unclaimed | returned, and paid -> returned. Sayings come late,
twice and out of order, so each is judged against what is held: it is applied, it is stale, or it contradicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Literal
from uuid import UUID

Outcome = Literal["accepted", "pending", "paid", "unknown", "rejected", "returned", "unclaimed"]
State = Literal["sending", "unknown", "accepted", "pending", "paid", "rejected", "returned", "unclaimed"]

STEPS = 100
"""Outcomes of one attempt lie between attempt_no * 100 and the next attempt's first."""

VAGUE: frozenset[Outcome] = frozenset({"accepted", "pending"})
"""The provider has the order, and the payment is in flight as before: of a chunk disbursement hears only that it was answered."""

DUPLICATE = "duplicate"
WITHDRAWN = "withdrawn"
RECALLED = "recalled"
"""Asked back before it was sent: it never reached its provider."""

NOT_FOUNDS_BEFORE_RESEND = 2
MAX_SENDS = 10
"""What was sent so often and is still not found is left to a person."""

_OPEN_RANK = {"sending": 0, "unknown": 1, "accepted": 2, "pending": 3}
OPEN_STATES = frozenset(_OPEN_RANK)


@dataclass(frozen=True, slots=True)
class Collected:
    """Who took the cash, as the office's signed list says: never more of an identity number than its last four digits."""

    name: str = field(repr=False)
    relationship: str | None = None  # self, authorised, guardian, ...: the office's word
    identity_last4: str | None = field(default=None, repr=False)
    receipt: Literal["signature", "fingerprint"] | None = None  # how the receiver confirmed it
    place: Literal["counter", "home"] | None = None
    collected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider said of one attempt, in the one shape that all connectors answer in.

    `reason` is one of invalid_account, name_mismatch, locked, insufficient_funds, limit, duplicate, bad_signature, or the
    connector's own word. `amount_dong` is None where the provider did not say it; then `paid` is not believed.
    """

    reference: str
    outcome: Outcome
    reason: str | None = None
    amount_dong: int | None = None
    provider_reference: str | None = None
    collected: Collected | None = None  # of cash that was paid

    @property
    def is_bare_acceptance(self) -> bool:
        """Whether it says "accepted" and nothing else: then all attempts that it is said of become the same."""
        return self.outcome == "accepted" and self.reason is None and self.provider_reference is None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as held."""

    payment_id: UUID
    attempt_no: int
    reference: str
    amount_dong: int
    state: State
    step: int
    unit_id: str
    reason: str | None = None
    provider_reference: str | None = None
    not_found: int = 0
    sends: int = 1

    @property
    def is_open(self) -> bool:
        """Whether the payment is still in flight."""
        return self.state in OPEN_STATES


class Verdict(Enum):
    """What a saying is, seen from what is held."""

    APPLIED = "applied"
    STALE = "stale"
    CONTRADICTION = "contradictions"


def first_step(attempt_no: int) -> int:
    """The step of an attempt of which nothing has been said."""
    return attempt_no * STEPS


def judge(attempt: Attempt, said: Said) -> tuple[Verdict, Attempt]:
    """What a saying makes of an attempt: the verdict, and the attempt as it then is. A contradiction changes nothing."""
    meant = _meant(said)
    verdict = _verdict(attempt, meant)
    if verdict is Verdict.STALE:
        return verdict, replace(attempt, not_found=0) if attempt.not_found else attempt
    if verdict is Verdict.CONTRADICTION:
        return verdict, attempt
    became = Attempt(  # not `replace`, which takes five times as long
        payment_id=attempt.payment_id,
        attempt_no=attempt.attempt_no,
        reference=attempt.reference,
        amount_dong=attempt.amount_dong,
        state=meant.outcome,
        step=attempt.step + 1,
        unit_id=attempt.unit_id,
        reason=meant.reason,
        provider_reference=meant.provider_reference or attempt.provider_reference,
        not_found=0,
        sends=attempt.sends,
    )
    return verdict, became


def contradicted(attempt: Attempt) -> Attempt:
    """The attempt after a contradiction was told on: only its step has grown, so that the telling is no stale one."""
    return replace(attempt, step=attempt.step + 1) if has_steps_left(attempt) else attempt


def has_steps_left(attempt: Attempt) -> bool:
    """Whether a contradiction can still be told. A life has at most five steps; those are kept free."""
    return attempt.step < first_step(attempt.attempt_no + 1) - 6


def _meant(said: Said) -> Said:
    """A saying taken for what it is worth.

    "Duplicate" means that this very payment was taken before, since no other has its reference: its outcome is yet to be
    asked for, and it is no failure. "Paid" without an amount is not proof.
    """
    if said.outcome == "rejected" and said.reason == DUPLICATE:
        return replace(said, outcome="pending", reason=None)
    if said.outcome == "paid" and said.amount_dong is None:
        return replace(said, outcome="pending")
    return said


def _verdict(attempt: Attempt, said: Said) -> Verdict:
    if said.outcome in ("paid", "returned") and said.amount_dong not in (attempt.amount_dong, None):
        return Verdict.CONTRADICTION  # reference *and* amount must agree
    if said.outcome in _OPEN_RANK:
        newer = attempt.is_open and _OPEN_RANK[said.outcome] > _OPEN_RANK[attempt.state]
        return Verdict.APPLIED if newer else Verdict.STALE
    if attempt.is_open:
        return Verdict.APPLIED
    return _after_final(attempt, said)


def _after_final(attempt: Attempt, said: Said) -> Verdict:
    """A final outcome said of an attempt that has one."""
    outcome = said.outcome
    if outcome == attempt.state:
        return Verdict.STALE
    if attempt.state == "paid":
        # "Withdrawn" says that nobody ever took it: of what was paid that is no return.
        came_back = outcome == "returned" and said.reason != WITHDRAWN
        return Verdict.APPLIED if came_back else Verdict.CONTRADICTION
    if outcome != "paid":
        return Verdict.STALE  # the money is back, or never left: said in other words
    # "Paid" that comes after "returned" is the older news of the two, unless the order had been withdrawn unpaid.
    came_back = attempt.state == "returned" and attempt.reason != WITHDRAWN
    return Verdict.STALE if came_back else Verdict.CONTRADICTION


def not_found_again(attempt: Attempt) -> Attempt:
    """The provider said "not found" of it."""
    return replace(attempt, not_found=attempt.not_found + 1)


def to_be_sent_again(attempt: Attempt) -> Attempt:
    """Back to `sending`, with the same reference and the same step: nothing has been said of it."""
    return replace(attempt, state="sending", not_found=0)


def may_resend(attempt: Attempt, seconds_since_sent: float, longest_processing_seconds: float) -> bool:
    """Whether an attempt just found "not found" may be sent again, with the same reference.

    Not before the second "not found", and that one after the provider's longest processing time; and only while all we
    know is that we don't know: what was accepted once is never sent again.
    """
    return (
        attempt.state == "unknown"
        and attempt.sends < MAX_SENDS
        and attempt.not_found >= NOT_FOUNDS_BEFORE_RESEND
        and seconds_since_sent >= longest_processing_seconds
    )
