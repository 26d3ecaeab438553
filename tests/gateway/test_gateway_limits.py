"""A provider's limits at work: breaker, maintenance, calls at once, pace; shown over REST; holding back one provider alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.provider_gateway.connectors.protocol import Batch, NotTaken, Refused, Sent, Unsure
from services.provider_gateway.connectors.registry import build_connectors
from services.provider_gateway.workers.questions import FAILURES_TO_SLOW, Questions
from services.provider_gateway.workers.sender import Sender
from shared.embedded_postgres import free_port
from shared.runtime import stop_tasks
from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll

PROVIDER = "viettelpay"


@pytest.fixture
async def client(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers, timeout=120) as client:
        yield client
        answer = await client.put(f"/v1/providers/{PROVIDER}/limits", json={})
        assert answer.status_code == 200, answer.text
        path = f"/v1/providers/{PROVIDER}/windows"
        for window in (await client.get(path)).json()["items"]:
            await client.post(f"{path}/{window['window_id']}/end", json={"reason": "the test is over"})


async def _until(what: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + 300
    while not await what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def _health(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(f"/v1/providers/{PROVIDER}/health")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _why(client: httpx.AsyncClient, payroll: Payroll) -> str | None:
    (chunk,) = (await client.get("/v1/chunks", params={"payroll_id": str(payroll.payroll_id)})).json()["items"]
    why: str | None = chunk["why"]
    return why


async def test_a_provider_that_refuses_every_connection_is_left_alone_until_a_probe_comes_through(
    bench: Bench, client: httpx.AsyncClient
) -> None:
    asked = {"failures_to_open": 2, "open_seconds": 0.5, "calls_at_once": 1}
    assert (await client.put(f"/v1/providers/{PROVIDER}/limits", json=asked)).json()["failures_to_open"] == 2
    connectors = bench.service.app.state.ways.connectors
    right = connectors[PROVIDER]
    keys = bench.platform.settings.keys_dir / "providers"
    connectors[PROVIDER] = build_connectors(f"http://127.0.0.1:{free_port()}", keys, 1.0)[PROVIDER]
    tried = await bench.payroll(PROVIDER, "wallet", 2)
    bench.run("sender", "enquiries", "webhooks")
    await _until(lambda: _is(client, breaker="open"))
    later = await bench.payroll(PROVIDER, "wallet", 2)
    others = await bench.payroll("vietinbank", "account", 2)
    await bench.until_settled([others])
    assert await _why(client, later) in ("breaker", None)  # None: this very moment the probe may go
    health = await _health(client)
    assert (health["last_failure"], health["last_success_at"], health["error_percent"]) == ("ConnectError", None, 100)
    assert health["failures_in_a_row"] >= 2
    connectors[PROVIDER] = right
    await bench.until_settled([tried, later])
    health = await _health(client)
    assert (health["state"], health["breaker"], health["failures_in_a_row"]) == ("working", "closed", 0)
    assert health["last_success_at"] is not None and 0 < health["error_percent"] < 100
    await bench.assert_books_agree([tried, later, others])
    (sends,) = await bench.fetch("SELECT max(sends) AS n FROM attempts WHERE payroll_id = $1", tried.payroll_id)
    assert sends["n"] >= 3, "two failures opened the breaker, so at least the third sending came through"


async def _is(client: httpx.AsyncClient, **wanted: Any) -> bool:
    health = await _health(client)
    return all(health[name] == value for name, value in wanted.items())


async def test_an_open_breaker_lets_no_new_intent_through(bench: Bench, client: httpx.AsyncClient) -> None:
    asked = {"failures_to_open": 1, "open_seconds": 3600}
    await client.put(f"/v1/providers/{PROVIDER}/limits", json=asked)
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["server_error"])
    struck = await bench.payroll(PROVIDER, "wallet", 2)
    bench.run("sender", "enquiries", "webhooks")
    await _until(lambda: _is(client, state="breaker"))
    waits = await bench.payroll(PROVIDER, "wallet", 2)
    going = await bench.payroll("vietinbank", "account", 2)
    await bench.until_settled([going])
    assert await bench.states(waits) == {}
    assert await _why(client, waits) == "breaker"
    health = await _health(client)
    assert (health["last_failure"], health["opened_at"] is not None) == ("http_500", True)
    assert health["to_send"] in (1, 2)  # the other one too, once the provider twice does not know it
    summary = (await client.get("/v1/summary")).json()["chunks"]
    assert {"provider": PROVIDER, "state": "waiting", "why": "breaker", "chunks": 1, "being_sent": 0} in summary
    await client.put(f"/v1/providers/{PROVIDER}/limits", json={"open_seconds": 0.1})  # an officer need not wait for it
    await bench.until_settled([struck, waits])
    await bench.assert_books_agree([struck, waits, going])


async def test_nothing_is_begun_or_asked_in_a_maintenance_window(bench: Bench, client: httpx.AsyncClient, tokens: Tokens) -> None:
    bench.run("sender", "enquiries", "webhooks")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["webhook_never"])
    open_one = await bench.payroll(PROVIDER, "wallet", 2)
    await bench.until_answered([open_one])
    async with bench.service.database.transaction() as tx:
        now = await tx.business_now()
    path = f"/v1/providers/{PROVIDER}/windows"
    window = {"reason": "their letter 112", "starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=4)).isoformat()}
    made = await client.post(path, json=window, headers={"idempotency-key": "w-1"})
    assert made.status_code == 201, made.text
    assert (await client.post(path, json=window, headers={"idempotency-key": "w-1"})).json() == made.json()
    waits = await bench.payroll(PROVIDER, "wallet", 2)
    going = await bench.payroll("vietinbank", "account", 2)
    await bench.until_settled([going])
    asked = len(await bench.fetch("SELECT FROM enquiries WHERE payroll_id = $1", open_one.payroll_id))
    assert await bench.states(waits) == {}
    assert await _why(client, waits) == "maintenance"
    health = await _health(client)
    assert health["state"] == "maintenance"
    assert health["next_window"]["starts_at"][:16] == now.isoformat()[:16]
    due = "SELECT FROM chunks WHERE payroll_id = $1 AND next_enquiry_at < clock_timestamp() - interval '0.5 seconds'"
    await _until(lambda: _any(bench, due, open_one))  # an enquiry is due for a while, and waits
    assert len(await bench.fetch("SELECT FROM enquiries WHERE payroll_id = $1", open_one.payroll_id)) <= asked + 1
    assert [each["window_id"] for each in (await client.get(path)).json()["items"]] == [made.json()["window_id"]]
    for _ in range(2):
        ended = await client.post(f"{path}/{made.json()['window_id']}/end", json={"reason": "it was put off"})
        assert (ended.status_code, ended.json()["end_reason"]) == (200, "it was put off")
    assert (await client.get(path)).json()["items"] == []
    assert len((await client.get(path, params={"counting": False})).json()["items"]) == 1
    await bench.until_settled([open_one, waits])
    await bench.assert_books_agree([open_one, waits, going])
    audited = await bench.fetch(
        "SELECT action FROM audit_log WHERE object = 'provider/viettelpay' AND action LIKE '%window' ORDER BY seq"
    )
    assert [row["action"] for row in audited] == ["set-window", "end-window"]
    headers = {"authorization": f"Bearer {tokens('accountant')}"}
    assert (await client.post(path, json=window, headers=headers)).json()["code"] == "not-allowed"


async def _any(bench: Bench, sql: str, payroll: Payroll) -> bool:
    return bool(await bench.fetch(sql, payroll.payroll_id))


async def test_calls_at_once_hold_over_all_senders(bench: Bench, client: httpx.AsyncClient) -> None:
    await bench.halt("sender")
    await client.put(f"/v1/providers/{PROVIDER}/limits", json={"calls_at_once": 2, "call_seconds": 300})
    payrolls = [await bench.payroll(PROVIDER, "wallet", 2) for _ in range(12)]
    ways = bench.service.app.state.ways
    senders = [Sender(bench.service.database, ways.connectors, ways.cipher, ways.schedule).worker() for _ in range(4)]
    tasks = [asyncio.create_task(sender.run()) for sender in senders]
    seen: set[int] = set()
    bench.run("enquiries", "webhooks")
    bench.tasks += tasks  # stopped with the bench, if this fails

    async def all_sent() -> bool:
        (row,) = await bench.fetch("SELECT count(*) AS n FROM chunks WHERE provider = $1 AND lease_until IS NOT NULL", PROVIDER)
        seen.add(row["n"])
        return all([await bench.states(payroll) for payroll in payrolls])

    await _until(all_sent)
    assert max(seen) <= 2, seen
    await bench.until_settled(payrolls)
    await stop_tasks(tasks)
    await bench.assert_books_agree(payrolls)


async def test_the_pace_holds_chunks_back_visibly(bench: Bench, client: httpx.AsyncClient) -> None:
    await client.put(f"/v1/providers/{PROVIDER}/limits", json={"calls_per_second": 0.01, "burst": 1})
    payrolls = [await bench.payroll(PROVIDER, "wallet", 2) for _ in range(3)]
    bench.run("sender", "enquiries", "webhooks")
    await _until(lambda: _is(client, state="pace"))
    await _until(lambda: _settled(bench, payrolls, 1))
    waiting = [payroll for payroll in payrolls if not await bench.states(payroll)]
    assert len(waiting) == 2
    assert await _why(client, waiting[0]) == "pace"
    await client.put(f"/v1/providers/{PROVIDER}/limits", json={})
    await bench.until_settled(payrolls)


async def _settled(bench: Bench, payrolls: list[Payroll], chunks: int) -> bool:
    ids = [payroll.payroll_id for payroll in payrolls]
    rows = await bench.fetch("SELECT FROM chunks WHERE payroll_id = ANY($1) AND state = 'settled'", ids)
    return len(rows) == chunks


async def test_what_can_not_be_set_is_refused(client: httpx.AsyncClient, tokens: Tokens) -> None:
    windows = f"/v1/providers/{PROVIDER}/windows"
    for body, code in (
        ({"reason": "r"}, "wrong-window"),
        ({"reason": "r", "starts_at": "2021-10-09T17:00:00Z", "ends_at": "2021-10-09T16:00:00Z"}, "wrong-window"),
        ({"reason": "r", "weekday": 7, "starts": "00:30:00", "minutes": 60}, "wrong-window"),
        ({"reason": "r", "starts_at": "2021-10-09T17:00:00"}, "bad-request"),
    ):
        answer = await client.post(windows, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
    answer = await client.put(f"/v1/providers/{PROVIDER}/limits", json={"calls_at_once": 1000})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")
    answer = await client.get("/v1/providers/momo/health")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-provider")
    answer = await client.post(f"{windows}/0190e7a4-0000-7000-8000-000000000007/end", json={"reason": "r"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-window")
    headers = {"authorization": f"Bearer {tokens('head')}"}
    answer = await client.put(f"/v1/providers/{PROVIDER}/limits", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    everyone = (await client.get("/v1/providers")).json()["items"]
    assert {each["provider"] for each in everyone} >= {"viettelpay", "vietinbank", "vnpost", "commune_cashier"}


class HangingPayments:
    """Takes a call and does not end it until it is let go; then it says that it took nothing."""

    refuses_duplicates = True
    longest_processing_seconds = 0.0

    def __init__(self) -> None:
        self.calls: list[Batch] = []
        self.let_go = asyncio.Event()

    async def pay(self, batch: Batch) -> Sent:
        self.calls.append(batch)
        await self.let_go.wait()
        raise NotTaken("ConnectError")


async def test_a_provider_that_hangs_holds_up_no_other_and_a_chunk_is_one_call(bench: Bench, client: httpx.AsyncClient) -> None:
    await client.put(f"/v1/providers/{PROVIDER}/limits", json={"calls_at_once": 2, "call_seconds": 300})
    connectors = bench.service.app.state.ways.connectors
    right, hanging = connectors[PROVIDER], HangingPayments()
    connectors[PROVIDER] = replace(right, payments=hanging)
    bench.run("sender", "enquiries", "webhooks")
    slow = [await bench.payroll(PROVIDER, "wallet", 3) for _ in range(4)]
    await _until(lambda: _is(client, state="calls_at_once"))
    quick = [await bench.payroll("vietinbank", "account", 2) for _ in range(3)]
    await bench.until_settled(quick)
    assert [len(batch.orders) for batch in hanging.calls] == [3, 3], "a chunk is one call, and two are under way at once"
    assert {await _why(client, payroll) for payroll in slow} == {None, "calls_at_once"}
    connectors[PROVIDER] = right
    hanging.let_go.set()
    await bench.until_settled(slow)
    await bench.assert_books_agree([*slow, *quick])


class Flaky:
    """A question that fails so often before it is answered."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        if self._failures:
            raise self._failures.pop(0)
        return "answer"


