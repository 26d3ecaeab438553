"""The books balance: of every month and run of a province, in money, obligations and fees, now and as of today, cut every way."""

from __future__ import annotations

from datetime import date

from services.disbursement.domain.books import Dimension
from services.disbursement.storage import books, fees, run_books
from services.disbursement.storage.authorities import authorities_within
from shared.database import Database, Tx

_MONTHS = """
SELECT DISTINCT benefit_month FROM (
    SELECT benefit_month FROM obligations WHERE authority_id = ANY(CAST(:ids AS text[]))
    UNION SELECT benefit_month FROM ledger_entries WHERE authority_id = ANY(CAST(:ids AS text[])) AND benefit_month IS NOT NULL) m
ORDER BY 1
"""
_RUNS = "SELECT run_id FROM runs WHERE unit_id = :province ORDER BY run_month, opened_at"


async def assert_books_balance(database: Database, province: str) -> None:
    """Every month and every run of the province; what does not agree is named."""
    async with database.transaction(repeatable_read=True) as tx:
        ids = await authorities_within(tx, [province])
        wrong: list[str] = []
        for row in await tx.rows(_MONTHS, ids=ids):
            wrong += await _of_month(tx, row["benefit_month"], ids)
        today = await tx.today()
        for row in await tx.rows(_RUNS, province=province):
            place = await run_books.run_place(tx, row["run_id"], [province])
            assert place is not None
            for day in (None, today):
                read = await run_books.run_books(tx, place, ids, as_of=day)
                wrong += [f"run {place.code} as of {day}: {difference}" for difference in read.differences]
            dimensions: tuple[run_books.RunDimension, ...] = ("authority", "provider")
            for by in dimensions:
                read = await run_books.run_books(tx, place, ids, by=by)
                wrong += [f"run {place.code} by {by}: {difference}" for difference in read.differences]
            for each in await fees.of_run(tx, row["run_id"]):
                wrong += [f"fees of run {place.code} at {each.contract_id}: {difference}" for difference in each.differences]
    assert not wrong, "\n".join(wrong)


async def _of_month(tx: Tx, month: date, ids: list[str]) -> list[str]:
    wrong = []
    days = [None, await tx.today()]
    dimensions: tuple[Dimension | None, ...] = (None, "authority", "provider", "channel")
    for by in dimensions:
        for day in days if by is None else days[:1]:
            read = await books.month_books(tx, month, ids, as_of=day, by=by)
            wrong += [f"{month} by {by} as of {day}: {difference}" for difference in read.differences]
    return wrong
