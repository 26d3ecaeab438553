"""Receivables over REST: decided, agreed, repaid, written off, withdrawn; each bad step refused; the ledger says the same."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import jwt

from shared.auth import LOCAL_ISSUER
from shared.contracts.registry_events import BeneficiaryRecord, OpeningEntryCountered
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from shared.keys import ISSUER, load_signing_key
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed, decision
from tests.disbursement.test_differences import overpaid, paid_out, sums
from tests.disbursement.test_openings import agreed, entry, states

NOVEMBER = date(2021, 11, 1)
SEPTEMBER = date(2021, 9, 1)


async def dead_late(office: Office) -> BeneficiaryRecord:
    """Somebody paid for October and November, of whom a death before October is reported then."""
    person = office.person()
    await office.say(person)
    await paid_out(office, await office.run("2021-10"))
    await paid_out(office, await office.run("2021-11"))
    dead = changed(person, status="dead", status_from_month=OCTOBER)
    await office.say(dead)
    return dead


def decides(office: Office, person: BeneficiaryRecord, *amounts: int, **changes: Any) -> dict[str, Any]:
    """A decision to recover these amounts of October, November, ..."""
    months = [
        {"benefit_month": f"2021-{10 + i}-01", "kind": "monthly", "amount_dong": amount} for i, amount in enumerate(amounts)
    ]
    plain = {
        "authority_id": office.authority, "beneficiary_id": str(person.beneficiary_id), "months": months,
        "debtor_name": "Trần Văn Nam", "debtor_relationship": "heir", "decision_number": "45/QĐ-UBND",
        "decided_on": "2021-12-06", "notified_on": "2021-12-08",
    }  # fmt: skip
    return {**plain, **changes}


async def decided(office: Office, person: BeneficiaryRecord, *amounts: int) -> str:
    """The id of the receivable, recorded by Lan."""
    body = decides(office, person, *amounts)
    return str((await office.ok("POST", "/v1/receivables", "maker", body, subject="lan"))["receivable_id"])


async def repaid(office: Office, receivable_id: str, amount_dong: int, reference: str) -> Any:
    body = {"amount_dong": amount_dong, "treasury_reference": reference, "repaid_on": "2022-01-28"}
    return await office.ok("POST", f"/v1/receivables/{receivable_id}/repayments", "accountant", body)


async def balanced(office: Office) -> dict[str, int]:
    """The sums by rows, once the ledger says the same, and the runs' books hold."""
    said = await office.ok("GET", f"/v1/receivables/totals?unit_id={office.authority}", "checker")
    assert said["books_balance"] is True
    assert said["rows"] == said["ledger"]
    for run in await office.rows("SELECT run_id FROM runs WHERE unit_id = $1", office.province):
        assert (await office.ok("GET", f"/v1/runs/{run[0]}/books", "checker"))["books_balance"] is True
    assert said["rows"].pop("taken_over_dong") == 0  # nobody handed over: test_handover_of_receivables.py
    return {**said["rows"], "left_dong": said["left_dong"]}


CLOSING = {"decision_number": "12/QĐ-UBND", "decided_on": "2022-06-01", "reason": "không còn khả năng hoàn trả"}


async def test_from_an_overpayment_to_the_last_instalment(office: Office) -> None:
    person = await dead_late(office)
    receivable_id = await decided(office, person, 360_000, 300_000)
    assert sums(await overpaid(office)) == [("2021-11", "dead", 360_000, 0, 60_000)]
    assert await balanced(office) == {
        "established_dong": 660_000, "repaid_dong": 0, "written_off_dong": 0, "withdrawn_dong": 0, "given_back_dong": 0,
        "left_dong": 660_000,
    }  # fmt: skip
    plan = {
        "agreed_on": "2021-12-20",
        "instalments": [{"due_on": "2022-01-31", "amount_dong": 400_000}, {"due_on": "2022-02-28", "amount_dong": 260_000}],
    }
    agreed_ = await office.ok("POST", f"/v1/receivables/{receivable_id}/plan", "maker", plan)
    assert (agreed_["state"], agreed_["overdue_dong"], agreed_["instalments"]) == ("agreed", 660_000, plan["instalments"])
    first = await repaid(office, receivable_id, 400_000, "KB 1")
    assert await repaid(office, receivable_id, 400_000, "KB 1") == first
    whole = await office.ok("GET", f"/v1/receivables/{receivable_id}", "checker")
    assert (whole["state"], whole["left_dong"], whole["overdue_dong"]) == ("repaying", 260_000, 260_000)
    assert [(m["amount_dong"], m["repaid_dong"]) for m in whole["months"]] == [(360_000, 360_000), (300_000, 40_000)]
    overdue = await office.ok("GET", f"/v1/receivables?overdue=true&authority_id={office.authority}", "checker")
    assert [item["receivable_id"] for item in overdue["items"]] == [receivable_id]
    later = {"agreed_on": "2022-03-01", "instalments": [{"due_on": "2199-01-31", "amount_dong": 260_000}]}
    assert (await office.ok("POST", f"/v1/receivables/{receivable_id}/plan", "maker", later))["overdue_dong"] == 0
    assert (await office.ok("GET", f"/v1/receivables?overdue=true&authority_id={office.authority}", "checker"))["items"] == []
    await repaid(office, receivable_id, 260_000, "KB 2")
    whole = await office.ok("GET", f"/v1/receivables/{receivable_id}", "checker")
    assert (whole["state"], whole["left_dong"], len(whole["repayments"])) == ("repaid", 0, 2)
    assert await office.ledger("money") | {("receivable", "treasury"): (0, 660_000), ("payees", "receivable"): (0, 660_000)} == (
        await office.ledger("money")
    )
    assert (await balanced(office))["left_dong"] == 0


