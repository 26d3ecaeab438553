"""The provider sandbox as a process beside the platform: started, waited for, asked through its admin routes, ended."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
TRIES = 5


@dataclass(slots=True)
class SandboxProcess:
    """A running sandbox."""

    port: int
    directory: Path
    keys_dir: Path
    webhooks_url: str
    seed: int
    fault_rate: float
    hang_seconds: float = 2.0
    not_found_seconds: float = 0.8
    process: subprocess.Popen[bytes] | None = field(default=None)
    _client: httpx.AsyncClient | None = None

    @property
    def url(self) -> str:
        """Its address: that of all four providers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        """The command that starts it."""
        return [
            sys.executable, "-m", "services.provider_gateway.sandbox", "--port", str(self.port), "--data", str(self.directory),
            "--keys", str(self.keys_dir), "--webhooks", self.webhooks_url, "--seed", str(self.seed),
            "--fault-rate", str(self.fault_rate), "--hang-seconds", str(self.hang_seconds),
            "--not-found-seconds", str(self.not_found_seconds),
        ]  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "sandbox.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        with httpx.Client(timeout=2) as client:  # one: each reads the certificates of the world, which costs more than asking
            while time.monotonic() < deadline:
                if self.process.poll() is not None:
                    break
                try:
                    if client.get(f"{self.url}/health").status_code == 200:
                        return
                except httpx.HTTPError:
                    time.sleep(0.05)
        raise RuntimeError(f"the sandbox did not start; see {self.directory / 'sandbox.log'}")

    def stop(self) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    async def ask(self, method: str, path: str, **arguments: Any) -> Any:
        """An admin route's answer."""
        if self._client is None:
            secret = (self.keys_dir / "admin.secret").read_text(encoding="ascii").strip()
            headers = {"Authorization": f"Bearer {secret}"}
            self._client = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=60, trust_env=False)
        for left in range(TRIES, 0, -1):
            try:
                answer = await self._client.request(method, path, **arguments)
                answer.raise_for_status()
                return answer.json()
            except httpx.TransportError:  # a connection that the server had just closed; admin routes may be asked twice
                if left == 1:
                    raise
                await asyncio.sleep(0.1)
        raise AssertionError("the last try returns or raises")

    async def close(self) -> None:
        """End it, and let go of the connections to it."""
        if self._client is not None:
            await self._client.aclose()
        await asyncio.to_thread(self.stop)
