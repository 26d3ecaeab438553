"""Decisions by hand on attempts, and the attempts and chunks that they are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.domain.decisions import Decision
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id

_DECISION = """decision_id, run_month, payment_id, attempt_no, payroll_id, chunk_no, unit_id, provider, amount_dong, kind,
               paper_number, paper_on, note, issuer, subject, proposed_at, state, decided_subject, decided_at, result"""


@dataclass(frozen=True, slots=True)
class Found:
    """An attempt, by payment and number."""

    key: ChunkKey
    provider: str
    reference: str


async def find_attempt(tx: Tx, payment_id: UUID, attempt_no: int) -> Found | None:
    """The attempt; None where there is none, or it is not to be seen."""
    row = await tx.row(
        """SELECT payroll_id, chunk_no, provider, reference FROM attempts
           WHERE payment_id = :payment_id AND attempt_no = :attempt_no""",
        payment_id=payment_id,
        attempt_no=attempt_no,
    )
    return Found(ChunkKey(row["payroll_id"], row["chunk_no"]), row["provider"], row["reference"]) if row else None


async def insert_decision(
    tx: Tx, caller: Caller, found: Found, *, run_month: date, payment_id: UUID, attempt_no: int, unit_id: str, amount_dong: int,
    kind: str, paper_number: str, paper_on: date, note: str,
) -> Decision | None:  # fmt: skip
    """Keep a proposal; None where one on this attempt waits already."""
    row = await tx.row(
        f"""INSERT INTO attempt_decisions (decision_id, run_month, payment_id, attempt_no, payroll_id, chunk_no, unit_id,
                                          provider, amount_dong, kind, paper_number, paper_on, note, issuer, subject, proposed_at)
            VALUES (:decision_id, :run_month, :payment_id, :attempt_no, :payroll_id, :chunk_no, :unit_id, :provider,
                    :amount_dong, :kind, :paper_number, :paper_on, :note, :issuer, :subject, platform.business_now())
            ON CONFLICT (payment_id, attempt_no) WHERE state = 'open' DO NOTHING RETURNING {_DECISION}""",  # noqa: S608
        decision_id=new_id(),
        run_month=run_month,
        payment_id=payment_id,
        attempt_no=attempt_no,
        payroll_id=found.key.payroll_id,
        chunk_no=found.key.chunk_no,
        unit_id=unit_id,
        provider=found.provider,
        amount_dong=amount_dong,
        kind=kind,
        paper_number=paper_number,
        paper_on=paper_on,
        note=note,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    return Decision(**row) if row is not None else None


async def read_decision(tx: Tx, decision_id: UUID) -> Decision | None:
    """A decision, as far as the row scope sees it."""
    row = await tx.row(f"SELECT {_DECISION} FROM attempt_decisions WHERE decision_id = :id", id=decision_id)  # noqa: S608
    return Decision(**row) if row is not None else None


async def lock_decision(tx: Tx, decision_id: UUID) -> Decision:
    """A decision that is there, locked."""
    sql = f"SELECT {_DECISION} FROM attempt_decisions WHERE decision_id = :id FOR UPDATE"  # noqa: S608
    row = await tx.row(sql, id=decision_id)
    assert row is not None, "decisions are never deleted"
    return Decision(**row)


async def end_decision(tx: Tx, caller: Caller, decision_id: UUID, state: str, result: str) -> Decision:
    """Write what a locked decision came to."""
    row = await tx.row(
        f"""UPDATE attempt_decisions SET state = :state, result = :result, decided_issuer = :issuer, decided_subject = :subject,
                decided_at = platform.business_now()
            WHERE decision_id = :decision_id RETURNING {_DECISION}""",  # noqa: S608
        decision_id=decision_id,
        state=state,
        result=result,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    assert row is not None
    return Decision(**row)


async def decisions_page(tx: Tx, state: str | None, payment_id: UUID | None, after: UUID | None, limit: int) -> list[Decision]:
    """Decisions in the order they were proposed, after one."""
    rows = await tx.rows(
        f"""SELECT {_DECISION} FROM attempt_decisions
            WHERE (CAST(:state AS text) IS NULL OR state = :state)
              AND (CAST(:payment_id AS uuid) IS NULL OR payment_id = :payment_id)
              AND (CAST(:after AS uuid) IS NULL OR decision_id > :after)
            ORDER BY decision_id LIMIT :limit""",  # noqa: S608
        state=state,
        payment_id=payment_id,
        after=after,
        limit=limit,
    )
    return [Decision(**row) for row in rows]


async def want_enquiry(tx: Tx, key: ChunkKey) -> bool:
    """Have a chunk asked about now, whatever the schedule says; False where it is being sent, or nothing of it is open."""
    return bool(
        await tx.run(
            """UPDATE chunks SET next_enquiry_at = clock_timestamp(), wanted_at = clock_timestamp()
               WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no AND state = 'open' AND lease_until IS NULL""",
            **_key(key),
        )
    )


async def take_wanted(tx: Tx, key: ChunkKey) -> bool:
    """Whether an officer wants a locked chunk to be asked about; that is seen to once."""
    return bool(
        await tx.run(
            """UPDATE chunks SET wanted_at = NULL
               WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no AND wanted_at IS NOT NULL""",
            **_key(key),
        )
    )


async def give_up(tx: Tx, key: ChunkKey) -> None:
    """Nobody is asked about a locked chunk any more by the schedule: from here on it is a person's."""
    await tx.run(
        """UPDATE chunks SET next_enquiry_at = NULL, given_up_at = coalesce(given_up_at, clock_timestamp())
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        **_key(key),
    )


async def read_plans(tx: Tx, keys: Collection[ChunkKey]) -> dict[ChunkKey, tuple[bool, bool]]:
    """Of chunks: whether the schedule asks on, and whether something of them is being sent or is to be. No row scope: who sees an
    attempt need not see its authority's chunk."""
    rows = await tx.rows(
        """SELECT payroll_id, chunk_no, next_enquiry_at IS NOT NULL AS asks_on,
                  send_at IS NOT NULL OR lease_until IS NOT NULL AS to_be_sent
           FROM chunks
           WHERE (payroll_id, chunk_no) IN (SELECT * FROM unnest(CAST(:payrolls AS uuid[]), CAST(:numbers AS int[])))""",
        payrolls=[key.payroll_id for key in keys],
        numbers=[key.chunk_no for key in keys],
    )
    return {ChunkKey(row["payroll_id"], row["chunk_no"]): (row["asks_on"], row["to_be_sent"]) for row in rows}


def _key(key: ChunkKey) -> dict[str, Any]:
    return {"payroll_id": key.payroll_id, "chunk_no": key.chunk_no}
