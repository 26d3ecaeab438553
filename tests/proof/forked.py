"""The test's side of the zygote: orders go out, answers come back."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


class Zygote:
    """A zygote process and what it says. Children of several orders live side by side."""

    def __init__(self, told: dict[str, Any], log: Path) -> None:
        self._log = log
        self._numbers = count()
        self._awaited: dict[int, asyncio.Future[dict[str, Any]]] = {}
        with log.open("ab") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.proof.zygote", json.dumps(told)],
                cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True,
            )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it has imported and built everything."""
        await self._line()
        self._hearing = asyncio.create_task(self._hear())

    async def order(self, order: dict[str, Any]) -> dict[str, Any]:
        """Have a child do something; how that ended."""
        assert self._process.stdin is not None
        n, began = next(self._numbers), time.monotonic()
        self._awaited[n] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({**order, "n": n}) + "\n")
        self._process.stdin.flush()
        answer = await self._awaited[n]
        with self._log.open("a", encoding="utf-8") as words:
            end = f"{answer.get('died_at', answer.get('failed', answer.get('done')))!s:.3000}"
            words.write(f"{order['do']} {time.monotonic() - began:.2f} s, {answer['processor_seconds']} of a processor: {end}\n")
        assert "failed" not in answer, answer["failed"]
        return answer

    async def _hear(self) -> None:
        """Hand each answer to who waits for it, until there are no more."""
        try:
            while True:
                answer: dict[str, Any] = json.loads(await self._line())
                self._awaited.pop(answer["n"]).set_result(answer)
        except AssertionError as ended:
            for each in self._awaited.values():
                each.set_exception(ended)

    async def _line(self) -> str:
        assert self._process.stdout is not None
        line = await asyncio.to_thread(self._process.stdout.readline)
        assert line, f"the zygote ended: {self.words()}"
        return line

    def words(self) -> str:
        """The last of what it and its children logged."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:]

    async def end(self) -> None:
        """End it; a child under way ends by itself soon after."""
        await asyncio.to_thread(self._end)
        await self._hearing
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=120)
