"""The reporting service over a real database, knowing a small province."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.reporting.main import build
from services.reporting.storage.moves import forget
from services.reporting.storage.units import copy_units
from shared.keys import load_pseudonym_secret
from shared.platform import Platform
from shared.service import Service
from tests.reporting.asking import forget_all
from tests.reporting.province import UNITS

SetClock = Callable[[datetime], Awaitable[None]]


@pytest.fixture(scope="module")
async def service(platform: Platform) -> Service:
    """The service, knowing the units."""
    built = build(platform)
    async with built.database.transaction() as tx:
        await copy_units(tx, UNITS)
    return built


@pytest.fixture
async def empty(service: Service) -> Service:
    """The service with nothing in its read models."""
    async with service.database.transaction() as tx:
        await forget(tx)
    return service


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP to the service's app."""
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://reporting.test") as opened:
        yield opened


@pytest.fixture(scope="module")
def secret(platform: Platform) -> bytes:
    return load_pseudonym_secret(platform.settings.keys_dir)


@pytest.fixture
async def clean(service: Service, admin: Any, set_business_clock: SetClock) -> AsyncIterator[Service]:
    """The service with nothing, on 15 November 2021."""
    await forget_all(service)
    await set_business_clock(datetime(2021, 11, 15, 3, tzinfo=UTC))
    yield service
    await admin.execute("DELETE FROM platform.business_clock")
