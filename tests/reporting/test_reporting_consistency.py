"""Reporting against the books of a real disbursement: 0 differences, or which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from services.disbursement.main import build as build_disbursement
from services.reporting.api.consistency import consistency_routes
from shared.platform import Platform
from shared.service import Service
from shared.web import make_app
from tests.conftest import Tokens
from tests.reporting.province import COMMUNES, DISTRICTS, PROVINCE, events_of
from tests.reporting.second_way import Fact, chained

OCTOBER = date(2021, 10, 1)
FACTS = chained(
    [
        Fact(OCTOBER, subject, "monthly", 0, step, sorted(COMMUNES)[0], "elderly", place, 540_000, "viettelpay", "wallet")
        for subject, last in (("a", 12), ("b", 11))
        for step, place in ((0, "not_released"), (11, "in_flight"), (12, "paid_account"))
        if step <= last
    ]
)


@pytest.fixture
async def asked(empty: Service, platform: Platform, service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP to reporting, which speaks HTTP to a disbursement whose books are empty."""
    books = build_disbursement(platform).app
    async with httpx.AsyncClient(transport=httpx.ASGITransport(books), base_url="http://disbursement.test") as there:

        async def ask(service: str, path: str, **params: str | int) -> Any:
            assert service == "disbursement"
            answer = await there.get(path, params=params, headers={"Authorization": f"Bearer {platform.system_token()}"})
            answer.raise_for_status()
            return answer.json()

        app = make_app("reporting", "t", "t", service.database, platform.verifier)
        app.include_router(consistency_routes(service.database, ask))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as here:
            yield here


async def compare(client: httpx.AsyncClient, token: str, month: str | None = None) -> httpx.Response:
    """GET /v1/consistency."""
    params = {"month": month} if month else {}
    return await client.get("/v1/consistency", params=params, headers={"Authorization": f"Bearer {token}"})


async def test_nothing_owed_is_consistent(asked: httpx.AsyncClient, tokens: Tokens) -> None:
    answer = await compare(asked, tokens("province"))
    assert answer.json() == {"consistent": True, "differences": 0, "months": []}
    one = (await compare(asked, tokens("province"), "2021-10")).json()
    assert (one["consistent"], one["months"][0]["differences"]) == (True, [])


async def test_every_number_that_differs_is_named(asked: httpx.AsyncClient, empty: Service, tokens: Tokens) -> None:
    """The events were never in the books of this disbursement."""
    for event in events_of(FACTS):
        await empty.inbox.receive(event)
    answer = (await compare(asked, tokens("province"))).json()
    [month] = answer["months"]
    assert {d["what"]: d["reporting"] for d in month["differences"]} == {
        "people": 2,
        "in_flight.obligations": 1,
        "in_flight.amount_dong": 540_000,
        "paid_account.obligations": 1,
        "paid_account.amount_dong": 540_000,
        "viettelpay.in_flight.obligations": 1,
        "viettelpay.in_flight.amount_dong": 540_000,
        "viettelpay.paid_account.obligations": 1,
        "viettelpay.paid_account.amount_dong": 540_000,
    }
    assert {d["disbursement"] for d in month["differences"]} == {0}
    assert (answer["consistent"], answer["differences"], month["consistent"]) == (False, 9, False)


async def test_only_those_who_see_all_that_is_owed_may_compare(asked: httpx.AsyncClient, empty: Service, tokens: Tokens) -> None:
    for event in events_of(FACTS):
        await empty.inbox.receive(event)
    assert (await compare(asked, tokens("maker", PROVINCE))).status_code == 200
    refused = await compare(asked, tokens("maker", DISTRICTS[0]))
    assert (refused.status_code, refused.json()["code"]) == (403, "not-your-unit")


async def test_without_an_answer_of_disbursement_nothing_is_said_to_agree(
    client: httpx.AsyncClient, empty: Service, tokens: Tokens
) -> None:
    """Nobody listens at the platform's address in this test."""
    answer = await compare(client, tokens("province"), "2021-10")
    assert (answer.status_code, answer.json()["code"]) == (503, "books-unreachable")
