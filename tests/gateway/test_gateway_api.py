"""What operations read: attempts, webhooks, counts; each token its own rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.conftest import Tokens
from tests.gateway.bench import COMMUNES, DISTRICT, Bench, Payroll


@pytest.fixture(scope="module")
async def paid(bench: Bench) -> Payroll:
    bench.run("sender", "enquiries", "webhooks")
    payroll = await bench.payroll("viettelpay", "wallet", 12)
    await bench.until_settled([payroll])
    await bench.until_webhooks_applied()
    return payroll


@pytest.fixture
async def client(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers) as client:
        yield client


async def test_attempts_page_by_page(client: httpx.AsyncClient, paid: Payroll) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        asked: dict[str, str | int] = {"limit": 5, "state": "paid", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/attempts", params=asked)).json()
        seen += [item["reference"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(paid.references)
    one = paid.lines[0]["payment_id"]
    (attempt,) = (await client.get("/v1/attempts", params={"payment_id": str(one)})).json()["items"]
    assert (attempt["state"], attempt["sends"], attempt["amount_dong"]) == ("paid", 1, paid.lines[0]["amount_dong"])
    assert (await client.get("/v1/attempts", params={"state": "unknown", "older_than": "PT1H"})).json()["items"] == []
    answer = await client.get("/v1/attempts", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-cursor")


async def test_a_token_sees_its_own_rows(bench: Bench, client: httpx.AsyncClient, tokens: Tokens, paid: Payroll) -> None:
    async def items(path: str, unit: str) -> int:
        headers = {"authorization": f"Bearer {tokens('operations', unit)}"}
        return len((await client.get(path, headers=headers)).json()["items"])

    assert await items("/v1/attempts", DISTRICT) == 12
    assert await items("/v1/attempts", COMMUNES[0]) == 4
    assert await items("/v1/attempts", "480@2021-07-01") == 0
    assert await items("/v1/webhooks", DISTRICT) == await items("/v1/webhooks", "46@2021-07-01") > 0
    assert await items("/v1/webhooks", "480@2021-07-01") == 0
    answer = await client.get("/v1/attempts", headers={"authorization": f"Bearer {tokens('maker')}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await client.get("/v1/summary", headers={"authorization": ""})).status_code == 401


async def test_webhooks_of_a_payment_say_what_they_said(client: httpx.AsyncClient, paid: Payroll) -> None:
    one = str(paid.lines[0]["payment_id"])
    webhooks = (await client.get("/v1/webhooks", params={"payment_id": one})).json()["items"]
    assert [webhook["said"] for webhook in webhooks] == [["accepted"], ["paid"]]
    assert webhooks[1]["result"]["applied"] == 12


async def test_enquiries_of_a_payment_say_what_was_found(bench: Bench, client: httpx.AsyncClient, paid: Payroll) -> None:
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["server_error_after", "webhook_never"])
    asked = await bench.payroll("vietinbank", "account", 3)
    await bench.until_settled([asked])
    found = (await client.get("/v1/enquiries", params={"payment_id": str(asked.lines[0]["payment_id"])})).json()["items"]
    assert found[-1]["result"] == {"paid": 3}
    assert {each["asked"] for each in found} == {3}
    none = await client.get("/v1/enquiries", params={"payment_id": str(asked.payroll_id)})
    assert none.json() == {"items": []}


async def test_the_summary_counts(client: httpx.AsyncClient, paid: Payroll) -> None:
    summary = (await client.get("/v1/summary", params={"run_month": "2021-10-01"})).json()
    total = sum(line["amount_dong"] for line in paid.lines)
    counted = [each for each in summary["attempts"] if each["provider"] == "viettelpay"]
    assert counted == [{"provider": "viettelpay", "state": "paid", "attempts": 12, "amount_dong": total, "resent": 0}]
    (chunks,) = [each for each in summary["chunks"] if each["provider"] == "viettelpay"]
    assert chunks == {"provider": "viettelpay", "state": "settled", "why": None, "chunks": 1, "being_sent": 0}
    (webhooks,) = [each for each in summary["webhooks"] if each["provider"] == "viettelpay"]
    assert (webhooks["applied"], webhooks["refused"]) == (2, 0)
    assert summary["contradictions"] == 0


async def test_no_number_stands_in_the_database_in_clear(bench: Bench, paid: Payroll) -> None:
    numbers = [f"{line['account_id'].int % 10**9:09d}" for line in paid.lines]
    for table in ("accounts", "payees", "chunks", "attempts", "webhooks", "outbox", "enquiries"):
        for row in await bench.fetch(f"SELECT t::text AS row FROM {table} t"):
            assert not any(number in row["row"] for number in numbers), table
