"""The distributed platform on one machine: PostgreSQL, RabbitMQ, and each service and role as a process of its own.

What `./chitra demo --distributed` stands on. Production starts the same processes elsewhere (docker-compose.yml); the table
of them is `console.processes.PROCESSES`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console import rabbitmq_node
from console.processes import API, PREPARATIONS, PROCESS_FAILED, PROCESSES, OsProcess, ProcessSpec, process_name
from shared.auth import issue_local_token
from shared.bus.rabbit import RabbitBus
from shared.embedded_postgres import EmbeddedPostgres, free_port, start_postgres
from shared.kernel.errors import ErrorCode, Kind, Refusal
from shared.keys import ISSUER, load_signing_key
from shared.migrate import create_database
from shared.platform import DATABASE
from shared.settings import SERVICES

NO_BROKER = ErrorCode("no-broker", Kind.NOT_READY, "There is no RabbitMQ on this machine", "Máy này chưa có RabbitMQ")

HOST = "127.0.0.1"
AUDIENCE = "chitra"


@dataclass(slots=True)
class Distributed:
    """What runs, and how to stop it: a `console.running.Running`, of which single processes can be killed."""

    home: Path
    postgres: EmbeddedPostgres
    amqp_url: str
    amqp_namespace: str
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
        else:
            await _leave_broker(self.amqp_url, self.amqp_namespace)
        await asyncio.to_thread(self.postgres.stop)


async def start_distributed(
    home: Path,
    providers_url: str,
    provider_timeout_seconds: float = 30.0,
    *,
    provider_processing_seconds: float | None = None,
    amqp_url: str | None = None,
    only: Collection[str] | None = None,
) -> Distributed:
    """Start everything in a new folder, and return once all processes answer.

    `only` names the processes to start, such as `provider_gateway-worker` (None: all); the queues of all services are there.
    `amqp_url`, else CHITRA_TEST_AMQP_URL, names a broker to use; queues there have names of their own, and are taken away at
    the end. Without one a private node is started. The providers need not run yet. Raises `no-broker` where RabbitMQ isn't
    installed, and `process-failed`; what had been started is ended then.
    """
    (home / "logs").mkdir(parents=True)
    given_amqp_url = amqp_url or os.environ.get("CHITRA_TEST_AMQP_URL")
    async with contextlib.AsyncExitStack() as undo:
        starting = None if given_amqp_url else asyncio.create_task(asyncio.to_thread(_start_node, home / "rabbitmq"))
        undo.push_async_callback(_stop_node, starting)
        postgres = await asyncio.to_thread(start_postgres, home / "postgres")  # both at once: each takes seconds
        undo.callback(postgres.stop)
        node = await starting if starting else None
        await create_database(postgres.url_for("postgres", "postgres"), DATABASE)
        running = Distributed(home, postgres, given_amqp_url or _url_of(node), f"chitra-{secrets.token_hex(4)}", node)
        ports = {spec.name: free_port() for spec in PROCESSES}
        values = {
            **_values(running, ports),
            "providers_url": providers_url,
            "provider_timeout_seconds": str(provider_timeout_seconds),
            "provider_processing_seconds": str(provider_processing_seconds or ""),
        }
        await asyncio.to_thread(_prepare, running, values)
        if node is None:
            undo.push_async_callback(_leave_broker, running.amqp_url, running.amqp_namespace)
        for spec in (each for each in PROCESSES if only is None or each.name in only):
            running.processes[spec.name] = _process(running, spec, values, ports[spec.name])
            undo.callback(running.processes[spec.name].kill)
        await asyncio.to_thread(_start_all, list(running.processes.values()))
        undo.pop_all()
    return running


def _start_node(directory: Path) -> rabbitmq_node.Node:
    if rabbitmq_node.installed_server() is None:
        raise Refusal(NO_BROKER, "install it with `apt-get install rabbitmq-server`, or set CHITRA_TEST_AMQP_URL to a broker")
    try:
        return rabbitmq_node.start(directory)
    except rabbitmq_node.NodeFailed as error:
        raise Refusal(PROCESS_FAILED, str(error)) from error


async def _stop_node(starting: asyncio.Task[rabbitmq_node.Node] | None) -> None:
    """After a start that failed: stop the node, once it is up."""
    if starting is not None:
        with contextlib.suppress(Refusal):
            node = await starting
            await asyncio.to_thread(node.stop)


async def _leave_broker(amqp_url: str, namespace: str) -> None:
    bus = await RabbitBus.connect(amqp_url, namespace)
    await bus.remove([f"chitra.{service}" for service in SERVICES])
    await bus.close()


def _url_of(node: rabbitmq_node.Node | None) -> str:
    assert node is not None, "without a broker's address a node has been started"
    return node.url


def _values(running: Distributed, ports: Mapping[str, int]) -> dict[str, str]:
    """What the templates of the processes' environments stand for on this machine."""
    password = (running.postgres.directory / "password").read_text(encoding="ascii").strip()
    return {
        "environment": "test",
        "database": f"{HOST}:{running.postgres.port}/{DATABASE}",
        "admin_password": password,
        "service_password": password,
        "amqp_url": running.amqp_url,
        "amqp_namespace": running.amqp_namespace,
        "keys_dir": str(running.keys_dir),
        "oidc_issuer": "",
        "oidc_jwks_url": "",
        "oidc_audience": AUDIENCE,
        "system_token_file": "",
        "document_templates_dir": "",
        "sms": "off",
        "bank_folder": "",
        "spreadsheet_providers": "",
        "sms_url": "",
        "sms_diacritics": "",
        "public_figures": "",
        "host": HOST,
        "root_path": "",
        **{
            f"{service}_url": f"http://{HOST}:{ports[process_name(service, API)]}"
            for service in ("registry", "disbursement", "provider_gateway")
        },
    }


def _process(running: Distributed, spec: ProcessSpec, values: Mapping[str, str], port: int) -> OsProcess:
    environment = spec.environment_with({**values, "port": str(port)})
    return OsProcess(spec, port, environment, running.logs / f"{spec.name}.log")


def _prepare(running: Distributed, values: Mapping[str, str]) -> None:
    for spec in PREPARATIONS:
        process = _process(running, spec, values, 0)
        process.start()
        process.wait_until_done()


def _start_all(processes: list[OsProcess]) -> None:
    for process in processes:
        process.start()
    for process in processes:
        process.wait_until_up()
