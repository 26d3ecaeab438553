"""Enquiries and contradictions: what was asked, and what can't be true together with what we hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.provider_gateway.domain.attempt import Attempt, Said
from services.provider_gateway.domain.chunk import Chunk
from shared.database import Tx
from shared.kernel.ids import new_id


async def insert_enquiry(tx: Tx, chunk: Chunk, asked: int, result: dict[str, Any]) -> None:
    """Record an enquiry and what came of it."""
    await tx.run(
        """INSERT INTO enquiries (enquiry_id, payroll_id, chunk_no, authority_id, provider, asked_at, business_at, asked, result)
           VALUES (:enquiry_id, :payroll_id, :chunk_no, :authority_id, :provider, clock_timestamp(), platform.business_now(),
                   :asked, CAST(:result AS json))""",
        enquiry_id=new_id(),
        payroll_id=chunk.key.payroll_id,
        chunk_no=chunk.key.chunk_no,
        authority_id=chunk.authority_id,
        provider=chunk.provider,
        asked=asked,
        result=orjson.dumps(result).decode(),
    )


async def enquiries_of_payment(tx: Tx, payment_id: UUID) -> list[dict[str, Any]]:
    """Enquiries about the chunks that a payment was sent in, oldest first."""
    rows = await tx.rows(
        """SELECT enquiry_id, provider, payroll_id, chunk_no, asked_at, business_at, asked, result FROM enquiries
           WHERE (payroll_id, chunk_no) IN (SELECT payroll_id, chunk_no FROM attempts WHERE payment_id = :payment_id)
           ORDER BY enquiry_id""",
        payment_id=payment_id,
    )
    return [dict(row) for row in rows]


async def open_contradictions(
    tx: Tx, chunk: Chunk, contradictions: Sequence[tuple[Attempt, Said]], source: str
) -> list[tuple[Attempt, Said]]:
    """Record contradictions; gives back those that were not known."""
    fresh = []
    for attempt, said in contradictions:
        inserted = await tx.run(
            """INSERT INTO contradictions (contradiction_id, run_month, payment_id, attempt_no, unit_id, held, said,
                                           amount_dong, source, opened_at)
               VALUES (:id, :run_month, :payment_id, :attempt_no, :unit_id, :held, :said, :amount_dong, :source,
                       platform.business_now())
               ON CONFLICT DO NOTHING""",
            id=new_id(),
            run_month=chunk.run_month,
            payment_id=attempt.payment_id,
            attempt_no=attempt.attempt_no,
            unit_id=attempt.unit_id,
            held=attempt.state,
            said=said.outcome,
            amount_dong=said.amount_dong or 0,
            source=source,
        )
        if inserted:
            fresh.append((attempt, said))
    return fresh
