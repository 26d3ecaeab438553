"""The distributed platform on one machine: PostgreSQL, RabbitMQ, and each service and role as a process of its own.

What `./chitra demo --distributed` stands on. Production starts the same processes elsewhere (docker-compose.yml); the table
of them is `console.processes.PROCESSES`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console import rabbitmq_node
from console.processes import API, PREPARATIONS, PROCESSES, OsProcess, ProcessSpec, process_name
from shared.auth import issue_local_token
from shared.embedded_postgres import EmbeddedPostgres, free_port, start_postgres
from shared.keys import ISSUER, load_signing_key
from shared.migrate import create_database
from shared.platform import DATABASE
from shared.settings import SERVICES

HOST = "127.0.0.1"
AUDIENCE = "chitra"


@dataclass(slots=True)
class Distributed:
    """What runs, and how to stop it: a `console.running.Running`, of which single processes can be killed."""

    home: Path
    postgres: EmbeddedPostgres
    amqp_url: str
    node: rabbitmq_node.Node | None  # None: a broker that was there before
    processes: dict[str, OsProcess] = field(default_factory=dict)

    @property
    def urls(self) -> dict[str, str]:
        """Base address of each service's api."""
        return {service: self.processes[process_name(service, API)].url for service in SERVICES}

    @property
    def admin_database_url(self) -> str:
        """The database owner's address."""
        return self.postgres.url_for("postgres", DATABASE)

    @property
    def keys_dir(self) -> Path:
        """Keys of this installation."""
        return self.home / "keys"

    @property
    def logs(self) -> Path:
        """What the processes say, a file for each."""
        return self.home / "logs"

    def token(self, role: str, unit_ids: list[str], subject: str) -> str:
        """A token of the local issuer."""
        key = load_signing_key(self.keys_dir, ISSUER)
        return issue_local_token(key, role=role, subject=subject, unit_ids=unit_ids, audience=AUDIENCE)

    def kill(self, name: str) -> None:
        """SIGKILL a process, such as `provider_gateway-worker`."""
        self.processes[name].kill()

    def restart(self, name: str) -> None:
        """Start a process that ended, where it was, and wait until it answers. One that runs is ended first."""
        process = self.processes[name]
        process.ask_to_end()
        process.wait_for_end()
        process.start()
        process.wait_until_up()

    async def stop(self) -> None:
        """End the processes, the broker if it is ours, and the database."""
        for process in self.processes.values():
            process.ask_to_end()
        for process in self.processes.values():
            await asyncio.to_thread(process.wait_for_end)
        if self.node is not None:
            await asyncio.to_thread(self.node.stop)
        await asyncio.to_thread(self.postgres.stop)


async def start_distributed(
    home: Path, providers_url: str, provider_timeout_seconds: float = 30.0, *, amqp_url: str | None = None
) -> Distributed:
    """Start everything in a folder of its own, and return once all processes answer.

    `amqp_url`, else CHITRA_TEST_AMQP_URL, else CHITRA_AMQP_URL, names a broker to use, whose ChiTra queues are emptied when
    the database is new; without one a private node is started. The providers need not run yet. Raises
    `console.processes.ProcessFailed`; what had been started is ended then.
    """
    given_amqp_url = amqp_url or os.environ.get("CHITRA_TEST_AMQP_URL") or os.environ.get("CHITRA_AMQP_URL")
    (home / "logs").mkdir(parents=True, exist_ok=True)
    is_new = not (home / "postgres" / "data" / "PG_VERSION").exists()
    async with contextlib.AsyncExitStack() as undo:
        node = None if given_amqp_url else await asyncio.to_thread(rabbitmq_node.start, home / "rabbitmq")
        if node is not None:
            undo.callback(node.stop)
        postgres = await asyncio.to_thread(start_postgres, home / "postgres")
        undo.callback(postgres.stop)
        await create_database(postgres.url_for("postgres", "postgres"), DATABASE)
        running = Distributed(home, postgres, given_amqp_url or _url_of(node), node)
        ports = {spec.name: free_port() for spec in PROCESSES}
        values = _values(running, ports, providers_url, provider_timeout_seconds)
        await asyncio.to_thread(_prepare, running, values, is_new)
        for spec in PROCESSES:
            running.processes[spec.name] = _process(running, spec, values, ports[spec.name])
            undo.callback(running.processes[spec.name].kill)
        await asyncio.to_thread(_start_all, list(running.processes.values()))
        undo.pop_all()
    return running


def _url_of(node: rabbitmq_node.Node | None) -> str:
    assert node is not None, "without a broker's address a node has been started"
    return node.url


def _values(running: Distributed, ports: Mapping[str, int], providers_url: str, timeout_seconds: float) -> dict[str, str]:
    """What the templates of the processes' environments stand for on this machine."""
    password = (running.postgres.directory / "password").read_text(encoding="ascii").strip()
    return {
        "environment": "test",
        "database": f"{HOST}:{running.postgres.port}/{DATABASE}",
        "admin_password": password,
        "service_password": password,
        "amqp_url": running.amqp_url,
        "keys_dir": str(running.keys_dir),
        "oidc_issuer": "",
        "oidc_jwks_url": "",
        "oidc_audience": AUDIENCE,
        "host": HOST,
        "root_path": "",
        "registry_url": f"http://{HOST}:{ports[process_name('registry', API)]}",
        "providers_url": providers_url,
        "provider_timeout_seconds": str(timeout_seconds),
    }


def _process(running: Distributed, spec: ProcessSpec, values: Mapping[str, str], port: int) -> OsProcess:
    environment = spec.environment_with({**values, "port": str(port)})
    return OsProcess(spec, port, environment, running.logs / f"{spec.name}.log")


def _prepare(running: Distributed, values: Mapping[str, str], is_new: bool) -> None:
    for spec in PREPARATIONS:
        process = _process(running, spec, values, 0)
        process.start(*(["--empty"] if spec.name == "queues" and is_new else []))
        process.wait_until_done()


def _start_all(processes: list[OsProcess]) -> None:
    for process in processes:
        process.start()
    for process in processes:
        process.wait_until_up()
