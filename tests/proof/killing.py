"""Lives that are ended by SIGKILL: side by side, one after the other, each at the first passing of a point not yet died at."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from tests.proof.conftest import Ground
from tests.proof.kill_points import PROVIDERS, shortened
from tests.proof.others import hand_over, others_ask, tell_of_unit, to_ask_back
from tests.proof.proving import a_child, drawn, none_twice

LIFE_PROCESSOR_SECONDS = 2.0
QUIET_SECONDS = 1.5
"""Who has worked for so long, or seen nothing change for so long, passes no point of its half any more in this round."""

EACH_WAY = 24
ENOUGH = 12
"""Chunks that wait to be instructed: with fewer, payrolls are drawn up again."""

AGAIN = 6
"""Lives at a door after which all that seldom happens happens again: what died over the last of it holds it for a while."""

OUTAGE_SECONDS = 0.4
DAYS, DAY_SECONDS = 2, 0.5

MANY = 200
FEW = 6
"""Once so many were died at, so few that were passed and not died at are looked for by all, not in halves."""

ROUNDS = 60
IN_VAIN = 8


@dataclass(slots=True)
class Killing:
    """Which points were passed by anybody, and how often each was died at."""

    ground: Ground
    must: Set[str]  # be died at, whether passed by now or not; as `shortened` has it
    passed: set[str] = field(default_factory=set)
    died: Counter[str] = field(default_factory=Counter)
    payrolls: dict[str, Any] = field(default_factory=dict)  # drawn up last
    heir: str | None = None  # a unit that the services wait to hear of

    @property
    def left(self) -> list[str]:
        """Passed, and not died at yet."""
        return sorted(self.passed - self.died.keys())

    @property
    def missing(self) -> list[str]:
        """Of those that must be died at."""
        return sorted(self.must - {seen for name in self.died for seen in shortened(name)})

    async def to_the_end(self) -> None:
        """Rounds of work until nobody passes a point that was not died at. Fails where one was passed and is never passed again,
        or one that must be is never passed at all, however often there is work anew."""
        in_vain = 0
        for n in range(ROUNDS):
            before = len(self.died)
            await self.round(n % 2)
            if len(self.died) > before:
                in_vain = 0
                continue
            if not self.left and not self.missing:
                await self.tell_of_heir()
                return
            in_vain += 1
            assert in_vain < IN_VAIN, f"never passed: {self.left or self.missing}"
        raise AssertionError(f"no end in {ROUNDS} rounds: {self.left or self.missing}")

    async def round(self, first_half: int) -> None:
        """New payrolls, and all that seldom happens; children work and die, until one at each place lives."""
        ground = self.ground
        if await self._waiting() < ENOUGH:
            self.payrolls = await drawn(ground, each_way=EACH_WAY)
        async with ground.registry_heard():
            await asyncio.gather(self._lives(first_half, door=True), self._lives(1 - first_half, door=False))
        await none_twice(ground)

    async def _waiting(self) -> int:
        """Chunks that are not instructed yet."""
        async with self.ground.looking() as admin:
            return int(await admin.fetchval("SELECT count(*) FROM disbursement.chunks WHERE state = 'sealed'"))

    async def _lives(self, half: int, *, door: bool) -> None:
        """One child after the other, until one passes no point to die at: in its half, or at its door if it has one."""
        recall: list[str] = []
        for n in count():
            is_stirred = door and n % AGAIN == 0
            if is_stirred:
                await self.stir()
                recall = await to_ask_back(self.ground)
            order = a_child(
                killed=True, spared=self.died, half=self._looked_for(half), door=door, recall=recall,
                processor_seconds=LIFE_PROCESSOR_SECONDS, quiet_seconds=QUIET_SECONDS,
                stop=self.payrolls["payrolls"][0] if is_stirred else None,
            )  # fmt: skip
            told, _ = await asyncio.gather(self.ground.zygote.order(order), self.days_end() if is_stirred else _nothing())
            self.passed |= set(told["passed"])
            if "died_at" not in told:
                return
            assert told["signal"] == signal.SIGKILL
            self.died[told["died_at"]] += 1

    def _looked_for(self, half: int) -> int | None:
        """The half of the points for the next life; None: all."""
        return half if not self.left or len(self.left) > FEW or len(self.died) < MANY else None

    async def stir(self) -> None:
        """What seldom happens, on purpose: others ask for things, an event comes before what it builds on, providers are away for
        a moment."""
        ground = self.ground
        await self.tell_of_heir()
        self.heir = await hand_over(ground)
        await others_ask(ground, self.payrolls["authority"])
        for provider in PROVIDERS:
            await ground.ask("POST", "/outages", provider=provider, how="dropped", seconds=OUTAGE_SECONDS)

    async def days_end(self) -> None:
        """In the middle of work: so the bank's statement of a day tells of payments whose webhook or enquiry did not yet."""
        for _ in range(DAYS):
            await asyncio.sleep(DAY_SECONDS)
            await self.ground.set_day(self.ground.day + timedelta(days=1))

    async def tell_of_heir(self) -> None:
        """The registry tells at last what the early event waits for."""
        if self.heir is not None:
            await tell_of_unit(self.ground, self.heir)


async def _nothing() -> None:
    return None
