"""The embedded platform running: database, four services behind one front door, their workers, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from console.front_door import PATHS, front_door
from console.services import build_services, load_services
from shared.platform import Platform, open_platform
from shared.runtime import WebServer, prepare_forgetful_bus, start_workers, stop_tasks
from shared.service import Service
from shared.settings import Settings

GATEWAY_OUTSIDE = frozenset({"webhooks", "accounts", "names", "messages"})
"""The gateway's workers that stay inside when another process sends and enquires (`./chitra demo --kill`)."""


@dataclass(slots=True)
class Embedded:
    """What runs, and how to stop it: a `console.running.Running`."""

    platform: Platform
    services: dict[str, Service]
    server: WebServer
    server_task: asyncio.Task[None]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Address of the front door."""
        return f"http://{self.platform.settings.host}:{self.platform.settings.port}"

    @property
    def urls(self) -> dict[str, str]:
        """Base address of each service, behind the front door."""
        return {name: f"{self.url}/{PATHS[name]}" for name in self.services}

    @property
    def admin_database_url(self) -> str:
        """The database owner's address."""
        assert self.platform.admin_database_url is not None, "the embedded platform owns its database"
        return self.platform.admin_database_url

    @property
    def keys_dir(self) -> Path:
        """Keys of this installation."""
        return self.platform.settings.keys_dir

    def token(self, role: str, unit_ids: list[str], subject: str) -> str:
        """A token of the local issuer."""
        return self.platform.token(role, unit_ids, subject)

    async def stop(self, stop_mode: str = "fast") -> None:
        """Stop serving, working, and the database."""
        await stop_tasks(self.tasks)
        self.server.should_exit = True
        await asyncio.gather(self.server_task, return_exceptions=True)
        await self.platform.close(stop_mode)


async def start_embedded(settings: Settings, gateway_workers: Collection[str] | None = None) -> Embedded:
    """Start everything. `gateway_workers` names the gateway's workers to run here (None: all)."""
    platform, _ = await asyncio.gather(open_platform(settings), asyncio.to_thread(load_services))
    services = build_services(platform)
    server, server_task = await WebServer.start(front_door(services), settings.host, settings.port)
    await prepare_forgetful_bus(list(services.values()), platform.bus)
    running = Embedded(platform, services, server, server_task)
    for name, service in services.items():
        only = gateway_workers if name == "provider_gateway" else None
        running.tasks += await start_workers(service, platform.bus, only)
    return running
