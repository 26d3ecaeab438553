"""Attempts that no provider answers for: found by age, asked about now, settled by two officers, sent again by decision."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.provider_gateway.connectors.protocol import Batch, Found, Sent, Unsure
from shared.kernel.clock import wall_now
from tests.conftest import Tokens
from tests.gateway.bank_posts import results
from tests.gateway.bench import COMMUNES, DISTRICT, Bench, Payroll

PAPER = {"paper_number": "CV 215/VTP", "paper_on": "2021-10-08", "note": "their letter"}


@pytest.fixture
async def client(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {tokens('accountant')}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers, timeout=120) as client:
        yield client


class DeafProvider:
    """A provider that takes every batch and never answers; asked, it knows nothing of it, or says nothing at all."""

    refuses_duplicates = False
    longest_processing_seconds = 0.0

    def __init__(self) -> None:
        self.sent: list[Batch] = []
        self.says = "not_found"

    async def pay(self, batch: Batch) -> Sent:
        self.sent.append(batch)
        raise Unsure("ReadTimeout")

    async def enquire(self, batch: Batch) -> Found:
        if self.says == "nothing":
            raise Unsure("ReadTimeout")
        return Found((), frozenset(order.reference for order in batch.orders))


@pytest.fixture
async def deaf(bench: Bench) -> AsyncIterator[DeafProvider]:
    """VietinBank's connector with such a provider behind it."""
    deaf = DeafProvider()
    connectors = bench.service.app.state.ways.connectors
    right = connectors["vietinbank"]
    bench.run("sender", "webhooks")
    connectors["vietinbank"] = replace(right, payments=deaf, enquiry=deaf)
    yield deaf
    connectors["vietinbank"] = right


async def _silent(bench: Bench, payments: int = 3) -> Payroll:
    payroll = await bench.payroll("vietinbank", "account", payments)
    await _until(lambda: _all_in(bench, payroll, "unknown"))
    return payroll


async def _all_in(bench: Bench, payroll: Payroll, state: str) -> bool:
    states = await bench.states(payroll)
    return len(states) == len(payroll.lines) and set(states.values()) == {state}


