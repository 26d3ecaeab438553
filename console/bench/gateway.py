"""Payments settled a second: payrolls released, instructed, sent to the sandbox over RabbitMQ, and settled in all books.

What runs is what a province runs: the processes of disbursement and the gateway as `./chitra serve` starts them, RabbitMQ with
durable quorum queues, PostgreSQL with fsync on, the sandbox on real HTTP with books of its own and its webhooks, all on this
machine. The payrolls are real ones: drawn up, prepared, approved and funded by the use cases before the clock starts. It runs
from the first release until no payment is open in disbursement's books or the gateway's. Then the sandbox's books are read to
the end and compared with ours. The floor is in `gateway_floor.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import time
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.bench.gateway_floor import write_again
from console.bench.gateway_ground import know_accounts, lay
from console.bench.gateway_judge import judge
from console.bench.payroll_ground import PROVINCE_ID
from console.bench.processor import process_cpu_seconds, server_cpu_seconds
from console.demo.stage import SET_CLOCK
from console.distributed import Distributed, start_distributed
from console.sandbox_process import SandboxProcess
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.storage import units
from services.disbursement.storage.law_data import load_law
from services.disbursement.use_cases.approve_payroll import approve_payroll
from services.disbursement.use_cases.confirm_funding import ConfirmFunding, confirm_funding
from services.disbursement.use_cases.draw_up_run import DrawUp, draw_up_run
from services.disbursement.use_cases.open_run import open_run
from services.disbursement.use_cases.prepare_payroll import prepare_payroll
from services.disbursement.use_cases.release_payroll import release_payroll
from shared.auth import Caller
from shared.crypto import load_field_cipher
from shared.database import Database
from shared.embedded_postgres import free_port
from shared.kernel.clock import VIETNAM
from shared.keys import SEAL, load_signing_key

_HOME = Path(os.environ.get("CHITRA_HOME", ".chitra")).absolute()
_MONTH = date(2024, 10, 1)
_TODAY = date(2024, 10, 3)
_RUNNING = ("disbursement-worker", "provider_gateway-worker", "provider_gateway-api")
_MAKER = Caller("bench", "maker", "person", frozenset({"disbursement:prepare"}), ())
_CHECKER = Caller("bench", "checker", "person", frozenset({"disbursement:approve"}), ())
_ACCOUNTANT = Caller("bench", "accountant", "person", frozenset({"disbursement:release"}), ())

POLL_SECONDS = 0.1
STUCK_SECONDS = 120.0
"""Nothing has moved for so long: what is open then is counted as lost."""

# The cheap question first: chunks are five hundred times fewer than payments.
_OPEN_CHUNKS = """
SELECT (SELECT count(*) FROM disbursement.chunks WHERE state <> 'answered')
     + (SELECT count(*) FROM disbursement.chunks) - (SELECT count(*) FROM provider_gateway.chunks WHERE state = 'settled')
"""
_OPEN_PAYMENTS = "SELECT count(*) FROM disbursement.payments WHERE state = 'open'"
_UNPUBLISHED = """
SELECT (SELECT count(*) FROM disbursement.outbox WHERE position IS NULL)
     + (SELECT last_position - published_position FROM disbursement.outbox_state)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the benchmark."""
    parser.add_argument("--payments", type=int, default=100_000)
    parser.add_argument("--authorities", type=int, default=4, help="paying authorities, each with a payroll of two providers")


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Settle so many payments, judge, and write the rows again the bare way."""
    home = _HOME / "bench-gateway"
    if home.exists():
        await asyncio.to_thread(shutil.rmtree, home)
    sandbox_port = free_port()
    running = await start_distributed(home, f"http://127.0.0.1:{sandbox_port}", only=_RUNNING)
    webhooks_url = f"{running.processes['provider_gateway-api'].url}/v1/webhooks"
    sandbox = SandboxProcess(sandbox_port, home / "sandbox", running.keys_dir / "providers", webhooks_url, 1, 0.0)
    try:
        await asyncio.to_thread(sandbox.start)
        return await _measure_on(running, sandbox, arguments.payments, arguments.authorities)
    finally:
        await sandbox.close()
        await running.stop()
        await asyncio.to_thread(shutil.rmtree, home)


