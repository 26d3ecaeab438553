"""An officer declines what the registry proposed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registry.domain.proposals import DECLINED, PROPOSAL_SETTLED, UNKNOWN_PROPOSAL
from services.registry.storage.proposals import proposal_by_id, settle_proposal
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def open_proposal(tx: Tx, proposal_id: UUID) -> dict[str, Any]:
    """A proposal that waits, held until the transaction ends. Refused: `unknown-proposal`, `proposal-settled`."""
    found = await proposal_by_id(tx, proposal_id)
    if found is None:
        raise Refusal(UNKNOWN_PROPOSAL)
    if found["state"] != "open":
        raise Refusal(PROPOSAL_SETTLED, found["state"], state=found["state"])
    return found


async def decline_proposal(tx: Tx, caller: Caller, proposal_id: UUID, note: str) -> None:
    """Decline it, with why. Refused: `unknown-proposal`, `proposal-settled`."""
    found = await open_proposal(tx, proposal_id)
    await settle_proposal(tx, caller, proposal_id, DECLINED, note)
    await audit.append(
        tx, caller, "proposal.decline", f"beneficiary/{found['beneficiary_id']}", proposal_id=proposal_id, kind=found["kind"]
    )
