"""`./chitra demo --kill`: ends the gateway's worker with SIGKILL in the middle of its work, and starts it again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from console.distributed import Distributed
from console.embedded_process import EmbeddedProcess

LEAST_SECONDS = 0.15
MOST_SECONDS = 1.2
KILLS_A_RUN = 4
WORKER = "provider_gateway-worker"


@dataclass(slots=True)
class KillTarget:
    """A process that can be killed and started again."""

    kill: Callable[[], None]
    start: Callable[[], None]
    stop: Callable[[], None]


def lone_gateway(platform: EmbeddedProcess) -> KillTarget:
    """The gateway's sender in a process of its own, on the embedded platform's database."""
    held: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "CHITRA_ENV": "test",
        "CHITRA_GATEWAY_DATABASE_URL": platform.database_urls["provider_gateway"],
        "CHITRA_KEYS_DIR": str(platform.settings.keys_dir),
        "CHITRA_PROVIDERS_URL": str(platform.settings.providers_url),
        "CHITRA_PROVIDER_TIMEOUT_SECONDS": str(platform.settings.provider_timeout_seconds),
        "CHITRA_PROVIDER_PROCESSING_SECONDS": str(platform.settings.provider_processing_seconds or ""),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    log = platform.settings.home / "gateway-worker.log"

    def start() -> None:
        with log.open("ab") as out:
            command = [sys.executable, "-m", "services.provider_gateway.workers.alone"]
            held.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out))

    def kill() -> None:
        held[-1].send_signal(signal.SIGKILL)
        held[-1].wait()

    def stop() -> None:
        held[-1].terminate()
        held[-1].wait(15)

    return KillTarget(kill, start, stop)


def lone_worker_of_distributed(distributed: Distributed) -> KillTarget:
    """The gateway's worker process of the distributed platform, which `distributed` itself ends at the end."""
    started = [True]

    def start() -> None:
        if started:
            started.clear()  # it runs already
        else:
            distributed.restart(WORKER)

    return KillTarget(lambda: distributed.kill(WORKER), start, lambda: None)


class Killer:
    """Kills the target at random moments while it is let loose."""

    def __init__(self, target: KillTarget, seed: int) -> None:
        self._target = target
        self._random = Random(f"kill:{seed}")
        self._task: asyncio.Task[None] | None = None
        self.kills = 0
        target.start()

    def let_loose(self) -> None:
        """From now on kill a few times."""
        self._task = asyncio.create_task(self._kill_some())

    async def rest(self) -> None:
        """Stop killing; the target runs."""
        if self._task is not None:
            await self._task
            self._task = None

    async def _kill_some(self) -> None:
        for _ in range(KILLS_A_RUN):
            await asyncio.sleep(self._random.uniform(LEAST_SECONDS, MOST_SECONDS))
            await asyncio.to_thread(self._target.kill)
            self.kills += 1
            await asyncio.to_thread(self._target.start)

    async def stop(self) -> None:
        """No more killing, and end the target."""
        await self.rest()
        await asyncio.to_thread(self._target.stop)
