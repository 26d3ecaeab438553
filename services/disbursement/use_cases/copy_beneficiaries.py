"""Copy people and their decisions from the registry."""

from __future__ import annotations

from services.disbursement.storage import people
from shared.contracts.registry_events import BeneficiariesChanged
from shared.crypto import pseudonym
from shared.database import Tx


async def copy_beneficiaries(tx: Tx, event: BeneficiariesChanged, position: int, secret: bytes) -> None:
    """Take over the records that are newer than what is held. `secret` makes the pseudonyms that reporting sees."""
    await people.upsert(tx, [(r, pseudonym(secret, str(r.beneficiary_id))) for r in event.records], position)
