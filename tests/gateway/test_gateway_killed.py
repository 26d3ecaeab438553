"""The sender in a process of its own, SIGKILLed again and again in the middle of its work: nothing doubled, nothing lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from tests.gateway.bench import Bench

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 5
WAYS = (("viettelpay", "wallet"), ("vietinbank", "account"), ("vnpost", "cash"))
FAULTS = {"slow": 0.5, "timeout_after": 0.1, "timeout_before": 0.1, "not_found_at_first": 0.1, "webhook_never": 0.3}


class Alone:
    """`python -m services.provider_gateway.workers.alone`."""

    def __init__(self, bench: Bench, log: Path) -> None:
        settings = bench.platform.settings
        self._log = log
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
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.provider_gateway.workers.alone"],
                cwd=REPOSITORY, env=self._environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip

    def kill(self) -> None:
        assert self._process.poll() is None, self._log.read_text()
        self._process.kill()
        self._process.wait(20)

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(20)


async def test_killed_in_the_middle_nothing_is_doubled_or_lost(bench: Bench, tmp_path: Path) -> None:
    bench.run("webhooks")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", rates=FAULTS)
    # The provider pays a reference as often as it comes: whatever is not doubled is not doubled by our own doing.
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/duplicates", refuse=False)
    payrolls = [await bench.payroll(provider, channel, 30) for _ in range(6) for provider, channel in WAYS]
    alone, random = Alone(bench, tmp_path / "alone.log"), Random(7)
    caught_taken = 0
    alone.start()
    for _ in range(KILLS):
        await _until_calling(bench)
        await asyncio.sleep(random.uniform(0, 0.2))
        await asyncio.to_thread(alone.kill)
        books = await asyncio.to_thread(bench.sandbox.movements)
        sending = await bench.fetch("SELECT reference FROM attempts WHERE state = 'sending'")
        caught_taken += any(row["reference"] in books for row in sending)
        alone.start()
    await bench.until_answered(payrolls)
    await bench.set_day_after()
    await bench.until_settled(payrolls)
    assert await asyncio.to_thread(alone.stop) == 0, (tmp_path / "alone.log").read_text()
    await bench.until_webhooks_applied()
    await bench.assert_books_agree(payrolls)
    totals = await asyncio.to_thread(bench.sandbox.ask, "GET", "/totals")
    assert all(total["double_payments"] == 0 for total in totals.values())
    assert caught_taken, "no kill fell between the provider's taking and our knowing of it: the test shows nothing"


async def _until_calling(bench: Bench) -> None:
    """Wait until a provider is being called, or everything has been sent."""
    deadline = time.monotonic() + 30
    look = "SELECT count(*) FILTER (WHERE lease_until > clock_timestamp()) AS calling FROM chunks"
    while not (await bench.fetch(look))[0]["calling"]:
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(0.02)
