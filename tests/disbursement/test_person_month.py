"""One person's month over the API: lines that add up, steps, what holds it, and categories only for those who may read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayroll

Tokens = Callable[..., str]
OCTOBER = date(2021, 10, 1)


async def month(client: httpx.AsyncClient, token: str, payroll: GroundPayroll, text: str = "2021-10") -> Any:
    path = f"/v1/beneficiaries/{payroll.payments[0].beneficiary_id}/months/{text}"
    answer = await client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def two_months(ground: Ground) -> GroundPayroll:
    september = date(2021, 9, 1)
    run = await ground.run("2021-10", september, OCTOBER)
    return await ground.payroll(run, await ground.way("wallet", "viettelpay"), [540_000], months=[september, OCTOBER])


async def test_the_lines_add_up_to_what_is_owed_and_paid(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    payroll = await two_months(ground)
    await ground.fund(payroll.run, payroll.way, 1_080_000)
    await ground.instruct(payroll)
    await ground.hear(payroll, said(payroll.payments[0], 101, "paid", provider_reference="VTP-1"))
    view = await month(books_client, tokens("checker", ground.authority), payroll)
    (owed,) = view["obligations"]
    assert sum(line["amount_dong"] for line in owed["lines"]) == owed["amount_dong"] == 540_000
    assert "mức chuẩn 360.000 đồng (NĐ20/2021 Đ4 k2) x hệ số 1,5 = 540.000 đồng" in owed["lines"][0]["vi"]
    assert "Quyết định số 12/QĐ-UBND ngày 20/06/2021" in owed["lines"][0]["vi"]
    (payment,) = owed["payments"]
    assert [line["code"] for line in payment["pays"]] == ["arrears", "own-month"]
    assert sum(line["amount_dong"] for line in payment["pays"]) == payment["amount_dong"] == 1_080_000
    steps = {step["code"]: step for step in payment["steps"]}
    assert list(steps) == ["drawn-up", "prepared", "approved", "released", "instructed", "paid"]
    assert (steps["approved"]["by"], steps["released"]["by"]) == ("minh", "hoa")
    assert "VTP-1" in steps["paid"]["en"]
    assert view["waits"] == []


async def test_funding_before_the_release_is_a_step(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> None:
    run, way = await ground.run("2021-10"), await ground.way("cash", "vnpost")
    await ground.fund(run, way, 540_000)
    payroll = await ground.payroll(run, way, [540_000])
    view = await month(books_client, tokens("checker", ground.authority), payroll)
    steps = {step["code"]: step for step in view["obligations"][0]["payments"][0]["steps"]}
    assert "GRDT 1" in steps["funded"]["vi"]
    assert steps["funded"]["by"] == "accountant"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("drawn", "waits-to-be-prepared"),
        ("prepared", "waits-for-approval"),
        ("approved", "waits-for-release"),
        ("released", "turn"),
    ],
)
async def test_what_is_drawn_up_says_what_it_waits_for(
    state: str, code: str, ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    payroll = await two_months(ground)
    async with ground.database.transaction() as tx:
        await tx.run("UPDATE payrolls SET state = :state WHERE payroll_id = :id", state=state, id=payroll.payroll_id)
    view = await month(books_client, tokens("checker", ground.authority), payroll)
    assert view["why_not_paid"]["code"] == "not-released"
    (wait,) = view["waits"]
    assert wait["code"] == code
    assert wait["vi"].endswith(".")
    assert (await month(books_client, tokens("maker", ground.communes[0]), payroll))["waits"] == []


async def test_a_stop_is_what_a_released_payment_waits_for(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    payroll = await two_months(ground)
    async with ground.database.transaction() as tx:
        await tx.run(
            "INSERT INTO stops VALUES (:id, 'payroll', :key, 'person', 'look', platform.business_now(), NULL)",
            id=new_id(),
            key=str(payroll.payroll_id),
        )
    view = await month(books_client, tokens("checker", ground.authority), payroll)
    assert [wait["code"] for wait in view["waits"]] == ["stopped"]


async def test_a_category_without_law_is_said_and_no_supplement_is_promised(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    payroll = await two_months(ground)
    async with ground.database.transaction() as tx:
        await tx.run(
            "UPDATE decisions SET category = 'HTXH-75' WHERE beneficiary_id = :id", id=payroll.payments[0].beneficiary_id
        )
    view = await month(books_client, tokens("checker", ground.authority), payroll, "2021-12")
    assert view["why_not_paid"]["code"] == "category-not-dated"
    early = await month(books_client, tokens("checker", ground.authority), payroll, "2012-12")
    assert early["why_not_paid"]["code"] == "no-decision"


async def test_categories_are_for_those_who_may_read_the_registry(
    ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    payroll = await two_months(ground)
    async with ground.database.transaction() as tx:
        who = payroll.payments[0].beneficiary_id
        await tx.run("UPDATE decisions SET category = 'K3-HIV-4-16' WHERE beneficiary_id = :id", id=who)
        await tx.run("UPDATE obligations SET category = 'K3-HIV-4-16' WHERE subject_id = :id", id=who)
    seen = await month(books_client, tokens("checker", ground.authority), payroll)
    assert seen["obligations"][0]["categories"][0]["code"] == "K3-HIV-4-16"
    assert "HIV" in str(seen["obligations"][0]["lines"])
    hidden = await month(books_client, tokens("accountant", ground.authority), payroll)
    assert "HIV" not in str(hidden)
    assert hidden["decisions"][0]["category"] == "protected"
    (owed,) = hidden["obligations"]
    assert (owed["categories"], owed["coefficient"]) == ([], None)
    assert sum(line["amount_dong"] for line in owed["lines"]) == 540_000
