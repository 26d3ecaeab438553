"""The sender in a process of its own, SIGKILLed again and again in the middle of its work: nothing doubled, nothing lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.gateway.bench import Bench

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 6
WAYS = (("viettelpay", "wallet"), ("vietinbank", "account"), ("vnpost", "cash"))
FAULTS = {"slow": 0.5, "timeout_after": 0.1, "timeout_before": 0.1, "not_found_at_first": 0.1, "webhook_never": 0.5}


class Alone:
    """`python -m services.provider_gateway.workers.alone`."""

    def __init__(self, bench: Bench, log: Path) -> None:
        settings = bench.platform.settings
        self.log = log
        self._environment = {
            **os.environ,
            "CHITRA_ENV": "test",
            "CHITRA_HOME": str(settings.home),
            "CHITRA_KEYS_DIR": str(settings.keys_dir),
            "CHITRA_GATEWAY_DATABASE_URL": bench.platform.database_urls["provider_gateway"],
            "CHITRA_PROVIDERS_URL": bench.sandbox.url,
            "CHITRA_PROVIDER_TIMEOUT_SECONDS": str(settings.provider_timeout_seconds),
            "CHITRA_PROVIDER_PROCESSING_SECONDS": str(settings.provider_processing_seconds),
        }

    def start(self) -> None:
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.provider_gateway.workers.alone"],
                cwd=REPOSITORY, env=self._environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip

    def kill(self) -> None:
        assert self._process.poll() is None, self.log.read_text()
        self._process.kill()
        self._process.wait(20)

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(20)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(20)


@pytest.fixture
def alone(bench: Bench, tmp_path: Path) -> Iterator[Alone]:
    started = Alone(bench, tmp_path / "alone.log")
    started.start()
    yield started
    started.end()


async def test_killed_in_the_middle_nothing_is_doubled_or_lost(bench: Bench, alone: Alone) -> None:
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", rates=FAULTS)
    # The provider pays a reference as often as it comes: whatever is not doubled is not doubled by our own doing.
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/duplicates", refuse=False)
    payrolls = [await bench.payroll(provider, channel, 30) for _ in range(6) for provider, channel in WAYS]
    random, caught_taken = Random(7), 0
    for kill in range(KILLS):
        if kill % 2:
            await asyncio.sleep(random.uniform(0, 0.5))
        else:
            caught_taken += await _until_taken_unknown_to_us(bench)
        await asyncio.to_thread(alone.kill)
        alone.start()
    await bench.until_answered(payrolls)
    bench.run("webhooks")  # not before: what a webhook tells needs no finding out
    await bench.set_day_after()
    await bench.until_settled(payrolls)
    assert await asyncio.to_thread(alone.stop) == 0, alone.log.read_text()
    await bench.until_webhooks_applied()
    await bench.assert_books_agree(payrolls)
    totals = await asyncio.to_thread(bench.sandbox.ask, "GET", "/totals")
    assert all(total["double_payments"] == 0 for total in totals.values())
    assert caught_taken, "no kill fell between the provider's taking and our knowing of it: the test shows nothing"


async def _until_taken_unknown_to_us(bench: Bench) -> bool:
    """Wait for the worst moment: the provider has paid, and all we know is that we are sending."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        sending = await bench.fetch("SELECT reference FROM attempts WHERE state = 'sending'")
        if sending:
            books = await asyncio.to_thread(bench.sandbox.movements)
            if any(row["reference"] in books for row in sending):
                return True
        await asyncio.sleep(0.02)
    return False
