"""Lives that are ended by SIGKILL, some side by side: each at the first point that it passes and nobody died at before."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from shared.database import is_infrastructure
from shared.relay import Relay
from tests.proof.conftest import Ground
from tests.proof.kill_points import PROVIDERS, shortened
from tests.proof.others import hand_over, others_ask, tell_of_unit, to_ask_back
from tests.proof.proving import a_child, drawn, none_twice

LANES = 3
"""Lives side by side; the first has the door."""

LIFE_PROCESSOR_SECONDS = 1.2
QUIET_SECONDS = 1.5
"""Who has worked for so long, or seen nothing change for so long, makes room for a life that finds new work."""

EACH_WAY = 18
ENOUGH = 8
"""Chunks that wait to be instructed: with fewer, payrolls are drawn up again."""

AGAIN = 3
"""Lives at the door after which all that seldom happens happens again: what died over the last of it holds it for a while."""

ASK_BACK = 2
"""Lives at the door after which officers ask other payments back."""

OUTAGE_SECONDS = 0.4
DAYS, DAY_SECONDS = 2, 0.5

HEAR_SECONDS, WAIT_SECONDS = 0.1, 0.1

IN_VAIN = 12
"""Lives at the door, one after the other, in each of which all that seldom happens happened and nobody died."""


@dataclass(slots=True)
class Killing:
    """At which points anybody died. Whoever passes one for the first time dies there, so none is passed and forgotten."""

    ground: Ground
    must: Set[str]  # be died at; as `shortened` has it
    died: set[str] = field(default_factory=set)
    lived: Counter[bool] = field(default_factory=Counter)  # since the last death, at the door and without one
    payrolls: dict[str, Any] = field(default_factory=dict)  # drawn up last
    heir: str | None = None  # a unit that the services wait to hear of
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)  # whoever draws up gives the registry's events their positions

    @property
    def missing(self) -> list[str]:
        """Of those that must be died at. Where somebody died before a commit or a call, somebody must die after it too."""
        seen = {short for name in self.died for short in shortened(name)}
        after = {short.replace("/before_", "/after_") for short in seen if short.partition("[")[0] == short and ": " not in short}
        return sorted((self.must | after) - seen)

    @property
    def is_over(self) -> bool:
        """Whether all that must be was died at, and since the last death one life at the door and one without saw nothing new."""
        return bool(self.lived[True] and self.lived[False]) and not self.missing

    async def to_the_end(self) -> None:
        """Lives, until it is over. Fails where a point that must be died at is never passed, however often there is work anew."""
        async with asyncio.TaskGroup() as all_of_it:
            over = asyncio.Event()
            all_of_it.create_task(self._hear_registry(over))
            async with asyncio.TaskGroup() as lanes:
                for lane in range(LANES):
                    lanes.create_task(self._lives(door=lane == 0))
            over.set()
        await self.tell_of_heir()
        await none_twice(self.ground)

    async def _lives(self, *, door: bool) -> None:
        """One child after the other."""
        recall: list[str] = []
        has_died = False
        for n in count():
            while self.lived[door] and not self.missing:  # this lane has seen nothing new: the others have the word
                if self.is_over:
                    return
                await asyncio.sleep(WAIT_SECONDS)
            await self._find_work()
            is_stirred = door and (n % AGAIN == 0 or not has_died)
            if is_stirred:
                await self.stir()
            if door and n % ASK_BACK == 0:
                recall = await to_ask_back(self.ground)
            order = a_child(
                killed=True, door=door, recall=recall, stop=self.payrolls["payrolls"][0] if is_stirred else None,
                processor_seconds=LIFE_PROCESSOR_SECONDS, quiet_seconds=QUIET_SECONDS,
            )  # fmt: skip
            deaths = len(self.died)
            told, _ = await asyncio.gather(self.ground.zygote.order(order), self.days_end() if is_stirred else _nothing())
            has_died = "died_at" in told
            if has_died:
                assert told["signal"] == signal.SIGKILL
                self.died.add(told["died_at"])
                self.lived.clear()
            elif len(self.died) == deaths:
                self.lived[door] += 1
                assert self.lived[True] < IN_VAIN, f"never passed: {self.missing}"

    async def _hear_registry(self, over: asyncio.Event) -> None:
        """Its relay, except while somebody draws up. Not cancelled: in the middle of connecting it would leave a connection."""
        relay = Relay(self.ground.registry, self.ground.bus)
        while not over.is_set():
            async with self.alone:
                try:
                    await relay.step()
                except Exception as error:
                    if not is_infrastructure(error):
                        raise
            await asyncio.sleep(HEAR_SECONDS)

    async def _find_work(self) -> None:
        """Draw up where there is little left to do."""
        async with self.alone:
            async with self.ground.looking() as admin:
                waiting = await admin.fetchval("SELECT count(*) FROM disbursement.chunks WHERE state = 'sealed'")
            if waiting >= ENOUGH:
                return
            self.payrolls = await drawn(self.ground, each_way=EACH_WAY)
            await none_twice(self.ground)
            for provider in PROVIDERS:  # a call that fails is seldom at some of them
                await self.ground.ask("POST", "/faults", next=["dropped_connection"], provider=provider)

    async def stir(self) -> None:
        """What seldom happens, on purpose: others ask for things, an event comes before what it builds on, providers are away for
        a moment."""
        ground = self.ground
        async with self.alone:
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