async def _measure_on(running: Distributed, sandbox: SandboxProcess, payments: int, authorities: int) -> dict[str, Any]:
    admin = await asyncpg.connect(running.admin_database_url, server_settings={"jit": "off"})
    database = Database(running.postgres.url_for("chitra_disbursement", "chitra"), "disbursement")
    try:
        await _set_clocks(admin, sandbox)
        authority_ids = await lay(admin, payments, authorities)
        await know_accounts(admin, sandbox, load_field_cipher(running.keys_dir))
        key = load_signing_key(running.keys_dir, SEAL)
        payroll_ids = await _approved_payrolls(database, authority_ids, key)
        assert await admin.fetchval(_OPEN_PAYMENTS) == payments
        await _until_zero(admin, _UNPUBLISHED)
        first_position = int(await admin.fetchval("SELECT last_position FROM disbursement.outbox_state"))
        await admin.execute("CHECKPOINT")
        before = _processor(running, sandbox)
        began = time.perf_counter()
        for payroll_id in payroll_ids:
            async with database.transaction() as tx:
                await release_payroll(tx, _ACCOUNTANT, payroll_id, key)
        released_seconds = time.perf_counter() - began
        open_payments = await _until_settled(admin)
        seconds = time.perf_counter() - began
        used = {name: round(after - before[name], 2) for name, after in _processor(running, sandbox).items()}
        await _until_zero(admin, _UNPUBLISHED)
        verdict = await judge(admin, sandbox)
        floor = await write_again(admin, first_position, running.postgres.directory / "data")
    finally:
        await database.close()
        await admin.close()
    settled = payments - open_payments
    return {
        "payments": payments,
        "settled_per_second": round(settled / seconds, 1),
        "floor_per_second": round(payments / floor.seconds, 1),
        "double_payments": verdict.double,
        "lost_payments": verdict.lost,
        "seconds": round(seconds, 2),
        "released_seconds": round(released_seconds, 2),
        "cpu_seconds": round(sum(used.values()), 2),
        "settled_per_cpu_second": round(settled / sum(used.values()), 1) if used else 0,
        "floor_cpu_seconds": round(floor.cpu_seconds or 0, 2),
        **{f"cpu_{name.replace('-', '_')}_seconds": taken for name, taken in used.items()},
    }


async def _set_clocks(admin: asyncpg.Connection, sandbox: SandboxProcess) -> None:
    await admin.execute(SET_CLOCK, datetime.combine(_TODAY, time_of_day(8), VIETNAM))
    await sandbox.ask("POST", "/admin/clock", json={"today": _TODAY.isoformat(), "hour": 23})


async def _approved_payrolls(database: Database, authority_ids: list[str], key: Ed25519PrivateKey) -> list[UUID]:
    """A month's payrolls, drawn up, prepared, approved and funded as officers' requests do it."""
    async with database.transaction() as tx:
        province = await units.find(tx, PROVINCE_ID)
        run = await open_run(tx, f"{_MONTH:%Y-%m}", province, [_MONTH], load_law())
    payrolls: list[Payroll] = []
    for authority_id in authority_ids:
        async with database.transaction() as tx:
            authority = await units.find(tx, authority_id)
        async with database.transaction(repeatable_read=True) as tx:
            drawn = await draw_up_run(tx, DrawUp(run.run_id, authority, 0, "bench", "maker"), load_law())
        payrolls += drawn.payrolls
    for number, payroll in enumerate(payrolls):
        async with database.transaction() as tx:
            await prepare_payroll(tx, _MAKER, payroll.payroll_id)
        async with database.transaction() as tx:
            await approve_payroll(tx, _CHECKER, payroll.payroll_id, key)
        async with database.transaction() as tx:
            await confirm_funding(tx, _ACCOUNTANT, _funding(payroll, number))
    return [payroll.payroll_id for payroll in payrolls]


def _funding(payroll: Payroll, number: int) -> ConfirmFunding:
    """What the Treasury credits for a payroll: all of it."""
    return ConfirmFunding(
        run_id=payroll.run_id,
        authority_id=payroll.authority_id,
        contract_id=payroll.contract_id,
        amount_dong=payroll.amount_dong,
        withdrawal_paper=f"RDT-{number}",
        treasury_reference=f"KB-{number}",
        credited_on=_TODAY,
    )


async def _until_zero(admin: asyncpg.Connection, question: str) -> None:
    while await admin.fetchval(question):  # noqa: ASYNC110 - in other processes
        await asyncio.sleep(POLL_SECONDS)


async def _until_settled(admin: asyncpg.Connection) -> int:
    """Wait until nothing is open in the books of either service; how many payments are open where nothing moves any more."""
    last, moved_at = None, time.monotonic()
    while True:
        open_chunks = int(await admin.fetchval(_OPEN_CHUNKS))
        open_payments = int(await admin.fetchval(_OPEN_PAYMENTS)) if not open_chunks else -1
        if not open_chunks and not open_payments:
            return 0
        if (open_chunks, open_payments) != last:
            last, moved_at = (open_chunks, open_payments), time.monotonic()
        elif time.monotonic() - moved_at > STUCK_SECONDS:
            return int(await admin.fetchval(_OPEN_PAYMENTS))
        await asyncio.sleep(POLL_SECONDS)


def _processor(running: Distributed, sandbox: SandboxProcess) -> dict[str, float]:
    """Processor seconds that each part has used so far; nothing where the system does not tell."""
    pids = {name: process.process.pid for name, process in running.processes.items() if process.process is not None}
    if sandbox.process is not None:
        pids["sandbox"] = sandbox.process.pid
    if running.node is not None and running.node.pid is not None:
        pids["rabbitmq"] = running.node.pid
    found = {name: process_cpu_seconds(pid) for name, pid in pids.items()}
    found["postgres"] = server_cpu_seconds(running.postgres.directory / "data")
    return {name: seconds for name, seconds in found.items() if seconds is not None}
