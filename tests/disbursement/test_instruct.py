"""The dispatcher: bounded, in order, verified chunk by chunk, and deaf to a payroll whose seal is broken."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.disbursement_events import ChunkInstructed
from tests.disbursement.office import Office
from tests.disbursement.records import wallet


@pytest.fixture(autouse=True)
async def quiet(office: Office) -> None:
    """Chunks that other tests of this module left waiting or unanswered."""
    await office.rows("UPDATE chunks SET state = 'answered'")


async def released(office: Office, people: int = 3) -> dict[str, Any]:
    """A released wallet payroll; a large one goes without a canary (see test_canaries.py)."""
    if people > 100:
        await office.sending(office.deeds.viettel, "wallet", canary_payments=0)
    await office.say(*[office.person("K6-N", commune=0, account=wallet()) for _ in range(people)])
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    return dict(await office.released(payroll))


async def states(office: Office, payroll: dict[str, Any]) -> list[str]:
    rows = await office.rows("SELECT state FROM chunks WHERE payroll_id = $1 ORDER BY chunk_no", UUID(payroll["payroll_id"]))
    return [row[0] for row in rows]


async def test_a_chunk_is_instructed_whole(office: Office) -> None:
    payroll = await released(office)
    assert await office.dispatcher().step() == 1
    assert await states(office, payroll) == ["instructed"]
    (body,) = await office.events("chunk_instructed")
    event = ChunkInstructed.model_validate(body)
    assert (str(event.payroll_id), event.chunk_no, event.provider, event.channel) == (
        payroll["payroll_id"],
        0,
        "viettelpay",
        "wallet",
    )
    payments = await office.payments(payroll["payroll_id"])
    assert [str(line.payment_id) for line in event.lines] == [p["payment_id"] for p in payments]
    for line, payment in zip(event.lines, payments, strict=True):
        assert (line.attempt_no, line.amount_dong, line.note, line.payee_name) == (1, 540_000, payment["note"], "Nguyễn Thị Lan")
        assert (str(line.account_id), line.account_version) == (payment["account_id"], 1)
    assert await office.ledger() == {("law", "not_released"): (3, 1_620_000), ("not_released", "in_flight"): (3, 1_620_000)}
    moved = [e for e in await office.events("obligations_moved") if e["provider"]]
    assert [(e["provider"], e["channel"], len(e["moves"])) for e in moved] == [("viettelpay", "wallet", 3)]
    assert {(m["from_place"], m["to_place"], m["step"]) for m in moved[0]["moves"]} == {("not_released", "in_flight", 11)}
    assert all(p["state"] == "open" for p in payments)


async def test_nothing_is_instructed_before_release(office: Office) -> None:
    await office.say(office.person())
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    assert await office.dispatcher().step() == 0
    await office.approved(payroll["payroll_id"])
    assert await office.dispatcher().step() == 0


async def test_an_instructed_chunk_is_never_instructed_again(office: Office) -> None:
    await released(office)
    one = office.dispatcher()
    assert [await one.step(), await one.step()] == [1, 0]
    assert len(await office.events("chunk_instructed")) == 1


async def test_no_more_than_the_bound_are_under_way(office: Office) -> None:
    payroll = await released(office, people=1_600)
    one = office.dispatcher(2)
    assert await one.step() == 2
    assert await states(office, payroll) == ["instructed", "instructed", "sealed", "sealed"]
    assert await one.step() == 0
    await office.rows("UPDATE chunks SET state = 'answered' WHERE payroll_id = $1 AND chunk_no = 1", UUID(payroll["payroll_id"]))
    assert await one.step() == 1
    assert await states(office, payroll) == ["instructed", "answered", "instructed", "sealed"]


async def test_many_dispatchers_keep_the_bound_and_instruct_each_chunk_once(office: Office) -> None:
    payroll = await released(office, people=1_600)
    many = [office.dispatcher(3) for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(each.step() for each in many))
    assert sorted(await states(office, payroll)) == ["instructed"] * 3 + ["sealed"]
    await office.rows("UPDATE chunks SET state = 'answered' WHERE state = 'instructed'")
    for _ in range(3):
        await asyncio.gather(*(each.step() for each in many))
    events = await office.events("chunk_instructed")
    assert sorted(e["chunk_no"] for e in events) == list(range(4))
    lines = [line["payment_id"] for e in events for line in e["lines"]]
    assert len(lines) == len(set(lines)) == 1_600


async def test_removed_lines_are_not_instructed(office: Office) -> None:
    payroll = await released(office)
    out, *stay = await office.payments(payroll["payroll_id"])
    body = {"payment_id": out["payment_id"], "reason": "x"}
    await office.ok("POST", f"/v1/payrolls/{payroll['payroll_id']}/exceptions", "accountant", body)
    assert await office.dispatcher().step() == 1
    (event,) = await office.events("chunk_instructed")
    assert [line["payment_id"] for line in event["lines"]] == [p["payment_id"] for p in stay]
    assert (await office.ledger())["not_released", "in_flight"] == (2, 1_080_000)


async def test_a_chunk_of_which_all_was_removed_is_answered_at_once(office: Office) -> None:
    payroll = await released(office, people=1)
    (out,) = await office.payments(payroll["payroll_id"])
    body = {"payment_id": out["payment_id"], "reason": "x"}
    await office.ok("POST", f"/v1/payrolls/{payroll['payroll_id']}/exceptions", "accountant", body)
    await office.dispatcher().step()
    assert await states(office, payroll) == ["answered"]
    assert await office.events("chunk_instructed") == []


TAMPERINGS = [
    "UPDATE payments SET amount_dong = amount_dong + 1 WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET account_version = 2 WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET state = 'removed' WHERE payroll_id = $1 AND line_no = 2",  # no exception was signed
    "UPDATE payments SET state = 'paid' WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payrolls SET provider = 'viettelpay', channel = 'cash' WHERE payroll_id = $1",
    "UPDATE payrolls SET signature = sha256('x') WHERE payroll_id = $1",
    "UPDATE payrolls SET approved_subject = 'giam-doc' WHERE payroll_id = $1",
    "UPDATE chunks SET digest = sha256('x') WHERE payroll_id = $1 AND chunk_no = 0",
    """INSERT INTO payroll_exceptions SELECT payroll_id, payment_id, 'x', 'i', 'ha', now(), sha256('x') FROM payments
       WHERE payroll_id = $1 AND line_no = 2""",  # an exception that nobody signed
    """WITH gone AS (UPDATE payments SET state = 'removed' WHERE payroll_id = $1 AND line_no = 2 RETURNING *)
       INSERT INTO payroll_exceptions SELECT payroll_id, payment_id, 'x', 'i', 'ha', now(), sha256('x') FROM gone""",
]


@pytest.mark.parametrize("tampering", TAMPERINGS)
@pytest.mark.books_broken
async def test_a_broken_seal_stops_the_payroll(office: Office, tampering: str) -> None:
    payroll = await released(office)
    await office.rows(tampering, UUID(payroll["payroll_id"]))
    one = office.dispatcher()
    await one.step()
    assert await one.step() == 0
    assert await states(office, payroll) == ["sealed"]
    assert await office.events("chunk_instructed") == []
    assert ("not_released", "in_flight") not in await office.ledger()
    view = await office.ok("GET", f"/v1/payrolls/{payroll['payroll_id']}", "maker")
    assert view["seal_broken_at"] is not None
    rows = await office.rows(
        "SELECT subject, detail::text FROM audit_log WHERE object = $1 AND action = 'seal-broken'",
        f"payroll/{payroll['payroll_id']}",
    )
    assert [row[0] for row in rows] == ["disbursement-dispatcher"]
    assert '"chunk_no":0' in rows[0][1]


@pytest.mark.books_broken
async def test_a_removal_that_was_undone_is_not_paid(office: Office) -> None:
    payroll = await released(office)
    out = (await office.payments(payroll["payroll_id"]))[0]
    body = {"payment_id": out["payment_id"], "reason": "x"}
    await office.ok("POST", f"/v1/payrolls/{payroll['payroll_id']}/exceptions", "accountant", body)
    await office.rows("UPDATE payments SET state = 'open' WHERE payment_id = $1", UUID(out["payment_id"]))
    await office.dispatcher().step()
    assert await office.events("chunk_instructed") == []


async def test_a_line_that_lost_its_obligation_is_not_paid(office: Office) -> None:
    payroll = await released(office)
    await office.rows(
        """WITH dead AS (SELECT set_config('session_replication_role', 'replica', true))
           UPDATE obligations SET live_payment_id = uuidv7() FROM dead WHERE live_payment_id = (
               SELECT payment_id FROM payments WHERE payroll_id = $1 AND line_no = 1)""",
        UUID(payroll["payroll_id"]),
    )
    await office.dispatcher().step()
    assert await office.events("chunk_instructed") == []


async def test_what_was_instructed_before_stays_and_the_rest_of_a_broken_payroll_stops(office: Office) -> None:
    payroll = await released(office, people=1_001)
    await office.rows("UPDATE payments SET amount_dong = 1 WHERE payroll_id = $1 AND line_no = 501", UUID(payroll["payroll_id"]))
    one = office.dispatcher()
    await one.step()
    await one.step()
    assert await states(office, payroll) == ["instructed", "sealed", "sealed"]


async def test_a_broken_payroll_doesn_t_stop_another(office: Office) -> None:
    broken = await released(office)
    await office.rows("UPDATE payments SET amount_dong = 1 WHERE payroll_id = $1 AND line_no = 1", UUID(broken["payroll_id"]))
    await office.say(office.person("K6-DBN", commune=0, account=wallet()))
    (sound,) = (await office.draw(await office.run()))["payrolls"]
    await office.released(sound)
    one = office.dispatcher()
    await one.step()
    await one.step()
    assert await states(office, sound) == ["instructed"]
    assert await states(office, broken) == ["sealed"]
