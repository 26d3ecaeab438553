"""The money of runs: opening + received - paid - returned = closing = what the ledger holds; refunds close a run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest

from shared.kernel.ids import new_id
from shared.platform import Platform
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayroll, GroundRun, Way

Tokens = Callable[..., str]


async def read(client: httpx.AsyncClient, token: str, run: GroundRun) -> Any:
    answer = await client.get(f"/v1/runs/{run.run_id}/books", headers={"Authorization": f"Bearer {token}"})
    return answer.json()


async def refund(client: httpx.AsyncClient, token: str, run: GroundRun, authority_id: str, key: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    answer = await client.post(f"/v1/runs/{run.run_id}/refunds", json={"authority_id": authority_id}, headers=headers)
    return answer.status_code, answer.json()


def money(books: dict[str, Any]) -> tuple[int, ...]:
    """opening, received, paid, returned, closing, held."""
    assert books["opening_dong"] + books["received_dong"] - books["paid_dong"] - books["returned_dong"] == books["closing_dong"]
    assert (books["closing_dong"] == books["held_dong"]) or not books["books_balance"]
    return tuple(books[f"{name}_dong"] for name in ("opening", "received", "paid", "returned", "closing", "held"))


async def one_paid_one_failed(ground: Ground, run: GroundRun, way: Way) -> GroundPayroll:
    """300 funded, 200 paid, 100 came back unclaimed."""
    payroll = await ground.payroll(run, way, [200, 100])
    await ground.fund(run, way, 300)
    await ground.instruct(payroll)
    paid, failed = payroll.payments
    await ground.hear(payroll, said(paid, 101, "paid"), said(failed, 101, "unclaimed"))
    return payroll


async def test_a_run_opens_with_what_the_one_before_left(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    october, november = await ground.run("2021-10"), await ground.run("2021-11")
    way, token = await ground.way("cash", "vnpost"), tokens("accountant", ground.authority)
    assert money(await read(books_client, token, october)) == (0, 0, 0, 0, 0, 0)
    await one_paid_one_failed(ground, october, way)
    await one_paid_one_failed(ground, november, way)
    assert money(await read(books_client, token, october)) == (0, 300, 200, 0, 100, 100)
    books = await read(books_client, token, november)
    assert money(books) == (100, 300, 200, 0, 200, 200)
    assert (books["run"], books["books_balance"]) == ("2021-11", True)


async def test_money_that_comes_back_after_it_was_paid_is_not_paid(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    october, november = await ground.run("2021-10"), await ground.run("2021-11")
    way, token = await ground.way("account", "vietinbank"), tokens("accountant", ground.authority)
    payroll = await one_paid_one_failed(ground, october, way)
    await one_paid_one_failed(ground, november, way)
    await ground.hear(payroll, said(payroll.payments[0], 102, "returned"))
    assert money(await read(books_client, token, october)) == (0, 300, 0, 0, 300, 300)
    books = await read(books_client, token, november)
    assert (money(books), books["books_balance"]) == ((300, 300, 200, 0, 400, 400), True)


async def test_unspent_money_goes_back_and_closes_the_run(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    run, token = await ground.run("2021-10"), tokens("accountant", ground.authority)
    one, other = await ground.way("cash", "vnpost"), await ground.way("wallet", "viettelpay")
    await one_paid_one_failed(ground, run, one)
    await ground.fund(run, other, 50)
    status, answer = await refund(books_client, token, run, ground.authority, key="close")
    assert (status, answer["amount_dong"]) == (201, 150)
    assert {(r["contract_id"], r["amount_dong"]) for r in answer["refunds"]} == {
        (str(one.contract_id), 100),
        (str(other.contract_id), 50),
    }
    assert await refund(books_client, token, run, ground.authority, key="close") == (201, answer)
    status, again = await refund(books_client, token, run, ground.authority)
    assert (again["amount_dong"], again["refunds"]) == (0, [])
    books = await read(books_client, token, run)
    assert (money(books), books["books_balance"]) == ((0, 350, 200, 150, 0, 0), True)
    async with ground.database.transaction() as tx:
        audited = await tx.scalar(
            "SELECT count(*) FROM audit_log WHERE action = 'refund' AND object = :run", run=f"run/{run.run_id}"
        )
    assert audited == 2  # the repeat under the same key did nothing


async def test_what_open_payments_claim_stays(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    run, way = await ground.run("2021-10"), await ground.way("cash", "vnpost")
    payroll = await ground.payroll(run, way, [200, 100])
    await ground.fund(run, way, 310)
    await ground.instruct(payroll)
    await ground.hear(payroll, said(payroll.payments[0], 101, "paid"))
    token = tokens("accountant", ground.authority)
    assert (await refund(books_client, token, run, ground.authority))[1]["amount_dong"] == 10
    await ground.hear(payroll, said(payroll.payments[1], 101, "rejected"))
    assert (await refund(books_client, token, run, ground.authority))[1]["amount_dong"] == 100


async def test_what_a_later_run_spent_cannot_go_back(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    october, november = await ground.run("2021-10"), await ground.run("2021-11")
    way, token = await ground.way("cash", "vnpost"), tokens("accountant", ground.authority)
    payroll = await one_paid_one_failed(ground, october, way)
    failed = GroundPayroll(payroll.payroll_id, october, way, payroll.payments[1:])
    later = await ground.again(failed, november, "unclaimed")  # out of what October left: November gets no funding
    assert (await refund(books_client, token, october, ground.authority))[1]["amount_dong"] == 0
    await ground.instruct(later)
    await ground.hear(later, said(later.payments[0], 101, "paid"))
    assert (await refund(books_client, token, october, ground.authority))[1]["amount_dong"] == 0
    books = await read(books_client, token, november)
    assert (money(books), books["books_balance"]) == ((100, 0, 100, 0, 0, 0), True)


async def test_two_refunds_at_once_give_back_once(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    run, way = await ground.run("2021-10"), await ground.way("cash", "vnpost")
    await ground.fund(run, way, 70)
    token = tokens("accountant", ground.authority)
    both = await asyncio.gather(*(refund(books_client, token, run, ground.authority) for _ in range(4)))
    assert sorted(answer["amount_dong"] for _, answer in both) == [0, 0, 0, 70]


@pytest.mark.parametrize(
    "row",
    [
        "fundings WHERE run_id = $1",
        "refunds WHERE run_id = $1",
        "payments WHERE run_id = $1 AND state = 'paid'",
        "ledger_entries WHERE run_id = $1 AND cause = 'funding'",
        "ledger_entries WHERE run_id = $1 AND cause = 'refund'",
        "ledger_entries WHERE run_id = $1 AND to_account = 'payees'",
    ],
)
@pytest.mark.books_broken
async def test_any_row_that_is_gone_unbalances_the_runs_books(
    row: str, ground: Ground, books_client: httpx.AsyncClient, admin: asyncpg.Connection, tokens: Tokens
) -> None:
    run, later, way = await ground.run("2021-10"), await ground.run("2021-11"), await ground.way("cash", "vnpost")
    token = tokens("accountant", ground.authority)
    await one_paid_one_failed(ground, run, way)
    await refund(books_client, token, run, ground.authority)
    assert (await read(books_client, token, run))["books_balance"] is True
    assert await admin.execute(f"DELETE FROM disbursement.{row}", run.run_id) == "DELETE 1"
    assert (await read(books_client, token, run))["books_balance"] is False
    assert (await read(books_client, token, later))["books_balance"] is False  # it opens with a closing that is off


async def test_refusals(ground: Ground, books_client: httpx.AsyncClient, platform: Platform, tokens: Tokens) -> None:
    other = Ground(platform.database("disbursement"))
    await other.lay()
    run, elsewhere = await ground.run("2021-10"), await other.run("2021-10")
    mine = tokens("accountant", ground.authority)
    nowhere = GroundRun(new_id(), "2021-10", run.run_month)
    assert (await read(books_client, mine, nowhere))["code"] == "unknown-run"
    assert (await read(books_client, mine, elsewhere))["code"] == "unknown-run"
    assert (await read(books_client, tokens("checker", ground.communes[0]), run))["code"] == "not-your-unit"
    assert (await refund(books_client, mine, nowhere, ground.authority))[1]["code"] == "unknown-run"
    assert (await refund(books_client, mine, run, other.authority))[1]["code"] == "not-your-unit"
    assert (await refund(books_client, mine, run, "1@2021-07-01"))[1]["code"] == "unknown-unit"
    assert (await refund(books_client, mine, run, "anything"))[1]["code"] == "unknown-unit"
    assert (await refund(books_client, tokens("checker"), run, ground.authority))[1]["code"] == "not-allowed"
    assert (await read(books_client, tokens("accountant", ground.province), run))["books_balance"] is True
