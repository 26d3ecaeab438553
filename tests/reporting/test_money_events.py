"""Money beside the payments, failures, stops and news: from events in any order, twice, and read again from the log."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.events import parts
from services.reporting.storage import failures, ledger_sums, providers
from services.reporting.use_cases.rebuild_read_models import rebuild
from shared.contracts.base import Event
from shared.contracts.disbursement_events import LedgerPosted, PostedEntry
from shared.contracts.envelope import Envelope, decode_envelope
from shared.contracts.gateway_events import AccountsUsed, StopChanged
from shared.service import Service
from tests.conftest import Tokens
from tests.reporting.province import COMMUNES, DISTRICTS, PROVINCE, RUN_ID, envelope
from tests.reporting.province import events_of as moves_of
from tests.reporting.second_way import Fact, chained

MONTH = date(2021, 10, 1)
TABLES = ("ledger_cells", "person_failures", "seen_stops", "provider_news")
LEVELS = {PROVINCE: (PROVINCE, "*"), **{district: (district, PROVINCE, "*") for district in DISTRICTS}}
ACCOUNTS = ("treasury", "provider", "receivable", "payees", "written_off")


def said(body: Event, at: datetime) -> Envelope:
    return envelope(body.source, body.type, body.model_dump_json()).model_copy(update={"occurred_at": at})


async def receive(service: Service, events: Iterable[Envelope]) -> None:
    for event in events:
        await service.inbox.receive(event.encode())


async def tables(service: Service) -> dict[str, set[tuple[Any, ...]]]:
    async with service.database.transaction() as tx:
        return {table: {tuple(r.values()) for r in await tx.rows(f"SELECT * FROM {table}")} for table in TABLES}


async def forget(service: Service) -> None:
    async with service.database.transaction() as tx:
        for storage in (ledger_sums, failures, providers):
            await storage.forget(tx)


@pytest.fixture
async def clean(service: Service) -> Service:
    """The service with no money, failures, stops or news."""
    await forget(service)
    return service


@st.composite
def ledgers(draw: st.DrawFn) -> list[Envelope]:
    """Postings of authorities over some months."""
    events = []
    for _ in range(draw(st.integers(1, 6))):
        entries = [
            PostedEntry(
                book=draw(st.sampled_from(["money", "fees"])),
                provider=draw(st.sampled_from([None, "viettelpay", "vietinbank"])),
                channel=draw(st.sampled_from([None, "wallet"])),
                from_account=draw(st.sampled_from(ACCOUNTS)),
                to_account=draw(st.sampled_from(ACCOUNTS)),
                amount_dong=draw(st.integers(1, 9)),
                cause=draw(st.sampled_from(["funding", "recovery"])),
            )
            for _ in range(draw(st.integers(1, 5)))
        ]
        authority = draw(st.sampled_from([PROVINCE, *DISTRICTS]))
        at = datetime(2021, 9, 30, 16, 30, tzinfo=UTC) + timedelta(minutes=draw(st.sampled_from([0, 29, 30, 60 * 24 * 40])))
        events.append(said(LedgerPosted(run_id=RUN_ID, authority_id=authority, entries=entries), at))
    return events


def sums_of(events: Iterable[Envelope]) -> set[tuple[Any, ...]]:
    """Rows of ledger_cells, counted in plain Python."""
    entries: Counter[tuple[Any, ...]] = Counter()
    amounts: Counter[tuple[Any, ...]] = Counter()
    for event in events:
        local = event.occurred_at + timedelta(hours=7)
        for e in event.body["entries"]:
            for unit in LEVELS[event.body["authority_id"]]:
                key = (
                    unit, date(local.year, local.month, 1), e["book"], e["provider"] or "", e["channel"] or "", e["cause"],
                    e["from_account"], e["to_account"],
                )  # fmt: skip
                entries[key] += 1
                amounts[key] += e["amount_dong"]
    return {(*key, entries[key], amounts[key]) for key in entries}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=ledgers(), seed=st.integers(0, 2**32))
async def test_each_posting_is_added_once_in_any_order(service: Service, events: list[Envelope], seed: int) -> None:
    await forget(service)
    again = random.Random(seed).sample(events * 2, len(events) * 2)
    await receive(service, again)
    assert (await tables(service))["ledger_cells"] == sums_of(events)


async def test_what_a_rebuild_has_read_is_not_added_again(clean: Service, admin: Any) -> None:
    posted = LedgerPosted(
        run_id=RUN_ID,
        authority_id=DISTRICTS[0],
        entries=[
            PostedEntry(
                book="money", provider="viettelpay", channel="wallet", from_account="treasury", to_account="provider",
                amount_dong=7, cause="funding",
            )
        ],
    )  # fmt: skip
    log = [said(posted, datetime(2021, 10, 5, tzinfo=UTC)).model_copy(update={"position": n}) for n in (1, 2, 3)]

    async def pages() -> AsyncIterator[list[Envelope]]:
        yield log

    await admin.execute("DELETE FROM reporting.inbox WHERE source = 'disbursement'")
    [part] = [each for each in parts(b"") if each.source == "disbursement"]
    try:
        await receive(clean, log[:1])
        async with clean.database.transaction() as tx:
            await tx.run("UPDATE ledger_cells SET amount_dong = 1000")
        async with clean.database.transaction() as tx:
            await rebuild(tx, part, pages())
        await receive(clean, log)  # the bus is behind
        assert (await tables(clean))["ledger_cells"] == sums_of(log)
    finally:
        await admin.execute("DELETE FROM reporting.rebuilt")


def failing(subject: str, month: date, place: str, reason: str | None, step: int) -> Envelope:
    commune = sorted(COMMUNES)[0]
    fact = Fact(
        month, subject, "monthly", 0, step, commune, "elderly", place, 1, "viettelpay", "wallet", was="in_flight", reason=reason
    )
    return decode_envelope(moves_of([fact])[0])


@pytest.mark.parametrize("backwards", [False, True])
async def test_the_newest_reason_of_a_person_stands(clean: Service, backwards: bool) -> None:
    events = [
        failing("a", MONTH, "returned", "locked", 12),
        failing("a", MONTH, "returned", "invalid_account", 22),
        failing("b", MONTH, "unclaimed", None, 12),
        failing("c", MONTH, "paid_account", None, 12),
    ]
    await receive(clean, reversed(events) if backwards else events)
    found = {(row[1], row[4]) for row in (await tables(clean))["person_failures"]}
    assert found == {("a", "invalid_account"), ("b", "unsaid")}


def stop(stop_id: int, key: str, lifted: bool, scope: str = "provider") -> Envelope:
    at = datetime(2021, 10, 5, 2, tzinfo=UTC)
    body = StopChanged.model_validate(
        {
            "stop_id": UUID(int=stop_id), "scope": scope, "key": key, "cause": "error-rate", "reason": "words of an officer",
            "stopped_at": at, "lifted_at": at + timedelta(hours=1) if lifted else None,
        }
    )  # fmt: skip
    return said(body, at)


@pytest.mark.parametrize("backwards", [False, True])
async def test_stops_in_force_and_news_whichever_comes_last(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens, backwards: bool
) -> None:
    def news(hour: int) -> Envelope:
        return said(AccountsUsed(provider="viettelpay", uses=[]), datetime(2021, 10, 6, hour, tzinfo=UTC))

    events = [
        stop(1, "vnpost", False), stop(1, "vnpost", True), stop(2, "viettelpay", False),
        stop(3, str(UUID(int=9)), False, "payroll"), news(3), news(9), news(5),
    ]  # fmt: skip
    await receive(clean, reversed(events) if backwards else events)
    assert "words of an officer" not in repr(await tables(clean))
    headers = {"Authorization": f"Bearer {tokens('maker', sorted(COMMUNES)[0])}"}
    answer = await client.get("/v1/providers/health", headers=headers)
    assert answer.status_code == 200, answer.text
    [viettel] = answer.json()["items"]
    assert viettel["provider"] == "viettelpay"
    assert viettel["last_news_at"] == "2021-10-06T09:00:00Z"
    assert [(each["cause"], each["stopped_at"]) for each in viettel["stops"]] == [("error-rate", "2021-10-05T02:00:00Z")]


async def test_providers_are_told_by_delay_and_failure_of_a_unit_and_months(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    here, there = sorted(COMMUNES)[0], sorted(COMMUNES)[-1]
    async with clean.database.transaction() as tx:
        for part in parts(b""):
            await part.forget(tx)

    def facts(commune: str, month: date, subjects: str, place: str, reason: str | None) -> list[Fact]:
        found = chained(
            [
                Fact(month, subject, "monthly", 0, step, commune, "elderly", where, 100, "viettelpay", "wallet")
                for subject in subjects
                for step, where in ((0, "not_released"), (11, "in_flight"), (12, place))
            ]
        )
        return [
            Fact(**{**{n: getattr(f, n) for n in Fact.__dataclass_fields__}, "reason": reason if f.step == 12 else None})
            for f in found
        ]

    november = date(2021, 11, 1)
    for each in (
        facts(here, MONTH, "abc", "paid_account", None),
        facts(here, MONTH, "d", "returned", "locked"),
        facts(there, MONTH, "ef", "returned", "invalid_account"),
        facts(here, november, "a", "returned", "locked"),
    ):
        for event in moves_of(each):
            await clean.inbox.receive(event)

    async def asked(token: str, **params: str) -> dict[str, Any]:
        answer = await client.get("/v1/providers/health", params=params, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        [item] = answer.json()["items"]
        return dict(item)

    whole = await asked(tokens("province"))
    assert (whole["paid"], whole["failed"], whole["median_minutes"], whole["p95_minutes"]) == (3, 4, 120, 120)
    assert [(f["place"], f["reason"], f["obligations"], f["amount_dong"]) for f in whole["failures"]] == [
        ("returned", "invalid_account", 2, 200), ("returned", "locked", 2, 200),
    ]  # fmt: skip
    assert whole["failures"][1]["words_vi"] == "tài khoản bị khóa"
    october = await asked(tokens("province"), unit_id=here, to_month="2021-10")
    assert [(f["reason"], f["obligations"]) for f in october["failures"]] == [("locked", 1)]
    elsewhere = await asked(tokens("maker", there))
    assert (elsewhere["paid"], elsewhere["median_minutes"], elsewhere["failed"]) == (0, None, 2)


async def test_money_of_a_unit_and_some_months(clean: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    def posted(authority: str, month: int, book: str, source: str, target: str, amount: int) -> Envelope:
        entry = PostedEntry.model_validate(
            {
                "book": book, "provider": "viettelpay", "channel": "wallet", "from_account": source, "to_account": target,
                "amount_dong": amount, "cause": "x",
            }
        )  # fmt: skip
        body = LedgerPosted(run_id=RUN_ID, authority_id=authority, entries=[entry])
        return said(body, datetime(2021, month, 5, tzinfo=UTC))

    here, there = DISTRICTS
    await receive(
        clean,
        [
            posted(here, 10, "money", "treasury", "provider", 1000), posted(here, 10, "money", "provider", "treasury", 50),
            posted(there, 10, "money", "treasury", "provider", 300), posted(here, 10, "money", "payees", "receivable", 90),
            posted(here, 11, "money", "receivable", "treasury", 40), posted(here, 11, "fees", "fee_budget", "fee_owed", 8),
        ],
    )  # fmt: skip

    async def asked(token: str, **params: str) -> dict[str, Any]:
        answer = await client.get("/v1/money", params=params, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    whole = await asked(tokens("province"))
    assert whole["unit_id"] == "*"
    assert whole["funding"] == {"received_dong": 1300, "refunded_dong": 50}
    assert whole["receivables"]["open_dong"] == 50
    assert (await asked(tokens("accountant", here)))["funding"]["received_dong"] == 1000
    november = await asked(tokens("accountant", PROVINCE), from_month="2021-11", to_month="2021-11")
    assert (november["funding"]["received_dong"], november["fees"]["owed_dong"], november["receivables"]["repaid_dong"]) == (
        0,
        8,
        40,
    )
    assert [(each["provider"], each["channel"]) for each in november["by_provider"]] == [("viettelpay", "wallet")]
    assert (await asked(tokens("maker", sorted(COMMUNES)[0])))["funding"] == {"received_dong": 0, "refunded_dong": 0}
