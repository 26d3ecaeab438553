"""Something is wrong with an account: the money of those paid into it is held, and an officer is asked what next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.registry.domain.appointments import CARE_SUPPORT
from services.registry.domain.holds import NewHold
from services.registry.domain.name_evidence import HOLDS_OF_ACCOUNTS, PROPOSALS_OF_ACCOUNTS
from services.registry.domain.proposals import ACCEPTED, NewProposal
from services.registry.storage import accounts
from services.registry.storage.accounts import people_paid_into
from services.registry.storage.carers import carers_paid_into, carers_to_pay_into
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


async def lines_paid_into(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str | None]]]:
    """What goes to accounts, by account: whose, and the one kind of obligation where it is the carer's, else None."""
    found: dict[UUID, list[tuple[UUID, str | None]]] = {}
    for kind, people in (
        (None, await people_paid_into(tx, account_ids)),
        (CARE_SUPPORT, await carers_paid_into(tx, account_ids)),
    ):
        for account_id, persons in people.items():
            found.setdefault(account_id, []).extend((person, kind) for person in persons)
    return found


async def people_to_pay_into(tx: Tx, account_ids: Sequence[UUID]) -> list[UUID]:
    """Whom accounts that became active concern, at their next version: see `storage/accounts.py`; of carers, too."""
    people = await accounts.people_to_pay_into(tx, account_ids)
    cared_for = [person for person in await carers_to_pay_into(tx, account_ids) if person not in set(people)]
    await accounts.raise_people(tx, cared_for)
    return people + cared_for


async def hold_accounts(tx: Tx, caller: Caller, troubles: Sequence[Trouble]) -> int:
    """Hold the money of everybody paid into the accounts and propose another way; how many people."""
    if not troubles:
        return 0
    lines = await lines_paid_into(tx, [trouble.account_id for trouble in troubles])
    held = [(person, kind, trouble) for trouble in troubles for person, kind in lines.get(trouble.account_id, ())]
    await place_holds(
        tx,
        caller,
        [NewHold(person, trouble.hold, trouble.account_id, kind=kind) for person, kind, trouble in held if trouble.hold],
    )
    pairs = [(person, trouble) for person, _, trouble in held]
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
