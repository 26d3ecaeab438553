"""`./chitra queues`: make every service's queue on the broker of CHITRA_AMQP_URL.

It runs before any worker. An event goes to the queues that are bound when it is published: were a relay to start before
another service's queue is there, that service would never get it.
"""

from __future__ import annotations

import argparse
import asyncio

from console.services import build_services
from shared.kernel.errors import Refusal
from shared.platform import open_platform
from shared.runtime import prepare_forgetful_bus
from shared.settings import BAD_SETTING, Settings, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(_arguments: argparse.Namespace) -> int:
    """Declare them."""
    settings = read_settings()
    if not settings.distributed:
        raise Refusal(BAD_SETTING, "queues stand on the broker of CHITRA_AMQP_URL, beside a CHITRA_DATABASE_URL")
    print(f"queues are there: {', '.join(asyncio.run(declare(settings)))}")
    return 0


async def declare(settings: Settings) -> list[str]:
    """Declare the queues of all services; their names. No service's database is touched."""
    platform = await open_platform(settings)
    try:
        services = [service for service in build_services(platform).values() if service.subscribes_to]
        await prepare_forgetful_bus(services, platform.bus)
    finally:
        await platform.close()
    return [service.queue for service in services]
