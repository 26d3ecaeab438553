"""A month of the demo without faults: payments a second from draw-up to books that balance.

The floor is the same final rows (obligations, payments, their lines, attempts, places) written by bare INSERT ... SELECT
into tables with the same indexes in the same database.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.progress import Progress

from console.demo.options import DemoOptions
from console.demo.plan import plan_runs
from console.demo.play import Play, begin_lists
from console.demo.stage import open_stage

_HOME = Path(os.environ.get("CHITRA_HOME", ".chitra")).absolute()

TABLES = (
    "disbursement.obligations",
    "disbursement.payments",
    "disbursement.payment_lines",
    "provider_gateway.attempts",
    "reporting.person_months",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the benchmark."""
    parser.add_argument("--beneficiaries", type=int, default=5000)
    parser.add_argument("--distributed", action="store_true")


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Pay one month, then write its rows again the bare way."""
    with tempfile.TemporaryDirectory() as folder:
        options = DemoOptions(
            beneficiaries=arguments.beneficiaries,
            months=1,
            seed=1,
            json_file=None,
            kill=False,
            stay=False,
            distributed=arguments.distributed,
            home=_HOME / "bench",
            out=Path(folder),
            faults=False,
        )
        runs = plan_runs(1)
        stage = await open_stage(options, runs[0].run_month)
        try:
            with Progress(console=Console(stderr=True), transient=True) as progress:
                play = Play(stage, options, runs, progress, begin_lists(options, progress))
                desk = await play.prepare_first_run()
                began = time.perf_counter()
                await desk.pay(runs[0])
                seconds = time.perf_counter() - began
            payments, floor_seconds = await _floor(stage.running.admin_database_url)
        finally:
            await stage.close()
    return {
        "payments": payments,
        "seconds": round(seconds, 3),
        "payments_per_second": round(payments / seconds, 1),
        "floor_seconds": round(floor_seconds, 3),
        "ratio": round(seconds / floor_seconds, 1),
    }


async def _floor(admin_url: str) -> tuple[int, float]:
    """(payments, seconds) of the bare way."""
    connection = await asyncpg.connect(admin_url)
    try:
        seconds = 0.0
        for table in TABLES:
            copy = table.replace(".", ".floor_")
            await connection.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING INDEXES INCLUDING DEFAULTS)")
            began = time.perf_counter()
            await connection.execute(f"INSERT INTO {copy} SELECT * FROM {table}")  # noqa: S608 - constants only
            seconds += time.perf_counter() - began
        return int(await connection.fetchval("SELECT count(*) FROM disbursement.payments")), seconds
    finally:
        await connection.close()
