"""The error-rate stop: what counts as failing, and that the rule stops by itself, once, until a person lifts it."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provider_gateway.domain.error_rate import (
    ACCOUNTS_OWN,
    ENQUIRIES_BEFORE_FAILING,
    LEAST_CHUNKS,
    LEAST_PAYROLL_CHUNKS,
    WINDOW_CHUNKS,
    Tally,
    payroll_fails,
    provider_fails,
)
from services.provider_gateway.use_cases.judge_answers import judge_answers
from services.provider_gateway.use_cases.stop_sending import lift_stop
from shared.auth import Caller
from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll, make_payroll

GOOD = Tally(payments=500, unknown=0, refused=3, refused_by_provider=0, enquiries=0)
SILENT = Tally(payments=500, unknown=500, refused=0, refused_by_provider=0, enquiries=ENQUIRIES_BEFORE_FAILING)
NO_MONEY = Tally(payments=500, unknown=0, refused=300, refused_by_provider=300, enquiries=0)
WRONG_ACCOUNTS = Tally(payments=500, unknown=0, refused=300, refused_by_provider=0, enquiries=0)


@pytest.mark.parametrize("bad", [SILENT, NO_MONEY])
def test_a_provider_fails_when_more_than_half_of_enough_chunks_do(bad: Tally) -> None:
    half = LEAST_CHUNKS // 2
    assert provider_fails([GOOD] * half + [bad] * half) is None
    assert provider_fails([GOOD] * (half - 1) + [bad] * (half + 1)) is not None
    assert provider_fails([bad] * (LEAST_CHUNKS - 1)) is None


def test_what_lies_with_accounts_or_was_not_asked_for_yet_is_not_the_providers_failing() -> None:
    just_sent = Tally(payments=500, unknown=500, refused=0, refused_by_provider=0, enquiries=ENQUIRIES_BEFORE_FAILING - 1)
    assert provider_fails([WRONG_ACCOUNTS] * WINDOW_CHUNKS) is None
    assert provider_fails([just_sent] * WINDOW_CHUNKS) is None


def test_a_payroll_fails_by_refusals_of_any_reason() -> None:
    assert payroll_fails([WRONG_ACCOUNTS] * LEAST_PAYROLL_CHUNKS) is not None
    assert payroll_fails([WRONG_ACCOUNTS] * (LEAST_PAYROLL_CHUNKS - 1)) is None
    assert payroll_fails([GOOD] * 20) is None
    assert payroll_fails([SILENT] * 20) is None


tallies = st.builds(
    lambda payments, unknown, refused, own, enquiries: Tally(
        payments, min(unknown, payments), min(refused, payments - min(unknown, payments)), min(own, refused), enquiries
    ),
    *(st.integers(1, 500), *[st.integers(0, 500)] * 3, st.integers(0, 5)),
)


@given(st.lists(tallies, max_size=WINDOW_CHUNKS), st.integers(0, WINDOW_CHUNKS))
def test_one_more_failing_chunk_never_makes_it_better(newest: list[Tally], place: int) -> None:
    worse = [*newest[:place], NO_MONEY, *newest[place + 1 :]]
    if len(worse) >= len(newest) and provider_fails(newest):
        assert provider_fails(worse)


async def _stops(client: httpx.AsyncClient, key: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"/v1/stops?in_force=false&key={key}")).json()["items"]
    return found


async def _until_stopped(client: httpx.AsyncClient, key: object) -> dict[str, Any]:
    deadline = time.monotonic() + 300
    while not (found := await _stops(client, key)):
        assert time.monotonic() < deadline, "the rule stopped nothing"
        await asyncio.sleep(0.05)
    (stop,) = found
    return stop


async def _lift(bench: Bench, tokens: Tokens, stop: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers) as client:
        answer = await client.post(f"/v1/stops/{stop['stop_id']}/lift", json={"reason": "their outage is over"})
        assert answer.status_code == 200, answer.text


@pytest.fixture
def headers(tokens: Tokens) -> dict[str, str]:
    return {"authorization": f"Bearer {tokens('operations')}"}


async def test_a_provider_that_knows_nothing_of_what_it_was_sent_is_stopped(
    bench: Bench, tokens: Tokens, headers: dict[str, str]
) -> None:
    await bench.halt("sender")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["server_error"] * LEAST_CHUNKS)
    struck = [await bench.payroll("viettelpay", "wallet", 2) for _ in range(LEAST_CHUNKS)]
    bench.run("sender", "enquiries", "webhooks", "judge")
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers) as client:
        stop = await _until_stopped(client, "viettelpay")
        assert (stop["cause"], stop["scope"], stop["subject"]) == ("error-rate", "provider", "gateway-error-rate")
        assert f"of the last {LEAST_CHUNKS} chunks" in stop["reason"]
        held = await bench.payroll("viettelpay", "wallet", 2)
        going = await bench.payroll("vietinbank", "account", 2)
        await bench.until_settled([going])
        assert await bench.states(held) == {}
        assert len(await _stops(client, "viettelpay")) == 1, "a rule stops once"
        await _lift(bench, tokens, stop)
        await bench.until_settled([*struck, held])
        assert len(await _stops(client, "viettelpay")) == 1, "what was answered before the lifting stopped it again"
    await bench.assert_books_agree([*struck, held, going])
    audited = await bench.fetch("SELECT action, subject FROM audit_log WHERE object = 'provider/viettelpay' ORDER BY seq")
    assert [tuple(row) for row in audited] == [("stop", "gateway-error-rate"), ("lift-stop", "operations@example")]


async def test_a_payroll_with_half_of_its_payments_refused_is_stopped_and_its_provider_is_not(
    bench: Bench, headers: dict[str, str]
) -> None:
    await bench.halt("sender")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["half_batch_refused"] * LEAST_PAYROLL_CHUNKS)
    payroll_id = uuid.uuid4()
    chunks = [make_payroll("vietinbank", "account", 6, payroll_id) for _ in range(LEAST_PAYROLL_CHUNKS)]
    await bench.introduce(Payroll(payroll_id, "vietinbank", "account", [line for chunk in chunks for line in chunk.lines]))
    for chunk_no, chunk in enumerate(chunks):
        await bench.instruct(chunk, chunk_no)
    bench.run("sender", "enquiries", "webhooks", "judge")
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers) as client:
        stop = await _until_stopped(client, payroll_id)
        assert (stop["cause"], stop["scope"]) == ("error-rate", "payroll")
        assert await _stops(client, "vietinbank") == []
    reasons = await bench.fetch("SELECT DISTINCT reason FROM attempts WHERE payroll_id = $1 AND state = 'rejected'", payroll_id)
    assert {row["reason"] for row in reasons} <= set(ACCOUNTS_OWN)


async def test_a_judge_at_work_while_a_person_lifts_does_not_stop_again(bench: Bench) -> None:
    """What was answered before the lifting is judged no more, even by a judge who had looked before it."""
    await bench.halt("sender", "judge", "enquiries", "webhooks")
    failing = """UPDATE chunks SET unknown = payments, enquiries = 2, answered_at = clock_timestamp(), to_judge = true
                 WHERE provider = 'viettelpay'"""
    await bench.fetch(failing)
    person = Caller("https://issuer.example", "operations", "person", frozenset(), ())
    database = bench.service.database
    async with database.transaction() as tx:
        (stop,) = await judge_answers(tx) or []
    await bench.fetch("UPDATE chunks SET to_judge = true WHERE provider = 'viettelpay'")

    async def judge() -> object:
        async with database.transaction() as tx:
            return await judge_answers(tx)

    async with database.transaction() as lifting:
        await lift_stop(lifting, person, stop.stop_id, "their outage is over")
        judging = asyncio.create_task(judge())
        held = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        deadline = time.monotonic() + 300
        while not await bench.fetch(held) and not judging.done():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
    assert await judging == []
    await bench.fetch("UPDATE chunks SET unknown = 0 WHERE provider = 'viettelpay'")
