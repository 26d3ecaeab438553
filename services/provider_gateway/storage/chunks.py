"""Chunks: claimed by senders and enquirers, locked by whoever settles their attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from services.provider_gateway.domain.chunk import Chunk, ChunkKey, Line
from shared.contracts.disbursement_events import ChunkInstructed
from shared.database import Tx

_CHUNK = """payroll_id, chunk_no, run_month, provider, channel, authority_id, batch_reference, state, pay_on, tries,
            enquiries"""

_LINES = TypeAdapter(list[Line])
"""As instructed; who the beneficiary is stands in them too, and is not read here."""

_OPEN_GATES = """
NOT EXISTS (SELECT FROM gates g WHERE g.stops > 0
            AND ((g.scope = 'provider' AND g.key = c.provider) OR (g.scope = 'payroll' AND g.key = CAST(c.payroll_id AS text))))
"""


async def insert_chunk(tx: Tx, event: ChunkInstructed, lines: str, reference: str) -> bool:
    """Keep an instructed chunk, ready to be sent; False when it was there already. `lines`: those of the event as JSON."""
    return bool(
        await tx.run(
            """INSERT INTO chunks (payroll_id, chunk_no, run_id, run_month, provider, channel, authority_id, batch_reference,
                                   payments, amount_dong, lines, instructed_at, send_at)
               VALUES (:payroll_id, :chunk_no, :run_id, :run_month, :provider, :channel, :authority_id, :reference, :payments,
                       :amount_dong, CAST(:lines AS json), platform.business_now(), clock_timestamp())
               ON CONFLICT (payroll_id, chunk_no) DO NOTHING""",
            payroll_id=event.payroll_id,
            chunk_no=event.chunk_no,
            run_id=event.run_id,
            run_month=event.run_month,
            provider=event.provider,
            channel=event.channel,
            authority_id=event.authority_id,
            reference=reference,
            payments=len(event.lines),
            amount_dong=sum(line.amount_dong for line in event.lines),
            lines=lines,
        )
    )


async def lock_sendable(tx: Tx, providers: Sequence[str]) -> tuple[Chunk, list[Line]] | None:
    """The chunk that has waited longest to be sent to one of these providers, locked; what others hold is passed over."""
    row = await tx.row(
        f"""SELECT {_CHUNK}, CAST(lines AS text) AS lines FROM (
                SELECT * FROM chunks c
                WHERE send_at <= clock_timestamp() AND lease_until IS NULL AND provider = ANY(CAST(:providers AS text[]))
                  AND {_OPEN_GATES}
                ORDER BY send_at LIMIT 1 FOR UPDATE SKIP LOCKED) c""",  # noqa: S608 - lines unpacked of the one, not of all
        providers=list(providers),
    )
    return (_chunk(row), lines_of(row["lines"])) if row is not None else None


async def lease(tx: Tx, key: ChunkKey, worker: str, seconds: float, pay_on: date) -> None:
    """Give the chunk to a sender for so long."""
    await tx.run(
        """UPDATE chunks SET state = 'open', why = NULL, worker = :worker, pay_on = :pay_on, send_at = NULL, enquiries = 0,
               lease_until = clock_timestamp() + make_interval(secs => :seconds),
               next_enquiry_at = NULL
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        worker=worker,
        seconds=seconds,
        pay_on=pay_on,
        **_key(key),
    )


async def wait(tx: Tx, key: ChunkKey, why: str, seconds: float) -> None:
    """The chunk can't be sent yet."""
    await tx.run(
        """UPDATE chunks SET why = :why, send_at = clock_timestamp() + make_interval(secs => :seconds)
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        why=why,
        seconds=seconds,
        **_key(key),
    )


async def hold(tx: Tx, key: ChunkKey, why: str) -> None:
    """Nothing more is sent of the chunk until a person has looked."""
    await tx.run(
        """UPDATE chunks SET state = 'held', why = :why, send_at = NULL
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        why=why,
        **_key(key),
    )


async def lock_lapsed(tx: Tx) -> Chunk | None:
    """A chunk whose sender's lease ran out, locked."""
    row = await tx.row(
        f"""SELECT {_CHUNK} FROM chunks WHERE lease_until < clock_timestamp()
            ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED"""  # noqa: S608
    )
    return _chunk(row) if row is not None else None


async def lock_to_enquire(tx: Tx, providers: Sequence[str]) -> Chunk | None:
    """The chunk whose enquiry is longest due, locked."""
    row = await tx.row(
        f"""SELECT {_CHUNK} FROM chunks
            WHERE next_enquiry_at <= clock_timestamp() AND lease_until IS NULL AND provider = ANY(CAST(:providers AS text[]))
            ORDER BY next_enquiry_at LIMIT 1 FOR UPDATE SKIP LOCKED""",  # noqa: S608
        providers=list(providers),
    )
    return _chunk(row) if row is not None else None