async def test_what_was_repaid_is_owed_again_when_the_death_was_a_mistake(office: Office) -> None:
    """October came back to the Treasury and is paid again; what is left of November is withdrawn, and not paid twice."""
    dead = await dead_late(office)
    receivable_id = await decided(office, dead, 360_000, 360_000)
    await repaid(office, receivable_id, 360_000, "KB 1")
    await office.say(changed(dead, status="active", status_from_month=date(2021, 7, 1)))
    withdrawn = await office.ok("POST", f"/v1/receivables/{receivable_id}/withdraw", "checker", CLOSING, subject="minh")
    assert (withdrawn["state"], withdrawn["withdrawn_dong"], withdrawn["closed_by"]) == ("withdrawn", 360_000, "minh")
    assert [(m["repaid_dong"], m["withdrawn_dong"]) for m in withdrawn["months"]] == [(360_000, 0), (0, 360_000)]
    (payroll,) = (await office.draw(await office.run("2021-12")))["payrolls"]
    assert payroll["amount_dong"] == 2 * 360_000
    assert (await office.draw(payroll["run_id"]))["payrolls"] == []
    assert await overpaid(office) == []
    assert (await balanced(office))["withdrawn_dong"] == 360_000


async def test_writing_off_takes_a_second_officer(office: Office) -> None:
    receivable_id = await decided(office, await dead_late(office), 360_000)
    await repaid(office, receivable_id, 100_000, "KB 1")
    path = f"/v1/receivables/{receivable_id}/write-off"
    await office.refused("maker-is-checker", "POST", path, "checker", CLOSING, subject="lan")
    await office.refused("not-allowed", "POST", path, "maker", CLOSING)
    await office.refused("wrong-date", "POST", path, "checker", {**CLOSING, "decided_on": "2021-12-01"}, subject="minh")
    written_off = await office.ok("POST", path, "checker", CLOSING, subject="minh")
    assert (written_off["state"], written_off["written_off_dong"], written_off["left_dong"]) == ("written_off", 260_000, 0)
    assert written_off["closing_reason"] == "không còn khả năng hoàn trả"
    await office.refused("receivable-closed", "POST", path, "checker", CLOSING, subject="minh")
    assert await balanced(office) == {
        "established_dong": 360_000, "repaid_dong": 100_000, "written_off_dong": 260_000, "withdrawn_dong": 0,
        "given_back_dong": 0, "left_dong": 0,
    }  # fmt: skip
    assert sums(await overpaid(office)) == [("2021-11", "dead", 360_000, 0, 360_000)]


async def test_a_service_account_gives_nothing_up(office: Office) -> None:
    receivable_id = await decided(office, await dead_late(office), 360_000)
    claims = {
        "iss": LOCAL_ISSUER, "sub": "robot", "aud": "chitra", "exp": wall_now() + timedelta(hours=1), "unit_ids": ["*"],
        "scope": "disbursement:approve", "kind": "service",
    }  # fmt: skip
    token = jwt.encode(claims, load_signing_key(office.platform.settings.keys_dir, ISSUER), algorithm="EdDSA")
    path = f"/v1/receivables/{receivable_id}/write-off"
    headers = {"Authorization": f"Bearer {token}"}
    await office.refused("service-account-approves", "POST", path, "checker", CLOSING, headers=headers)


