"""Something is wrong with an account: the money of those paid into it is held, and an officer is asked what next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.registry.domain.holds import NewHold
from services.registry.domain.name_evidence import HOLDS_OF_ACCOUNTS, PROPOSALS_OF_ACCOUNTS
from services.registry.domain.proposals import ACCEPTED, NewProposal
from services.registry.storage.accounts import people_paid_into
from services.registry.storage.holds import open_holds
from services.registry.storage.proposals import insert_proposals, settle_proposals
from services.registry.use_cases.lift_holds import lift_holds
from services.registry.use_cases.place_holds import place_holds
from shared.auth import Caller
from shared.database import Tx


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with an account: the hold for it (None: the provider itself pays nothing into it), and what to propose.

    `occasion` tells this time from another.
    """

    account_id: UUID
    hold: str | None
    proposal: str
    occasion: str


async def hold_accounts(tx: Tx, caller: Caller, troubles: Sequence[Trouble]) -> int:
    """Hold the money of everybody paid into the accounts and propose another way; how many people."""
    if not troubles:
        return 0
    people = await people_paid_into(tx, [trouble.account_id for trouble in troubles])
    pairs = [(person, trouble) for trouble in troubles for person in people.get(trouble.account_id, ())]
    await place_holds(
        tx, caller, [NewHold(person, trouble.hold, about=trouble.account_id) for person, trouble in pairs if trouble.hold]
    )
    today = await tx.today()
    if pairs:
        await insert_proposals(
            tx,
            [
                NewProposal(person, trouble.proposal, trouble.occasion, today, about=trouble.account_id)
                for person, trouble in pairs
            ],
        )
    return len(pairs)


async def release_account(tx: Tx, caller: Caller, people: Sequence[UUID], account_id: UUID, note: str) -> None:
    """What was wrong with the account is settled for these people: their holds about it are lifted, proposals done with."""
    holds: list[UUID] = []
    for reason in HOLDS_OF_ACCOUNTS:
        holds += await open_holds(tx, people, reason, account_id)
    await lift_holds(tx, caller, holds, note)
    for person in people:
        await settle_proposals(tx, caller, ACCEPTED, note, beneficiary_id=person, kinds=PROPOSALS_OF_ACCOUNTS, about=account_id)
