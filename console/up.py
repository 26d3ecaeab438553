"""`./chitra up`: the embedded platform with the provider sandbox, kept between runs."""

from __future__ import annotations

import argparse
import asyncio
import signal

from rich.console import Console
from rich.table import Table

from console.embedded import Embedded, start_embedded
from console.front_door import PATHS, WHAT
from console.load_province import load_units
from console.sandbox_process import SandboxProcess
from shared.embedded_postgres import free_port
from shared.observability import configure_logging
from shared.platform import embedded_settings
from shared.runtime import run_async
from shared.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--port", type=int, default=8080, help="port of the start page (default 8080)")


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM."""
    configure_logging()
    run_async(_up(arguments.port))
    return 0


async def _up(port: int) -> None:
    base = read_settings()
    home = base.home / "up"
    sandbox_port = free_port()
    settings = embedded_settings(base, home, port, f"http://127.0.0.1:{sandbox_port}")
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    sandbox = SandboxProcess(
        sandbox_port, home / "sandbox", settings.keys_dir / "providers", f"http://127.0.0.1:{port}/gateway/v1/webhooks", 1, 0.0
    )
    await asyncio.to_thread(sandbox.start)
    try:
        running = await start_embedded(settings)
        await load_units(running.url, running.platform.token("admin", ["*"], "setup"))
        show(running)
        await stopping.wait()
        await running.stop()
    finally:
        sandbox.stop()


def show(running: Embedded) -> None:
    """Where everything is, and a token to look at it with."""
    table = Table("page", "address", title="ChiTra")
    token = running.platform.token("operations", ["*"], "operations")
    table.add_row("start page", f"{running.url}/")
    table.add_row("Độ phủ · coverage", f"{running.url}/reporting/?token={token[:12]}…  (whole address below)")
    for service, path in PATHS.items():
        table.add_row(f"{WHAT[service][0]} · {service}", f"{running.url}/{path}/docs")
    console = Console()
    console.print(table)
    console.print(f"dashboard: {running.url}/reporting/?token={token}", soft_wrap=True)
    console.print("a token for REST, `./chitra import send` and the docs: ./chitra token --role commune_officer --unit 19870")
    console.print("Ctrl-C stops it; what you did is kept.")
