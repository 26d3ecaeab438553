"""Lines that disbursement asked back, and what was answered."""

from __future__ import annotations

from uuid import UUID

from services.provider_gateway.domain.chunk import ChunkKey
from shared.database import Tx


async def is_here(tx: Tx, key: ChunkKey) -> bool:
    """Whether the chunk has come."""
    return bool(
        await tx.scalar(
            "SELECT EXISTS (SELECT FROM chunks WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no)",
            payroll_id=key.payroll_id,
            chunk_no=key.chunk_no,
        )
    )


async def record(tx: Tx, key: ChunkKey, payment_id: UUID, unit_id: str, outcome: str) -> None:
    """Keep what was decided."""
    await tx.run(
        """INSERT INTO recalls (payment_id, payroll_id, chunk_no, unit_id, outcome, answered_at)
           VALUES (:payment_id, :payroll_id, :chunk_no, :unit_id, :outcome, platform.business_now())""",
        payment_id=payment_id,
        payroll_id=key.payroll_id,
        chunk_no=key.chunk_no,
        unit_id=unit_id,
        outcome=outcome,
    )


async def stopped(tx: Tx, key: ChunkKey) -> set[UUID]:
    """The payments of a chunk that are never to be sent. Whoever asks holds the chunk's lock, as whoever stops one does."""
    rows = await tx.rows(
        "SELECT payment_id FROM recalls WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no AND outcome = 'stopped'",
        payroll_id=key.payroll_id,
        chunk_no=key.chunk_no,
    )
    return {row["payment_id"] for row in rows}
