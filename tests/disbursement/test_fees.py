"""Fees: by contract, channel and day; owed when paid, perhaps not when returned; settled by a paper; a book of their own."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.fees import FeeRate, rate_on
from shared.contracts.disbursement_events import ChunkInstructed
from tests.disbursement.gateway_voice import answer, tell
from tests.disbursement.office import Office
from tests.disbursement.records import wallet
from tests.disbursement.test_books_end_to_end import instructed


@given(amount_dong=st.integers(1, 10**9), basis_points=st.integers(0, 10_000))
def test_a_percentage_is_rounded_half_up_to_whole_dong(amount_dong: int, basis_points: int) -> None:
    fee = FeeRate("wallet", date(2021, 9, 1), basis_points, None, False).fee_dong(amount_dong)
    assert -5_000 < fee * 10_000 - amount_dong * basis_points <= 5_000
    assert fee <= amount_dong


def test_half_a_dong_is_one() -> None:
    assert FeeRate("wallet", date(2021, 9, 1), 50, None, False).fee_dong(100) == 1
    assert FeeRate("wallet", date(2021, 9, 1), 49, None, False).fee_dong(100) == 0
    assert FeeRate("cash", date(2021, 9, 1), None, 3_000, False).fee_dong(100) == 3_000


def test_the_newest_rate_begun_holds() -> None:
    old = FeeRate("wallet", date(2021, 9, 1), 50, None, False)
    new = FeeRate("wallet", date(2021, 11, 1), None, 1_000, False)
    other = FeeRate("cash", date(2021, 1, 1), None, 3_000, False)
    found = [rate_on([new, other, old], "wallet", date(2021, m, d)) for m, d in ((8, 31), (9, 1), (10, 31), (11, 1))]
    assert found == [None, old, old, new]


def fee(channel: str = "wallet", from_on: str = "2021-07-01", **more: Any) -> dict[str, Any]:
    return {"channel": channel, "from_on": from_on, "back_on_return": False, **more}


async def agreed(office: Office, *fees: dict[str, Any]) -> Any:
    return await office.ok("POST", f"/v1/contracts/{office.deeds.viettel}/fees", "province", {"fees": list(fees)})


async def three_paid_one_returned(office: Office) -> str:
    """540,000 đồng three times through the wallet; the third comes back."""
    await office.say(*[office.person("K6-N", commune=0, account=wallet()) for _ in range(3)])
    run_id = await office.run("2021-10")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    await answer(office, chunk, [["paid"], ["paid"], ["paid", "returned"]])
    return run_id


async def fees_of(office: Office, run_id: str) -> Any:
    (read,) = (await office.ok("GET", f"/v1/runs/{run_id}/fees", "accountant"))["contracts"]
    assert (read["books_balance"], read["differences"]) == (True, [])
    return tuple(read[f"{name}_dong"] for name in ("accrued", "reversed", "settled", "owed"))


@pytest.mark.parametrize(("back", "owed"), [(True, 5_400), (False, 8_100)])
async def test_a_fee_is_owed_when_paid_and_goes_back_where_the_contract_says_so(office: Office, back: bool, owed: int) -> None:
    await agreed(office, fee(basis_points=50, back_on_return=back))
    run_id = await three_paid_one_returned(office)
    assert await fees_of(office, run_id) == (8_100, 8_100 - owed, 0, owed)
    paper = {
        "authority_id": office.authority, "contract_id": str(office.deeds.viettel), "amount_dong": owed - 100,
        "paper_number": "UNC 17", "paid_on": "2021-10-29",
    }  # fmt: skip
    path = f"/v1/runs/{run_id}/fees/settlements"
    await office.refused("fee-not-owed", "POST", path, "accountant", {**paper, "amount_dong": owed + 1})
    await office.ok("POST", path, "accountant", paper)
    assert await fees_of(office, run_id) == (8_100, 8_100 - owed, owed - 100, 100)
    await office.refused("fee-settlement-exists", "POST", path, "accountant", {**paper, "amount_dong": 100})
    await office.ok("POST", path, "accountant", {**paper, "amount_dong": 100, "paper_number": "UNC 18"})
    assert (await fees_of(office, run_id))[3] == 0
    other = {**paper, "contract_id": str(UUID(int=1))}
    await office.refused("unknown-contract", "POST", path, "accountant", other)
    # The beneficiaries' money knows nothing of it.
    assert set(await office.ledger("money")) == {
        ("treasury", f"provider:{office.deeds.viettel}"),
        (f"provider:{office.deeds.viettel}", "payees"),
        ("payees", f"provider:{office.deeds.viettel}"),
    }


async def test_a_contract_without_fees_costs_nothing(office: Office) -> None:
    run_id = await three_paid_one_returned(office)
    assert (await office.ok("GET", f"/v1/runs/{run_id}/fees", "accountant"))["contracts"] == []
    assert await office.ledger("fees") == {}


async def test_rates_are_kept_beside_each_other_and_change_no_more(office: Office) -> None:
    await agreed(office, fee(basis_points=50), fee("cash", flat_dong=3_000))
    again = await agreed(office, fee(basis_points=50), fee(from_on="2022-01-01", flat_dong=1_000))
    assert [(f["channel"], f["from_on"], f["basis_points"], f["flat_dong"]) for f in again["fees"]] == [
        ("cash", "2021-07-01", None, 3_000),
        ("wallet", "2021-07-01", 50, None),
        ("wallet", "2022-01-01", None, 1_000),
    ]
    listed = (await office.ok("GET", "/v1/contracts", "province"))["items"]
    assert [len(c["fees"]) for c in listed if c["contract_id"] == str(office.deeds.viettel)] == [3]
    path = f"/v1/contracts/{office.deeds.viettel}/fees"
    await office.refused("fee-rate-exists", "POST", path, "province", {"fees": [fee(basis_points=60)]})
    await office.refused("no-such-channel", "POST", path, "province", {"fees": [fee("account", basis_points=60)]})
    for wrong in (fee(), fee(basis_points=1, flat_dong=1), fee(basis_points=10_001)):
        await office.refused("bad-request", "POST", path, "province", {"fees": [wrong]})


async def test_a_contract_is_defined_with_its_fees(office: Office) -> None:
    body = {
        "authority_id": office.authority, "number": "02/2021", "lead_provider": "viettelpay", "valid_from": "2021-07-01",
        "channels": [{"channel": "wallet", "provider": "viettelpay"}], "fees": [fee(flat_dong=2_000)],
    }  # fmt: skip
    first = await office.ok("POST", "/v1/contracts", "province", body)
    assert first["fees"] == [{**fee(flat_dong=2_000), "basis_points": None}]
    assert await office.ok("POST", "/v1/contracts", "province", body) == first
    await office.refused(
        "no-such-channel", "POST", "/v1/contracts", "province", {**body, "number": "3", "fees": [fee("cash", flat_dong=1)]}
    )


@pytest.mark.books_broken
async def test_a_fee_that_is_gone_is_seen(office: Office) -> None:
    await agreed(office, fee(basis_points=50))
    run_id = await three_paid_one_returned(office)
    await office.rows("DELETE FROM payment_fees WHERE run_id = $1", UUID(run_id))
    (read,) = (await office.ok("GET", f"/v1/runs/{run_id}/fees", "accountant"))["contracts"]
    assert read["books_balance"] is False
    assert read["differences"] == [{"what": "accrued_dong", "counted": 0, "expected": 8_100}]


async def one_at_viettel(office: Office) -> tuple[str, ChunkInstructed]:
    """540,000 đồng through the wallet, on their way; half a percent is agreed, and goes with what comes back."""
    await agreed(office, fee(basis_points=50, back_on_return=True))
    await office.say(office.person("K6-N", commune=0, account=wallet()))
    run_id = await office.run("2021-10")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    return run_id, chunk


async def test_what_is_proven_paid_after_it_was_refused_has_its_fee(office: Office) -> None:
    run_id, chunk = await one_at_viettel(office)
    await answer(office, chunk, [["rejected"]])
    await tell(office, chunk, {chunk.lines[0].payment_id: "paid"}, step=301)
    (contradiction,) = (await office.ok("GET", "/v1/contradictions", "checker"))["items"]
    path = f"/v1/contradictions/{contradiction['contradiction_id']}/settle"
    body = {"resolution": "provider_right", "reason": "sao kê", "evidence": "SK-10"}
    await office.ok("POST", path, "checker", body, subject="minh")
    assert await fees_of(office, run_id) == (2_700, 0, 0, 2_700)


async def test_the_fee_of_a_return_after_the_run_was_closed(office: Office) -> None:
    """It is taken back in the fees of the run that it was earned in: rows and ledger say the same, of both runs."""
    run_id, chunk = await one_at_viettel(office)
    await answer(office, chunk, [["paid"]])
    await office.ok("POST", f"/v1/runs/{run_id}/close", "accountant", {"authority_id": office.authority}, subject="ha")
    november = await office.run("2021-11")
    await tell(office, chunk, {chunk.lines[0].payment_id: "returned"}, step=301)
    assert await fees_of(office, run_id) == (2_700, 2_700, 0, 0)
    assert (await office.ok("GET", f"/v1/runs/{november}/fees", "accountant"))["contracts"] == []
