"""Money must not go to people now: holds are placed, and the other services hear of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from services.registry.domain.holds import NewHold
from services.registry.storage.holds import insert_holds, show_holds
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.database import Tx


async def place_holds(tx: Tx, caller: Caller, holds: Sequence[NewHold]) -> list[UUID]:
    """Place holds; whose are new. One that stands already, or of somebody whom the caller may not see, is passed over."""
    if not holds:
        return []
    placed = await insert_holds(tx, holds, caller)
    shown = await show_holds(tx, placed)
    await publish_changes(tx, caller, shown, reason="held", effective_from=await tx.today())
    if placed:
        reasons = Counter(hold.reason for hold in holds if hold.beneficiary_id in set(placed))
        subject = f"beneficiary/{placed[0]}" if len(placed) == 1 else "beneficiaries"
        await audit.append(tx, caller, "hold.place", subject, people=len(placed), **reasons)
    return placed
