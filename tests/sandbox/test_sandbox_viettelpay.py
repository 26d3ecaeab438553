"""ViettelPay over real HTTP: wallets, cash, openings, and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature

from tests.sandbox.provider_clients import Providers, new_name, new_reference, soap_call
from tests.sandbox.webhook_receiver import Receiver


def by_reference(results: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {result["transId"]: result for result in results}


def test_a_batch_is_taken_paid_and_told(providers: Providers, receiver: Receiver) -> None:
    payments = providers.wallet_payments(3)
    order = providers.viettel_order(payments)

    answer = providers.viettel_disburse(order)
    assert (answer["batchErrorCode"], answer["errorCode"]) == ("WAIT_DISB", "00")
    assert {result["state"] for result in answer["rows"]} == {"WAIT_DISB"}

    providers.settle()
    enquiry = providers.viettel("VTP307", order["orderId"])
    assert (enquiry["batchErrorCode"], enquiry["totalTrans"], enquiry["totalAmount"]) == ("DISB_SUCCESS", 3, 1_080_000)
    assert {r["transId"] for r in enquiry["rows"]} == {p["transId"] for p in payments}
    assert {(r["state"], r["amount"], r["bookedOn"]) for r in enquiry["rows"]} == {("DISB_SUCCESS", 360_000, "2021-10-01")}
    one = providers.viettel("VTP307", order["orderId"], queryType="TRANS_ID", queryData=payments[1]["transId"])
    assert [row["transId"] for row in one["rows"]] == [payments[1]["transId"]]

    messages = [providers_message(providers, webhook.body) for webhook in receiver.received]
    assert [cmd for cmd, _ in messages] == ["VTP306_ACCEPTED", "VTP306_RESULT"]
    assert by_reference(messages[1][1]["results"]).keys() == {payment["transId"] for payment in payments}
    view = providers.admin("GET", f"/books/{payments[0]['transId']}")
    assert [(m["kind"], m["amount_dong"], m["note"]) for m in view["movements"]] == [("credit", 360_000, "HUE-2")]
    assert view["movements"][0]["account"] == "****" + payments[0]["msisdn"][-4:]


def providers_message(providers: Providers, body: bytes) -> tuple[str, dict[str, Any]]:
    message = json.loads(body)
    return message["cmd"], providers.viettel_notice(message)


def test_answers_are_signed_so_that_a_changed_one_shows(providers: Providers) -> None:
    answer = providers.viettel_post("VTP307", {"orderId": "nothing"})
    found = providers.viettel_answer(answer)
    assert (found["orderId"], found["errorCode"], found["rows"]) == ("nothing", "20", [])
    changed = httpx.Response(200, content=answer.content.replace(b"nothing", b"nothinG"))
    with pytest.raises(InvalidSignature):
        providers.viettel_answer(changed)


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
    providers.viettel_disburse(order)
    providers.settle()
    results = providers.viettel("VTP307", order["orderId"])["rows"]
    assert [(r["state"], r["errorCode"]) for r in results] == [
        ("DISB_FAILED", "11"),
        ("DISB_FAILED", "13"),
        ("DISB_FAILED", "14"),
        ("DISB_SUCCESS", "00"),
        ("DISB_FAILED", "12"),
    ]
    accounts = [
        {"msisdn": payments[3]["msisdn"], "customerName": "Trần Văn Đức"},
        {"msisdn": payments[3]["msisdn"], "customerName": "Ai Khác"},
        {"msisdn": "84912000001", "customerName": "Lê Thị Ánh"},
        {"msisdn": "84999999999", "customerName": "Lê Thị Ánh"},
    ]
    check = providers.viettel("VTP305", "c-1", accounts)
    assert [r["errorCode"] for r in check["rows"]] == ["00", "13", "12", "11"]
    assert [{k: r[k] for k in ("msisdn", "customerName")} for r in check["rows"]] == accounts


def test_bad_requests_take_nothing(providers: Providers) -> None:
    payments = providers.wallet_payments(2)
    order = providers.viettel_order(payments)
    other_total = {**order, "totalAmount": order["totalAmount"] + 1}
    other_count = {**order, "totalTrans": 3}
    twice = providers.viettel_order([payments[0], payments[0]])
    unpacked, cut = {**order, "data": "bm90IGd6aXA="}, {**order, "data": base64.b64encode(b"\x1f\x8b\x08").decode()}
    many = providers.viettel_order([{**payments[0], "transId": new_reference()} for _ in range(1001)])

    for content, code in [
        (other_total, "05"),
        (other_count, "05"),
        (twice, "06"),
        (many, "07"),
        ({**order, "totalAmount": str(order["totalAmount"])}, "02"),
        (providers.viettel_order([{**payments[0], "amount": 360_000, "extra": 1}]), "02"),
        ({**order, "orderId": "no spaces"}, "02"),
        (unpacked, "01"),
        (cut, "01"),
    ]:
        answer = providers.viettel_answer(providers.viettel_post("VTP306", content))
        assert (answer["errorCode"], answer["rows"], answer["batchErrorCode"]) == (code, [], None)
        assert answer["orderId"] == content["orderId"]

    assert providers.viettel_answer(providers.viettel_post("VTP306", order, signature="AAAA"))["errorCode"] == "03"
    assert providers.viettel("VTP999", "x-1")["errorCode"] == "04"
    assert providers.http.get("/viettelpay/nothing").json()["error"] == "no_such_route"
    assert providers.viettel("VTP307", order["orderId"])["errorCode"] == "20"


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + soap_call("VTP307", "{}", "AAAA").split(b"?>", 1)[
    1
].replace(b"{}", b"&b;")


def test_what_is_no_call_gets_a_fault_and_no_stack_trace(providers: Providers) -> None:
    call = soap_call("VTP307", '{"orderId": "x"}', "AAAA")
    for body, words in [
        (b"{", "Not well-formed"),
        (b"", "Not well-formed"),
        (call[:-9], "Not well-formed"),
        (BOMB, "document type"),
        (call.replace(b"schemas.xmlsoap.org/soap", b"example.org/other"), "Not a SOAP 1.1 envelope"),
        (call.replace(b"signature", b"sign"), "cmd, data and signature"),
        (call.replace(b"VTP307", b"<b>VTP307</b>"), "cmd, data and signature"),
        (call.replace(b"partnerapi.", b"other."), "The body holds one process"),
        (soap_call("VTP307", "[]", "AAAA"), "signature"),
    ]:
        answer = providers.viettel_raw(body)
        assert (answer.status_code, answer.headers["content-type"]) == (500, "text/xml; charset=utf-8")
        assert "S:Fault" in answer.text and words in answer.text
        assert "Traceback" not in answer.text
    assert "Content-Type" in providers.viettel_raw(call, "application/json").text
    large = providers.viettel_raw(b" " * 4_000_001)
    assert (large.status_code, large.headers["content-type"]) == (413, "text/html; charset=utf-8")


def test_failures_come_as_faults_and_pages_of_html(providers: Providers) -> None:
    for kind, status, media in [
        ("server_error", 500, "text/xml"), ("timeout_before", 504, "text/html"), ("throttled", 429, "text/html"),
    ]:  # fmt: skip
        order = providers.viettel_order(providers.wallet_payments(1))
        providers.admin("POST", "/faults", {"next": [kind]})
        answer = providers.viettel_post("VTP306", order)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, media)
        assert providers.viettel("VTP307", order["orderId"])["errorCode"] == "20"


def test_a_reference_is_paid_once_while_duplicates_are_refused(providers: Providers) -> None:
    before = providers.admin("GET", "/totals")["viettelpay"]
    payments = providers.wallet_payments(2)
    order = providers.viettel_order(payments)
    providers.viettel_disburse(order)
    again = providers.viettel_disburse(order)
    assert again["batchErrorCode"] == "DUPLICATE"
    assert {(r["state"], r["errorCode"]) for r in again["rows"]} == {("DUPLICATE", "94")}
    # In another order: the known one alone is refused.
    fresh = providers.wallet_payments(1)
    mixed = providers.viettel_disburse(providers.viettel_order([payments[0], *fresh]))
    assert [r["state"] for r in mixed["rows"]] == ["DUPLICATE", "WAIT_DISB"]
    # The same order with other content is neither.
    assert providers.viettel_disburse(providers.viettel_order(fresh, order["orderId"]))["errorCode"] == "08"

    providers.settle()
    known = providers.viettel("VTP307", order["orderId"])["rows"]
    assert [(r["transId"], r["state"]) for r in known] == [(payment["transId"], "DISB_SUCCESS") for payment in payments]
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
        providers.viettel_disburse(order)
        assert providers.viettel_disburse(order)["batchErrorCode"] == "WAIT_DISB"
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
    request = new_name("opening")
    assert {r["state"] for r in providers.viettel("VTP310", request, first)["rows"]} == {"PENDING"}
    providers.settle()
    results = providers.viettel("VTP311", request)["rows"]
    assert [(r["state"], r["reason"], r["nameFound"]) for r in results] == [
        ("REFUSED", "identity_document_expired", None),
        ("REFUSED", "name_mismatch", "Hồ Lan"),
        ("OPENED", None, None),
    ]
    assert providers_message(providers, receiver.received[-1].body)[0] == "VTP310_RESULT"

    # Asked again it stands; a wallet has one holder, who may ask again under a new request.
    assert providers.viettel("VTP310", request, first)["rows"] == results
    again = [
        account("84933000003", "Ho Thi Cuc", "046171000003"),
        account("84933000003", "Hồ Thị Na", "046171000009"),
        account("84933000003", "Hồ Thị Khác", "046171000003"),
    ]
    providers.viettel("VTP310", new_name("opening"), again)
    providers.settle()
    answers = providers.viettel("VTP311", new_name("q"), [account["openId"] for account in again])["rows"]
    assert [(r["state"], r["reason"]) for r in answers] == [
        ("OPENED", "existing"),
        ("REFUSED", "msisdn_taken"),
        ("REFUSED", "name_mismatch"),
    ]
    assert providers.viettel("VTP310", request, [{**first[0], "customerName": "Ai Khác"}])["errorCode"] == "08"
    # An opened wallet can be paid into.
    payment = {**providers.wallet_payments(1)[0], "msisdn": "84933000003", "customerName": "Hồ Thị Cúc"}
    order = providers.viettel_order([payment])
    providers.viettel_disburse(order)
    providers.settle()
    assert providers.viettel("VTP307", order["orderId"])["batchErrorCode"] == "DISB_SUCCESS"
