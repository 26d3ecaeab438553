"""`./chitra serve SERVICE`: one service as its own process, as api, worker or both, on a database and a broker."""

from __future__ import annotations

import argparse
import asyncio
import signal

from fastapi import FastAPI

from console.services import build_service
from shared import problems
from shared.kernel.errors import Refusal
from shared.observability import configure_logging
from shared.platform import open_platform
from shared.runtime import WebServer, run_async, start_workers, stop_tasks
from shared.service import Service
from shared.settings import BAD_SETTING, SERVICES, Settings, read_settings
from shared.web import health_routes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--role", choices=("api", "worker", "both"), default="both")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    settings = read_settings()
    if not settings.distributed:
        raise Refusal(BAD_SETTING, "serve needs CHITRA_DATABASE_URL and CHITRA_AMQP_URL; without them use ./chitra up")
    configure_logging()
    run_async(serve(settings, arguments.service, arguments.role))
    return 0


async def serve(settings: Settings, name: str, role: str) -> None:
    """Serve one service in one role. A worker answers only its health address."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    platform = await open_platform(settings)
    service = build_service(name, platform)
    tasks = await start_workers(service, platform.bus) if role != "api" else []
    app = service.app if role != "worker" else _health_only(service)
    server, server_task = await WebServer.start(app, settings.host, settings.port, settings.root_path)
    await stopping.wait()
    server.should_exit = True
    await asyncio.gather(server_task, return_exceptions=True)
    await stop_tasks(tasks)
    await platform.close()


def _health_only(service: Service) -> FastAPI:
    app = FastAPI(title=f"{service.name} worker", docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)
    app.include_router(health_routes(service.name, service.database))
    return app
