"""The platform under the services. Only this module knows whether it is embedded or distributed.

Services get from it their database, the bus, the verifier of tokens, keys, and the addresses of the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from shared.auth import Verifier, issue_local_token, local_verifier, oidc_verifier
from shared.bus.memory import MemoryBus
from shared.bus.protocol import Bus
from shared.crypto import FieldCipher, load_field_cipher
from shared.database import EVERYTHING, Database
from shared.embedded_postgres import EmbeddedPostgres, start_postgres
from shared.keys import ISSUER, load_signing_key, make_keys
from shared.settings import SERVICES, Settings

DATABASE = "chitra"

EMBEDDED_POOL_SIZE = 8
"""Connections of each service in the embedded platform. All four and the server share one machine: each connection more is a
server process that reads the catalogue and plans every statement for itself, and makes nothing faster."""


@dataclass(slots=True)
class Platform:
    """What services are built on. `database_urls` has an address for each service's role."""

    settings: Settings
    bus: Bus
    verifier: Verifier
    database_urls: dict[str, str]
    admin_database_url: str | None
    postgres: EmbeddedPostgres | None = None
    _databases: dict[str, Database] = field(default_factory=dict)
    _client: httpx.AsyncClient | None = None

    def database(self, service: str) -> Database:
        """The database as this service sees it; one pool for each."""
        if service not in self._databases:
            self._databases[service] = Database(
                self.database_urls[service], service, EMBEDDED_POOL_SIZE if self.postgres is not None else None
            )
        return self._databases[service]

    def field_cipher(self) -> FieldCipher:
        """The cipher of identity and account numbers. Only the registry and the gateway may ask for it."""
        return load_field_cipher(self.settings.keys_dir)

    def system_token(self) -> str:
        """A token with which one service asks another: from a file that the installation keeps fresh, or the local issuer's."""
        if self.settings.system_token_file is not None:
            return self.settings.system_token_file.read_text(encoding="ascii").strip()
        return self.token("system", [EVERYTHING], "chitra-system")

    def token(self, role: str, unit_ids: list[str], subject: str) -> str:
        """A token of the local issuer."""
        key = load_signing_key(self.settings.keys_dir, ISSUER)
        return issue_local_token(key, role=role, subject=subject, unit_ids=unit_ids, audience=self.settings.oidc_audience)

    async def registry_position(self) -> int:
        """The registry's newest position, asked over its REST contract."""
        return int((await self.ask("registry", "/v1/events/position"))["position"])

    async def ask(self, service: str, path: str, **params: str | int) -> Any:
        """The JSON of another service's answer to a GET, asked with the system's token. Raises httpx's errors.

        The other side may close a kept connection in the moment in which we ask over it: then it is asked once more.
        """
        request = self.client().build_request(
            "GET", f"{self.url_of(service)}{path}", params=params, headers={"Authorization": f"Bearer {self.system_token()}"}
        )
        try:
            answer = await self.client().send(request)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            answer = await self.client().send(request)
        answer.raise_for_status()
        return answer.json()

    def url_of(self, service: str) -> str:
        """The address under which another service's `/v1` lies: as it was told, or beside this one in the embedded process."""
        told: str | None = getattr(self.settings, f"{service}_url")
        return told or f"http://{self.settings.host}:{self.settings.port}/{service}"

    def client(self) -> httpx.AsyncClient:
        """What services ask each other with: one for the process, since making one costs more than a question."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=30, trust_env=False)
        return self._client

    async def close(self, stop_mode: str = "fast") -> None:
        """Let go of bus and databases; stop the embedded server (`EmbeddedPostgres.stop` has the modes)."""
        await self.bus.close()
        if self._client is not None:
            await self._client.aclose()
        for database in self._databases.values():
            await database.close()
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.stop, stop_mode)


async def open_platform(settings: Settings) -> Platform:
    """The platform that the settings ask for: embedded when no database is named, else distributed."""
    if settings.distributed:
        return await _distributed(settings)
    return await _embedded(settings)


async def _embedded(settings: Settings) -> Platform:
    from shared.migrate import create_database, migrate  # alembic: a service that finds its schema does without

    make_keys(settings.keys_dir)
    postgres = await asyncio.to_thread(start_postgres, settings.home / "postgres")
    await create_database(postgres.url_for("postgres", "postgres"), DATABASE)
    password = (postgres.directory / "password").read_text(encoding="ascii").strip()
    await migrate(postgres.url, dict.fromkeys(SERVICES, password))
    return Platform(
        settings=settings,
        bus=MemoryBus(),
        verifier=_verifier(settings),
        database_urls={s: postgres.url_for(f"chitra_{s}", DATABASE) for s in SERVICES},
        admin_database_url=postgres.url,
        postgres=postgres,
    )


def platform_over(settings: Settings, bus: Bus, database_urls: dict[str, str], admin_database_url: str | None) -> Platform:
    """A platform over databases and a bus that are there already."""
    return Platform(settings, bus, _verifier(settings), database_urls, admin_database_url)


async def _distributed(settings: Settings) -> Platform:
    from shared.bus.rabbit import RabbitBus  # aio_pika: the embedded platform does without

    assert settings.database_url and settings.amqp_url
    if settings.local_issuer:
        make_keys(settings.keys_dir)
    return Platform(
        settings=settings,
        bus=await RabbitBus.connect(settings.amqp_url, settings.amqp_namespace),
        verifier=_verifier(settings),
        database_urls=dict.fromkeys(SERVICES, settings.database_url),
        admin_database_url=settings.admin_database_url,
    )


def _verifier(settings: Settings) -> Verifier:
    if settings.oidc_issuer and settings.oidc_jwks_url:
        return oidc_verifier(settings.oidc_issuer, settings.oidc_jwks_url, settings.oidc_audience)
    return local_verifier(load_signing_key(settings.keys_dir, ISSUER), settings.oidc_audience)


def embedded_settings(settings: Settings, home: Path, port: int, providers_url: str) -> Settings:
    """Settings of an embedded platform in a folder of its own."""
    return replace(
        settings,
        environment="test",
        home=home,
        keys_dir=home / "keys",
        database_url=None,
        admin_database_url=None,
        amqp_url=None,
        port=port,
        providers_url=providers_url,
        registry_url=None,
        root_path="",
    )
