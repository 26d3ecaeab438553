"""The straight way: each provider and channel pays, reports, and the books agree."""

from __future__ import annotations

from datetime import date

from shared.crypto import IDENTITY
from tests.gateway.bench import Bench, make_payroll

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


async def test_who_organises_a_funeral_is_known_by_identity(bench: Bench) -> None:
    """The registry says such payees in the record of the person who died; the cash list names their identity number."""
    payroll = make_payroll("vnpost", "cash", 2)
    await bench.introduce(payroll, one_off=True)
    await bench.instruct(payroll)
    bench.run("sender", "enquiries", "webhooks")
    await bench.until_answered([payroll])
    rows = await bench.fetch(
        "SELECT identity_sealed FROM payees WHERE payee_id = ANY($1)", [e["payee_id"] for e in payroll.lines]
    )
    assert len({bench.cipher.open(row["identity_sealed"], IDENTITY) for row in rows}) == 2


async def test_a_carer_is_paid_into_an_account_of_their_own(bench: Bench) -> None:
    """The registry says carers and their accounts in the record of the person cared for: unknown, their money would not leave."""
    payrolls = [make_payroll(provider, channel, 3) for provider, channel in (("viettelpay", "wallet"), ("vnpost", "cash"))]
    for payroll in payrolls:
        await bench.introduce(payroll, carers=True)
        await bench.instruct(payroll)
    bench.run("sender", "enquiries", "webhooks")
    await bench.until_answered(payrolls)
    wallets, cash = payrolls
    rows = await bench.fetch(
        "SELECT account_id, unit_id FROM accounts WHERE account_id = ANY($1)", [line["account_id"] for line in wallets.lines]
    )
    assert {row["account_id"]: row["unit_id"] for row in rows} == {line["account_id"]: line["unit_id"] for line in wallets.lines}
    rows = await bench.fetch("SELECT payee_id FROM payees WHERE payee_id = ANY($1)", [line["payee_id"] for line in cash.lines])
    assert len({row["payee_id"] for row in rows}) == 3
