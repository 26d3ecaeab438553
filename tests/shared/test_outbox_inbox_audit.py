"""Outbox positions, inbox watermarks, parked events, idempotency keys, the audit chain: on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError

from shared import audit, idempotency, inbox, outbox
from shared.auth import Caller
from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import UnitRecord, UnitsDefined
from shared.database import Database, Tx
from shared.inbox import Inbox
from shared.kernel.errors import NotYet, Refusal
from shared.kernel.ids import new_id
from shared.platform import Platform

CALLER = Caller("test", "lan", "person", frozenset(), ())


class Answer(BaseModel):
    """What a route might answer."""

    number: int


@pytest.fixture
async def database(platform: Platform) -> Database:
    """The registry's own view."""
    made = platform.database("registry")
    async with made.transaction() as tx:
        await outbox.ensure_partitions(tx, "registry")
    return made


def _event(name: str = "x") -> UnitsDefined:
    unit = UnitRecord.model_validate(
        {"unit_id": "1@2021-07-01", "code": "1", "valid_from": "2021-07-01", "valid_to": None, "level": "province",
         "name": name, "parent_id": None, "path": ["1@2021-07-01"]}
    )  # fmt: skip
    return UnitsDefined(units=[unit])


async def _positions(database: Database) -> None:
    async with database.transaction() as tx:
        while await outbox.give_positions(tx, 7):
            pass


async def test_positions_are_gapless_and_follow_commits_not_writes(database: Database) -> None:
    async with database.transaction() as slow:
        await outbox.emit(slow, _event("slow"))
        async with database.transaction() as quick:
            await outbox.emit(quick, _event("quick"))
        await _positions(database)  # the slow one has not committed: it can't have a position yet
    await _positions(database)
    async with database.transaction() as tx:
        events = await outbox.events_after(tx, "registry", 0, 100)
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    assert [e.body["units"][0]["name"] for e in events] == ["quick", "slow"]


async def test_many_give_positions_at_once_and_leave_no_hole(database: Database) -> None:
    """Relay, `GET /v1/events/position` and a second copy of the service: a hole would stop every reader for ever."""
    async with database.transaction() as tx:
        before = await outbox.last_position(tx)

    async def say(name: str) -> None:
        for _ in range(10):
            async with database.transaction() as tx:
                await outbox.emit(tx, _event(name))
            await _positions(database)

    await asyncio.gather(*(say(f"speaker {n}") for n in range(6)))
    async with database.transaction() as tx:
        given = [event.position for event in await outbox.events_after(tx, "registry", before, 1000)]
        last = await outbox.last_position(tx)
    assert given == list(range(before + 1, before + 61))
    assert last == before + 60


async def test_a_rolled_back_change_says_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        before = await tx.scalar("SELECT count(*) FROM outbox")
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await outbox.emit(tx, _event())
            raise ZeroDivisionError
    async with database.transaction() as tx:
        assert await tx.scalar("SELECT count(*) FROM outbox") == before


def _message(position: int, source: str = "disbursement") -> bytes:
    return Envelope(
        source=source, position=position, type="payroll_released", version=1, event_id=new_id(),
        occurred_at="2021-10-05T01:00:00Z", body={},
    ).encode()  # fmt: skip


async def test_an_event_is_applied_once_however_often_and_in_whatever_order_it_comes(database: Database) -> None:
    applied: list[int] = []

    async def handler(_tx: Tx, envelope: Envelope) -> None:
        applied.append(envelope.position)

    keeper = Inbox(database, {"disbursement.payroll_released": handler})
    await asyncio.gather(*(keeper.receive(_message(p)) for p in (3, 1, 1, 5, 3, 2, 5)))
    async with database.transaction() as tx:
        assert await inbox.watermark(tx, "disbursement") == 3  # 4 is missing
    await inbox.advance_watermarks(database)
    await asyncio.gather(*(keeper.receive(_message(p)) for p in (1, 2, 3, 4, 5)))
    assert sorted(applied) == [1, 2, 3, 4, 5]
    await inbox.advance_watermarks(database)
    async with database.transaction() as tx:
        assert await inbox.watermark(tx, "disbursement") == 5
        assert await tx.scalar("SELECT count(*) FROM inbox WHERE source = 'disbursement'") == 0


async def test_an_early_event_waits_and_is_applied_later_by_itself(database: Database) -> None:
    ready: list[bool] = []
    applied: list[int] = []

    async def handler(_tx: Tx, envelope: Envelope) -> None:
        if not ready:
            raise NotYet("what comes first")
        applied.append(envelope.position)

    keeper = Inbox(database, {"provider_gateway.payroll_released": handler})
    await keeper.receive(_message(1, "provider_gateway"))
    async with database.transaction() as tx:
        assert await inbox.watermark(tx, "provider_gateway") == 0  # parked is not applied
    assert await keeper.retry_parked() == 0
    ready.append(True)
    assert await keeper.retry_parked() == 1
    assert await keeper.retry_parked() == 0
    assert applied == [1]


