"""Lives that are ended by SIGKILL: side by side, one after the other, each at the first passing of a point not yet died at."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.proof.conftest import Ground
from tests.proof.kill_points import PROVIDERS
from tests.proof.others import hand_over, others_ask, tell_of_unit, to_ask_back
from tests.proof.proving import a_child, drawn, none_twice

LIFE_SECONDS = 20.0
QUIET_SECONDS = 1.5
"""Who has seen nothing change for so long passes no point of its half any more, in this round."""

EACH_WAY = 24
ENOUGH = 12
"""Chunks that wait to be instructed: with fewer, payrolls are drawn up again."""

ROUNDS = 60
IN_VAIN = 8


@dataclass(slots=True)
class Killing:
    """Which points were passed by anybody, and how often each was died at."""

    ground: Ground
    passed: set[str] = field(default_factory=set)
    died: Counter[str] = field(default_factory=Counter)
    payrolls: dict[str, Any] = field(default_factory=dict)  # drawn up last

    @property
    def left(self) -> list[str]:
        """Passed, and not died at yet."""
        return sorted(self.passed - self.died.keys())

    async def to_the_end(self) -> None:
        """Rounds of work until nobody passes a point that was not died at. Fails where one was passed and is never passed again,
        however often there is work anew."""
        in_vain = 0
        for n in range(ROUNDS):
            before = len(self.died)
            await self.round(n % 2)
            if len(self.died) > before:
                in_vain = 0
                continue
            if not self.left:
                return
            in_vain += 1
            assert in_vain < IN_VAIN, f"never passed again: {self.left}"
        raise AssertionError(f"no end in {ROUNDS} rounds: {self.left}")

    async def round(self, first_half: int) -> None:
        """New payrolls, and all that seldom happens; children work and die, until one at each place lives."""
        ground = self.ground
        if await self._waiting() < ENOUGH:
            self.payrolls = await drawn(ground, each_way=EACH_WAY)
        recall = await to_ask_back(ground)
        await others_ask(ground, self.payrolls["authority"])
        async with ground.registry_heard():
            meanwhile = asyncio.create_task(seldom(ground))
            await asyncio.gather(
                self._lives(half=first_half, door=True, recall=recall, stop=self.payrolls["payrolls"][0]),
                self._lives(half=1 - first_half),
            )
            await meanwhile
        await none_twice(ground)

    async def _waiting(self) -> int:
        """Chunks that are not instructed yet."""
        async with self.ground.looking() as admin:
            return int(await admin.fetchval("SELECT count(*) FROM disbursement.chunks WHERE state = 'sealed'"))

    async def _lives(self, *, half: int, door: bool = False, recall: Sequence[str] = (), stop: str | None = None) -> None:
        """One child after the other, until one passes no point to die at: in its half, or at its door if it has one."""
        while True:
            order = a_child(
                killed=True, spared=self.died, half=half, seconds=LIFE_SECONDS, quiet_seconds=QUIET_SECONDS, door=door,
                recall=recall, stop=stop,
            )  # fmt: skip
            told = await self.ground.zygote.order(order)
            self.passed |= set(told["passed"])
            if "died_at" not in told:
                return
            assert told["signal"] == signal.SIGKILL
            self.died[told["died_at"]] += 1
            if not any("api.stops" in name for name in self.left):
                stop = None


async def seldom(ground: Ground) -> None:
    """What seldom happens, on purpose: slow calls, dropped ones, providers that are away, an early event, a day that ends."""
    heir = await hand_over(ground)
    for provider in PROVIDERS:
        await ground.ask("POST", "/faults", rates={}, next=["slow", "dropped_connection"], provider=provider)
    await asyncio.sleep(0.7)
    await ground.set_day(ground.day + timedelta(days=1))
    for provider in PROVIDERS:
        await ground.ask("POST", "/outages", provider=provider, how="dropped", seconds=0.15)
    await asyncio.sleep(0.3)
    await tell_of_unit(ground, heir)