async def test_decisions_that_are_refused(office: Office) -> None:
    person, other = await dead_late(office), office.person()
    await office.say(other)
    post = ("POST", "/v1/receivables", "maker")
    await office.refused("more-than-overpaid", *post, decides(office, person, 360_001))
    await office.refused("more-than-overpaid", *post, decides(office, person, 360_000, 360_000, 1))
    await office.refused("more-than-overpaid", *post, decides(office, other, 1))
    twice = decides(office, person, 1)["months"] * 2
    await office.refused("same-month-twice", *post, decides(office, person, months=twice))
    await office.refused("wrong-date", *post, decides(office, person, 1, notified_on="2021-12-01"))
    await office.refused("wrong-date", *post, decides(office, person, 1, notified_on="2199-12-01"))
    wrong_month = [{"benefit_month": "2021-10-02", "kind": "monthly", "amount_dong": 1}]
    await office.refused("wrong-month", *post, decides(office, person, months=wrong_month))
    await office.refused("unknown-unit", *post, decides(office, person, 1, authority_id="99@2021-07-01"))
    await office.refused("not-your-unit", *post, decides(office, person, 1), units=["99@2021-07-01"])
    await office.refused("not-allowed", "POST", "/v1/receivables", "accountant", decides(office, person, 1))


async def test_plans_and_repayments_that_are_refused(office: Office) -> None:
    receivable_id = await decided(office, await dead_late(office), 360_000)
    path = f"/v1/receivables/{receivable_id}"

    def plan(*instalments: tuple[str, int], agreed_on: str = "2021-12-20") -> dict[str, Any]:
        return {"agreed_on": agreed_on, "instalments": [{"due_on": day, "amount_dong": dong} for day, dong in instalments]}

    wrong = [
        plan(("2022-01-31", 359_999)),
        plan(("2022-02-28", 180_000), ("2022-01-31", 180_000)),
        plan(("2022-01-31", 180_000), ("2022-01-31", 180_000)),
        plan(("2021-12-19", 360_000)),
    ]
    for each in wrong:
        await office.refused("wrong-instalment-plan", "POST", f"{path}/plan", "maker", each)
    before = plan(("2022-01-31", 360_000), agreed_on="2021-12-05")
    await office.refused("wrong-date", "POST", f"{path}/plan", "maker", before)
    unknown = f"/v1/receivables/{new_id()}"
    money = {"amount_dong": 100_000, "treasury_reference": "KB 1", "repaid_on": "2022-01-28"}
    await office.refused("unknown-receivable", "GET", unknown, "checker")
    await office.refused("unknown-receivable", "POST", f"{unknown}/plan", "maker", plan(("2022-01-31", 1)))
    await office.refused("unknown-receivable", "POST", f"{unknown}/repayments", "accountant", money)
    await office.refused("unknown-receivable", "POST", f"{unknown}/withdraw", "checker", CLOSING)
    await office.refused("unknown-receivable", "GET", path, "checker", units=["99@2021-07-01"])
    await office.refused("more-than-left", "POST", f"{path}/repayments", "accountant", {**money, "amount_dong": 360_001})
    await office.refused("wrong-date", "POST", f"{path}/repayments", "accountant", {**money, "repaid_on": "2021-12-01"})
    await office.refused("not-allowed", "POST", f"{path}/repayments", "maker", money)
    await repaid(office, receivable_id, 100_000, "KB 1")
    await office.refused("repayment-exists", "POST", f"{path}/repayments", "accountant", {**money, "amount_dong": 99_999})
    await repaid(office, receivable_id, 260_000, "KB 2")
    await office.refused("receivable-closed", "POST", f"{path}/repayments", "accountant", {**money, "treasury_reference": "KB 3"})
    await office.refused("receivable-closed", "POST", f"{path}/plan", "maker", plan(("2022-01-31", 1)))
    await office.refused("bad-cursor", "GET", "/v1/receivables?cursor=x", "checker")
    await office.refused(
        "not-your-unit", "GET", f"/v1/receivables/totals?unit_id={office.authority}", "checker", units=["9@2021-07-01"]
    )


async def test_two_at_once_never_recover_more_than_there_is(office: Office) -> None:
    """Two decisions about one month, then two repayments of all that is left, each in the same moment: one of each counts."""
    person = await dead_late(office)
    body = decides(office, person, 360_000)
    answers = await asyncio.gather(*[office.call("POST", "/v1/receivables", "maker", body) for _ in range(2)])
    assert sorted(a.status_code for a in answers) == [201, 409]
    (receivable_id,) = [a.json()["receivable_id"] for a in answers if a.status_code == 201]
    path = f"/v1/receivables/{receivable_id}/repayments"
    money = [{"amount_dong": 300_000, "treasury_reference": f"KB {i}", "repaid_on": "2022-01-28"} for i in range(2)]
    answers = await asyncio.gather(*[office.call("POST", path, "accountant", each) for each in money])
    assert sorted(a.status_code for a in answers) == [201, 409]
    same = {"amount_dong": 60_000, "treasury_reference": "KB 9", "repaid_on": "2022-01-28"}
    answers = await asyncio.gather(*[office.call("POST", path, "accountant", same) for _ in range(2)])
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (await balanced(office))["repaid_dong"] == 360_000


