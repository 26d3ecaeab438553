"""What the registry changes of a carer after the cut takes out the line that it is about, and no other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.carers import CARE_DONG, CHILDS_DONG, carer, child, receivers
from tests.disbursement.office import Office, by_way
from tests.disbursement.records import changed, wallet


async def states(office: Office, run_id: str) -> dict[str, tuple[str, str | None]]:
    """Name of each payee -> state and reason of the newest payment."""
    rows = await office.rows("SELECT payee_name, state, reason FROM payments WHERE run_id = $1 ORDER BY payment_id", UUID(run_id))
    return {row["payee_name"]: (row["state"], row["reason"]) for row in rows}


async def released(office: Office, run_id: str, drawn: dict[str, Any], *said: BeneficiaryRecord) -> int:
    """Approve all payrolls, let the registry say something, release; how many lines were taken out."""
    for payroll in drawn["payrolls"]:
        await office.approved(payroll["payroll_id"])
    by_contract: dict[str, int] = {}
    for payroll in drawn["payrolls"]:
        by_contract[payroll["contract_id"]] = by_contract.get(payroll["contract_id"], 0) + payroll["amount_dong"]
    for contract_id, amount_dong in by_contract.items():
        await office.fund(run_id, contract_id, amount_dong)
    if said:
        await office.say(*said)
    return sum([(await office.release(payroll["payroll_id"]))["removed_payments"] for payroll in drawn["payrolls"]])


async def test_the_carers_account_changed_after_the_cut(office: Office) -> None:
    hers = wallet()
    named = carer(hers)
    person = child(office, named)
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    other = named.model_copy(update={"account": wallet(version=2, account_id=hers.account_id)})
    assert await released(office, run_id, drawn, changed(person, kind_payees=[other])) == 1
    assert await states(office, run_id) == {"Nguyễn Văn Minh": ("open", None), "Lê Thị Chăm": ("removed", "account-changed")}
    supplement = await office.draw(run_id)
    assert by_way(supplement) == {("wallet", "viettelpay"): (1, CARE_DONG)}


async def test_the_guardians_account_changed_after_the_cut(office: Office) -> None:
    person = child(office, carer(wallet()))
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert await released(office, run_id, drawn, changed(person, account=wallet())) == 1
    assert await states(office, run_id) == {"Nguyễn Văn Minh": ("removed", "account-changed"), "Lê Thị Chăm": ("open", None)}


async def test_the_carer_died_after_the_cut(office: Office) -> None:
    named = carer(wallet())
    person = child(office, named)
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    dead = named.model_copy(update={"hold": "payee_died"})
    assert await released(office, run_id, drawn, changed(person, kind_payees=[dead])) == 1
    assert await states(office, run_id) == {"Nguyễn Văn Minh": ("open", None), "Lê Thị Chăm": ("removed", "held")}


async def test_a_carer_named_after_the_cut_takes_the_joint_line_out(office: Office) -> None:
    """Drawn as one payment; now they are two."""
    person = child(office)
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert await released(office, run_id, drawn, changed(person, kind_payees=[carer()])) == 1
    assert await states(office, run_id) == {"Nguyễn Văn Minh": ("removed", "payee-changed")}
    supplement = await office.draw(run_id)
    assert {name: line[:2] for name, line in (await receivers(office, supplement)).items()} == {
        "Nguyễn Văn Minh": ("wallet", CHILDS_DONG),
        "Lê Thị Chăm": ("cash", CARE_DONG),
    }


async def test_a_carer_named_no_more_takes_the_care_line_out(office: Office) -> None:
    person = child(office, carer())
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert await released(office, run_id, drawn, changed(person, kind_payees=[])) == 1
    assert await states(office, run_id) == {"Nguyễn Văn Minh": ("open", None), "Lê Thị Chăm": ("removed", "payee-changed")}
    assert by_way(await office.draw(run_id)) == {("wallet", "viettelpay"): (1, CARE_DONG)}


async def test_nothing_new_takes_nothing_out(office: Office) -> None:
    person = child(office, carer(wallet()))
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert await released(office, run_id, drawn, changed(person)) == 0
