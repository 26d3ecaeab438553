"""The registry over a real database, knowing the units of 2021, with officers who speak HTTP to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest

from services.registry.main import build
from shared import outbox
from shared.contracts.events import UnitRecord
from shared.crypto import FieldCipher
from shared.platform import Platform
from shared.reference import units
from shared.service import Service
from tests.registry.commune_lists import Line, workbook
from tests.registry.provider_answers import Gateway

HUE, PHU_LOC, VINH_HUNG, VINH_MY = "474@2021-07-01", "482@2021-07-01", "20116@2021-07-01", "20113@2021-07-01"


@pytest.fixture(scope="module")
async def service(platform: Platform, tokens: Callable[..., str]) -> Service:
    """The service, knowing the units of 2021."""
    built = build(platform)
    async with built.database.transaction() as tx:
        await outbox.ensure_partitions(tx, "registry")
    body = {
        "units": [UnitRecord(**_fields(unit)).model_dump(mode="json") for unit in units() if unit.valid_from == date(2021, 7, 1)]
    }
    async with httpx.AsyncClient(transport=httpx.ASGITransport(built.app), base_url="http://registry.test") as client:
        answer = await client.post("/v1/units", json=body, headers=_bearer(tokens("admin")))
    assert answer.status_code == 200, answer.text
    return built


def _fields(unit: Any) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in UnitRecord.model_fields}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@dataclass(slots=True)
class Officer:
    """Somebody with a token."""

    client: httpx.AsyncClient
    token: str | None

    async def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request; the response as it is."""
        headers = {**(_bearer(self.token) if self.token else {}), **arguments.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **arguments)

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None) -> Any:
        """The JSON of a POST that must succeed."""
        answer = await self.ask("POST", path, json=body)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()

    async def send(self, data: bytes, name: str = "danh-sach.xlsx", **form: str) -> httpx.Response:
        """Send a list in."""
        return await self.ask("POST", "/v1/imports", files={"file": (name, data)}, data=form)

    async def read(self, data: bytes, name: str = "danh-sach.xlsx") -> Any:
        """Send a list in that must be read."""
        answer = await self.send(data, name)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def enter(self, commune: str, lines: Sequence[Line], month: str = "10/2021") -> Any:
        """Send a list in and confirm it; what confirming answered, with the import's id."""
        view = await self.read(workbook(commune, lines, month))
        done = await self.post(f"/v1/imports/{view['import_id']}/confirm")
        return {**done, "import_id": view["import_id"]}

    async def find(self, search: str) -> list[dict[str, Any]]:
        """People whom a search finds."""
        found: list[dict[str, Any]] = (await self.get("/v1/beneficiaries", search=search))["items"]
        return found


Officers = Callable[..., Officer]


@pytest.fixture
async def officer(service: Service, tokens: Callable[..., str]) -> AsyncIterator[Officers]:
    """`officer("commune_officer", "20116@2021-07-01")`; without a role somebody with no token."""
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        yield lambda role=None, *unit_ids: Officer(client, tokens(role, *unit_ids) if role else None)


@pytest.fixture
async def counts(admin: asyncpg.Connection) -> Callable[[], Any]:
    """Rows of each table that a refused request must leave as they are."""
    tables = (
        "imports",
        "import_rows",
        "beneficiaries",
        "beneficiary_versions",
        "payees",
        "accounts",
        "decisions",
        "outbox",
        "units",
    )

    async def count() -> dict[str, int]:
        return {table: await admin.fetchval(f"SELECT count(*) FROM registry.{table}") for table in tables}

    return count


@pytest.fixture
def cipher(platform: Platform) -> FieldCipher:
    """What opens the service's sealed numbers."""
    return platform.field_cipher()


@pytest.fixture
def gateway(service: Service, cipher: FieldCipher) -> Gateway:
    """The provider gateway's voice."""
    return Gateway(service, cipher)
