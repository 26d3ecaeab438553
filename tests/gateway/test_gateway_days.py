"""What the providers say of their days is handed on: each day once, whole, and the same as their own books."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from datetime import date, timedelta
from typing import Any

from services.provider_gateway.connectors.protocol import DayLine, DayPage, ListSource
from services.provider_gateway.workers.lister import fetch_day
from shared.contracts.gateway_events import ProviderListed
from tests.gateway.bench import Bench
from tests.gateway.test_gateway_happy import WAYS

LAST = date(2021, 10, 20)


async def listed(bench: Bench) -> list[ProviderListed]:
    rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'provider_listed' ORDER BY seq")
    return [ProviderListed.model_validate(json.loads(row["body"])) for row in rows]


async def until_listed(bench: Bench, until: date) -> None:
    deadline = time.monotonic() + 300
    while True:
        rows = await bench.fetch("SELECT provider FROM listed_days WHERE listed_on = $1", until)
        if len(rows) == 4:
            return
        assert time.monotonic() < deadline, [dict(row) for row in rows]
        await asyncio.sleep(0.05)


async def test_each_day_is_handed_on_once_and_says_what_the_providers_books_say(bench: Bench) -> None:
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["returned", "refused_locked"])
    bench.run("sender", "enquiries", "webhooks", "lister")
    payrolls = [await bench.payroll(provider, channel, 30) for provider, channel in WAYS]
    await bench.until_answered(payrolls)
    assert await listed(bench) == []  # the first day is not over
    await bench.set_day(LAST + timedelta(days=1))
    await bench.until_settled(payrolls)
    await until_listed(bench, LAST)
    await bench.halt("lister")

    events = await listed(bench)
    days = Counter((event.provider, event.listed_on) for event in events)
    assert set(days.values()) == {1}  # no day has more than 500 lines
    firsts: dict[str, date] = {}
    for provider, day in days:
        firsts[provider] = min(firsts.get(provider, day), day)
    assert len(days) == sum((LAST - first).days + 1 for first in firsts.values())  # days with nothing too

    books = await asyncio.to_thread(bench.sandbox.movements)
    theirs: Counter[tuple[str, str, int]] = Counter()
    for reference, moved in books.items():
        for kind, dong in moved:
            theirs[reference, "returned" if kind == "return" else "paid", dong] += 1
    ours: Counter[tuple[str, str, int]] = Counter()
    ends: Counter[str] = Counter()
    for event in events:
        for line in event.lines:
            ends[line.state] += 1
            if line.state in ("paid", "returned"):
                ours[line.reference, line.state, line.amount_dong] += 1
    assert ours == theirs
    assert ends["returned"] == 1
    summed = await bench.fetch("SELECT sum(lines) AS lines, sum(amount_dong) AS dong FROM listed_days")
    net: Any = sum(dong * (1 if state == "paid" else -1) * n for (_, state, dong), n in theirs.items())
    assert (summed[0]["lines"], summed[0]["dong"]) == (sum(ends.values()), net)


async def test_a_large_day_comes_in_parts(bench: Bench) -> None:
    bench.run("sender", "enquiries", "webhooks")
    payrolls = [await bench.payroll("vietinbank", "account", 500) for _ in range(3)]
    await bench.until_settled(payrolls)
    clock = await asyncio.to_thread(bench.sandbox.ask, "GET", "/clock")
    today = date.fromisoformat(clock["today"])
    await bench.set_day(today + timedelta(days=2))
    bench.run("lister")
    await until_listed(bench, today)
    parts = [event for event in await listed(bench) if (event.provider, event.listed_on) == ("vietinbank", today)]
    assert [(part.part_no, part.parts, part.first_line_no, len(part.lines)) for part in parts] == [
        (1, 3, 1, 500),
        (2, 3, 501, 500),
        (3, 3, 1001, 500),
    ]
    assert {part.lines_of_day for part in parts} == {1500}
    assert {line.reference for part in parts for line in part.lines} == {ref for p in payrolls for ref in p.references}


class Circling:
    """A day whose second page leads back to itself."""

    source: ListSource = "statement"

    async def day(self, day: date, after: int) -> DayPage:
        return DayPage([DayLine("A" * 26, 360_000, "paid")], 1, final=True)


async def test_a_day_whose_pages_lead_back_is_not_read_for_ever() -> None:
    assert await fetch_day(Circling(), date(2021, 10, 5), 5.0) is None
