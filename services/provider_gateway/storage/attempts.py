"""Attempts: written as intents before the call, settled set by set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.attempt import Attempt, first_step
from services.provider_gateway.domain.chunk import Chunk, ChunkKey, Line, Standing
from services.provider_gateway.domain.error_rate import ACCOUNTS_OWN
from shared.database import Tx

# `IS TRUE` keeps the set apart, so that it is hashed once: a list of 500 as an array would be gone through for each row.
_OF_THESE = "(reference IN (SELECT unnest(CAST(:references AS text[])))) IS TRUE"

_OF_CHUNK = "run_month = :run_month AND payroll_id = :payroll_id AND chunk_no = :chunk_no"

# In the order of Attempt's fields: a chunk's 500 rows become tuples, not mappings.
_ATTEMPT = """payment_id, attempt_no, reference, amount_dong, state, step, unit_id, reason, provider_reference, not_found,
              sends"""


async def insert_intents(tx: Tx, chunk: Chunk, lines: Sequence[Line], references: Sequence[str]) -> None:
    """Intents of a whole chunk. The database refuses a second attempt of the same number, and a second use of a reference."""
    await tx.run(
        """INSERT INTO attempts (run_month, payment_id, attempt_no, reference, amount_dong, provider, channel, account_id,
                                 account_version, authority_id, unit_id, payroll_id, chunk_no, state, step, sent_at)
           SELECT :run_month, u.payment_id, u.attempt_no, u.reference, u.amount_dong, :provider, :channel, u.account_id,
                  u.account_version, :authority_id, u.unit_id, :payroll_id, :chunk_no, 'sending', u.step, clock_timestamp()
           FROM unnest(CAST(:payment_ids AS uuid[]), CAST(:attempt_nos AS int[]), CAST(:references AS text[]),
                       CAST(:amounts AS bigint[]), CAST(:account_ids AS uuid[]), CAST(:account_versions AS int[]),
                       CAST(:unit_ids AS text[]), CAST(:steps AS int[]))
                AS u(payment_id, attempt_no, reference, amount_dong, account_id, account_version, unit_id, step)""",
        provider=chunk.provider,
        channel=chunk.channel,
        authority_id=chunk.authority_id,
        payment_ids=[line.payment_id for line in lines],
        attempt_nos=[line.attempt_no for line in lines],
        references=list(references),
        amounts=[line.amount_dong for line in lines],
        account_ids=[line.account_id for line in lines],
        account_versions=[line.account_version for line in lines],
        unit_ids=[line.unit_id for line in lines],
        steps=[first_step(line.attempt_no) for line in lines],
        **_chunk(chunk),
    )


async def read_attempts(tx: Tx, chunk: Chunk, references: Collection[str] | None = None) -> dict[str, Attempt]:
    """Attempts of a chunk by reference: these, or all. Whoever means to change them holds the chunk's lock."""
    query = f"SELECT {_ATTEMPT} FROM attempts WHERE {_OF_CHUNK}"  # noqa: S608 - constants only
    params = _chunk(chunk)
    if references is not None:
        query += f" AND {_OF_THESE}"
        params["references"] = list(references)
    rows = await tx.tuples(query, **params)
    return {attempt.reference: attempt for attempt in (Attempt(*row) for row in rows)}


async def read_standing(tx: Tx, chunk: Chunk) -> Standing:
    """How many of a chunk's attempts stand where."""
    row = await tx.row(
        f"""SELECT count(*) FILTER (WHERE state = 'sending') AS sending, count(*) FILTER (WHERE state = 'unknown') AS unknown,
                   count(*) FILTER (WHERE state IN ('accepted', 'pending')) AS accepted,
                   count(*) FILTER (WHERE state = 'rejected') AS refused,
                   count(*) FILTER (WHERE state = 'rejected' AND coalesce(reason, '') <> ALL(CAST(:accounts_own AS text[])))
                       AS refused_by_provider
            FROM attempts WHERE {_OF_CHUNK}""",  # noqa: S608
        accounts_own=list(ACCOUNTS_OWN),
        **_chunk(chunk),
    )
    assert row is not None
    return Standing(**row)


