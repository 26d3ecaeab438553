"""A province at work: the registry says its people by events, officers act over REST. All of it real but the registry's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from services.disbursement.workers.dispatcher import Dispatcher
from shared import outbox
from shared.database import Database
from shared.inbox import Inbox
from shared.kernel.ids import new_id
from shared.keys import SEAL, load_signing_key
from shared.platform import Platform
from shared.service import Service
from tests.disbursement.looking import Looking


@dataclass(frozen=True)
class Deeds:
    """Contract ids of the authority."""

    viettel: UUID
    vietinbank: UUID
    cashier: UUID


@dataclass
class Office(Looking):
    """A province's officers at work over REST."""

    service: Service
    platform: Platform
    client: httpx.AsyncClient
    admin: asyncpg.Connection
    tokens: Any
    deeds: Deeds = field(default_factory=lambda: Deeds(UUID(int=0), UUID(int=0), UUID(int=0)))

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.service.database

    @property
    def inbox(self) -> Inbox:
        """Where the service hears the others."""
        return self.service.inbox

    async def lay(self, *, name: str = "Tỉnh Thừa Thiên Huế", contracts: bool = True) -> Office:
        """Units; and contracts: Viettel at the first commune, VietinBank at the second, the cashier everywhere."""
        async with self.platform.database("registry").transaction() as tx:
            await outbox.ensure_partitions(tx, "registry")
        await self.lay_units(name)
        if contracts:
            await self._contracts()
        return self

    async def _contracts(self) -> None:
        self.deeds = Deeds(
            viettel=await self.contract("viettelpay", {"wallet": "viettelpay", "cash": "viettelpay"}, self.communes[:1]),
            vietinbank=await self.contract("vietinbank", {"account": "vietinbank", "cash": "vnpost"}, self.communes[1:2]),
            cashier=await self.contract("commune_cashier", {"cashier": "commune_cashier"}, self.communes),
        )

    async def contract(self, lead: str, channels: dict[str, str], communes: Sequence[str], *, number: str = "") -> UUID:
        """A contract that serves communes from 7/2021."""
        body = {
            "authority_id": self.authority, "number": number or f"01/{lead}", "lead_provider": lead, "valid_from": "2021-07-01",
            "channels": [{"channel": channel, "provider": provider} for channel, provider in channels.items()],
        }  # fmt: skip
        contract_id = (await self.ok("POST", "/v1/contracts", "province", body))["contract_id"]
        if communes:
            served = {"unit_ids": list(communes), "from_month": "2021-07-01"}
            await self.ok("POST", f"/v1/contracts/{contract_id}/communes", "province", served)
        return UUID(contract_id)

    async def sending(self, contract_id: UUID, channel: str, *, canary_payments: int = 20, send_on: str = "any_day") -> Any:
        """Say how a contract's channel is instructed."""
        body = {"canary_payments": canary_payments, "send_on": send_on}
        return await self.ok("PUT", f"/v1/contracts/{contract_id}/channels/{channel}/sending", "province", body)

    # --- officers ---------------------------------------------------------------------------------------------------

    async def call(
        self, method: str, path: str, role: str, body: Any = None, *, units: Sequence[str] = (), **more: Any
    ) -> httpx.Response:
        """A request with a token of a role, for the province unless other units are named."""
        token = self.tokens(role, *(units or [self.province]), subject=more.pop("subject", None))
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return await self.client.request(method, path, json=body, headers=headers, **more)

    async def ok(self, method: str, path: str, role: str, body: Any = None, **more: Any) -> Any:
        """The answer of a request that must succeed."""
        response = await self.call(method, path, role, body, **more)
        assert response.status_code in (200, 201), response.text
        return response.json()

    async def refused(self, code: str, method: str, path: str, role: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """The problem of a request that must be refused with a code, and must change nothing."""
        before = await self.fingerprint()
        response = await self.call(method, path, role, body, **more)
        assert response.status_code >= 400, response.text
        assert response.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = response.json()
        assert problem["code"] == code, problem
        assert await self.fingerprint() == before, f"{code} changed something"
        return problem

    async def run(self, code: str = "2021-10", *months: str) -> str:
        """Open a run; its id."""
        body = {"code": code, "unit_id": self.province, "benefit_months": list(months) or [f"{code}-01"]}
        return str((await self.ok("POST", "/v1/runs", "province", body))["run_id"])

    async def draw(self, run_id: str) -> Any:
        """Draw the run up for the authority."""
        return await self.ok("POST", f"/v1/runs/{run_id}/draw-up", "maker", {"authority_id": self.authority})

    async def payments(self, payroll_id: str) -> list[dict[str, Any]]:
        """All payments of a payroll, over as many pages as they take."""
        found: list[dict[str, Any]] = []
        cursor: str | None = "0"
        while cursor is not None:
            page = await self.ok("GET", f"/v1/payrolls/{payroll_id}/payments?cursor={cursor}", "maker")
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    async def prepare(self, payroll_id: str) -> Any:
        """The maker's step."""
        return await self.ok("POST", f"/v1/payrolls/{payroll_id}/prepare", "maker", subject="lan")

    async def approve(self, payroll_id: str) -> Any:
        """The checker's step."""
        return await self.ok("POST", f"/v1/payrolls/{payroll_id}/approve", "checker", subject="minh")

    async def fund(self, run_id: str, contract_id: UUID | str, amount_dong: int) -> Any:
        """The Treasury's money."""
        body = {
            "authority_id": self.authority, "contract_id": str(contract_id), "amount_dong": amount_dong,
            "withdrawal_paper": "RDT 12", "treasury_reference": f"KB {new_id()}", "credited_on": "2021-09-24",
        }  # fmt: skip
        return await self.ok("POST", f"/v1/runs/{run_id}/fundings", "accountant", body)

    async def release(self, payroll_id: str) -> Any:
        """The accountant's step."""
        return await self.ok("POST", f"/v1/payrolls/{payroll_id}/release", "accountant", subject="ha")

    async def approved(self, payroll_id: str) -> Any:
        """Prepared by one, approved by another."""
        await self.prepare(payroll_id)
        return await self.approve(payroll_id)

    async def released(self, payroll: dict[str, Any]) -> Any:
        """Approved, funded with exactly what it pays, and released."""
        await self.approved(payroll["payroll_id"])
        await self.fund(payroll["run_id"], payroll["contract_id"], payroll["amount_dong"])
        return await self.release(payroll["payroll_id"])

    def dispatcher(self, most_unanswered: int = 8) -> Dispatcher:
        """A dispatcher of this platform."""
        key = load_signing_key(self.platform.settings.keys_dir, SEAL)
        return Dispatcher(self.database, key.public_key(), most_unanswered)


def by_way(drawn: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int]]:
    """(channel, provider) -> payments and đồng."""
    return {(p["channel"], p["provider"]): (p["payments"], p["amount_dong"]) for p in drawn["payrolls"]}
