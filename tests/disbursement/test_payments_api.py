"""Payments, contradictions and one person's month over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from shared.kernel.ids import new_id
from shared.platform import Platform
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayment, GroundPayroll

Tokens = Callable[..., str]


async def get(client: httpx.AsyncClient, token: str, path: str, **query: Any) -> Any:
    answer = await client.get(f"/v1/{path}", params=query, headers={"Authorization": f"Bearer {token}"})
    return answer.json()


async def cash_payroll(ground: Ground, *amounts_dong: int) -> GroundPayroll:
    payroll = await ground.payroll(await ground.run("2021-10"), await ground.way("cash", "vnpost"), amounts_dong)
    await ground.instruct(payroll)
    return payroll


async def month(client: httpx.AsyncClient, token: str, beneficiary_id: UUID, text: str = "2021-10") -> Any:
    return await get(client, token, f"beneficiaries/{beneficiary_id}/months/{text}")


async def test_payments_are_paged_in_order(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    payroll = await cash_payroll(ground, 100, 200, 300, 400, 500)
    token, seen, cursor = tokens("maker", ground.authority), [], None
    for _ in range(3):
        page = await get(books_client, token, "payments", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["payment_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == sorted(str(p.payment_id) for p in payroll.payments)


async def test_payments_are_found_by_payroll_person_and_state(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    one = await cash_payroll(ground, 100, 200)
    two = await ground.payroll(one.run, one.way, [300])
    paid, still_open = one.payments
    await ground.hear(one, said(paid, 101, "accepted"), said(paid, 203, "paid", provider_reference="VNP-9"))
    token = tokens("maker", ground.authority)

    async def ids(**query: Any) -> list[str]:
        return [item["payment_id"] for item in (await get(books_client, token, "payments", **query))["items"]]

    assert await ids(payroll_id=one.payroll_id) == [str(paid.payment_id), str(still_open.payment_id)]
    assert await ids(payroll_id=two.payroll_id) == [str(two.payments[0].payment_id)]
    assert await ids(state="paid") == [str(paid.payment_id)]
    assert await ids(state="open", beneficiary_id=still_open.beneficiary_id) == [str(still_open.payment_id)]
    assert await ids(state="paid", beneficiary_id=still_open.beneficiary_id) == []
    (item,) = (await get(books_client, token, "payments", state="paid"))["items"]
    assert (item["state"], item["step"], item["attempt_no"], item["provider_reference"]) == ("paid", 203, 2, "VNP-9")
    assert (item["provider"], item["channel"], item["run"], item["amount_dong"]) == ("vnpost", "cash", "2021-10", 100)


async def test_rows_of_others_are_not_shown(
    ground: Ground, books_client: httpx.AsyncClient, platform: Platform, tokens: Tokens
) -> None:
    other = Ground(platform.database("disbursement"))
    await other.lay()
    mine, theirs = await cash_payroll(ground, 100), await cash_payroll(other, 100)
    for payroll, where in ((mine, ground), (theirs, other)):
        (payment,) = payroll.payments
        await where.hear(payroll, said(payment, 101, "rejected"))
        await where.hear(payroll, said(payment, 102, "paid"))
    token = tokens("maker", ground.authority)
    assert len((await get(books_client, token, "payments"))["items"]) == 1
    (contradiction,) = (await get(books_client, token, "contradictions"))["items"]
    assert contradiction["payment_id"] == str(mine.payments[0].payment_id)
    assert (await month(books_client, token, theirs.payments[0].beneficiary_id))["code"] == "unknown-beneficiary"
    commune = await get(books_client, tokens("maker", ground.communes[0]), "payments")
    assert [(item["payment_id"], item["provider"]) for item in commune["items"]] == [(str(mine.payments[0].payment_id), None)]
    assert (await get(books_client, tokens("maker", ground.communes[1]), "payments"))["items"] == []
    assert (await get(books_client, tokens("commune_officer"), "payments"))["code"] == "not-allowed"


async def test_contradictions_show_both_sides(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    payroll = await cash_payroll(ground, 100, 200)
    one, two = payroll.payments
    await ground.hear(payroll, said(one, 101, "rejected"), said(two, 101, "paid", amount_dong=199))
    await ground.hear(payroll, said(one, 102, "paid"), said(two, 102, "paid"))
    token = tokens("checker", ground.authority)
    page = await get(books_client, token, "contradictions", limit=1)
    (amount,) = page["items"]
    assert (amount["held"], amount["said"], amount["our_amount_dong"], amount["said_amount_dong"], amount["state"]) == (
        "amount 200",
        "paid",
        200,
        199,
        "paid",
    )
    (refused,) = (await get(books_client, token, "contradictions", cursor=page["next_cursor"]))["items"]
    assert (refused["held"], refused["said"], refused["state"]) == ("rejected", "paid", "rejected")


@pytest.mark.parametrize("cursor", ["x", "2021-10-01", "2021-10-01_x", "2021-99-01_00000000-0000-0000-0000-000000000000"])
async def test_a_wrong_cursor_is_refused(cursor: str, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    for path in ("payments", "contradictions"):
        assert (await get(books_client, tokens("maker"), path, cursor=cursor))["code"] == "bad-cursor"


async def test_a_paid_month_from_decision_to_money(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    payroll = await cash_payroll(ground, 540_000)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 101, "paid", provider_reference="VNP-1"))
    view = await month(books_client, tokens("checker", ground.authority), payment.beneficiary_id)
    assert view["why_not_paid"] is None
    (decision,) = view["decisions"]
    assert (decision["number"], decision["covers"]) == ("12/QĐ-UBND", True)
    (owed,) = view["obligations"]
    assert (owed["decision_id"], owed["place"], owed["amount_dong"]) == (decision["decision_id"], "paid_cash", 540_000)
    assert (owed["coefficient"], owed["level_dong"], owed["heads"]) == ("1.50", 360_000, 1)
    (category,) = owed["categories"]
    assert category["code"] == decision["category"]
    assert category["article"].startswith("NĐ20/2021")
    (made,) = owed["payments"]
    assert (made["state"], made["attempt_no"], made["provider_reference"], made["payment_seq"]) == ("paid", 1, "VNP-1", 1)
    officers = made["payroll"]
    assert (officers["prepared_by"], officers["approved_by"], officers["released_by"]) == ("lan", "minh", "hoa")
    async with ground.database.transaction() as tx:
        readers = await tx.scalar(
            "SELECT count(*) FROM audit_log WHERE action = 'read-person-month' AND object = :who",
            who=f"beneficiary/{payment.beneficiary_id}",
        )
    assert readers == 1


async def test_what_failed_and_was_paid_again_shows_both_payments(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    payroll = await cash_payroll(ground, 540_000)
    (failed,) = payroll.payments
    token = tokens("checker", ground.authority)
    await ground.hear(payroll, said(failed, 101, "rejected", reason="locked"))
    view = await month(books_client, token, failed.beneficiary_id)
    assert view["why_not_paid"]["code"] == "returned"
    assert "tài khoản bị khóa" in view["why_not_paid"]["vi"]
    assert "the account is locked" in view["why_not_paid"]["en"]
    later = await ground.again(payroll, await ground.run("2021-11"), "returned")
    view = await month(books_client, token, failed.beneficiary_id)
    assert view["why_not_paid"]["code"] == "not-released"
    await ground.instruct(later)
    view = await month(books_client, token, failed.beneficiary_id)
    assert view["why_not_paid"]["code"] == "in-flight"
    await ground.hear(later, said(later.payments[0], 101, "paid"))
    view = await month(books_client, token, failed.beneficiary_id)
    assert view["why_not_paid"] is None
    payments = [(p["run"], p["state"], p["payment_seq"]) for p in view["obligations"][0]["payments"]]
    assert payments == [("2021-10", "rejected", 1), ("2021-11", "paid", 2)]


@pytest.mark.parametrize(
    ("change", "asked", "code"),
    [
        ("SELECT", "2021-12", "not-drawn"),
        ("SELECT", "2021-06", "no-decision"),
        ("UPDATE people SET status = 'stopped', status_from_month = '2021-12-01'", "2021-12", "ended"),
        ("UPDATE people SET status = 'dead', status_from_month = '2022-01-01'", "2021-12", "not-drawn"),
        ("UPDATE decisions SET to_month = '2021-11-01'", "2021-12", "no-decision"),
    ],
)
async def test_why_a_month_owes_nothing(
    change: str, asked: str, code: str, ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    payment = await changed(ground, change)
    view = await month(books_client, tokens("checker", ground.authority), payment.beneficiary_id, asked)
    assert view["why_not_paid"]["code"] == code
    assert view["obligations"] == []
    assert view["why_not_paid"]["vi"] != view["why_not_paid"]["en"] != ""


async def test_a_decision_after_the_cut_waits_for_a_supplement(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    payment = await changed(ground, "SELECT")
    run = await ground.run("2021-11")
    async with ground.database.transaction() as tx:
        await tx.run(
            "INSERT INTO run_authorities VALUES (:run_id, :authority, 0, 1, now(), 'issuer', 'lan')",
            run_id=run.run_id,
            authority=ground.authority,
        )
    view = await month(books_client, tokens("checker", ground.authority), payment.beneficiary_id, "2021-11")
    assert view["why_not_paid"]["code"] == "after-the-cut"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE people SET hold = 'giấy tờ hết hạn'", "held"),
        ("UPDATE people SET status = 'suspended'", "suspended"),
        ("UPDATE people SET status = 'dead'", "payee-dead"),
        ("SELECT", "waits-for-supplement"),
        ("SELECT", "no-contract"),
    ],
)
@pytest.mark.books_broken
async def test_why_what_is_owed_is_on_no_payroll(
    change: str, code: str, ground: Ground, books_client: httpx.AsyncClient, admin: asyncpg.Connection, tokens: Tokens
) -> None:
    payment = await changed(ground, change)
    await admin.execute("ALTER TABLE disbursement.obligations DISABLE TRIGGER ALL")
    await admin.execute(
        "UPDATE disbursement.obligations SET live_payment_id = NULL, live_run_month = NULL WHERE subject_id = $1",
        payment.beneficiary_id,
    )
    if code != "no-contract":
        await ground.serve()
    await admin.execute("ALTER TABLE disbursement.obligations ENABLE TRIGGER ALL")
    view = await month(books_client, tokens("checker", ground.authority), payment.beneficiary_id)
    assert view["why_not_paid"]["code"] == code
    assert view["obligations"][0]["place"] == "not_released"
    if code == "held":
        assert "giấy tờ hết hạn" in view["why_not_paid"]["vi"]


async def changed(ground: Ground, change: str) -> GroundPayment:
    """A person with an October payment, and a change of the person or the decision."""
    (payment,) = (await cash_payroll(ground, 540_000)).payments
    if change != "SELECT":
        async with ground.database.transaction() as tx:
            await tx.run(f"{change} WHERE beneficiary_id = :id", id=payment.beneficiary_id)
    return payment


async def test_refusals(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    token = tokens("checker", ground.authority)
    assert (await month(books_client, token, new_id()))["code"] == "unknown-beneficiary"
    payroll = await cash_payroll(ground, 100)
    beneficiary_id = payroll.payments[0].beneficiary_id
    assert (await month(books_client, token, beneficiary_id, "2021-10-05"))["code"] == "wrong-month"
    assert (await month(books_client, tokens("commune_officer"), beneficiary_id))["code"] == "not-allowed"
    assert (await get(books_client, token, "payments", state="gone"))["code"] == "bad-request"
