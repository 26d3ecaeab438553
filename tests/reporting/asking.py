"""Asking reporting over its routes, and telling it what was said."""

from __future__ import annotations

from typing import Any

import httpx

from services.reporting.events import parts
from shared.service import Service
from tests.reporting.enrolment_said import events_of, shuffled
from tests.reporting.enrolment_second_way import Said


async def forget_all(service: Service) -> None:
    """Every part of the read models, as if nothing had ever been said."""
    for part in parts(b""):
        async with service.database.transaction() as tx:
            await part.forget(tx)


async def get(client: httpx.AsyncClient, path: str, token: str, **params: Any) -> Any:
    answer = await client.get(path, params=params, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def problem(client: httpx.AsyncClient, path: str, token: str | None, **params: Any) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await client.get(path, params=params, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def receive(service: Service, said: list[Said]) -> None:
    for event in shuffled(events_of(said), 3):
        await service.inbox.receive(event.encode())
