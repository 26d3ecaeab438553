"""The ledger: entries from moves, posting in one statement, nothing changed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from services.disbursement.domain.ledger import (
    PLACES,
    TREASURY,
    LedgerEntry,
    Place,
    Posting,
    paid_place,
    provider_account,
)
from services.disbursement.storage.ledger import post
from shared.contracts.disbursement_events import ObligationMove
from tests.disbursement.ground import Ground

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)
CONTRACT = UUID(int=7)
POSTING = Posting(UUID(int=1), "474@2021-07-01", "outcome", CONTRACT, "vnpost", "cash", UUID(int=2), 3)


def move(month: date, source: Place | None, target: Place, amount_dong: int) -> ObligationMove:
    return ObligationMove(
        benefit_month=month,
        subject="s",
        kind="monthly",
        revision=0,
        step=10,
        unit_id="19750@2021-07-01",
        category_group="elderly",
        sex="female",
        age_band="80+",
        amount_dong=amount_dong,
        from_place=source,
        to_place=target,
    )


def test_moves_become_one_entry_for_each_month_and_pair_of_places() -> None:
    entries = POSTING.obligations(
        [
            move(OCTOBER, "in_flight", "paid_cash", 10),
            move(NOVEMBER, "in_flight", "paid_cash", 30),
            move(OCTOBER, "in_flight", "paid_cash", 20),
            move(OCTOBER, None, "not_released", 5),
            move(OCTOBER, "not_released", "not_released", 99),
        ]
    )
    assert [(e.benefit_month, e.from_account, e.to_account, e.obligations, e.amount_dong) for e in entries] == [
        (OCTOBER, "in_flight", "paid_cash", 2, 30),
        (OCTOBER, "law", "not_released", 1, 5),
        (NOVEMBER, "in_flight", "paid_cash", 1, 30),
    ]
    assert {(e.book, e.provider, e.channel, e.payroll_id, e.chunk_no) for e in entries} == {
        ("obligations", "vnpost", "cash", UUID(int=2), 3)
    }


def test_places_of_channels() -> None:
    assert [paid_place(c) for c in ("wallet", "account", "cash", "cashier")] == ["paid_account"] * 2 + ["paid_cash"] * 2
    assert len(set(PLACES)) == 7


@pytest.mark.books_broken
async def test_entries_come_back_as_posted_and_stay(ground: Ground) -> None:
    run = await ground.run("2021-10")
    way = await ground.way("cash", "vnpost")
    posting = replace(POSTING, run_id=run.run_id, authority_id=ground.authority, contract_id=way.contract_id)
    money = posting.money(TREASURY, provider_account(way.contract_id), 1_000)
    owed = posting.obligations([move(OCTOBER, None, "not_released", 1_000)])
    async with ground.database.transaction() as tx:
        await post(tx, [])
        await post(tx, [money, *owed])
    names = list(LedgerEntry.__slots__)
    async with ground.database.transaction() as tx:
        rows = await tx.rows(
            f"SELECT {', '.join(names)} FROM ledger_entries WHERE run_id = :run_id ORDER BY entry_id", run_id=run.run_id
        )
    assert [LedgerEntry(**row) for row in rows] == [money, *owed]
    with pytest.raises(DBAPIError, match="append-only"):
        async with ground.database.transaction() as tx:
            await tx.run("UPDATE ledger_entries SET amount_dong = 1 WHERE run_id = :run_id", run_id=run.run_id)


@pytest.mark.parametrize(
    "wrong",
    [{"amount_dong": 0}, {"amount_dong": -5}, {"to_account": TREASURY}, {"benefit_month": OCTOBER}, {"book": "obligations"}],
)
async def test_the_database_refuses_entries_that_move_nothing_or_mix_the_books(ground: Ground, wrong: dict[str, Any]) -> None:
    run = await ground.run("2021-10")
    entry = Posting(run.run_id, ground.authority, "funding").money(TREASURY, "provider:x", 1_000)
    with pytest.raises(DBAPIError, match="check constraint"):
        async with ground.database.transaction() as tx:
            await post(tx, [replace(entry, **wrong)])
