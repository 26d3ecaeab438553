"""Notices to payees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.notices import NewNotice
from services.registry.storage import bulk
from shared.auth import Caller
from shared.contracts.registry_events import NoticeRecord
from shared.database import Tx
from shared.kernel.ids import new_id

_NEW = {
    "notice_id": "uuid",
    "beneficiary_id": "uuid",
    "payee_id": "uuid",
    "kind": "text",
    "about": "uuid",
    "text_vi": "text",
}


async def insert_notices(tx: Tx, notices: Sequence[NewNotice]) -> list[NoticeRecord]:
    """Queue notices about people whom the caller may see, each to its payee's own phone; what was queued."""
    if not notices:
        return []
    rows = [
        {
            "notice_id": new_id(),
            "beneficiary_id": notice.beneficiary_id,
            "payee_id": notice.payee_id,
            "kind": notice.kind,
            "about": notice.about,
            "text_vi": notice.safe_text(),
        }
        for notice in notices
    ]
    queued = await tx.rows(
        f"""INSERT INTO notices (notice_id, beneficiary_id, unit_id, payee_id, kind, about, text_vi, phone_sealed, queued_at)
            SELECT v.notice_id, b.beneficiary_id, b.unit_id, p.payee_id, v.kind, v.about, v.text_vi, p.phone_sealed,
                platform.business_now()
            FROM {bulk.values_of(_NEW)} JOIN beneficiaries b USING (beneficiary_id)
            JOIN payees p ON p.payee_id = v.payee_id
            RETURNING notice_id, payee_id, unit_id, kind, phone_sealed""",  # noqa: S608 - constants only
        **bulk.arrays_of(_NEW, rows),
    )
    return [NoticeRecord.model_validate(row) for row in queued]


async def lock_notice(tx: Tx, notice_id: UUID) -> dict[str, Any] | None:
    """One notice, held until the transaction ends."""
    return await tx.row("SELECT * FROM notices WHERE notice_id = :notice_id FOR NO KEY UPDATE", notice_id=notice_id)


async def mark_told(tx: Tx, caller: Caller, notice_id: UUID, how: str) -> None:
    """Note that somebody told them."""
    await tx.run(
        """UPDATE notices SET state = 'told', told_at = platform.business_now(), told_issuer = :issuer,
               told_subject = :subject, told_how = :how WHERE notice_id = :notice_id AND state = 'queued'""",
        issuer=caller.issuer,
        subject=caller.subject,
        how=how,
        notice_id=notice_id,
    )


async def page_of_notices(
    tx: Tx, *, beneficiary_id: UUID | None, unit_id: str | None, state: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Notices in the order of their ids, after one, each with the payee's name."""
    return await tx.rows(
        """SELECT n.*, p.full_name AS payee_name FROM notices n JOIN payees p USING (payee_id)
           WHERE (CAST(:after AS uuid) IS NULL OR n.notice_id > CAST(:after AS uuid))
               AND (CAST(:beneficiary_id AS uuid) IS NULL OR n.beneficiary_id = CAST(:beneficiary_id AS uuid))
               AND (CAST(:state AS text) IS NULL OR n.state = CAST(:state AS text))
               AND (CAST(:unit_id AS text) IS NULL OR n.unit_id IN (
                    SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY n.notice_id LIMIT :limit""",
        after=after,
        beneficiary_id=beneficiary_id,
        state=state,
        unit_id=unit_id,
        limit=limit,
    )
