"""A file that reaches the bank days after it was meant to: the bank's statements begin later than our intent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.gateway.bench import Bench
from tests.gateway.test_gateway_days import listed

PATIENCE_SECONDS = 300.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await holds():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.05)


async def test_the_days_before_the_first_statement_do_not_keep_the_others_back(bench: Bench) -> None:
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/outages", provider="vietinbank", how="refused", seconds=600)
    bench.run("sender", "enquiries", "webhooks", "lister")
    payroll = await bench.payroll("vietinbank", "account", 3)

    async def is_meant() -> bool:
        return bool(await bench.states(payroll))

    async def is_listed() -> bool:
        return len(await listed(bench)) >= 4

    await until(is_meant)
    meant = (await bench.fetch("SELECT pay_on FROM chunks"))[0]["pay_on"]
    await bench.set_day(meant + timedelta(days=2))
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/outages", provider="vietinbank", how="refused", seconds=0)
    await bench.until_settled([payroll])
    await bench.set_day(meant + timedelta(days=4))
    await until(is_listed)
    events = await listed(bench)
    assert [(event.listed_on - meant).days for event in events] == [0, 1, 2, 3]
    assert [len(event.lines) for event in events] == [0, 0, 3, 0]
    assert {line.reference for event in events for line in event.lines} == payroll.references.keys()
