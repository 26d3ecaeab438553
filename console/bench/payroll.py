"""Payrolls drawn up from stored decisions, prepared and approved, beside the same final rows written bare.

The job is the real one: the use cases as officers' requests call them, in the services' role and row scope, on the embedded
PostgreSQL with its own settings (fsync on). It reads people, decisions and contracts, applies the law, writes obligations,
payments, their lines and chunks with digests, ledger and events, and checks every digest again at preparing and at approval.

A paying authority is a district or a commune, so the people are spread over authorities, at most a province's worth to one; each
draws up, prepares and approves its own, as many side by side as there are hands. The floor (`payroll_floor.py`) has one hand.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.bench.payroll_floor import copies, write_again
from console.bench.payroll_ground import PROVINCE_ID, lay
from console.bench.processor import server_cpu_seconds
from services.disbursement.domain.runs import Run
from services.disbursement.storage import units
from services.disbursement.storage.law_data import load_law
from services.disbursement.use_cases.approve_payroll import approve_payroll
from services.disbursement.use_cases.draw_up_run import DrawUp, draw_up_run
from services.disbursement.use_cases.open_run import open_run
from services.disbursement.use_cases.prepare_payroll import prepare_payroll
from shared import outbox
from shared.auth import Caller
from shared.database import Database
from shared.embedded_postgres import free_port
from shared.keys import SEAL, load_signing_key
from shared.platform import embedded_settings, open_platform
from shared.settings import read_settings

_HOME = Path(os.environ.get("CHITRA_HOME", ".chitra")).absolute()
_MONTH = date(2024, 10, 1)
_MAKER = Caller("bench", "maker", "person", frozenset({"disbursement:prepare"}), ())
_CHECKER = Caller("bench", "checker", "person", frozenset({"disbursement:approve"}), ())


PEOPLE_OF_AN_AUTHORITY = 50_000
"""At most, unless told otherwise: the province of Thừa Thiên Huế as one. A district of 2021 had a tenth of it."""

MOST_SIDE_BY_SIDE = 8
"""Steps at once: fewer than the service has connections."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the benchmark."""
    parser.add_argument("--beneficiaries", type=int, default=100_000)
    parser.add_argument(
        "--authorities", type=int, help="paying authorities that the people are spread over (one for each 50,000)"
    )
    parser.add_argument(
        "--side-by-side",
        type=int,
        help=f"authorities or payrolls at work at once, up to {MOST_SIDE_BY_SIDE} (one more than cores)",
    )


