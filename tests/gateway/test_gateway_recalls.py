"""A line asked back: never sent, or too late; which of the two is decided under the lock that intents are committed under."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from services.provider_gateway.use_cases.commit_intents import Claim, commit_intents
from services.provider_gateway.use_cases.recall_payment import NoSuchLine, recall_payment
from shared.contracts.disbursement_events import PaymentRecalled
from tests.gateway.bench import RUN_MONTH, Bench, Payroll, make_payroll


def recalled(payroll: Payroll, n: int) -> PaymentRecalled:
    payment_id = payroll.lines[n]["payment_id"]
    return PaymentRecalled(run_month=RUN_MONTH, payroll_id=payroll.payroll_id, chunk_no=1, payment_id=payment_id)


async def recall(bench: Bench, payroll: Payroll, n: int) -> None:
    await bench.hear("disbursement", "payment_recalled", recalled(payroll, n))


async def answers(bench: Bench, payroll: Payroll) -> dict[int, str]:
    """Line -> what was answered."""
    rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'recall_answered' ORDER BY seq")
    said = {body["payment_id"]: body["outcome"] for row in rows if (body := json.loads(row["body"]))}
    return {n: said[str(line["payment_id"])] for n, line in enumerate(payroll.lines) if str(line["payment_id"]) in said}


async def intend(bench: Bench, provider: str) -> Any:
    ways = bench.service.app.state.ways
    async with bench.service.database.transaction() as tx:
        return await commit_intents(tx, [provider], "test", ways.schedule, ways.cipher)


async def test_what_was_not_tried_is_never_sent_and_the_rest_is_paid(bench: Bench) -> None:
    await bench.halt("sender", "enquiries", "webhooks")
    payroll = await bench.payroll("viettelpay", "wallet", 4)
    await recall(bench, payroll, 1)
    assert await answers(bench, payroll) == {1: "stopped"}
    (gone,) = (await bench.told([payroll])).values()
    assert (gone["outcome"], gone["reason"], gone["step"]) == ("rejected", "recalled", 101)
    bench.run("sender", "enquiries", "webhooks")
    await bench.until_settled([payroll])
    await bench.assert_books_agree([payroll])
    states = await bench.states(payroll)
    assert sorted(states.values()).count("paid") <= 3
    assert states[list(payroll.references)[1]] == "rejected"
    books = await asyncio.to_thread(bench.sandbox.movements)
    assert list(payroll.references)[1] not in books


async def test_what_was_asked_back_is_no_failing_of_the_provider(bench: Bench) -> None:
    await bench.halt("sender", "enquiries", "webhooks")
    payroll = await bench.payroll("viettelpay", "wallet", 4)
    for n in range(3):
        await recall(bench, payroll, n)
    bench.run("sender", "enquiries", "webhooks")
    await bench.until_settled([payroll])
    (tally,) = await bench.fetch(
        "SELECT payments, refused, refused_by_provider FROM chunks WHERE payroll_id = $1", payroll.payroll_id
    )
    assert tuple(tally) == (4, 3, 0)


async def test_a_chunk_with_nothing_left_is_settled_unsent(bench: Bench) -> None:
    await bench.halt("sender")
    payroll = await bench.payroll("viettelpay", "wallet", 2)
    for n in range(2):
        await recall(bench, payroll, n)
    (chunk,) = await bench.fetch("SELECT state FROM chunks WHERE payroll_id = $1", payroll.payroll_id)
    assert chunk["state"] == "settled"
    rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'chunk_progressed' ORDER BY seq")
    mine = [body for row in rows if (body := json.loads(row["body"]))["payroll_id"] == str(payroll.payroll_id)]
    assert [body["answered"] for body in mine] == [False, True]
    assert await intend(bench, "viettelpay") is None


async def test_after_the_intent_it_is_too_late(bench: Bench) -> None:
    await bench.halt("sender")
    payroll = await bench.payroll("vietinbank", "account", 2)
    assert isinstance(await intend(bench, "vietinbank"), Claim)
    await recall(bench, payroll, 0)
    assert await answers(bench, payroll) == {0: "too_late"}
    assert set((await bench.states(payroll)).values()) == {"sending"}
    assert await bench.told([payroll]) == {}


async def test_a_recall_waits_for_intents_under_way(bench: Bench) -> None:
    await bench.halt("sender")
    payroll = await bench.payroll("vnpost", "cash", 2)
    ways = bench.service.app.state.ways
    async with bench.service.database.transaction() as tx:
        assert isinstance(await commit_intents(tx, ["vnpost"], "test", ways.schedule, ways.cipher), Claim)
        asked = asyncio.create_task(recall(bench, payroll, 0))
        await asyncio.sleep(0.3)
        assert not asked.done(), "a recall was answered beside an intent that was not committed yet"
    await asked
    assert await answers(bench, payroll) == {}  # an order that is sent is withdrawn, and answered when that has an end
    (kept,) = await bench.fetch("SELECT outcome FROM recalls WHERE payment_id = $1", payroll.lines[0]["payment_id"])
    assert kept["outcome"] == "withdrawing"


async def test_intents_pass_over_a_chunk_whose_line_is_being_recalled(bench: Bench) -> None:
    await bench.halt("sender")
    payroll = await bench.payroll("commune_cashier", "cashier", 2)
    async with bench.service.database.transaction() as tx:
        await recall_payment(tx, recalled(payroll, 0))
        assert await intend(bench, "commune_cashier") is None
    claim = await intend(bench, "commune_cashier")
    assert isinstance(claim, Claim)
    assert [order.reference for order in claim.batch.orders] == [list(payroll.references)[1]]


async def test_a_recall_that_comes_before_its_chunk_waits_for_it(bench: Bench) -> None:
    await bench.halt("sender")
    payroll = make_payroll("viettelpay", "wallet", 2)
    await bench.introduce(payroll)
    await recall(bench, payroll, 0)
    assert await answers(bench, payroll) == {}
    await bench.instruct(payroll)
    await bench.service.inbox.retry_parked()
    assert await answers(bench, payroll) == {0: "stopped"}


async def test_a_recall_of_a_line_that_nobody_instructed_is_a_dead_letter(bench: Bench) -> None:
    payroll = await bench.payroll("viettelpay", "wallet", 1)
    event = recalled(payroll, 0).model_copy(update={"payment_id": uuid.uuid4()})
    with pytest.raises(NoSuchLine):
        async with bench.service.database.transaction() as tx:
            await recall_payment(tx, event)


async def test_under_load_each_line_is_stopped_or_sent_never_both(bench: Bench) -> None:
    payrolls = [await bench.payroll("viettelpay", "wallet", 3) for _ in range(12)]
    bench.run("sender", "enquiries", "webhooks")
    await asyncio.gather(*(recall(bench, payroll, n) for payroll in reversed(payrolls) for n in range(3)))
    await bench.until_settled(payrolls)
    await bench.assert_books_agree(payrolls)
    books = await asyncio.to_thread(bench.sandbox.movements)
    for payroll in payrolls:
        said = await answers(bench, payroll)
        assert said.keys() == {0, 1, 2}
        for n, reference in enumerate(payroll.references):
            assert not (said[n] == "stopped" and reference in books)
