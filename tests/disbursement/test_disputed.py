"""The provider says that it paid what our books have back: nothing is paid again before an officer has settled which is true."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.gateway_voice import answer, tell
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed, decision
from tests.disbursement.test_books_end_to_end import books, instructed, parts
from tests.disbursement.test_campaigns import campaign, tet_run
from tests.disbursement.test_paid_twice import came_back

DONG = 360_000


async def said_paid(office: Office, chunk: ChunkInstructed) -> str:
    """The provider says so after all; the contradiction's id."""
    await tell(office, chunk, {line.payment_id: "paid" for line in chunk.lines}, step=301)
    open_ones = (await office.ok("GET", "/v1/contradictions", "checker"))["items"]
    (held,) = [each for each in open_ones if each["payment_id"] == str(chunk.lines[0].payment_id)]
    return str(held["contradiction_id"])


async def settle(office: Office, contradiction_id: str, resolution: str) -> None:
    body = {"resolution": resolution, "reason": "Sao kê ngày 06/10", "evidence": "SK-2021-10-06"}
    await office.ok("POST", f"/v1/contradictions/{contradiction_id}/settle", "checker", body, subject="minh")


async def why(office: Office, person: BeneficiaryRecord) -> str:
    month = await office.ok("GET", f"/v1/beneficiaries/{person.beneficiary_id}/months/2021-10", "checker")
    return str(month["why_not_paid"]["code"])


@pytest.mark.parametrize("story", [["rejected"], ["unclaimed"]])
async def test_what_may_have_been_paid_is_not_drawn_again(office: Office, story: list[Outcome]) -> None:
    person = office.person()
    chunk = await came_back(office, person, story)
    contradiction_id = await said_paid(office, chunk)
    november = await office.draw(await office.run("2021-11"))
    assert [payroll["amount_dong"] for payroll in november["payrolls"]] == [DONG]  # November alone
    assert november["left_out"] == {"disputed": 1}
    assert await why(office, person) == "disputed"
    await settle(office, contradiction_id, "provider_right")
    assert (await office.draw(november["payrolls"][0]["run_id"]))["payrolls"] == []
    assert parts(await books(office, OCTOBER)) == {"paid_cash": 1}


async def test_what_was_not_paid_after_all_is_drawn_once_that_is_settled(office: Office) -> None:
    chunk = await came_back(office, office.person(), ["unclaimed"])
    contradiction_id = await said_paid(office, chunk)
    november = await office.draw(await office.run("2021-11"))
    await settle(office, contradiction_id, "ours_right")
    (supplement,) = (await office.draw(november["payrolls"][0]["run_id"]))["payrolls"]
    assert supplement["amount_dong"] == DONG


async def test_a_lower_decision_does_not_let_it_be_paid_again(office: Office) -> None:
    """Nothing is cancelled and drawn anew beside what is disputed: it may be what the new decision owes."""
    person = office.person("K6-N")
    chunk = await came_back(office, person, ["unclaimed"])
    contradiction_id = await said_paid(office, chunk)
    await office.say(changed(person, decisions=[decision("K5C-80")]))
    november = await office.draw(await office.run("2021-11"))
    assert [payroll["amount_dong"] for payroll in november["payrolls"]] == [DONG]
    await settle(office, contradiction_id, "ours_right")
    (supplement,) = (await office.draw(november["payrolls"][0]["run_id"]))["payrolls"]
    assert supplement["amount_dong"] == DONG


@pytest.mark.parametrize("at", ["approved", "released"])
async def test_what_was_drawn_before_the_provider_said_so_is_taken_out(office: Office, at: str) -> None:
    person, other = office.person(), office.person()
    chunk = await came_back(office, person, ["unclaimed"])
    await office.say(other)
    (payroll,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    assert payroll["amount_dong"] == 4 * DONG
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], payroll["amount_dong"])
    if at == "approved":
        contradiction_id = await said_paid(office, chunk)
        await office.release(payroll["payroll_id"])
    else:
        await office.release(payroll["payroll_id"])
        contradiction_id = await said_paid(office, chunk)
        body = {"authority_id": office.authority}
        assert (await office.ok("POST", "/v1/recalls", "accountant", body))["recalled"] == 1
    taken_out = await office.rows("SELECT reason FROM payroll_exceptions WHERE payroll_id = $1", UUID(payroll["payroll_id"]))
    assert [row["reason"] for row in taken_out] == ["disputed"]
    (going,) = (await instructed(office, payroll["run_id"])).values()
    assert [line.beneficiary_id for line in going.lines] == [other.beneficiary_id]
    (supplement,) = (await office.draw(payroll["run_id"]))["payrolls"]
    assert supplement["amount_dong"] == DONG  # November, which nobody disputes
    assert await why(office, person) == "disputed"
    await settle(office, contradiction_id, "provider_right")
    assert (await office.draw(payroll["run_id"]))["payrolls"] == []
    assert parts(await books(office, OCTOBER)) == {"paid_cash": 1, "in_flight": 1}


async def test_a_gift_that_may_have_been_given_is_not_given_again(office: Office) -> None:
    await office.say(office.person())
    await campaign(office)
    run = await tet_run(office)
    (payroll,) = (await office.draw(run))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run)).values()
    await answer(office, chunk, [["unclaimed"]])
    await said_paid(office, chunk)
    again = await office.draw(run)
    assert (again["payrolls"], again["left_out"]) == ([], {"disputed": 1})
