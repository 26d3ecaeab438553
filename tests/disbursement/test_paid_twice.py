"""A line proven paid twice, from the contradiction to the Treasury: one list of overpayments, one way to a receivable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.gateway_voice import answer, tell
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed
from tests.disbursement.test_books_end_to_end import books, instructed, parts
from tests.disbursement.test_differences import overpaid, paid_out, sums
from tests.disbursement.test_openings import agreed, entry
from tests.disbursement.test_receivables import CLOSING, balanced, repaid

SEPTEMBER = date(2021, 9, 1)


async def came_back(office: Office, person: BeneficiaryRecord, story: Sequence[Outcome] = ("returned",)) -> ChunkInstructed:
    """October of one person went out and came back; its chunk."""
    await office.say(person)
    run_id = await office.run("2021-10", *(["2021-09-01", "2021-10-01"] if story == ("rejected",) else []))
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    await answer(office, chunk, [story])
    return chunk


async def proven_paid(office: Office, chunk: ChunkInstructed) -> None:
    """The provider's statement shows that the first payment reached its payee after all; an officer settles it so."""
    await tell(office, chunk, {line.payment_id: "paid" for line in chunk.lines}, step=301)
    open_ones = (await office.ok("GET", "/v1/contradictions", "checker"))["items"]
    (held,) = [each for each in open_ones if each["payment_id"] == str(chunk.lines[0].payment_id)]
    body = {"resolution": "paid_twice", "reason": "Sao kê ghi có ngày 06/10", "evidence": "SK-2021-10-06"}
    await office.ok("POST", f"/v1/contradictions/{held['contradiction_id']}/settle", "checker", body, subject="minh")


def recovery(office: Office, found: dict[str, Any]) -> dict[str, Any]:
    """The decision that wants back what the list has open."""
    month = {"benefit_month": found["benefit_month"], "kind": found["kind"], "amount_dong": found["open_dong"]}
    return {
        "authority_id": found["authority_id"], "beneficiary_id": found["beneficiary_id"], "months": [month],
        "debtor_name": found["payee_name"], "debtor_relationship": found["payee_relationship"],
        "decision_number": "45/QĐ-UBND", "decided_on": "2021-12-06", "notified_on": "2021-12-08",
    }  # fmt: skip


async def test_from_a_proven_double_to_the_treasury(office: Office) -> None:
    """Overpaid, decided, a plan, one instalment back, the rest written off by another officer; and never drawn again."""
    person = office.person()
    chunk = await came_back(office, person)
    await paid_out(office, await office.run("2021-11"))
    assert await overpaid(office) == []
    await proven_paid(office, chunk)
    (found,) = await overpaid(office)
    assert sums([found]) == [("2021-10", "paid-twice", 720_000, 360_000, 360_000)]
    assert found["payment_id"] == str(chunk.lines[0].payment_id)
    receivable = await office.ok("POST", "/v1/receivables", "maker", recovery(office, found), subject="lan")
    assert await overpaid(office) == []
    path = f"/v1/receivables/{receivable['receivable_id']}"
    plan = {"agreed_on": "2021-12-20", "instalments": [{"due_on": "2199-01-31", "amount_dong": 360_000}]}
    await office.ok("POST", f"{path}/plan", "maker", plan)
    await repaid(office, receivable["receivable_id"], 100_000, "KB 1")
    await office.refused("maker-is-checker", "POST", f"{path}/write-off", "checker", CLOSING, subject="lan")
    done = await office.ok("POST", f"{path}/write-off", "checker", CLOSING, subject="minh")
    assert (done["repaid_dong"], done["written_off_dong"], done["left_dong"]) == (100_000, 260_000, 0)
    assert (await balanced(office))["established_dong"] == 360_000
    (december,) = (await office.draw(await office.run("2021-12")))["payrolls"]
    assert december["amount_dong"] == 360_000
    assert parts(await books(office, OCTOBER)) == {"paid_cash": 1}


