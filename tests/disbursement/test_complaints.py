"""Complaints over REST, on a real database: owner, deadline, answer, one reopening, lists, who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from shared.kernel.ids import new_id
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayment

Tokens = Callable[..., str]
SetClock = Callable[[datetime], Any]


class Desk:
    """An officer's desk: requests with their token."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str = "", body: Any = None, key: str | None = None, **query: Any) -> Any:
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        answer = await self._client.request(method, f"/v1/complaints{path}", json=body, params=query, headers=headers)
        return answer.json()

    async def file(self, payment: GroundPayment, **changes: Any) -> Any:
        body = {
            "beneficiary_id": str(payment.beneficiary_id), "month": "2021-10", "from_whom": "payee", "channel": "phone",
            "text": "Tháng 10 chưa nhận được tiền, gọi 0912345678.",
        }  # fmt: skip
        return await self.ask("POST", body={**body, **changes})


@pytest.fixture
async def payment(ground: Ground, set_business_clock: SetClock) -> GroundPayment:
    """A person with an October payment; it is 4 October 2021, a Monday."""
    await set_business_clock(datetime(2021, 10, 4, 2, 0, tzinfo=UTC))
    payroll = await ground.payroll(await ground.run("2021-10"), await ground.way("cash", "vnpost"), [540_000])
    return payroll.payments[0]


