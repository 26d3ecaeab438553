"""Each business day: birthdays and ending proofs of study propose adjustment decisions, 60 days ahead."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.registry.domain.adjustments import (
    BIRTHDAY,
    STEPS,
    HeadCount,
    propose_for_birthday,
    propose_for_dependants,
    windows,
)
from services.registry.domain.legal_months import Categories
from services.registry.storage.birthdays import aging_people
from services.registry.storage.dependants import dependants_of_many, ending_decisions
from services.registry.storage.proposals import insert_proposals
from shared.database import Tx

BATCH = 2_000


async def propose_birthdays(tx: Tx, categories: Categories, today: date) -> int:
    """Propose what birthdays call for; how many are new."""
    ages = {category: step.age for category, step in STEPS.items()}
    proposed, after = 0, None
    while batch := await aging_people(tx, windows(today), ages, BIRTHDAY, after=after, limit=BATCH):
        found = [one for aging in batch if (one := propose_for_birthday(aging, categories, today))]
        proposed += await insert_proposals(tx, found)
        after = batch[-1].decision_id
    return proposed


async def propose_dependants(tx: Tx, today: date) -> int:
    """Propose what follows where dependants stop counting; how many are new."""
    proposed = 0
    after: UUID | None = None
    while batch := await ending_decisions(tx, today, after=after, limit=BATCH):
        dependants = await dependants_of_many(tx, [row["decision_id"] for row in batch])
        found = [
            proposal
            for row in batch
            for proposal in propose_for_dependants(HeadCount(**row), dependants.get(row["decision_id"], []), today)
        ]
        proposed += await insert_proposals(tx, found)
        after = batch[-1]["decision_id"]
    return proposed
