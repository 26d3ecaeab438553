"""An attempt's life in the real gateway: real PostgreSQL, workers and door; the provider, time and chance are the test's."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest

from services.provider_gateway import events
from services.provider_gateway.api import webhooks
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.domain.schedule import PRODUCTION
from services.provider_gateway.use_cases.stop_sending import lift_stop, stop_sending
from services.provider_gateway.workers import questions
from services.provider_gateway.workers.wiring import Ways
from shared.auth import LOCAL_ISSUER, Caller, Verifier
from shared.contracts.envelope import Envelope
from shared.crypto import ACCOUNT, FieldCipher
from shared.database import Database
from shared.inbox import Inbox
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from shared.outbox import ensure_partitions
from shared.service import Worker
from shared.web import make_app
from tests.gateway.bench import RUN_MONTH, Payroll, make_payroll
from tests.proof.country import SET_CLOCK
from tests.proof.model_provider import LONGEST_PROCESSING_SECONDS, NAME, ModelProvider

NO_LIMITS = replace(
    PRODUCTION.limits, calls_at_once=1000, calls_per_second=1e6, burst=10**6, questions_per_second=1e6, failures_to_open=10**6
)
"""Limits rest for seconds of real time, which a life whose time is moved never waits: they have a machine of their own."""

SCHEDULE = replace(PRODUCTION, longest_processing_seconds=LONGEST_PROCESSING_SECONDS, limits=NO_LIMITS)
CHUNKS, CHUNK_PAYMENTS = 6, 2
FINAL = ("paid", "rejected", "returned", "unclaimed")
_positions = count(time.time_ns() // 1000)  # a database may have seen lives before

LATER = """
WITH c AS (UPDATE provider_gateway.chunks SET send_at = send_at - i.i, lease_until = lease_until - i.i,
               next_enquiry_at = next_enquiry_at - i.i FROM (SELECT make_interval(secs => $2) AS i) i WHERE payroll_id = $1),
     a AS (UPDATE provider_gateway.attempts SET sent_at = sent_at - make_interval(secs => $2) WHERE payroll_id = $1)
