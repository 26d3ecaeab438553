"""The books of a month: each part from its own rows, a person once, and any row that is gone is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest

from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayroll

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)
NOTHING = {"obligations": 0, "people": 0, "amount_dong": 0}

Tokens = Callable[..., str]


def part(obligations: int, amount_dong: int, people: int | None = None) -> dict[str, int]:
    return {"obligations": obligations, "people": obligations if people is None else people, "amount_dong": amount_dong}


async def read(client: httpx.AsyncClient, token: str, month: str, **query: str) -> Any:
    answer = await client.get(f"/v1/months/{month}/books", params=query, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json()


async def every_place(ground: Ground) -> dict[str, GroundPayroll]:
    """One October obligation in each place that outcomes lead to, and one that lies untouched."""
    run = await ground.run("2021-10")
    account, cash = await ground.way("account", "vietinbank"), await ground.way("cash", "vnpost")
    by_account = await ground.payroll(run, account, [100, 200, 400])
    by_cash = await ground.payroll(run, cash, [1_000, 2_000])
    waiting = await ground.payroll(run, cash, [8_000])
    await ground.instruct(by_account)
    await ground.instruct(by_cash)
    paid, returned, _in_flight = by_account.payments
    collected, uncollected = by_cash.payments
    await ground.hear(by_account, said(paid, 101, "paid"), said(returned, 101, "paid"))
    await ground.hear(by_account, said(returned, 102, "returned"))
    await ground.hear(by_cash, said(collected, 101, "paid"), said(uncollected, 101, "unclaimed"))
    return {"account": by_account, "cash": by_cash, "waiting": waiting}


async def test_each_part_is_where_its_rows_are(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    await every_place(ground)
    status, books = await read(books_client, tokens("checker", ground.authority), "2021-10")
    assert status == 200
    parts = {
        "paid_account": part(1, 100),
        "returned": part(1, 200),
        "in_flight": part(1, 400),
        "paid_cash": part(1, 1_000),
        "unclaimed": part(1, 2_000),
        "not_released": part(1, 8_000),
        "cancelled": NOTHING,
    }
    ledger = books.pop("ledger")
    more = {"books_balance": True, "differences": [], "as_of": None, "groups": None}
    assert books == {"month": "2021-10-01", "owed": part(6, 11_700), **parts, **more}
    assert ledger == {place: {k: v for k, v in values.items() if k != "people"} for place, values in parts.items()}


async def test_cancelled_and_never_paid_obligations_are_parts_of_their_own(
    ground: Ground, books_client: httpx.AsyncClient, admin: asyncpg.Connection, tokens: Tokens
) -> None:
    """An obligation that no payment ever took is not released; the ledger is told of both, else the books are off."""
    payrolls = await every_place(ground)
    subject, run = payrolls["account"].payments[0].beneficiary_id, payrolls["account"].run
    for revision, resting, amount_dong in ((1, "new", 50), (2, "cancelled", 70)):
        await admin.execute(
            """INSERT INTO disbursement.obligations (benefit_month, subject_id, kind, revision, amount_dong, total_dong, run_id,
                   authority_id, unit_id, decision_id, category, heads, level_dong, subject, category_group, sex, age_band,
                   resting)
               SELECT benefit_month, subject_id, kind, $2, $3, $3, run_id, authority_id, unit_id, decision_id, category, heads,
                   level_dong, subject, category_group, sex, age_band, $4
               FROM disbursement.obligations WHERE subject_id = $1 AND revision = 0""",
            subject,
            revision,
            amount_dong,
            resting,
        )
    token = tokens("checker", ground.authority)
    _, unposted = await read(books_client, token, "2021-10")
    assert unposted["not_released"] == part(2, 8_050)
    assert unposted["cancelled"] == part(1, 70, people=0)  # the person stands in not_released already
    assert unposted["paid_account"] == part(1, 100, people=0)
    assert unposted["owed"] == part(8, 11_820, people=6)
    assert unposted["books_balance"] is False
    for target, amount_dong in (("not_released", 50), ("cancelled", 70)):
        await admin.execute(
            """INSERT INTO disbursement.ledger_entries (posted_at, book, run_id, authority_id, benefit_month, from_account,
                   to_account, amount_dong, obligations, cause)
               VALUES (now(), 'obligations', $1, $2, '2021-10-01', 'law', $3, $4, 1, 'draw-up')""",
            run.run_id,
            ground.authority,
            target,
            amount_dong,
        )
    _, posted = await read(books_client, token, "2021-10")
    assert posted["books_balance"] is True


async def test_a_person_counts_once_and_pays_no_part_twice(
    ground: Ground, books_client: httpx.AsyncClient, admin: asyncpg.Connection, tokens: Tokens
) -> None:
    """Two obligations of one person, one in flight and one paid: two obligations, one person, in flight."""
    run, way = await ground.run("2021-10"), await ground.way("wallet", "viettelpay")
    payroll = await ground.payroll(run, way, [100, 200])
    await ground.instruct(payroll)
    one, two = payroll.payments
    for table in ("obligations", "payment_lines"):
        await admin.execute(f"ALTER TABLE disbursement.{table} DISABLE TRIGGER ALL")
        await admin.execute(
            f"UPDATE disbursement.{table} SET subject_id = $1, kind = 'care_support' WHERE subject_id = $2",
            one.beneficiary_id,
            two.beneficiary_id,
        )
        await admin.execute(f"ALTER TABLE disbursement.{table} ENABLE TRIGGER ALL")
    await ground.hear(payroll, said(one, 101, "paid"))
    _, books = await read(books_client, tokens("checker", ground.authority), "2021-10")
    assert books["owed"] == part(2, 300, people=1)
    assert books["in_flight"] == part(1, 200, people=1)
    assert books["paid_account"] == part(1, 100, people=0)
    assert books["books_balance"] is True


async def test_each_benefit_month_has_its_own_books(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    run, way = await ground.run("2021-11", OCTOBER, NOVEMBER), await ground.way("cash", "vnpost")
    payroll = await ground.payroll(run, way, [600, 800], months=[OCTOBER, NOVEMBER])
    await ground.instruct(payroll)
    await ground.hear(payroll, said(payroll.payments[0], 101, "paid"))
    for month in ("2021-10-01", "2021-11-01"):
        _, books = await read(books_client, tokens("checker", ground.authority), month)
        assert (books["owed"], books["paid_cash"], books["in_flight"]) == (part(2, 1_400), part(1, 600), part(1, 800))
        assert books["books_balance"] is True


def of_line(table: str, column: str, line_no: int) -> str:
    """The row of a payroll's ($1) line in a table, by a column of its payment."""
    key = "beneficiary_id" if column == "subject_id" else column
    return f"{table} WHERE {column} = (SELECT {key} FROM payments q WHERE q.payroll_id = $1 AND q.line_no = {line_no})"


