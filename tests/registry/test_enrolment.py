"""The campaign: who has no account and why, how far units are, what people report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.registry.domain.enrolment import GAP_REASONS, gap_reason
from services.registry.storage.gaps import page_of_gaps
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.officers import HUE, PHU_LOC, VINH_HUNG, VINH_MY, Officers
from tests.registry.provider_answers import Gateway

PROVINCE = "46@2021-07-01"
NAMES = ("Không", "Chờ", "Từ", "Gần", "Giữ", "Thôi", "Có", "Tiền")
LINES = [
    Line(f"Trần Thị {name}", "1938", "Nữ", f"19132000{at}", channel="ViettelPay" if at == 0 else "Tiền mặt")
    for at, name in enumerate(NAMES)
]
NOW = datetime(2021, 10, 5, 1, tzinfo=UTC)


@pytest.fixture
async def people(
    officer: Officers, gateway: Gateway, admin: asyncpg.Connection, set_business_clock: Callable[[datetime], Awaitable[None]]
) -> dict[str, str]:
    """Somebody for each reason; made once."""
    hung, staff = officer("commune_officer", VINH_HUNG), officer("provider_staff", PHU_LOC)
    await set_business_clock(NOW)
    if not await hung.find("191320000"):
        await hung.enter("Xã Vinh Hưng", LINES)
        await officer("commune_officer", VINH_MY).enter("Xã Vinh Mỹ", [Line("Lê Thị Xa", "1938", "Nữ", "191320099")])
    ids = {name: (await hung.find(f"19132000{at}"))[0]["beneficiary_id"] for at, name in enumerate(NAMES)}
    if not (await staff.get("/v1/accounts"))["items"]:
        asked = [ids[name] for name in ("Chờ", "Từ", "Gần", "Có", "Tiền")]
        await staff.post("/v1/accounts/requests", {"provider": "vietinbank", "beneficiary_ids": asked})
        accounts = {a["holder_name"].split()[-1]: a["account_id"] for a in (await staff.get("/v1/accounts"))["items"]}
        await gateway.says(
            "vietinbank",
            gateway.refused(accounts["Từ"], "identity_document_expired", NOW),
            gateway.opened(accounts["Gần"], "108140000301", "TRAN GAN", NOW),
            gateway.opened(accounts["Có"], "108140000302", "TRAN THI CO", NOW),
            gateway.opened(accounts["Tiền"], "108140000303", "TRAN THI TIEN", NOW),
        )
        await hung.post(f"/v1/beneficiaries/{ids['Giữ']}/holds", {"reason": "reported_away", "note": "x"})
        refusal = {"beneficiary_id": ids["Thôi"], "reason": "elderly", "refused_on": "2021-10-04", "note": "Sống một mình"}
        await hung.post("/v1/enrolment/refusals", {"refusals": [refusal]})
        asked_for = await hung.post(f"/v1/beneficiaries/{ids['Tiền']}/account-changes", {"to": "cash", "note": "x"})
        await officer("checker", PHU_LOC).post(
            f"/v1/change-requests/{asked_for['request_id']}/approve", {"digest": asked_for["digest"]}
        )
    return ids


async def test_everybody_without_an_account_has_the_reason_that_stands_in_the_way(
    officer: Officers, people: dict[str, str], service: Service
) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    found = {gap["full_name"].split()[-1]: gap for gap in (await hung.get("/v1/enrolment/gaps"))["items"]}
    assert {name: gap["reason"] for name, gap in found.items()} == {
        "Không": "not_requested", "Chờ": "requested", "Từ": "refused_by_provider", "Gần": "name_in_review", "Giữ": "on_hold",
        "Thôi": "refused_by_beneficiary", "Tiền": "cash_chosen",
    }  # fmt: skip
    assert found["Từ"]["detail"] == "identity_document_expired"
    assert (found["Thôi"]["detail"], found["Thôi"]["provider"]) == ("elderly", None)
    assert (found["Không"]["provider"], found["Chờ"]["provider"]) == ("viettelpay", "vietinbank")
    assert found["Chờ"]["since"].startswith("2021-10-05")
    assert found["Giữ"]["reason_vi"] == GAP_REASONS["on_hold"][0]
    async with service.database.transaction() as tx:
        rows = await page_of_gaps(tx, communes=None, reason=None, provider=None, after=("", ""), limit=100)
    assert len(rows) == 8
    for row in rows:
        names = ("refusal", "cash_chosen", "hold", "state", "name_verdict")
        assert row["gap"] == gap_reason(**{name: row[name] for name in names}), "SQL and the rule say the same"


async def test_gaps_come_in_pages_narrowed_and_by_scope(officer: Officers, people: dict[str, str]) -> None:
    district = officer("provider_staff", PHU_LOC)
    whole = (await district.get("/v1/enrolment/gaps"))["items"]
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await district.get("/v1/enrolment/gaps", limit=3, **cursor)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == whole
    assert {gap["unit_id"] for gap in whole} == {VINH_HUNG, VINH_MY}
    mine = (await district.get("/v1/enrolment/gaps", unit_id=VINH_MY))["items"]
    assert [gap["full_name"] for gap in mine] == ["Lê Thị Xa"]
    for narrowed in ({"reason": "requested"}, {"provider": "vietinbank", "reason": "requested"}):
        assert [gap["beneficiary_id"] for gap in (await district.get("/v1/enrolment/gaps", **narrowed))["items"]] == [
            people["Chờ"]
        ]
    assert (await officer("commune_officer", HUE).get("/v1/enrolment/gaps"))["items"] == []
    bad = await district.ask("GET", "/v1/enrolment/gaps", params={"cursor": "x"})
    assert bad.json()["code"] == "bad-cursor"
    counted = (await district.get("/v1/enrolment/gaps/counts"))["items"]
    assert sum(count["people"] for count in counted) == len(whole)
    (waiting,) = [count for count in counted if count["reason"] == "requested"]
    assert (waiting["provider"], waiting["people"]) == ("vietinbank", 1)
    assert waiting["waiting_since"].startswith("2021-10-05")


async def test_progress_is_counted_summed_and_held_against_the_nearest_target(officer: Officers, people: dict[str, str]) -> None:
    province = officer("province", PROVINCE)
    target = {"starts_on": "2021-10-01", "target_on": "2021-10-26", "share_percent": 80, "provider": "viettelpay"}
    await province.post("/v1/enrolment/steps", {"steps": [await _guided(officer)]})
    set_answer = await province.ask("PUT", f"/v1/enrolment/targets/{PROVINCE}", json=target)
    assert set_answer.status_code == 200, set_answer.text
    own = {**target, "share_percent": 50}
    assert (await province.ask("PUT", f"/v1/enrolment/targets/{VINH_HUNG}", json=own)).status_code == 200
    found = {unit["unit_id"]: unit for unit in (await province.get("/v1/enrolment/progress"))["items"]}
    assert set(found) == {PROVINCE, PHU_LOC, VINH_HUNG, VINH_MY}
    hung = found[VINH_HUNG]
    assert (hung["entitled"], hung["with_account"], hung["share_percent"], hung["providers"]) == (8, 1, 12.5, {"vietinbank": 1})
    assert (hung["missing"], hung["weeks_left"], hung["needed_per_week"]) == (3, 3, 1)
    assert hung["target"]["unit_id"] == VINH_HUNG
    assert hung["steps"] == {"requested": 5, "opened": 3, "refused": 1, "guidance_given": 1}
    for unit in (PROVINCE, PHU_LOC):
        sums = found[unit]
        assert (sums["entitled"], sums["with_account"], sums["missing"], sums["needed_per_week"]) == (9, 1, 7, 3)
        assert sums["target"]["unit_id"] == PROVINCE
    (gap,) = (await province.get("/v1/enrolment/gaps", unit_id=VINH_MY))["items"]
    assert gap["provider"] == "viettelpay", "by contract, where the family wishes none"
    commune = (await officer("commune_officer", VINH_HUNG).get("/v1/enrolment/progress"))["items"]
    assert [unit["unit_id"] for unit in commune] == [VINH_HUNG], "no sums of units of which the token sees a part"
    assert [u["level"] for u in (await province.get("/v1/enrolment/progress", level="district"))["items"]] == ["district"]
    assert len((await province.get("/v1/enrolment/targets"))["items"]) == 2


async def _guided(officer: Officers) -> dict[str, str]:
    accounts = (await officer("provider_staff", PHU_LOC).get("/v1/accounts"))["items"]
    (account,) = [a["account_id"] for a in accounts if a["holder_name"] == "TRAN THI CO"]
    return {"account_id": account, "step": "guidance_given", "happened_on": "2021-10-05"}


async def test_bad_targets_are_refused(officer: Officers, people: dict[str, str], admin: asyncpg.Connection) -> None:
    hung, province = officer("commune_officer", VINH_HUNG), officer("province", PROVINCE)
    good = {"starts_on": "2021-10-01", "target_on": "2021-12-31"}
    before = await admin.fetchval("SELECT count(*) FROM registry.enrolment_targets")
    for who, unit, body, status, code in (
        (hung, VINH_MY, good, 403, "not-your-unit"),
        (hung, VINH_HUNG, good, 403, "not-your-unit"),
        (hung, PROVINCE, good, 403, "not-your-unit"),
        (officer("provider_staff", PHU_LOC), VINH_HUNG, good, 403, "not-allowed"),
        (province, "99999@2021-07-01", good, 404, "unknown-target-unit"),
        (province, VINH_HUNG, {**good, "target_on": "2021-09-01"}, 422, "bad-target"),
        (province, VINH_HUNG, {**good, "provider": "vnpost"}, 422, "unknown-provider"),
        (province, VINH_HUNG, {**good, "share_percent": 101}, 422, "bad-request"),
    ):
        answer = await who.ask("PUT", f"/v1/enrolment/targets/{unit}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await admin.fetchval("SELECT count(*) FROM registry.enrolment_targets") == before


async def test_steps_are_recorded_once_each_and_what_can_not_be_is_told(officer: Officers, people: dict[str, str]) -> None:
    staff = officer("provider_staff", PHU_LOC)
    accounts = {a["beneficiary_ids"][0]: a["account_id"] for a in (await staff.get("/v1/accounts"))["items"]}
    mine, waiting = accounts[people["Có"]], accounts[people["Chờ"]]
    steps = [
        {"account_id": mine, "step": "card_handed_over", "happened_on": "2021-10-05"},
        {"account_id": mine, "step": "card_handed_over", "happened_on": "2021-10-05"},
        {"account_id": mine, "step": "first_withdrawal", "happened_on": "2021-10-06"},
        {"account_id": waiting, "step": "card_handed_over", "happened_on": "2021-10-05"},
        {"account_id": people["Có"], "step": "card_handed_over", "happened_on": "2021-10-05"},
    ]
    done = await staff.post("/v1/enrolment/steps", {"steps": steps})
    assert (done["recorded"], done["already"]) == (1, 1)
    assert [(one["subject_id"], one["code"]) for one in done["refused"]] == [
        (mine, "step-in-the-future"), (waiting, "account-not-open"), (people["Có"], "unknown-account"),
    ]  # fmt: skip
    again = await staff.post("/v1/enrolment/steps", {"steps": steps[:1]})
    assert (again["recorded"], again["already"], again["refused"]) == (0, 1, [])
    other_day = {**steps[0], "happened_on": "2021-10-04"}
    assert (await staff.post("/v1/enrolment/steps", {"steps": [other_day]}))["refused"][0]["code"] == "step-recorded"
    life = (await staff.get(f"/v1/accounts/{mine}/steps"))["items"]
    assert {step["step"]: (step["source"], step["subject"]) for step in life if step["step"] != "guidance_given"} == {
        "requested": ("registry", "provider_staff@example"), "opened": ("provider", "provider_gateway"),
        "card_handed_over": ("staff", "provider_staff@example"),
    }  # fmt: skip
    neighbour = officer("commune_officer", VINH_MY)
    assert (await neighbour.ask("GET", f"/v1/accounts/{mine}/steps")).json()["code"] == "unknown-account"
    assert (await neighbour.post("/v1/enrolment/steps", {"steps": steps[:1]}))["refused"][0]["code"] == "unknown-account"
    maker = await officer("maker", PHU_LOC).ask("POST", "/v1/enrolment/steps", json={"steps": steps[:1]})
    assert maker.json()["code"] == "not-allowed"


async def test_who_wants_none_is_not_asked_for_until_it_is_taken_back(officer: Officers, people: dict[str, str]) -> None:
    staff, hung = officer("provider_staff", PHU_LOC), officer("commune_officer", VINH_HUNG)
    body = {"provider": "vietinbank", "beneficiary_ids": [people["Thôi"]]}
    refused = (await staff.post("/v1/accounts/requests", body))["refused"]
    assert refused == [{"beneficiary_id": people["Thôi"], "code": "beneficiary-wants-none"}]
    rows = [
        {"beneficiary_id": people["Thôi"], "reason": "distance", "refused_on": "2021-10-05"},
        {"beneficiary_id": people["Có"], "reason": "distance", "refused_on": "2021-10-05"},
        {"beneficiary_id": people["Không"], "reason": "distance", "refused_on": "2021-10-06"},
        {"beneficiary_id": str(UUID(int=7)), "reason": "distance", "refused_on": "2021-10-05"},
    ]
    done = await hung.post("/v1/enrolment/refusals", {"refusals": rows})
    assert (done["recorded"], done["already"]) == (0, 1)
    assert [one["code"] for one in done["refused"]] == ["has-account", "step-in-the-future", "unknown-beneficiary"]
    bad = await hung.ask("POST", "/v1/enrolment/refusals", json={"refusals": [{**rows[0], "reason": "because"}]})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad-refusal-reason")
    (standing,) = (await hung.get("/v1/enrolment/refusals", standing=True))["items"]
    assert (standing["reason"], standing["note"], standing["reason_en"]) == (
        "elderly", "Sống một mình", "Too old or frail to use an account",
    )  # fmt: skip
    withdrawal = {"beneficiary_ids": [people["Thôi"], str(UUID(int=7))], "note": "Con gái về ở cùng"}
    taken = await hung.post("/v1/enrolment/refusals/withdrawals", withdrawal)
    assert (taken["recorded"], [one["code"] for one in taken["refused"]]) == (1, ["unknown-beneficiary"])
    assert (await hung.post("/v1/enrolment/refusals/withdrawals", withdrawal))["recorded"] == 0
    assert (await hung.get("/v1/enrolment/refusals", standing=False))["items"][0]["withdrawn_note"] == "Con gái về ở cùng"
    assert (await staff.post("/v1/accounts/requests", body))["requested"] == 1


async def test_steps_and_evidence_can_not_be_rewritten(service: Service, people: dict[str, str]) -> None:
    for statement in (
        "UPDATE account_steps SET happened_on = '2021-01-01'",
        "DELETE FROM account_steps",
        "UPDATE name_evidence SET holder_name = 'X'",
        "DELETE FROM name_evidence",
        "UPDATE account_refusals SET reason = 'other'",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with service.database.transaction() as tx:
                await tx.run(statement)


async def test_the_database_itself_hides_other_units_rows(service: Service, people: dict[str, str]) -> None:
    seen: dict[str, list[int]] = {}
    for scope in (VINH_HUNG, PHU_LOC, VINH_MY, HUE, "*"):
        async with service.database.transaction(scope) as tx:
            tables = ("account_steps", "account_refusals", "name_evidence")
            seen[scope] = [await tx.scalar(f"SELECT count(*) FROM {table}") for table in tables]
    assert all(seen["*"])
    assert seen[VINH_HUNG] == seen[PHU_LOC] == seen["*"]
    assert seen[VINH_MY] == seen[HUE] == [0, 0, 0]
