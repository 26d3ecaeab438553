"""The stop switch, under load: once it has answered, no new intent behind it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll, make_payroll

PAYROLLS = 40


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
    while await _intents(bench, "viettelpay") < 10:
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
