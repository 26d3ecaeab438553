"""The registry over a real database, knowing the units of 2021, with officers who speak HTTP to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from services.registry.main import build
from shared import outbox
from shared.contracts.registry_events import UnitRecord
from shared.crypto import FieldCipher
from shared.platform import Platform
from shared.reference import units
from shared.service import Service
from tests.conftest import Tokens
from tests.registry.lives import at
from tests.registry.officers import VINH_HUNG, VINH_MY, Officer, Officers, bearer
from tests.registry.opening_asks import FAR, HOA, LAM, MAN, MAN_TOO
from tests.registry.payee_commune import START, Clock, Commune
from tests.registry.provider_answers import Gateway


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
        answer = await client.post("/v1/units", json=body, headers=bearer(tokens("admin")))
    assert answer.status_code == 200, answer.text
    return built


def _fields(unit: Any) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in UnitRecord.model_fields}


@pytest.fixture
async def officer(service: Service, tokens: Callable[..., str]) -> AsyncIterator[Officers]:
    """`officer("commune_officer", "20116@2021-07-01")`; without a role somebody with no token."""
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        yield lambda role=None, *unit_ids: Officer(client, tokens(role, *unit_ids) if role else None)


@pytest.fixture
async def mid_november(set_business_clock: Clock) -> None:
    """All of this happens on 15 November 2021, unless a test lets time pass."""
    await set_business_clock(at("2021-11-15"))


@pytest.fixture
def mine(officer: Officers) -> Officer:
    """An officer of the commune."""
    return officer("commune_officer", VINH_HUNG)


@pytest.fixture
def old(officer: Officers) -> Officer:
    """An officer of the commune that people leave."""
    return officer("commune_officer", VINH_HUNG)


@pytest.fixture
def new(officer: Officers) -> Officer:
    """An officer of the commune that people move to."""
    return officer("commune_officer", VINH_MY)


@pytest.fixture
async def autumn(set_business_clock: Clock) -> None:
    """The plan's last weeks before go-live."""
    await set_business_clock(datetime(2021, 9, 28, 3, tzinfo=UTC))


@pytest.fixture(scope="module")
def entered() -> dict[str, str]:
    """Codes of the people of a module's opening lists, by number: entered by the first test that asks."""
    return {}


@pytest.fixture
async def codes(officer: Officers, entered: dict[str, str]) -> dict[str, str]:
    """Identity number -> beneficiary code of Vinh Hưng's people, and of one of Vinh Mỹ."""
    if not entered:
        hung = officer("commune_officer", VINH_HUNG)
        await hung.enter("Xã Vinh Hưng", [HOA, LAM, MAN, MAN_TOO])
        await officer("commune_officer", VINH_MY).enter("Xã Vinh Mỹ", [FAR])
        for line in (HOA, LAM, MAN, MAN_TOO):
            ((found),) = await hung.find(line.identity)
            entered[line.identity] = found["code"]
    return entered


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


@pytest.fixture
async def commune(
    officer: Officers, tokens: Tokens, admin: asyncpg.Connection, service: Service, set_business_clock: Clock
) -> Commune:
    """The commune on 5 November 2021."""
    await set_business_clock(START)
    return Commune(officer, tokens, admin, service)
