"""Closing a run: refused with what is open; then its books stay, and what comes later stands in the open run and points back."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from services.disbursement.use_cases.close_run import close_run
from shared.auth import Caller
from shared.contracts.disbursement_events import ChunkInstructed
from tests.disbursement.gateway_voice import tell
from tests.disbursement.office import Office
from tests.disbursement.records import changed

DONG = 540_000


async def sent(office: Office, run_id: str) -> ChunkInstructed:
    """Send the run's released payroll; its chunk."""
    while await office.dispatcher().step():
        pass
    chunks = [ChunkInstructed.model_validate(body) for body in await office.events("chunk_instructed")]
    (chunk,) = [chunk for chunk in chunks if str(chunk.run_id) == run_id]
    return chunk


async def close(office: Office, run_id: str) -> Any:
    return await office.ok("POST", f"/v1/runs/{run_id}/close", "accountant", {"authority_id": office.authority}, subject="ha")


async def still_open(office: Office, run_id: str, code: str = "run-still-open") -> dict[str, Any]:
    body = {"authority_id": office.authority}
    problem = await office.refused(code, "POST", f"/v1/runs/{run_id}/close", "accountant", body)
    names = ("unreleased_payrolls", "waiting", "in_flight", "contradictions", "held_dong")
    return {name: problem[name] for name in names if problem.get(name)}


async def books(office: Office, run_id: str) -> dict[str, int]:
    read = await office.ok("GET", f"/v1/runs/{run_id}/books", "accountant")
    assert read["books_balance"] is True
    return {name: read[f"{name}_dong"] for name in ("received", "paid", "returned", "closing")}


async def test_a_run_closes_when_nothing_of_it_is_open(office: Office) -> None:
    people = [office.person("K6-N") for _ in range(3)]
    await office.say(*people)
    october = await office.run("2021-10")
    assert await still_open(office, october, "run-not-drawn") == {}
    (payroll,) = (await office.draw(october))["payrolls"]
    assert await still_open(office, october) == {"unreleased_payrolls": 1}
    await office.released(payroll)
    assert await still_open(office, october) == {"waiting": 3, "held_dong": 3 * DONG}
    chunk = await sent(office, october)
    assert await still_open(office, october) == {"in_flight": 3, "held_dong": 3 * DONG}
    one, two, three = [line.payment_id for line in chunk.lines]
    await tell(office, chunk, {one: "paid", two: "paid", three: "unclaimed"})
    await tell(office, chunk, {three: "paid"}, step=103)
    assert await still_open(office, october) == {"contradictions": 1, "held_dong": DONG}
    (contradiction,) = (await office.ok("GET", "/v1/contradictions", "checker"))["items"]
    path = f"/v1/contradictions/{contradiction['contradiction_id']}/settle"
    await office.ok("POST", path, "checker", {"resolution": "ours_right", "reason": "ghi nhầm", "evidence": "DS-10"})
    assert await still_open(office, october) == {"held_dong": DONG}
    await office.ok("POST", f"/v1/runs/{october}/refunds", "accountant", {"authority_id": office.authority})

    closed = await close(office, october)
    assert (closed["closed_by"], closed["authority_id"]) == ("ha", office.authority)
    assert await close(office, october) == closed
    (event,) = await office.events("month_closed")
    assert (event["run_code"], event["benefit_months"]) == ("2021-10", ["2021-10-01"])
    assert (event["paid_dong"], event["returned_dong"], event["whole_run"]) == (2 * DONG, DONG, True)
    at_closing = await books(office, october)

    # no new payment, no new money
    await office.say(changed(people[0], hold=None))
    body = {"authority_id": office.authority}
    await office.refused("run-closed", "POST", f"/v1/runs/{october}/draw-up", "maker", body)
    funding = {
        **body, "contract_id": payroll["contract_id"], "amount_dong": 1, "withdrawal_paper": "RDT 12",
        "treasury_reference": "KB 9", "credited_on": "2021-10-24",
    }  # fmt: skip
    await office.refused("run-closed", "POST", f"/v1/runs/{october}/fundings", "accountant", funding)

    # a return with no open run waits; November's run takes it, and points back
    await tell(office, chunk, {one: "returned"}, step=104)
    assert (await office.rows("SELECT state FROM payments WHERE payment_id = $1", one))[0][0] == "paid"
    november = await office.run("2021-11")
    assert [p["amount_dong"] for p in (await office.draw(november))["payrolls"]] == [4 * DONG], "three months, and one unclaimed"
    await office.service.inbox.retry_parked()
    assert (await office.rows("SELECT state FROM payments WHERE payment_id = $1", one))[0][0] == "returned"
    assert await books(office, october) == at_closing
    assert await books(office, november) == {"received": 0, "paid": -DONG, "returned": 0, "closing": DONG}
    (entry,) = await office.rows(
        "SELECT run_id, about_run_id FROM ledger_entries WHERE book = 'money' AND about_run_id IS NOT NULL AND authority_id = $1",
        office.authority,
    )
    assert (str(entry["run_id"]), str(entry["about_run_id"])) == (november, october)
    month = await office.ok("GET", "/v1/months/2021-10/books", "checker")
    assert (month["books_balance"], month["returned"]["amount_dong"]) == (True, DONG)

    # settled after closing: the same way
    await tell(office, chunk, {one: "paid"}, step=106)
    again = (await office.ok("GET", "/v1/contradictions", "checker"))["items"][-1]
    path = f"/v1/contradictions/{again['contradiction_id']}/settle"
    await office.ok("POST", path, "checker", {"resolution": "provider_right", "reason": "sao kê", "evidence": "SK-11"})
    assert await books(office, october) == at_closing
    assert await books(office, november) == {"received": 0, "paid": 0, "returned": 0, "closing": 0}
    assert (await office.ok("GET", "/v1/months/2021-10/books", "checker"))["books_balance"] is True


