"""Reporting over a nation's months: what the dashboard reads, what an event costs, and how soon a page shows it.

The read models are a nation's, put in as rows (`reporting_ground.py`). Then the real things are measured: the dashboard's query
as the page asks it, of the nation and of provinces; events of 500 moves through the inbox, decoded to committed; and an event
that disbursement says, until the service's answer to the page shows it: outbox, relay, bus, inbox, page.

Figures are medians of 15 rounds. `dashboard_query_ms` is that of the slower caller. `chunk_ms` is that of the slowest kind of
event in the life of a payment; each kind has a figure of its own, and so has `met`, which comes once for each person and commune
and is not counted in. Before each kind there is a checkpoint: so every page is written to the log whole at its first change, as
it is in the dear minutes after any checkpoint.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx
from rich.console import Console
from rich.progress import Progress

from console.bench.reporting_events import KINDS, ONCE, Mover
from console.bench.reporting_ground import FIRST_PROVINCE, PROVINCES, SINCE, checkpoint, lay
from console.embedded import Embedded, start_embedded
from services.reporting.use_cases.read_dashboard import explain_dashboard, read_dashboard
from shared.auth import Caller
from shared.embedded_postgres import free_port
from shared.kernel.months import next_month
from shared.kernel.units import unit_id
from shared.platform import embedded_settings
from shared.settings import read_settings

_HOME = Path(os.environ.get("CHITRA_HOME", ".chitra")).absolute()
_FIRST = date(2024, 1, 1)
_ROUNDS = 15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the benchmark."""
    parser.add_argument("--payments", type=int, default=3_500_000, help="people paid in each month (default 3,500,000)")
    parser.add_argument("--months", type=int, default=12)


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Lay the ground, then measure."""
    home = _HOME / "bench-reporting"
    shutil.rmtree(home, ignore_errors=True)
    settings = embedded_settings(read_settings(), home, free_port(), "http://127.0.0.1:1")
    running = await start_embedded(settings)
    try:
        months = list(_months(arguments.months))
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("ground", total=len(months))
            await lay(running.admin_database_url, months, arguments.payments, lambda: progress.advance(task))
        queries = {name: await _query_ms(running, caller, months[-2:]) for name, caller in _callers().items()}
        mover = Mover(arguments.payments, months[-1])
        chunks = {kind: await _chunk_ms(running, mover, kind) for kind in (*KINDS, ONCE)}
        await mover.hand_log_over(running.admin_database_url)
        delays = [await _delay_seconds(running, mover, months[-1]) for _ in range(_ROUNDS)]
    finally:
        await running.stop()
        shutil.rmtree(home, ignore_errors=True)
    return {
        "payments": arguments.payments,
        "months": arguments.months,
        "dashboard_query_ms": round(max(queries.values()), 1),
        "chunk_ms": round(max(chunks[kind] for kind in KINDS), 1),
        "delay_seconds": round(median(delays), 3),
        "delay_seconds_longest": round(max(delays), 3),
        **{f"dashboard_query_ms_{name}": round(value, 1) for name, value in queries.items()},
        **{f"chunk_ms_{kind}": round(value, 1) for kind, value in chunks.items()},
    }


def _months(count: int) -> Iterator[date]:
    month = _FIRST
    for _ in range(count):
        yield month
        month = next_month(month)


def _callers() -> dict[str, Caller]:
    scopes = frozenset({"reporting:read"})
    province = unit_id(str(FIRST_PROVINCE + PROVINCES // 2), SINCE)
    return {
        "nation": Caller("bench", "minister", "person", scopes, ()),
        "province": Caller("bench", "province", "person", scopes, (province,)),
    }


async def _query_ms(running: Embedded, caller: Caller, months: Sequence[date]) -> float:
    """The median of everything that the dashboard asks the database for."""
    database = running.services["reporting"].database
    taken = []
    for n in range(_ROUNDS):
        begun = perf_counter()
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            found = await read_dashboard(tx, caller, months[n % len(months)], None)
        async with database.transaction() as tx:
            await explain_dashboard(tx, found)
        taken.append((perf_counter() - begun) * 1000)
    return median(taken)


async def _chunk_ms(running: Embedded, mover: Mover, kind: str) -> float:
    """The median of an event of 500 moves, from its bytes to its commit. The first of a kind warms up."""
    inbox = running.services["reporting"].inbox
    await checkpoint(running.admin_database_url)
    taken = []
    for data in mover.events(kind, _ROUNDS + 1):
        begun = perf_counter()
        await inbox.receive(data)
        taken.append((perf_counter() - begun) * 1000)
    return median(taken[1:])


async def _delay_seconds(running: Embedded, mover: Mover, month: date) -> float:
    """From the commit of what disbursement says to the first answer to the page that shows it."""
    token = running.platform.token("operations", ["*"], "bench")
    url = f"{running.urls['reporting']}/v1/months"
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:

        async def paid() -> int:
            items = (await client.get(url)).raise_for_status().json()["items"]
            return sum(item["people"]["by_account"] for item in items if item["month"] == month.isoformat())

        before = await paid()
        await mover.say_paid(running.platform.database("disbursement"))
        begun = perf_counter()
        while await paid() == before:  # the question itself takes its time
            pass
        return perf_counter() - begun
