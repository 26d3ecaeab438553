"""Gates: what they find, who may accept it, and what that is worth."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.approval_refusals import OPEN_FINDINGS, PAYS_AFTER_DEATH
from services.disbursement.domain.gates import (
    AFTER_DEATH,
    DEFAULTS,
    Acceptance,
    Finding,
    Gate,
    SetGate,
    check_findings,
    gates_of,
)
from shared.contracts.registry_events import BeneficiaryRecord
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed, decision, payee, wallet

TODAY = date(2021, 9, 21)


# --- the rule ---------------------------------------------------------------------------------------------------------


def test_the_nearest_unit_s_newest_word_that_has_begun_counts() -> None:
    def said(threshold: int, distance: int, days: int) -> SetGate:
        return SetGate(Gate("too-old", "warn", Decimal(threshold)), distance, TODAY + timedelta(days=days), new_id())

    words = [said(105, 1, -10), said(100, 0, -20), said(101, 0, -5), said(102, 0, -5), said(90, 0, 1), said(80, 1, 0)]
    assert gates_of(words, TODAY)["too-old"].threshold == 102
    assert gates_of([words[0], words[5]], TODAY)["too-old"].threshold == 80
    assert gates_of([words[4]], TODAY)["too-old"] == DEFAULTS["too-old"]
    assert gates_of(words, TODAY).keys() == DEFAULTS.keys()


FINDING = Finding("payee-shared", "block", "someone", Decimal(7), Decimal(5))


@given(st.sampled_from(["warn", "block"]), st.integers(0, 20), st.integers(0, 20), st.booleans(), st.booleans())
def test_a_finding_blocks_until_one_like_it_was_accepted(
    severity: Any, measured: int, accepted: int, same_gate: bool, same_thing: bool
) -> None:
    finding = Finding("payee-shared", severity, "someone", Decimal(measured), Decimal(5))
    code, about = "payee-shared" if same_gate else "account-shared", "someone" if same_thing else "another"
    acceptance = Acceptance(code, about, Decimal(accepted), "đã đối chiếu", "minh")
    blocks = severity == "block" and not (same_gate and same_thing and measured <= accepted)
    if blocks:
        with pytest.raises(Refusal) as refusal:
            check_findings([finding], [acceptance])
        assert refusal.value.code == OPEN_FINDINGS
        assert refusal.value.params["findings"] == ["payee-shared:someone"]
    else:
        check_findings([finding], [acceptance])


def test_nobody_accepts_a_month_after_a_death() -> None:
    dead = Finding(AFTER_DEATH, "block", "p", Decimal(0), Decimal(0))
    with pytest.raises(Refusal) as refusal:
        check_findings([FINDING, dead], [Acceptance(AFTER_DEATH, "p", Decimal(9), "x", "minh")])
    assert refusal.value.code == PAYS_AFTER_DEATH


@pytest.mark.parametrize("code", [code for code in DEFAULTS if code != "second-approval"] + [AFTER_DEATH])
def test_each_finding_has_a_sentence_in_both_languages(code: str) -> None:
    finding = Finding(code, "block", "x", Decimal("3.50"), Decimal(3), (1,), ("HUE-1",))
    assert finding.vi != finding.en
    assert "{" not in finding.vi + finding.en


# --- what each gate finds ---------------------------------------------------------------------------------------------


async def found(office: Office, payroll_id: str) -> dict[str, dict[str, Any]]:
    """Findings by code, but for the missing estimate."""
    items = (await office.ok("GET", f"/v1/payrolls/{payroll_id}/findings", "maker"))["items"]
    return {item["code"]: item for item in items if item["code"] != "no-budget"}


async def drawn(office: Office, *people: BeneficiaryRecord, code: str = "2021-10") -> dict[str, Any]:
    await office.say(*people)
    (payroll,) = (await office.draw(await office.run(code)))["payrolls"]
    return dict(payroll)


async def set_gate(office: Office, code: str, threshold: str, severity: str = "block", **more: Any) -> None:
    body = {
        "unit_id": office.authority, "code": code, "severity": severity, "threshold": threshold, "valid_from": "2021-01-01",
        **more,
    }  # fmt: skip
    await office.ok("POST", "/v1/gates", "province", body)


async def test_an_ordinary_payroll_only_lacks_its_estimate(office: Office) -> None:
    payroll = await drawn(office, *[office.person("K6-N") for _ in range(4)])
    prepared = await office.prepare(payroll["payroll_id"])
    assert [(f["code"], f["severity"]) for f in prepared["findings"]] == [("no-budget", "warn")]
    assert (await office.approve(payroll["payroll_id"]))["state"] == "approved"


async def test_six_on_one_account_and_one_payee_for_six(office: Office) -> None:
    shared, guardian = wallet(), payee(new_id(), full_name="Trần Văn Nam", relationship="guardian")
    people = [office.person("K6-N", commune=0, account=shared, payee=guardian) for _ in range(6)]
    payroll = await drawn(office, *people[:5])
    assert await found(office, payroll["payroll_id"]) == {}
    await office.say(people[5])
    (second,) = (await office.draw(payroll["run_id"]))["payrolls"]  # also over two payrolls of the run
    for payroll_id in (payroll["payroll_id"], second["payroll_id"]):
        seen = await found(office, payroll_id)
        assert {code: (f["measured"], f["severity"]) for code, f in seen.items()} == {
            "account-shared": ("6", "block"),
            "payee-shared": ("6", "block"),
        }
        assert seen["account-shared"]["finding_id"] == f"account-shared:{shared.account_id}"
        assert seen["payee-shared"]["vi"].startswith("Một người nhận thay cho 6 đối tượng")
    assert (await found(office, second["payroll_id"]))["payee-shared"]["lines"] == [1]


async def test_a_jump_against_the_month_before(office: Office) -> None:
    person, same = office.person("CS-NHAN-DBN", heads=1), office.person("K6-N")
    await drawn(office, person, same)
    more = decision("CS-NHAN-DBN", heads=4)
    payroll = await drawn(office, changed(person, decisions=[more]), code="2021-11")
    seen = await found(office, payroll["payroll_id"])
    assert seen["amount-jump"]["measured"] == "4.00"
    assert seen["amount-jump"]["vi"] == f"{person.code}: mức chi tháng gấp 4 lần tháng trước (mức kiểm soát: 3 lần)"
    assert seen["total-changed"]["severity"] == "warn"


async def test_arrears_are_no_jump(office: Office) -> None:
    held = office.person("K6-N", hold="duplicate")
    await drawn(office, held, office.person("K6-N"))
    await office.say(changed(held, hold=None))
    (payroll,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    assert "amount-jump" not in await found(office, payroll["payroll_id"])


async def test_too_old_and_too_much(office: Office) -> None:
    old = office.person("K5C-80", birth_date=date(1910, 10, 1))
    edge = office.person("K5C-80", birth_date=date(1910, 10, 2))
    payroll = await drawn(office, old, edge)
    seen = await found(office, payroll["payroll_id"])
    assert (seen["too-old"]["measured"], seen["too-old"]["en"]) == ("111", f"{old.code}: 111 years old (gate: 110)")
    await set_gate(office, "too-old", "111")
    await set_gate(office, "amount-maximum", "359999")
    assert (await found(office, payroll["payroll_id"])).keys() == {"amount-maximum"}
    await set_gate(office, "amount-maximum", "360000")
    assert await found(office, payroll["payroll_id"]) == {}
    await set_gate(office, "amount-maximum", "1", severity="off")
    assert await found(office, payroll["payroll_id"]) == {}


async def test_a_province_s_gate_holds_until_the_authority_says_its_own(office: Office) -> None:
    payroll = await drawn(office, office.person("K6-N"))
    await set_gate(office, "amount-maximum", "1000", unit_id=office.province)
    assert "amount-maximum" in await found(office, payroll["payroll_id"])
    await set_gate(office, "amount-maximum", "1000", severity="off")
    assert await found(office, payroll["payroll_id"]) == {}
    in_force = await office.ok("GET", f"/v1/gates/in-force?authority_id={office.authority}", "maker", units=[office.authority])
    assert {g["code"]: g["severity"] for g in in_force["items"]}["amount-maximum"] == "off"
    said = await office.ok("GET", "/v1/gates", "maker")
    assert [(g["unit_id"], g["code"]) for g in said["items"]] == [
        (office.province, "amount-maximum"),
        (office.authority, "amount-maximum"),
    ]


async def test_gates_are_refused(office: Office) -> None:
    body = {"unit_id": office.authority, "code": "x", "severity": "block", "threshold": "1", "valid_from": "2021-01-01"}
    await office.refused("unknown-gate", "POST", "/v1/gates", "province", body)
    await office.refused("not-allowed", "POST", "/v1/gates", "maker", body)
    await office.refused("unknown-unit", "POST", "/v1/gates", "province", {**body, "unit_id": "99999@2021-07-01"})
    await office.refused("not-your-unit", "POST", "/v1/gates", "province", body, units=[office.communes[0]])
    await office.refused("bad-request", "POST", "/v1/gates", "province", {**body, "threshold": "-1"})


# --- the estimate -----------------------------------------------------------------------------------------------------


async def budget(office: Office, amount_dong: int, paper: str = "210/QĐ-UBND") -> Any:
    body = {
        "authority_id": office.authority, "budget_year": 2021, "amount_dong": amount_dong, "paper_number": paper,
        "decided_on": "2020-12-20",
    }  # fmt: skip
    return await office.ok("POST", "/v1/budgets", "accountant", body)


async def test_the_year_s_estimate(office: Office) -> None:
    october = await drawn(office, office.person("K6-N"))
    await budget(office, 1_000_000)
    await office.released(october)
    (november,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    await office.prepare(november["payroll_id"])
    seen = await found(office, november["payroll_id"])
    assert (seen["over-budget"]["measured"], seen["over-budget"]["severity"]) == ("80000", "block")
    await office.refused("open-findings", "POST", f"/v1/payrolls/{november['payroll_id']}/approve", "checker")
    view = await budget(office, 1_080_000, "455/QĐ-UBND")
    assert (view["used_dong"], view["left_dong"]) == (540_000, 540_000)
    assert (await office.approve(november["payroll_id"]))["state"] == "approved"
    items = (await office.ok("GET", "/v1/budgets", "maker"))["items"]
    assert [(b["amount_dong"], b["left_dong"]) for b in items] == [(1_000_000, -80_000), (1_080_000, 0)]


async def test_an_estimate_again_and_another_by_the_same_paper(office: Office) -> None:
    first = await budget(office, 1_000_000)
    assert await budget(office, 1_000_000) == first
    body = {
        "authority_id": office.authority, "budget_year": 2021, "amount_dong": 2, "paper_number": "210/QĐ-UBND",
        "decided_on": "2020-12-20",
    }  # fmt: skip
    await office.refused("budget-exists", "POST", "/v1/budgets", "accountant", body)
    await office.refused("not-allowed", "POST", "/v1/budgets", "maker", body)
    await office.refused("not-your-unit", "POST", "/v1/budgets", "accountant", body, units=[office.communes[0]])
    await office.refused("unknown-unit", "POST", "/v1/budgets", "accountant", {**body, "authority_id": "99999@2021-07-01"})


# --- cleared or accepted ----------------------------------------------------------------------------------------------


async def doubtful(office: Office) -> tuple[str, dict[str, Any]]:
    """A prepared payroll with somebody of 111, and that finding."""
    payroll = await drawn(office, office.person("K5C-80", birth_date=date(1910, 5, 4)), office.person("K6-N"))
    await office.prepare(payroll["payroll_id"])
    return payroll["payroll_id"], (await found(office, payroll["payroll_id"]))["too-old"]


async def test_what_blocks_is_accepted_in_writing_by_somebody_else(office: Office) -> None:
    payroll_id, finding = await doubtful(office)
    path, approve = f"/v1/payrolls/{payroll_id}/accepted-findings", f"/v1/payrolls/{payroll_id}/approve"
    body = {"finding_id": finding["finding_id"], "reason": "Đã đến nhà, có giấy khai sinh"}
    problem = await office.refused("open-findings", "POST", approve, "checker", subject="minh")
    assert problem["findings"] == [finding["finding_id"]]
    await office.refused("maker-accepts-finding", "POST", path, "checker", body, subject="lan")
    await office.refused("unknown-finding", "POST", path, "checker", {**body, "finding_id": "too-old:x"})
    await office.refused("bad-request", "POST", path, "checker", {**body, "reason": ""})
    await office.refused("not-allowed", "POST", path, "maker", body)
    await office.refused("unknown-payroll", "POST", path, "checker", body, units=[office.communes[0]])
    answer = await office.ok("POST", path, "checker", body, subject="minh")
    (accepted,) = [f for f in answer["items"] if f["code"] == "too-old"]
    assert (accepted["accepted_by"], accepted["accepted_reason"]) == ("minh", body["reason"])
    assert await office.ok("POST", path, "checker", body, subject="minh") == answer
    assert (await office.approve(payroll_id))["state"] == "approved"
    await office.refused("wrong-state", "POST", path, "checker", body)
    rows = await office.rows("SELECT action, subject FROM audit_log WHERE object = $1 ORDER BY seq", f"payroll/{payroll_id}")
    assert [tuple(row) for row in rows] == [
        ("prepare-payroll", "lan"), ("accept-finding", "minh"), ("approve-payroll", "minh")
    ]  # fmt: skip


async def test_what_blocks_is_cleared_by_taking_the_line_out(office: Office) -> None:
    payroll_id, finding = await doubtful(office)
    await office.refused("open-findings", "POST", f"/v1/payrolls/{payroll_id}/approve", "checker", subject="minh")
    body = {"payment_id": finding["finding_id"].split(":")[1], "reason": "Chờ xác minh tuổi"}
    await office.ok("POST", f"/v1/payrolls/{payroll_id}/exceptions", "accountant", body)
    assert (await office.approve(payroll_id))["removed_payments"] == 1


async def test_the_database_keeps_the_maker_from_accepting(office: Office) -> None:
    payroll_id, _ = await doubtful(office)
    with pytest.raises(Exception, match="accepted_findings_check"):
        await office.rows(
            """INSERT INTO accepted_findings (acceptance_id, payroll_id, authority_id, code, about, measured, reason,
                   maker_issuer, maker_subject, accepted_issuer, accepted_subject, accepted_at)
               VALUES (uuidv7(), $1, $2, 'too-old', 'x', 1, 'r', 'i', 'lan', 'i', 'lan', now())""",
            UUID(payroll_id),
            office.authority,
        )
    body = {"finding_id": "no-budget", "reason": "x"}
    await office.ok("POST", f"/v1/payrolls/{payroll_id}/accepted-findings", "checker", body)
    with pytest.raises(Exception, match="append-only"):
        await office.rows("UPDATE accepted_findings SET measured = 999")


async def test_a_month_after_death_is_not_approved(office: Office) -> None:
    person = office.person("K6-N")
    payroll = await drawn(office, person, office.person("K6-N"))
    payroll_id = payroll["payroll_id"]
    await office.prepare(payroll_id)
    await office.say(changed(person, status="dead", status_from_month=OCTOBER))
    problem = await office.refused("pays-after-death", "POST", f"/v1/payrolls/{payroll_id}/approve", "checker")
    body = {"finding_id": problem["findings"][0], "reason": "x"}
    await office.refused("finding-cannot-be-accepted", "POST", f"/v1/payrolls/{payroll_id}/accepted-findings", "checker", body)
    taken_out = {"payment_id": problem["findings"][0].split(":")[1], "reason": "Chết"}
    await office.ok("POST", f"/v1/payrolls/{payroll_id}/exceptions", "accountant", taken_out)
    assert (await office.approve(payroll_id))["state"] == "approved"
