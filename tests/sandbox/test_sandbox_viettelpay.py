"""ViettelPay over real HTTP: wallets, cash, openings, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from tests.sandbox.provider_clients import Providers, new_name, new_reference
from tests.sandbox.webhook_receiver import Receiver


def by_reference(results: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {result["transId"]: result for result in results}


def test_a_batch_is_taken_paid_and_told(providers: Providers, receiver: Receiver) -> None:
    payments = providers.wallet_payments(3)
    order = providers.viettel_order(payments)

    answer = providers.viettel("VTP306", order)
    assert answer["batchState"] == "WAIT_DISB"
    assert {result["state"] for result in answer["results"]} == {"WAIT_DISB"}

    providers.settle()
    enquiry = providers.viettel("VTP307", {"orderId": order["orderId"]})
    assert enquiry["batchState"] == "DISB_SUCCESS"
    assert {r["transId"] for r in enquiry["results"]} == {p["transId"] for p in payments}
    assert {(r["state"], r["amount"], r["bookedOn"]) for r in enquiry["results"]} == {("DISB_SUCCESS", 360_000, "2021-10-01")}
    by_trans = providers.viettel("VTP307", {"transIds": [payments[0]["transId"], "A" * 26]})
    assert by_trans["notFound"] == ["A" * 26]
    assert by_trans["results"][0]["state"] == "DISB_SUCCESS"

    messages = [providers_message(providers, webhook.body) for webhook in receiver.received]
    assert [cmd for cmd, _ in messages] == ["VTP306_ACCEPTED", "VTP306_RESULT"]
    assert by_reference(messages[1][1]["results"]).keys() == {payment["transId"] for payment in payments}
    view = providers.admin("GET", f"/books/{payments[0]['transId']}")
    assert [(m["kind"], m["amount_dong"], m["note"]) for m in view["movements"]] == [("credit", 360_000, "HUE-2")]
    assert view["movements"][0]["account"] == "****" + payments[0]["msisdn"][-4:]


def providers_message(providers: Providers, body: bytes) -> tuple[str, dict[str, Any]]:
    message = json.loads(body)
    return message["cmd"], providers.viettel_data(message)


def test_answers_are_signed_so_that_a_changed_one_shows(providers: Providers) -> None:
    message = providers.viettel_post("VTP307", {"orderId": "nothing"}).json()
    assert providers.viettel_data(message) == {"orderId": "nothing", "found": False}
    with pytest.raises(InvalidSignature):
        providers.viettel_data({**message, "data": message["data"].replace("false", "true")})


def test_what_the_books_know_decides(providers: Providers) -> None:
    payments = providers.wallet_payments(4)
    payments[0]["msisdn"] = "84999999999"
    payments[1]["customerName"] = "Trần Văn Đứa"
    payments[2]["amount"] = 50_000_001
    payments[3]["customerName"] = "trần  văn đức"
    wallet = {"provider": "viettelpay", "account_number": "84912000001", "holder_name": "Lê Thị Ánh", "locked": True}
    providers.admin("POST", "/accounts", {"accounts": [wallet]})
    locked = {**payments[3], "transId": new_reference(), "msisdn": "84912000001", "customerName": "Le Thi Anh"}

    order = providers.viettel_order([*payments, locked])
    providers.viettel("VTP306", order)
    providers.settle()
    results = providers.viettel("VTP307", {"orderId": order["orderId"]})["results"]
    assert [(r["state"], r["errorCode"]) for r in results] == [
        ("DISB_FAILED", "11"),
        ("DISB_FAILED", "13"),
        ("DISB_FAILED", "14"),
        ("DISB_SUCCESS", "00"),
        ("DISB_FAILED", "12"),
    ]
    check = providers.viettel(
        "VTP305",
        {
            "requestId": "c-1",
            "accounts": [
                {"msisdn": payments[3]["msisdn"], "customerName": "Trần Văn Đức"},
                {"msisdn": payments[3]["msisdn"], "customerName": "Ai Khác"},
                {"msisdn": "84912000001", "customerName": "Lê Thị Ánh"},
                {"msisdn": "84999999999", "customerName": "Lê Thị Ánh"},
            ],
        },
    )
    assert [r["state"] for r in check["results"]] == ["ACTIVE", "NAME_MISMATCH", "LOCKED", "NOT_FOUND"]


def test_bad_requests_take_nothing(providers: Providers) -> None:
    payments = providers.wallet_payments(2)
    order = providers.viettel_order(payments)
    other_total = {**order, "totalAmount": order["totalAmount"] + 1}
    other_count = {**order, "totalTrans": 3}
    twice = providers.viettel_order([payments[0], payments[0]])
    text_amount = providers.viettel_order(payments)
    unpacked = {**order, "transList": "bm90IGd6aXA="}

    for content, status, code in [
        (other_total, 422, "totals_mismatch"),
        (other_count, 422, "totals_mismatch"),
        (twice, 422, "reference_repeated"),
        ({**text_amount, "totalAmount": "720000"}, 422, "invalid_request"),
        (unpacked, 400, "malformed_list"),
        ({**order, "orderId": "no spaces"}, 422, "invalid_request"),
    ]:
        answer = providers.viettel_post("VTP306", content)
        assert (answer.status_code, answer.json()["error"]) == (status, code)
        assert "Traceback" not in answer.text

    forged = providers.viettel_post("VTP306", order, signature="AAAA")
    assert (forged.status_code, forged.json()["error"]) == (401, "bad_signature")
    assert providers.viettel_post("VTP999", {}).json()["error"] == "unknown_command"
    assert providers.http.post("/viettelpay/process", content=b"{").json()["error"] == "malformed_json"
    assert providers.http.post("/viettelpay/process", content=b" " * 4_000_001).status_code == 413
    assert providers.http.get("/viettelpay/nothing").json()["error"] == "no_such_route"
    assert providers.viettel("VTP307", {"orderId": order["orderId"]})["found"] is False
    assert providers.viettel("VTP307", {"transIds": [payments[0]["transId"]]})["notFound"] == [payments[0]["transId"]]


def test_a_reference_is_paid_once_while_duplicates_are_refused(providers: Providers) -> None:
    before = providers.admin("GET", "/totals")["viettelpay"]
    payments = providers.wallet_payments(2)
    order = providers.viettel_order(payments)
    providers.viettel("VTP306", order)
    again = providers.viettel("VTP306", order)
    assert again["batchState"] == "DUPLICATE"
    assert {(r["state"], r["errorCode"]) for r in again["results"]} == {("DUPLICATE", "94")}
    # In another order: the known one alone is refused.
    fresh = providers.wallet_payments(1)
    mixed = providers.viettel("VTP306", providers.viettel_order([payments[0], *fresh]))
    assert [r["state"] for r in mixed["results"]] == ["DUPLICATE", "WAIT_DISB"]
    # The same order with other content is neither.
    assert providers.viettel_post("VTP306", providers.viettel_order(fresh, order["orderId"])).status_code == 409

    providers.settle()
    known = providers.viettel("VTP307", {"transIds": [payments[0]["transId"]]})["results"]
    assert [(r["orderId"], r["state"]) for r in known] == [(order["orderId"], "DISB_SUCCESS")]
    after = providers.admin("GET", "/totals")["viettelpay"]
    assert after["payments"] - before["payments"] == 3
    assert after["duplicates"] - before["duplicates"] == 3
    assert after["repeated_sends"] - before["repeated_sends"] == 2
    assert after["double_payments"] == 0


def test_with_refusal_off_it_pays_again_and_the_books_show_it(providers: Providers) -> None:
    before = providers.admin("GET", "/totals")["viettelpay"]
    payments = providers.wallet_payments(2)
    order = providers.viettel_order(payments)
    providers.admin("POST", "/duplicates", {"refuse": False})
    try:
        providers.viettel("VTP306", order)
        assert providers.viettel("VTP306", order)["batchState"] == "WAIT_DISB"
    finally:
        providers.admin("POST", "/duplicates", {"refuse": True})
    providers.settle()
    after = providers.admin("GET", "/totals")["viettelpay"]
    assert after["payments"] - before["payments"] == 4
    assert after["double_payments"] - before["double_payments"] == 2
    view = providers.admin("GET", f"/books/{payments[0]['transId']}")
    assert [movement["kind"] for movement in view["movements"]] == ["credit", "credit"]
    assert view["duplicates"] == 1


def test_wallets_are_opened_or_refused(providers: Providers, receiver: Receiver) -> None:
    def account(msisdn: str, name: str, identity: str) -> dict[str, str]:
        return {"openId": new_name("open"), "msisdn": msisdn, "customerName": name, "identityNumber": identity}

    providers.admin("POST", "/faults", {"next": ["opening_refused", "opening_name_mismatch"]})
    first = [
        account("84933000001", "Hồ Thị Mai", "046171000001"),
        account("84933000002", "Hồ Thị Lan", "046171000002"),
        account("84933000003", "Hồ Thị Cúc", "046171000003"),
    ]
    request = {"requestId": new_name("opening"), "accounts": first}
    assert {r["state"] for r in providers.viettel("VTP310", request)["results"]} == {"PENDING"}
    providers.settle()
    results = providers.viettel("VTP311", {"requestId": request["requestId"]})["results"]
    assert [(r["state"], r["reason"], r["nameFound"]) for r in results] == [
        ("REFUSED", "identity_document_expired", None),
        ("REFUSED", "name_mismatch", "Hồ Lan"),
        ("OPENED", None, None),
    ]
    assert providers_message(providers, receiver.received[-1].body)[0] == "VTP310_RESULT"

    # Asked again it stands; a wallet has one holder, who may ask again under a new request.
    assert providers.viettel("VTP310", request)["results"] == results
    again = [
        account("84933000003", "Ho Thi Cuc", "046171000003"),
        account("84933000003", "Hồ Thị Na", "046171000009"),
        account("84933000003", "Hồ Thị Khác", "046171000003"),
    ]
    providers.viettel("VTP310", {"requestId": new_name("opening"), "accounts": again})
    providers.settle()
    answers = providers.viettel("VTP311", {"openIds": [account["openId"] for account in again]})["results"]
    assert [(r["state"], r["reason"]) for r in answers] == [
        ("OPENED", "existing"),
        ("REFUSED", "msisdn_taken"),
        ("REFUSED", "name_mismatch"),
    ]
    changed = {**request, "accounts": [{**first[0], "customerName": "Ai Khác"}]}
    assert providers.viettel_post("VTP310", changed).json()["error"] == "request_id_reused"
    # An opened wallet can be paid into.
    payment = {**providers.wallet_payments(1)[0], "msisdn": "84933000003", "customerName": "Hồ Thị Cúc"}
    order = providers.viettel_order([payment])
    providers.viettel("VTP306", order)
    providers.settle()
    assert providers.viettel("VTP307", {"orderId": order["orderId"]})["batchState"] == "DISB_SUCCESS"