async def test_the_second_payment_is_recalled_while_it_has_not_gone_out(office: Office) -> None:
    """Nobody owes anything then, and October is not paid a second time by any later run."""
    person, other = office.person(), office.person()
    chunk = await came_back(office, person)
    await office.say(other)
    (payroll,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    await office.released(payroll)
    await proven_paid(office, chunk)
    body = {"authority_id": office.authority}
    assert (await office.ok("POST", "/v1/recalls", "accountant", body))["recalled"] == 1
    assert (await office.ok("POST", "/v1/recalls", "accountant", body))["recalled"] == 0
    taken_out = await office.rows("SELECT reason FROM payroll_exceptions WHERE payroll_id::text = $1", payroll["payroll_id"])
    assert [row["reason"] for row in taken_out] == ["paid-twice"]
    (supplement,) = (await office.draw(payroll["run_id"]))["payrolls"]
    assert supplement["amount_dong"] == 360_000  # November alone
    assert await overpaid(office) == []
    assert parts(await books(office, OCTOBER)) == {"cancelled": 1, "not_released": 1}  # the other one's is late


async def test_what_the_provider_sends_back_needs_no_recovery(office: Office) -> None:
    chunk = await came_back(office, office.person())
    await paid_out(office, await office.run("2021-11"))
    await proven_paid(office, chunk)
    assert len(await overpaid(office)) == 1
    await tell(office, chunk, {chunk.lines[0].payment_id: "returned"}, step=302)
    assert await overpaid(office) == []


async def test_paid_after_it_was_owed_no_more(office: Office) -> None:
    """The month was cancelled after a death, and then the first payment is proven paid."""
    person = office.person()
    chunk = await came_back(office, person)
    dead = changed(person, status="dead", status_from_month=OCTOBER)
    await office.say(dead)
    await office.draw(await office.run("2021-11"))
    await proven_paid(office, chunk)
    assert sums(await overpaid(office)) == [("2021-10", "dead", 360_000, 0, 360_000)]
    await office.say(changed(dead, status="active", status_from_month=date(2021, 7, 1)))
    assert await overpaid(office) == []
    (december,) = (await office.draw(await office.run("2021-12")))["payrolls"]
    assert december["amount_dong"] == 2 * 360_000  # November and December: the person has October


async def test_a_month_that_no_law_here_judges_paid_twice(office: Office) -> None:
    person = office.person()
    await office.say(person)
    await agreed(office, entry(person, "unpaid", SEPTEMBER, 300_000))
    chunk = await came_back(office, changed(person), ("rejected",))
    await paid_out(office, await office.run("2021-11"))
    await proven_paid(office, chunk)
    found = await overpaid(office)
    assert sums(found) == [
        ("2021-09", "paid-twice", 600_000, 300_000, 300_000),
        ("2021-10", "paid-twice", 720_000, 360_000, 360_000),
    ]


async def test_drawing_up_again_with_the_same_key_recalls_nothing(office: Office) -> None:
    """The answer is given again; a line that has become too much since stays until somebody acts."""
    person, other = office.person(), office.person()
    await office.say(person, other)
    path, body = f"/v1/runs/{await office.run()}/draw-up", {"authority_id": office.authority}
    key = {"headers": {"Idempotency-Key": "draw-1"}}
    first = await office.ok("POST", path, "maker", body, **key)
    await office.approved(first["payrolls"][0]["payroll_id"])
    await office.say(changed(person, status="dead", status_from_month=OCTOBER))
    before = await office.fingerprint()
    assert await office.ok("POST", path, "maker", body, **key) == first
    assert await office.fingerprint() == before
    await office.refused("idempotency-key-reused", "POST", path, "maker", {"authority_id": office.communes[0]}, **key)
    assert (await office.ok("POST", "/v1/recalls", "accountant", body))["recalled"] == 1
