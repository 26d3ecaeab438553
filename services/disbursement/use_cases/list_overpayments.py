"""Find what was paid above what is owed now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.law import Law
from services.disbursement.domain.overpayments import Overpayment
from services.disbursement.storage import overpayments
from services.disbursement.use_cases.recall_overdrawn import reckon_now
from shared.database import Tx

FIRST = (date.min, UUID(int=0), "")


async def list_overpayments(
    tx: Tx, authority_ids: Sequence[str], law: Law, after: tuple[date, UUID, str] = FIRST, limit: int = 100
) -> list[Overpayment]:
    """Overpayments of these authorities (all of one province) that no decision is about, by month and person.

    Nothing is kept: what a decision, a death or a merge made too much shows at once, and goes when it was a mistake. The
    transaction must see all rows.
    """
    people = await overpayments.suspects(tx, authority_ids)
    if not people:
        return []
    await reckon_now(tx, authority_ids[0], law, people)
    return await overpayments.found(tx, authority_ids, after, limit)


async def overpaid_of(tx: Tx, authority_id: str, law: Law, beneficiary_id: UUID) -> list[Overpayment]:
    """The same of one person, whatever record of theirs is named."""
    await reckon_now(tx, authority_id, law, [beneficiary_id])
    return await overpayments.found(tx, [authority_id], FIRST, 1000)
