"""The bank returns a payment that was being recovered: what was repaid without need goes back to whoever repaid it."""

from __future__ import annotations

import asyncio
from typing import Any

from services.disbursement.domain.differences import Piece, to_give_back
from shared.contracts.registry_events import BeneficiaryRecord
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed
from tests.disbursement.test_books_end_to_end import instructed
from tests.disbursement.test_differences import overpaid
from tests.disbursement.test_receivables import CLOSING, balanced, decided, repaid

GIVEN = {"amount_dong": 100_000, "treasury_reference": "LHT 1", "given_on": "2022-02-03"}


async def repaid_and_returned(office: Office) -> tuple[BeneficiaryRecord, str]:
    """Somebody paid for October, of whom a death is reported; an heir repays 100,000 of 360,000đ; then the bank returns all."""
    person = office.person()
    await office.say(person)
    run_id = await office.run("2021-10")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    await answer(office, chunk, [["paid"]])
    dead = changed(person, status="dead", status_from_month=OCTOBER)
    await office.say(dead)
    receivable_id = await decided(office, dead, 360_000)
    await repaid(office, receivable_id, 100_000, "KB 1")
    assert await needless(office) == []
    await answer(office, chunk, [["paid", "returned"]])
    return dead, receivable_id


async def needless(office: Office, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        await office.ok("GET", f"/v1/needless-repayments?unit_id={office.province}", "checker", **more)
    )["items"]
    return found


async def test_an_heir_gets_back_what_was_repaid_of_a_returned_payment(office: Office) -> None:
    dead, receivable_id = await repaid_and_returned(office)
    (found,) = await needless(office)
    assert (found["receivable_id"], found["beneficiary_id"], found["debtor_name"], found["to_give_back_dong"]) == (
        receivable_id, str(dead.beneficiary_id), "Trần Văn Nam", 100_000,
    )  # fmt: skip
    path = f"/v1/receivables/{receivable_id}/give-backs"
    first = await office.ok("POST", path, "checker", GIVEN, subject="minh")
    assert await office.ok("POST", path, "checker", GIVEN, subject="minh") == first
    assert await needless(office) == []
    withdrawn = await office.ok("POST", f"/v1/receivables/{receivable_id}/withdraw", "checker", CLOSING, subject="minh")
    assert (withdrawn["given_back_dong"], withdrawn["withdrawn_dong"], withdrawn["left_dong"]) == (100_000, 260_000, 0)
    assert withdrawn["give_backs"] == [first]
    assert withdrawn["months"][0]["given_back_dong"] == 100_000
    assert (await balanced(office))["given_back_dong"] == 100_000
    assert (await office.draw(await office.run("2021-11")))["payrolls"] == []
    assert await overpaid(office) == []
    paid_dong = sum(
        amount_dong * (1 if to_account == "payees" else -1)
        for (from_account, to_account), (_, amount_dong) in (await office.ledger("money")).items()
        if "payees" in (from_account, to_account)
    )
    assert paid_dong == 0, "nobody has anything, and nobody lost anything"


