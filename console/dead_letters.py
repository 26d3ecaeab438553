"""`./chitra dead-letters SERVICE`: look at a service's dead letters on the broker, or put them back into its queue."""

from __future__ import annotations

import argparse
import asyncio

from rich.console import Console
from rich.table import Table

from shared.bus.rabbit import RabbitBus
from shared.contracts.envelope import decode_envelope
from shared.kernel.errors import Refusal
from shared.settings import BAD_SETTING, SERVICES, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--replay", action="store_true", help="put them back into the queue")
    parser.add_argument("--limit", type=int, default=100)


def run(arguments: argparse.Namespace) -> int:
    """Show or replay."""
    settings = read_settings()
    if settings.amqp_url is None:
        raise Refusal(
            BAD_SETTING, "dead letters stand on the broker of CHITRA_AMQP_URL; the embedded platform retries at its start"
        )
    asyncio.run(_work(settings.amqp_url, settings.amqp_namespace, f"chitra.{arguments.service}", arguments))
    return 0


async def _work(url: str, namespace: str, queue: str, arguments: argparse.Namespace) -> None:
    bus = await RabbitBus.connect(url, namespace)
    try:
        if arguments.replay:
            print(f"{await bus.replay(queue, arguments.limit)} put back into {queue}")
            return
        table = Table("event", "position", "reason", title=f"dead letters of {queue}")
        for letter in await bus.dead_letters(queue, arguments.limit):
            envelope = decode_envelope(letter.data)
            table.add_row(envelope.routing_key, str(envelope.position), letter.reason)
        Console().print(table)
    finally:
        await bus.close()
