"""`./chitra report rebuild`: the read models of reporting, forgotten and made again out of the event logs."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import Progress

from services.reporting.events import LOGS, parts
from services.reporting.use_cases.rebuild_read_models import Part, Rebuilt, rebuild
from services.reporting.workers.rebuild import PAGE_EVENTS, event_log
from shared import outbox
from shared.contracts.envelope import Envelope
from shared.database import Database
from shared.embedded_postgres import is_running, start_postgres
from shared.kernel.errors import Refusal
from shared.keys import load_pseudonym_secret
from shared.platform import DATABASE
from shared.settings import BAD_SETTING, Settings, read_settings

REPORTING = "reporting"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("action", choices=["rebuild"], help="forget the read models and make them again")
    parser.add_argument("--log", choices=LOGS, help="only what is made of this service's log")


def run(arguments: argparse.Namespace) -> int:
    """Make them again: over CHITRA_DATABASE_URL with the logs read over REST, or those of `./chitra up`."""
    settings = read_settings()
    asyncio.run(_distributed(settings, arguments.log) if settings.distributed else _embedded(settings, arguments.log))
    return 0


def _chosen(keys_dir: Path, log: str | None) -> list[Part]:
    return [part for part in parts(load_pseudonym_secret(keys_dir)) if log in (None, part.source)]


async def _distributed(settings: Settings, log: str | None) -> None:
    """Each service's log is its own: it is asked for it, with the token in CHITRA_SYSTEM_TOKEN_FILE."""
    assert settings.database_url is not None
    if settings.system_token_file is None:
        raise Refusal(BAD_SETTING, "set CHITRA_SYSTEM_TOKEN_FILE: the logs are read over REST")
    token = settings.system_token_file.read_text(encoding="ascii").strip()
    database = Database(settings.database_url, REPORTING)
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            for part in _chosen(settings.keys_dir, log):
                url: str | None = getattr(settings, f"{part.source}_url")
                if url is None:
                    raise Refusal(BAD_SETTING, f"set CHITRA_{part.source.upper()}_URL: the log is read there")
                position = await client.get(f"{url}/v1/events/position", headers={"Authorization": f"Bearer {token}"})
                position.raise_for_status()
                await _rebuild(database, part, event_log(client, url, token), int(position.json()["position"]))
    finally:
        await database.close()


async def _embedded(settings: Settings, only: str | None) -> None:
    """All logs stand in one database: they are read there, whether the platform is up or not."""
    up = settings.home / "up"
    home = up / "postgres"
    if not (home / "data").exists():
        raise Refusal(BAD_SETTING, "there is no embedded platform here, and CHITRA_DATABASE_URL is not set")
    was_running = is_running(home)
    server = start_postgres(home)
    try:
        database = Database(server.url_for(f"chitra_{REPORTING}", DATABASE), REPORTING)
        for part in _chosen(up / "keys", only):
            log = Database(server.url_for(f"chitra_{part.source}", DATABASE), part.source)
            async with contextlib.aclosing(_stored(log, part.source)) as pages:
                async with log.transaction() as tx:
                    last = await outbox.last_position(tx)
                await _rebuild(database, part, pages, last)
            await log.close()
        await database.close()
    finally:
        if not was_running:
            server.stop()


async def _stored(log: Database, source: str) -> AsyncGenerator[Sequence[Envelope]]:
    after = 0
    while True:
        async with log.transaction() as tx:
            page = await outbox.events_after(tx, source, after, PAGE_EVENTS)
        if not page:
            return
        yield page
        after = page[-1].position


async def _rebuild(database: Database, part: Part, pages: AsyncIterator[Sequence[Envelope]], last: int) -> Rebuilt:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(part.source, total=last)

        async def watched() -> AsyncIterator[Sequence[Envelope]]:
            async for page in pages:
                yield page
                progress.update(task, completed=page[-1].position)

        async with database.transaction() as tx:
            done = await rebuild(tx, part, watched())
    Console().print(f"{part.source}: {done.applied} of {done.events} events applied, up to position {done.position}")
    return done
