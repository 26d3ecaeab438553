"""Less owed by a later decision: what was not paid is replaced or recalled, what was paid is an overpayment in the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed, decision
from tests.disbursement.test_books_end_to_end import books, instructed, parts
from tests.disbursement.test_openings import agreed, entry

SEPTEMBER, NOVEMBER, DECEMBER = date(2021, 9, 1), date(2021, 11, 1), date(2021, 12, 1)


async def paid_out(office: Office, run_id: str, *stories: Sequence[Outcome]) -> None:
    """Draw up a run, release what comes of it, and answer its one chunk: paid, unless other stories are told."""
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    await answer(office, chunk, stories or [["paid"]] * len(chunk.lines))


async def overpaid(office: Office) -> list[Any]:
    """The list of overpayments."""
    found: list[Any] = (await office.ok("GET", f"/v1/overpayments?unit_id={office.province}", "checker"))["items"]
    return found


def sums(found: list[Any]) -> list[tuple[str, str, int, int, int]]:
    return [(o["benefit_month"][:7], o["reason"], o["paid_dong"], o["owed_dong"], o["open_dong"]) for o in found]


async def rows_of(office: Office, person: BeneficiaryRecord) -> list[tuple[date, int, int, int, str]]:
    rows = await office.obligations(subject_id=person.beneficiary_id)
    places = ["live" if o["live_payment_id"] else o["resting"] for o in rows]
    return [
        (o["benefit_month"], o["revision"], o["amount_dong"], o["total_dong"], at) for o, at in zip(rows, places, strict=True)
    ]


# --- not paid yet -------------------------------------------------------------------------------------------------------


async def test_one_of_several_decisions_stops_before_anything_was_paid(office: Office) -> None:
    """The higher coefficient goes: the payment drawn is taken out of its payroll and replaced by the lower one."""
    person, other = office.person(["K6-DBN", "K5C-80"]), office.person()
    await office.say(person, other)
    run_id = await office.run()
    (first,) = (await office.draw(run_id))["payrolls"]
    await office.approved(first["payroll_id"])
    left = [each for each in person.decisions if each.category == "K5C-80"]
    await office.say(changed(person, decisions=left))
    (supplement,) = (await office.draw(run_id))["payrolls"]
    assert (supplement["payments"], supplement["amount_dong"]) == (1, 360_000)
    assert await rows_of(office, person) == [(OCTOBER, 0, 720_000, 720_000, "cancelled"), (OCTOBER, 1, 360_000, 360_000, "live")]
    taken_out = await office.rows("SELECT reason FROM payroll_exceptions WHERE payroll_id = $1", UUID(first["payroll_id"]))
    assert [row["reason"] for row in taken_out] == ["less-owed"]
    assert parts(await books(office, OCTOBER)) == {"not_released": 2, "cancelled": 1}
    before = await office.fingerprint()
    assert (await office.draw(run_id))["payrolls"] == []
    assert {name for name, sum_ in (await office.fingerprint()).items() if before[name] != sum_} <= {"draw_gates"}
    assert await overpaid(office) == []


async def test_what_rests_is_cancelled_from_the_newest_revision_on(office: Office) -> None:
    """Rests of 540,000 and 180,000 more; then 540,000 is owed again: only the difference goes, the rest stays as it was."""
    person = office.person("K6-N", hold="duplicate")
    await office.say(person)
    run_id = await office.run()
    await office.draw(run_id)
    more = changed(person, decisions=[decision("K6-DBN")])
    await office.say(more)
    await office.draw(run_id)
    less = changed(more, decisions=person.decisions)
    await office.say(less)
    await office.draw(run_id)
    assert await rows_of(office, person) == [(OCTOBER, 0, 540_000, 540_000, "new"), (OCTOBER, 1, 180_000, 720_000, "cancelled")]
    await office.say(changed(less, decisions=[decision("K5C-80")]))
    await office.draw(run_id)
    assert (await rows_of(office, person))[0][4] == "cancelled"
    assert (await rows_of(office, person))[2:] == [(OCTOBER, 2, 360_000, 360_000, "new")]
    assert parts(await books(office, OCTOBER)) == {"not_released": 1, "cancelled": 2}


async def test_heads_fewer_before_release_are_taken_out_by_the_release(office: Office) -> None:
    person, other = office.person("K4-DTN", heads=3), office.person()
    await office.say(person, other)
    run_id = await office.run()
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.approved(payroll["payroll_id"])
    await office.fund(run_id, payroll["contract_id"], payroll["amount_dong"])
    await office.say(changed(person, decisions=[decision("K4-DTN", heads=2)]))
    released = await office.release(payroll["payroll_id"])
    assert released["removed_payments"] == 1
    (supplement,) = (await office.draw(run_id))["payrolls"]
    assert supplement["amount_dong"] == 2 * 360_000
    assert parts(await books(office, OCTOBER)) == {"not_released": 2, "cancelled": 1}


async def test_a_death_after_release_is_recalled_until_its_chunk_is_instructed(office: Office) -> None:
    person, other = office.person(), office.person()
    await office.say(person, other)
    run_id = await office.run()
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    await office.say(changed(person, status="dead", status_from_month=OCTOBER))
    body = {"authority_id": office.authority}
    recalled = await office.ok("POST", "/v1/recalls", "accountant", body)
    assert recalled == {"recalled": 1, "payrolls": {payroll["payroll_id"]: 1}}
    assert (await office.ok("POST", "/v1/recalls", "accountant", body)) == {"recalled": 0, "payrolls": {}}
    (chunk,) = (await instructed(office, run_id)).values()
    assert [line.beneficiary_id for line in chunk.lines] == [other.beneficiary_id]
    assert parts(await books(office, OCTOBER)) == {"in_flight": 1, "cancelled": 1}
    await office.refused("not-allowed", "POST", "/v1/recalls", "maker", body)
    await office.refused("unknown-unit", "POST", "/v1/recalls", "accountant", {"authority_id": "99@2021-07-01"})
    elsewhere = {"units": ["99@2021-07-01"]}
    await office.refused("not-your-unit", "POST", "/v1/recalls", "accountant", body, **elsewhere)


# --- with a provider, or paid -------------------------------------------------------------------------------------------


async def test_what_is_in_flight_waits_for_its_answer(office: Office) -> None:
    """Refused, it is replaced by what is owed now; paid, the difference is an overpayment."""
    one, two = office.person("K6-N"), office.person("K6-N")
    await office.say(one, two)
    run_id = await office.run()
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    await office.say(*[changed(each, decisions=[decision("K5C-80")]) for each in (one, two)])
    assert (await office.draw(run_id))["payrolls"] == []
    assert await overpaid(office) == []
    stories: list[Sequence[Outcome]] = [
        ["unclaimed"] if line.beneficiary_id == one.beneficiary_id else ["paid"] for line in chunk.lines
    ]
    await answer(office, chunk, stories)
    assert sums(await overpaid(office)) == [("2021-10", "less-owed", 540_000, 360_000, 180_000)]
    (supplement,) = (await office.draw(run_id))["payrolls"]
    assert (supplement["payments"], supplement["amount_dong"]) == (1, 360_000)
    assert [row[1:] for row in await rows_of(office, one)] == [(0, 540_000, 540_000, "cancelled"), (1, 360_000, 360_000, "live")]
    assert [row[1:] for row in await rows_of(office, two)] == [(0, 540_000, 540_000, "live")]
    assert parts(await books(office, OCTOBER)) == {"not_released": 1, "cancelled": 1, "paid_cash": 1}


async def test_a_late_death_is_found_at_once_and_goes_when_it_was_a_mistake(office: Office) -> None:
    person, other = office.person(), office.person()
    await office.say(person, other)
    await paid_out(office, await office.run("2021-10"))
    await paid_out(office, await office.run("2021-11"))
    assert await overpaid(office) == []
    dead = changed(person, status="dead", status_from_month=OCTOBER)
    await office.say(dead)
    found = await overpaid(office)
    assert sums(found) == [("2021-10", "dead", 360_000, 0, 360_000), ("2021-11", "dead", 360_000, 0, 360_000)]
    assert {(o["beneficiary_code"], o["payee_name"], o["payee_relationship"]) for o in found} == {
        (person.code, "Nguyễn Thị Lan", "self")
    }
    path = f"/v1/overpayments?unit_id={office.province}&limit=1"
    page = await office.ok("GET", path, "checker")
    rest = await office.ok("GET", f"{path}&cursor={page['next_cursor']}", "checker")
    assert page["items"] + rest["items"] == found
    assert (await office.ok("GET", f"{path}&cursor={rest['next_cursor']}", "checker"))["items"] == []
    assert (await office.draw(await office.run("2021-12")))["payrolls"][0]["payments"] == 1
    await office.say(changed(dead, status="active", status_from_month=date(2021, 7, 1)))
    assert await overpaid(office) == []
    assert (await books(office, OCTOBER))["paid_cash"]["obligations"] == 2


async def test_overpayments_are_for_those_whose_they_are(office: Office) -> None:
    path = f"/v1/overpayments?unit_id={office.authority}"
    await office.refused("not-your-unit", "GET", path, "checker", units=["99@2021-07-01"])
    await office.refused("unknown-unit", "GET", "/v1/overpayments?unit_id=99@2021-07-01", "checker")
    for cursor in ("x", f"2021-10-01_{UUID(int=1)}", f"2021-10-01_{UUID(int=1)}_%00"):
        await office.refused("bad-cursor", "GET", f"{path}&cursor={cursor}", "checker")
    await office.refused("not-allowed", "GET", path, "commune_officer")


async def test_a_name_or_an_account_changes_nothing_that_is_owed(office: Office) -> None:
    """Only a change of right makes somebody a suspect: a change of name does not raise the position that counts."""
    person = office.person()
    await office.say(person)
    before = await office.rows("SELECT entitled_position, position FROM people WHERE beneficiary_id = $1", person.beneficiary_id)
    renamed = changed(person, full_name="Nguyễn Thị Lan Anh")
    await office.say(renamed)
    after = await office.rows("SELECT entitled_position, position FROM people WHERE beneficiary_id = $1", person.beneficiary_id)
    assert (after[0][0], after[0][1] > before[0][1]) == (before[0][0], True)
    await office.say(changed(renamed, decisions=[decision("K6-N")]))
    last = await office.rows("SELECT entitled_position, position FROM people WHERE beneficiary_id = $1", person.beneficiary_id)
    assert last[0][0] == last[0][1]


# --- two records, one person --------------------------------------------------------------------------------------------


async def test_two_records_that_were_both_paid_are_overpaid_once_merged(office: Office) -> None:
    stays, goes = office.person("K6-N"), office.person("K5C-80")
    await office.say(stays, goes)
    await paid_out(office, await office.run("2021-10"))
    merged = changed(goes, status="stopped", status_from_month=NOVEMBER, merged_into=stays.beneficiary_id)
    await office.say(merged)
    (found,) = await overpaid(office)
    assert sums([found]) == [("2021-10", "merged", 900_000, 540_000, 360_000)]
    assert UUID(found["beneficiary_id"]) == stays.beneficiary_id
    (november,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    assert (november["payments"], november["amount_dong"]) == (1, 540_000)
    await office.say(changed(merged, status="active", status_from_month=date(2021, 7, 1), merged_into=None))
    assert await overpaid(office) == []


async def test_of_two_records_not_both_are_paid_once_merged(office: Office) -> None:
    """One was paid, the other was held: what rests of the other goes. And where neither was paid, one of them is."""
    stays, goes = office.person(), office.person(hold="duplicate")
    first, second = office.person(hold="duplicate"), office.person(hold="duplicate")
    await office.say(stays, goes, first, second)
    await paid_out(office, await office.run("2021-10"))
    november = {"status": "stopped", "status_from_month": NOVEMBER, "hold": None}
    await office.say(
        changed(goes, merged_into=stays.beneficiary_id, **november),
        changed(second, merged_into=first.beneficiary_id, **november),
        changed(first, hold=None),
    )
    (payroll,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    paid = {UUID(p["beneficiary_id"]): p["amount_dong"] for p in await office.payments(payroll["payroll_id"])}
    assert paid == {stays.beneficiary_id: 360_000, first.beneficiary_id: 720_000}
    assert parts(await books(office, OCTOBER)) == {"paid_cash": 1, "not_released": 1, "cancelled": 2}
    assert await overpaid(office) == []


# --- late decisions of months that were never drawn ---------------------------------------------------------------------


async def test_a_late_decision_reaches_months_that_this_authority_never_drew(office: Office) -> None:
    """The province began in September, this authority in November. What was decided before was paid as it was before; what was
    signed since is owed from its month on, at that month's level, but not before the province began."""
    old = office.person("K5C-80")
    late = decision("K6-N", from_month=date(2021, 7, 1)).model_copy(update={"decided_on": date(2021, 11, 20)})
    new = office.person(decisions=[late])
    risen = office.person(decisions=[decision("K5C-80"), late.model_copy(update={"decision_id": UUID(int=7)})])
    await office.say(old, new, risen)
    await office.run("2021-09")
    run_id = await office.run("2021-11")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    paid = {p["beneficiary_code"]: (p["amount_dong"], p["note"]) for p in await office.payments(payroll["payroll_id"])}
    assert paid == {
        old.code: (360_000, f"TCXH 11.2021 {old.code}"),
        new.code: (3 * 540_000, f"TCXH 09.2021 10.2021 11.2021 {new.code}"),
        risen.code: (2 * 180_000 + 540_000, f"TCXH 09.2021 10.2021 11.2021 {risen.code}"),
    }
    for month in (SEPTEMBER, OCTOBER):
        assert parts(await books(office, month)) == {"not_released": 2}
    assert (await office.draw(run_id))["payrolls"] == []
    (again,) = (await office.draw(await office.run("2021-12")))["payrolls"]
    assert again["amount_dong"] == 360_000 + 540_000 + 540_000
    assert await overpaid(office) == []


