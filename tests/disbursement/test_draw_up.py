"""Drawing up: what is owed, which way it goes, what waits, and what a supplement takes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.disbursement.domain.notes import transfer_note
from tests.disbursement.office import Office, by_way
from tests.disbursement.records import OCTOBER, bank_account, changed, decision, payee, wallet


async def test_what_the_law_owes_goes_the_way_of_each_commune(office: Office) -> None:
    people = [
        office.person("K6-N", commune=0, account=wallet()),
        office.person("K6-DBN", commune=0),
        office.person("K6-DBN-TE", commune=1, account=bank_account()),
        office.person(["K6-DBN", "CS-DBN-HGD"], commune=1),
        office.person("K1-TE-U4", commune=2, account=wallet()),  # a commune that is not switched: its account waits
        office.person("K5C-80", commune=2),
    ]
    await office.say(*people)
    drawn = await office.draw(await office.run())
    assert drawn["draw_no"] == 0
    assert drawn["left_out"] == {}
    assert by_way(drawn) == {
        ("wallet", "viettelpay"): (1, 540_000),
        ("cash", "viettelpay"): (1, 720_000),
        ("account", "vietinbank"): (1, 900_000),
        ("cash", "vnpost"): (1, 720_000 + 360_000),
        ("cashier", "commune_cashier"): (2, 900_000 + 360_000),
    }
    assert all(payroll["state"] == "drawn" and payroll["seq"] == 0 for payroll in drawn["payrolls"])
    obligations = await office.obligations()
    assert len(obligations) == 7
    assert all(o["live_payment_id"] is not None and o["payment_seq"] == 1 for o in obligations)
    in_ledger = await office.ledger()
    assert in_ledger == {("law", "not_released"): (7, 540_000 + 720_000 + 900_000 + 1_080_000 + 1_260_000)}
    (event,) = await office.events("obligations_moved")
    assert (event["provider"], event["channel"], event["run_code"]) == (None, None, "2021-10")
    assert len(event["moves"]) == 7
    assert all(m["from_place"] is None and m["to_place"] == "not_released" and m["step"] == 0 for m in event["moves"])


async def test_the_position_of_the_cut_is_kept(office: Office) -> None:
    await office.say(office.person())
    drawn = await office.draw(await office.run())
    said = await office.rows("SELECT max(position) FROM registry.outbox")
    assert drawn["registry_position"] == said[0][0]
    assert [p["registry_position"] for p in drawn["payrolls"]] == [said[0][0]]


async def test_drawing_up_again_gives_nothing_and_changes_nothing(office: Office) -> None:
    await office.say(*[office.person() for _ in range(3)])
    run_id = await office.run()
    first = await office.draw(run_id)
    before = await office.fingerprint()
    again = await office.draw(run_id)
    assert again == {**first, "payrolls": []}
    after = await office.fingerprint()
    assert {name for name in after if after[name] != before[name]} <= {"draw_gates"}


async def test_the_same_key_gives_the_same_answer(office: Office) -> None:
    await office.say(office.person())
    run_id = await office.run()
    path, body, headers = f"/v1/runs/{run_id}/draw-up", {"authority_id": office.authority}, {"Idempotency-Key": "once"}
    first = await office.ok("POST", path, "maker", body, headers=headers)
    assert len(first["payrolls"]) == 1
    assert await office.ok("POST", path, "maker", body, headers=headers) == first


async def test_a_run_with_nobody_makes_no_payroll(office: Office) -> None:
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert (drawn["draw_no"], drawn["payrolls"]) == (0, [])
    assert (await office.draw(run_id))["draw_no"] == 0
    await office.say(office.person())
    supplement = await office.draw(run_id)
    assert (supplement["draw_no"], [p["seq"] for p in supplement["payrolls"]]) == (1, [1])


async def test_two_benefit_months_are_one_payment(office: Office) -> None:
    """Before Tết two months are paid together."""
    person = office.person(["K6-N", "CS-NKT-MT1"])
    await office.say(person)
    drawn = await office.draw(await office.run("2022-01", "2022-01-01", "2022-02-01"))
    (payroll,) = drawn["payrolls"]
    (payment,) = await office.payments(payroll["payroll_id"])
    assert payment["amount_dong"] == payroll["amount_dong"] == 2 * (540_000 + 540_000)
    assert payment["note"] == f"TCXH 01.2022 02.2022 {person.code}"
    lines = await office.rows(
        "SELECT benefit_month, kind, amount_dong, payment_seq FROM payment_lines WHERE payment_id = $1 ORDER BY 1, 2",
        payment["payment_id"],
    )
    assert [tuple(line) for line in lines] == [
        (date(2022, 1, 1), "care_support", 540_000, 1),
        (date(2022, 1, 1), "monthly", 540_000, 1),
        (date(2022, 2, 1), "care_support", 540_000, 1),
        (date(2022, 2, 1), "monthly", 540_000, 1),
    ]


async def test_lines_stand_in_order_of_commune_and_code_in_a_canary_and_chunks_of_500(office: Office) -> None:
    people = [office.person(commune=2 - i % 3 // 2) for i in range(1_101)]
    await office.say(*people)
    cashier = await office.draw(await office.run())
    lines = [p for p in cashier["payrolls"] if p["channel"] == "cashier"]
    in_cash = [p for p in cashier["payrolls"] if p["channel"] == "cash"]
    assert [p["payments"] for p in lines] == [734]
    assert [p["payments"] for p in in_cash] == [367]
    payments = await office.payments(lines[0]["payroll_id"])
    assert [p["line_no"] for p in payments] == list(range(1, 735))
    assert [p["chunk_no"] for p in payments] == [0] * 20 + [1] * 500 + [2] * 214
    keys = [(p["unit_id"], p["beneficiary_code"]) for p in payments]
    assert keys == sorted(keys)
    ids = [p["payment_id"] for p in payments]
    assert ids == sorted(ids)
    chunks = await office.rows(
        "SELECT payments, amount_dong FROM chunks WHERE payroll_id = $1 ORDER BY chunk_no", lines[0]["payroll_id"]
    )
    assert [tuple(chunk) for chunk in chunks] == [(20, 7_200_000), (500, 180_000_000), (214, 77_040_000)]
    events = await office.events("obligations_moved")
    assert [len(event["moves"]) for event in events] == [500, 500, 101]


async def test_people_of_other_authorities_stay_out(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    await office.say(office.person(), other.person())
    drawn = await office.draw(await office.run())
    assert sum(p["payments"] for p in drawn["payrolls"]) == 1
    assert await other.obligations() == []


# --- what may not go out now -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "kept_back"),
    [
        ("held", {"hold": "duplicate"}),
        ("suspended", {"status": "suspended"}),
        ("payee-dead", {"status": "dead", "status_from_month": date(2021, 11, 1)}),
    ],
)
async def test_held_money_is_owed_and_comes_into_a_supplement(office: Office, reason: str, kept_back: dict[str, Any]) -> None:
    person, other = office.person(), office.person()
    waiting = person.model_copy(update=kept_back)
    await office.say(waiting, other)
    run_id = await office.run()
    drawn = await office.draw(run_id)
    assert drawn["left_out"] == {reason: 1}
    assert [p["payments"] for p in drawn["payrolls"]] == [1]
    (held,) = await office.obligations(subject_id=person.beneficiary_id)
    assert (held["live_payment_id"], held["payment_seq"], held["resting"], held["amount_dong"]) == (None, 0, "new", 360_000)
    assert await office.ledger() == {("law", "not_released"): (2, 720_000)}

    heir = payee(other.payee.payee_id, full_name="Trần Văn Nam", relationship="heir")
    free = person.model_copy(update={"version": 2, **({"payee": heir, **kept_back} if reason == "payee-dead" else {})})
    await office.say(free)
    supplement = await office.draw(run_id)
    assert (supplement["draw_no"], supplement["left_out"]) == (1, {})
    assert [(p["payments"], p["amount_dong"], p["seq"]) for p in supplement["payrolls"]] == [(1, 360_000, 1)]
    (held,) = await office.obligations(subject_id=person.beneficiary_id)
    assert (held["payment_seq"], held["live_payment_id"] is not None) == (1, True)
    assert await office.ledger() == {("law", "not_released"): (2, 720_000)}


async def test_no_contract_no_payment(office: Office, disbursement: Any) -> None:
    bare = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay(contracts=False)
    await bare.say(bare.person())
    run_id = await bare.run()
    drawn = await bare.draw(run_id)
    assert (drawn["payrolls"], drawn["left_out"]) == ([], {"no-contract": 1})
    await bare.contract("commune_cashier", {"cashier": "commune_cashier"}, bare.communes)
    assert [p["payments"] for p in (await bare.draw(run_id))["payrolls"]] == [1]


async def test_a_contract_serves_from_its_month(office: Office) -> None:
    body = {"unit_ids": [office.communes[2]], "from_month": "2021-11-01"}
    await office.ok("POST", f"/v1/contracts/{office.deeds.viettel}/communes", "province", body)
    await office.say(office.person(account=wallet()))
    assert by_way(await office.draw(await office.run("2021-10"))) == {("cashier", "commune_cashier"): (1, 360_000)}
    assert by_way(await office.draw(await office.run("2021-11"))) == {("wallet", "viettelpay"): (1, 360_000)}


# --- who is owed -----------------------------------------------------------------------------------------------------


async def test_deaths_and_stops_end_with_their_month(office: Office) -> None:
    heir = payee(office.person().beneficiary_id, full_name="Trần Văn Nam", relationship="heir")
    november = date(2021, 11, 1)
    people = [
        office.person(status="dead", status_from_month=OCTOBER),
        office.person(status="stopped", status_from_month=OCTOBER),
        office.person(status="dead", status_from_month=november, payee=heir),
        office.person(status="stopped", status_from_month=november),
        office.person(decisions=[decision("K5C-80", to_month=date(2021, 9, 1))]),
        office.person(decisions=[decision("K5C-80", from_month=november)]),
    ]
    await office.say(*people)
    await office.draw(await office.run("2021-10"))
    drawn_for = {o["subject_id"] for o in await office.obligations()}
    assert drawn_for == {people[2].beneficiary_id, people[3].beneficiary_id}
    await office.draw(await office.run("2021-11"))
    assert {o["subject_id"] for o in await office.obligations(benefit_month=november)} == {people[5].beneficiary_id}


async def test_what_rests_of_a_month_that_a_death_took_is_cancelled(office: Office) -> None:
    person = office.person(hold="duplicate")
    await office.say(person)
    await office.draw(await office.run("2021-10"))
    await office.say(changed(person, hold=None, status="dead", status_from_month=OCTOBER))
    drawn = await office.draw(await office.run("2021-11"))
    assert drawn["payrolls"] == []
    (gone,) = await office.obligations()
    assert gone["resting"] == "cancelled"
    assert await office.ledger() == {("law", "not_released"): (1, 360_000), ("not_released", "cancelled"): (1, 360_000)}
    moves = [move for event in await office.events("obligations_moved") for move in event["moves"]]
    assert [(m["from_place"], m["to_place"], m["step"]) for m in moves] == [
        (None, "not_released", 0),
        ("not_released", "cancelled", 4),
    ]


async def test_a_death_recorded_by_mistake_comes_back_as_a_revision(office: Office) -> None:
    person = office.person(hold="duplicate")
    await office.say(person)
    run_id = await office.run()
    await office.draw(run_id)
    dead = changed(person, status="dead", status_from_month=OCTOBER)
    await office.say(dead)
    await office.draw(run_id)
    await office.say(changed(dead, status="active", hold=None))
    drawn = await office.draw(run_id)
    assert [(p["payments"], p["amount_dong"]) for p in drawn["payrolls"]] == [(1, 360_000)]
    drawn_of = [(o["benefit_month"], o["revision"], o["amount_dong"]) for o in await office.obligations()]
    assert drawn_of == [(OCTOBER, 0, 360_000), (OCTOBER, 1, 360_000)]


# --- the transfer text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "code", "expected"),
    [
        (["2021-10"], "HUE-0000123", "TCXH 10.2021 HUE-0000123"),
        (["2022-02", "2022-01"], "HUE-0000124", "TCXH 01.2022 02.2022 HUE-0000124"),
        (
            ["2021-07", "2021-08", "2021-09", "2021-10", "2021-11", "2021-12", "2022-01", "2022-02"],
            "A",
            "TCXH 07.2021 08.2021 09.2021 10.2021 11.2021 12.2021 01.2022 02.2022 A",
        ),
        (
            ["2021-07", "2021-08", "2021-09", "2021-10", "2021-11", "2021-12", "2022-01", "2022-02", "2022-03"],
            "A",
            "TCXH 07.2021-03.2022 A",
        ),
        (["2021-10"], "HUẾ|1\n2&3_4", "TCXH 10.2021 HU12&3_4"),
        (["2021-10"], "X" * 200, "TCXH 10.2021 " + "X" * 87),
    ],
)
async def test_transfer_texts(office: Office, months: list[str], code: str, expected: str) -> None:
    assert transfer_note([date.fromisoformat(f"{month}-01") for month in months], code) == expected
    await office.say(office.person(["K6-DBN", "CS-DBN-HGD"], code=code))
    drawn = await office.draw(await office.run(months[0], *months))
    (payment,) = await office.payments(drawn["payrolls"][0]["payroll_id"])
    assert payment["note"] == expected
