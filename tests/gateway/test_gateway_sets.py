"""What is heard and written set by set ends as the rule for one attempt has it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any, get_args
from uuid import uuid4

import pytest

from services.provider_gateway.domain.attempt import OPEN_STATES, Attempt, Said, State, Verdict, judge
from services.provider_gateway.domain.chunk import Chunk, ChunkKey
from services.provider_gateway.storage import attempts, chunks
from services.provider_gateway.use_cases.receive_chunk import receive_chunk
from services.provider_gateway.use_cases.record_answers import accept
from shared.contracts.disbursement_events import ChunkInstructed
from shared.database import Database, Tx
from shared.kernel.ids import payment_reference
from shared.outbox import ensure_partitions
from shared.platform import Platform
from tests.gateway.bench import make_payroll

STATES: tuple[State, ...] = get_args(State)
KINDS = list(itertools.product(STATES, (0, 2), (None, "limit"), (None, "VTP-1")))
"""Each state, with and without "not found" heard of it, a reason, a provider's reference."""


@pytest.fixture
def database(platform: Platform) -> Database:
    return platform.database("provider_gateway")


async def _committed(tx: Tx, payments: int) -> tuple[Chunk, list[Attempt]]:
    """A chunk with its intents."""
    await ensure_partitions(tx, "provider_gateway")
    made = make_payroll("viettelpay", "wallet", payments)
    event = ChunkInstructed(
        run_id=uuid4(), run_month=date(2021, 10, 1), payroll_id=made.payroll_id, chunk_no=1, authority_id="474@2021-07-01",
        provider="viettelpay", channel="wallet", lines=made.lines,
    )  # fmt: skip
    await receive_chunk(tx, event.model_dump(mode="json"), ["viettelpay"])
    chunk = await chunks.lock_chunk(tx, ChunkKey(made.payroll_id, 1))
    lines = await chunks.read_lines(tx, chunk.key)
    await attempts.insert_intents(tx, chunk, lines, [payment_reference(line.payment_id, 1) for line in lines])
    return chunk, list((await attempts.read_attempts(tx, chunk)).values())


def _varied(intents: list[Attempt]) -> list[Attempt]:
    """One of each kind."""
    return [
        replace(intent, state=state, step=100 + n % 7, not_found=not_found, reason=reason, provider_reference=reference)
        for n, (intent, (state, not_found, reason, reference)) in enumerate(zip(intents, KINDS, strict=True))
    ]


async def _told(tx: Tx, chunk: Chunk) -> list[dict[str, Any]]:
    return await tx.rows(
        "SELECT body->>'answered' AS answered, json_array_length(body->'outcomes') AS outcomes FROM outbox"
        " WHERE type = 'chunk_progressed' AND body->>'payroll_id' = :payroll_id",
        payroll_id=str(chunk.key.payroll_id),
    )


async def test_accepted_means_the_same_for_all_as_for_one(database: Database) -> None:
    async with database.transaction() as tx:
        chunk, intents = await _committed(tx, len(KINDS))
        held = _varied(intents)
        await attempts.save(tx, chunk, held)
        spoken_of, silent = held[::2] + held[1::4], held[3::4]
        judged = [judge(each, Said(each.reference, "accepted")) for each in spoken_of]
        news = await attempts.accept(tx, chunk, [each.reference for each in spoken_of])
        after = await attempts.read_attempts(tx, chunk)
    assert news == sum(verdict is Verdict.APPLIED for verdict, _ in judged) > 0
    assert [after[became.reference] for _, became in judged] == [became for _, became in judged]
    assert [after[each.reference] for each in silent] == silent


@pytest.mark.parametrize("ways", [1, attempts.MOST_GROUPS, len(KINDS)])
async def test_what_is_written_back_is_what_is_read(database: Database, ways: int) -> None:
    async with database.transaction() as tx:
        chunk, intents = await _committed(tx, len(KINDS))
        became = [
            replace(each, attempt_no=1, payment_id=intent.payment_id, reference=intent.reference, amount_dong=intent.amount_dong,
                    unit_id=intent.unit_id)
            for each, intent in zip(itertools.cycle(_varied(intents)[:ways]), intents, strict=False)
        ]  # fmt: skip
        await attempts.save(tx, chunk, became)
        after = await attempts.read_attempts(tx, chunk)
        settled = await tx.rows(
            "SELECT state, settled_at IS NOT NULL AS dated FROM attempts WHERE payroll_id = :id", id=chunk.key.payroll_id
        )
    assert after == {each.reference: each for each in became}
    assert all(row["dated"] == (row["state"] not in OPEN_STATES) for row in settled)


async def test_disbursement_hears_once_that_a_chunk_was_accepted_and_of_no_payment(database: Database) -> None:
    async with database.transaction() as tx:
        chunk, intents = await _committed(tx, 5)
        references = [each.reference for each in intents]
        assert (await accept(tx, chunk, references[:3]))[0] == 3
        assert await _told(tx, chunk) == []
        news, standing = await accept(tx, chunk, references)
        assert (news, standing.answered, standing.accepted) == (2, True, 5)
        await accept(tx, chunk, references)
        assert await _told(tx, chunk) == [{"answered": "true", "outcomes": 0}]
