"""The stop switch, under load: once it has answered, no new intent behind it is committed."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import jwt
import pytest

from services.provider_gateway.use_cases.commit_intents import Claim, Waits, commit_intents
from services.provider_gateway.workers.sender import Sender
from shared.auth import LOCAL_ISSUER
from shared.contracts.disbursement_events import CanaryFailed
from shared.kernel.clock import wall_now
from shared.keys import ISSUER, load_signing_key
from shared.runtime import stop_tasks
from shared.settings import Settings
from tests.conftest import Tokens
from tests.gateway.bench import DISTRICT, Bench, Payroll, make_payroll

PAYROLLS = 25
CHUNKS = 60
SENDERS = 4

Lift = Callable[[str], Awaitable[dict[str, Any]]]


async def _intents(bench: Bench, provider: str) -> int:
    rows = await bench.fetch("SELECT count(*) AS n FROM attempts WHERE provider = $1", provider)
    return int(rows[0]["n"])


async def _load(bench: Bench, provider: str, channel: str) -> list[Payroll]:
    return [await bench.payroll(provider, channel, 5) for _ in range(PAYROLLS)]


@pytest.fixture
async def client(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers) as client:
        yield client


@pytest.fixture
def lift(client: httpx.AsyncClient, tokens: Tokens) -> Lift:
    """Lift a stop in the name of a second officer."""

    async def lifted(stop_id: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {tokens('operations', subject='hoa')}"}
        answer = await client.post(f"/v1/stops/{stop_id}/lift", json={"reason": "looked at"}, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return lifted


async def test_no_intent_follows_the_answer(bench: Bench, client: httpx.AsyncClient, lift: Lift) -> None:
    stopped, going = await _load(bench, "viettelpay", "wallet"), await _load(bench, "vietinbank", "account")
    bench.run("sender", "enquiries", "webhooks")
    deadline = time.monotonic() + 300
    while await _intents(bench, "viettelpay") < 10:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    asked = {"scope": "provider", "key": "viettelpay", "reason": "test"}
    answer = await client.post("/v1/stops", json=asked, headers={"idempotency-key": "stop-1"})
    at_the_answer = await _intents(bench, "viettelpay")
    assert answer.status_code == 201
    assert at_the_answer < PAYROLLS * 5, "everything was sent before the stop: the test shows nothing"
    await bench.until_settled(going)
    assert await _intents(bench, "viettelpay") == at_the_answer

    again = await client.post("/v1/stops", json=asked, headers={"idempotency-key": "stop-1"})
    assert again.json() == answer.json()
    assert [stop["stop_id"] for stop in (await client.get("/v1/stops")).json()["items"]] == [answer.json()["stop_id"]]
    lifted = await lift(answer.json()["stop_id"])
    assert (lifted["lifted_subject"], lifted["lift_reason"]) == ("hoa", "looked at")
    assert lifted["lifted_at"] is not None
    await bench.until_settled(stopped)
    await bench.assert_books_agree([*stopped, *going])


async def test_stop_waits_for_intents_under_way_and_intents_for_a_stop_under_way(
    bench: Bench, client: httpx.AsyncClient, lift: Lift
) -> None:
    await bench.halt("sender")
    ways = bench.service.app.state.ways
    asked = {"scope": "provider", "key": "vnpost", "reason": "test"}

    async def intend() -> Claim | Waits | None:
        async with bench.service.database.transaction() as tx:
            return await commit_intents(tx, ["vnpost"], "test", ways.schedule, ways.cipher)

    await bench.payroll("vnpost", "cash", 2)
    second = await bench.payroll("vnpost", "cash", 2)
    async with bench.service.database.transaction() as tx:
        assert isinstance(await commit_intents(tx, ["vnpost"], "test", ways.schedule, ways.cipher), Claim)
        stop = asyncio.create_task(client.post("/v1/stops", json=asked))
        await asyncio.sleep(0.3)
        assert not stop.done(), "the stop answered while an intent of it was not committed yet"
    stop_id = (await stop).json()["stop_id"]
    assert await intend() is None

    await lift(stop_id)
    connection = await asyncpg.connect(bench.admin_url)
    async with connection.transaction():  # a stop that has not committed yet
        await connection.execute("UPDATE provider_gateway.gates SET stops = 1 WHERE scope = 'provider' AND key = 'vnpost'")
        intent = asyncio.create_task(intend())
        await asyncio.sleep(0.3)
        assert not intent.done(), "an intent was committed beside a stop under way"
    assert await intent is None
    assert await bench.states(second) == {}
    await connection.execute("UPDATE provider_gateway.gates SET stops = 0 WHERE scope = 'provider' AND key = 'vnpost'")
    await connection.close()


async def _until_intents(bench: Bench, payroll_id: uuid.UUID, wanted: int) -> None:
    deadline = time.monotonic() + 300
    while await _intents_of(bench, payroll_id) < wanted:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def _intents_of(bench: Bench, payroll_id: uuid.UUID) -> int:
    rows = await bench.fetch("SELECT count(*) AS n FROM attempts WHERE payroll_id = $1", payroll_id)
    return int(rows[0]["n"])


async def test_a_payroll_of_many_chunks_is_stopped_and_lifted_three_times_under_load(
    bench: Bench, client: httpx.AsyncClient, lift: Lift
) -> None:
    """Several senders at full speed. However far they have come, the number of intents at the answer is the last one."""
    await bench.halt("sender", "judge")
    payroll_id = uuid.uuid4()
    chunks = [make_payroll("vietinbank", "account", 4, payroll_id) for _ in range(CHUNKS)]
    await bench.introduce(Payroll(payroll_id, "vietinbank", "account", [line for chunk in chunks for line in chunk.lines]))
    ways = bench.service.app.state.ways
    senders = [Sender(bench.service.database, ways.connectors, ways.cipher, ways.schedule).worker() for _ in range(SENDERS)]
    bench.run("enquiries", "webhooks")
    for chunk_no, chunk in enumerate(chunks):
        await bench.instruct(chunk, chunk_no)
    tasks = [asyncio.create_task(sender.run()) for sender in senders]
    try:
        asked = {"scope": "payroll", "key": str(payroll_id), "reason": "wrong list"}
        for share in (1, 2, 3):
            await _until_intents(bench, payroll_id, share * 4)
            stop = await client.post("/v1/stops", json=asked)
            at_the_answer = await _intents_of(bench, payroll_id)
            assert stop.status_code == 201
            assert at_the_answer < CHUNKS * 4, "everything was sent before the stop: the test shows nothing"
            other = await bench.payroll("vietinbank", "account", 2)
            await bench.until_settled([other])  # the senders are at work all the while
            assert await _intents_of(bench, payroll_id) == at_the_answer
            await lift(stop.json()["stop_id"])
        await _until_intents(bench, payroll_id, CHUNKS * 4)
        whole = Payroll(payroll_id, "vietinbank", "account", [line for chunk in chunks for line in chunk.lines])
        await bench.until_settled([whole])
    finally:
        await stop_tasks(tasks)
    await bench.assert_books_agree([whole])


async def test_what_is_to_be_sent_again_obeys_the_stop(bench: Bench, client: httpx.AsyncClient, lift: Lift) -> None:
    """Twice not found, so it is due again; but the stop holds it, and after the lifting it is sent once, by its reference."""
    await bench.halt("sender")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["timeout_before"])
    payroll = await bench.payroll("viettelpay", "wallet", 3)
    bench.run("sender", "enquiries", "webhooks")
    await _until_intents(bench, payroll.payroll_id, 3)
    asked = {"scope": "payroll", "key": str(payroll.payroll_id), "reason": "wrong list"}
    stop = await client.post("/v1/stops", json=asked)
    due = "SELECT count(*) AS n FROM chunks WHERE payroll_id = $1 AND send_at <= clock_timestamp() AND lease_until IS NULL"
    deadline = time.monotonic() + 300
    while not (await bench.fetch(due, payroll.payroll_id))[0]["n"]:
        assert time.monotonic() < deadline, await bench.states(payroll)
        await asyncio.sleep(0.05)
    other = await bench.payroll("viettelpay", "wallet", 2)
    await bench.until_settled([other])
    sends = "SELECT DISTINCT state, sends FROM attempts WHERE payroll_id = $1"
    assert [tuple(row) for row in await bench.fetch(sends, payroll.payroll_id)] == [("sending", 1)]
    await lift(stop.json()["stop_id"])
    await bench.until_settled([payroll])
    assert [row["sends"] for row in await bench.fetch(sends, payroll.payroll_id)] == [2]
    await bench.assert_books_agree([payroll])


async def test_another_officer_lifts_a_stop_and_no_machine(
    bench: Bench, client: httpx.AsyncClient, tokens: Tokens, settings: Settings
) -> None:
    asked = {"scope": "provider", "key": "commune_cashier", "reason": "x"}
    stop = (await client.post("/v1/stops", json=asked)).json()
    path = f"/v1/stops/{stop['stop_id']}/lift"
    own = await client.post(path, json={"reason": "y"})
    assert (own.status_code, own.json()["code"]) == (403, "stopper-lifts")
    machine = {"authorization": f"Bearer {_machine(settings)}"}
    answer = await client.post(path, json={"reason": "y"}, headers=machine)
    assert (answer.status_code, answer.json()["code"]) == (403, "service-account-lifts")
    assert [s["stop_id"] for s in (await client.get("/v1/stops?scope=provider&key=commune_cashier")).json()["items"]] == [
        stop["stop_id"]
    ]
    headers = {"authorization": f"Bearer {tokens('operations', subject='hoa')}", "idempotency-key": "lift-1"}
    first = await client.post(path, json={"reason": "y"}, headers=headers)
    assert (await client.post(path, json={"reason": "y"}, headers=headers)).json() == first.json()
    assert (await client.get("/v1/stops?scope=provider&key=commune_cashier")).json()["items"] == []
    audited = await bench.fetch("SELECT action, subject FROM audit_log WHERE object = 'provider/commune_cashier' ORDER BY seq")
    assert [tuple(row) for row in audited] == [("stop", "operations@example"), ("lift-stop", "hoa")]
    said = await bench.fetch("SELECT body FROM outbox WHERE type = 'stop_changed' ORDER BY seq DESC LIMIT 2")
    lifted, placed = (json.loads(row["body"]) for row in said)
    assert (placed["cause"], placed["lifted_at"], lifted["stop_id"]) == ("person", None, stop["stop_id"])
    assert lifted["lifted_at"] is not None


def _machine(settings: Settings) -> str:
    """A service account that an outside issuer gave the right to stop."""
    now = wall_now()
    claims = {
        "iss": LOCAL_ISSUER, "sub": "robot", "aud": "chitra", "iat": now, "exp": now + timedelta(hours=1),
        "scope": "gateway:stop", "unit_ids": ["*"], "kind": "service",
    }  # fmt: skip
    return jwt.encode(claims, load_signing_key(settings.keys_dir, ISSUER), algorithm="EdDSA")


async def test_one_payroll_stopped_before_it_is_known_never_starts(bench: Bench, client: httpx.AsyncClient, lift: Lift) -> None:
    bench.run("sender", "enquiries", "webhooks")
    held = make_payroll("viettelpay", "wallet", 3)
    asked = {"scope": "payroll", "key": str(held.payroll_id), "reason": "wrong list"}
    first = (await client.post("/v1/stops", json=asked)).json()
    second = (await client.post("/v1/stops", json=asked)).json()
    assert first["stop_id"] != second["stop_id"]
    await bench.introduce(held)
    await bench.instruct(held)
    other = await bench.payroll("viettelpay", "wallet", 3)
    await bench.until_settled([other])
    await lift(first["stop_id"])
    await lift(first["stop_id"])  # lifting twice lifts one
    another = await bench.payroll("viettelpay", "wallet", 3)
    await bench.until_settled([another])
    assert await bench.states(held) == {}
    await lift(second["stop_id"])
    await bench.until_settled([held])
    await bench.assert_books_agree([held])


async def test_a_failed_canary_stops_its_payroll_once_until_an_officer_lifts(
    bench: Bench, client: httpx.AsyncClient, lift: Lift
) -> None:
    bench.run("sender", "enquiries", "webhooks")
    payroll = make_payroll("viettelpay", "wallet", 2)
    await bench.introduce(payroll)
    failed = CanaryFailed(
        payroll_id=payroll.payroll_id, authority_id=DISTRICT, provider="viettelpay", payments=20, failed=7
    )  # fmt: skip
    await bench.hear("disbursement", "canary_failed", failed)
    await bench.hear("disbursement", "canary_failed", failed)
    (stop,) = (await client.get(f"/v1/stops?scope=payroll&key={payroll.payroll_id}")).json()["items"]
    assert (stop["cause"], stop["subject"]) == ("canary", "disbursement-canary")
    assert stop["reason"] == "7 of the first 20 payments failed"
    await bench.instruct(payroll)
    other = await bench.payroll("viettelpay", "wallet", 2)
    await bench.until_settled([other])
    assert await bench.states(payroll) == {}
    await lift(stop["stop_id"])
    await bench.until_settled([payroll])
    await bench.assert_books_agree([payroll])


async def test_what_cannot_be_stopped_is_refused(bench: Bench, client: httpx.AsyncClient, tokens: Tokens) -> None:
    bad = {"scope": "provider", "key": "momo", "reason": "x"}
    answer = await client.post("/v1/stops", json=bad)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-provider")
    answer = await client.post("/v1/stops", json={"scope": "payroll", "key": "first", "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-stop")
    answer = await client.post("/v1/stops/0190e7a4-0000-7000-8000-000000000005/lift", json={"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-stop")
    allowed = {"scope": "provider", "key": "viettelpay", "reason": "x"}
    answer = await client.post("/v1/stops", json=allowed, headers={"authorization": f"Bearer {tokens('province')}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await client.get("/v1/stops")).json()["items"] == []
