"""One sandbox without faults by rate and one receiver for each module; a test forces the faults that it is about."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.provider_clients import Providers
from tests.sandbox.sandbox_process import RunningSandbox
from tests.sandbox.webhook_receiver import Received, Receiver


@pytest.fixture(scope="module")
def module_receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, module_receiver: Receiver) -> Iterator[RunningSandbox]:
    running = RunningSandbox(tmp_path_factory.mktemp("sandbox"), module_receiver.url)
    running.start("--fault-rate", "0")
    yield running
    running.stop()


@pytest.fixture
def receiver(module_receiver: Receiver) -> Receiver:
    """The module's receiver, emptied, answering 200."""

    def well(webhook: Received) -> int:
        return 200

    module_receiver.received.clear()
    module_receiver.answer = well
    return module_receiver


@pytest.fixture
def providers(sandbox: RunningSandbox) -> Iterator[Providers]:
    with httpx.Client(base_url=sandbox.url, timeout=120, trust_env=False) as http:
        yield Providers(sandbox, http)
