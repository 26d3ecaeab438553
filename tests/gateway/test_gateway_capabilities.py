"""What providers can do follows from their connectors, and is told to the others when it changes."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx

from services.provider_gateway.connectors.describing import describe
from services.provider_gateway.connectors.registry import CONNECTORS
from services.provider_gateway.workers.describer import describer_worker
from tests.conftest import Tokens
from tests.gateway.bench import Bench


async def _told(bench: Bench) -> list[list[dict[str, Any]]]:
    rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'providers_described' ORDER BY seq")
    return [json.loads(row["body"])["providers"] for row in rows]


async def test_it_is_told_once_and_again_when_it_changes(bench: Bench) -> None:
    connectors = bench.service.app.state.ways.connectors
    bench.run("describer")
    deadline = time.monotonic() + 300
    while not await _told(bench):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    for _ in range(2):  # other processes that start
        await describer_worker(bench.service.database, connectors).step()
    (told,) = await _told(bench)
    assert {each["provider"] for each in told} == set(connectors) >= set(CONNECTORS)
    for each in told:
        connector = connectors[each["provider"]]
        assert each["channels"] == list(connector.channels) and each["channels"]
        assert each["opens_accounts"] == (connector.accounts is not None)
        assert each["refuses_duplicates"] == connector.payments.refuses_duplicates
    fewer = {name: connector for name, connector in connectors.items() if name != "vnpost"}
    await describer_worker(bench.service.database, fewer).step()
    assert [len(each) for each in await _told(bench)] == [len(connectors), len(connectors) - 1]


async def test_the_route_says_the_same(bench: Bench, tokens: Tokens) -> None:
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False) as client:
        assert (await client.get("/v1/capabilities")).status_code == 401
        answer = await client.get("/v1/capabilities", headers={"authorization": f"Bearer {tokens('operations')}"})
    expected = [each.model_dump(mode="json") for each in describe(bench.service.app.state.ways.connectors)]
    assert answer.json() == {"items": expected}
