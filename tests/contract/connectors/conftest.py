"""One sandbox of all providers for this folder, and the connectors that reach it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.provider_gateway.connectors.registry import build_connectors, close_connectors
from tests.contract.connectors.between import Between
from tests.contract.connectors.ground import TIMEOUT_SECONDS, Ground
from tests.gateway.sandbox_at_work import SandboxAtWork
from tests.sandbox.webhook_receiver import Receiver


@pytest.fixture(scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """The suite's world."""
    keys = tmp_path_factory.mktemp("provider-keys")
    receiver = Receiver()
    sandbox = await asyncio.to_thread(SandboxAtWork, tmp_path_factory.mktemp("books"), keys, receiver.url)
    connectors = build_connectors(sandbox.url, keys, TIMEOUT_SECONDS)
    made = Ground(sandbox, receiver, keys, connectors)
    yield made
    await close_connectors(connectors)
    await asyncio.to_thread(sandbox.stop)
    receiver.close()


@pytest.fixture
async def between(ground: Ground) -> AsyncIterator[tuple[Between, str]]:
    """Somebody between us and the providers, and the address where it listens."""
    made = Between(ground.sandbox.url)
    yield made, await made.start()
    await made.stop()
