"""Three months through disbursement, the gateway and the real sandbox, reconciled to zero unexplained đồng, payment by payment.

June to August 2024: the standard level rises from 360,000 to 500,000 in July; somebody dies, somebody moves, somebody turns
80, a decision comes late, an account is locked, a transfer comes back, cash is not collected, and all of it is paid in the end.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.provider_gateway.main import build
from shared import outbox
from shared.bus.memory import MemoryBus
from shared.contracts.registry_events import AccountRecord, BeneficiaryRecord, PayeeRecord
from shared.crypto import ACCOUNT, IDENTITY
from shared.embedded_postgres import EmbeddedPostgres, free_port
from shared.kernel.ids import new_id, payment_reference
from shared.platform import Platform, platform_over
from shared.runtime import WebServer, stop_tasks
from shared.service import Service
from shared.settings import SERVICES, Settings
from tests.disbursement.office import Office
from tests.disbursement.records import changed, decision
from tests.gateway.sandbox_at_work import SandboxAtWork

JUNE, JULY, AUGUST = date(2024, 6, 1), date(2024, 7, 1), date(2024, 8, 1)
SOURCES = {
    "viettelpay": "statement",
    "vietinbank": "statement",
    "vnpost": "provider_list",
    "commune_cashier": "provider_list",
}
SetClock = Callable[[datetime], Awaitable[None]]


@dataclass
class Country:
    """An office, the gateway with its workers, and the providers."""

    office: Office
    gateway: Service
    sandbox: SandboxAtWork
    set_clock: SetClock
    phones: Any = field(default_factory=lambda: iter(range(100_000_000, 999_999_999)))
    told: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    locked: list[dict[str, Any]] = field(default_factory=list)

    async def set_day(self, day: date) -> None:
        """Both business clocks, at noon here and in the evening there."""
        await self.set_clock(datetime(day.year, day.month, day.day, 5, tzinfo=UTC))
        await asyncio.to_thread(self.sandbox.ask, "POST", "/clock", today=day.isoformat())

    async def days_pass(self, until: date) -> None:
        """Cash is collected, transfers come back, and the providers' days end."""
        day = (await self.office.rows("SELECT platform.business_today() AS day"))[0]["day"]
        while day < until:
            day = min(day + timedelta(days=5), until)
            await self.set_day(day)
            await self.pump()
        deadline = time.monotonic() + 300
        while await self.busy():
            assert time.monotonic() < deadline, "webhooks are still waiting"
            await self.pump()

    async def busy(self) -> bool:
        """Whether the providers or the gateway still have something to tell."""
        queued = (await asyncio.to_thread(self.sandbox.ask, "GET", "/webhooks"))["queued"]
        rows = await self.office.rows("SELECT count(*) AS n FROM provider_gateway.webhooks WHERE state = 'new'")
        return bool(queued or rows[0]["n"])

    async def pump(self) -> None:
        """What the relays do: each service hears what the others said."""
        await self._hear(self.office.platform, "registry", self.gateway)
        await self._hear(self.office.platform, "disbursement", self.gateway)
        await self._hear(self.office.platform, "provider_gateway", self.office.service)
        await self.gateway.inbox.retry_parked()
        await self.office.service.inbox.retry_parked()
        await asyncio.sleep(0.05)

    async def _hear(self, platform: Platform, source: str, listener: Service) -> None:
        async with platform.database(source).transaction() as tx:
            while await outbox.give_positions(tx, 1000):
                pass
        async with platform.database(source).transaction() as tx:
            events = await outbox.events_after(tx, source, self.told[source, listener.name], 1000)
        wanted = {*listener.subscribes_to, f"{source}.*" if f"{source}.*" in listener.subscribes_to else ""}
        for envelope in events:
            if {envelope.routing_key, f"{source}.*"} & wanted:
                await listener.inbox.receive(envelope.encode())
            self.told[source, listener.name] = envelope.position

    async def person(self, commune: int, provider: str | None = None, *, locked: bool = False, **more: Any) -> BeneficiaryRecord:
        """Somebody, known to the provider where an account is asked for."""
        number = next(self.phones)
        cipher = self.office.platform.field_cipher()
        account = None
        if provider is not None:
            ours, theirs = (f"0{number}", f"84{number}") if provider == "viettelpay" else (f"101{number}", f"101{number}")
            account = AccountRecord(
                account_id=new_id(), version=1, provider=provider, holder_name="Nguyễn Thị Lan",
                channel="wallet" if provider == "viettelpay" else "account", number_sealed=cipher.seal(ours, ACCOUNT),
            )  # fmt: skip
            known = {"provider": provider, "account_number": theirs, "holder_name": "Nguyễn Thị Lan", "locked": locked}
            await asyncio.to_thread(self.sandbox.ask, "POST", "/accounts", accounts=[known])
            self.locked += [known] if locked else []
        person = self.office.person(more.pop("category", "K6-N"), commune=commune, account=account, **more)
        payee = PayeeRecord(
            payee_id=person.beneficiary_id, version=1, full_name="Nguyễn Thị Lan", relationship="self",
            identity_sealed=cipher.seal(f"046{number}", IDENTITY), phone_sealed=None,
        )  # fmt: skip
        return person.model_copy(update={"payee": payee})

    async def unlock(self) -> None:
        """The providers unlock what they had locked."""
        accounts = [{**each, "locked": False} for each in self.locked]
        await asyncio.to_thread(self.sandbox.ask, "POST", "/accounts", accounts=accounts)

    async def pay(self, code: str) -> str:
        """A run from its drawing up to the last word of the providers."""
        run_id = await self.office.run(code)
        for payroll in (await self.office.draw(run_id))["payrolls"]:
            await self.office.released(payroll)
        while await self.office.dispatcher().step():
            pass
        await self.pump()
        deadline = time.monotonic() + 300
        sql = "SELECT count(*) AS n FROM provider_gateway.chunks WHERE state = 'waiting'"
        while (await self.office.rows(sql))[0]["n"]:
            assert time.monotonic() < deadline, "chunks were not sent"
            await self.pump()
        return run_id

    async def until_listed(self, day: date) -> None:
        """All four providers' days have come, up to one."""
        deadline = time.monotonic() + 300
        sql = "SELECT count(*) AS n FROM provider_days WHERE listed_on = $1 AND parts_come = parts"
        while (await self.office.rows(sql, day))[0]["n"] < len(SOURCES):
            assert time.monotonic() < deadline, await self.office.rows(
                "SELECT provider, max(listed_on) FROM provider_days GROUP BY 1"
            )
            await self.pump()

    async def reconciled(self, **asked: Any) -> dict[str, Any]:
        """A reconciliation of each provider with what the gateway fetched; nothing may be left to explain."""
        found = {}
        for provider, source in SOURCES.items():
            body = {"unit_id": self.office.province, "provider": provider, "source": source, "from_gateway": True, **asked}
            read = await self.office.ok("POST", "/v1/reconciliations", "accountant", body)
            assert set(read["kinds"]) <= {"matched"}, (provider, read["kinds"])
            assert (read["open_breaks"], read["unexplained_dong"]) == (0, 0)
            assert read["total"]["our_dong"] == read["total"]["their_dong"]
            found[provider] = read
        return found


