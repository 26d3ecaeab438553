"""Outcomes of the gateway on real rows: states, obligations let go, both books, events, contradictions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contracts.gateway_events import Outcome
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayment, GroundPayroll

OCTOBER = date(2021, 10, 1)
JANUARY, FEBRUARY = date(2022, 1, 1), date(2022, 2, 1)


async def payment_row(ground: Ground, payment: GroundPayment) -> dict[str, Any]:
    async with ground.database.transaction() as tx:
        row = await tx.row(
            "SELECT state, step, reason, provider_reference, settled_at FROM payments WHERE payment_id = :id",
            id=payment.payment_id,
        )
    assert row is not None
    return dict(row)


async def obligation_rows(ground: Ground, payment: GroundPayment) -> list[dict[str, Any]]:
    async with ground.database.transaction() as tx:
        rows = await tx.rows(
            """SELECT benefit_month, live_payment_id, live_run_month, resting, payment_seq, avoid_account_id,
                      avoid_account_version FROM obligations WHERE subject_id = :id ORDER BY benefit_month""",
            id=payment.beneficiary_id,
        )
    return [dict(row) for row in rows]


async def outcome_entries(ground: Ground) -> list[tuple[Any, ...]]:
    """What outcomes posted for this authority."""
    async with ground.database.transaction() as tx:
        rows = await tx.rows(
            """SELECT book, benefit_month, split_part(from_account, ':', 1) AS source, split_part(to_account, ':', 1) AS target,
                      obligations, amount_dong FROM ledger_entries
               WHERE authority_id = :authority AND cause = 'outcome' ORDER BY entry_id""",
            authority=ground.authority,
        )
    return [tuple(row.values()) for row in rows]


async def contradiction_rows(ground: Ground) -> list[tuple[Any, ...]]:
    async with ground.database.transaction() as tx:
        rows = await tx.rows(
            """SELECT payment_id, held, said, amount_dong FROM contradictions WHERE authority_id = :authority
               ORDER BY contradiction_id""",
            authority=ground.authority,
        )
    return [tuple(row.values()) for row in rows]


async def instructed(ground: Ground, channel: Any, provider: str, *amounts_dong: int) -> GroundPayroll:
    payroll = await ground.payroll(await ground.run("2021-10"), await ground.way(channel, provider), amounts_dong)
    await ground.instruct(payroll)
    return payroll


async def test_paid_settles_the_payment_and_posts_both_books(ground: Ground) -> None:
    payroll = await instructed(ground, "wallet", "viettelpay", 540_000, 720_000, 180_000)
    one, two, three = payroll.payments
    await ground.hear(payroll, said(one, 102, "paid"), said(two, 102, "paid"), said(three, 101, "accepted"))
    assert await payment_row(ground, one) == {
        "state": "paid",
        "step": 102,
        "reason": None,
        "provider_reference": "ref-102",
        "settled_at": datetime(2021, 10, 5, 1, 0, 42, tzinfo=UTC),
    }
    assert (await payment_row(ground, three))["state"] == "open"
    assert await outcome_entries(ground) == [
        ("obligations", OCTOBER, "in_flight", "paid_account", 2, 1_260_000),
        ("money", None, "provider", "payees", 0, 1_260_000),
    ]
    (owed,) = await obligation_rows(ground, one)
    assert (owed["live_payment_id"], owed["payment_seq"]) == (one.payment_id, 1)
    said_moves = [(m.subject, m.step, m.from_place, m.to_place) for m in await ground.moves()]
    assert said_moves[3:] == [(p.beneficiary_id.hex, 12, "in_flight", "paid_account") for p in (one, two)]


async def test_a_payment_of_two_months_posts_each_month_and_the_money_once(ground: Ground) -> None:
    run = await ground.run("2022-01", JANUARY, FEBRUARY)
    payroll = await ground.payroll(run, await ground.way("cash", "vnpost"), [540_000], months=[JANUARY, FEBRUARY])
    await ground.instruct(payroll)
    await ground.hear(payroll, said(payroll.payments[0], 101, "paid"))
    assert await outcome_entries(ground) == [
        ("obligations", JANUARY, "in_flight", "paid_cash", 1, 540_000),
        ("obligations", FEBRUARY, "in_flight", "paid_cash", 1, 540_000),
        ("money", None, "provider", "payees", 0, 1_080_000),
    ]


@pytest.mark.parametrize(
    ("channel", "provider", "outcome", "resting"),
    [
        ("wallet", "viettelpay", "rejected", "returned"),
        ("account", "vietinbank", "returned", "returned"),
        ("cash", "vnpost", "unclaimed", "unclaimed"),
        ("cash", "viettelpay", "rejected", "returned"),
    ],
)
async def test_a_final_failure_lets_go(ground: Ground, channel: str, provider: str, outcome: Outcome, resting: str) -> None:
    payroll = await instructed(ground, channel, provider, 540_000)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 103, outcome, reason="locked"))
    row = await payment_row(ground, payment)
    assert (row["state"], row["reason"]) == (outcome, "locked")
    (owed,) = await obligation_rows(ground, payment)
    by_account = channel in ("wallet", "account")
    assert owed == {
        "benefit_month": OCTOBER,
        "live_payment_id": None,
        "live_run_month": None,
        "resting": resting,
        "payment_seq": 1,
        "avoid_account_id": payment.account_id if by_account else None,
        "avoid_account_version": 1 if by_account else None,
    }
    assert await outcome_entries(ground) == [("obligations", OCTOBER, "in_flight", resting, 1, 540_000)]
    move = (await ground.moves())[-1]
    assert (move.step, move.from_place, move.to_place) == (13, "in_flight", resting)


async def test_paid_then_returned_brings_the_money_back(ground: Ground) -> None:
    payroll = await instructed(ground, "account", "vietinbank", 540_000)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 101, "paid"))
    await ground.hear(payroll, said(payment, 102, "returned", reason="invalid_account"))
    assert (await payment_row(ground, payment))["state"] == "returned"
    (owed,) = await obligation_rows(ground, payment)
    assert (owed["live_payment_id"], owed["resting"], owed["avoid_account_id"]) == (None, "returned", payment.account_id)
    assert (await outcome_entries(ground))[2:] == [
        ("obligations", OCTOBER, "paid_account", "returned", 1, 540_000),
        ("money", None, "payees", "provider", 0, 540_000),
    ]


async def test_a_stale_word_changes_nothing(ground: Ground) -> None:
    payroll = await instructed(ground, "account", "vietinbank", 540_000)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 102, "returned"))
    before = await payment_row(ground, payment), await outcome_entries(ground), len(await ground.moves())
    await ground.hear(payroll, said(payment, 101, "paid"), said(payment, 100, "pending"), said(payment, 102, "returned"))
    assert (await payment_row(ground, payment), await outcome_entries(ground), len(await ground.moves())) == before
    assert await contradiction_rows(ground) == []


async def test_a_final_word_counts_though_a_vaguer_one_came_before_it(ground: Ground) -> None:
    payroll = await instructed(ground, "wallet", "viettelpay", 540_000)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 103, "unknown"))
    await ground.hear(payroll, said(payment, 102, "paid"))
    row = await payment_row(ground, payment)
    assert (row["state"], row["step"], row["provider_reference"]) == ("paid", 103, "ref-102")


@pytest.mark.parametrize(
    ("first", "then", "changes", "held"),
    [
        ("rejected", "paid", {}, "rejected"),
        ("returned", "paid", {}, "returned"),
        ("unclaimed", "paid", {}, "unclaimed"),
        ("paid", "rejected", {}, "paid"),
        ("accepted", "paid", {"amount_dong": 540_001}, "amount 540000"),
        ("paid", "returned", {"amount_dong": 1}, "amount 540000"),
    ],
)
async def test_contradictions_go_to_a_person_once_and_change_nothing(
    ground: Ground, first: Outcome, then: Outcome, changes: dict[str, int], held: str
) -> None:
    payroll = await instructed(ground, "cash", "vnpost", 540_000)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 101, first))
    before = await payment_row(ground, payment), await obligation_rows(ground, payment), await outcome_entries(ground)
    for _ in range(2):  # the second is a redelivery under another position
        await ground.hear(payroll, said(payment, 102, then, **changes))
    assert (await payment_row(ground, payment), await obligation_rows(ground, payment), await outcome_entries(ground)) == before
    assert await contradiction_rows(ground) == [(payment.payment_id, held, then, changes.get("amount_dong", 540_000))]


async def test_refused_and_paid_contradict_in_whatever_order_they_come(ground: Ground) -> None:
    payroll = await instructed(ground, "cash", "vnpost", 540_000)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 102, "paid"))
    await ground.hear(payroll, said(payment, 101, "rejected"))
    assert await contradiction_rows(ground) == [(payment.payment_id, "paid", "rejected", 540_000)]


@pytest.mark.parametrize("paid_first", [True, False])
async def test_paid_and_withdrawn_contradict_in_whatever_order_they_come(ground: Ground, paid_first: bool) -> None:
    """What was collected and is called withdrawn afterwards did not come back: nothing is owed again."""
    payroll = await instructed(ground, "cash", "vnpost", 540_000)
    (payment,) = payroll.payments
    paid, withdrawn = said(payment, 102, "paid"), said(payment, 103, "returned", reason="withdrawn")
    first, then = (paid, withdrawn) if paid_first else (withdrawn, paid)
    await ground.hear(payroll, first)
    before = await payment_row(ground, payment), await obligation_rows(ground, payment), await outcome_entries(ground)
    await ground.hear(payroll, then)
    assert (await payment_row(ground, payment), await obligation_rows(ground, payment), await outcome_entries(ground)) == before
    assert await contradiction_rows(ground) == [(payment.payment_id, first.outcome, then.outcome, 540_000)]


@pytest.mark.books_broken
async def test_a_word_about_a_removed_payment_is_a_contradiction(ground: Ground) -> None:
    payroll = await instructed(ground, "cash", "vnpost", 540_000, 180_000)
    removed, other = payroll.payments
    async with ground.database.transaction() as tx:
        await tx.run("UPDATE payments SET state = 'removed' WHERE payment_id = :id", id=removed.payment_id)
    await ground.hear(payroll, said(removed, 101, "paid"), said(other, 101, "paid"))
    assert (await payment_row(ground, removed))["state"] == "removed"
    assert (await payment_row(ground, other))["state"] == "paid"
    assert await contradiction_rows(ground) == [(removed.payment_id, "removed", "paid", 540_000)]


async def test_an_early_event_waits_and_is_applied_by_itself(ground: Ground) -> None:
    payroll = await ground.payroll(await ground.run("2021-10"), await ground.way("cash", "vnpost"), [540_000])
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 101, "paid"), answered=True)
    assert (await payment_row(ground, payment))["state"] == "open"
    assert await ground.inbox.retry_parked() == 0
    await ground.instruct(payroll)
    assert await ground.inbox.retry_parked() == 1
    assert (await payment_row(ground, payment))["state"] == "paid"


async def test_an_event_of_a_chunk_or_payment_that_is_not_here_waits_whole(ground: Ground) -> None:
    payroll = await instructed(ground, "cash", "vnpost", 540_000)
    elsewhere = await instructed(ground_copy := await fresh(ground), "cash", "vnpost", 540_000)
    (payment,), (stranger,) = payroll.payments, elsewhere.payments
    await ground.hear(payroll, said(payment, 101, "paid"), said(stranger, 101, "paid"))
    await ground.hear(payroll, said(payment, 101, "paid"), chunk_no=9)
    assert (await payment_row(ground, payment))["state"] == "open"
    assert (await payment_row(ground_copy, stranger))["state"] == "open"
    async with ground.database.transaction() as tx:
        parked = await tx.scalar("SELECT count(*) FROM inbox_parked")
        await tx.run("DELETE FROM inbox_parked")
    assert parked == 2


async def fresh(ground: Ground) -> Ground:
    made = Ground(ground.database)
    await made.lay()
    return made


async def test_answered_stays_with_the_chunk(ground: Ground) -> None:
    way, run = await ground.way("cash", "vnpost"), await ground.run("2021-10")
    payroll = await ground.payroll(run, way, [540_000] * 3, chunk_size=2)
    await ground.instruct(payroll)
    last = payroll.payments[2]
    await ground.hear(payroll, said(last, 101, "pending"), chunk_no=1, answered=True)
    await ground.hear(payroll, said(last, 102, "paid"), chunk_no=1)
    async with ground.database.transaction() as tx:
        rows = await tx.rows(
            "SELECT state, answered_at FROM chunks WHERE payroll_id = :id ORDER BY chunk_no", id=payroll.payroll_id
        )
    assert [(row["state"], row["answered_at"] is not None) for row in rows] == [("instructed", False), ("answered", True)]


async def test_moves_are_said_in_events_of_up_to_500(ground: Ground) -> None:
    run = await ground.run("2022-01", JANUARY, FEBRUARY)
    payroll = await ground.payroll(run, await ground.way("cash", "vnpost"), [540_000] * 260, months=[JANUARY, FEBRUARY])
    await ground.instruct(payroll)
    await ground.hear(payroll, *(said(p, 101, "paid") for p in payroll.payments), answered=True)
    async with ground.database.transaction() as tx:
        rows = await tx.rows(
            """SELECT json_array_length(body -> 'moves') AS moves FROM outbox
               WHERE unit_id = :authority AND type = 'obligations_moved' ORDER BY seq""",
            authority=ground.authority,
        )
    assert [row["moves"] for row in rows] == [500, 20, 500, 20]
    assert len({(m.subject, m.benefit_month, m.step) for m in await ground.moves()}) == 4 * 260
