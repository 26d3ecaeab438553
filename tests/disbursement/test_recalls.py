"""A line asked back between release and credit: out at once, or in flight until the gateway has said what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.gateway_events import ChunkProgressed, PaymentOutcome, RecallAnswered
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import say
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, wallet
from tests.disbursement.test_gates import drawn

REASON = {"reason": "Đối tượng chết, gia đình vừa báo"}


async def said(office: Office, payroll: dict[str, Any], payment: dict[str, Any], outcome: Any, reason: str | None = None) -> None:
    one = PaymentOutcome(
        payment_id=UUID(payment["payment_id"]), attempt_no=1, step=101, outcome=outcome, reason=reason,
        amount_dong=payment["amount_dong"], provider_reference=None, at=datetime(2021, 10, 5, tzinfo=UTC),
    )  # fmt: skip
    await say(
        office,
        ChunkProgressed(
            run_month=OCTOBER, payroll_id=UUID(payroll["payroll_id"]), chunk_no=payment["chunk_no"],
            provider=payroll["provider"], answered=False, outcomes=[one],
        ),
    )  # fmt: skip


async def answered(office: Office, payroll: dict[str, Any], payment: dict[str, Any], outcome: Any) -> None:
    await say(
        office,
        RecallAnswered(
            payroll_id=UUID(payroll["payroll_id"]), chunk_no=payment["chunk_no"], payment_id=UUID(payment["payment_id"]),
            outcome=outcome,
        ),
    )  # fmt: skip


async def ready(office: Office, *, instructed: bool) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A released payroll, its first payment, and the address to recall it at."""
    payroll = await drawn(office, *[office.person("K6-N", commune=0, account=wallet()) for _ in range(2)])
    await office.released(payroll)
    if instructed:
        assert await office.dispatcher().step() == 1
    payment = (await office.payments(payroll["payroll_id"]))[0]
    return payroll, payment, f"/v1/payments/{payment['payment_id']}/recall"


async def state(office: Office, payroll: dict[str, Any]) -> tuple[str, str | None]:
    line = (await office.payments(payroll["payroll_id"]))[0]
    return line["state"], line["reason"]


async def test_before_it_is_instructed_the_line_is_taken_out(office: Office) -> None:
    payroll, _, path = await ready(office, instructed=False)
    view = await office.ok("POST", path, "accountant", REASON, subject="ha")
    assert (view["state"], view["reason"], view["asked_by"]) == ("removed", REASON["reason"], "ha")
    assert await state(office, payroll) == ("removed", REASON["reason"])
    assert await office.ok("POST", path, "accountant", REASON) == view
    await office.dispatcher().step()
    (event,) = await office.events("chunk_instructed")
    assert len(event["lines"]) == 1
    assert await office.events("payment_recalled") == []
    # Asked again, by somebody who never had the answer: the gateway has no such line, and could answer nothing.
    assert await office.ok("POST", path, "accountant", REASON) == view
    assert await office.events("payment_recalled") == []


async def test_after_that_it_is_in_flight_until_the_gateway_stopped_it(office: Office) -> None:
    payroll, payment, path = await ready(office, instructed=True)
    before = await office.ledger()
    view = await office.ok("POST", path, "accountant", REASON, subject="ha")
    assert view["state"] == "asked"
    assert await office.ok("POST", path, "accountant", {"reason": "x"}) == view
    (event,) = await office.events("payment_recalled")
    assert (event["payment_id"], event["chunk_no"]) == (payment["payment_id"], 0)
    assert (await office.ledger(), await state(office, payroll)) == (before, ("open", None))
    await answered(office, payroll, payment, "stopped")
    assert await state(office, payroll) == ("open", None)  # the answer alone moves no money
    await said(office, payroll, payment, "rejected", "recalled")
    assert await state(office, payroll) == ("rejected", "recalled")
    assert (await office.ledger())["in_flight", "returned"] == (1, 540_000)
    (row,) = await office.obligations(subject_id=UUID(payment["beneficiary_id"]))
    assert (row["live_payment_id"], row["resting"], row["avoid_account_id"]) == (None, "returned", None)
    view = await office.ok("POST", path, "accountant", REASON)
    assert view["state"] == "stopped"
    assert view["answered_at"] is not None


async def test_too_late_leaves_it_with_the_provider(office: Office) -> None:
    payroll, payment, path = await ready(office, instructed=True)
    await office.ok("POST", path, "accountant", REASON)
    await answered(office, payroll, payment, "too_late")
    await answered(office, payroll, payment, "stopped")  # the first answer stands
    assert (await office.ok("POST", path, "accountant", REASON))["state"] == "too_late"
    await said(office, payroll, payment, "paid")
    assert await state(office, payroll) == ("paid", None)


async def test_withdrawn_opens_another_way_only_when_the_gateway_says_so(office: Office) -> None:
    payroll = await drawn(office, *[office.person("K6-N", commune=1) for _ in range(2)])
    await office.released(payroll)
    await office.dispatcher().step()
    payment = (await office.payments(payroll["payroll_id"]))[0]
    path = f"/v1/payments/{payment['payment_id']}/recall"
    await office.ok("POST", path, "accountant", REASON)
    (row,) = await office.obligations(subject_id=UUID(payment["beneficiary_id"]))
    assert row["live_payment_id"] == UUID(payment["payment_id"])  # requested is not withdrawn: no other way opens
    await said(office, payroll, payment, "returned", "withdrawn")
    await answered(office, payroll, payment, "withdrawn")
    assert (await office.ok("POST", path, "accountant", REASON))["state"] == "withdrawn"
    (row,) = await office.obligations(subject_id=UUID(payment["beneficiary_id"]))
    assert (row["live_payment_id"], row["resting"]) == (None, "returned")


@pytest.mark.books_broken
async def test_recalls_are_refused(office: Office) -> None:
    payroll = await drawn(office, office.person("K6-N"))
    (waiting,) = await office.payments(payroll["payroll_id"])
    path = f"/v1/payments/{waiting['payment_id']}/recall"
    await office.refused("not-released", "POST", path, "accountant", REASON)
    await office.refused("not-allowed", "POST", path, "maker", REASON)
    await office.refused("unknown-payroll", "POST", path, "accountant", REASON, units=[office.communes[2]])
    await office.refused("unknown-payment", "POST", path, "accountant", REASON, units=[office.communes[0]])
    await office.refused("unknown-payment", "POST", f"/v1/payments/{new_id()}/recall", "accountant", REASON)
    await office.refused("bad-request", "POST", path, "accountant", {"reason": ""})
    await office.released(payroll)
    await office.dispatcher().step()
    await said(office, payroll, waiting, "paid")
    await office.refused("already-paid", "POST", path, "accountant", REASON)
    await office.rows("UPDATE payments SET state = 'returned' WHERE payroll_id = $1", UUID(payroll["payroll_id"]))
    await office.refused("payment-ended", "POST", path, "accountant", REASON)
