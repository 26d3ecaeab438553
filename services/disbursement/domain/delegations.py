"""Signing in another's place (ký thay): dated, on paper, for one authority and one step.

Who signs in somebody's place has the right from that one person only: a delegate passes nothing on (Decree 30/2020/NĐ-CP
Art. 13(3)). And neither who signs, nor who is signed for, nor anybody from whom that person may in turn have the right, may
be the maker.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.disbursement.domain.approval_refusals import DELEGATOR_IS_MAKER, NO_DELEGATION, WRONG_DELEGATION
from shared.kernel.errors import Refusal

Step = Literal["approve", "second-approve"]

SCOPE_OF_STEP: dict[Step, str] = {"approve": "disbursement:approve", "second-approve": "disbursement:approve-second"}
"""What a token must carry to take a step in its own name, and so to delegate it."""

MAX_DAYS = 366

Officer = tuple[str, str]
"""Issuer and subject."""


@dataclass(frozen=True, slots=True)
class Delegation:
    """One officer may take a step in another's place, between two days."""

    delegation_id: UUID
    authority_id: str
    step: Step
    from_issuer: str
    from_subject: str
    to_issuer: str
    to_subject: str
    from_on: date
    to_on: date
    paper_number: str
    made_at: datetime
    ended_at: datetime | None = None

    @property
    def delegator(self) -> Officer:
        """Who is signed for."""
        return self.from_issuer, self.from_subject

    @property
    def delegate(self) -> Officer:
        """Who signs."""
        return self.to_issuer, self.to_subject

    def in_force(self, on: date) -> bool:
        """Whether it counts on a day."""
        return self.ended_at is None and self.from_on <= on <= self.to_on


def check_delegation(made: Delegation, today: date) -> None:
    """Refuse with `wrong-delegation` one to oneself, one that is over, that ends before it begins, or lasts above a year."""
    if made.delegator == made.delegate:
        raise Refusal(WRONG_DELEGATION, "nobody signs in their own place")
    if not today <= made.to_on or made.to_on < made.from_on or (made.to_on - made.from_on).days > MAX_DAYS:
        raise Refusal(WRONG_DELEGATION, f"from {made.from_on} to {made.to_on} is no time to come of up to {MAX_DAYS} days")


def find_delegation(delegations: Iterable[Delegation], step: Step, delegator: Officer, delegate: Officer, on: date) -> Delegation:
    """The delegation, from that very person, that lets the delegate take the step on a day; else `no-delegation`."""
    for each in delegations:
        if each.step == step and each.delegator == delegator and each.delegate == delegate and each.in_force(on):
            return each
    raise Refusal(NO_DELEGATION, f"{delegate[1]} may not sign for {delegator[1]} on {on}")


def behind(delegations: Iterable[Delegation], step: Step, officer: Officer, on: date) -> set[Officer]:
    """The officer and everybody from whom the officer might have the right to a step on a day, over however many papers."""
    papers = [each for each in delegations if each.step == step and each.in_force(on)]
    found = {officer}
    while more := {each.delegator for each in papers if each.delegate in found} - found:
        found |= more
    return found


def check_maker_not_behind(maker: Officer | None, behind_it: set[Officer]) -> None:
    """Refuse with `delegator-is-maker` a signature in the place of the maker, by whatever chain of papers."""
    if maker is not None and maker in behind_it:
        raise Refusal(DELEGATOR_IS_MAKER, f"{maker[1]} prepared this payroll")
