"""The embedded platform in a process of its own, beside the program that plays its officers.

One process for database work and another for whoever asks: on two cores the demo takes less time, and its clients reach the
services as any client does, over HTTP. It ends when its standard input does, so it never outlives who started it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from console.embedded import GATEWAY_OUTSIDE, start_embedded
from console.front_door import PATHS
from console.processes import PROCESS_FAILED
from shared.auth import issue_local_token
from shared.kernel.errors import Refusal
from shared.keys import ISSUER, load_signing_key
from shared.observability import configure_logging
from shared.platform import embedded_settings
from shared.runtime import run_async
from shared.settings import SERVICES, Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent
END_SECONDS = 30

STOP_MODE = "immediate"
"""What played is over, and made again from nothing the next time: the server need not write all its pages before it ends. Whoever
looks at the data after all finds them by the log, as after a power cut."""


@dataclass(slots=True)
class EmbeddedProcess:
    """What runs, and how to stop it: a `console.running.Running`."""

    settings: Settings
    process: subprocess.Popen[str]
    database_urls: dict[str, str]
    admin_url: str

    @property
    def urls(self) -> dict[str, str]:
        """Base address of each service, behind the front door."""
        return {name: f"http://{self.settings.host}:{self.settings.port}/{PATHS[name]}" for name in SERVICES}

    @property
    def admin_database_url(self) -> str:
        """The database owner's address."""
        return self.admin_url

    @property
    def keys_dir(self) -> Path:
        """Keys of this installation."""
        return self.settings.keys_dir

    def token(self, role: str, unit_ids: list[str], subject: str) -> str:
        """A token of the local issuer."""
        key = load_signing_key(self.settings.keys_dir, ISSUER)
        return issue_local_token(key, role=role, subject=subject, unit_ids=unit_ids, audience=self.settings.oidc_audience)

    async def stop(self) -> None:
        """Let it stop in order; end it where it doesn't."""
        await asyncio.to_thread(_end, self.process)


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


async def start_embedded_process(settings: Settings, *, gateway_outside: bool) -> EmbeddedProcess:
    """Start the platform with these settings; returns once it answers. Raises `process-failed` with the place of its log."""
    return await asyncio.to_thread(_start, settings, gateway_outside)


def _start(settings: Settings, gateway_outside: bool) -> EmbeddedProcess:
    environment = {
        **os.environ,
        "CHITRA_ENV": settings.environment,
        "CHITRA_PROVIDER_TIMEOUT_SECONDS": str(settings.provider_timeout_seconds),
        "CHITRA_PROVIDER_PROCESSING_SECONDS": str(settings.provider_processing_seconds or ""),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "console.embedded_process", "--home", str(settings.home), "--port", str(settings.port)]
    command += ["--providers", str(settings.providers_url), *(["--gateway-outside"] if gateway_outside else [])]
    settings.home.mkdir(parents=True, exist_ok=True)
    log_path = settings.home / "platform.log"
    with log_path.open("ab") as log:
        # A group of its own: Ctrl-C at the terminal is for the program that plays, which then ends this one in order.
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        _end(process)
        raise Refusal(PROCESS_FAILED, f"the platform did not start; see {log_path}")
    told = json.loads(line)
    return EmbeddedProcess(settings, process, told["database_urls"], told["admin_database_url"])


def main() -> int:
    """Run until standard input ends. The first line of standard output says where the database is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--providers", required=True)
    parser.add_argument("--gateway-outside", action="store_true", help="another process sends and enquires")
    arguments = parser.parse_args()
    configure_logging("error")
    run_async(_run(arguments))
    return 0


async def _run(arguments: argparse.Namespace) -> None:
    settings = embedded_settings(read_settings(), arguments.home, arguments.port, arguments.providers)
    running = await start_embedded(settings, GATEWAY_OUTSIDE if arguments.gateway_outside else None)
    where = {"database_urls": running.platform.database_urls, "admin_database_url": running.admin_database_url}
    print(json.dumps(where), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await running.stop(STOP_MODE)


if __name__ == "__main__":
    sys.exit(main())