async def lock_chunk(tx: Tx, key: ChunkKey) -> Chunk:
    """The chunk, locked: whoever settles attempts of a chunk holds this."""
    row = await tx.row(
        f"SELECT {_CHUNK} FROM chunks WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no FOR UPDATE",  # noqa: S608
        **_key(key),
    )
    assert row is not None, "chunks are never deleted"
    return _chunk(row)


async def key_of_batch(tx: Tx, provider: str, batch_reference: str) -> ChunkKey | None:
    """The chunk that a provider knows by this name."""
    row = await tx.row(
        "SELECT payroll_id, chunk_no FROM chunks WHERE batch_reference = :reference AND provider = :provider",
        reference=batch_reference,
        provider=provider,
    )
    return ChunkKey(row["payroll_id"], row["chunk_no"]) if row is not None else None


async def read_lines(tx: Tx, key: ChunkKey) -> list[Line]:
    """The chunk's lines as instructed."""
    return lines_of(
        await tx.scalar(
            "SELECT CAST(lines AS text) FROM chunks WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no", **_key(key)
        )
    )


async def renew_lease(tx: Tx, key: ChunkKey, worker: str, seconds: float) -> bool:
    """Keep a chunk longer; False when the lease had run out and the chunk was taken away."""
    return bool(
        await tx.run(
            """UPDATE chunks SET lease_until = clock_timestamp() + make_interval(secs => :seconds)
               WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no AND worker = :worker""",
            worker=worker,
            seconds=seconds,
            **_key(key),
        )
    )


async def end_lease(tx: Tx, key: ChunkKey, worker: str | None) -> bool:
    """Give the chunk back; False when it had been taken away from this worker. None: whoever's it was."""
    return bool(
        await tx.run(
            """UPDATE chunks SET lease_until = NULL, worker = NULL
               WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no AND worker = coalesce(CAST(:worker AS text), worker)""",
            worker=worker,
            **_key(key),
        )
    )


async def end_sending(tx: Tx, key: ChunkKey) -> None:
    """Nothing of the chunk is to be sent."""
    await tx.run(
        "UPDATE chunks SET tries = 0, send_at = NULL WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no", **_key(key)
    )


async def send_later(tx: Tx, key: ChunkKey, tries: int, seconds: float) -> None:
    """What stands as `sending` in the chunk may be sent again then."""
    await tx.run(
        """UPDATE chunks SET tries = :tries, send_at = clock_timestamp() + make_interval(secs => :seconds)
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        tries=tries,
        seconds=seconds,
        **_key(key),
    )


async def schedule_enquiry(tx: Tx, key: ChunkKey, seconds: float | None, enquiries: int) -> None:
    """When to ask next; None: leave it to a person."""
    await tx.run(
        """UPDATE chunks SET enquiries = :enquiries,
               next_enquiry_at = clock_timestamp() + make_interval(secs => CAST(:seconds AS double precision))
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        enquiries=enquiries,
        seconds=seconds,
        **_key(key),
    )


async def settle(tx: Tx, key: ChunkKey) -> None:
    """Every attempt of the chunk has a final outcome."""
    await tx.run(
        """UPDATE chunks SET state = 'settled', next_enquiry_at = NULL, send_at = NULL, settled_at = platform.business_now()
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        **_key(key),
    )


async def enquire_soon(tx: Tx, seconds: float) -> int:
    """A new business day: providers book by the day, so ask soon after what stays open, unless their webhooks tell first."""
    return await tx.run(
        """UPDATE chunks SET enquiries = 0, next_enquiry_at = clock_timestamp() + make_interval(secs => :seconds)
           WHERE next_enquiry_at > clock_timestamp() + make_interval(secs => :seconds)""",
        seconds=seconds,
    )


def lines_of(lines: str) -> list[Line]:
    """Lines from their stored JSON."""
    return _LINES.validate_json(lines)


def _key(key: ChunkKey) -> dict[str, Any]:
    return {"payroll_id": key.payroll_id, "chunk_no": key.chunk_no}


def _chunk(row: Any) -> Chunk:
    return Chunk(
        key=ChunkKey(row["payroll_id"], row["chunk_no"]),
        run_month=row["run_month"],
        provider=row["provider"],
        channel=row["channel"],
        authority_id=row["authority_id"],
        batch_reference=row["batch_reference"],
        state=row["state"],
        pay_on=row["pay_on"],
        tries=row["tries"],
        enquiries=row["enquiries"],
    )
