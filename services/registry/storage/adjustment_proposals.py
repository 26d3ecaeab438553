"""Proposals that follow from decisions: withdrawn when the decision ends, back when the act that ended it is annulled."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.registry.domain.adjustments import ADJUSTMENT_KINDS
from shared.auth import Caller
from shared.database import Tx


async def withdraw_about(
    tx: Tx, caller: Caller, decision_ids: Sequence[UUID], note: str,
    *, kinds: Sequence[str] = ADJUSTMENT_KINDS, occasion: str = "",
) -> int:  # fmt: skip
    """Withdraw open proposals about decisions, of some kinds, whose occasion begins so; how many."""
    return await tx.run(
        """UPDATE proposals SET state = 'withdrawn', settled_at = platform.business_now(), settled_issuer = :issuer,
               settled_subject = :subject, settled_note = :note
           WHERE about = ANY(CAST(:about AS uuid[])) AND kind = ANY(CAST(:kinds AS text[])) AND state = 'open'
               AND starts_with(occasion, :occasion)""",
        about=list(decision_ids),
        kinds=list(kinds),
        occasion=occasion,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
    )


async def reopen_about(tx: Tx, decision_ids: Sequence[UUID], proposal_id: UUID | None) -> int:
    """Open again what was withdrawn about decisions that last after all, and what an annulled act had carried out."""
    return await tx.run(
        """UPDATE proposals SET state = 'open', settled_at = NULL, settled_issuer = NULL, settled_subject = NULL,
               settled_note = NULL
           WHERE (about = ANY(CAST(:about AS uuid[])) AND kind = ANY(CAST(:kinds AS text[])) AND state = 'withdrawn')
               OR (proposal_id = CAST(:proposal_id AS uuid) AND state = 'accepted')""",
        about=list(decision_ids),
        kinds=list(ADJUSTMENT_KINDS),
        proposal_id=proposal_id,
    )