@pytest.fixture
def lan(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> Desk:
    """An officer of the commune."""
    return Desk(books_client, tokens("commune_officer", ground.communes[0], subject="lan"))


@pytest.fixture
def minh(ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens) -> Desk:
    """A maker of the authority."""
    return Desk(books_client, tokens("maker", ground.authority, subject="minh"))


async def test_a_complaint_from_filing_to_its_second_answer(
    lan: Desk, minh: Desk, payment: GroundPayment, admin: asyncpg.Connection
) -> None:
    filed = await lan.file(payment, payment_id=str(payment.payment_id))
    path = f"/{filed['complaint_id']}"
    assert (filed["owner"], filed["state"], filed["filed_on"], filed["due_on"]) == ("lan", "open", "2021-10-04", "2021-10-25")
    assert filed["text"] == "Tháng 10 chưa nhận được tiền, gọi ••••••••••."
    answer = {"outcome": "justified", "text": "Tiền bị trả lại, sẽ chi lại.", "done": "Đã sửa tài khoản."}
    assert (await minh.ask("POST", f"{path}/answer", answer))["code"] == "not-the-owner"
    assert (await lan.ask("POST", f"{path}/assign", {"owner": "minh"}))["owner"] == "minh"
    assert (await lan.ask("POST", f"{path}/assign", {"owner": "minh"}))["owner"] == "minh"
    assert (await lan.ask("POST", f"{path}/reopen", {"why": "chưa được"}))["code"] == "complaint-open"
    answered = await minh.ask("POST", f"{path}/answer", answer, key="a1")
    assert (answered["state"], answered["outcome"], answered["done"]) == ("answered", "justified", "Đã sửa tài khoản.")
    assert await minh.ask("POST", f"{path}/answer", answer, key="a1") == answered
    assert (await minh.ask("POST", f"{path}/answer", answer))["code"] == "complaint-answered"
    assert (await lan.ask("POST", f"{path}/assign", {"owner": "lan"}))["code"] == "complaint-answered"
    again = await lan.ask("POST", f"{path}/reopen", {"why": "Vẫn chưa nhận được."})
    assert (again["state"], again["reopened"], again["owner"]) == ("open", True, "minh")
    await minh.ask("POST", f"{path}/answer", {"outcome": "unjustified", "text": "Đã nhận ngày 5/10."})
    assert (await lan.ask("POST", f"{path}/reopen", {"why": "không đồng ý"}))["code"] == "complaint-reopened-before"
    whole = await lan.ask("GET", path)
    assert [(step["action"], step["by"]) for step in whole["steps"]] == [
        ("filed", "lan"), ("assigned", "lan"), ("answered", "minh"), ("reopened", "lan"), ("answered", "minh"),
    ]  # fmt: skip
    assert (whole["steps"][2]["outcome"], whole["outcome"]) == ("justified", "unjustified")
    audited = await admin.fetch("SELECT action FROM disbursement.audit_log WHERE object = $1 ORDER BY seq", f"complaint{path}")
    assert [row["action"] for row in audited] == [
        "file-complaint", "assign-complaint", "answer-complaint", "reopen-complaint", "answer-complaint", "read-complaint",
    ]  # fmt: skip


async def test_the_list_finds_what_is_open_and_overdue_by_owner_and_unit(
    lan: Desk, minh: Desk, payment: GroundPayment, ground: Ground, set_business_clock: SetClock
) -> None:
    first = await lan.file(payment, answer_within_working_days=1)
    second = await lan.file(payment, owner="minh")
    done = await lan.file(payment)
    await lan.ask("POST", f"/{done['complaint_id']}/answer", {"outcome": "partly", "text": "Đã xem."})

    async def ids(desk: Desk, **query: Any) -> list[str]:
        return [item["complaint_id"] for item in (await desk.ask("GET", **query))["items"]]

    assert await ids(minh) == [first["complaint_id"], second["complaint_id"], done["complaint_id"]]
    assert await ids(minh, state="open") == [first["complaint_id"], second["complaint_id"]]
    assert await ids(minh, owner="minh") == [second["complaint_id"]]
    assert await ids(minh, unit_id=ground.authority, state="answered") == [done["complaint_id"]]
    assert await ids(minh, unit_id=ground.communes[1]) == []
    assert await ids(minh, overdue="true") == []
    await set_business_clock(datetime(2021, 10, 18, 2, 0, tzinfo=UTC))
    page = await minh.ask("GET", overdue="true")
    assert [(item["complaint_id"], item["overdue_days"], item["escalation"]) for item in page["items"]] == [
        (first["complaint_id"], 13, "province")
    ]
    assert "text" not in page["items"][0]
    one = await minh.ask("GET", limit=2)
    two = await minh.ask("GET", limit=2, cursor=one["next_cursor"])
    assert ([item["complaint_id"] for item in two["items"]], two["next_cursor"]) == ([done["complaint_id"]], None)
    assert (await minh.ask("GET", cursor="x"))["code"] == "bad-cursor"


async def test_others_neither_see_nor_touch_it(
    lan: Desk, payment: GroundPayment, ground: Ground, books_client: httpx.AsyncClient, tokens: Tokens
) -> None:
    filed = await lan.file(payment)
    neighbour = Desk(books_client, tokens("commune_officer", ground.communes[1], subject="hoa"))
    path = f"/{filed['complaint_id']}"
    assert (await neighbour.ask("GET"))["items"] == []
    for method, way, body in (
        ("GET", "", None),
        ("POST", "/assign", {"owner": "hoa"}),
        ("POST", "/answer", {"outcome": "partly", "text": "x"}),
        ("POST", "/reopen", {"why": "x"}),
    ):
        assert (await neighbour.ask(method, path + way, body))["code"] == "unknown-complaint"
    assert (await neighbour.file(payment))["code"] == "unknown-beneficiary"
    outsider = Desk(books_client, tokens("provider_staff", ground.communes[0]))
    assert (await outsider.ask("GET"))["code"] == "not-allowed"


async def test_what_cannot_be_filed(lan: Desk, payment: GroundPayment) -> None:
    assert (await lan.file(payment, beneficiary_id=str(new_id())))["code"] == "unknown-beneficiary"
    assert (await lan.file(payment, payment_id=str(new_id())))["code"] == "unknown-payment"
    assert (await lan.file(payment, payment_id=str(payment.payment_id), month="2021-11"))["code"] == "unknown-payment"
    assert (await lan.file(payment, month="2021-13"))["code"] == "wrong-month"
    assert (await lan.file(payment, text=" \n "))["code"] == "empty-complaint"
    assert (await lan.file(payment, phone="0912345678"))["code"] == "bad-request"
    assert (await lan.ask("GET"))["items"] == []


async def test_filing_twice_with_a_key_files_once(lan: Desk, payment: GroundPayment) -> None:
    body = {
        "beneficiary_id": str(payment.beneficiary_id), "month": "2021-10", "from_whom": "other", "channel": "letter", "text": "a",
    }  # fmt: skip
    first = await lan.ask("POST", body=body, key="k1")
    assert await lan.ask("POST", body=body, key="k1") == first
    assert (await lan.ask("POST", body={**body, "text": "b"}, key="k1"))["code"] == "idempotency-key-reused"
    assert len((await lan.ask("GET"))["items"]) == 1


async def test_steps_cannot_be_rewritten(lan: Desk, payment: GroundPayment, admin: asyncpg.Connection) -> None:
    await lan.file(payment)
    with pytest.raises(asyncpg.PostgresError):
        await admin.execute("UPDATE disbursement.complaint_steps SET said = 'x'")
