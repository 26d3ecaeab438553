"""Fills the service with a generated world, and asks it for figures."""

from __future__ import annotations

import random
from typing import Any

import httpx

from services.reporting.main import build
from services.reporting.storage.units import copy_units
from shared.platform import Platform
from shared.service import Service
from tests.reporting import figures_world as world


async def fill(platform: Platform, steps: list[world.Step]) -> Service:
    """The service after all that happened, told in another order than it happened."""
    built = build(platform)
    async with built.database.transaction() as tx:
        await copy_units(tx, world.unit_records())
    told = world.events(steps)
    random.Random(3).shuffle(told)
    for event in told:
        await built.inbox.receive(event)
    return built


class Asker:
    """Asks for figures with a token."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client, self.token = client, token

    async def raw(self, question: str, **headers: str) -> httpx.Response:
        return await self.client.get(f"/v1/figures?{question}", headers={"Authorization": f"Bearer {self.token}", **headers})

    async def rows(self, question: str) -> list[dict[str, Any]]:
        answer = await self.raw(question)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows

    async def table(self, question: str, by: list[str], *measures: str) -> dict[Any, tuple[Any, ...]]:
        """The answer by key."""
        rows = await self.rows(f"{question}&measure={','.join(measures)}&by={','.join(by)}")
        found = {tuple(row[dim] for dim in by): tuple(row[m] for m in measures) for row in rows}
        assert len(found) == len(rows)
        return found

    async def refusal(self, question: str) -> tuple[int, str]:
        answer = await self.raw(question)
        return answer.status_code, answer.json()["code"]
