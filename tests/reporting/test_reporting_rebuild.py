"""A rebuild out of disbursement's event log gives the same rows, over REST, while events go on coming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.reporting.events import parts
from services.reporting.use_cases.rebuild_read_models import rebuild
from services.reporting.workers.rebuild import event_log, rebuild_from
from shared import outbox
from shared.contracts.disbursement_events import ObligationsMoved, PayrollReleased
from shared.contracts.envelope import Envelope, decode_envelope
from shared.kernel.errors import Refusal
from shared.platform import Platform
from shared.service import Service
from shared.web import make_app
from tests.conftest import Tokens
from tests.reporting.province import COMMUNES, RUN_ID, events_of
from tests.reporting.second_way import Fact, chained
from tests.reporting.test_reporting_moves import read_models

OCTOBER = date(2021, 10, 1)
[DISBURSEMENT] = [part for part in parts(b"") if part.source == "disbursement"]
STEPS = ((0, "not_released"), (10, "not_released"), (11, "in_flight"), (12, "paid_account"))
FACTS = chained(
    [
        Fact(
            OCTOBER, f"person-{n}", "monthly", 0, step, sorted(COMMUNES)[n % 4], "elderly", place, 360_000, "viettelpay", "wallet"
        )
        for step, place in STEPS
        for n in range(60)
    ]
)


@pytest.fixture(scope="module")
async def log(platform: Platform) -> list[Envelope]:
    """Disbursement's event log with the moves of a month and an event of another kind among them."""
    database = platform.database("disbursement")
    async with database.transaction() as tx:
        await outbox.ensure_partitions(tx, "disbursement")
        for n, event in enumerate(events_of(FACTS, size=2)):
            await outbox.emit(tx, ObligationsMoved.model_validate(decode_envelope(event).body))
            if n == 60:
                released = PayrollReleased(
                    run_id=RUN_ID,
                    run_code="2021-10",
                    payroll_id=uuid4(),
                    authority_id="474@2021-07-01",
                    provider="viettelpay",
                    channel="wallet",
                    payments=60,
                    amount_dong=60 * 360_000,
                )
                await outbox.emit(tx, released)
        await outbox.give_positions(tx, 1000)
        return await outbox.events_after(tx, "disbursement", 0, 1000)


@pytest.fixture
async def applied(empty: Service, log: list[Envelope], admin: Any) -> Service:
    """Reporting, having consumed the log."""
    await admin.execute("DELETE FROM reporting.inbox")
    for envelope in reversed(log):
        await empty.inbox.receive(envelope.encode())
    return empty


@pytest.fixture
async def disbursement(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP to the published event log of disbursement."""
    app = make_app("disbursement", "t", "t", platform.database("disbursement"), platform.verifier)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        yield client


URL = "http://disbursement.test"


async def test_rebuild_gives_the_same_rows(
    applied: Service, disbursement: httpx.AsyncClient, platform: Platform, log: list[Envelope]
) -> None:
    before = await read_models(applied)
    assert len(before["person_months"]) == 60
    async with applied.database.transaction() as tx:
        await tx.run("UPDATE unit_months SET by_account = by_account + 1")
        await tx.run("DELETE FROM person_months WHERE subject = 'person-7'")
        await tx.run("UPDATE money_cells SET amount_dong = 999 WHERE place = 'paid_account'")
    assert await read_models(applied) != before
    rebuilt = await rebuild_from(applied.database, DISBURSEMENT, disbursement, URL, platform.system_token())
    assert (rebuilt.events, rebuilt.applied, rebuilt.position) == (121, 120, 121) == (len(log), len(log) - 1, log[-1].position)
    assert await read_models(applied) == before


async def test_events_that_come_during_a_rebuild_are_not_lost(
    applied: Service, disbursement: httpx.AsyncClient, platform: Platform, log: list[Envelope]
) -> None:
    half_way, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[Sequence[Envelope]]:
        async for page in event_log(disbursement, URL, platform.system_token()):
            yield page
            half_way.set()
            await go_on.wait()

    async def run() -> None:
        async with applied.database.transaction() as tx:
            await rebuild(tx, DISBURSEMENT, slow())

    before = await read_models(applied)
    rebuilding = asyncio.create_task(run())
    await half_way.wait()
    commune = sorted(COMMUNES)[0]
    came_back = (OCTOBER, "person-0", "monthly", 0, 13, commune, "elderly", "returned", 360_000, "viettelpay", "wallet")
    [said] = events_of([Fact(*came_back, was="paid_account")])
    live = decode_envelope(said).model_copy(update={"position": log[-1].position + 1})  # the log's next, not one of its own
    arriving = asyncio.create_task(applied.inbox.receive(live.encode()))
    assert await read_models(applied) == before  # readers see whole numbers all the time
    go_on.set()
    await asyncio.gather(rebuilding, arriving)
    async with applied.database.transaction() as tx:
        assert await tx.scalar("SELECT way FROM person_months WHERE subject = 'person-0'") == ""
        assert await tx.scalar("SELECT by_account FROM unit_months WHERE unit_id = '*'") == 59
        assert await tx.scalar("SELECT sum(obligations) FROM money_cells WHERE unit_id = '*'") == 60


async def test_a_log_without_its_beginning_is_refused_and_changes_nothing(applied: Service, log: list[Envelope]) -> None:
    async def without_first() -> AsyncIterator[Sequence[Envelope]]:
        yield log[1:]

    before = await read_models(applied)
    with pytest.raises(Refusal, match="event-log-gap"):
        async with applied.database.transaction() as tx:
            await rebuild(tx, DISBURSEMENT, without_first())
    assert await read_models(applied) == before


async def test_a_token_that_may_not_read_the_log_changes_nothing(
    applied: Service, disbursement: httpx.AsyncClient, tokens: Tokens
) -> None:
    before = await read_models(applied)
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        await rebuild_from(applied.database, DISBURSEMENT, disbursement, URL, tokens("province"))
    assert await read_models(applied) == before
