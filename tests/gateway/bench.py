"""What gateway tests do again and again: instruct payrolls, run workers, wait until nothing is open, compare books."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg

from shared.contracts.base import Event
from shared.contracts.envelope import Envelope
from shared.crypto import ACCOUNT, IDENTITY, FieldCipher
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id, payment_reference
from shared.outbox import ensure_partitions
from shared.platform import Platform
from shared.service import Service
from tests.gateway.sandbox_at_work import SandboxAtWork

RUN_MONTH = date(2021, 10, 1)
DISTRICT = "474@2021-07-01"
COMMUNES = ("19753@2021-07-01", "19756@2021-07-01", "19759@2021-07-01")

SET_CLOCK = """
INSERT INTO platform.business_clock (business_at, set_at) VALUES ($1, clock_timestamp())
ON CONFLICT (only_row) DO UPDATE SET business_at = excluded.business_at, set_at = excluded.set_at
"""


@dataclass(frozen=True, slots=True)
class Payroll:
    """A payroll of one chunk, as it was instructed."""

    payroll_id: uuid.UUID
    provider: str
    channel: str
    lines: list[dict[str, Any]]

    @property
    def references(self) -> dict[str, int]:
        """What each payment is called at the provider, and its đồng."""
        return {payment_reference(line["payment_id"], line["attempt_no"]): line["amount_dong"] for line in self.lines}


@dataclass(slots=True)
class Bench:
    """The gateway and everything around it."""

    platform: Platform
    service: Service
    sandbox: SandboxAtWork
    admin_url: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _positions: Any = field(default_factory=lambda: count(1))

    @property
    def cipher(self) -> FieldCipher:
        return self.platform.field_cipher()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.platform.settings.port}"

    async def prepare(self) -> None:
        """What the relay and the registry would have done."""
        async with self.service.database.transaction() as tx:
            await ensure_partitions(tx, "provider_gateway")
        await self.set_day(date(2021, 10, 1))
        path = ("46@2021-07-01", DISTRICT)
        units = [
            _unit("46@2021-07-01", "province", path[:1]),
            _unit(DISTRICT, "district", path),
            _unit("480@2021-07-01", "district", (path[0], "480@2021-07-01")),
            *(_unit(commune, "commune", (*path, commune)) for commune in COMMUNES),
        ]
        await self.hear("registry", "units_defined", {"units": units})

    async def set_day(self, day: date) -> None:
        """Move both business clocks: ours, and the providers'; there the day ends."""
        connection = await asyncpg.connect(self.admin_url)
        try:
            await connection.execute(SET_CLOCK, datetime.combine(day, datetime.min.time(), UTC))
        finally:
            await connection.close()
        await asyncio.to_thread(self.sandbox.ask, "POST", "/clock", today=day.isoformat())

    async def set_day_after(self) -> None:
        """Days pass, until all cash is collected or has lapsed."""
        clock = await asyncio.to_thread(self.sandbox.ask, "GET", "/clock")
        await self.set_day(date.fromisoformat(clock["today"]) + timedelta(days=12))

    async def hear(self, source: str, kind: str, body: dict[str, Any] | Event) -> None:
        """An event arrives."""
        content = body.model_dump(mode="json") if isinstance(body, Event) else body
        envelope = Envelope(
            source=source, position=next(self._positions), type=kind, version=1, event_id=new_id(), occurred_at=wall_now(),
            body=content,
        )  # fmt: skip
        await self.service.inbox.receive(envelope.encode())

    def run(self, *names: str) -> None:
        """Start workers that don't run yet."""
        wanted = set(names) - {task.get_name() for task in self.tasks}
        self.tasks += [asyncio.create_task(w.run(), name=w.name) for w in self.service.workers if w.name in wanted]

    async def halt(self, *names: str) -> None:
        """Stop workers."""
        for task in [task for task in self.tasks if task.get_name() in names]:
            self.tasks.remove(task)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def payroll(self, provider: str, channel: str, payments: int, *, known: bool = True) -> Payroll:
        """Instruct a payroll of one chunk; `known`: the gateway and the provider know payees and accounts."""
        made = make_payroll(provider, channel, payments)
        if known:
            await self.introduce(made)
        await self.instruct(made)
        return made

    async def instruct(self, payroll: Payroll, chunk_no: int = 1) -> None:
        """disbursement.chunk_instructed."""
        body = {
            "run_id": str(uuid.uuid4()), "run_month": RUN_MONTH.isoformat(), "payroll_id": str(payroll.payroll_id),
            "chunk_no": chunk_no, "authority_id": DISTRICT, "provider": payroll.provider, "channel": payroll.channel,
            "lines": [{k: str(v) if isinstance(v, uuid.UUID) else v for k, v in line.items()} for line in payroll.lines],
        }  # fmt: skip
        await self.hear("disbursement", "chunk_instructed", body)

    async def introduce(self, payroll: Payroll, *, one_off: bool = False, carers: bool = False) -> None:
        """Payees and accounts become known to the gateway, and the accounts to their provider.

        `one_off`: the payees are those of funerals, named in the records of people who died. `carers`: they receive care support,
        into accounts of their own.
        """
        records = [self.record(payroll, line) for line in payroll.lines]
        if one_off:
            for record in records:
                record["one_off_payees"] = [{"purpose": "funeral", "payee": record["payee"]}]
                record["payee"] = {**record["payee"], "payee_id": record["beneficiary_id"]}
        if carers:
            for record in records:
                named = {"kind": "care_support", "payee": record["payee"], "account": record["account"], "hold": None}
                record["kind_payees"] = [named]
                record["payee"] = {**record["payee"], "payee_id": record["beneficiary_id"]}
                record["account"] = None
        await self.hear("registry", "beneficiaries_changed", {"records": records})
        if payroll.channel in ("wallet", "account"):
            accounts = [
                {"provider": payroll.provider, "account_number": _at_provider(payroll, line), "holder_name": line["payee_name"]}
                for line in payroll.lines
            ]
            await asyncio.to_thread(self.sandbox.ask, "POST", "/accounts", accounts=accounts)

    def record(self, payroll: Payroll, line: dict[str, Any]) -> dict[str, Any]:
        account = None
        if line["account_id"] is not None:
            account = {
                "account_id": str(line["account_id"]), "version": line["account_version"], "provider": payroll.provider,
                "channel": payroll.channel, "holder_name": line["payee_name"],
                "number_sealed": self.cipher.seal(_number(payroll, line), ACCOUNT),
            }  # fmt: skip
        return {
            "beneficiary_id": str(line["beneficiary_id"]), "version": 1, "code": "HUE-0000001", "full_name": line["payee_name"],
            "sex": "female", "birth_date": "1950-01-01", "birth_precision": "day", "unit_id": line["unit_id"],
            "status": "active", "status_from_month": "2021-10-01", "hold": None, "decisions": [],
            "payee": {
                "payee_id": str(line["payee_id"]), "version": line["payee_version"], "full_name": line["payee_name"],
                "relationship": "self", "identity_sealed": self.cipher.seal(_identity(line), IDENTITY), "phone_sealed": None,
            },
            "account": account,
        }  # fmt: skip

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Look, as superuser."""
        connection = await asyncpg.connect(self.admin_url, server_settings={"search_path": "provider_gateway"})
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def states(self, payroll: Payroll) -> dict[str, str]:
        """Reference -> state, as we hold it."""
        rows = await self.fetch("SELECT reference, state FROM attempts WHERE payroll_id = $1", payroll.payroll_id)
        return {row["reference"]: row["state"] for row in rows}

    async def until_settled(self, payrolls: Sequence[Payroll], seconds: float = 300) -> None:
        """Wait until all attempts of these payrolls are final."""
        ids = [payroll.payroll_id for payroll in payrolls]
        deadline = time.monotonic() + seconds
        while True:
            rows = await self.fetch(
                "SELECT payroll_id, state, why, enquiries FROM chunks WHERE payroll_id = ANY($1) AND state <> 'settled'", ids
            )
            if not rows:
                return
            assert time.monotonic() < deadline, [dict(row) for row in rows]
            await asyncio.sleep(0.05)

    async def until_answered(self, payrolls: Sequence[Payroll]) -> None:
        """Wait until the provider has said something of every payment."""
        deadline = time.monotonic() + 300
        while True:
            states = [state for payroll in payrolls for state in (await self.states(payroll)).values()]
            wanted = sum(len(payroll.lines) for payroll in payrolls)
            if len(states) == wanted and not {"sending", "unknown"} & set(states):
                return
            assert time.monotonic() < deadline, states
            await asyncio.sleep(0.05)

    async def until_webhooks_applied(self) -> None:
        """Wait until the providers have posted all they have, and all of it is applied."""
        deadline = time.monotonic() + 300
        while True:
            queued = (await asyncio.to_thread(self.sandbox.ask, "GET", "/webhooks"))["queued"]
            waiting = (await self.fetch("SELECT count(*) AS n FROM webhooks WHERE state = 'new'"))[0]["n"]
            if not queued and not waiting:
                return
            assert time.monotonic() < deadline, (queued, waiting)
            await asyncio.sleep(0.05)

    async def told(self, payrolls: Collection[Payroll]) -> dict[str, dict[str, Any]]:
        """What disbursement has been told last of each payment, by reference: the outcome with the highest step."""
        rows = await self.fetch("SELECT body FROM outbox WHERE type = 'chunk_progressed' ORDER BY seq")
        ids = {str(payroll.payroll_id) for payroll in payrolls}
        newest: dict[str, dict[str, Any]] = {}
        for row in rows:
            body = json.loads(row["body"])
            for outcome in body["outcomes"] if body["payroll_id"] in ids else ():
                reference = payment_reference(uuid.UUID(outcome["payment_id"]), outcome["attempt_no"])
                if outcome["step"] > newest.get(reference, {"step": 0})["step"]:
                    newest[reference] = outcome
        return newest

    async def assert_books_agree(self, payrolls: Sequence[Payroll]) -> None:
        """Payment by payment: what we hold, what disbursement was told and what the provider's books say."""
        books = await asyncio.to_thread(self.sandbox.movements)
        told = await self.told(payrolls)
        for payroll in payrolls:
            states = await self.states(payroll)
            assert states.keys() == payroll.references.keys()
            for reference, amount_dong in payroll.references.items():
                moved = books.get(reference, [])
                paid = [each for each in moved if each[0] != "return"]
                returned = [each for each in moved if each[0] == "return"]
                assert len(paid) <= 1, f"{reference} was paid {len(paid)} times"
                assert all(dong == amount_dong for _, dong in moved)
                expected = "returned" if returned else "paid" if paid else None
                state = states[reference]
                assert state == expected or (expected is None and state in ("rejected", "unclaimed")), (state, moved)
                assert told[reference]["outcome"] == state