@pytest.fixture
async def country(
    office: Office,
    office_platform: Platform,
    postgres: EmbeddedPostgres,
    database_name: str,
    settings: Settings,
    set_business_clock: SetClock,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Country]:
    """All of it at work."""
    port = free_port()
    keys: Path = settings.keys_dir / "providers"
    folder = tmp_path_factory.mktemp("books")
    sandbox = await asyncio.to_thread(SandboxAtWork, folder, keys, f"http://127.0.0.1:{port}/v1/webhooks")
    urls = {service: postgres.url_for(f"chitra_{service}", database_name) for service in SERVICES}
    told = replace(settings, port=port, providers_url=sandbox.url, provider_timeout_seconds=2.0)
    platform = platform_over(told, MemoryBus(), urls, postgres.url_for("postgres", database_name))
    gateway = build(platform)
    server, serving = await WebServer.start(gateway.app, "127.0.0.1", port)
    async with gateway.database.transaction() as tx:
        await outbox.ensure_partitions(tx, "provider_gateway")
    wanted = ("sender", "enquiries", "webhooks", "lister")
    tasks = [asyncio.create_task(worker.run(), name=worker.name) for worker in gateway.workers if worker.name in wanted]
    yield Country(office, gateway, sandbox, set_business_clock)
    await stop_tasks(tasks)
    server.should_exit = True
    await serving
    await gateway.app.state.ways.close()
    await platform.close()
    await asyncio.to_thread(sandbox.stop)


