"""Care support goes to the carer whom the registry names for it: a payment of its own, its own way, held alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.disbursement.storage import document_lines, payrolls, runs
from shared.contracts.disbursement_events import ChunkInstructed
from shared.kernel.ids import new_id
from tests.disbursement.carers import CARE_DONG, CHILDS_DONG, MOTHERS_DONG, carer, child, receivers
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office, by_way
from tests.disbursement.records import changed, payee, wallet

NOVEMBER = date(2021, 11, 1)


async def test_the_guardian_and_the_carer_are_paid_apart(office: Office) -> None:
    own, hers = wallet(), wallet()
    person = child(office, carer(hers), account=own)
    await office.say(person)
    drawn = await office.draw(await office.run())
    assert await receivers(office, drawn) == {
        "Nguyễn Văn Minh": ("wallet", CHILDS_DONG, str(own.account_id)),
        "Lê Thị Chăm": ("wallet", CARE_DONG, str(hers.account_id)),
    }
    paid = {o["kind"]: o["live_payment_id"] for o in await office.obligations()}
    assert paid.keys() == {"monthly", "care_support"}
    assert len(set(paid.values()) - {None}) == 2
    rows = await office.rows(
        "SELECT beneficiary_id, payee_version, account_version, note FROM payments WHERE beneficiary_id = $1 ORDER BY payee_name",
        person.beneficiary_id,
    )
    note = f"TCXH 10.2021 {person.code}"
    assert [tuple(row) for row in rows] == [(person.beneficiary_id, 5, 1, note), (person.beneficiary_id, 2, 1, note)]
    assert await office.ledger() == {("law", "not_released"): (2, CHILDS_DONG + CARE_DONG)}
    assert (await office.draw(str(drawn["payrolls"][0]["run_id"])))["payrolls"] == [], "drawing up twice gives the same"


async def test_a_carer_without_an_account_is_paid_in_cash(office: Office) -> None:
    own = wallet()
    await office.say(child(office, carer(), account=own))
    drawn = await office.draw(await office.run())
    assert await receivers(office, drawn) == {
        "Nguyễn Văn Minh": ("wallet", CHILDS_DONG, str(own.account_id)),
        "Lê Thị Chăm": ("cash", CARE_DONG, None),
    }


async def test_without_a_carer_it_goes_where_the_allowance_goes(office: Office) -> None:
    await office.say(child(office))
    assert by_way(await office.draw(await office.run())) == {("wallet", "viettelpay"): (1, CHILDS_DONG + CARE_DONG)}


async def test_a_disabled_mothers_own_stays_hers(office: Office) -> None:
    """Of her own and of her household's together there is one obligation, which is hers."""
    for categories in (["K6-DBN", "CS-NKT-MT1"], ["K6-DBN", "CS-NKT-MT1", "CS-DBN-HGD"]):
        await office.say(office.person(categories, commune=0, kind_payees=[carer(wallet())]))
    drawn = await office.draw(await office.run())
    lines = [payment for payroll in drawn["payrolls"] for payment in await office.payments(payroll["payroll_id"])]
    assert sorted((line["payee_name"], line["amount_dong"]) for line in lines) == [
        ("Nguyễn Thị Lan", 720_000 + MOTHERS_DONG),
        ("Nguyễn Thị Lan", 720_000 + MOTHERS_DONG + CARE_DONG),
    ]


async def test_a_held_carer_holds_the_care_payment_alone(office: Office) -> None:
    person = child(office, carer(wallet(), hold="payee_died"))
    await office.say(person)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert (await receivers(office, drawn)).keys() == {"Nguyễn Văn Minh"}
    assert drawn["left_out"] == {"carer-held": 1}
    view = await office.ok("GET", f"/v1/beneficiaries/{person.beneficiary_id}/months/2021-10", "checker")
    said = {each["kind"]: (each["why_not_paid"]["code"], each["receives"]["role"]) for each in view["obligations"]}
    assert said == {"monthly": ("not-released", "payee"), "care_support": ("carer-held", "carer")}
    assert view["why_not_paid"]["code"] == "carer-held"
    assert "người nhận đã chết" in view["why_not_paid"]["vi"]

    await office.say(changed(person, kind_payees=[carer(full_name="Lê Thị Tiếp")]))
    supplement = await office.draw(run_id)
    assert await receivers(office, supplement) == {"Lê Thị Tiếp": ("cash", CARE_DONG, None)}
    assert supplement["left_out"] == {}


async def test_the_persons_hold_is_about_what_the_payee_receives(office: Office) -> None:
    """What is the person's matter stands in the carer's hold too."""
    held = child(office, carer(), hold="payee_died")
    both = child(office, carer(hold="reported_dead"), hold="reported_dead")
    await office.say(held, both)
    drawn = await office.draw(await office.run())
    assert (await receivers(office, drawn)).keys() == {"Lê Thị Chăm"}
    assert drawn["left_out"] == {"held": 2}
    (line,) = await office.payments(drawn["payrolls"][0]["payroll_id"])
    assert line["beneficiary_id"] == str(held.beneficiary_id)


