"""The straight way: each provider and channel pays, reports, and the books agree."""

from __future__ import annotations

from datetime import date

from tests.gateway.bench import Bench

WAYS = (
    ("viettelpay", "wallet"),
    ("viettelpay", "cash"),
    ("vietinbank", "account"),
    ("vnpost", "cash"),
    ("commune_cashier", "cashier"),
)


async def test_every_way_pays(bench: Bench) -> None:
    bench.run("sender", "enquiries", "webhooks")
    payrolls = [await bench.payroll(provider, channel, 40) for provider, channel in WAYS]
    await bench.until_answered(payrolls)
    await bench.set_day(date(2021, 10, 5))
    await bench.until_settled(payrolls)
    await bench.assert_books_agree(payrolls)
    for payroll in payrolls:
        assert set((await bench.states(payroll)).values()) == {"paid"}
