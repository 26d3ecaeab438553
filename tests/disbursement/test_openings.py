"""What a province brings along: owed once, payable once, and balanced in its own months."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import (
    BeneficiariesChanged,
    BeneficiaryRecord,
    OpeningBalancesAgreed,
    OpeningEntry,
    OpeningEntryCountered,
)
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office
from tests.disbursement.records import changed
from tests.disbursement.test_books_end_to_end import books as balanced
from tests.disbursement.test_books_end_to_end import instructed, parts

JULY, AUGUST, SEPTEMBER = date(2021, 7, 1), date(2021, 8, 1), date(2021, 9, 1)


def entry(person: BeneficiaryRecord, kind: Any, month: date, amount_dong: int = 540_000) -> OpeningEntry:
    return OpeningEntry(
        entry_id=new_id(), beneficiary_id=person.beneficiary_id, person_name=None, kind=kind, benefit_month=month,
        amount_dong=amount_dong,
        provider="vnpost", minutes_number="12/BB", agreed_on=date(2021, 9, 28),
    )  # fmt: skip


async def agreed(office: Office, *entries: OpeningEntry) -> OpeningBalancesAgreed:
    event = OpeningBalancesAgreed(list_id=new_id(), unit_id=office.communes[2], entries=list(entries))
    await office.emit(event)
    return event


async def books(office: Office, month: str) -> Any:
    return await office.ok("GET", f"/v1/months/{month}/books", "checker", units=[office.authority])


def part(obligations: int, amount_dong: int, people: int | None = None) -> dict[str, int]:
    return {"obligations": obligations, "people": obligations if people is None else people, "amount_dong": amount_dong}


async def states(office: Office) -> dict[UUID, str]:
    found = await office.ok("GET", f"/v1/openings?unit_id={office.province}", "maker")
    return {UUID(item["entry_id"]): item["state"] for item in found["items"]}


async def test_what_is_brought_along_stands_in_its_place_and_balances(office: Office) -> None:
    one, two, three = office.person(), office.person(), office.person()
    await office.say(one, two, three)
    unpaid, unclaimed = entry(one, "unpaid", AUGUST), entry(two, "unclaimed", AUGUST, 360_000)
    receivable = entry(three, "receivable", AUGUST, 720_000)
    gone = receivable.model_copy(update={"entry_id": new_id(), "beneficiary_id": None, "person_name": "Phan Văn Ất"})
    await agreed(office, unpaid, unclaimed, receivable, gone)
    said = await books(office, "2021-08")
    assert (said["owed"], said["books_balance"]) == (part(2, 900_000), True)
    assert (said["not_released"], said["unclaimed"]) == (part(1, 540_000), part(1, 360_000))
    shown = (await office.ok("GET", f"/v1/openings?unit_id={office.communes[2]}", "maker"))["items"]
    assert [(item["kind"], item["amount_dong"], item["state"], item["revision"]) for item in shown] == [
        ("unpaid", 540_000, "booked", 0),
        ("unclaimed", 360_000, "booked", 0),
        ("receivable", 720_000, "booked", None),
        ("receivable", 720_000, "booked", None),
    ]
    assert [item["person_name"] for item in shown] == [None, None, None, "Phan Văn Ất"]
    assert {item["authority_id"] for item in shown} == {office.authority}
    (moved,) = await office.events("obligations_moved")
    assert {(m["from_place"], m["to_place"], m["amount_dong"], m["category_group"]) for m in moved["moves"]} == {
        (None, "not_released", 540_000, "elderly"),
        (None, "unclaimed", 360_000, "elderly"),
    }
    month = await office.ok("GET", f"/v1/beneficiaries/{two.beneficiary_id}/months/2021-08", "maker")
    assert month["why_not_paid"]["code"] == "unclaimed"
    assert [(o["run"], o["amount_dong"], o["place"]) for o in month["obligations"]] == [("0000-00", 360_000, "unclaimed")]


async def test_the_same_event_again_changes_nothing(office: Office) -> None:
    person = office.person()
    await office.say(person)
    event = await agreed(office, entry(person, "unpaid", AUGUST))
    before = await office.fingerprint()
    await office.emit(event)
    assert await office.fingerprint() == before
    assert (await books(office, "2021-08"))["owed"] == part(1, 540_000)


@pytest.mark.parametrize("kind", ["unpaid", "unclaimed"])
async def test_an_opening_month_is_paid_once_and_never_owed_again(office: Office, kind: str) -> None:
    """The run's own months hold the opening month too, and the law would give more than was agreed: still only what was."""
    person, other = office.person(), office.person()
    await office.say(person, other)
    await agreed(office, entry(person, kind, AUGUST, 200_000))
    run_id = await office.run("2021-10", "2021-08-01", "2021-10-01")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    assert (payroll["payments"], payroll["amount_dong"]) == (2, 200_000 + 360_000 + 2 * 360_000)
    paid = {UUID(p["beneficiary_id"]): p["amount_dong"] for p in await office.payments(payroll["payroll_id"])}
    assert paid == {person.beneficiary_id: 560_000, other.beneficiary_id: 720_000}
    said = await books(office, "2021-08")
    assert (said["owed"], said["not_released"], said["books_balance"]) == (part(2, 560_000), part(2, 560_000), True)
    assert (await office.draw(run_id))["payrolls"] == []
    await office.say(changed(person))
    november = await office.run("2021-11", "2021-11-01")
    (later,) = (await office.draw(november))["payrolls"]
    assert later["amount_dong"] == 2 * 360_000
    mine = await office.obligations(subject_id=person.beneficiary_id, benefit_month=AUGUST)
    assert [(o["revision"], o["amount_dong"], o["payment_seq"]) for o in mine] == [(0, 200_000, 1)]


