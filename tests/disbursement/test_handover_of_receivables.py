"""What is owed back goes over with its authority, twice: by units of then and by today's units the figures are the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.hue import PROVINCES, Hue, authority_of, communes_of, next_unit
from tests.disbursement.records import changed

OLD, NEW = "483@2021-07-01", "482@2025-01-01"
DONG = 750_000
DECEMBER = date(2024, 12, 1)


async def totals(hue: Hue, unit_id: str, **more: Any) -> dict[str, int]:
    """What receivables of a unit come to, which rows and ledger must agree on; only what is not nothing."""
    said = await hue.ok("GET", f"/v1/receivables/totals?unit_id={unit_id}", "checker", **more)
    assert said["books_balance"] is True, (unit_id, said)
    return {name: dong for name, dong in {**said["rows"], "left_dong": said["left_dong"]}.items() if dong}


async def overpaid(hue: Hue, unit_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await hue.ok("GET", f"/v1/overpayments?unit_id={unit_id}", "checker", units=[unit_id]))[
        "items"
    ]
    return found


async def decide(hue: Hue, authority_id: str, person: BeneficiaryRecord, number: str, on: str) -> str:
    """A recovery of December by an authority, recorded by one of its own; its id."""
    body = {
        "authority_id": authority_id, "beneficiary_id": str(person.beneficiary_id), "debtor_name": "Trần Văn Nam",
        "debtor_relationship": "heir", "decision_number": number, "decided_on": on, "notified_on": on,
        "months": [{"benefit_month": "2024-12-01", "kind": "monthly", "amount_dong": DONG}],
    }  # fmt: skip
    made = await hue.ok("POST", "/v1/receivables", "maker", body, units=[authority_id], subject="lan")
    return str(made["receivable_id"])


async def repay(hue: Hue, receivable_id: str, authority_id: str, dong: int, reference: str, on: str) -> None:
    body = {"amount_dong": dong, "treasury_reference": reference, "repaid_on": on}
    await hue.ok("POST", f"/v1/receivables/{receivable_id}/repayments", "accountant", body, units=[authority_id])


async def test_receivables_follow_twice(hue: Hue, set_business_clock: Callable[..., Any]) -> None:
    await set_business_clock(datetime(2024, 12, 10, 2, tzinfo=UTC))
    await hue.serve(OLD)
    people = [hue.person("K6-N", commune=commune) for commune in (0, 0, 1, 1)]
    await hue.say(*people)
    december = await hue.pay_run("2024-12", PROVINCES[0])
    for chunk in await hue.pay(december, OLD):
        await hue.tell(chunk, dict.fromkeys((line.payment_id for line in chunk.lines), "paid"))
    dead = [changed(person, status="dead", status_from_month=DECEMBER) for person in people[:3]]
    await hue.say(*dead)
    first, second, third = [await decide(hue, OLD, dead[n], f"{n}/QĐ", "2024-12-10") for n in range(3)]
    plan = {"agreed_on": "2024-12-10", "instalments": [{"due_on": "2025-03-31", "amount_dong": DONG}]}
    await hue.ok("POST", f"/v1/receivables/{first}/plan", "maker", plan, units=[OLD])
    await repay(hue, first, OLD, 250_000, "KB 1", "2024-12-10")
    await repay(hue, third, OLD, DONG, "KB 2", "2024-12-10")
    before = await totals(hue, PROVINCES[0])
    assert before == {"established_dong": 3 * DONG, "repaid_dong": DONG + 250_000, "left_dong": 2 * DONG - 250_000}

    # --- 1/1/2025: the district becomes part of another ---
    await set_business_clock(datetime(2025, 1, 6, 2, tzinfo=UTC))
    await hue.succeed([*dead, people[3]])
    (part,) = (await hue.hand_over(OLD, "2025-01-01"))["parts"]
    left = 2 * DONG - 250_000
    assert (part["receivables"], part["receivables_dong"]) == (2, left)
    by_then = await totals(hue, OLD)
    assert by_then == {"established_dong": 3 * DONG, "repaid_dong": DONG + 250_000, "taken_over_dong": -left}
    assert await totals(hue, NEW) == before, "today's units: with that which it follows"
    mine = await hue.ok("GET", "/v1/receivables", "checker", units=[NEW])
    assert {(r["receivable_id"], r["authority_id"]) for r in mine["items"]} == {(first, NEW), (second, NEW), (third, OLD)}
    whole = await hue.ok("GET", f"/v1/receivables/{first}", "checker", units=[NEW])
    assert (whole["left_dong"], len(whole["instalments"]), len(whole["repayments"])) == (DONG - 250_000, 1, 1)
    assert (await hue.run_books(december, OLD))["closing_dong"] == 0
    await hue.counted(["2024-12-01"], [december], [OLD, NEW])
    await repay(hue, first, NEW, 100_000, "KB 1", "2025-01-06")  # the Treasury counts anew for each authority

    # what the old district paid and a death told later makes too much is the heir's to recover
    late = changed(people[3], version=people[3].version + 1, unit_id=next_unit(people[3].unit_id))
    await hue.say(changed(late, status="dead", status_from_month=DECEMBER))
    (found,) = await overpaid(hue, NEW)
    assert (found["authority_id"], found["open_dong"], found["beneficiary_code"]) == (NEW, DONG, people[3].code)
    fourth = await decide(hue, NEW, people[3], "9/QĐ", "2025-01-06")
    assert await overpaid(hue, NEW) == []

    # --- 1/7/2025: its communes pay themselves ---
    await set_business_clock(datetime(2025, 7, 2, 2, tzinfo=UTC))
    heirs = {authority_of(next_unit(next_unit(person.unit_id))) for person in people}
    whole_before = await totals(hue, PROVINCES[1])
    act = await hue.hand_over(NEW, "2025-07-01")
    assert sum(part["receivables_dong"] for part in act["parts"]) == DONG - 350_000 + 2 * DONG
    assert {part["authority_id"] for part in act["parts"] if part["receivables"]} <= heirs
    assert await totals(hue, PROVINCES[1]) == whole_before
    own = (await hue.ok("GET", f"/v1/receivables/{fourth}", "checker"))["authority_id"]
    closing = {"decision_number": "77/QĐ", "decided_on": "2025-07-02", "reason": "không còn khả năng hoàn trả"}
    done = await hue.ok("POST", f"/v1/receivables/{fourth}/write-off", "checker", closing, units=[own], subject="minh")
    assert (done["state"], done["written_off_dong"]) == ("written_off", DONG)
    others = next(heir for heir in {authority_of(next_unit(c)) for c in communes_of(NEW)} if heir != own)
    await hue.refused("unknown-receivable", "GET", f"/v1/receivables/{fourth}", "checker", units=[others])
    each = [await totals(hue, unit_id) for unit_id in (OLD, NEW, *(part["authority_id"] for part in act["parts"]))]
    assert sum(part.get("taken_over_dong", 0) for part in each) == 0
    everything = await totals(hue, PROVINCES[1])
    for name in ("established_dong", "repaid_dong", "written_off_dong", "left_dong"):
        assert sum(part.get(name, 0) for part in each) == everything.get(name, 0)
