"""Everything a provider can do badly: afterwards its books and ours agree, payment by payment."""

from __future__ import annotations

import asyncio
import time
from datetime import date

import pytest

from tests.gateway.bench import Bench, Payroll

WAYS = (("viettelpay", "wallet"), ("vietinbank", "account"), ("vnpost", "cash"))

SENDING = (
    "slow", "timeout_before", "timeout_after", "dropped_connection", "server_error", "server_error_after", "throttled",
    "half_batch_refused", "not_found_at_first",
)  # fmt: skip
WEBHOOKS = ("webhook_twice", "webhook_late", "webhook_out_of_order", "webhook_never", "webhook_forged")
ACCOUNTS = ("refused_invalid_account", "refused_locked", "refused_name_mismatch", "returned")


async def _struck(bench: Bench, kind: str, provider: str, channel: str) -> Payroll:
    """A payroll whose sending finds this fault."""
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=[kind])
    payroll = await bench.payroll(provider, channel, 6)
    deadline = time.monotonic() + 300
    while (await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=[]))["next"]:
        assert time.monotonic() < deadline, f"{kind} found no occasion"
        await asyncio.sleep(0.02)
    return payroll


@pytest.fixture
async def working(bench: Bench) -> Bench:
    bench.run("sender", "enquiries", "webhooks")
    return bench


async def test_each_fault_ends_in_agreement(working: Bench) -> None:
    bench = working
    payrolls = [
        await _struck(bench, kind, provider, channel)
        for provider, channel in WAYS
        for kind in (*SENDING, *WEBHOOKS, *(ACCOUNTS if channel != "cash" else ("uncollected",)))
    ]
    await bench.until_answered(payrolls)
    for day in (date(2021, 10, 3), date(2021, 10, 6), date(2021, 10, 12)):
        await bench.set_day(day)
    await bench.until_settled(payrolls)
    await bench.until_webhooks_applied()
    await bench.assert_books_agree(payrolls)

    fired = await asyncio.to_thread(bench.sandbox.ask, "GET", "/faults")
    assert all(fired[kind] for kind in (*SENDING, *WEBHOOKS, *ACCOUNTS, "uncollected")), fired
    totals = await asyncio.to_thread(bench.sandbox.ask, "GET", "/totals")
    assert all(total["double_payments"] == 0 for total in totals.values())
    assert (await asyncio.to_thread(bench.sandbox.ask, "GET", "/webhooks"))["forged_believed"] == 0
    assert await bench.fetch("SELECT * FROM contradictions") == []


async def test_what_the_provider_said_is_settled_payment_by_payment(working: Bench) -> None:
    payroll = await _struck(working, "half_batch_refused", "viettelpay", "wallet")
    await working.until_settled([payroll])
    states = await working.states(payroll)
    assert sorted(states.values()) == ["paid"] * 3 + ["rejected"] * 3
    told = await working.told([payroll])
    assert {outcome["reason"] for outcome in told.values()} == {None, "limit"}


async def test_a_payroll_waits_for_the_accounts_it_was_approved_with(working: Bench) -> None:
    payroll = await working.payroll("vietinbank", "account", 3, known=False)
    deadline = time.monotonic() + 300
    while not (rows := await working.fetch("SELECT why FROM chunks WHERE payroll_id = $1", payroll.payroll_id))[0]["why"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert rows[0]["why"] == "accounts"
    assert await working.states(payroll) == {}
    await working.introduce(payroll)
    await working.until_settled([payroll])
    assert set((await working.states(payroll)).values()) == {"paid"}


async def test_a_sending_by_another_is_refused_by_the_database(working: Bench) -> None:
    """The same payment instructed twice, in another payroll: the second chunk is held for a person, the first is paid."""
    first = await working.payroll("viettelpay", "wallet", 3)
    await working.until_settled([first])
    second = Payroll(first.lines[0]["beneficiary_id"], first.provider, first.channel, first.lines)
    await working.instruct(second)
    deadline = time.monotonic() + 300
    while (await working.fetch("SELECT state FROM chunks WHERE payroll_id = $1", second.payroll_id))[0]["state"] != "held":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert await working.states(second) == {}
    await working.assert_books_agree([first])


async def test_with_a_provider_that_takes_duplicates_a_person_decides(working: Bench) -> None:
    """Not found twice and long after: still nothing is sent again by itself. Told that it refuses them, it is."""
    payments = working.service.app.state.ways.connectors["viettelpay"].payments
    payments.refuses_duplicates = False
    try:
        payroll = await _struck(working, "timeout_before", "viettelpay", "wallet")
        deadline = time.monotonic() + 300
        while await _least(working, payroll, "not_found") < 4:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert set((await working.states(payroll)).values()) == {"unknown"}
        assert await _least(working, payroll, "sends") == 1
    finally:
        payments.refuses_duplicates = True
    await working.until_settled([payroll])
    assert await _least(working, payroll, "sends") == 2
    await working.assert_books_agree([payroll])


async def _least(bench: Bench, payroll: Payroll, column: str) -> int:
    rows = await bench.fetch(f"SELECT coalesce(min({column}), 0) AS n FROM attempts WHERE payroll_id = $1", payroll.payroll_id)
    return int(rows[0]["n"])