async def test_months_before_any_decision_are_paid_as_arrears(office: Office) -> None:
    """Lists taken in at go-live date decisions from then on: what was owed before is known by the opening balance alone."""
    person = office.person()
    first = person.decisions[0].model_copy(update={"from_month": date(2021, 10, 1)})
    person = person.model_copy(update={"decisions": [first]})
    await office.say(person)
    await agreed(office, entry(person, "unpaid", JULY), entry(person, "unpaid", AUGUST), entry(person, "unclaimed", SEPTEMBER))
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    (payment,) = await office.payments(payroll["payroll_id"])
    assert payment["amount_dong"] == 3 * 540_000 + 360_000
    assert payment["note"].startswith("TCXH 07.2021 08.2021 09.2021 10.2021 HUE-")
    for month in ("2021-07", "2021-08", "2021-09"):
        assert (await books(office, month))["books_balance"] is True


async def test_what_was_brought_along_is_paid_and_nothing_of_it_is_left(office: Office) -> None:
    """Through release, instruction and outcomes; at each step the books balance and reporting hears the same places."""
    one, two = office.person(), office.person()
    await office.say(one, two)
    await agreed(office, entry(one, "unclaimed", AUGUST, 300_000), entry(two, "unpaid", AUGUST))
    assert parts(await balanced(office, AUGUST)) == {"unclaimed": 1, "not_released": 1}
    run_id = await office.run("2021-10")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    assert parts(await balanced(office, AUGUST)) == {"not_released": 2}
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    assert parts(await balanced(office, AUGUST)) == {"in_flight": 2}
    await answer(office, chunk, [["paid"], ["unclaimed"]])
    assert parts(await balanced(office, AUGUST)) == {"paid_cash": 1, "unclaimed": 1}
    november = await office.run("2021-11", "2021-11-01")
    (later,) = (await office.draw(november))["payrolls"]
    await office.released(later)
    (chunk,) = (await instructed(office, november)).values()
    await answer(office, chunk, [["paid"], ["paid"]])
    assert parts(await balanced(office, AUGUST)) == {"paid_cash": 2}
    assert (await office.draw(november))["payrolls"] == []


async def test_a_month_drawn_up_before_is_not_owed_twice(office: Office) -> None:
    person = office.person()
    await office.say(person)
    await office.draw(await office.run("2021-09"))
    late = entry(person, "unpaid", SEPTEMBER)
    await agreed(office, late)
    assert (await states(office))[late.entry_id] == "owed_already"
    said = await books(office, "2021-09")
    assert (said["owed"], said["books_balance"]) == (part(1, 360_000), True)