async def test_three_months_reconcile_to_zero_unexplained_dong(country: Country) -> None:
    office = country.office
    fee = {"channel": "wallet", "from_on": "2024-06-01", "basis_points": 50, "back_on_return": True}
    await office.ok("POST", f"/v1/contracts/{office.deeds.viettel}/fees", "province", {"fees": [fee]})
    await country.set_day(date(2024, 6, 5))

    dies, moves = await country.person(0, "viettelpay"), await country.person(0, "viettelpay")
    locked = await country.person(0, "viettelpay", locked=True)
    turns_80 = await country.person(1, "vietinbank", category="K5A-60-80", birth_date=date(1944, 7, 10))
    steady = [await country.person(1, "vietinbank") for _ in range(3)] + [await country.person(1), await country.person(2)]
    await office.say(dies, moves, locked, turns_80, *steady)
    await country.pump()

    forced = {"next": ["returned"], "rates": {}}
    await asyncio.to_thread(country.sandbox.ask, "POST", "/faults", **forced)
    june = await country.pay("2024-06")
    await country.days_pass(date(2024, 6, 25))
    states = await payment_states(office, june)
    assert (states["paid"], states["rejected"], states["returned"], states["open"]) == (7, 1, 1, 0)

    late = await country.person(1, "vietinbank", decisions=[decision("K6-N", from_month=JUNE)])
    older = [decision("K5A-60-80", from_month=date(2021, 7, 1), to_month=JULY), decision("K5A-80", from_month=AUGUST)]
    await office.say(
        changed(dies, status="dead", status_from_month=JULY),
        changed(moves, unit_id=office.communes[2]),
        changed(turns_80, decisions=older),
        late,
    )
    await country.unlock()
    await asyncio.to_thread(country.sandbox.ask, "POST", "/faults", next=["uncollected"], rates={})
    july = await country.pay("2024-07")
    await country.days_pass(date(2024, 7, 25))
    await asyncio.to_thread(country.sandbox.ask, "POST", "/faults", next=[], rates={})
    august = await country.pay("2024-08")
    await country.days_pass(date(2024, 8, 25))
    await country.until_listed(date(2024, 8, 24))

    assert sum((await payment_states(office, august)).values()) == (await payment_states(office, august))["paid"]
    for run_id in (june, july, august):
        await country.reconciled(run_id=run_id)
    whole = await country.reconciled(from_on="2024-06-01", to_on="2024-08-24")
    await agree_payment_by_payment(country, {name: read["total"]["their_dong"] for name, read in whole.items()})
    await levels_rose(office)
    fees = (await office.ok("GET", f"/v1/runs/{june}/fees", "accountant"))["contracts"]
    assert all(each["books_balance"] for each in fees)


async def payment_states(office: Office, run_id: str) -> Counter[str]:
    """State -> payments of a run."""
    rows = await office.rows("SELECT state, count(*) AS n FROM payments WHERE run_id = $1 GROUP BY state", UUID(run_id))
    return Counter({row["state"]: row["n"] for row in rows})


async def agree_payment_by_payment(country: Country, by_provider: dict[str, int]) -> None:
    """The sandbox's own books beside ours: each reference's money net of returns, and each provider's total."""
    books = await asyncio.to_thread(country.sandbox.movements)
    theirs = {reference: sum(-dong if kind == "return" else dong for kind, dong in moved) for reference, moved in books.items()}
    rows = await country.office.rows("SELECT payment_id, amount_dong, state FROM payments")
    ours = {
        payment_reference(UUID(str(row["payment_id"])), 1): row["amount_dong"] if row["state"] == "paid" else 0 for row in rows
    }
    assert set(theirs) <= set(ours)
    assert {reference: dong for reference, dong in ours.items() if dong} == {r: d for r, d in theirs.items() if d}
    totals = await asyncio.to_thread(country.sandbox.ask, "GET", "/totals")
    assert by_provider == {name: each["amount_dong"] for name, each in totals.items()}
    assert all(each["double_payments"] == 0 for each in totals.values())
    statement = await country.office.ok("GET", "/v1/ledger/statement?account=payees", "accountant")
    assert statement["closing_dong"] == sum(by_provider.values())


async def levels_rose(office: Office) -> None:
    """June at 360,000, July and August at 500,000; each month of each living person paid exactly once."""
    levels: dict[date, set[int]] = defaultdict(set)
    for o in await office.obligations():
        levels[o["benefit_month"]].add(o["level_dong"])
    assert levels == {JUNE: {360_000}, JULY: {500_000}, AUGUST: {500_000}}
    for month in levels:
        read = await office.ok("GET", f"/v1/months/{month}/books", "accountant", units=[office.authority])
        owed = read["paid_account"]["amount_dong"] + read["paid_cash"]["amount_dong"]
        assert (read["books_balance"], owed) == (True, read["owed"]["amount_dong"])
        assert read["owed"]["obligations"] == {JUNE: 10, JULY: 9, AUGUST: 9}[month]