ROWS: dict[str, tuple[str, str]] = {
    "an obligation that is paid": ("account", of_line("obligations", "subject_id", 1)),
    "an obligation that was returned": ("account", of_line("obligations", "subject_id", 2)),
    "an obligation in flight": ("account", of_line("obligations", "subject_id", 3)),
    "a payment that is paid": ("cash", of_line("payments", "payment_id", 1)),
    "a payment that failed": ("cash", of_line("payments", "payment_id", 2)),
    "a payment not released": ("waiting", of_line("payments", "payment_id", 1)),
    "a line of a paid payment": ("cash", of_line("payment_lines", "payment_id", 1)),
    "a line of a failed payment": ("cash", of_line("payment_lines", "payment_id", 2)),
    "a line in flight": ("account", of_line("payment_lines", "payment_id", 3)),
    "a chunk": ("waiting", "chunks WHERE payroll_id = $1"),
    "an entry of the draw-up": ("waiting", "ledger_entries WHERE payroll_id = $1 AND cause = 'draw-up'"),
    "an entry of instructing": ("cash", "ledger_entries WHERE payroll_id = $1 AND cause = 'instruct'"),
    "an entry of being paid": ("cash", "ledger_entries WHERE payroll_id = $1 AND to_account = 'paid_cash'"),
    "an entry of letting go": ("cash", "ledger_entries WHERE payroll_id = $1 AND to_account = 'unclaimed'"),
    "an entry of coming back": ("account", "ledger_entries WHERE payroll_id = $1 AND from_account = 'paid_account'"),
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.books_broken
async def test_any_row_that_is_gone_unbalances_the_books(
    row: str, ground: Ground, books_client: httpx.AsyncClient, admin: asyncpg.Connection, tokens: Tokens
) -> None:
    payrolls = await every_place(ground)
    token = tokens("checker", ground.authority)
    assert (await read(books_client, token, "2021-10"))[1]["books_balance"] is True
    payroll, which = ROWS[row]
    await admin.execute("SET search_path = disbursement, platform")
    done = await admin.execute(f"DELETE FROM {which}", payrolls[payroll].payroll_id)
    assert done == "DELETE 1"
    assert (await read(books_client, token, "2021-10"))[1]["books_balance"] is False


async def test_a_month_that_was_never_drawn_up_owes_nothing(books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    status, books = await read(books_client, tokens("checker"), "2031-05")
    assert status == 200
    assert (books["owed"], books["books_balance"]) == (NOTHING, True)


@pytest.mark.parametrize("month", ["2021-13", "october", "2021-10-02", "1850-01"])
async def test_a_wrong_month_is_refused(month: str, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    status, problem = await read(books_client, tokens("checker"), month)
    assert (status, problem["code"]) == (422, "wrong-month")


async def test_books_are_seen_by_those_whose_they_are(
    ground: Ground, books_client: httpx.AsyncClient, platform: Any, tokens: Tokens
) -> None:
    other = Ground(platform.database("disbursement"))
    await other.lay()
    await every_place(ground)
    await every_place(other)
    for token in (tokens("checker", ground.authority), tokens("checker", ground.province)):
        _, books = await read(books_client, token, "2021-10")
        assert (books["owed"], books["books_balance"]) == (part(6, 11_700), True)
        assert (await read(books_client, token, "2021-10", authority_id=ground.authority))[1] == books
        assert (await read(books_client, token, "2021-10", authority_id=other.authority))[1]["code"] == "not-your-unit"
    _, all_books = await read(books_client, tokens("checker"), "2021-10")
    assert all_books["owed"]["obligations"] >= 12
    assert (await read(books_client, tokens("checker"), "2021-10", authority_id="1@2021-07-01"))[1]["code"] == "unknown-unit"
    status, problem = await read(books_client, tokens("checker", ground.communes[0]), "2021-10")
    assert (status, problem["code"]) == (403, "not-your-unit")
    assert (await read(books_client, tokens("commune_officer"), "2021-10"))[1]["code"] == "not-allowed"


@pytest.mark.books_broken
async def test_run_months_far_apart_meet_in_one_benefit_month(
    ground: Ground, books_client: httpx.AsyncClient, admin: asyncpg.Connection, tokens: Tokens
) -> None:
    """Money that came back in October and is paid by November's run moves inside October and is not owed again."""
    run, way = await ground.run("2021-10"), await ground.way("cash", "vnpost")
    payroll = await ground.payroll(run, way, [540])
    await ground.instruct(payroll)
    (failed,) = payroll.payments
    await ground.hear(payroll, said(failed, 101, "unclaimed"))
    later = await ground.again(payroll, await ground.run("2021-11"), "unclaimed")
    token = tokens("checker", ground.authority)
    assert (await read(books_client, token, "2021-10"))[1]["not_released"] == part(1, 540)
    await ground.instruct(later)
    await ground.hear(later, said(later.payments[0], 101, "paid"))
    _, books = await read(books_client, token, "2021-10")
    assert (books["owed"], books["paid_cash"], books["books_balance"]) == (part(1, 540), part(1, 540), True)
    assert [(m.step, m.from_place, m.to_place) for m in await ground.moves()] == [
        (11, "not_released", "in_flight"),
        (13, "in_flight", "unclaimed"),
        (21, "not_released", "in_flight"),
        (22, "in_flight", "paid_cash"),
    ]
    await admin.execute("DELETE FROM disbursement.payment_lines WHERE payment_id = $1", failed.payment_id)
    assert (await read(books_client, token, "2021-10"))[1]["books_balance"] is False


async def test_a_payment_taken_twice_is_refused_by_the_database(ground: Ground) -> None:
    payroll = await ground.payroll(await ground.run("2021-10"), await ground.way("cash", "vnpost"), [540])
    with pytest.raises(Exception, match="already has a live payment"):
        await ground.again(payroll, await ground.run("2021-11"), "in_flight")


async def test_the_books_balance_at_any_moment(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    """Read again and again while chunks are instructed and outcomes come in."""
    run, way = await ground.run("2021-10"), await ground.way("cash", "vnpost")
    payroll = await ground.payroll(run, way, [100] * 40, chunk_size=2)
    token = tokens("checker", ground.authority)

    async def work() -> None:
        await ground.instruct(payroll)
        for payment in payroll.payments:
            await ground.hear(payroll, said(payment, 101, "paid"), chunk_no=payment.chunk_no)

    working, seen = asyncio.create_task(work()), []
    while not working.done():
        seen.append((await read(books_client, token, "2021-10"))[1])
    await working
    assert seen
    assert all(books["books_balance"] for books in seen)
    assert {books["owed"]["amount_dong"] for books in seen} == {4_000}