@dataclass
class _Times:
    """Seconds of each step, from the first authority's to the last's, and of the floor's tables."""

    draw_up: float = 0.0
    prepare: float = 0.0
    approve: float = 0.0
    floor: dict[str, float] = field(default_factory=dict)
    cpu: list[float | None] = field(default_factory=list)  # of the database: before, after the job, before, after the floor


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Draw up, prepare and approve a month, then write its rows again the bare way."""
    home = _HOME / "bench-payroll"
    if home.exists():
        await asyncio.to_thread(shutil.rmtree, home)
    settings = embedded_settings(read_settings({"CHITRA_ENV": "test"}), home, free_port(), "")
    platform = await open_platform(settings)
    assert platform.admin_database_url is not None
    admin = await asyncpg.connect(platform.admin_database_url, server_settings={"jit": "off"})
    try:
        authorities = arguments.authorities or max(1, arguments.beneficiaries // PEOPLE_OF_AN_AUTHORITY)
        authority_ids = await lay(admin, arguments.beneficiaries, authorities)
        database = platform.database("disbursement")
        run = await _open(database)
        times = _Times()
        memory_before = _peak_memory_mb()
        data = home / "postgres" / "data"
        await admin.execute("CHECKPOINT")
        times.cpu.append(server_cpu_seconds(data))
        hands = min(arguments.side_by_side or (os.cpu_count() or 1) + 1, MOST_SIDE_BY_SIDE)  # one waits for the disk at times
        office = _Office(database, run, load_signing_key(settings.keys_dir, SEAL), asyncio.Semaphore(hands))
        await _pay(office, authority_ids, times)
        times.cpu.append(server_cpu_seconds(data))
        memory_mb = _peak_memory_mb() - memory_before
        payments = int(await admin.fetchval("SELECT count(*) FROM disbursement.payments"))
        async with copies(admin):
            await admin.execute("CHECKPOINT")
            times.cpu.append(server_cpu_seconds(data))
            times.floor = await write_again(admin)
            times.cpu.append(server_cpu_seconds(data))
    finally:
        await admin.close()
        await platform.close()
        await asyncio.to_thread(shutil.rmtree, home)
    return {**_figures(payments, times, memory_mb), "authorities": authorities, "side_by_side": hands}


async def _open(database: Database) -> Run:
    async with database.transaction() as tx:
        await outbox.ensure_partitions(tx, "disbursement")
        province = await units.find(tx, PROVINCE_ID)
        return await open_run(tx, f"{_MONTH:%Y-%m}", province, [_MONTH], load_law())


@dataclass(frozen=True)
class _Office:
    """What authorities work with: each step is a transaction of its own, as the API has it, and takes one of the hands."""

    database: Database
    run: Run
    key: Ed25519PrivateKey
    hands: asyncio.Semaphore

    async def draw_up(self, authority_id: str) -> list[tuple[str, UUID]]:
        """An authority's payrolls."""
        async with self.hands:
            async with self.database.transaction() as tx:
                authority = await units.find(tx, authority_id)
            async with self.database.transaction(repeatable_read=True) as tx:
                drawn = await draw_up_run(tx, DrawUp(self.run.run_id, authority, 0, "bench", "maker"), load_law())
        return [(authority_id, payroll.payroll_id) for payroll in drawn.payrolls]

    async def prepare(self, authority_id: str, payroll_id: UUID) -> None:
        """The maker's step."""
        async with self.hands, self.database.transaction() as tx:
            await prepare_payroll(tx, _MAKER, payroll_id)

    async def approve(self, authority_id: str, payroll_id: UUID) -> None:
        """The checker's step."""
        async with self.hands, self.database.transaction() as tx:
            await approve_payroll(tx, _CHECKER, payroll_id, self.key)


async def _pay(office: _Office, authority_ids: list[str], times: _Times) -> None:
    """All authorities draw up; then all payrolls are prepared, then all approved."""
    began = time.perf_counter()
    drawn = await asyncio.gather(*(office.draw_up(authority_id) for authority_id in authority_ids))
    payrolls = [payroll for of_authority in drawn for payroll in of_authority]
    drawn_at = time.perf_counter()
    await asyncio.gather(*(office.prepare(*payroll) for payroll in payrolls))
    prepared_at = time.perf_counter()
    await asyncio.gather(*(office.approve(*payroll) for payroll in payrolls))
    times.draw_up, times.prepare, times.approve = drawn_at - began, prepared_at - drawn_at, time.perf_counter() - prepared_at


def _peak_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _figures(payments: int, times: _Times, memory_mb: float) -> dict[str, Any]:
    seconds = times.draw_up + times.prepare + times.approve
    floor_seconds = sum(times.floor.values())
    return {
        "payments": payments,
        "seconds": round(seconds, 3),
        "floor_seconds": round(floor_seconds, 3),
        "ratio": round(seconds / floor_seconds, 2),
        "draw_up_seconds": round(times.draw_up, 3),
        "prepare_seconds": round(times.prepare, 3),
        "approve_seconds": round(times.approve, 3),
        **{f"floor_{table}_seconds": round(taken, 3) for table, taken in times.floor.items()},
        **_processor(times),
        "python_memory_mb": round(memory_mb, 1),
    }


def _processor(times: _Times) -> dict[str, float]:
    """The same by processor time of the database, where the system tells it."""
    told = [each for each in times.cpu if each is not None]
    if len(told) < 4:
        return {}
    job, floor = told[1] - told[0], told[3] - told[2]
    return {"cpu_seconds": round(job, 2), "floor_cpu_seconds": round(floor, 2), "cpu_ratio": round(job / max(floor, 0.01), 2)}
