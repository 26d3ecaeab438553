"""Communes' cash: advance = paid + returned + difference, over REST; and who gets cash at home or by any other provider."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.cash_advances import CashStanding, check_advance, check_return, settle
from shared.contracts.gateway_events import ChunkProgressed, PaymentOutcome, ProviderDescription, ProvidersDescribed
from shared.kernel.errors import Refusal
from tests.disbursement.gateway_voice import say
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER
from tests.disbursement.test_gates import drawn

CLOSE = {"reason": "returned", "note": "Thủ quỹ nộp bù", "evidence": "PT 31"}


async def said(office: Office, payroll: dict[str, Any], payments: list[dict[str, Any]], outcome: Any) -> None:
    outcomes = [
        PaymentOutcome(
            payment_id=UUID(each["payment_id"]), attempt_no=1, step=102, outcome=outcome, reason=None,
            amount_dong=each["amount_dong"], provider_reference=None, at=datetime(2021, 10, 5, tzinfo=UTC),
        )
        for each in payments
    ]  # fmt: skip
    await say(
        office,
        ChunkProgressed(
            run_month=OCTOBER, payroll_id=UUID(payroll["payroll_id"]), chunk_no=payments[0]["chunk_no"],
            provider=payroll["provider"], answered=True, outcomes=outcomes,
        )
    )  # fmt: skip


async def at_the_cashiers(office: Office, people: int = 3) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A released payroll of the third commune's cashier, instructed, and its payments."""
    payroll = await drawn(office, *[office.person("K6-N", commune=2) for _ in range(people)])
    await office.released(payroll)
    assert await office.dispatcher().step() == 1
    return payroll, await office.payments(payroll["payroll_id"])


def cash(office: Office, payroll: dict[str, Any], amount_dong: int, paper: str, **changes: Any) -> dict[str, Any]:
    return {
        "contract_id": payroll["contract_id"], "unit_id": office.communes[2], "amount_dong": amount_dong, "paper_number": paper,
        "happened_on": "2021-10-04", "counterpart": "Trần Thị Mai, thủ quỹ xã", **changes,
    }  # fmt: skip


