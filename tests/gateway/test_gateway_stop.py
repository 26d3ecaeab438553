"""The stop switch, under load: once it has answered, no new intent behind it is committed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from services.provider_gateway.use_cases.commit_intents import Claim, Waits, commit_intents
from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll, make_payroll

PAYROLLS = 25


async def _intents(bench: Bench, provider: str) -> int:
    rows = await bench.fetch("SELECT count(*) AS n FROM attempts WHERE provider = $1", provider)
    return int(rows[0]["n"])


async def _load(bench: Bench, provider: str, channel: str) -> list[Payroll]:
    return [await bench.payroll(provider, channel, 5) for _ in range(PAYROLLS)]


@pytest.fixture
async def client(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers) as client:
        yield client


async def test_no_intent_follows_the_answer(bench: Bench, client: httpx.AsyncClient) -> None:
    stopped, going = await _load(bench, "viettelpay", "wallet"), await _load(bench, "vietinbank", "account")
    bench.run("sender", "enquiries", "webhooks")
    deadline = time.monotonic() + 20
    while await _intents(bench, "viettelpay") < 10:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    asked = {"scope": "provider", "key": "viettelpay", "reason": "test"}
    answer = await client.post("/v1/stops", json=asked, headers={"idempotency-key": "stop-1"})
    at_the_answer = await _intents(bench, "viettelpay")
    assert answer.status_code == 201
    assert at_the_answer < PAYROLLS * 5, "everything was sent before the stop: the test shows nothing"
    await bench.until_settled(going)
    assert await _intents(bench, "viettelpay") == at_the_answer

    again = await client.post("/v1/stops", json=asked, headers={"idempotency-key": "stop-1"})
    assert again.json() == answer.json()
    assert [stop["stop_id"] for stop in (await client.get("/v1/stops")).json()["items"]] == [answer.json()["stop_id"]]
    lifted = await client.delete(f"/v1/stops/{answer.json()['stop_id']}")
    assert lifted.json()["lifted_at"] is not None
    await bench.until_settled(stopped)
    await bench.assert_books_agree([*stopped, *going])


async def test_stop_waits_for_intents_under_way_and_intents_for_a_stop_under_way(bench: Bench, client: httpx.AsyncClient) -> None:
    await bench.halt("sender")
    ways = bench.service.app.state.ways
    asked = {"scope": "provider", "key": "vnpost", "reason": "test"}

    async def intend() -> Claim | Waits | None:
        async with bench.service.database.transaction() as tx:
            return await commit_intents(tx, ["vnpost"], "test", ways.schedule, ways.cipher)

    await bench.payroll("vnpost", "cash", 2)
    second = await bench.payroll("vnpost", "cash", 2)
    async with bench.service.database.transaction() as tx:
        assert isinstance(await commit_intents(tx, ["vnpost"], "test", ways.schedule, ways.cipher), Claim)
        stop = asyncio.create_task(client.post("/v1/stops", json=asked))
        await asyncio.sleep(0.3)
        assert not stop.done(), "the stop answered while an intent of it was not committed yet"
    stop_id = (await stop).json()["stop_id"]
    assert await intend() is None

    await client.delete(f"/v1/stops/{stop_id}")
    connection = await asyncpg.connect(bench.admin_url)
    async with connection.transaction():  # a stop that has not committed yet
        await connection.execute("UPDATE provider_gateway.gates SET stops = 1 WHERE scope = 'provider' AND key = 'vnpost'")
        intent = asyncio.create_task(intend())
        await asyncio.sleep(0.3)
        assert not intent.done(), "an intent was committed beside a stop under way"
    assert await intent is None
    assert await bench.states(second) == {}
    await connection.execute("UPDATE provider_gateway.gates SET stops = 0 WHERE scope = 'provider' AND key = 'vnpost'")
    await connection.close()


async def test_one_payroll_stopped_before_it_is_known_never_starts(bench: Bench, client: httpx.AsyncClient) -> None:
    bench.run("sender", "enquiries", "webhooks")
    held = make_payroll("viettelpay", "wallet", 3)
    asked = {"scope": "payroll", "key": str(held.payroll_id), "reason": "wrong list"}
    first = (await client.post("/v1/stops", json=asked)).json()
    second = (await client.post("/v1/stops", json=asked)).json()
    assert first["stop_id"] != second["stop_id"]
    await bench.introduce(held)
    await bench.instruct(held)
    other = await bench.payroll("viettelpay", "wallet", 3)
    await bench.until_settled([other])
    await client.delete(f"/v1/stops/{first['stop_id']}")
    await client.delete(f"/v1/stops/{first['stop_id']}")  # lifting twice lifts one
    another = await bench.payroll("viettelpay", "wallet", 3)
    await bench.until_settled([another])
    assert await bench.states(held) == {}
    await client.delete(f"/v1/stops/{second['stop_id']}")
    await bench.until_settled([held])
    await bench.assert_books_agree([held])


async def test_what_cannot_be_stopped_is_refused(bench: Bench, client: httpx.AsyncClient, tokens: Tokens) -> None:
    bad = {"scope": "provider", "key": "momo", "reason": "x"}
    answer = await client.post("/v1/stops", json=bad)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-provider")
    answer = await client.post("/v1/stops", json={"scope": "payroll", "key": "first", "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-stop")
    answer = await client.delete("/v1/stops/0190e7a4-0000-7000-8000-000000000005")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-stop")
    allowed = {"scope": "provider", "key": "viettelpay", "reason": "x"}
    answer = await client.post("/v1/stops", json=allowed, headers={"authorization": f"Bearer {tokens('province')}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await client.get("/v1/stops")).json()["items"] == []
