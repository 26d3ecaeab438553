"""Supplements: late decisions, differences, and what failed and goes another way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.office import Office, by_way
from tests.disbursement.records import OCTOBER, changed, decision, wallet


def months_of(obligations: list[Any]) -> list[tuple[date, int, int]]:
    return [(o["benefit_month"], o["revision"], o["amount_dong"]) for o in obligations]


# --- later decisions ---------------------------------------------------------------------------------------------------


async def test_a_late_decision_makes_arrears_of_the_months_drawn_before(office: Office) -> None:
    await office.say(office.person())
    await office.draw(await office.run("2021-10"))
    late = office.person("K6-N")
    await office.say(late)
    drawn = await office.draw(await office.run("2021-11"))
    payments = await office.payments(drawn["payrolls"][0]["payroll_id"])
    (of_late,) = [p for p in payments if p["beneficiary_code"] == late.code]
    assert (of_late["amount_dong"], of_late["note"]) == (1_080_000, f"TCXH 10.2021 11.2021 {late.code}")
    assert months_of(await office.obligations(subject_id=late.beneficiary_id)) == [
        (OCTOBER, 0, 540_000),
        (date(2021, 11, 1), 0, 540_000),
    ]


async def test_more_owed_for_a_drawn_month_is_a_new_revision_of_the_difference(office: Office) -> None:
    person = office.person("K6-N")
    await office.say(person)
    run_id = await office.run()
    await office.draw(run_id)
    more = changed(person, decisions=[decision("K6-DBN")])
    await office.say(more)
    supplement = await office.draw(run_id)
    assert [(p["payments"], p["amount_dong"]) for p in supplement["payrolls"]] == [(1, 180_000)]
    rows = await office.obligations()
    assert [(o["revision"], o["amount_dong"], o["total_dong"]) for o in rows] == [(0, 540_000, 540_000), (1, 180_000, 720_000)]
    assert rows[1]["category"] == "K6-DBN"
    assert await office.ledger() == {("law", "not_released"): (2, 720_000)}


async def test_less_owed_for_a_month_that_was_not_paid_yet_is_a_lower_revision(office: Office) -> None:
    """See `test_differences.py` for what was paid: that takes a decision."""
    person = office.person("K6-DBN")
    await office.say(person)
    run_id = await office.run()
    await office.draw(run_id)
    await office.say(changed(person, decisions=[decision("K6-N")]))
    assert [p["amount_dong"] for p in (await office.draw(run_id))["payrolls"]] == [540_000]
    rows = await office.obligations()
    assert [(o["revision"], o["total_dong"], o["resting"], o["live_payment_id"] is None) for o in rows] == [
        (0, 720_000, "cancelled", True),
        (1, 540_000, "new", False),
    ]


async def test_a_difference_is_found_by_whichever_run_is_drawn_next(office: Office) -> None:
    """A supplement of October in between must not hide what November still has to look at."""
    person = office.person("K6-N")
    await office.say(person)
    october, november = await office.run("2021-10"), await office.run("2021-11")
    await office.draw(october)
    await office.draw(november)
    await office.say(changed(person, decisions=[decision("K6-DBN")]))
    assert [p["amount_dong"] for p in (await office.draw(october))["payrolls"]] == [180_000]
    drawn = await office.draw(await office.run("2021-12"))
    assert [p["amount_dong"] for p in drawn["payrolls"]] == [180_000 + 720_000]
    assert months_of(await office.obligations()) == [
        (OCTOBER, 0, 540_000),
        (OCTOBER, 1, 180_000),
        (date(2021, 11, 1), 0, 540_000),
        (date(2021, 11, 1), 1, 180_000),
        (date(2021, 12, 1), 0, 720_000),
    ]


async def test_a_stale_record_changes_nothing(office: Office) -> None:
    person = office.person("K6-DBN").model_copy(update={"version": 5})
    await office.say(person)
    await office.say(person.model_copy(update={"version": 4, "status": "dead", "decisions": []}))
    drawn = await office.draw(await office.run())
    assert [p["amount_dong"] for p in drawn["payrolls"]] == [720_000]


# --- what failed is paid again another way ------------------------------------------------------------------------------


async def let_go(office: Office, person: BeneficiaryRecord, state: str, avoid: bool) -> None:
    """The person's payment finally failed, as the outcomes of the gateway leave it."""
    async with office.database.transaction() as tx:
        await tx.run(
            "UPDATE payments SET state = :state WHERE beneficiary_id = :id AND state = 'open'",
            state=state,
            id=person.beneficiary_id,
        )
        await tx.run(
            """UPDATE obligations o SET live_payment_id = NULL, live_run_month = NULL, resting = :resting,
                   avoid_account_id = CASE WHEN :avoid THEN p.account_id END,
                   avoid_account_version = CASE WHEN :avoid THEN p.account_version END
               FROM payments p WHERE p.payment_id = o.live_payment_id AND o.subject_id = :id""",
            resting="unclaimed" if state == "unclaimed" else "returned",
            avoid=avoid,
            id=person.beneficiary_id,
        )


