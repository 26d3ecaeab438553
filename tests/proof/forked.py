"""The test's side of the zygote: orders go out, answers come back."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


class Zygote:
    """A zygote process and what it says."""

    def __init__(self, told: dict[str, Any], log: Path) -> None:
        self._log = log
        with log.open("ab") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.proof.zygote", json.dumps(told)],
                cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True,
            )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it has imported and built everything."""
        await self._answer()

    async def order(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        """Have children do something, side by side; how that ended for each."""
        assert self._process.stdin is not None
        began = time.monotonic()
        self._process.stdin.write(json.dumps(orders) + "\n")
        self._process.stdin.flush()
        answers: list[dict[str, Any]] = await self._answer()
        with self._log.open("a", encoding="utf-8") as words:
            for order, each in zip(orders, answers, strict=True):
                end = f"{each.get('died_at', each.get('failed', each.get('done')))!s:.3000}"
                words.write(
                    f"{order['do']} {time.monotonic() - began:.2f} s, {each['processor_seconds']} of a processor: {end}\n"
                )
        for each in answers:
            assert "failed" not in each, each["failed"]
        return answers

    async def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = await asyncio.to_thread(self._process.stdout.readline)
        assert line, f"the zygote ended: {self.words()}"
        return json.loads(line)

    def words(self) -> str:
        """The last of what it and its children logged."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def end(self) -> None:
        """End it; a child under way ends by itself soon after."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()
