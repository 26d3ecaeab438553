"""A province at work: the registry says its people by events, officers act over REST. All of it real but the registry's rules."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson

from services.disbursement.workers.dispatcher import Dispatcher
from shared import outbox
from shared.contracts.base import Event
from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import (
    AccountRecord,
    BeneficiariesChanged,
    BeneficiaryRecord,
    DecisionRecord,
    PayeeRecord,
    UnitRecord,
    UnitsDefined,
)
from shared.database import Database
from shared.inbox import watermark
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from shared.keys import SEAL, load_signing_key
from shared.platform import Platform
from shared.service import Service

OCTOBER = date(2021, 10, 1)
FROM = date(2021, 7, 1)
_numbers = itertools.count(500)
_codes = itertools.count(1)
_positions = itertools.count(1)  # of the gateway's events


@dataclass(frozen=True)
class Deeds:
    """Contract ids of the authority."""

    viettel: UUID
    vietinbank: UUID
    cashier: UUID


@dataclass
class Office:
    """One province with one paying authority (a district) and its communes, all its own."""

    service: Service
    platform: Platform
    client: httpx.AsyncClient
    admin: asyncpg.Connection
    tokens: Any
    communes_count: int = 3
    province: str = ""
    authority: str = ""
    communes: tuple[str, ...] = ()
    deeds: Deeds = field(default_factory=lambda: Deeds(UUID(int=0), UUID(int=0), UUID(int=0)))

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.service.database

    async def lay(self, *, name: str = "Tỉnh Thừa Thiên Huế", contracts: bool = True) -> Office:
        """Units, said by the registry; and contracts: Viettel at the first commune, VietinBank at the second, the cashier
        everywhere."""
        number = next(_numbers)
        self.province, self.authority = f"{number}@{FROM}", f"{number}9@{FROM}"
        self.communes = tuple(f"{number}{i:02}@{FROM}" for i in range(1, self.communes_count + 1))
        async with self.platform.database("registry").transaction() as tx:
            await outbox.ensure_partitions(tx, "registry")
        async with self.database.transaction() as tx:
            await outbox.ensure_partitions(tx, "disbursement")
        await self.emit(UnitsDefined(units=self.units(name)))
        if contracts:
            await self._contracts()
        return self

    def units(self, name: str) -> list[UnitRecord]:
        """The province, the authority and the communes."""

        def unit(unit_id: str, level: Any, *path: str) -> UnitRecord:
            parent = path[-1] if path else None
            called = name if level == "province" else f"{level} {unit_id}"
            return UnitRecord(
                unit_id=unit_id, code=unit_id.split("@")[0], valid_from=FROM, valid_to=None, level=level, name=called,
                parent_id=parent, path=(*path, unit_id),
            )  # fmt: skip

        return [
            unit(self.province, "province"),
            unit(self.authority, "district", self.province),
            *(unit(commune, "commune", self.province, self.authority) for commune in self.communes),
        ]

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

    # --- the registry -----------------------------------------------------------------------------------------------

    async def emit(self, event: Event) -> None:
        """The registry says an event, and it is applied here."""
        async with self.platform.database("registry").transaction() as tx:
            await outbox.emit(tx, event)
        await self.feed()

    async def feed(self) -> None:
        """Apply what the registry said and was not applied yet."""
        async with self.platform.database("registry").transaction() as tx:
            while await outbox.give_positions(tx, 1000):
                pass
        async with self.database.transaction() as tx:
            mark = await watermark(tx, "registry")
        async with self.platform.database("registry").transaction() as tx:
            events = await outbox.events_after(tx, "registry", mark, 1000)
        for envelope in events:
            await self.service.inbox.receive(envelope.encode())

    async def hear(self, event: Event) -> None:
        """The gateway says an event, and it is applied here."""
        envelope = Envelope(
            source=event.source, position=next(_positions), type=event.type, version=1, event_id=new_id(),
            occurred_at=wall_now(), body=event.model_dump(mode="json"),
        )  # fmt: skip
        await self.service.inbox.receive(envelope.encode())

    def person(
        self, category: str | Sequence[str] = "K5C-80", commune: int = 2, heads: int = 1, **changes: Any
    ) -> BeneficiaryRecord:
        """A person of the third commune (cash from the cashier) with an open-ended decision for each category."""
        categories = [category] if isinstance(category, str) else list(category)
        beneficiary_id = new_id()
        fields: dict[str, Any] = {
            "beneficiary_id": beneficiary_id,
            "version": 1,
            "code": f"HUE-{next(_codes):07}",
            "full_name": "Nguyễn Thị Lan",
            "sex": "female",
            "birth_date": date(1938, 5, 4),
            "birth_precision": "day",
            "unit_id": self.communes[commune],
            "status": "active",
            "status_from_month": FROM,
            "hold": None,
            "decisions": [decision(each, heads=heads) for each in categories],
            "payee": payee(beneficiary_id),
            "account": None,
        }
        return BeneficiaryRecord(**{**fields, **changes})

    async def say(self, *people: BeneficiaryRecord) -> None:
        """The registry says these records, in one event for each 500."""
        for start in range(0, len(people), 500):
            await self.emit(BeneficiariesChanged(records=list(people[start : start + 500])))

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

    async def fingerprint(self) -> dict[str, str]:
        """A hash of the content of every table that a refusal must leave alone."""
        tables = (
            "runs campaigns campaign_people run_authorities draw_gates obligations payrolls chunks payments payment_lines "
            "payroll_exceptions contracts contract_channels contract_communes fundings ledger_entries audit_log outbox "
            "idempotency_keys gates accepted_findings budgets delegations recalls "
            "contract_fees payment_fees fee_settlements reconciliations reconciliation_parts reconciliation_lines "
            "reconciliation_breaks"
        )
        sums = {}
        for table in tables.split():
            sums[table] = await self.admin.fetchval(
                f"SELECT md5(coalesce(string_agg(t::text, '~' ORDER BY t::text), '')) FROM disbursement.{table} t"
            )
        return sums

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

    # --- looking ----------------------------------------------------------------------------------------------------

    async def rows(self, sql: str, *params: Any) -> list[asyncpg.Record]:
        """Rows as the superuser sees them; tables of the service need no schema."""
        await self.admin.execute("SET search_path = disbursement")
        found: list[asyncpg.Record] = await self.admin.fetch(sql, *params)
        return found

    async def obligations(self, **where: Any) -> list[asyncpg.Record]:
        """This authority's obligations in order of their keys."""
        condition = " AND ".join(["authority_id = $1", *(f"{name} = ${i}" for i, name in enumerate(where, 2))])
        return await self.rows(
            f"SELECT * FROM obligations WHERE {condition} ORDER BY benefit_month, subject_id, kind, revision",
            self.authority,
            *where.values(),
        )

    async def events(self, kind: str) -> list[Any]:
        """Bodies of this authority's events of a type, oldest first."""
        rows = await self.rows(
            "SELECT body::text FROM outbox WHERE type = $1 AND unit_id = $2 ORDER BY seq", kind, self.authority
        )
        return [orjson.loads(row[0]) for row in rows]

    async def ledger(self, book: str = "obligations") -> dict[tuple[str, str], tuple[int, int]]:
        """(from, to) -> obligations and đồng."""
        rows = await self.rows(
            """SELECT from_account, to_account, sum(obligations) AS n, sum(amount_dong) AS amount_dong FROM ledger_entries
               WHERE book = $1 AND authority_id = $2 GROUP BY 1, 2""",
            book,
            self.authority,
        )
        return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


