"""Two officers of a commune whose payees change: what the tests of payees share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg

from services.registry.main import DAILY_TASKS
from services.registry.workers.daily import daily_worker
from shared.service import Service
from tests.conftest import Tokens
from tests.registry.commune_lists import Line
from tests.registry.officers import VINH_HUNG, Officer, Officers

COMMUNE = "Xã Vinh Hưng"
START = datetime(2021, 11, 5, 2, tzinfo=UTC)
PAPER = {"kind": "authorisation", "number": "15/2021/CT", "issued_on": "2021-11-01", "issued_by": "UBND xã Vinh Hưng"}
DAUGHTER = {
    "capacity": "authorised",
    "full_name": "LÊ THỊ XUÂN",
    "identity_number": "046183486989",
    "phone": "0371981796",
    "relationship": "Con gái",
    "paper": PAPER,
    "from_on": "2021-11-05",
}
CHILD = "Khoản 1 (từ 4 đến dưới 16 tuổi)"
GRANDMOTHER = {"payee": "Trần Thị Ngoại", "payee_identity": "046150486980", "relationship": "Bà ngoại"}

Clock = Callable[[datetime], Any]


class Commune:
    """Two officers of the commune, and what they see."""

    def __init__(self, officer: Officers, tokens: Tokens, admin: asyncpg.Connection, service: Service) -> None:
        some = officer("commune_officer", VINH_HUNG)
        self.maker = Officer(some.client, tokens("commune_officer", VINH_HUNG, subject="an"))
        self.checker = Officer(some.client, tokens("commune_officer", VINH_HUNG, subject="binh"))
        self.admin = admin
        self.service = service

    async def lists(self, *lines: Line) -> dict[str, Any]:
        """Send a list of November in and confirm it."""
        done: dict[str, Any] = await self.maker.enter(COMMUNE, lines, "11/2021")
        return done

    async def person(self, line: Line) -> str:
        """Somebody listed; the id."""
        await self.lists(line)
        return await self.id_of(line.name)

    async def id_of(self, name: str) -> str:
        """The id of the one with that name."""
        (found,) = [one for one in await self.maker.find(name) if one["full_name"] == name]  # payees' names find people too
        return str(found["beneficiary_id"])

    async def shown(self, person: str) -> dict[str, Any]:
        """The whole record."""
        record: dict[str, Any] = await self.maker.get(f"/v1/beneficiaries/{person}")
        return record

    async def payees(self, person: str) -> list[dict[str, Any]]:
        """Everybody who receives or received."""
        items: list[dict[str, Any]] = (await self.maker.get(f"/v1/beneficiaries/{person}/payees"))["items"]
        return items

    async def ask(self, person: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for another payee."""
        asked: dict[str, Any] = await self.maker.post(f"/v1/beneficiaries/{person}/payee", body)
        return asked

    async def approve(self, asked: dict[str, Any]) -> None:
        """The second officer approves."""
        path = f"/v1/change-requests/{asked['request_id']}"
        digest = asked.get("digest") or (await self.checker.get(path))["digest"]
        await self.checker.post(f"{path}/approve", {"digest": digest})

    async def appoint(self, person: str, body: dict[str, Any]) -> None:
        """Both."""
        await self.approve(await self.ask(person, body))

    async def refused(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        """Status and code of a POST of the maker that must be refused, which changes nothing."""
        tables = ("payee_appointments", "change_requests", "payees", "holds", "proposals", "notices", "beneficiary_versions")

        async def count() -> list[int]:
            return [await self.admin.fetchval(f"SELECT count(*) FROM registry.{table}") for table in tables]

        before = await count()
        answer = await self.maker.ask("POST", path, json=body)
        assert await count() == before
        assert answer.json()["title_vi"]
        return answer.status_code, answer.json()["code"]

    async def day(self) -> None:
        """The daily tasks, also where the clock went back between two tests."""
        await self.admin.execute("DELETE FROM registry.scheduled_tasks")
        await daily_worker(self.service.database, DAILY_TASKS).step()

    async def lifted_by_hand(self, person: str) -> None:
        """An officer lifts the one hold there is."""
        (hold,) = (await self.maker.get("/v1/holds", beneficiary_id=person, standing=True))["items"]
        await self.maker.post(f"/v1/holds/{hold['hold_id']}/lift", {"note": "vội"})
        assert (await self.shown(person))["hold"] is None

    async def proposals(self, person: str, state: str = "open") -> dict[str, dict[str, Any]]:
        """A person's proposals by kind."""
        found = await self.maker.get("/v1/proposals", beneficiary_id=person, state=state)
        return {one["kind"]: one for one in found["items"]}
