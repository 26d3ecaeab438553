"""Proposals that wait for an officer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.proposals import NewProposal
from services.registry.storage import bulk
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id

_NEW = {
    "proposal_id": "uuid",
    "beneficiary_id": "uuid",
    "kind": "text",
    "about": "uuid",
    "occasion": "text",
    "due_on": "date",
    "from_month": "date",
    "details": "text",
}


async def insert_proposals(tx: Tx, proposals: Sequence[NewProposal]) -> int:
    """Propose what was not proposed before, settled or not; how many are new."""
    if not proposals:
        return 0
    rows = [
        {
            "proposal_id": new_id(),
            "beneficiary_id": p.beneficiary_id,
            "kind": p.kind,
            "about": p.about,
            "occasion": p.occasion,
            "due_on": p.due_on,
            "from_month": p.from_month,
            "details": orjson.dumps(dict(p.details), default=str).decode(),
        }
        for p in proposals
    ]
    return await tx.run(
        f"""INSERT INTO proposals (proposal_id, beneficiary_id, unit_id, kind, about, occasion, due_on, from_month, details,
                proposed_at)
            SELECT v.proposal_id, b.beneficiary_id, b.unit_id, v.kind, v.about, v.occasion, v.due_on, v.from_month,
                CAST(v.details AS json), platform.business_now()
            FROM {bulk.values_of(_NEW)} JOIN beneficiaries b USING (beneficiary_id)
            ON CONFLICT (beneficiary_id, kind, about, occasion) DO NOTHING""",  # noqa: S608 - constants only
        **bulk.arrays_of(_NEW, rows),
    )


async def proposal_by_id(tx: Tx, proposal_id: UUID) -> dict[str, Any] | None:
    """One proposal, held until the transaction ends."""
    return await tx.row("SELECT * FROM proposals WHERE proposal_id = :proposal_id FOR NO KEY UPDATE", proposal_id=proposal_id)


async def settle_proposals(
    tx: Tx, caller: Caller, state: str, note: str | None, *, beneficiary_id: UUID,
    kinds: Sequence[str], about: UUID | None = None,
) -> int:  # fmt: skip
    """Settle a person's open proposals of some kinds (about one thing where it is named); how many."""
    return await tx.run(
        """UPDATE proposals SET state = :state, settled_at = platform.business_now(), settled_issuer = :issuer,
               settled_subject = :subject, settled_note = :note
           WHERE beneficiary_id = :beneficiary_id AND kind = ANY(CAST(:kinds AS text[])) AND state = 'open'
               AND (CAST(:about AS uuid) IS NULL OR about = CAST(:about AS uuid))""",
        state=state,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
        beneficiary_id=beneficiary_id,
        kinds=list(kinds),
        about=about,
    )


async def settle_proposal(tx: Tx, caller: Caller, proposal_id: UUID, state: str, note: str | None) -> None:
    """Settle one open proposal."""
    await tx.run(
        """UPDATE proposals SET state = :state, settled_at = platform.business_now(), settled_issuer = :issuer,
               settled_subject = :subject, settled_note = :note
           WHERE proposal_id = :proposal_id AND state = 'open'""",
        state=state,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
        proposal_id=proposal_id,
    )


async def page_of_proposals(
    tx: Tx, *, beneficiary_id: UUID | None, unit_id: str | None, kind: str | None, state: str | None,
    due_by: date | None, after: UUID | None, limit: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Proposals in the order of their ids, after one; of a unit and all below it."""
    return await tx.rows(
        """SELECT p.*, b.code, b.full_name FROM proposals p JOIN beneficiaries b USING (beneficiary_id)
           WHERE (CAST(:after AS uuid) IS NULL OR p.proposal_id > CAST(:after AS uuid))
               AND (CAST(:beneficiary_id AS uuid) IS NULL OR p.beneficiary_id = CAST(:beneficiary_id AS uuid))
               AND (CAST(:kind AS text) IS NULL OR p.kind = CAST(:kind AS text))
               AND (CAST(:state AS text) IS NULL OR p.state = CAST(:state AS text))
               AND (CAST(:due_by AS date) IS NULL OR p.due_on <= CAST(:due_by AS date))
               AND (CAST(:unit_id AS text) IS NULL OR p.unit_id IN (
                    SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY p.proposal_id LIMIT :limit""",
        beneficiary_id=beneficiary_id,
        unit_id=unit_id,
        kind=kind,
        state=state,
        due_by=due_by,
        after=after,
        limit=limit,
    )
