"""Routes of laggards and causes over a real database: each person in one cause, each page to those who may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
from hypothesis import HealthCheck, given, settings

from shared.crypto import pseudonym
from shared.service import Service
from tests.conftest import Tokens
from tests.reporting import test_reporting_moves as moves
from tests.reporting.asking import forget_all, get, receive
from tests.reporting.enrolment_said import PEOPLE, START, lives
from tests.reporting.enrolment_second_way import Answer, Record, Request, Said
from tests.reporting.province import COMMUNES, DISTRICTS
from tests.reporting.province import events_of as moves_of
from tests.reporting.second_way import Fact, chained

MONTH = date(2021, 10, 1)
HERE = sorted(COMMUNES)[0]
CASH, WALLET, CASHIER = ("vnpost", "cash"), ("viettelpay", "wallet"), ("commune_cashier", "cashier")


def obligation(subject: str, unit: str, way: tuple[str, str], *places: str, reason: str | None = None) -> list[Fact]:
    """An obligation drawn up, sent, and then what is said of it."""
    all_places = ("not_released", *places)
    facts = [
        Fact(MONTH, subject, "monthly", 0, step * 10, unit, "elderly", place, 360_000, *way)
        for step, place in enumerate(all_places)
    ]
    facts = chained(facts)
    if reason is not None:
        facts[-1] = replace(facts[-1], reason=reason)
    return facts


async def test_each_person_not_paid_by_account_has_one_cause(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens, secret: bytes
) -> None:
    said: list[Said] = []
    facts: list[Fact] = []
    expected = {
        "left": 1, "never_asked": 1, "waits_long": 1, "waits": 1, "refused": 1, "account_ended": 1, "on_hold": 1, "failed": 1,
        "commune_cashier": 1, "cash_despite_account": 1, "not_through": 2,
    }  # fmt: skip
    today = datetime(2021, 11, 15, 3, tzinfo=UTC)

    def person(
        n: int, *paid: str, way: tuple[str, str] = CASH, account: bool = False, reason: str | None = None
    ) -> tuple[UUID, UUID]:
        """Somebody of this commune, and the obligation of the month."""
        who, payee = UUID(int=1000 + n), UUID(int=2000 + n)
        held = (UUID(int=3000 + n), *WALLET) if account else (None, "", "")
        said.append(Record(who, 1, START, HERE, True, payee, *held))
        facts.extend(obligation(pseudonym(secret, str(who)), HERE, way, *paid, reason=reason))
        return who, payee

    person(0, "in_flight", "paid_account", way=WALLET, account=True)  # paid by account: no cause
    died, payee = person(1, "in_flight", "paid_cash")
    said.append(Record(died, 2, START, HERE, False, payee, None, "", ""))
    person(2, "in_flight", "paid_cash")  # never asked
    for n, days in ((3, 15), (4, 14)):
        _, payee = person(n, "in_flight", "paid_cash", way=CASHIER)
        said.append(Request(UUID(int=4000 + n), payee, HERE, "viettelpay", today - timedelta(days=days)))
    _, payee = person(5)
    said.append(Request(UUID(int=4005), payee, HERE, "viettelpay", START))
    said.append(Answer(UUID(int=4005), "viettelpay", "refused", "name_mismatch", START + timedelta(days=1)))
    closed, payee = person(6, "in_flight", "paid_cash", account=True)
    said.append(Record(closed, 2, START, HERE, True, payee, None, "", ""))
    on_hold, payee = person(7, account=True)
    said.append(Record(on_hold, 2, START, HERE, True, payee, UUID(int=3007), *WALLET, hold="holder_changed"))
    person(8, "in_flight", "returned", way=WALLET, account=True, reason="locked")
    person(9, "in_flight", "paid_cash", way=CASHIER, account=True)
    person(10, "in_flight", "paid_cash", account=True)
    person(11, account=True)
    moved, payee = person(12, "in_flight", way=WALLET, account=True)
    said.append(Record(moved, 2, START, sorted(COMMUNES)[-1], True, payee, UUID(int=3012), *WALLET))  # lives elsewhere now
    facts.extend(obligation("somebody-else", sorted(COMMUNES)[-1], CASH, "in_flight", "paid_cash"))
    await receive(clean, said)
    for event in moves_of(facts, size=4):
        await clean.inbox.receive(event)

    for token in (tokens("province"), tokens("maker", HERE), tokens("maker", COMMUNES[HERE])):
        answer = await get(client, f"/v1/communes/{HERE}/causes", token, month="2021-10")
        assert {each["cause"]: each["people"] for each in answer["causes"]} == expected
        assert (answer["entitled"], answer["by_account"], answer["not_by_account"]) == (13, 1, 12)
        reasons = {each["cause"]: each["reason"] for each in answer["causes"] if each["reason"]}
        assert reasons == {"refused": "name_mismatch", "on_hold": "holder_changed", "failed": "locked"}

    page = await get(client, "/v1/laggards", tokens("province"))
    assert page["month"] == "2021-10-01"
    assert [(each["unit_id"], each["lacking"]) for each in page["items"]] == [(HERE, 10), (sorted(COMMUNES)[-1], 1)]
    assert {each["cause"]: each["people"] for each in page["items"][0]["causes"]} == expected
    assert [each["cause"] for each in page["items"][1]["causes"]] == ["left"]  # the registry knows nobody like this


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=lives(), facts=moves.lives())
async def test_causes_add_up_to_the_people_not_paid_by_account(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens, secret: bytes, said: list[Said], facts: list[Fact]
) -> None:
    await forget_all(clean)
    await receive(clean, said)
    names = {name: pseudonym(secret, str(person)) for name, person in zip("abcd", PEOPLE, strict=True)}  # nobody knows "e"
    for event in moves_of([replace(fact, subject=names.get(fact.subject, fact.subject)) for fact in facts], size=5):
        await clean.inbox.receive(event)
    for month in moves.MONTHS:
        coverage = await get(client, "/v1/coverage/communes", tokens("province"), month=month.isoformat())
        for commune in coverage["items"]:
            answer = await get(client, f"/v1/communes/{commune['unit_id']}/causes", tokens("province"), month=month.isoformat())
            not_by_account = commune["people"]["entitled"] - commune["people"]["by_account"]
            assert sum(each["people"] for each in answer["causes"]) == not_by_account == answer["not_by_account"]


async def test_laggards_come_page_by_page_and_each_token_sees_its_own(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    facts = [
        fact
        for rank, commune in enumerate(sorted(COMMUNES))
        for n in range(10)
        for fact in obligation(
            f"{commune}-{n}", commune, WALLET, "in_flight", *(["paid_account"] if n < (9, 7, 2, 2)[rank] else [])
        )
    ]
    for event in moves_of(facts):
        await clean.inbox.receive(event)
    _, second, third, fourth = sorted(COMMUNES)
    seen: list[tuple[str, int]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await get(client, "/v1/laggards", tokens("province"), month="2021-10", limit=1, cursor=cursor)
        seen += [(each["unit_id"], each["lacking"]) for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [(third, 6), (fourth, 6), (second, 1)]  # the first has reached its share
    mine = await get(client, "/v1/laggards", tokens("maker", DISTRICTS[0]), month="2021-10")
    assert [each["unit_id"] for each in mine["items"]] == [second]
    assert (await get(client, "/v1/laggards", tokens("province"), month="2021-12"))["items"] == []


async def test_before_any_month_there_are_no_laggards(clean: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    page = await get(client, "/v1/laggards", tokens("province"))
    assert (page["month"], page["items"], page["next_cursor"]) == (None, [], None)
