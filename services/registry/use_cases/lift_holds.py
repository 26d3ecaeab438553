"""What stood in the way of paying people is settled: holds are lifted, and the other services hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.registry.storage.holds import close_holds, show_holds
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.database import Tx


async def lift_holds(tx: Tx, caller: Caller, hold_ids: Sequence[UUID], note: str | None = None) -> list[UUID]:
    """Lift holds; whose they were. One lifted before is passed over. A person with another open hold stays held by that."""
    if not hold_ids:
        return []
    freed = await close_holds(tx, hold_ids, caller, note)
    shown = await show_holds(tx, freed)
    await publish_changes(tx, caller, shown, reason="hold_lifted", effective_from=await tx.today(), note=note)
    if freed:
        subject = f"beneficiary/{freed[0]}" if len(freed) == 1 else "beneficiaries"
        await audit.append(tx, caller, "hold.lift", subject, people=len(freed))
    return freed