async def test_a_contradiction_of_a_closed_run_waits_for_the_next_run(office: Office) -> None:
    await office.say(office.person("K6-N"))
    october = await office.run("2021-10")
    (payroll,) = (await office.draw(october))["payrolls"]
    await office.released(payroll)
    chunk = await sent(office, october)
    (line,) = chunk.lines
    await tell(office, chunk, {line.payment_id: "unclaimed"})
    await office.ok("POST", f"/v1/runs/{october}/refunds", "accountant", {"authority_id": office.authority})
    await close(office, october)
    await tell(office, chunk, {line.payment_id: "paid"}, step=103)
    (contradiction,) = (await office.ok("GET", "/v1/contradictions", "checker"))["items"]
    path = f"/v1/contradictions/{contradiction['contradiction_id']}/settle"
    body = {"resolution": "provider_right", "reason": "sao kê", "evidence": "SK-11"}
    await office.refused("no-open-run", "POST", path, "checker", body)
    november = await office.run("2021-11")
    await office.ok("POST", path, "checker", body)
    assert (await books(office, november))["paid"] == DONG


async def test_money_is_not_confirmed_for_a_run_that_is_being_closed(office: Office) -> None:
    """Whoever confirms asks whether the run is open before the closing has committed, and must find it closed all the same."""
    await office.say(office.person("K6-N"))
    october = await office.run("2021-10")
    (payroll,) = (await office.draw(october))["payrolls"]
    await office.released(payroll)
    chunk = await sent(office, october)
    await tell(office, chunk, {chunk.lines[0].payment_id: "paid"})
    funding = {
        "authority_id": office.authority, "contract_id": payroll["contract_id"], "amount_dong": 1_000,
        "withdrawal_paper": "RDT 12", "treasury_reference": "KB 77", "credited_on": "2021-10-24",
    }  # fmt: skip
    async with office.database.transaction() as tx:
        await close_run(tx, Caller("i", "ha", "person", frozenset(), ()), UUID(october), office.authority)
        confirming = asyncio.create_task(office.call("POST", f"/v1/runs/{october}/fundings", "accountant", funding))
        await until_somebody_waits(office)
    answer = await confirming
    assert (answer.status_code, answer.json()["code"]) == (409, "run-closed")
    assert await books(office, october) == {"received": DONG, "paid": DONG, "returned": 0, "closing": 0}


async def until_somebody_waits(office: Office) -> None:
    """Until a statement waits for a lock in the office's database."""
    waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
    for _ in range(1_000):
        if await office.admin.fetchval(waits):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waited")


async def test_who_may_close(office: Office) -> None:
    october = await office.run("2021-10")
    body = {"authority_id": office.authority}
    await office.refused("not-allowed", "POST", f"/v1/runs/{october}/close", "maker", body)
    away = {"authority_id": office.authority}
    await office.refused("not-your-unit", "POST", f"/v1/runs/{october}/close", "accountant", away, units=["999@2021-07-01"])
    await office.refused("unknown-unit", "POST", f"/v1/runs/{october}/close", "accountant", {"authority_id": "1@2021-07-01"})
    await office.refused("unknown-run", "POST", f"/v1/runs/{office.deeds.cashier}/close", "accountant", body)
