"""Idempotency keys: a POST sent twice with the same key does its work once and answers the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Header
from pydantic import BaseModel

from shared.auth import Caller
from shared.database import Database, Tx
from shared.kernel.errors import ErrorCode, Kind, Refusal

KEY_REUSED = ErrorCode(
    "idempotency-key-reused",
    Kind.CONFLICT,
    "The key was used for another request",
    "Khóa chống lặp đã dùng cho yêu cầu khác",
)

KEEP_DAYS = 14

Answer = TypeVar("Answer", bound=BaseModel)

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200, description="Makes a repeat safe.")]


async def once(
    tx: Tx,
    caller: Caller,
    route: str,
    key: str | None,
    request: bytes,
    model: type[Answer],
    work: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Do `work` in this transaction, unless the same caller did it with this key: then its answer is given again.

    `request` is what the key stands for (body and path); another request under the same key is refused with
    `idempotency-key-reused`. A second request at the same time waits for the first.
    """
    if key is None:
        return await work()
    who = f"{caller.issuer}|{caller.subject}"
    body_hash = sha256(request).digest()
    fresh = await tx.run(
        """INSERT INTO idempotency_keys (client, route, key, body_hash) VALUES (:client, :route, :key, :body_hash)
           ON CONFLICT DO NOTHING""",
        client=who,
        route=route,
        key=key,
        body_hash=body_hash,
    )
    if not fresh:
        before = await answered(tx, caller, route, key, request, model)
        if before is None:
            raise Refusal(KEY_REUSED)
        return before
    answer = await work()
    await tx.run(
        """UPDATE idempotency_keys SET response = CAST(:response AS json), status = 200
           WHERE client = :client AND route = :route AND key = :key""",
        client=who,
        route=route,
        key=key,
        response=answer.model_dump_json(),
    )
    return answer


async def answered(tx: Tx, caller: Caller, route: str, key: str | None, request: bytes, model: type[Answer]) -> Answer | None:
    """The answer that this caller had with this key, for work that has a part outside the transaction of `once`; None: go on.

    Refused: `idempotency-key-reused`.
    """
    if key is None:
        return None
    row = await tx.row(
        """SELECT body_hash, response::text AS response FROM idempotency_keys
           WHERE client = :client AND route = :route AND key = :key""",
        client=f"{caller.issuer}|{caller.subject}",
        route=route,
        key=key,
    )
    if row is None:
        return None
    if row["body_hash"] != sha256(request).digest():
        raise Refusal(KEY_REUSED)
    return model.model_validate_json(row["response"])


async def drop_old_keys(database: Database) -> int:
    """Drop keys older than 14 days; how many."""
    async with database.transaction() as tx:
        return await tx.run(
            "DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - make_interval(days => :days)",
            days=KEEP_DAYS,
        )
