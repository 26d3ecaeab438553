"""Payees of the dead: the funeral to whoever organises it, unpaid months to the heir, each a payment of its own by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.registry_events import BeneficiaryRecord, OneOffPayeeRecord
from shared.kernel.ids import new_id
from tests.disbursement.office import Office, by_way
from tests.disbursement.records import OCTOBER, changed, decision, payee, wallet

NOVEMBER = date(2021, 11, 1)
FUNERAL_DONG, MONTH_DONG = 7_200_000, 360_000


def named(purpose: Any, full_name: str) -> OneOffPayeeRecord:
    """Somebody whom the commune named."""
    return OneOffPayeeRecord(purpose=purpose, payee=payee(new_id(), 3, full_name, "con"))


def dead(office: Office, *one_off: OneOffPayeeRecord, **changes: Any) -> BeneficiaryRecord:
    """Somebody with a wallet who died in October, with that month's allowance and a funeral."""
    held = [decision("K5C-80"), decision("MT-THUONG", from_month=OCTOBER)]
    told = {"status": "dead", "status_from_month": NOVEMBER, "decisions": held, "one_off_payees": list(one_off)}
    return office.person(**{"commune": 0, "account": wallet(), **told, **changes})


async def receivers(office: Office, drawn: dict[str, Any]) -> dict[str, tuple[str, int, Any]]:
    """Name of each payee -> channel, đồng, account."""
    return {
        payment["payee_name"]: (payroll["channel"], payment["amount_dong"], payment["account_id"])
        for payroll in drawn["payrolls"]
        for payment in await office.payments(payroll["payroll_id"])
    }


async def test_organiser_and_heir_are_paid_apart_and_by_hand(office: Office) -> None:
    person = dead(office, named("funeral", "Lê Thị Xuân"), named("unpaid_months", "Trần Văn Nam"))
    await office.say(person)
    drawn = await office.draw(await office.run())
    assert await receivers(office, drawn) == {
        "Lê Thị Xuân": ("cash", FUNERAL_DONG, None),
        "Trần Văn Nam": ("cash", MONTH_DONG, None),
    }
    assert drawn["left_out"] == {}
    paid = {o["kind"]: o["live_payment_id"] for o in await office.obligations()}
    assert paid.keys() == {"funeral", "monthly"}
    assert len(set(paid.values()) - {None}) == 2
    lines = await office.rows(
        "SELECT p.beneficiary_id, l.kind, p.payee_version, p.note FROM payments p JOIN payment_lines l USING (payment_id) "
        "WHERE p.payment_id = ANY($1) ORDER BY l.kind",
        list(paid.values()),
    )
    note = f"TCXH 10.2021 {person.code}"
    assert [tuple(row) for row in lines] == [
        (person.beneficiary_id, "funeral", 3, note),
        (person.beneficiary_id, "monthly", 3, note),
    ]


async def test_one_person_may_be_both(office: Office) -> None:
    """Two purposes stay two payments: each has its own paper."""
    xuan = payee(new_id(), full_name="Lê Thị Xuân")
    both = [OneOffPayeeRecord(purpose="funeral", payee=xuan), OneOffPayeeRecord(purpose="unpaid_months", payee=xuan)]
    await office.say(dead(office, *both))
    assert by_way(await office.draw(await office.run())) == {("cash", "viettelpay"): (2, FUNERAL_DONG + MONTH_DONG)}


async def test_while_nobody_is_named_both_wait(office: Office) -> None:
    person = dead(office)
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert (drawn["payrolls"], drawn["left_out"]) == ([], {"no-funeral-payee": 1, "payee-dead": 1})
    await office.say(changed(person, one_off_payees=[named("funeral", "Lê Thị Xuân")]))
    second = await office.draw(run_id)
    assert await receivers(office, second) == {"Lê Thị Xuân": ("cash", FUNERAL_DONG, None)}
    assert second["left_out"] == {"payee-dead": 1}
    await office.say(changed(changed(person), one_off_payees=[named("unpaid_months", "Trần Văn Nam")]))
    third = await office.draw(run_id)
    assert await receivers(office, third) == {"Trần Văn Nam": ("cash", MONTH_DONG, None)}
    assert third["left_out"] == {}
    assert await office.ledger() == {("law", "not_released"): (2, FUNERAL_DONG + MONTH_DONG)}


async def test_a_funeral_never_goes_to_the_payee_of_the_dead(office: Office) -> None:
    """A guardian still receives the month that was earned, as before: nobody else is named for it."""
    guardian = payee(new_id(), full_name="Nguyễn Văn Giám", relationship="giám hộ")
    await office.say(dead(office, payee=guardian, account=None))
    drawn = await office.draw(await office.run())
    assert await receivers(office, drawn) == {"Nguyễn Văn Giám": ("cash", MONTH_DONG, None)}
    assert drawn["left_out"] == {"no-funeral-payee": 1}


async def test_a_hold_holds_both(office: Office) -> None:
    await office.say(dead(office, named("funeral", "Lê Thị Xuân"), named("unpaid_months", "Trần Văn Nam"), hold="duplicate"))
    drawn = await office.draw(await office.run())
    assert (drawn["payrolls"], drawn["left_out"]) == ([], {"held": 1})


async def test_somebody_named_after_the_cut_takes_the_line_out(office: Office) -> None:
    """Drawn for the guardian; then an heir is named: the line goes, and a supplement pays the heir."""
    guardian = payee(new_id(), full_name="Nguyễn Văn Giám", relationship="giám hộ")
    person = dead(office, named("funeral", "Lê Thị Xuân"), payee=guardian, account=None)
    await office.say(person)
    run_id = await office.run()
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.approved(payroll["payroll_id"])
    await office.fund(run_id, payroll["contract_id"], payroll["amount_dong"])
    await office.say(changed(person, one_off_payees=[*person.one_off_payees, named("unpaid_months", "Trần Văn Nam")]))
    released = await office.release(payroll["payroll_id"])
    assert (released["state"], released["removed_payments"]) == ("released", 1)
    states = {p["payee_name"]: (p["state"], p["reason"]) for p in await office.payments(payroll["payroll_id"])}
    assert states == {"Nguyễn Văn Giám": ("removed", "payee-changed"), "Lê Thị Xuân": ("open", None)}
    supplement = await office.draw(run_id)
    assert await receivers(office, supplement) == {"Trần Văn Nam": ("cash", MONTH_DONG, None)}


@pytest.mark.parametrize("purpose", ["funeral", "unpaid_months"])
async def test_nothing_new_takes_nothing_out(office: Office, purpose: str) -> None:
    """A later record that names the same people leaves their lines alone, though the dead person received in person."""
    person = dead(office, named(purpose, "Lê Thị Xuân"))
    await office.say(person)
    run_id = await office.run()
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.approved(payroll["payroll_id"])
    await office.fund(run_id, payroll["contract_id"], payroll["amount_dong"])
    await office.say(changed(person))
    assert (await office.release(payroll["payroll_id"]))["removed_payments"] == 0


async def test_the_copy_follows_the_registry(office: Office) -> None:
    person = dead(office, named("funeral", "Lê Thị Xuân"))
    later = changed(person, one_off_payees=[named("unpaid_months", "Trần Văn Nam")])
    await office.say(later)
    await office.say(person)  # an older version changes nothing
    rows = await office.rows(
        "SELECT purpose, payee_name, payee_version, unit_id FROM one_off_payees WHERE beneficiary_id = $1", person.beneficiary_id
    )
    assert [tuple(row) for row in rows] == [("unpaid_months", "Trần Văn Nam", 3, office.communes[0])]
