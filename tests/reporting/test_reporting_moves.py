"""Moves in any order, twice, and at once: the numbers are those that plain Python counts over the moves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.storage.moves import READ_MODELS, forget
from shared.bus.protocol import deliver
from shared.service import Service
from tests.conftest import Tokens
from tests.reporting import second_way
from tests.reporting.province import CLOSED, COMMUNES, DISTRICTS, NAMES, PROVINCE, events_of
from tests.reporting.second_way import Fact, chained

MONTHS = (date(2021, 10, 1), date(2021, 11, 1))
WAYS = (
    ("viettelpay", "wallet"),
    ("viettelpay", "cash"),
    ("vietinbank", "account"),
    ("vnpost", "cash"),
    ("commune_cashier", "cashier"),
)


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """The moves of some obligations, as payments would make them: drawn, claimed, sent, paid or let go, paid another way."""
    facts: list[Fact] = []
    keys = st.tuples(
        st.sampled_from(MONTHS), st.sampled_from("abcde"), st.sampled_from(["monthly", "care_support"]), st.integers(0, 1)
    )
    for month, subject, kind, revision in draw(st.lists(keys, min_size=1, max_size=12, unique=True)):
        unit_id = draw(st.sampled_from(sorted(COMMUNES)))
        group = draw(st.sampled_from(["elderly", "disabled"]))
        amount_dong = draw(st.sampled_from([360_000, 540_000, 900_000]))

        def fact(
            step: int,
            place: str,
            way: tuple[str | None, str | None],
            *,
            same: tuple[Any, ...] = (month, subject, kind, revision, unit_id, group, amount_dong),
        ) -> Fact:
            month, subject, kind, revision, unit_id, group, amount_dong = same
            return Fact(month, subject, kind, revision, step, unit_id, group, place, amount_dong, *way)

        facts.append(fact(0, "not_released", (None, None)))
        payments = draw(st.integers(0, 3))
        for payment in range(1, payments + 1):
            way = draw(st.sampled_from(WAYS))
            paid = "paid_account" if way[1] in ("wallet", "account") else "paid_cash"
            stages = ["not_released", "in_flight", paid, draw(st.sampled_from(["returned", "unclaimed"]))]
            facts += [
                fact(payment * 10 + n, place, way)
                for n, place in enumerate(stages[: draw(st.integers(1, 4)) if payment == payments else 4])
            ]
    return chained(facts)


async def deliver_all(service: Service, events: Iterable[bytes]) -> None:
    """One after the other."""
    for event in events:
        await service.inbox.receive(event)


async def read_models(service: Service) -> dict[str, list[str]]:
    """All rows of the read models, sorted, without cells in which nothing stands and what is kept for a gap."""
    empty = {"people_cells": "people = 0", "money_cells": "obligations = 0", "unit_months": "entitled = 0 AND owed_dong = 0"}
    kept = [table for table in READ_MODELS if table not in ("late_money", "late_people", "rebuilt")]
    async with service.database.transaction() as tx:
        found = {table: await tx.rows(f"SELECT * FROM {table} WHERE NOT ({empty.get(table, 'false')})") for table in kept}
    return {table: sorted(str(tuple(row.values())) for row in rows) for table, rows in found.items()}


async def get(client: httpx.AsyncClient, path: str, token: str, **params: str) -> Any:
    """The JSON of a good answer."""
    answer = await client.get(path, params=params, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=lives(), seed=st.integers(0, 2**32))
async def test_every_number_equals_the_second_computation(
    service: Service, client: httpx.AsyncClient, tokens: Tokens, facts: list[Fact], seed: int
) -> None:
    async with service.database.transaction() as tx:
        await forget(tx)
    shuffled = random.Random(seed)
    shuffled.shuffle(facts)
    events = events_of(facts, size=shuffled.randint(1, 6))
    events += shuffled.sample(events, len(events) // 2)
    shuffled.shuffle(events)
    await deliver_all(service, events)
    token = tokens("province")

    for month in MONTHS:
        for unit_id in (None, PROVINCE, *DISTRICTS, *COMMUNES):
            asked = {"unit_id": unit_id} if unit_id else {}
            answer = await get(client, "/v1/coverage", token, month=month.isoformat(), **asked)
            expected = second_way.coverage_view(facts, month, COMMUNES, NAMES, None if unit_id == PROVINCE else unit_id)
            assert answer == {**expected, "unit_id": unit_id}
        communes = await get(client, "/v1/coverage/communes", token, month=month.isoformat())
        assert [
            {k: c[k] for k in ("unit_id", "switched", "people", "share_by_account")} for c in communes["items"]
        ] == second_way.commune_views(facts, month, list(COMMUNES))
    months = await get(client, "/v1/months", token)
    assert months["items"] == [second_way.month_view(facts, month, list(COMMUNES)) for month in sorted({f.month for f in facts})]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=lives(), seed=st.integers(0, 2**32))
async def test_order_and_repetition_leave_the_same_rows(service: Service, facts: list[Fact], seed: int) -> None:
    async with service.database.transaction() as tx:
        await forget(tx)
    await deliver_all(service, events_of(facts, size=3))
    in_order = await read_models(service)
    async with service.database.transaction() as tx:
        await forget(tx)
    order = random.Random(seed)
    again = events_of(order.sample(facts, len(facts)), size=4) * 2
    order.shuffle(again)
    await deliver_all(service, again)
    assert await read_models(service) == in_order


async def test_events_applied_at_once_add_up(empty: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    """Sixteen consumers over the same communes and people: no update is lost, whatever waits for whom."""
    month = MONTHS[0]
    paid = {way: "paid_account" if way[1] in ("wallet", "account") else "paid_cash" for way in WAYS}
    facts = [
        Fact(month, f"person-{n % 300}", kind, 0, step, sorted(COMMUNES)[n % 4], "elderly", place, 540_000, *WAYS[n % 5])
        for n in range(300)
        for kind in ("care_support", "monthly")
        for step, place in ((0, "not_released"), (11, "in_flight"), (12, paid[WAYS[n % 5]]))
    ]
    facts = chained(facts)
    random.Random(1).shuffle(facts)
    events = events_of(sorted(facts, key=lambda f: (len(f.subject), f.step % 2, f.provider or "")), size=40)
    limit = asyncio.Semaphore(16)

    async def one(event: bytes) -> None:
        async with limit:
            assert await deliver(empty.inbox.receive, event) is None

    await asyncio.gather(*(one(event) for event in events))
    answer = await get(client, "/v1/coverage", tokens("province"), month="2021-10")
    assert answer == second_way.coverage_view(facts, month, COMMUNES, NAMES)


async def test_money_that_went_through_the_cashier_keeps_its_commune_unswitched(
    empty: Service, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    """Even when it came back unclaimed and was then paid into an account, and the cashier's move is the last to come."""
    month, commune = MONTHS[0], sorted(COMMUNES)[0]
    drawn = ("a", "monthly", 0)
    claimed = Fact(month, *drawn, 10, commune, "elderly", "not_released", 360_000, "commune_cashier", "cashier")
    handed = Fact(month, *drawn, 11, commune, "elderly", "in_flight", 360_000, "commune_cashier", "cashier")
    paid = Fact(month, *drawn, 22, commune, "elderly", "paid_account", 360_000, "vietinbank", "account")
    claimed, handed, paid = chained([claimed, handed, paid])
    for event, switched in ((paid, 1), (claimed, 1), (handed, 0)):
        await deliver_all(empty, events_of([event]))
        answer = await get(client, "/v1/coverage", tokens("province"), month="2021-10")
        assert answer["communes_switched"] == switched, event


