"""Campaigns: a flat amount once to many, in runs of their own, with books that balance beside what the law owes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.registry_events import BeneficiaryRecord
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office
from tests.disbursement.records import bank_account, changed, decision, wallet
from tests.disbursement.test_books_end_to_end import books, instructed, parts

JANUARY = date(2022, 1, 1)
TET = 300_000


def body(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "unit_id": office.province, "code": "tet-2022", "name_vi": "Quà Tết Nhâm Dần 2022", "benefit_month": "2022-01",
        "amount_dong": TET, "paper_number": "123/QĐ-UBND", "paper_on": "2022-01-05", "recipients": "monthly", **changes,
    }  # fmt: skip


def listed(*people: BeneficiaryRecord) -> dict[str, Any]:
    return {"recipients": "list", "beneficiaries": [person.code for person in people]}


async def campaign(office: Office, **changes: Any) -> Any:
    return await office.ok("POST", "/v1/campaigns", "province", body(office, **changes))


async def tet_run(office: Office) -> str:
    opening = {"code": "2022-01-tet", "unit_id": office.province, "campaign": "tet-2022"}
    return str((await office.ok("POST", "/v1/runs", "province", opening))["run_id"])


async def given_to(office: Office) -> dict[UUID, int]:
    """Who is owed the gift -> đồng. Nobody twice."""
    rows = await office.obligations(kind="one_off:tet-2022")
    assert len({row["subject_id"] for row in rows}) == len(rows)
    assert {row["category_group"] for row in rows} <= {"gifts"}
    return {row["subject_id"]: row["amount_dong"] for row in rows}


async def refused(office: Office, expected: str, **changes: Any) -> dict[str, Any]:
    return await office.refused(expected, "POST", "/v1/campaigns", "province", body(office, **changes))


# --- keeping one ------------------------------------------------------------------------------------------------------


async def test_a_campaign_is_kept_once_and_audited(office: Office) -> None:
    first = await campaign(office, recipients="groups", groups=["elderly", "disabled", "elderly"])
    assert (first["code"], first["groups"], first["people"]) == ("tet-2022", ["disabled", "elderly"], 0)
    assert first["benefit_month"] == "2022-01-01"
    before = await office.fingerprint()
    assert await campaign(office, recipients="groups", groups=["disabled", "elderly"]) == first
    assert await office.fingerprint() == before
    assert await office.ok("GET", f"/v1/campaigns/{first['campaign_id']}", "maker") == first
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await office.ok("GET", f"/v1/campaigns?limit=1{f'&cursor={cursor}' if cursor else ''}", "maker")
        found += page["items"]
        cursor = page["next_cursor"]
    assert first in found
    rows = await office.rows("SELECT action FROM audit_log WHERE object = $1", f"campaign/{first['campaign_id']}")
    assert [row[0] for row in rows] == ["create-campaign"]


async def test_the_same_key_gives_the_same_answer(office: Office) -> None:
    key = {"Idempotency-Key": "tet"}
    first = await office.ok("POST", "/v1/campaigns", "province", body(office), headers=key)
    assert await office.ok("POST", "/v1/campaigns", "province", body(office), headers=key) == first
    other = body(office, amount_dong=1)
    await office.refused("idempotency-key-reused", "POST", "/v1/campaigns", "province", other, headers=key)


async def test_refusals_of_campaigns(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    ours, theirs = office.person(), other.person()
    await office.say(ours, theirs)
    await campaign(office, **listed(ours))
    await refused(office, "campaign-exists", **listed(ours), amount_dong=1)
    await refused(office, "campaign-exists")
    second = office.person()
    await office.say(second)
    await refused(office, "campaign-exists", **listed(second))
    fresh: dict[str, Any] = {"code": "he-2022"}
    unclear: tuple[dict[str, Any], ...] = (
        {"recipients": "groups"},
        {"recipients": "list"},
        {"groups": ["elderly"]},
        {"beneficiaries": [ours.code]},
        {"recipients": "groups", "groups": ["carers"]},
        {"recipients": "groups", "groups": ["người già"]},
    )
    for wrong in unclear:
        await refused(office, "wrong-recipients", **fresh, **wrong)
    problem = await refused(office, "unknown-recipients", **fresh, **listed(ours, theirs))
    assert problem["unknown"] == [theirs.code]
    nobody = str(new_id())
    await refused(office, "unknown-recipients", **fresh, recipients="list", beneficiaries=[nobody, ours.code])
    await refused(office, "no-law-for-month", **fresh, benefit_month="2021-06")
    await refused(office, "wrong-month", **fresh, benefit_month="2022-01-05")
    await refused(office, "unknown-unit", **fresh, unit_id=office.authority)
    await refused(office, "unknown-unit", **fresh, unit_id="9999@2021-07-01")
    await refused(office, "not-your-unit", **fresh, unit_id=other.province)
    for wrong in (
        {"code": "Tết"},
        {"code": "tet|2022"},
        {"amount_dong": 0},
        {"amount_dong": 1.5},
        {"recipients": "ai cũng được"},
    ):
        await refused(office, "bad-request", **(fresh | wrong))
    await office.refused("not-allowed", "POST", "/v1/campaigns", "checker", body(office, **fresh))
    await office.refused("not-your-unit", "POST", "/v1/campaigns", "maker", body(office, **fresh), units=[office.authority])
    await office.refused("unknown-campaign", "GET", f"/v1/campaigns/{new_id()}", "maker")
    await office.refused("bad-cursor", "GET", "/v1/campaigns?cursor=x", "maker")


async def test_a_run_of_a_campaign_says_so_in_its_code(office: Office) -> None:
    await campaign(office)
    path, opening = "/v1/runs", {"code": "2022-01-tet", "unit_id": office.province, "campaign": "tet-2022"}
    run = await office.ok("POST", path, "province", opening)
    assert (run["run_month"], run["benefit_months"]) == ("2022-01-01", ["2022-01-01"])
    assert await office.ok("POST", path, "province", {**opening, "benefit_months": ["2022-01"]}) == run
    assert run in (await office.ok("GET", "/v1/runs?limit=1000&cursor=2022-01-a/", "maker"))["items"]
    for code, changes in (
        ("run-needs-campaign", {"code": "2022-01"}),
        ("run-needs-campaign", {"code": "2022-01-tet", "campaign": None, "benefit_months": ["2022-01"]}),
        ("wrong-month", {"code": "2022-01-Tết"}),
        ("wrong-month", {"code": "2022-01tet"}),
        ("wrong-month", {"benefit_months": ["2022-02"]}),
        ("unknown-campaign", {"campaign": "tet-2023"}),
    ):
        await office.refused(code, "POST", path, "province", {**opening, **changes})
    await campaign(office, code="khac")
    await office.refused("run-exists", "POST", path, "province", {**opening, "campaign": "khac"})


# --- who gets it ------------------------------------------------------------------------------------------------------


async def test_everybody_with_an_allowance_in_the_month_once(office: Office) -> None:
    gets = [
        office.person(["K4-DTN", "K6-N", "CS-DBN-HGD"]),
        office.person("K6-DBN", status="dead", status_from_month=date(2022, 2, 1)),
        office.person("K1-TE-U4", status="suspended", status_from_month=JANUARY),
    ]
    gets_not = [
        office.person("CS-NHAN-NCT"),  # no monthly allowance
        office.person("K6-N", status="stopped", status_from_month=JANUARY),
        office.person(decisions=[decision("K6-N", from_month=date(2022, 2, 1))]),
        office.person("HTXH-75"),  # no law yet
    ]
    await office.say(*gets, *gets_not)
    await campaign(office)
    run_id = await tet_run(office)
    await office.draw(run_id)
    assert await given_to(office) == {person.beneficiary_id: TET for person in gets}
    assert (await office.draw(run_id))["payrolls"] == []
    late = office.person("K5C-80")
    await office.say(late)
    assert [(p["payments"], p["amount_dong"]) for p in (await office.draw(run_id))["payrolls"]] == [(1, TET)]
    assert late.beneficiary_id in await given_to(office)


async def test_certain_groups(office: Office) -> None:
    """Who holds a category of a group is of the group, even where another category is the higher."""
    elderly = [
        office.person("K5C-80"),
        office.person(["K4-DTN", "K5A-60-80"], heads=3),
        office.person(["K5A-60-80", "K6-DBN-NCT"]),
    ]
    await office.say(*elderly, office.person("K6-N"), office.person("K1-TE-U4"))
    await campaign(office, recipients="groups", groups=["elderly"])
    await office.draw(await tet_run(office))
    assert await given_to(office) == {person.beneficiary_id: TET for person in elderly}


async def test_a_list_whoever_stands_on_it_twice(office: Office) -> None:
    first, second = office.person("K6-N"), office.person(decisions=[])
    dead = office.person("K6-N", status="dead", status_from_month=JANUARY)
    await office.say(first, second, dead, office.person("K6-N"))
    names = [first.code, str(first.beneficiary_id), second.code, second.code, dead.code]
    assert (await campaign(office, recipients="list", beneficiaries=names))["people"] == 3
    drawn = await office.draw(await tet_run(office))
    assert await given_to(office) == {first.beneficiary_id: TET, second.beneficiary_id: TET}
    assert drawn["left_out"] == {"dead-on-list": 1}


async def test_a_mover_gets_it_once_from_the_commune_of_the_month(office: Office) -> None:
    old, new, _ = office.communes
    before = decision("K6-N", to_month=JANUARY).model_copy(update={"paid_by": old})
    mover = office.person(unit_id=new, decisions=[before, decision("K6-N", from_month=date(2022, 2, 1))])
    await office.say(mover)
    await campaign(office)
    await office.draw(await tet_run(office))
    (row,) = await office.obligations(kind="one_off:tet-2022")
    assert row["unit_id"] == old


async def test_who_died_before_it_went_out_has_it_cancelled(office: Office) -> None:
    person = office.person("K6-N", hold="duplicate")
    await office.say(person)
    await campaign(office)
    run_id = await tet_run(office)
    assert (await office.draw(run_id))["left_out"] == {"held": 1}
    await office.say(changed(person, status="dead", status_from_month=JANUARY))
    assert (await office.draw(run_id))["payrolls"] == []
    (row,) = await office.obligations()
    assert row["resting"] == "cancelled"
    assert parts(await books(office, JANUARY)) == {"cancelled": 1}


# --- beside what the law owes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("gift_first", [True, False])
async def test_a_gift_and_the_month_stay_apart(office: Office, gift_first: bool) -> None:
    """Whichever is drawn first: neither takes what rests of the other, and the month is still drawn up in full."""
    people = [office.person("K6-N"), office.person("K5C-80", hold="duplicate")]
    await office.say(*people)
    await campaign(office)
    run_ids = [await tet_run(office), await office.run("2022-01")]
    drawn = {run_id: await office.draw(run_id) for run_id in (run_ids if gift_first else run_ids[::-1])}
    assert [p["amount_dong"] for p in drawn[run_ids[0]]["payrolls"]] == [TET]
    assert [p["amount_dong"] for p in drawn[run_ids[1]]["payrolls"]] == [540_000]
    await office.say(changed(people[1], hold=None))
    assert [p["amount_dong"] for p in (await office.draw(run_ids[1]))["payrolls"]] == [360_000]
    assert [p["amount_dong"] for p in (await office.draw(run_ids[0]))["payrolls"]] == [TET]


async def test_a_gift_hides_no_month_that_was_not_drawn_up(office: Office) -> None:
    """February's run looks at January again only where January's own run was drawn up."""
    await office.say(office.person("K6-N"))
    await campaign(office)
    await office.draw(await tet_run(office))
    await office.draw(await office.run("2022-02"))
    await office.draw(await office.run("2022-01"))
    owed = [(o["benefit_month"].month, o["kind"], o["amount_dong"]) for o in await office.obligations()]
    assert owed == [(1, "monthly", 540_000), (1, "one_off:tet-2022", TET), (2, "monthly", 540_000)]


async def test_from_the_list_to_the_money_and_the_books(office: Office) -> None:
    """Approved, funded, released, instructed, one paid, one refused and paid again by the campaign's next drawing up."""
    await office.say(
        *[office.person("K6-N", commune=0, account=wallet()) for _ in range(2)],
        *[office.person("K6-DBN", commune=1, account=bank_account()) for _ in range(2)],
    )
    await office.draw(await office.run("2022-01"))
    await campaign(office)
    run_id = await tet_run(office)
    payrolls = (await office.draw(run_id))["payrolls"]
    assert {p["amount_dong"] for p in payrolls} == {2 * TET}
    for payroll in payrolls:
        await office.released(payroll)
    chunks = await instructed(office, run_id)
    await answer(office, chunks["viettelpay/wallet"], [["paid"], ["rejected"]])
    await answer(office, chunks["vietinbank/account"], [["paid"], ["paid"]])
    assert parts(await books(office, JANUARY)) == {"not_released": 4, "returned": 1, "paid_account": 3}
    (again,) = (await office.draw(run_id))["payrolls"]
    assert (again["channel"], again["amount_dong"]) == ("cash", TET)
    await office.released(again)
    await answer(office, (await instructed(office, run_id))["viettelpay/cash"], [["paid"]])
    read = await books(office, JANUARY)
    assert parts(read) == {"not_released": 4, "paid_account": 3, "paid_cash": 1}
    of_run = await office.ok("GET", f"/v1/runs/{run_id}/books", "checker")
    assert of_run["books_balance"] is True


async def test_the_month_of_a_person_names_the_campaign(office: Office) -> None:
    person = office.person("K6-N")
    await office.say(person)
    await campaign(office)
    await office.draw(await tet_run(office))
    view = await office.ok("GET", f"/v1/beneficiaries/{person.beneficiary_id}/months/2022-01", "maker")
    (owed,) = view["obligations"]
    assert (owed["kind"], owed["amount_dong"], owed["run"]) == ("one_off:tet-2022", TET, "2022-01-tet")
    (named,) = owed["categories"]
    assert (named["vi"], named["article"]) == ("Quà Tết Nhâm Dần 2022", "123/QĐ-UBND")