UPDATE provider_gateway.webhooks SET next_try_at = next_try_at - make_interval(secs => $2) WHERE next_try_at IS NOT NULL
"""
"""Time passes: every wall time that the gateway compares with now lies so much farther back."""


@dataclass(slots=True)
class Ground:
    """What all lives share: the database, two crews of workers that compete, the door. Each life puts its provider in."""

    database: Database
    admin: asyncpg.Connection
    cipher: FieldCipher
    connectors: dict[str, Connector]
    crew: list[dict[str, Worker]]
    inbox: Inbox
    door: httpx.AsyncClient

    @classmethod
    async def lay(cls, database: Database, admin_url: str, cipher: FieldCipher, verifier: Verifier) -> Ground:
        """Over a migrated database."""
        async with database.transaction() as tx:
            await ensure_partitions(tx, "provider_gateway")
        connectors = {NAME: ModelProvider().connector()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(questions, "FAILURES_TO_SLOW", 10**6)  # read as the workers are made; of real time, as NO_LIMITS
            crew = [
                {each.name: each for each in Ways(connectors, cipher, SCHEDULE, call_limit_seconds=3600.0).workers(database)}
                for _ in range(2)
            ]
        app = make_app("provider_gateway", "gateway", "", database, verifier)
        app.include_router(webhooks.router(database, connectors, cipher))
        door = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")
        inbox = Inbox(database, events.handlers([NAME]))
        return cls(database, await asyncpg.connect(admin_url), cipher, connectors, crew, inbox, door)

    async def clear(self) -> None:
        """Let go of everything."""
        await self.door.aclose()
        await self.admin.close()
        await self.database.close()


@dataclass(slots=True)
class Life:
    """A payroll of small chunks, from their instruction to their end."""

    ground: Ground
    model: ModelProvider
    payroll: Payroll
    instructed: int = 0  # chunks
    stops: list[uuid.UUID] = field(default_factory=list)
    sends_when_stopped: int | None = None
    recalled: dict[str, str] = field(default_factory=dict)  # reference -> what was answered
    told: dict[str, tuple[int, str]] = field(default_factory=dict)  # reference -> newest step and outcome
    said_against: set[str] = field(default_factory=set)
    _seq: int = 0

    @classmethod
    async def begin(cls, ground: Ground, model: ModelProvider) -> Life:
        """Payees and accounts are known; one chunk is instructed."""
        ground.connectors[NAME] = model.connector()
        await ground.admin.execute("DELETE FROM platform.business_clock")
        life = cls(ground, model, make_payroll(NAME, "wallet", CHUNKS * CHUNK_PAYMENTS))
        life._seq = await ground.admin.fetchval("SELECT coalesce(max(seq), 0) FROM provider_gateway.outbox")
        await life._introduce()
        await life.instruct_another()
        return life

    async def _introduce(self) -> None:
        rows = [
            (line["account_id"], 1, NAME, self.ground.cipher.seal(f"0{line['account_id'].int % 10**9:09d}", ACCOUNT))
            for line in self.payroll.lines
        ]
        records = [
            {
                "beneficiary_id": str(line["beneficiary_id"]), "version": 1, "code": "HUE-0000001",
                "full_name": line["payee_name"],
                "sex": "female", "birth_date": "1950-01-01", "birth_precision": "day", "unit_id": line["unit_id"],
                "status": "active", "status_from_month": "2021-10-01", "hold": None, "decisions": [],
                "payee": {
                    "payee_id": str(line["payee_id"]), "version": 1, "full_name": line["payee_name"], "relationship": "self",
                    "identity_sealed": None, "phone_sealed": None,
                },
                "account": {
                    "account_id": str(account_id), "version": version, "provider": provider, "channel": "wallet",
                    "holder_name": line["payee_name"], "number_sealed": sealed,
                },
            }
            for line, (account_id, version, provider, sealed) in zip(self.payroll.lines, rows, strict=True)
        ]  # fmt: skip
        await self.hear("registry", "beneficiaries_changed", {"records": records})

    async def instruct(self, chunk_no: int) -> None:
        """disbursement.chunk_instructed; a second time it changes nothing."""
        chunk = self.payroll.lines[chunk_no * CHUNK_PAYMENTS : (chunk_no + 1) * CHUNK_PAYMENTS]
        lines = [{k: str(v) if isinstance(v, uuid.UUID) else v for k, v in line.items()} for line in chunk]
        await self.hear("disbursement", "chunk_instructed", {
            "run_id": str(self.payroll.payroll_id), "run_month": RUN_MONTH.isoformat(), "chunk_no": chunk_no, "lines": lines,
            "payroll_id": str(self.payroll.payroll_id), "authority_id": "474@2021-07-01", "provider": NAME, "channel": "wallet",
        })  # fmt: skip

    async def instruct_another(self) -> None:
        """The next chunk, while there are any."""
        if self.instructed < CHUNKS:
            self.instructed += 1
            await self.instruct(self.instructed - 1)

    async def something_to_send(self) -> None:
        """Where no chunk waits to be sent, another is instructed."""
        sql = """SELECT count(*) FROM provider_gateway.chunks
                 WHERE payroll_id = $1 AND send_at <= clock_timestamp() AND lease_until IS NULL"""
        if not await self.ground.admin.fetchval(sql, self.payroll.payroll_id):
            await self.instruct_another()

    async def hear(self, source: str, kind: str, body: dict[str, Any]) -> None:
        """An event arrives."""
        envelope = Envelope(
            source=source, position=next(_positions), type=kind, version=1, event_id=new_id(), occurred_at=wall_now(), body=body
        )
        await self.ground.inbox.receive(envelope.encode())

    @property
    def references(self) -> list[str]:
        """Of the payments instructed so far, in order."""
        return list(self.payroll.references)[: self.instructed * CHUNK_PAYMENTS]

    def reference(self, n: int) -> str:
        """One of them."""
        return self.references[n % len(self.references)]

    async def work(self, who: int, name: str) -> None:
        """A worker works until there is nothing left for it, or until all it has left is a call under way."""
        worker = self.ground.crew[who][name]
        steps = 0
        while await worker.step():
            steps += 1
            if self.model.late and steps >= 3 and _under_way() <= len(self.model.late):
                return
            assert steps < 1000, f"{name} never comes to rest"

    async def pass_time(self, seconds: float) -> None:
        """Ours and the provider's."""
        await self.ground.admin.fetch(LATER, self.payroll.payroll_id, seconds)
        self.model.now += seconds

    async def new_day(self) -> None:
        """The next business day begins, in no time."""
        sql = "SELECT platform.business_now() + interval '1 day'"
        await self.ground.admin.execute(SET_CLOCK, await self.ground.admin.fetchval(sql))

    async def post(self, mail: bytes) -> int:
        """A webhook comes to the door; the answer's status."""
        answer = await self.ground.door.post(f"/v1/webhooks/{NAME}", content=mail)
        return answer.status_code

    async def stop(self, scope: Any) -> None:
        """Somebody stops the provider or the payroll. When this returns it has been answered."""
        key = NAME if scope == "provider" else str(self.payroll.payroll_id)
        async with self.ground.database.transaction() as tx:
            stop = await stop_sending(tx, _officer("an"), scope, key, "x", [NAME])
        self.stops.append(stop.stop_id)
        if self.sends_when_stopped is None:
            self.sends_when_stopped = await self.intents()

    async def lift(self) -> None:
        """Another lifts all stops."""
        for stop_id in self.stops:
            async with self.ground.database.transaction() as tx:
                await lift_stop(tx, _officer("binh"), stop_id, "y")
        self.stops.clear()
        self.sends_when_stopped = None

    async def intents(self) -> int:
        """How often anything of the chunk was meant to be sent."""
        sql = """SELECT coalesce(sum(sends), 0) FROM provider_gateway.attempts
                 WHERE payroll_id = $1 AND coalesce(reason, '') <> 'recalled'"""
        return int(await self.ground.admin.fetchval(sql, self.payroll.payroll_id))

    async def recall(self, n: int) -> None:
        """Disbursement asks a payment back."""
        n %= len(self.references)
        line = self.payroll.lines[n]
        await self.hear("disbursement", "payment_recalled", {
            "run_month": RUN_MONTH.isoformat(), "payroll_id": str(self.payroll.payroll_id), "chunk_no": n // CHUNK_PAYMENTS,
            "payment_id": str(line["payment_id"]),
        })  # fmt: skip
        sql = "SELECT outcome FROM provider_gateway.recalls WHERE payment_id = $1"
        self.recalled[self.references[n]] = str(await self.ground.admin.fetchval(sql, line["payment_id"]))

    async def attempts(self) -> dict[str, asyncpg.Record]:
        """As the gateway holds them, by reference."""
        sql = """SELECT reference, state, step, amount_dong, reason, sends, not_found, attempt_no, provider_reference
                 FROM provider_gateway.attempts WHERE payroll_id = $1"""
        return {row["reference"]: row for row in await self.ground.admin.fetch(sql, self.payroll.payroll_id)}

    async def end(self) -> None:
        """Leave no work behind for the next life."""
        self.model.answer_late(len(self.model.late))
        for worker in ("sender", "enquiries"):
            for who in range(2):
                await self.work(who, worker)
        await self.lift()
        await self.ground.admin.execute(
            """UPDATE provider_gateway.chunks SET state = 'settled', send_at = NULL, next_enquiry_at = NULL, lease_until = NULL
               WHERE payroll_id = $1""",
            self.payroll.payroll_id,
        )
        await self.ground.admin.execute("UPDATE provider_gateway.webhooks SET next_try_at = NULL WHERE next_try_at IS NOT NULL")


def _under_way() -> int:
    """Calls that workers have begun and not dealt with to the end."""
    return sum("Lanes" in getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())


def _officer(name: str) -> Caller:
    return Caller(LOCAL_ISSUER, name, "person", frozenset({"gateway:stop"}), ("*",))
