"""Cash offices over real HTTP, and the business clock that lets cash be collected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.sandbox.provider_clients import Providers, new_name
from tests.sandbox.webhook_receiver import Receiver

OFFICES = [("vnpost", "/vnpost/v1", "/pay-lists"), ("commune_cashier", "/cashier/v1", "/lists")]


def day(providers: Providers, days: int = 0) -> str:
    """The business date, or some days on."""
    today = date.fromisoformat(providers.admin("GET", "/clock")["today"])
    return (today + timedelta(days=days)).isoformat()


def orders_of(providers: Providers, office: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = providers.result_list(office, providers.signed(office, "GET", path).json())["results"]
    return found


@pytest.mark.parametrize(("office", "prefix", "lists"), OFFICES)
def test_cash_is_collected_from_the_pay_day_on(
    providers: Providers, receiver: Receiver, office: str, prefix: str, lists: str
) -> None:
    before = providers.admin("GET", "/totals")[office]
    pay_list = providers.cash_list(20, pay_on=day(providers, 1))
    answer = providers.signed(office, "POST", prefix + lists, pay_list)
    assert answer.json()["state"] == "accepted"
    providers.settle()
    path = f"{prefix}{lists}/{pay_list['list_reference']}"
    assert {order["state"] for order in orders_of(providers, office, path)} == {"issued"}

    pay_day = day(providers, 1)
    providers.admin("POST", "/clock", {"today": pay_day, "hour": 12})
    some = [order for order in orders_of(providers, office, path) if order["state"] == "paid"]
    assert 0 < len(some) < 20
    providers.admin("POST", "/clock", {"today": day(providers, 4)})
    orders = orders_of(providers, office, path)
    assert {(order["state"], order["paid_to"], order["identity_last4"]) for order in orders} == {
        ("paid", "Nguyễn Thị Hoa", "0123")
    }
    one = orders_of(providers, office, f"{prefix}/orders/{pay_list['orders'][0]['reference']}")
    assert one == orders[:1]
    on_pay_day = orders_of(providers, office, f"{prefix}/results?day={pay_day}")
    assert {o["reference"] for o in on_pay_day} == {o["reference"] for o in orders if o["booked_on"] == pay_day}

    providers.settle()
    secret = Webhook(providers.sandbox.secret(f"{office}_webhook"))
    messages = [secret.verify(webhook.body, webhook.headers) for webhook in receiver.received]
    results = [providers.result_list(office, m["data"])["results"] for m in messages if m["type"] == "orders.results"]
    assert {order["reference"] for some in results for order in some} == {o["reference"] for o in pay_list["orders"]}
    after = providers.admin("GET", "/totals")[office]
    assert after["payments"] - before["payments"] == 20
    assert after["amount_dong"] - before["amount_dong"] == 20 * 360_000


@pytest.mark.parametrize(("office", "prefix", "lists"), OFFICES)
def test_bad_lists_are_refused(providers: Providers, office: str, prefix: str, lists: str) -> None:
    pay_list = providers.cash_list(2, pay_on=day(providers))
    other = providers.signed(office, "POST", prefix + lists, {**pay_list, "total_amount_dong": 1})
    assert (other.status_code, other.json()["error"]) == (422, "totals_mismatch")
    unsigned = providers.signed(office, "POST", prefix + lists, pay_list, **{"X-Signature": "0" * 64})
    assert (unsigned.status_code, unsigned.json()["error"]) == (401, "bad_signature")
    other_office = "vnpost" if office == "commune_cashier" else "commune_cashier"
    assert providers.signed(other_office, "POST", prefix + lists, pay_list).status_code == 401
    assert providers.signed(office, "GET", f"{prefix}{lists}/{pay_list['list_reference']}").status_code == 404
    bad_day = providers.signed(office, "GET", f"{prefix}/results?day=yesterday")
    assert (bad_day.status_code, bad_day.json()["error"]) == (422, "invalid_request")


def test_an_order_not_collected_lapses(providers: Providers) -> None:
    providers.admin("POST", "/faults", {"next": ["uncollected"]})
    pay_list = providers.cash_list(2, pay_on=day(providers))
    providers.signed("vnpost", "POST", "/vnpost/v1/pay-lists", pay_list)
    providers.admin("POST", "/clock", {"today": day(providers, 6)})
    orders = orders_of(providers, "vnpost", f"/vnpost/v1/pay-lists/{pay_list['list_reference']}")
    assert [(order["state"], order["reason"]) for order in orders] == [("uncollected", "not_collected"), ("paid", None)]
    assert providers.admin("GET", "/faults")["uncollected"] == 1


def test_a_withdrawal_is_requested_then_confirmed_unless_collected_first(providers: Providers, receiver: Receiver) -> None:
    early = providers.cash_list(1, pay_on=day(providers))
    late = providers.cash_list(1, pay_on=day(providers, 3))
    for pay_list in (early, late):
        providers.signed("vnpost", "POST", "/vnpost/v1/pay-lists", pay_list)
    providers.settle()
    references = [early["orders"][0]["reference"], late["orders"][0]["reference"], "A" * 26]
    request = {"withdrawal_reference": new_name("w"), "references": references}
    answer = providers.signed("vnpost", "POST", "/vnpost/v1/withdrawals", request).json()
    results = providers.result_list("vnpost", answer)["results"]
    paid_early = orders_of(providers, "vnpost", f"/vnpost/v1/orders/{references[0]}")[0]["state"] == "paid"
    assert [(r["state"], r["reason"]) for r in results] == [
        ("refused", "already_paid") if paid_early else ("requested", None),
        ("requested", None),
        ("refused", "not_found"),
    ]
    waiting = orders_of(providers, "vnpost", f"/vnpost/v1/orders/{references[1]}")[0]
    assert (waiting["state"], waiting["withdrawal_requested"]) == ("issued", True)

    receiver.received.clear()
    providers.admin("POST", "/clock", {"today": day(providers, 10)})
    confirmed = orders_of(providers, "vnpost", f"/vnpost/v1/withdrawals/{request['withdrawal_reference']}")
    assert confirmed[1]["state"] == "confirmed"
    assert orders_of(providers, "vnpost", f"/vnpost/v1/orders/{references[1]}")[0]["state"] == "withdrawn"
    assert providers.admin("GET", f"/books/{references[1]}")["movements"] == []
    providers.settle()
    told = [
        order
        for webhook in receiver.received
        for order in providers.result_list("vnpost", Webhook(
            providers.sandbox.secret("vnpost_webhook")).verify(webhook.body, webhook.headers)["data"])["results"]
    ]  # fmt: skip
    assert (references[1], "withdrawn") in {(order["reference"], order["state"]) for order in told}


def test_cash_at_viettels_points(providers: Providers) -> None:
    payments = [
        {**{k: v for k, v in payment.items() if k != "msisdn"}, "identityNumber": "191234567"}
        for payment in providers.wallet_payments(3)
    ]
    order = providers.viettel_order(payments, channel="CASH")
    providers.viettel_disburse(order)
    providers.admin("POST", "/clock", {"today": day(providers, 3)})
    found = providers.viettel("VTP307", order["orderId"])
    assert (found["batchErrorCode"], {r["state"] for r in found["rows"]}) == ("DISB_SUCCESS", {"DISB_SUCCESS"})
    view = providers.admin("GET", f"/books/{payments[0]['transId']}")
    assert [movement["kind"] for movement in view["movements"]] == ["cash_paid"]


def test_the_clock_runs_forward_only_and_statements_become_final(providers: Providers) -> None:
    today = day(providers)
    back = providers.http.post(
        "/admin/clock", json={"today": "2020-01-01"}, headers={"Authorization": f"Bearer {providers.sandbox.secret('admin')}"}
    )
    assert (back.status_code, back.json()["error"]) == (409, "clock_runs_forward")
    path = f"/vnpost/v1/results?day={today}&after=0"
    assert providers.result_list("vnpost", providers.signed("vnpost", "GET", path).json())["final"] is False
    providers.admin("POST", "/clock", {"today": day(providers, 1)})
    assert providers.result_list("vnpost", providers.signed("vnpost", "GET", path).json())["final"] is True
    for wrong in ("", "Bearer nobody"):
        answer = providers.http.get("/admin/clock", headers={"Authorization": wrong})
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorised")


def come(providers: Providers, office: str, **receiver: Any) -> tuple[int, str]:
    """Somebody at the counter: status and error, if any."""
    headers = {"Authorization": f"Bearer {providers.sandbox.secret('admin')}"}
    answer = providers.http.post(f"/admin/counter/{office}", json=receiver, headers=headers)
    return answer.status_code, answer.json().get("error", "")


def test_an_order_is_single_use_and_for_its_payee(providers: Providers) -> None:
    providers.admin("POST", "/faults", {"next": ["uncollected"]})
    pay_list = providers.cash_list(1, pay_on=day(providers))
    pay_list["orders"][0]["home_delivery"] = True
    providers.signed("vnpost", "POST", "/vnpost/v1/pay-lists", pay_list)
    providers.settle()
    reference = pay_list["orders"][0]["reference"]
    hoa = {"reference": reference, "name": "nguyen thi hoa", "identity_number": "046171000123"}
    assert come(providers, "vnpost", **{**hoa, "name": "Trần Văn Bảy"}) == (422, "not_the_payee")
    assert come(providers, "vnpost", **{**hoa, "identity_number": "046171000999"}) == (422, "not_the_payee")
    assert come(providers, "commune_cashier", **hoa) == (404, "not_found")
    assert come(providers, "vnpost", **{**hoa, "receipt": "nothing"}) == (422, "invalid_request")
    assert providers.http.post("/admin/counter/vnpost", json=hoa).status_code == 401
    assert come(providers, "vnpost", **hoa, receipt="fingerprint") == (200, "")
    assert come(providers, "vnpost", **hoa) == (409, "not_collectable")
    (order,) = orders_of(providers, "vnpost", f"/vnpost/v1/orders/{reference}")
    assert (order["state"], order["paid_to"], order["identity_last4"]) == ("paid", "nguyen thi hoa", "0123")
    assert (order["relationship"], order["receipt"], order["place"]) == ("self", "fingerprint", "home")
    moved = providers.admin("GET", f"/books/{reference}")["movements"]
    assert [movement["kind"] for movement in moved] == ["cash_paid"]