async def read_ages(tx: Tx, chunk: Chunk) -> dict[str, float]:
    """Seconds of wall time since each open attempt of a chunk was last sent, or given up as unanswered."""
    rows = await tx.rows(
        f"""SELECT reference, CAST(extract(epoch FROM clock_timestamp() - sent_at) AS double precision) AS seconds FROM attempts
            WHERE {_OF_CHUNK} AND state IN ('unknown', 'accepted', 'pending')""",  # noqa: S608
        **_chunk(chunk),
    )
    return {row["reference"]: row["seconds"] for row in rows}


async def send_again(tx: Tx, chunk: Chunk) -> list[str]:
    """Count one more sending of what stands as `sending`; the references."""
    rows = await tx.rows(
        f"""UPDATE attempts SET sends = sends + 1, sent_at = clock_timestamp(), not_found = 0
            WHERE {_OF_CHUNK} AND state = 'sending' RETURNING reference""",  # noqa: S608
        **_chunk(chunk),
    )
    return [row["reference"] for row in rows]


MOST_GROUPS = 8
"""Attempts of a chunk mostly become the same: a statement for each way of becoming, up to so many."""

# The clock is asked once in a sub-select: for each of 500 rows it would cost more than writing them.
_BECOME = """
    state = {0}.state, step = {0}.step, reason = {0}.reason, provider_reference = {0}.provider_reference,
    not_found = {0}.not_found,
    sent_at = CASE WHEN a.state = 'sending' AND {0}.state = 'unknown' THEN clock_timestamp() ELSE a.sent_at END,
    settled_at = CASE WHEN {0}.state = a.state THEN a.settled_at
                      WHEN {0}.state IN ('paid', 'rejected', 'returned', 'unclaimed') THEN (SELECT platform.business_now()) END
"""

_SAVE_ALIKE = f"""
UPDATE attempts a SET {_BECOME.format("u")}
FROM (VALUES (CAST(:state AS text), CAST(:step AS int), CAST(:reason AS text), CAST(:provider_reference AS text),
              CAST(:not_found AS int))) AS u (state, step, reason, provider_reference, not_found)
WHERE {_OF_CHUNK} AND a.attempt_no = :attempt_no AND (a.payment_id IN (SELECT unnest(CAST(:payment_ids AS uuid[])))) IS TRUE
"""  # noqa: S608 - constants only

_SAVE_EACH = f"""
UPDATE attempts a SET {_BECOME.format("u")}
FROM unnest(CAST(:payment_ids AS uuid[]), CAST(:attempt_nos AS int[]), CAST(:states AS text[]), CAST(:steps AS int[]),
            CAST(:reasons AS text[]), CAST(:provider_references AS text[]), CAST(:not_founds AS int[]))
     AS u (payment_id, attempt_no, state, step, reason, provider_reference, not_found)
WHERE a.run_month = :run_month AND a.payment_id = u.payment_id AND a.attempt_no = u.attempt_no
    AND a.payment_id = ANY(CAST(:payment_ids AS uuid[]))
"""  # noqa: S608 - by its key also while a new partition has no statistics


async def save(tx: Tx, chunk: Chunk, changed: Collection[Attempt]) -> None:
    """Write attempts back. One that has just become unknown is counted as sent until now: its call was under way so long."""
    alike: dict[tuple[Any, ...], list[UUID]] = {}
    for each in changed:
        key = (each.attempt_no, each.state, each.step, each.reason, each.provider_reference, each.not_found)
        alike.setdefault(key, []).append(each.payment_id)
    if len(alike) > MOST_GROUPS:
        await _save_each(tx, chunk, changed)
        return
    names = ("attempt_no", "state", "step", "reason", "provider_reference", "not_found")
    for key, payment_ids in alike.items():
        await tx.run(_SAVE_ALIKE, payment_ids=payment_ids, **_chunk(chunk), **dict(zip(names, key, strict=True)))


async def _save_each(tx: Tx, chunk: Chunk, changed: Collection[Attempt]) -> None:
    await tx.run(
        _SAVE_EACH,
        run_month=chunk.run_month,
        payment_ids=[attempt.payment_id for attempt in changed],
        attempt_nos=[attempt.attempt_no for attempt in changed],
        states=[attempt.state for attempt in changed],
        steps=[attempt.step for attempt in changed],
        reasons=[attempt.reason for attempt in changed],
        provider_references=[attempt.provider_reference for attempt in changed],
        not_founds=[attempt.not_found for attempt in changed],
    )


