"""The sender and the enquirer in a process of their own: they need the database and the providers, no bus and no port.

`python -m services.provider_gateway.workers.alone`, with `CHITRA_GATEWAY_DATABASE_URL` (role chitra_provider_gateway),
`CHITRA_KEYS_DIR`, `CHITRA_PROVIDERS_URL`, `CHITRA_PROVIDER_TIMEOUT_SECONDS` and `CHITRA_ENV`. It may be killed at any moment
and run as often as wanted: nothing is doubled or lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys

from services.provider_gateway.workers.wiring import open_ways
from shared.crypto import load_field_cipher
from shared.database import Database
from shared.observability import configure_logging
from shared.outbox import ensure_partitions
from shared.settings import read_settings

DATABASE_URL = "CHITRA_GATEWAY_DATABASE_URL"
NAME = "provider_gateway"


async def run(database_url: str) -> None:
    """Until cancelled."""
    settings = read_settings()
    database = Database(database_url, NAME)
    ways = open_ways(settings, load_field_cipher(settings.keys_dir))
    try:
        async with database.transaction() as tx:
            await ensure_partitions(tx, NAME)
        await asyncio.gather(*(worker.run() for worker in ways.senders(database)))
    finally:
        await ways.close()
        await database.close()


async def _until_told(database_url: str) -> None:
    task = asyncio.create_task(run(database_url))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main() -> None:
    """Run until SIGTERM."""
    configure_logging()
    database_url = os.environ.get(DATABASE_URL)
    if not database_url:
        sys.exit(f"{DATABASE_URL} is missing")
    asyncio.run(_until_told(database_url))


if __name__ == "__main__":
    main()
