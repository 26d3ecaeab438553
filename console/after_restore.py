"""`./chitra after-restore`: after the database came back from a backup, every provider is stopped until a person has compared.

What was sent after the backup is not known any more. The stops hold whatever is sent next; docs/stopping.md says what to compare.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

from services.provider_gateway.connectors.registry import CONNECTORS
from services.provider_gateway.use_cases.stop_sending import stop_after_restore
from shared.database import Database
from shared.embedded_postgres import start_postgres
from shared.kernel.errors import Refusal
from shared.outbox import ensure_partitions
from shared.settings import BAD_SETTING, read_settings

GATEWAY = "provider_gateway"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """No arguments: the address holds a password, and stays out of the process list."""


def run(_arguments: argparse.Namespace) -> int:
    """Stop every provider that is not stopped for this already. Run it before the services start."""
    with _database_url() as url:
        stopped = asyncio.run(_stop(url))
    for provider in sorted(CONNECTORS):
        print(f"{provider}: {'stopped' if provider in stopped else 'was stopped before'}")
    return 0


@contextmanager
def _database_url() -> Iterator[str]:
    """The installation's database, or that of `./chitra up`, which is started for the while."""
    url = os.environ.get("CHITRA_ADMIN_DATABASE_URL") or os.environ.get("CHITRA_DATABASE_URL")
    if url:
        yield url
        return
    home = read_settings().home / "up" / "postgres"
    if not (home / "data").exists():
        raise Refusal(BAD_SETTING, "set CHITRA_ADMIN_DATABASE_URL: there is no embedded platform here")
    server = start_postgres(home)
    try:
        yield server.url
    finally:
        server.stop()


async def _stop(url: str) -> set[str]:
    database = Database(url, GATEWAY)
    try:
        async with database.transaction() as tx:
            await ensure_partitions(tx, GATEWAY)
            return {stop.key for stop in await stop_after_restore(tx, sorted(CONNECTORS))}
    finally:
        await database.close()