@pytest.mark.books_broken
async def test_refused_by_the_account_then_paid_in_cash_then_by_a_new_account(office: Office) -> None:
    account = wallet()
    person = office.person("K6-N", commune=0, account=account)
    await office.say(person)
    run_id = await office.run()
    assert by_way(await office.draw(run_id)) == {("wallet", "viettelpay"): (1, 540_000)}
    await let_go(office, person, "rejected", avoid=True)
    supplement = await office.draw(run_id)
    assert by_way(supplement) == {("cash", "viettelpay"): (1, 540_000)}
    (payment,) = await office.payments(supplement["payrolls"][0]["payroll_id"])
    assert (payment["account_id"], payment["account_version"]) == (None, None)
    assert await office.ledger() == {("law", "not_released"): (1, 540_000), ("returned", "not_released"): (1, 540_000)}
    moves = [m for event in await office.events("obligations_moved") for m in event["moves"]]
    assert [(m["from_place"], m["to_place"], m["step"]) for m in moves][-1] == ("returned", "not_released", 20)

    await let_go(office, person, "unclaimed", avoid=False)
    await office.say(changed(person, account=wallet(version=2, account_id=account.account_id)))
    again = await office.draw(run_id)
    assert by_way(again) == {("wallet", "viettelpay"): (1, 540_000)}
    (obligation,) = await office.obligations()
    assert obligation["payment_seq"] == 3
    lines = await office.rows("SELECT payment_seq FROM payment_lines WHERE subject_id = $1 ORDER BY 1", person.beneficiary_id)
    assert [line[0] for line in lines] == [1, 2, 3]


@pytest.mark.books_broken
async def test_months_of_which_one_failed_at_the_account_all_go_the_safe_way(office: Office) -> None:
    person = office.person("K6-N", commune=0, account=wallet())
    await office.say(person)
    await office.draw(await office.run("2021-10"))
    await let_go(office, person, "rejected", avoid=True)
    drawn = await office.draw(await office.run("2021-11"))
    assert by_way(drawn) == {("cash", "viettelpay"): (1, 1_080_000)}


@pytest.mark.books_broken
async def test_rests_of_earlier_months_are_arrears_of_the_next_run(office: Office) -> None:
    person, other = office.person("K6-N"), office.person()
    await office.say(person, other)
    await office.draw(await office.run("2021-10"))
    await let_go(office, person, "unclaimed", avoid=False)
    drawn = await office.draw(await office.run("2021-11"))
    payments = await office.payments(drawn["payrolls"][0]["payroll_id"])
    assert {p["beneficiary_code"]: p["amount_dong"] for p in payments} == {person.code: 1_080_000, other.code: 360_000}
    assert (await office.ledger())["unclaimed", "not_released"] == (1, 540_000)