@pytest.mark.parametrize("table", sorted(set(READ_MODELS) - {"closings", "rebuilt"}))
async def test_rows_of_other_units_are_hidden(empty: Service, table: str) -> None:
    here, there = sorted(COMMUNES)[0], sorted(COMMUNES)[-1]
    facts = [
        Fact(MONTHS[0], subject, kind, 0, step, unit, "elderly", place, 1, "commune_cashier", "cashier")
        for subject, kind, unit in (
            ("a", "monthly", here),
            ("b", "monthly", there),
            ("c", "care_support", here),  # c and d have obligations in both
            ("c", "monthly", there),
            ("d", "care_support", there),
            ("d", "monthly", here),
        )
        for step, place in ((0, "not_released"), (11, "in_flight"), (12, "paid_cash"), (13, "returned"))
    ]
    events_of(facts[:1])  # said and never brought: what comes over this gap is kept apart
    await deliver_all(empty, events_of(chained(facts)))
    seen = {}
    for scope in ("*", here, COMMUNES[here], CLOSED):
        async with empty.database.transaction(scope) as tx:
            seen[scope] = {row["unit_id"] for row in await tx.rows(f"SELECT unit_id FROM {table}")}
    of_communes = ("person_months", "joined_people", "person_communes", "late_money", "late_people")
    above = set() if table in of_communes else {COMMUNES[here]}
    assert {here, there} <= seen["*"]
    assert (seen[here], seen[COMMUNES[here]], seen[CLOSED]) == ({here}, {here} | above, set())