def decision(category: str, heads: int = 1, from_month: date = FROM, to_month: date | None = None) -> DecisionRecord:
    """A decision."""
    kind = "care_support" if category.startswith("CS-") else "funeral" if category.startswith("MT-") else "monthly"
    return DecisionRecord(
        decision_id=new_id(), number="12/QĐ-UBND", decided_on=date(2021, 6, 20), kind=kind, category=category,
        from_month=from_month, to_month=to_month, heads=heads,
    )  # fmt: skip


def payee(payee_id: UUID, version: int = 1, full_name: str = "Nguyễn Thị Lan", relationship: str = "self") -> PayeeRecord:
    """A payee."""
    return PayeeRecord(
        payee_id=payee_id, version=version, full_name=full_name, relationship=relationship, identity_sealed=None,
        phone_sealed=None,
    )  # fmt: skip


def wallet(version: int = 1, account_id: UUID | None = None) -> AccountRecord:
    """A ViettelPay wallet."""
    return AccountRecord(
        account_id=account_id or new_id(), version=version, provider="viettelpay", channel="wallet",
        holder_name="NGUYEN THI LAN", number_sealed="k1.x",
    )  # fmt: skip


def bank_account(version: int = 1, account_id: UUID | None = None) -> AccountRecord:
    """A VietinBank account."""
    return AccountRecord(
        account_id=account_id or new_id(), version=version, provider="vietinbank", channel="account",
        holder_name="NGUYEN THI LAN", number_sealed="k1.x",
    )  # fmt: skip


def changed(record: BeneficiaryRecord, **changes: Any) -> BeneficiaryRecord:
    """The next version of a record."""
    return record.model_copy(update={"version": record.version + 1, **changes})


def by_way(drawn: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int]]:
    """(channel, provider) -> payments and đồng."""
    return {(p["channel"], p["provider"]): (p["payments"], p["amount_dong"]) for p in drawn["payrolls"]}