async def test_a_counter_entry_cancels_what_no_payment_has_taken(office: Office) -> None:
    person, other = office.person(), office.person()
    await office.say(person, other)
    wrong, taken, debt = entry(person, "unclaimed", AUGUST), entry(other, "unpaid", AUGUST), entry(person, "receivable", JULY)
    await agreed(office, wrong, taken, debt)
    counters = [
        OpeningEntryCountered(entry_id=each.entry_id, unit_id=office.communes[2], minutes_number="15/BB")
        for each in (wrong, debt, taken)
    ]
    for event in counters[:2]:
        await office.emit(event)
    said = await books(office, "2021-08")
    assert (said["unclaimed"], said["cancelled"], said["books_balance"]) == (part(0, 0), part(1, 540_000), True)
    (payroll,) = (await office.draw(await office.run("2021-10")))["payrolls"]
    assert payroll["amount_dong"] == 540_000 + 2 * 360_000
    await office.emit(counters[2])
    assert await states(office) == {wrong.entry_id: "countered", debt.entry_id: "countered", taken.entry_id: "countered_late"}
    before = await office.fingerprint()
    await office.emit(counters[0])
    assert await office.fingerprint() == before
    right = entry(person, "unpaid", AUGUST, 300_000)
    await agreed(office, right)
    assert (await states(office))[right.entry_id] == "booked"
    said = await books(office, "2021-08")
    assert (said["owed"]["amount_dong"], said["books_balance"]) == (540_000 + 540_000 + 300_000, True)


async def test_early_events_wait_for_their_people(office: Office, admin: asyncpg.Connection) -> None:
    person = office.person()
    unpaid = entry(person, "unpaid", AUGUST)
    counter = OpeningEntryCountered(entry_id=unpaid.entry_id, unit_id=office.communes[2], minutes_number="15/BB")
    bodies = [
        counter, OpeningBalancesAgreed(list_id=new_id(), unit_id=office.communes[2], entries=[unpaid]),
        BeneficiariesChanged(records=[person]),
    ]  # fmt: skip
    last = 10_000_000
    for event in bodies:
        last += 1
        envelope = Envelope(
            source="registry", position=last, type=event.type, version=1, event_id=new_id(), occurred_at="2021-09-28T02:00:00Z",
            body=event.model_dump(mode="json"),
        )  # fmt: skip
        await office.service.inbox.receive(envelope.encode())
    for _ in range(2):
        await office.service.inbox.retry_parked()
    assert await states(office) == {unpaid.entry_id: "countered"}
    assert (await books(office, "2021-08"))["books_balance"] is True
    await admin.execute("DELETE FROM disbursement.inbox WHERE position > 10000000")


async def test_the_run_of_openings_is_not_drawn_up(office: Office) -> None:
    person = office.person()
    await office.say(person)
    await agreed(office, entry(person, "unpaid", AUGUST))
    runs = (await office.ok("GET", "/v1/runs?limit=1000", "maker"))["items"]
    (run_id,) = [run["run_id"] for run in runs if run["code"] == "0000-00" and run["unit_id"] == office.province]
    await office.refused("opening-run", "POST", f"/v1/runs/{run_id}/draw-up", "maker", {"authority_id": office.authority})


async def test_openings_are_seen_by_those_whose_they_are(office: Office) -> None:
    person = office.person()
    await office.say(person)
    await agreed(office, entry(person, "unclaimed", AUGUST))
    mine = await office.ok("GET", "/v1/openings", "maker", units=[office.communes[2]])
    assert [item["beneficiary_code"] for item in mine["items"]] == [person.code]
    assert (await office.ok("GET", "/v1/openings", "maker", units=[office.communes[1]]))["items"] == []
    page = await office.ok("GET", f"/v1/openings?limit=1&beneficiary_id={person.beneficiary_id}&kind=unclaimed", "maker")
    assert len(page["items"]) == 1
    assert (await office.ok("GET", f"/v1/openings?cursor={page['next_cursor']}&state=booked", "maker"))["items"] == []
    await office.refused("bad-cursor", "GET", "/v1/openings?cursor=none", "maker")
    await office.refused("not-allowed", "GET", "/v1/openings", "commune_officer")
