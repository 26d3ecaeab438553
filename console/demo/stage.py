"""The stage of the demo: platform and sandbox running, both business clocks in hand, everything ended at the end."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import asyncpg
import httpx

from console.demo.api import Staff
from console.demo.killer import Killer, KillTarget, lone_gateway, lone_worker_of_distributed
from console.demo.options import DemoOptions
from console.distributed import start_distributed
from console.embedded_process import start_embedded_process
from console.look_back import RUNNING
from console.running import Running
from console.sandbox_process import SandboxProcess
from shared.embedded_postgres import free_port
from shared.kernel.clock import VIETNAM
from shared.platform import embedded_settings
from shared.settings import read_settings

PROVIDER_TIMEOUT_SECONDS = 0.7
HANG_SECONDS = 1.1
"""The sandbox hangs longer than the gateway waits: that is what a time-out is."""

FAULT_RATE = 0.35
"""Of the sandbox's default rates; each kind of fault happens at least once whatever the rate."""

NOT_FOUND_SECONDS = 0.6
PROCESSING_SECONDS = 0.9
"""So long the sandbox may say "not found" of what it took; so long the gateway waits before it believes a second one."""

SET_CLOCK = """
INSERT INTO platform.business_clock (business_at, set_at) VALUES ($1, clock_timestamp())
ON CONFLICT (only_row) DO UPDATE SET business_at = excluded.business_at, set_at = excluded.set_at
"""


@dataclass(slots=True)
class Stage:
    """What the demo plays on."""

    running: Running
    sandbox: SandboxProcess
    staff: Staff
    client: httpx.AsyncClient
    killer: Killer | None
    today: date

    async def set_date(self, day: date, hour: int = 8) -> None:
        """Move both business clocks: ours in the database, the providers' in the sandbox. Neither goes back."""
        self.today = max(self.today, day)
        connection = await asyncpg.connect(self.running.admin_database_url)
        try:
            await connection.execute(SET_CLOCK, datetime.combine(self.today, time(hour), VIETNAM))
        finally:
            await connection.close()
        await self.sandbox.ask("POST", "/admin/clock", json={"today": self.today.isoformat(), "hour": 23})

    def note_running(self, home: Path) -> None:
        """Leave word for `./chitra trace` while this runs."""
        token = self.running.token("operations", ["*"], "trace")
        noted = {"pid": os.getpid(), "urls": self.running.urls, "token": token}
        path = home / RUNNING
        path.touch(mode=0o600)
        path.write_text(json.dumps(noted), encoding="utf-8")

    async def close(self) -> None:
        """End all that was started here."""
        if self.killer is not None:
            await self.killer.stop()
        await self.client.aclose()
        await self.running.stop()
        await self.sandbox.close()


async def open_stage(options: DemoOptions, first_day: date) -> Stage:
    """Start a platform on empty data, and the sandbox beside it."""
    if options.home.exists():
        await asyncio.to_thread(shutil.rmtree, options.home)
    sandbox_port = free_port()
    port = options.port or free_port()
    base = read_settings(
        {
            "CHITRA_ENV": "test",
            "CHITRA_PROVIDER_TIMEOUT_SECONDS": str(PROVIDER_TIMEOUT_SECONDS * options.patience),
            "CHITRA_PROVIDER_PROCESSING_SECONDS": str(PROCESSING_SECONDS * options.patience),
        }
    )
    settings = embedded_settings(base, options.home, port, f"http://127.0.0.1:{sandbox_port}")
    sandbox = SandboxProcess(
        sandbox_port,
        options.home / "sandbox",
        settings.keys_dir / "providers",
        f"http://127.0.0.1:{port}/gateway/v1/webhooks",
        options.seed,
        FAULT_RATE if options.faults else 0.0,
        HANG_SECONDS * options.patience,
        NOT_FOUND_SECONDS * options.patience,
    )
    target: KillTarget | None = None
    running: Running
    if options.distributed:
        distributed = await start_distributed(
            options.home,
            sandbox.url,
            settings.provider_timeout_seconds,
            provider_processing_seconds=PROCESSING_SECONDS * options.patience,
        )
        running = distributed
        sandbox.webhooks_url = f"{distributed.urls['provider_gateway']}/v1/webhooks"
        target = lone_worker_of_distributed(distributed) if options.kill else None
        await asyncio.to_thread(sandbox.start)
    else:
        # Side by side: neither asks anything of the other before there is somebody to pay.
        embedded, _ = await asyncio.gather(
            start_embedded_process(settings, gateway_outside=options.kill), asyncio.to_thread(sandbox.start)
        )
        running = embedded
        target = lone_gateway(embedded) if options.kill else None
    client = httpx.AsyncClient(timeout=120, trust_env=False, limits=httpx.Limits(max_connections=32))
    killer = Killer(target, options.seed) if target is not None else None
    stage = Stage(running, sandbox, Staff(running, client), client, killer, first_day)
    await stage.set_date(first_day)
    stage.note_running(options.home)
    return stage