async def standing(office: Office, payroll: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/runs/{payroll['run_id']}/cash-standings?contract_id={payroll['contract_id']}"
    (only,) = (await office.ok("GET", path, "accountant"))["communes"]
    found: dict[str, Any] = only
    return found


async def test_what_went_back_to_the_treasury_is_given_to_no_commune(office: Office) -> None:
    """A million is credited for the cashier's payroll of 540,000; what nobody claims goes back, and is not there any more."""
    payroll = await drawn(office, office.person("K6-N", commune=2))
    await office.fund(payroll["run_id"], payroll["contract_id"], 1_000_000)
    run = f"/v1/runs/{payroll['run_id']}"
    refunds = await office.ok("POST", f"{run}/refunds", "accountant", {"authority_id": office.authority})
    assert refunds["amount_dong"] == 460_000
    await office.refused(
        "advance-over-funding", "POST", f"{run}/cash-advances", "accountant", cash(office, payroll, 540_001, "PC 1")
    )
    await office.ok("POST", f"{run}/cash-advances", "accountant", cash(office, payroll, 540_000, "PC 2"))


async def test_what_is_not_collected_comes_back_and_the_cash_is_settled(office: Office) -> None:
    payroll, payments = await at_the_cashiers(office)
    total, one = payroll["amount_dong"], payments[0]["amount_dong"]
    run = f"/v1/runs/{payroll['run_id']}"
    place = {"contract_id": payroll["contract_id"], "unit_id": office.communes[2]}
    advance = await office.ok("POST", f"{run}/cash-advances", "accountant", cash(office, payroll, total, "PC 1"))
    assert await office.ok("POST", f"{run}/cash-advances", "accountant", cash(office, payroll, total, "PC 1")) == advance
    await office.refused("cash-in-flight", "POST", f"{run}/cash-settlements", "accountant", place)
    await said(office, payroll, payments[:2], "paid")
    await said(office, payroll, payments[2:], "unclaimed")
    assert await standing(office, payroll) == {
        "unit_id": office.communes[2], "advanced_dong": total, "paid_dong": total - one, "returned_dong": 0,
        "still_out_dong": one, "open_payments": 0, "open_dong": 0,
    }  # fmt: skip
    refunds = await office.ok("POST", f"{run}/refunds", "accountant", {"authority_id": office.authority})
    assert refunds["refunds"] == []  # what the cashier still holds can't be with the Treasury
    await office.ok("POST", f"{run}/cash-returns", "accountant", cash(office, payroll, one, "PT 1"))
    settled = await office.ok("POST", f"{run}/cash-settlements", "accountant", place, subject="lan")
    assert (settled["difference_dong"], settled["owner"], settled["settled_by"]) == (0, None, "lan")
    assert await office.ok("POST", f"{run}/cash-settlements", "accountant", {**place, "owner": "ha"}) == settled
    refunds = await office.ok("POST", f"{run}/refunds", "accountant", {"authority_id": office.authority})
    assert refunds["amount_dong"] == one
    await office.refused("cash-settled", "POST", f"{run}/cash-advances", "accountant", cash(office, payroll, 1, "PC 2"))
    await office.refused(
        "no-open-difference", "POST", f"/v1/cash-settlements/{settled['settlement_id']}/close", "accountant", CLOSE
    )


async def test_a_difference_is_owned_until_another_closes_it(office: Office) -> None:
    payroll, payments = await at_the_cashiers(office)
    total, one = payroll["amount_dong"], payments[0]["amount_dong"]
    run = f"/v1/runs/{payroll['run_id']}"
    place = {"contract_id": payroll["contract_id"], "unit_id": office.communes[2]}
    await office.ok("POST", f"{run}/cash-advances", "accountant", cash(office, payroll, total, "PC 1"))
    await said(office, payroll, payments[:2], "paid")
    await said(office, payroll, payments[2:], "unclaimed")
    await office.ok("POST", f"{run}/cash-returns", "accountant", cash(office, payroll, one - 5000, "PT 1"))
    await office.refused("break-needs-owner", "POST", f"{run}/cash-settlements", "accountant", place)
    settled = await office.ok("POST", f"{run}/cash-settlements", "accountant", {**place, "owner": "ha"})
    assert (settled["difference_dong"], settled["owner"], settled["closed_at"]) == (5000, "ha", None)
    listed = await office.ok("GET", f"/v1/cash-settlements?only_open=true&run_id={payroll['run_id']}", "accountant")
    assert listed["items"] == [settled]
    close = f"/v1/cash-settlements/{settled['settlement_id']}/close"
    await office.refused("owner-closes", "POST", close, "accountant", CLOSE, subject="ha")
    await office.refused("cash-still-missing", "POST", close, "accountant", CLOSE, subject="lan")
    await office.refused("unknown-cash-settlement", "POST", close, "accountant", CLOSE, units=[office.communes[0]])
    refunds = await office.ok("POST", f"{run}/refunds", "accountant", {"authority_id": office.authority})
    assert refunds["amount_dong"] == one - 5000
    await office.refused("more-than-still-out", "POST", f"{run}/cash-returns", "accountant", cash(office, payroll, 5001, "PT 2"))
    await office.ok("POST", f"{run}/cash-returns", "accountant", cash(office, payroll, 5000, "PT 31"))
    closed = await office.ok("POST", close, "accountant", CLOSE, subject="lan")
    assert (closed["closed_as"], closed["evidence"], closed["closed_by"]) == ("returned", "PT 31", "lan")
    assert await office.ok("POST", close, "accountant", CLOSE, subject="lan") == closed
    refunds = await office.ok("POST", f"{run}/refunds", "accountant", {"authority_id": office.authority})
    assert refunds["amount_dong"] == 5000
    assert (await office.ok("GET", f"/v1/cash-settlements?only_open=true&run_id={payroll['run_id']}", "accountant"))[
        "items"
    ] == []


async def test_what_is_refused(office: Office) -> None:
    payroll, _ = await at_the_cashiers(office, 1)
    total = payroll["amount_dong"]
    run = f"/v1/runs/{payroll['run_id']}"
    place = {"contract_id": payroll["contract_id"], "unit_id": office.communes[2]}
    body = cash(office, payroll, total, "PC 1")
    await office.refused("nothing-advanced", "POST", f"{run}/cash-settlements", "accountant", place)
    await office.refused("advance-over-funding", "POST", f"{run}/cash-advances", "accountant", {**body, "amount_dong": total + 1})
    viettel = {**body, "contract_id": str(office.deeds.viettel)}
    await office.refused("no-cashier", "POST", f"{run}/cash-advances", "accountant", viettel)
    await office.refused("unknown-unit", "POST", f"{run}/cash-advances", "accountant", {**body, "unit_id": "99999@2021-07-01"})
    await office.refused("not-allowed", "POST", f"{run}/cash-advances", "maker", body)
    commune = [office.communes[2]]
    problem = await office.call("POST", f"{run}/cash-advances", "accountant", body, units=commune)
    assert problem.json()["code"] in ("not-your-unit", "unknown-contract", "unknown-run")
    await office.refused("unknown-run", "POST", f"/v1/runs/{office.deeds.cashier}/cash-advances", "accountant", body)
    await office.ok("POST", f"{run}/cash-advances", "accountant", body)
    await office.refused("cash-paper-exists", "POST", f"{run}/cash-advances", "accountant", {**body, "amount_dong": 1})
    await office.refused("advance-over-funding", "POST", f"{run}/cash-advances", "accountant", {**body, "paper_number": "PC 2"})


async def test_cash_at_home_is_said_by_the_order(office: Office) -> None:
    payroll = await drawn(office, *[office.person("K6-N", commune=1) for _ in range(2)])
    await office.released(payroll)
    payments = await office.payments(payroll["payroll_id"])
    at_home = payments[1]["beneficiary_id"]
    path = f"/v1/beneficiaries/{at_home}/home-delivery"
    body = {"from_on": "2021-09-01", "reason": "Không đi lại được"}
    units = [office.communes[1]]
    await office.refused("not-at-home", "POST", f"{path}/end", "commune_officer", {"to_on": "2021-12-31"}, units=units)
    view = await office.ok("POST", path, "commune_officer", body, units=units)
    assert (view["to_on"], view["unit_id"]) == (None, office.communes[1])
    assert await office.ok("POST", path, "commune_officer", {**body, "from_on": "2021-09-15"}, units=units) == view
    await office.refused("unknown-beneficiary", "POST", path, "commune_officer", body, units=[office.communes[0]])
    await office.dispatcher().step()
    (event,) = await office.events("chunk_instructed")
    assert {line["beneficiary_id"]: line["home_delivery"] for line in event["lines"]} == {
        payments[0]["beneficiary_id"]: False, at_home: True,
    }  # fmt: skip
    ended = await office.ok("POST", f"{path}/end", "commune_officer", {"to_on": "2021-12-31"}, units=units)
    assert ended["to_on"] == "2021-12-31"


async def test_any_other_provider_is_paid_through_by_name(office: Office) -> None:
    sheet = {
        "provider": "sheet_csxh", "channels": ["account", "cash"], "opens_accounts": False, "files": True, "statements": False,
        "refuses_duplicates": True, "longest_processing_seconds": 60.0,
    }  # fmt: skip
    await say(office, ProvidersDescribed(providers=[ProviderDescription.model_validate(sheet)]))
    contract = await office.contract("sheet_csxh", {"cash": "sheet_csxh"}, office.communes[2:], number="09/CSXH")
    payroll = await drawn(office, office.person("K6-N", commune=2))
    assert (payroll["provider"], payroll["channel"], payroll["contract_id"]) == ("sheet_csxh", "cash", str(contract))
    await office.released(payroll)
    assert await office.dispatcher().step() == 1
    (event,) = await office.events("chunk_instructed")
    assert event["provider"] == "sheet_csxh"
    body = {
        "authority_id": office.authority, "number": "10", "lead_provider": "sheet_csxh", "valid_from": "2021-07-01",
        "channels": [{"channel": "wallet", "provider": "sheet_csxh"}],
    }  # fmt: skip
    await office.refused("unknown-provider", "POST", "/v1/contracts", "province", body)


@given(st.lists(st.tuples(st.sampled_from(("advance", "return", "pay")), st.integers(1, 10)), max_size=30), st.integers(0, 60))
def test_cash_never_goes_anywhere_unseen(steps: list[tuple[str, int]], funded: int) -> None:
    """Whatever is given, paid and brought back in whatever order: what is settled adds up, and no more than was funded is out."""
    held = CashStanding(0, 0, 0)
    for kind, amount in steps:
        try:
            if kind == "advance":
                check_advance(amount, held.advanced_dong - held.returned_dong, funded)
                held = CashStanding(held.advanced_dong + amount, held.paid_dong, held.returned_dong)
            elif kind == "return":
                check_return(amount, held)
                held = CashStanding(held.advanced_dong, held.paid_dong, held.returned_dong + amount)
            else:
                held = CashStanding(held.advanced_dong, held.paid_dong + amount, held.returned_dong)
        except Refusal:
            continue
    assert held.advanced_dong - held.returned_dong <= funded
    assert held.advanced_dong == held.paid_dong + held.returned_dong + held.still_out_dong
    if held.advanced_dong:
        assert settle(held, "ha") == held.still_out_dong
        if held.still_out_dong:
            with pytest.raises(Refusal):
                settle(held, None)