async def accept(tx: Tx, chunk: Chunk, references: Collection[str] | None) -> int:
    """Hear the bare word "accepted" of these attempts of a locked chunk (None: of all): what `domain.attempt.judge` makes of it,
    set by set. For how many it was news."""
    which = "true" if references is None else _OF_THESE
    these: dict[str, Any] = {} if references is None else {"references": list(references)}
    return int(
        await tx.scalar(
            f"""WITH heard AS (
                    UPDATE attempts SET not_found = 0,
                        state = CASE WHEN state IN ('sending', 'unknown') THEN 'accepted' ELSE state END,
                        step = CASE WHEN state IN ('sending', 'unknown') THEN step + 1 ELSE step END,
                        reason = CASE WHEN state IN ('sending', 'unknown') THEN NULL ELSE reason END
                    WHERE {_OF_CHUNK} AND (state IN ('sending', 'unknown') OR not_found <> 0) AND {which}
                    RETURNING old.state IN ('sending', 'unknown') AS news)
                SELECT count(*) FILTER (WHERE news) FROM heard""",  # noqa: S608 - constants only
            **these,
            **_chunk(chunk),
        )
    )


async def count_these(tx: Tx, chunk: Chunk, references: Collection[str]) -> int:
    """How many of these references are attempts of the chunk."""
    return int(
        await tx.scalar(
            f"SELECT count(*) FROM attempts WHERE {_OF_CHUNK} AND {_OF_THESE}",  # noqa: S608
            references=list(references),
            **_chunk(chunk),
        )
    )


async def chunks_of_references(tx: Tx, provider: str, references: Collection[str]) -> list[ChunkKey]:
    """The chunks that hold any of these references: for webhooks that name no batch of ours."""
    rows = await tx.rows(
        """SELECT DISTINCT payroll_id, chunk_no FROM attempts
           WHERE reference = ANY(CAST(:references AS text[])) AND provider = :provider ORDER BY payroll_id, chunk_no""",
        references=list(references),
        provider=provider,
    )
    return [ChunkKey(row["payroll_id"], row["chunk_no"]) for row in rows]


async def attempts_page(
    tx: Tx,
    *,
    payment_id: UUID | None,
    state: str | None,
    older_than_seconds: float | None,
    provider: str | None = None,
    payroll_id: UUID | None = None,
    authority_id: str | None = None,
    given_up: bool = False,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Attempts in the order of (run_month, payment_id, attempt_no), after a key; open states are sought in open chunks only."""
    where = ["TRUE"]
    params: dict[str, Any] = {"limit": limit}
    if payment_id is not None:
        where.append("a.payment_id = :payment_id")
        params["payment_id"] = payment_id
    if state is not None:
        where.append("a.state = :state")
        params["state"] = state
        if state in ("sending", "unknown", "accepted", "pending"):
            where.append("(a.payroll_id, a.chunk_no) IN (SELECT payroll_id, chunk_no FROM open_chunks(false))")
    if given_up:
        where.append("a.state IN ('sending', 'unknown', 'accepted', 'pending')")
        where.append("(a.payroll_id, a.chunk_no) IN (SELECT payroll_id, chunk_no FROM open_chunks(true))")
    for column, value in (("provider", provider), ("payroll_id", payroll_id), ("authority_id", authority_id)):
        if value is not None:
            where.append(f"a.{column} = :{column}")
            params[column] = value
    if older_than_seconds is not None:
        where.append("a.sent_at < clock_timestamp() - make_interval(secs => :older_than)")
        params["older_than"] = older_than_seconds
    if after is not None:
        where.append("(a.run_month, a.payment_id, a.attempt_no) > (:after_month, :after_payment, :after_no)")
        params.update(after_month=after[0], after_payment=after[1], after_no=after[2])
    rows = await tx.rows(
        f"""SELECT a.run_month, a.payment_id, a.attempt_no, a.reference, a.amount_dong, a.provider, a.channel, a.account_id,
                   a.account_version, a.unit_id, a.payroll_id, a.chunk_no, a.state, a.step, a.reason, a.provider_reference,
                   a.sent_at, a.settled_at, a.sends, a.not_found
            FROM attempts a WHERE {" AND ".join(where)}
            ORDER BY a.run_month, a.payment_id, a.attempt_no LIMIT :limit""",  # noqa: S608 - constants only
        **params,
    )
    return [dict(row) for row in rows]


def _chunk(chunk: Chunk) -> dict[str, Any]:
    return {"run_month": chunk.run_month, "payroll_id": chunk.key.payroll_id, "chunk_no": chunk.key.chunk_no}
