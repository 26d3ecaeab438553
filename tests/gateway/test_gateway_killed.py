"""The sender in a process of its own, ended by SIGKILL again and again in the middle of its work: nothing doubled, nothing lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from tests.gateway.bench import RUN_MONTH, Bench

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 6
FAULTS = {"timeout_after": 0.1, "timeout_before": 0.1, "server_error_after": 0.1, "not_found_at_first": 0.1, "webhook_never": 0.2}


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
    ways = (("viettelpay", "wallet"), ("vietinbank", "account"), ("vnpost", "cash"))
    payrolls = [await bench.payroll(provider, channel, 30) for _ in range(8) for provider, channel in ways]
    alone, random = Alone(bench, tmp_path / "alone.log"), Random(7)
    found_sending = 0
    alone.start()
    for kill in range(1, KILLS + 1):
        await _until_tried(bench, min(kill * len(payrolls) // KILLS, len(payrolls) - 3))
        await asyncio.sleep(random.uniform(0, 0.3))
        await asyncio.to_thread(alone.kill)
        sending = await bench.fetch("SELECT count(*) AS n FROM attempts WHERE state = 'sending' AND run_month = $1", RUN_MONTH)
        found_sending += sending[0]["n"] > 0
        alone.start()
    await bench.until_answered(payrolls)
    await bench.set_day_after()
    await bench.until_settled(payrolls)
    assert await asyncio.to_thread(alone.stop) == 0, (tmp_path / "alone.log").read_text()
    await bench.until_webhooks_applied()
    await bench.assert_books_agree(payrolls)
    totals = await asyncio.to_thread(bench.sandbox.ask, "GET", "/totals")
    assert all(total["double_payments"] == 0 for total in totals.values())
    assert found_sending, "no kill fell between intent and outcome: the test shows nothing"


async def _until_tried(bench: Bench, chunks: int) -> None:
    """Wait until so many chunks have intents."""
    deadline = time.monotonic() + 60
    while (await bench.fetch("SELECT count(*) AS n FROM chunks WHERE state <> 'waiting'"))[0]["n"] < chunks:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