async def test_each_stands_on_one_page_also_where_two_records_are_one_person(office: Office) -> None:
    people = [office.person(), office.person()]
    await office.say(*people)
    run_id = await office.run("2021-10")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    await answer(office, chunk, [["paid"]] * 2)
    dead = [changed(person, status="dead", status_from_month=OCTOBER) for person in people]
    await office.say(*dead)
    ids = [await decided(office, person, 360_000) for person in dead]
    for n, receivable_id in enumerate(ids):
        await repaid(office, receivable_id, 100_000, f"KB {n}")
    await answer(office, chunk, [["paid", "returned"]] * 2)
    await office.say(changed(dead[1], merged_into=dead[0].beneficiary_id))
    found, cursor = [], ""
    for _ in range(3):
        path = f"/v1/needless-repayments?unit_id={office.province}&limit=1{cursor}"
        page = await office.ok("GET", path, "checker")
        found += [(each["receivable_id"], each["to_give_back_dong"]) for each in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
        if page["next_cursor"] is None:
            break
    assert sorted(found) == sorted((receivable_id, 100_000) for receivable_id in ids)


async def test_what_is_owed_after_all_is_drawn_and_not_given_back(office: Office) -> None:
    """The death was a mistake: the next drawing up pays the month and what was repaid of it; nothing is left to give back."""
    dead, receivable_id = await repaid_and_returned(office)
    await office.say(changed(dead, status="active", status_from_month=OCTOBER.replace(month=7)))
    (payroll,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    assert payroll["amount_dong"] == 360_000 + 100_000 + 360_000
    assert await needless(office) == []
    await office.refused(
        "nothing-to-give-back", "POST", f"/v1/receivables/{receivable_id}/give-backs", "checker", GIVEN, subject="minh"
    )


async def test_give_backs_that_are_refused(office: Office) -> None:
    _, receivable_id = await repaid_and_returned(office)
    path = f"/v1/receivables/{receivable_id}/give-backs"
    await office.refused("more-than-to-give-back", "POST", path, "checker", {**GIVEN, "amount_dong": 100_001}, subject="minh")
    await office.refused("maker-is-checker", "POST", path, "checker", GIVEN, subject="lan")
    await office.refused("not-allowed", "POST", path, "maker", GIVEN)
    await office.refused("wrong-date", "POST", path, "checker", {**GIVEN, "given_on": "2021-12-01"}, subject="minh")
    await office.refused("wrong-date", "POST", path, "checker", {**GIVEN, "given_on": "2199-12-01"}, subject="minh")
    await office.refused("unknown-receivable", "POST", f"/v1/receivables/{new_id()}/give-backs", "checker", GIVEN)
    await office.refused("unknown-receivable", "POST", path, "checker", GIVEN, units=["99@2021-07-01"])
    where = f"/v1/needless-repayments?unit_id={office.authority}"
    await office.refused("not-your-unit", "GET", where, "checker", units=["9@2021-07-01"])
    await office.refused("bad-cursor", "GET", f"{where}&cursor=x", "checker")
    await office.ok("POST", path, "checker", {**GIVEN, "amount_dong": 40_000}, subject="minh")
    await office.refused("give-back-exists", "POST", path, "checker", {**GIVEN, "amount_dong": 60_000}, subject="minh")
    rest = {**GIVEN, "amount_dong": 60_000, "treasury_reference": "LHT 2"}
    await office.ok("POST", path, "checker", rest, subject="minh")
    last = {**GIVEN, "amount_dong": 1, "treasury_reference": "LHT 3"}
    await office.refused("nothing-to-give-back", "POST", path, "checker", last, subject="minh")


async def test_two_at_once_never_give_back_more_than_was_repaid(office: Office) -> None:
    _, receivable_id = await repaid_and_returned(office)
    path = f"/v1/receivables/{receivable_id}/give-backs"
    bodies = [{**GIVEN, "treasury_reference": f"LHT {n}"} for n in range(2)]
    answers = await asyncio.gather(*[office.call("POST", path, "checker", each, subject="minh") for each in bodies])
    assert sorted(a.status_code for a in answers) == [201, 409]
    assert (await balanced(office))["given_back_dong"] == 100_000


def test_what_goes_back_by_the_rule() -> None:
    """Beside what is out there of a month: paid, with a provider, in a payroll; and what rests only where something is owed."""
    paid, resting, sealed = Piece(0, 360_000, "paid"), Piece(1, 360_000, "resting"), Piece(2, 360_000, "sealed")
    assert to_give_back(0, [paid], 360_000) == 0
    assert to_give_back(0, [], 360_000) == 360_000
    assert to_give_back(0, [resting], 100_000) == 100_000
    assert to_give_back(0, [sealed], 100_000) == 0, "it may still be paid"
    assert to_give_back(360_000, [paid], 360_000) == 360_000, "owed after all, and not drawn again yet"
    assert to_give_back(360_000, [paid, resting], 360_000) == 0, "drawn again"
    assert to_give_back(180_000, [paid], 180_000) == 0
    assert to_give_back(180_000, [], 100_000, paid_before_dong=230_000) == 50_000