async def test_a_question_is_asked_once_more_where_that_is_safe_and_of_use(bench: Bench, client: httpx.AsyncClient) -> None:
    schedule = bench.service.app.state.ways.schedule
    questions = Questions(bench.service.database, [PROVIDER], schedule)
    assert await questions.ask(PROVIDER, Flaky(Unsure("http_500"))) == "answer"
    assert await questions.ask(PROVIDER, Flaky(NotTaken("ConnectError"))) == "answer"
    for failure in (Unsure("ReadTimeout"), NotTaken("bad_signature", 5.0), Refused("invalid_request")):
        flaky = Flaky(failure)
        with pytest.raises(type(failure)):
            await questions.ask(PROVIDER, flaky)
        assert flaky.asked == 1, failure
    once = Flaky(Unsure("http_500"))
    with pytest.raises(Unsure):
        await questions.ask(PROVIDER, once, again=False)
    assert once.asked == 1


async def test_a_provider_that_answers_no_question_rests(bench: Bench, client: httpx.AsyncClient) -> None:
    questions = Questions(bench.service.database, [PROVIDER], bench.service.app.state.ways.schedule)
    for _ in range(FAILURES_TO_SLOW):
        assert await questions.askable([PROVIDER]) == [PROVIDER]
        with pytest.raises(Unsure):
            await questions.ask(PROVIDER, Flaky(Unsure("ReadTimeout")))
    assert await questions.askable([PROVIDER]) == []
    unasked = Flaky()
    with pytest.raises(NotTaken):
        await questions.ask(PROVIDER, unasked)
    assert unasked.asked == 0


async def test_questions_keep_their_pace_and_wait_for_the_end_of_maintenance(bench: Bench, client: httpx.AsyncClient) -> None:
    await client.put(f"/v1/providers/{PROVIDER}/limits", json={"questions_per_second": 0.01})
    questions = Questions(bench.service.database, [PROVIDER], bench.service.app.state.ways.schedule)
    assert await questions.ask(PROVIDER, Flaky()) == "answer"
    assert await questions.askable([PROVIDER]) == [], "one in a hundred seconds"
    async with bench.service.database.transaction() as tx:
        now = await tx.business_now()
    window = {"reason": "r", "starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
    assert (await client.post(f"/v1/providers/{PROVIDER}/windows", json=window)).status_code == 201
    fresh = Questions(bench.service.database, [PROVIDER], bench.service.app.state.ways.schedule)
    assert await fresh.askable([PROVIDER]) == []
    with pytest.raises(NotTaken) as refused:
        await fresh.ask(PROVIDER, Flaky())
    assert refused.value.why == "maintenance"