async def test_a_key_makes_a_repeated_decision_safe(office: Office) -> None:
    person = await dead_late(office)
    body, headers = decides(office, person, 100_000), {"Idempotency-Key": "once"}
    first = await office.ok("POST", "/v1/receivables", "maker", body, headers=headers)
    assert await office.ok("POST", "/v1/receivables", "maker", body, headers=headers) == first
    assert (await balanced(office))["established_dong"] == 100_000


async def test_of_a_category_that_fell_only_the_difference_is_owed_back(office: Office) -> None:
    person = office.person("K6-DBN")
    await office.say(person)
    await paid_out(office, await office.run())
    await office.say(changed(person, decisions=[decision("K6-N")]))
    await office.refused("more-than-overpaid", "POST", "/v1/receivables", "maker", decides(office, person, 180_001))
    receivable_id = await decided(office, person, 180_000)
    await repaid(office, receivable_id, 180_000, "KB 1")
    await office.say(changed(changed(person), decisions=[decision("K6-DBN")]))
    assert [p["amount_dong"] for p in (await office.draw(await office.run()))["payrolls"]] == [180_000]


async def test_what_was_brought_along_stands_in_the_same_list(office: Office) -> None:
    """With instalments, repayments and write-off as any other; taken back by a counter entry as long as nothing came back."""
    person = office.person()
    await office.say(person)
    one, two = entry(person, "receivable", SEPTEMBER, 720_000), entry(person, "receivable", date(2021, 8, 1), 300_000)
    gone = one.model_copy(update={"entry_id": new_id(), "beneficiary_id": None, "person_name": "Phan Văn Ất"})
    await agreed(office, one, two, gone)
    await agreed(office, one, two, gone)
    listed = (await office.ok("GET", f"/v1/receivables?authority_id={office.authority}", "checker"))["items"]
    assert {(r["origin"], r["state"], r["debtor_name"], r["debtor_relationship"], r["amount_dong"]) for r in listed} == {
        ("opening", "decided", "Nguyễn Thị Lan", "self", 720_000),
        ("opening", "decided", "Nguyễn Thị Lan", "self", 300_000),
        ("opening", "decided", "Phan Văn Ất", "unknown", 720_000),
    }
    by_entry = {r["opening_entry_id"]: r["receivable_id"] for r in listed}
    plan = {"agreed_on": "2021-12-20", "instalments": [{"due_on": "2022-01-31", "amount_dong": 720_000}]}
    planned = await office.ok("POST", f"/v1/receivables/{by_entry[str(gone.entry_id)]}/plan", "maker", plan)
    assert (planned["state"], planned["overdue_dong"], planned["months"]) == ("agreed", 720_000, [])
    await repaid(office, by_entry[str(gone.entry_id)], 720_000, "KB 1")
    await repaid(office, by_entry[str(two.entry_id)], 100_000, "KB 2")
    for each in (one, two):
        await office.emit(OpeningEntryCountered(entry_id=each.entry_id, unit_id=office.communes[2], minutes_number="15/BB"))
    assert {name: state for name, state in (await states(office)).items() if name != gone.entry_id} == {
        one.entry_id: "countered", two.entry_id: "countered_late",
    }  # fmt: skip
    assert await balanced(office) == {
        "established_dong": 1_740_000, "repaid_dong": 820_000, "written_off_dong": 0, "withdrawn_dong": 920_000,
        "given_back_dong": 0, "left_dong": 0,
    }  # fmt: skip
    page = await office.ok("GET", "/v1/receivables?limit=1&state=repaid", "checker")
    assert [r["receivable_id"] for r in page["items"]] == [by_entry[str(gone.entry_id)]]
    assert (await office.ok("GET", f"/v1/receivables?state=repaid&cursor={page['next_cursor']}", "checker"))["items"] == []
    assert len((await office.ok("GET", f"/v1/receivables?beneficiary_id={person.beneficiary_id}", "checker"))["items"]) == 2


async def test_each_step_is_in_the_audit(office: Office) -> None:
    receivable_id = await decided(office, await dead_late(office), 360_000)
    await repaid(office, receivable_id, 100_000, "KB 1")
    plan = {"agreed_on": "2022-02-01", "instalments": [{"due_on": "2022-03-31", "amount_dong": 260_000}]}
    await office.ok("POST", f"/v1/receivables/{receivable_id}/plan", "maker", plan)
    await office.ok("POST", f"/v1/receivables/{receivable_id}/write-off", "checker", CLOSING, subject="minh")
    rows = await office.rows("SELECT action FROM audit_log WHERE object = $1 ORDER BY seq", f"receivable/{receivable_id}")
    assert [row[0] for row in rows] == ["decide-recovery", "record-repayment", "agree-instalments", "write-off-receivable"]