async def test_a_month_drawn_after_all_was_paid_by_nobody_else(office: Office) -> None:
    late = decision("K6-N").model_copy(update={"decided_on": date(2021, 11, 20)})
    risen = office.person(decisions=[decision("K5C-80"), late])
    await office.say(risen)
    october, november = await office.run("2021-10"), await office.run("2021-11")
    (first,) = (await office.draw(november))["payrolls"]
    assert first["amount_dong"] == 180_000 + 540_000
    (second,) = (await office.draw(october))["payrolls"]
    assert second["amount_dong"] == 360_000
    assert [row[:3] for row in await rows_of(office, risen)] == [
        (OCTOBER, 0, 180_000), (OCTOBER, 1, 360_000), (NOVEMBER, 0, 540_000),
    ]  # fmt: skip


async def test_no_arrears_where_an_opening_balance_closed_the_month(office: Office) -> None:
    late = decision("K6-N").model_copy(update={"decided_on": date(2021, 11, 20)})
    person = office.person(decisions=[late])
    await office.say(person)
    await office.run("2021-09")
    await agreed(office, entry(person, "unclaimed", SEPTEMBER, 300_000))
    (payroll,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    assert payroll["amount_dong"] == 300_000 + 2 * 540_000


async def test_an_opening_balance_is_judged_by_a_death_alone(office: Office) -> None:
    """Lists date decisions from go-live: the law here owes nothing of the month, and still it is paid."""
    person, dead = office.person(decisions=[decision("K5C-80", from_month=OCTOBER)]), office.person()
    await office.say(person, dead)
    await agreed(office, entry(person, "unpaid", SEPTEMBER, 300_000), entry(dead, "unpaid", SEPTEMBER, 300_000))
    run_id = await office.run("2021-10", "2021-09-01", "2021-10-01")
    await paid_out(office, run_id)
    await office.say(
        changed(person, decisions=[decision("K6-N", from_month=NOVEMBER)]),
        changed(dead, status="dead", status_from_month=SEPTEMBER),
    )
    assert sorted(sums(await overpaid(office))) == [
        ("2021-09", "dead", 300_000, 0, 300_000),
        ("2021-10", "dead", 360_000, 0, 360_000),
        ("2021-10", "less-owed", 360_000, 0, 360_000),
    ]


# --- a consistent cut ---------------------------------------------------------------------------------------------------