def make_payroll(provider: str, channel: str, payments: int, payroll_id: uuid.UUID | None = None) -> Payroll:
    """A payroll nobody has heard of; or, with its id, another chunk of one."""
    with_account = channel in ("wallet", "account")
    lines = [
        {
            "payment_id": uuid.uuid4(),
            "attempt_no": 1,
            "beneficiary_id": uuid.uuid4(),
            "unit_id": COMMUNES[n % len(COMMUNES)],
            "payee_id": uuid.uuid4(),
            "payee_version": 1,
            "payee_name": f"Nguyễn Thị {'ABCDEGHIKLMN'[n % 12]}",
            "account_id": uuid.uuid4() if with_account else None,
            "account_version": 1 if with_account else None,
            "amount_dong": 360_000 + 1000 * (n % 7),
            "note": "TCXH 10.2021 HUE-0000001",
        }
        for n in range(payments)
    ]
    return Payroll(payroll_id or uuid.uuid4(), provider, channel, lines)


def _number(payroll: Payroll, line: dict[str, Any]) -> str:
    digits = f"{line['account_id'].int % 10**9:09d}"
    return f"0{digits}" if payroll.provider == "viettelpay" else f"101{digits}"


def _at_provider(payroll: Payroll, line: dict[str, Any]) -> str:
    number = _number(payroll, line)
    return f"84{number[1:]}" if payroll.provider == "viettelpay" else number


def _identity(line: dict[str, Any]) -> str:
    return f"046{line['payee_id'].int % 10**9:09d}"


def _unit(unit_id: str, level: str, path: tuple[str, ...]) -> dict[str, Any]:
    code, _, valid_from = unit_id.partition("@")
    return {
        "unit_id": unit_id, "code": code, "valid_from": valid_from, "valid_to": None, "level": level, "name": code,
        "parent_id": path[-2] if len(path) > 1 else None, "path": list(path),
    }  # fmt: skip
