"""A valid payee stands again: what was held and proposed for want of one is settled."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.registry.domain.payee_watch import CARER_PROPOSALS, PAYEE_HOLDS, PAYEE_PROPOSALS
from services.registry.domain.proposals import ACCEPTED
from services.registry.storage.proposals import settle_proposals
from services.registry.storage.receiving import open_holds_of
from services.registry.use_cases.lift_holds import lift_holds
from shared.auth import Caller
from shared.database import Tx


async def settle_payee_holds(
    tx: Tx, caller: Caller, beneficiary_id: UUID, note: str, reasons: Sequence[str] = PAYEE_HOLDS, *, kind: str | None = None
) -> None:
    """Lift the holds that hang on a payee (on the carer, where `kind` is care support), and settle the proposals to find
    another, as accepted."""
    await lift_holds(tx, caller, await open_holds_of(tx, beneficiary_id, reasons, kind), note)
    proposals = PAYEE_PROPOSALS if kind is None else CARER_PROPOSALS
    await settle_proposals(tx, caller, ACCEPTED, note, beneficiary_id=beneficiary_id, kinds=proposals)