async def _until(what: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + 300
    while not await what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def _path(payroll: Payroll, line: int, what: str) -> str:
    return f"/v1/attempts/{payroll.lines[line]['payment_id']}/1/{what}"


async def _age(bench: Bench, payroll: Payroll, seconds: float) -> None:
    """So long ago was it sent."""
    await bench.fetch(
        "UPDATE attempts SET sent_at = sent_at - make_interval(secs => $2) WHERE payroll_id = $1", payroll.payroll_id, seconds
    )


async def test_what_is_unknown_for_long_is_found_by_age_and_whereabouts(
    bench: Bench, client: httpx.AsyncClient, deaf: DeafProvider, tokens: Tokens
) -> None:
    old, new = await _silent(bench), await _silent(bench)
    await _age(bench, old, 7300)

    async def found(**asked: Any) -> set[str]:
        answer = await client.get("/v1/attempts", params={"state": "unknown", **asked})
        assert answer.status_code == 200, answer.text
        return {item["reference"] for item in answer.json()["items"]}

    assert await found(older_than="PT2H") == await found(older_than="7200") == set(old.references)
    assert await found(older_than="P1D") == set()
    assert await found(payroll_id=str(new.payroll_id)) == set(new.references)
    assert await found(older_than="PT2H", provider="vietinbank", authority_id=DISTRICT) == set(old.references)
    assert await found(older_than="PT2H", provider="viettelpay") == set()
    assert await found(authority_id="480@2021-07-01") == set()
    headers = {"authorization": f"Bearer {tokens('operations', COMMUNES[0])}"}
    answer = await client.get("/v1/attempts", params={"state": "unknown", "older_than": "PT2H"}, headers=headers)
    assert [item["unit_id"] for item in answer.json()["items"]] == [COMMUNES[0]]
    for wrong in ("soon", "-PT2H", "P", "1e3", "P11Y", "-5", ""):
        answer = await client.get("/v1/attempts", params={"older_than": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong-duration"), wrong


async def test_what_the_schedule_gave_up_is_a_persons_who_can_ask_now(
    bench: Bench, client: httpx.AsyncClient, deaf: DeafProvider, tokens: Tokens
) -> None:
    payroll = await _silent(bench)
    await _age(bench, payroll, 90 * 86400)
    bench.run("enquiries")

    async def given_up() -> list[dict[str, Any]]:
        asked: dict[str, str | bool] = {"given_up": True, "payroll_id": str(payroll.payroll_id)}
        items: list[dict[str, Any]] = (await client.get("/v1/attempts", params=asked)).json()["items"]
        return items

    await _until(lambda: _truth(given_up))
    assert [item["waits_for"] for item in await given_up()] == ["person"] * 3
    health = (await client.get("/v1/providers/vietinbank/health")).json()
    assert health["for_a_person"] >= 1
    before = await bench.fetch("SELECT FROM enquiries WHERE payroll_id = $1", payroll.payroll_id)
    assert before == []
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    answer = await client.post(_path(payroll, 0, "enquiries"), headers=headers)
    assert (answer.status_code, answer.json()) == (202, {"payroll_id": str(payroll.payroll_id), "chunk_no": 1})
    await _until(lambda: _any(bench, "SELECT FROM enquiries WHERE payroll_id = $1", payroll))
    for path, code in (
        (_path(payroll, 0, "enquiries").replace("/1/", "/2/"), "no-such-attempt"),
        (f"/v1/attempts/{payroll.payroll_id}/1/enquiries", "no-such-attempt"),
    ):
        answer = await client.post(path)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    elsewhere = {"authorization": f"Bearer {tokens('accountant', '480@2021-07-01')}"}
    assert (await client.post(_path(payroll, 0, "enquiries"), headers=elsewhere)).json()["code"] == "no-such-attempt"
    await bench.halt("enquiries")


async def _truth(what: Callable[[], Awaitable[Any]]) -> bool:
    return bool(await what())


async def _any(bench: Bench, sql: str, payroll: Payroll) -> bool:
    return bool(await bench.fetch(sql, payroll.payroll_id))


async def test_two_officers_settle_what_stays_open_and_the_provider_may_contradict(
    bench: Bench, client: httpx.AsyncClient, deaf: DeafProvider, tokens: Tokens
) -> None:
    payroll = await _silent(bench)
    head = {"authorization": f"Bearer {tokens('head')}"}
    early = await client.post(_path(payroll, 0, "decisions"), json={"kind": "not_paid", **PAPER})
    assert (early.status_code, early.json()["code"]) == (409, "too-early")
    await _age(bench, payroll, 60)
    made = []
    for line, kind in enumerate(("paid", "not_paid")):
        key = {"idempotency-key": f"d-{line}"}
        answer = await client.post(_path(payroll, line, "decisions"), json={"kind": kind, **PAPER}, headers=key)
        assert answer.status_code == 201, answer.text
        again = await client.post(_path(payroll, line, "decisions"), json={"kind": kind, **PAPER}, headers=key)
        assert again.json() == answer.json()
        made.append(answer.json()["decision_id"])
    second = await client.post(_path(payroll, 0, "decisions"), json={"kind": "not_paid", **PAPER})
    assert (second.status_code, second.json()["code"]) == (409, "decision-open")
    own = await client.post(f"/v1/attempt-decisions/{made[0]}/approve")
    assert (own.status_code, own.json()["code"]) == (403, "maker-checks")
    assert await _all_in(bench, payroll, "unknown"), "nothing changes by a proposal"
    for decision_id in made:
        answer = await client.post(f"/v1/attempt-decisions/{decision_id}/approve", headers=head)
        assert (answer.status_code, answer.json()["result"]) == (200, "applied"), answer.text
        answer = await client.post(f"/v1/attempt-decisions/{decision_id}/approve", headers=head)
        assert (answer.status_code, answer.json()["code"]) == (409, "decision-made")
    states = await bench.states(payroll)
    references = list(payroll.references)
    assert [states[reference] for reference in references] == ["paid", "rejected", "unknown"]
    told = await bench.told([payroll])
    assert told[references[0]]["outcome"] == "paid" and told[references[0]]["amount_dong"] == payroll.lines[0]["amount_dong"]
    assert (told[references[1]]["outcome"], told[references[1]]["reason"]) == ("rejected", "not_paid_by_paper")
    closed = await client.post(_path(payroll, 0, "decisions"), json={"kind": "not_paid", **PAPER})
    assert (closed.status_code, closed.json()["code"]) == (409, "attempt-not-open")

    third = await client.post(_path(payroll, 2, "decisions"), json={"kind": "paid", **PAPER})
    answer = await client.post(
        f"/v1/attempt-decisions/{third.json()['decision_id']}/refuse", json={"reason": "another month"}, headers=head
    )
    assert (answer.json()["state"], answer.json()["result"]) == ("refused", "another month")
    assert (await bench.states(payroll))[references[2]] == "unknown"
    listed = (await client.get("/v1/attempt-decisions", params={"payment_id": str(payroll.lines[2]["payment_id"])})).json()
    assert [(each["kind"], each["state"], each["subject"], each["decided_subject"]) for each in listed["items"]] == [
        ("paid", "refused", "accountant@example", "head@example")
    ]
    audited = await bench.fetch("SELECT action FROM audit_log WHERE action LIKE '%-decision' ORDER BY seq")
    assert [row["action"] for row in audited] == [
        "propose-decision", "propose-decision", "approve-decision", "approve-decision", "propose-decision", "refuse-decision",
    ]  # fmt: skip
    await _the_provider_says_paid(bench, payroll)
    opened = await bench.fetch("SELECT held, said FROM contradictions WHERE payment_id = $1", payroll.lines[1]["payment_id"])
    assert [tuple(row) for row in opened] == [("rejected", "paid")]
    states = await bench.states(payroll)
    assert [states[reference] for reference in references] == ["paid", "rejected", "paid"]


async def _the_provider_says_paid(bench: Bench, payroll: Payroll) -> None:
    """Late, by webhook, of all of them."""
    samples = bench.service.app.state.ways.connectors["vietinbank"].samples
    signed = samples.sign(results(payroll, "credited").encode(), f"late-{payroll.payroll_id}", wall_now())
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False) as provider:
        answer = await provider.post("/v1/webhooks/vietinbank", content=signed.body, headers=dict(signed.headers))
    assert answer.status_code == 202, answer.text
    await _until(lambda: _none(bench, "SELECT FROM webhooks WHERE state = 'new'"))


async def _none(bench: Bench, sql: str) -> bool:
    return not await bench.fetch(sql)


async def test_with_a_provider_that_does_not_refuse_duplicates_two_officers_decide_on_the_resend(
    bench: Bench, client: httpx.AsyncClient, deaf: DeafProvider, tokens: Tokens
) -> None:
    payroll = await _silent(bench, 2)
    head = {"authorization": f"Bearer {tokens('head')}"}
    await _age(bench, payroll, 60)
    answer = await client.post(_path(payroll, 0, "decisions"), json={"kind": "resend", **PAPER})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-to-resend")
    bench.run("enquiries")
    found = "SELECT FROM attempts WHERE payroll_id = $1 AND not_found >= 3"
    await _until(lambda: _any(bench, found, payroll))
    await bench.halt("enquiries")
    assert len(deaf.sent) == 1, "nothing is sent again by itself"
    proposed = await client.post(_path(payroll, 0, "decisions"), json={"kind": "resend", **PAPER})
    assert proposed.status_code == 201, proposed.text
    approved = await client.post(f"/v1/attempt-decisions/{proposed.json()['decision_id']}/approve", headers=head)
    assert (approved.status_code, approved.json()["result"]) == (200, "resent")
    await _until(lambda: _sent_twice(deaf))
    reference = next(iter(payroll.references))
    assert [order.reference for order in deaf.sent[1].orders] == [reference], "that one alone, by the same reference"
    assert deaf.sent[1].reference == deaf.sent[0].reference


async def _sent_twice(deaf: DeafProvider) -> bool:
    return len(deaf.sent) == 2
