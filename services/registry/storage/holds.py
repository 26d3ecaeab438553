"""Holds of people, and the one that each record shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.holds import NewHold
from services.registry.storage import bulk
from services.registry.storage.carers import show_carers_holds
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id

_NEW = {"hold_id": "uuid", "beneficiary_id": "uuid", "reason": "text", "about": "uuid", "note": "text", "kind": "text"}


async def insert_holds(tx: Tx, holds: Sequence[NewHold], caller: Caller) -> list[UUID]:
    """Place holds on people whom the caller may see; whose are new. The same that stands already is left as it is."""
    rows = [
        {
            "hold_id": new_id(),
            "beneficiary_id": h.beneficiary_id,
            "reason": h.reason,
            "about": h.about,
            "note": h.note,
            "kind": h.kind,
        }
        for h in holds
    ]
    placed = await tx.rows(
        f"""INSERT INTO holds (hold_id, beneficiary_id, unit_id, reason, about, note, kind, placed_at, placed_issuer,
                placed_subject)
            SELECT v.hold_id, b.beneficiary_id, b.unit_id, v.reason, v.about, v.note, v.kind, platform.business_now(), :issuer,
                :subject
            FROM {bulk.values_of(_NEW)} JOIN beneficiaries b USING (beneficiary_id)
            ON CONFLICT (beneficiary_id, reason, about, kind) WHERE lifted_at IS NULL DO NOTHING
            RETURNING beneficiary_id""",  # noqa: S608 - constants only
        issuer=caller.issuer,
        subject=caller.subject,
        **bulk.arrays_of(_NEW, rows),
    )
    return list(dict.fromkeys(row["beneficiary_id"] for row in placed))


async def close_holds(tx: Tx, hold_ids: Sequence[UUID], caller: Caller, note: str | None) -> list[UUID]:
    """Lift open holds; whose they were."""
    rows = await tx.rows(
        """UPDATE holds SET lifted_at = platform.business_now(), lifted_issuer = :issuer, lifted_subject = :subject,
               lifted_note = :note
           WHERE hold_id = ANY(CAST(:ids AS uuid[])) AND lifted_at IS NULL RETURNING beneficiary_id""",
        ids=list(hold_ids),
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
    )
    return list(dict.fromkeys(row["beneficiary_id"] for row in rows))


async def show_holds(tx: Tx, beneficiary_ids: Sequence[UUID]) -> list[UUID]:
    """Let records show their oldest open hold, and that of care support; whose changed, at their next version."""
    carers = await show_carers_holds(tx, beneficiary_ids)
    rows = await tx.rows(
        """UPDATE beneficiaries b SET version = b.version + 1, hold = shown.reason
           FROM (SELECT p.beneficiary_id, (
                     SELECT h.reason FROM holds h WHERE h.beneficiary_id = p.beneficiary_id AND h.lifted_at IS NULL
                         AND h.kind IS NULL
                     ORDER BY h.placed_at, h.hold_id LIMIT 1) AS reason
                 FROM beneficiaries p WHERE p.beneficiary_id = ANY(CAST(:ids AS uuid[]))) shown
           WHERE b.beneficiary_id = shown.beneficiary_id
               AND (b.hold IS DISTINCT FROM shown.reason OR b.beneficiary_id = ANY(CAST(:carers AS uuid[])))
           RETURNING b.beneficiary_id""",
        ids=list(beneficiary_ids),
        carers=carers,
    )
    return [row["beneficiary_id"] for row in rows]


async def open_holds(tx: Tx, beneficiary_ids: Sequence[UUID], reason: str, about: UUID | None = None) -> list[UUID]:
    """Open holds of people for a reason; of one thing where `about` names it."""
    rows = await tx.rows(
        """SELECT hold_id FROM holds WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND reason = :reason
           AND lifted_at IS NULL AND (CAST(:about AS uuid) IS NULL OR about = CAST(:about AS uuid))""",
        ids=list(beneficiary_ids),
        reason=reason,
        about=about,
    )
    return [row["hold_id"] for row in rows]


async def hold_by_id(tx: Tx, hold_id: UUID) -> dict[str, Any] | None:
    """One hold, held until the transaction ends."""
    return await tx.row("SELECT * FROM holds WHERE hold_id = :hold_id FOR NO KEY UPDATE", hold_id=hold_id)


async def page_of_holds(
    tx: Tx, *, beneficiary_id: UUID | None, unit_id: str | None, reason: str | None, standing: bool | None,
    after: UUID | None, limit: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Holds in the order of their ids, after one; of a unit and all below it. `standing`: only open ones, or only lifted."""
    return await tx.rows(
        """SELECT h.*, b.code, b.full_name FROM holds h JOIN beneficiaries b USING (beneficiary_id)
           WHERE (CAST(:after AS uuid) IS NULL OR h.hold_id > CAST(:after AS uuid))
               AND (CAST(:beneficiary_id AS uuid) IS NULL OR h.beneficiary_id = CAST(:beneficiary_id AS uuid))
               AND (CAST(:reason AS text) IS NULL OR h.reason = CAST(:reason AS text))
               AND (CAST(:standing AS boolean) IS NULL OR (h.lifted_at IS NULL) = CAST(:standing AS boolean))
               AND (CAST(:unit_id AS text) IS NULL OR h.unit_id IN (
                    SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY h.hold_id LIMIT :limit""",
        beneficiary_id=beneficiary_id,
        unit_id=unit_id,
        reason=reason,
        standing=standing,
        after=after,
        limit=limit,
    )
