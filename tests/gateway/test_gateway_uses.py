"""Accounts that came into use: a provider's list is matched by blind index, each account's first use is said once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Any

import httpx
import pytest

from shared.crypto import ACCOUNT
from tests.conftest import Tokens
from tests.gateway.bench import COMMUNES, DISTRICT, Bench, Payroll, make_payroll

DAY = "2021-10-08"


@pytest.fixture
async def staff(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    """Provider staff of the district, on a day in November."""
    await bench.set_day(date(2021, 11, 20))
    headers = {"authorization": f"Bearer {tokens('provider_staff', DISTRICT)}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers) as client:
        yield client


async def known(bench: Bench, provider: str, channel: str, payments: int) -> Payroll:
    """People with accounts, as the registry says them."""
    payroll = make_payroll(provider, channel, payments)
    await bench.introduce(payroll)
    return payroll


def numbers_of(bench: Bench, payroll: Payroll) -> list[str]:
    """As the registry writes them."""
    records = [bench.record(payroll, line) for line in payroll.lines]
    return [bench.cipher.open(record["account"]["number_sealed"], ACCOUNT) for record in records]


def lines(numbers: Iterable[str], day: str = DAY) -> str:
    return "".join(json.dumps({"account_number": number, "first_used_on": day}) + "\n" for number in numbers)


async def said(bench: Bench) -> dict[str, list[str]]:
    """Account -> the first uses that were told of it."""
    told: dict[str, list[str]] = {}
    for row in await bench.fetch("SELECT body FROM outbox WHERE type = 'accounts_used' ORDER BY seq"):
        for use in json.loads(row["body"])["uses"]:
            told.setdefault(use["account_id"], []).append(use["first_used_on"])
    return told


def ids(payroll: Payroll) -> list[str]:
    return [str(line["account_id"]) for line in payroll.lines]


async def post(client: httpx.AsyncClient, provider: str, body: str, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = await client.post(f"/v1/providers/{provider}/account-uses", content=body, headers=headers)
    return answer.status_code, answer.json()


async def test_each_first_use_is_said_once_however_it_is_written(bench: Bench, staff: httpx.AsyncClient) -> None:
    payroll = await known(bench, "viettelpay", "wallet", 3)
    first, second, third = numbers_of(bench, payroll)
    other_ways = [f"84{first[1:]}", f"+84 {second[1:]}", first]  # the first one twice
    assert await post(staff, "viettelpay", lines(other_ways)) == (
        200, {"recorded": 2, "known": 0, "unknown": 0, "unknown_numbers": []},
    )  # fmt: skip
    assert await post(staff, "viettelpay", lines([first, second, third], "2021-10-30")) == (
        200, {"recorded": 1, "known": 2, "unknown": 0, "unknown_numbers": []},
    )  # fmt: skip
    told = await said(bench)
    assert [told.get(one) for one in ids(payroll)] == [[DAY], [DAY], ["2021-10-30"]]


async def test_the_earliest_day_of_a_list_counts(bench: Bench, staff: httpx.AsyncClient) -> None:
    payroll = await known(bench, "vietinbank", "account", 1)
    (number,) = numbers_of(bench, payroll)
    body = lines([number], "2021-10-20") + "\n" + lines([number], "2021-10-11")
    assert (await post(staff, "vietinbank", body))[1]["recorded"] == 1
    assert (await said(bench))[ids(payroll)[0]] == ["2021-10-11"]


async def test_a_repeat_answers_the_same_and_another_list_under_its_key_is_refused(
    bench: Bench, staff: httpx.AsyncClient
) -> None:
    payroll = await known(bench, "vietinbank", "account", 2)
    body = lines(numbers_of(bench, payroll))
    first = await post(staff, "vietinbank", body, **{"Idempotency-Key": "uses-1"})
    assert first[1]["recorded"] == 2
    assert await post(staff, "vietinbank", body, **{"Idempotency-Key": "uses-1"}) == first
    status, problem = await post(staff, "vietinbank", body + "\n", **{"Idempotency-Key": "uses-1"})
    assert (status, problem["code"]) == (409, "idempotency-key-reused")


async def test_numbers_of_nobody_here_are_answered_masked_and_kept_nowhere(bench: Bench, staff: httpx.AsyncClient) -> None:
    payroll = await known(bench, "vietinbank", "account", 1)
    status, answer = await post(staff, "viettelpay", lines(["0912345678", *numbers_of(bench, payroll)]))
    assert (status, answer["recorded"], answer["unknown"]) == (200, 0, 2)  # the bank's number is none of ViettelPay's
    assert answer["unknown_numbers"][0] == "•••••••678"
    kept = await bench.fetch("SELECT detail::text AS t FROM audit_log UNION ALL SELECT body::text FROM outbox")
    assert not [row["t"] for row in kept if "0912345678" in row["t"]]
    assert not set(ids(payroll)) & set(await said(bench))


async def test_staff_elsewhere_learn_nothing(bench: Bench, staff: httpx.AsyncClient, tokens: Tokens) -> None:
    payroll = await known(bench, "viettelpay", "wallet", 2)
    body = lines(numbers_of(bench, payroll))
    elsewhere = {"authorization": f"Bearer {tokens('provider_staff', '480@2021-07-01')}"}
    assert (await post(staff, "viettelpay", body, **elsewhere))[1]["unknown"] == 2
    here = {"authorization": f"Bearer {tokens('provider_staff', COMMUNES[0])}"}
    answer = (await post(staff, "viettelpay", body, **here))[1]
    assert (answer["recorded"], answer["unknown"]) == (1, 1)
    everywhere = {"authorization": f"Bearer {tokens('provider_staff')}"}
    answer = (await post(staff, "viettelpay", body, **everywhere))[1]
    assert (answer["recorded"], answer["known"], answer["unknown"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("provider", "body", "expected"),
    [
        ("nobody", lines(["NUMBER"]), (404, "unknown-provider", None)),
        ("viettelpay", '{"account_number": "NUMBER"}', (422, "wrong-uses", 1)),
        ("viettelpay", lines(["NUMBER"]) + "not json", (422, "wrong-uses", 2)),
        ("viettelpay", lines(["NUMBER"], "2022-01-01"), (422, "wrong-uses", 1)),
        ("viettelpay", lines(["<script>"]), (422, "wrong-uses", 1)),
        ("viettelpay", lines(["NUMBER"]) * 20_001, (413, "too-large", None)),
    ],
)
async def test_a_list_that_is_not_in_order_changes_nothing(
    bench: Bench, staff: httpx.AsyncClient, provider: str, body: str, expected: tuple[int, str, int | None]
) -> None:
    payroll = await known(bench, "viettelpay", "wallet", 1)
    (number,) = numbers_of(bench, payroll)  # an account of ours, so that a list read by halves would be told
    status, problem = await post(staff, provider, body.replace("NUMBER", number))
    assert (status, problem["code"], problem.get("line")) == expected
    assert number not in json.dumps(problem)
    assert not set(ids(payroll)) & set(await said(bench))


async def test_a_token_without_the_scope_is_refused(bench: Bench, staff: httpx.AsyncClient, tokens: Tokens) -> None:
    maker = {"authorization": f"Bearer {tokens('maker', DISTRICT)}"}
    assert (await post(staff, "viettelpay", "", **maker))[0] == 403


async def test_the_sandbox_lists_accounts_that_were_used_and_all_are_ours(bench: Bench, staff: httpx.AsyncClient) -> None:
    await bench.set_day(date(2021, 11, 20))
    bench.run("sender", "enquiries", "webhooks")
    payroll = await bench.payroll("vietinbank", "account", 40)
    await bench.until_settled([payroll])
    await bench.set_day(date(2021, 12, 20))

    def uses(query: str) -> dict[str, Any]:
        answer: dict[str, Any] = bench.sandbox.ask("GET", f"/uses?provider=vietinbank{query}")
        return answer

    whole = await asyncio.to_thread(uses, "")
    assert whole == await asyncio.to_thread(uses, "")
    assert 0 < len(whole["uses"]) < 41  # some never take money out
    assert len({use["first_used_on"] for use in whole["uses"]}) > 1
    first_page = await asyncio.to_thread(uses, "&limit=7")
    second_page = await asyncio.to_thread(uses, f"&limit=1000&after={first_page['next_after']}")
    assert first_page["uses"] + second_page["uses"] == whole["uses"]
    late = max(use["first_used_on"] for use in whole["uses"])
    since = await asyncio.to_thread(uses, f"&since={late}")
    assert since["uses"] == [use for use in whole["uses"] if use["first_used_on"] == late]
    status, answer = await post(staff, "vietinbank", "\n".join(json.dumps(use) for use in whole["uses"]))
    assert (status, answer["recorded"], answer["unknown"]) == (200, len(whole["uses"]), 0)
