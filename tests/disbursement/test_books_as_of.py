"""The books as of a day and cut by dimension, the ledger's pages and an account's statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.disbursement.api import ledger
from shared.platform import Platform
from shared.web import make_app
from tests.conftest import Tokens
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundRun

SetClock = Callable[[datetime], Awaitable[None]]


async def four_days(ground: Ground, set_clock: SetClock) -> GroundRun:
    """On the 1st drawn and funded, on the 2nd handed over, on the 3rd paid, on the 4th one came back."""
    await set_clock(datetime(2021, 10, 1, 3, tzinfo=UTC))
    run, wallets, cash = await ground.run("2021-10"), await ground.way("wallet", "viettelpay"), await ground.way("cash", "vnpost")
    by_wallet, by_cash = await ground.payroll(run, wallets, [100, 200]), await ground.payroll(run, cash, [4_000])
    await ground.fund(run, wallets, 300)
    await set_clock(datetime(2021, 10, 2, 3, tzinfo=UTC))
    await ground.instruct(by_wallet)
    await set_clock(datetime(2021, 10, 3, 16, 59, tzinfo=UTC))  # one minute before the 4th in Vietnam
    await ground.hear(by_wallet, *(said(payment, 101, "paid") for payment in by_wallet.payments))
    await set_clock(datetime(2021, 10, 3, 17, 1, tzinfo=UTC))
    await ground.hear(by_wallet, said(by_wallet.payments[1], 102, "returned"))
    await ground.instruct(by_cash)
    return run


def nonzero(books: dict[str, Any]) -> dict[str, int]:
    places = ("not_released", "in_flight", "returned", "paid_account")
    return {place: books[place]["amount_dong"] for place in places if books[place]["amount_dong"]}


@pytest.fixture
async def client(platform: Platform, books_client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The routes of the books."""
    return books_client


async def get(client: httpx.AsyncClient, token: str, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query, headers={"Authorization": f"Bearer {token}"})
    return answer.json()


async def test_books_as_of_each_day(
    ground: Ground, client: httpx.AsyncClient, tokens: Tokens, set_business_clock: SetClock
) -> None:
    run = await four_days(ground, set_business_clock)
    token = tokens("checker", ground.authority)
    days = {
        "2021-09-30": ({}, (0, 0, 0)),
        "2021-10-01": ({"not_released": 4_300}, (300, 0, 300)),
        "2021-10-02": ({"not_released": 4_000, "in_flight": 300}, (300, 0, 300)),
        "2021-10-03": ({"not_released": 4_000, "paid_account": 300}, (300, 300, 0)),
        "2021-10-04": ({"in_flight": 4_000, "paid_account": 100, "returned": 200}, (300, 100, 200)),
    }
    for day, (places, money) in days.items():
        books = await get(client, token, "/v1/months/2021-10/books", as_of=day)
        assert (nonzero(books), books["books_balance"], books["as_of"]) == (places, True, day)
        assert books["owed"]["amount_dong"] == sum(places.values())
        assert books["owed"]["people"] is None
        of_run = await get(client, token, f"/v1/runs/{run.run_id}/books", as_of=day)
        assert tuple(of_run[f"{name}_dong"] for name in ("received", "paid", "closing")) == money
        assert of_run["books_balance"] is True


async def test_books_by_dimension_add_up(
    ground: Ground, client: httpx.AsyncClient, tokens: Tokens, set_business_clock: SetClock
) -> None:
    await four_days(ground, set_business_clock)
    token = tokens("checker", ground.province)
    cuts = {
        "authority": {ground.authority: 4_300},
        "provider": {None: 200, "viettelpay": 100, "vnpost": 4_000},
        "channel": {None: 200, "wallet": 100, "cash": 4_000},
    }
    for by, expected in cuts.items():
        books = await get(client, token, "/v1/months/2021-10/books", by=by)
        groups = {group["key"]: sum(part["amount_dong"] for part in group["parts"].values()) for group in books["groups"]}
        assert groups == expected
        assert all(group["books_balance"] and group["parts"] == group["ledger"] for group in books["groups"])


@pytest.mark.books_broken
async def test_what_differs_is_named(
    ground: Ground, client: httpx.AsyncClient, admin: Any, tokens: Tokens, set_business_clock: SetClock
) -> None:
    run = await four_days(ground, set_business_clock)
    await admin.execute("DELETE FROM disbursement.ledger_entries WHERE run_id = $1 AND from_account = 'paid_account'", run.run_id)
    token = tokens("checker", ground.authority)
    books = await get(client, token, "/v1/months/2021-10/books", by="provider")
    assert {(d["what"], d["counted"], d["expected"]) for d in books["differences"] if "dong" in d["what"]} == {
        ("returned.amount_dong", 200, 0),
        ("paid_account.amount_dong", 100, 300),
        ("viettelpay.paid_account.amount_dong", 100, 300),
    }
    past = await get(client, token, "/v1/months/2021-10/books", as_of="2021-10-03")
    assert past["books_balance"] is False  # the past of books that don't agree now is not known either
    await admin.execute("DELETE FROM disbursement.fundings WHERE run_id = $1", run.run_id)
    of_run = await get(client, token, f"/v1/runs/{run.run_id}/books")
    assert ("received_dong", 0, 300) in {(d["what"], d["counted"], d["expected"]) for d in of_run["differences"]}


async def test_the_ledger_in_pages_and_as_a_statement(
    ground: Ground, platform: Platform, tokens: Tokens, set_business_clock: SetClock
) -> None:
    run = await four_days(ground, set_business_clock)
    app = make_app("disbursement", "disbursement", "", ground.database, platform.verifier)
    app.include_router(ledger.make_router(ground.database))
    token = tokens("accountant", ground.authority)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://disbursement") as client:
        entries: list[Any] = []
        cursor = None
        while True:
            page = await get(client, token, "/v1/ledger", limit=2, **({"cursor": cursor} if cursor else {}))
            entries += page["items"]
            if (cursor := page["next_cursor"]) is None:
                break
        assert len(entries) == len({entry["entry_id"] for entry in entries}) == 9
        assert [entry["posted_at"] for entry in entries] == sorted(entry["posted_at"] for entry in entries)
        payees = await get(client, token, "/v1/ledger", account="payees", **{"from": "2021-10-03", "to": "2021-10-03"})
        assert [(e["to_account"], e["amount_dong"], e["run_id"]) for e in payees["items"]] == [("payees", 300, str(run.run_id))]
        statement = await get(client, token, "/v1/ledger/statement", account="payees", **{"from": "2021-10-04"})
        assert statement == {
            "account": "payees", "opening_dong": 300, "came_dong": 0, "went_dong": 200, "closing_dong": 100, "entries": 1,
        }  # fmt: skip
        nobodys = await get(client, tokens("accountant", "1@2021-07-01"), "/v1/ledger")
        assert nobodys["items"] == []
        assert (await get(client, token, "/v1/ledger", cursor="x"))["code"] == "bad-cursor"