async def test_what_was_not_paid_before_the_childs_death_is_the_carers_still(office: Office) -> None:
    """October is owed; the child died in it. The allowance waits for an heir, the care support does not."""
    await office.say(
        child(office, carer(), status="dead", status_from_month=NOVEMBER, payee=payee(new_id()), account=None),
    )
    drawn = await office.draw(await office.run())
    assert await receivers(office, drawn) == {"Lê Thị Chăm": ("cash", CARE_DONG, None)}
    assert drawn["left_out"] == {"payee-dead": 1}


async def test_arrears_of_care_support_go_to_the_carer_of_now(office: Office) -> None:
    """September was drawn and held; the carer changed meanwhile: both months go to the new one, in one payment."""
    person = child(office, carer(hold="payee_died"))
    await office.say(person)
    await office.draw(await office.run("2021-09"))
    await office.say(changed(person, kind_payees=[carer(full_name="Lê Thị Tiếp")]))
    drawn = await office.draw(await office.run())
    assert (await receivers(office, drawn))["Lê Thị Tiếp"] == ("cash", 2 * CARE_DONG, None)


async def test_refused_care_support_avoids_the_carers_account_alone(office: Office) -> None:
    hers = wallet()
    person = child(office, carer(hers))
    await office.say(person)
    run_id = await office.run()
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    while await office.dispatcher().step():
        pass
    (chunk,) = [ChunkInstructed.model_validate(body) for body in await office.events("chunk_instructed")]
    assert {line.payee_name: line.amount_dong for line in chunk.lines} == {
        "Nguyễn Văn Minh": CHILDS_DONG,
        "Lê Thị Chăm": CARE_DONG,
    }
    await answer(office, chunk, [["rejected" if line.amount_dong == CARE_DONG else "paid"] for line in chunk.lines])
    supplement = await office.draw(run_id)
    assert await receivers(office, supplement) == {"Lê Thị Chăm": ("cash", CARE_DONG, None)}


async def test_the_explanation_names_the_carer(office: Office) -> None:
    person = child(office, carer())
    await office.say(person)
    await office.draw(await office.run())
    view = await office.ok("GET", f"/v1/beneficiaries/{person.beneficiary_id}/months/2021-10", "checker")
    care, monthly = view["obligations"]
    assert (care["receives"]["role"], care["receives"]["name"], care["receives"]["relationship"]) == (
        "carer",
        "Lê Thị Chăm",
        "cô",
    )
    assert "Người chăm sóc Lê Thị Chăm (cô)" in care["receives"]["vi"]
    assert "The carer Lê Thị Chăm" in care["receives"]["en"]
    assert [payment["payee_name"] for payment in care["payments"]] == ["Lê Thị Chăm"]
    assert (monthly["receives"]["role"], monthly["receives"]["name"]) == ("payee", "Nguyễn Văn Minh")
    assert [payment["payee_name"] for payment in monthly["payments"]] == ["Nguyễn Văn Minh"]


async def test_a_carer_of_too_many_is_asked_about(office: Office) -> None:
    """The gate on a payee who is paid for more than five people looks at carers too."""
    hers = carer()
    await office.say(
        *(child(office, hers, payee=payee(new_id(), full_name=f"Giám hộ {n}", relationship="ông")) for n in range(6))
    )
    drawn = await office.draw(await office.run())
    (cash,) = (payroll for payroll in drawn["payrolls"] if payroll["channel"] == "cash")
    items = (await office.ok("GET", f"/v1/payrolls/{cash['payroll_id']}/findings", "maker"))["items"]
    (shared,) = (item for item in items if item["code"] == "payee-shared")
    assert (float(shared["measured"]), len(shared["lines"])) == (6, 6)


async def test_a_run_is_compared_payee_by_payee(office: Office) -> None:
    """Of who is paid by two payments, each is held against its like of the run before."""
    named = carer(wallet())
    same, other, new = child(office, named), child(office, carer(wallet())), child(office)
    await office.say(same, other, new)
    september = await office.run("2021-09")
    await office.draw(september)
    await office.say(
        changed(other, kind_payees=[carer(full_name="Lê Thị Tiếp")]), changed(new, kind_payees=[carer(full_name="Lê Thị Mới")])
    )
    october = await office.run("2021-10")
    drawn = await office.draw(october)
    compared = await office.ok("GET", f"/v1/runs/{october}/comparison?authority={office.authority}", "checker")
    assert drawn["left_out"] == {}
    assert {each["way"]: each["people"] for each in compared["changed_ways"]} == {"payee": 2, "account": 1, "channel": 1}


async def test_lists_for_payment_name_the_carer(office: Office) -> None:
    """An adult who receives in person: the carer stands beside the line of care support alone."""
    adult = office.person(["K6-DBN", "CS-DBN-HGD"], commune=0, kind_payees=[carer()])
    await office.say(adult)
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    async with office.database.transaction() as tx:
        found = await payrolls.find(tx, UUID(payroll["payroll_id"]))
        listed = await document_lines.payment_list(tx, await runs.find(tx, found.run_id), found, None, 10)
    assert [(line.person.full_name, line.payee_name, line.amount_dong) for line in listed] == [
        (adult.full_name, None, 720_000),
        (adult.full_name, "Lê Thị Chăm", CARE_DONG),
    ]