async def test_a_handler_that_fails_leaves_nothing_behind(database: Database) -> None:
    async def handler(tx: Tx, _envelope: Envelope) -> None:
        await tx.run("INSERT INTO idempotency_keys (client, route, key, body_hash) VALUES ('half', 'done', 'work', 'x')")
        raise ZeroDivisionError

    keeper = Inbox(database, {"reporting.payroll_released": handler})
    with pytest.raises(ZeroDivisionError):
        await keeper.receive(_message(1, "reporting"))
    async with database.transaction() as tx:
        assert await tx.scalar("SELECT count(*) FROM idempotency_keys WHERE client = 'half'") == 0
        assert await tx.scalar("SELECT count(*) FROM inbox WHERE source = 'reporting'") == 0


async def test_the_same_key_does_the_work_once_even_at_the_same_time(database: Database) -> None:
    worked: list[int] = []

    async def call(key: str, request: bytes = b"{}") -> Answer:
        async with database.transaction() as tx:

            async def work() -> Answer:
                worked.append(1)
                await asyncio.sleep(0.05)
                return Answer(number=len(worked))

            return await idempotency.once(tx, CALLER, "POST /v1/things", key, request, Answer, work)

    answers = await asyncio.gather(*(call("k") for _ in range(4)))
    assert [a.number for a in answers] == [1, 1, 1, 1]
    assert (await call("other")).number == 2
    with pytest.raises(Refusal) as refused:
        await call("k", b'{"another": "request"}')
    assert refused.value.code.code == "idempotency-key-reused"


async def test_the_audit_chain_shows_a_changed_or_missing_row(database: Database, admin: asyncpg.Connection) -> None:
    for number in range(3):
        async with database.transaction() as tx:
            await audit.append(tx, CALLER, "approve", f"payroll {number}", amount_dong=number)
    async with database.transaction() as tx:
        assert await audit.first_break(tx) is None
    for change in ("UPDATE audit_log SET subject = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with pytest.raises(DBAPIError):
            async with database.transaction() as tx:
                await tx.run(change)
    await admin.execute("SET search_path = registry; ALTER TABLE audit_log DISABLE TRIGGER ALL")
    await admin.execute("UPDATE registry.audit_log SET subject = 'another' WHERE seq = 2")
    async with database.transaction() as tx:
        assert await audit.first_break(tx) == 2
    await admin.execute("UPDATE registry.audit_log SET subject = 'lan' WHERE seq = 2")
    async with database.transaction() as tx:
        assert await audit.first_break(tx) is None
    await admin.execute("DELETE FROM registry.audit_log WHERE seq = 2")
    async with database.transaction() as tx:
        assert await audit.first_break(tx) == 3


async def test_the_business_clock_is_not_the_services_to_set(
    database: Database, set_business_clock: Callable[[Any], Any]
) -> None:
    from datetime import UTC, date, datetime

    with pytest.raises(DBAPIError):
        async with database.transaction() as tx:
            await tx.run("INSERT INTO platform.business_clock (business_at, set_at) VALUES (now(), now())")
    await set_business_clock(datetime(2021, 10, 4, 17, 30, tzinfo=UTC))
    async with database.transaction() as tx:
        assert await tx.today() == date(2021, 10, 5)  # half past midnight in Vietnam


async def test_a_service_role_cannot_reach_another_schema_or_make_tables(database: Database) -> None:
    for statement in (
        "SELECT * FROM disbursement.payments",
        "CREATE TABLE mine (a int)",
        "SELECT platform.ensure_month_partition('disbursement', 'payments', '2021-10-01')",
    ):
        with pytest.raises(DBAPIError):
            async with database.transaction() as tx:
                await tx.run(statement)


async def test_an_event_that_comes_again_while_its_record_is_folded_is_not_applied_again(database: Database) -> None:
    """Its record is dropped once the watermark says it; whoever looked before that must not take the hole for news."""
    async with database.transaction() as tx:
        assert [await inbox.record(tx, "folding", position) for position in (1, 2)] == [True, True]

    async def again(position: int) -> bool:
        async with database.transaction() as tx:
            return await inbox.record(tx, "folding", position)

    async with database.transaction() as tx:
        await inbox.fold(tx, "folding")
        coming = asyncio.create_task(again(2))
        await asyncio.wait({coming}, timeout=1)  # it waits for the folding where that drops the record at once
    assert await coming is False
    assert await again(1) is False
