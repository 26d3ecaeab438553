"""VietinBank over real HTTP."""

from __future__ import annotations

import json

from standardwebhooks import Webhook

from tests.sandbox.provider_clients import Providers, new_name
from tests.sandbox.webhook_receiver import Receiver

BATCHES = "/vietinbank/v1/batches"


def test_a_batch_is_taken_credited_told_and_on_the_statement(providers: Providers, receiver: Receiver) -> None:
    payments = providers.bank_payments(3)
    payments[2]["account_name"] = "Tran Van Duck"
    batch = providers.bank_batch(payments)
    answer = providers.signed("vietinbank", "POST", BATCHES, batch)
    assert answer.status_code == 200
    assert answer.json()["state"] == "accepted"
    assert [r["state"] for r in answer.json()["results"]] == ["accepted"] * 3

    providers.settle()
    found = providers.signed("vietinbank", "GET", f"{BATCHES}/{batch['batch_reference']}").json()
    assert found["state"] == "completed"
    assert [(r["state"], r["reason"], r["amount_dong"]) for r in found["results"]] == [
        ("credited", None, 360_000),
        ("credited", None, 360_000),
        ("refused", "name_mismatch", 360_000),
    ]
    one = providers.signed("vietinbank", "GET", f"/vietinbank/v1/payments/{payments[0]['reference']}").json()
    assert (one["batch_reference"], one["state"]) == (batch["batch_reference"], "credited")
    missing = providers.signed("vietinbank", "GET", "/vietinbank/v1/payments/" + "A" * 26)
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")

    secret = Webhook(providers.sandbox.secret("vietinbank_webhook"))
    messages = [secret.verify(w.body, w.headers) for w in receiver.received if w.provider == "vietinbank"]
    assert [message["type"] for message in messages] == ["batch.accepted", "payments.results"]
    assert messages[1]["data"]["results"] == found["results"]

    entries: list[dict[str, object]] = []
    after = 0
    while after is not None:
        page = providers.signed("vietinbank", "GET", f"/vietinbank/v1/statements/2021-10-01?after={after}").json()
        assert page["final"] is False
        entries, after = entries + page["entries"], page["next_after"]
    lines = {entry["reference"]: entry for entry in entries}
    assert lines[payments[0]["reference"]]["kind"] == "credit"
    assert payments[2]["reference"] not in lines
    future = providers.signed("vietinbank", "GET", "/vietinbank/v1/statements/2031-01-01")
    assert (future.status_code, future.json()["error"]) == (404, "day_not_begun")


def test_bad_requests_take_nothing(providers: Providers) -> None:
    payments = providers.bank_payments(2)
    batch = providers.bank_batch(payments)
    bad_text = providers.bank_batch([{**payments[0], "text": "Trợ cấp"}])
    slash = providers.bank_batch([{**payments[0], "text": "10/2021"}])
    for content, code in [
        ({**batch, "total_amount_dong": 1}, "totals_mismatch"),
        ({**batch, "number_of_payments": 1}, "totals_mismatch"),
        (bad_text, "invalid_request"),
        (slash, "invalid_request"),
        (providers.bank_batch([{**payments[0], "amount_dong": 0}]), "invalid_request"),
        (providers.bank_batch([{**payments[0], "reference": "short"}]), "invalid_request"),
        (providers.bank_batch([{**payments[0], "more": 1}]), "invalid_request"),
    ]:
        answer = providers.signed("vietinbank", "POST", BATCHES, content)
        assert (answer.status_code, answer.json()["error"]) == (422, code)
    for change in [{"X-Signature": "AAAA"}, {"X-Timestamp": "1"}, {"X-Timestamp": "now"}, {"X-Signature": "é".encode().hex()}]:
        answer = providers.signed("vietinbank", "POST", BATCHES, batch, **change)
        assert (answer.status_code, answer.json()["error"]) == (401, "bad_signature")
    # A signature for one body doesn't carry another.
    signed = providers.signed("vietinbank", "POST", BATCHES, {**batch, "total_amount_dong": 1}).request
    headers = {name: signed.headers[name] for name in ("x-timestamp", "x-signature")}
    assert providers.http.post(BATCHES, content=json.dumps(batch), headers=headers).status_code == 401
    found = providers.signed("vietinbank", "GET", f"{BATCHES}/{batch['batch_reference']}")
    assert found.status_code == 404


def test_a_batch_sent_again_is_refused_as_duplicate(providers: Providers) -> None:
    batch = providers.bank_batch(providers.bank_payments(2))
    providers.signed("vietinbank", "POST", BATCHES, batch)
    again = providers.signed("vietinbank", "POST", BATCHES, batch).json()
    assert (again["state"], {r["state"] for r in again["results"]}) == ("duplicate", {"duplicate"})
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
    told = [secret.verify(webhook.body, webhook.headers) for webhook in receiver.received]
    assert {"batch_reference": opening["batch_reference"], "answers": [opened]} in [message["data"] for message in told]
    # The same person under another request keeps the account.
    second = {"batch_reference": new_name("opening"), "requests": [{**request, "request_id": new_name("req")}]}
    providers.signed("vietinbank", "POST", "/vietinbank/v1/account-openings", second)
    providers.settle()
    path = f"/vietinbank/v1/account-openings/{second['batch_reference']}"
    kept = providers.signed("vietinbank", "GET", path).json()["answers"][0]
    assert (kept["reason"], kept["account_number"]) == ("existing", opened["account_number"])
