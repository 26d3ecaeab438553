"""What is said of requests for accounts: late, twice, in any order and against itself; and lists that are turned away whole."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.provider_gateway.connectors.protocol import AccountSaid, AccountWanted, NotTaken, Refused, Unsure
from services.provider_gateway.domain.account_answer import (
    AccountHeld,
    State,
    judge_account,
    read_request_name,
    request_name,
)
from services.provider_gateway.domain.attempt import Verdict
from services.provider_gateway.use_cases.answer_accounts import answer_accounts
from services.provider_gateway.workers.asking import ask, enquire
from shared.crypto import IDENTITY
from tests.conftest import Tokens
from tests.gateway.bench import DISTRICT, Bench
from tests.gateway.test_gateway_accounts import _answers, _ask, _request

NUMBERS = st.sampled_from([b"", b"one", b"two"])
SAYINGS = st.tuples(st.integers(1, 3), st.sampled_from(["received", "opened", "refused"]), NUMBERS)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 3), st.lists(SAYINGS, max_size=8))
def test_the_first_answer_to_the_newest_asking_stands(asking: int, sayings: list[tuple[int, Any, bytes]]) -> None:
    held = AccountHeld(uuid.uuid4(), "waiting", asking, "u", "x")
    finals = [(o, n) for a, o, n in sayings if a == asking and (o == "refused" or (o == "opened" and n))]
    contradictions = 0
    for said_asking, outcome, number in sayings:
        before = held
        verdict, held = judge_account(held, said_asking, outcome, number or None)
        contradictions += verdict is Verdict.CONTRADICTION
        if verdict is not Verdict.APPLIED:
            assert held == before, "only what is applied changes anything"
        if not before.is_open:
            assert held == before, "what is answered stays so"
    if finals:
        state, number = finals[0]
        assert (held.state, held.number_index) == (state, number if state == "opened" else None)
        others = [final for final in finals[1:] if final[0] != state or (state == "opened" and final[1] != number)]
        assert contradictions >= len(others)
    else:
        assert held.is_open and held.number_index is None
    given_up = [n for a, o, n in sayings if a < asking and o == "opened" and n and n != held.number_index]
    assert (contradictions > 0) or not given_up, "money may lie where nobody looks any more"


@given(st.uuids(), st.integers(1, 999))
def test_a_request_has_one_name_and_fits_every_provider(account_id: uuid.UUID, asking: int) -> None:
    name = request_name(account_id, asking)
    assert len(name) <= 40 and set(name) <= set("0123456789abcdef-")
    assert read_request_name(name) == (account_id, asking)


@given(st.text(max_size=45))
def test_a_name_that_we_never_gave_is_nobodys(name: str) -> None:
    read = read_request_name(name)
    assert read is None or request_name(*read) == name


def _wanted(*names: str) -> list[AccountWanted]:
    return [AccountWanted(name, "x") for name in names]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 30), max_size=4), st.integers(1, 31))
async def test_who_spoils_a_list_is_found_and_refused_alone(bad: set[int], length: int) -> None:
    calls = 0

    async def question(some: Sequence[AccountWanted]) -> Sequence[AccountSaid]:
        nonlocal calls
        calls += 1
        if any(int(each.request_id) in bad for each in some):
            raise Refused("invalid_request")
        return [AccountSaid(each.request_id, "received") for each in some]

    said = await ask(question, _wanted(*map(str, range(length))), "invalid_request", 10)
    assert {each.request_id: each.outcome for each in said} == {
        str(n): "refused" if n in bad else "received" for n in range(length)
    }
    assert calls <= 1 + 2 * len(bad) * 6


@pytest.mark.parametrize("error", [NotTaken("x"), Unsure("x"), TimeoutError()])
async def test_no_answer_says_nothing_and_what_was_said_before_holds(error: Exception) -> None:
    async def question(some: Sequence[AccountWanted]) -> Sequence[AccountSaid]:
        if len(some) == 2:
            raise Refused("invalid_request")
        if some[0].request_id == "b":
            raise error
        return [AccountSaid(each.request_id, "received") for each in some]

    async def silent(names: Sequence[str]) -> Sequence[AccountSaid]:
        raise error

    assert [each.request_id for each in await ask(question, _wanted("a", "b"), "x", 10)] == ["a"]
    assert await enquire(silent, ["a"], 10) == ()


async def test_a_question_without_end_is_given_up() -> None:
    async def question(some: Sequence[AccountWanted]) -> Sequence[AccountSaid]:
        await asyncio.sleep(3600)
        return ()

    assert await ask(question, _wanted("a"), "x", 0.01) == []


async def _say(bench: Bench, provider: str, *said: AccountSaid) -> int:
    async with bench.service.database.transaction() as tx:
        return await answer_accounts(tx, provider, said, bench.cipher, bench.service.app.state.ways.schedule)


async def _told(bench: Bench, account_id: str) -> list[tuple[str, str | None]]:
    rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'accounts_answered' ORDER BY seq")
    answers = [answer for row in rows for answer in json.loads(row["body"])["answers"] if answer["account_id"] == account_id]
    return [(answer["outcome"], answer["reason"]) for answer in answers]


async def _until_rows(bench: Bench, sql: str, argument: object, *, wanted: int) -> None:
    deadline = time.monotonic() + 300
    while True:
        if len(await bench.fetch(sql, argument)) == wanted:
            return
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def _found(bench: Bench, account_id: str) -> list[tuple[State, str, int]]:
    rows = await bench.fetch(
        "SELECT held, said, asking FROM account_contradictions WHERE account_id = $1 ORDER BY contradiction_id",
        uuid.UUID(account_id),
    )
    return [(row["held"], row["said"], row["asking"]) for row in rows]


async def test_contradictions_change_nothing_and_a_person_sees_them(bench: Bench, tokens: Tokens) -> None:
    await bench.halt("accounts", "webhooks")
    request = _request(bench, 900)
    await bench.hear("registry", "accounts_requested", {"provider": "vietinbank", "requests": [request]})
    one = request["account_id"]
    opened, other = (AccountSaid(one, "opened", None, number, "LE VAN BINH") for number in ("101000000901", "101000000902"))
    assert await _say(bench, "vietinbank", AccountSaid(one, "opened", None, None, "LE VAN BINH")) == 0, "opened without a number"
    assert await _say(bench, "vietinbank", opened, opened) == 1
    assert await _say(bench, "vietinbank", opened, AccountSaid(one, "received")) == 0
    assert await _say(bench, "viettelpay", other) == 0, "another provider has no say"
    assert (await _told(bench, one), await _found(bench, one)) == ([("opened", None)], [])

    for _ in range(2):
        await _say(bench, "vietinbank", other, AccountSaid(one, "refused", "closed"))
    assert await _found(bench, one) == [("opened", "opened", 1), ("opened", "refused", 1)]
    assert await _told(bench, one) == [("opened", None)] * 2, "the registry holds the money on a second number, once"
    (kept,) = await bench.fetch("SELECT state, reason FROM account_requests WHERE account_id = $1", uuid.UUID(one))
    assert tuple(kept) == ("opened", None)

    headers = {"authorization": f"Bearer {tokens('operations', DISTRICT)}"}
    async with httpx.AsyncClient(base_url=bench.url, headers=headers, trust_env=False) as client:
        page = (await client.get("/v1/account-contradictions", params={"account_id": one})).json()
        assert [(each["held"], each["said"], each["source"]) for each in page["items"]] == [
            ("opened", "opened", "webhook"), ("opened", "refused", "webhook"),
        ]  # fmt: skip
        assert "101000000902" not in json.dumps(page)
        requests = (await client.get("/v1/account-requests", params={"state": "opened"})).json()["items"]
        assert one in {each["account_id"] for each in requests}
        old = await client.get("/v1/account-requests", params={"older_than": "P30D"})
        assert one not in {each["account_id"] for each in old.json()["items"]}
    elsewhere = {"authorization": f"Bearer {tokens('operations', '480@2021-07-01')}"}
    async with httpx.AsyncClient(base_url=bench.url, headers=elsewhere, trust_env=False) as client:
        for path in ("/v1/account-contradictions", "/v1/account-requests"):
            assert (await client.get(path)).json()["items"] == []


async def test_a_refused_account_is_asked_for_again_under_another_name(bench: Bench) -> None:
    """With corrected papers: under the old name the provider would only repeat what it said."""
    bench.run("accounts", "webhooks")
    for provider, fault in (("viettelpay", "opening_refused"), ("vietinbank", "opening_name_mismatch")):
        request = _request(bench, 910 if provider == "viettelpay" else 920)
        await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=[fault])
        (first,) = await _ask(bench, provider, [request])
        assert first["outcome"] == "refused"
        again = {**request, "identity_sealed": bench.cipher.seal("046071999911", IDENTITY), "holder_name": "Lê Văn Bình Minh"}
        await bench.hear("registry", "accounts_requested", {"provider": provider, "requests": [again]})
        one = request["account_id"]
        await _until_rows(
            bench, "SELECT 1 FROM account_requests WHERE account_id = $1 AND state = 'opened'", uuid.UUID(one), wanted=1
        )
        assert [outcome for outcome, _ in await _told(bench, one)] == ["refused", "opened"]
        # The first asking was opened after all, as somebody at the provider found out: a person has to look.
        late = AccountSaid(one, "opened", None, "0999999999", "Lê Văn Bình")
        await _say(bench, provider, late, AccountSaid(one, "refused", "name_mismatch"))
        assert await _found(bench, one) == [("opened", "opened", 1)]


async def test_a_list_is_asked_again_by_the_same_ids_after_the_provider_was_away(bench: Bench) -> None:
    """The answer is lost on its way; the accounts are opened once."""
    bench.run("accounts", "webhooks")
    requests = [_request(bench, 930 + n) for n in range(3)]
    await bench.halt("webhooks")
    await bench.hear("registry", "accounts_requested", {"provider": "vietinbank", "requests": requests})
    await _answers(bench, requests)
    ids = [uuid.UUID(request["account_id"]) for request in requests]
    numbers = await bench.fetch("SELECT number_index FROM account_requests WHERE account_id = ANY($1)", ids)
    async with bench.service.database.transaction() as tx:
        await tx.run(
            """UPDATE account_requests SET state = 'waiting', next_try_at = clock_timestamp(), answered_at = NULL
               WHERE account_id = ANY(CAST(:ids AS uuid[]))""",
            ids=ids,
        )
    await _until_rows(bench, "SELECT 1 FROM account_requests WHERE account_id = ANY($1) AND state = 'opened'", ids, wanted=3)
    again = await bench.fetch("SELECT number_index FROM account_requests WHERE account_id = ANY($1)", ids)
    assert {row["number_index"] for row in again} == {row["number_index"] for row in numbers}
    assert len({row["number_index"] for row in again}) == 3
    bench.run("webhooks")
