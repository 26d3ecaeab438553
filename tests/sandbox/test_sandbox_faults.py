"""Each fault really happens, is counted, and the books stay right."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.sandbox.bank_files import kind_of, read_entries, read_report
from tests.sandbox.provider_clients import Providers
from tests.sandbox.sandbox_process import RunningSandbox
from tests.sandbox.webhook_receiver import Received, Receiver

ACCEPTED, RESULTS = "pain.002.001.10", "camt.054.001.08"


def force(providers: Providers, *kinds: str) -> dict[str, int]:
    """Strike next with these; the counts before."""
    counts = providers.admin("GET", "/faults")
    assert providers.admin("POST", "/faults", {"next": list(kinds)})["next"] == list(kinds)
    return counts


def fired(providers: Providers, before: dict[str, int]) -> dict[str, int]:
    """What fired since."""
    after = providers.admin("GET", "/faults")
    return {kind: after[kind] - count for kind, count in before.items() if after[kind] > count}


def send(providers: Providers, batch: dict[str, Any]) -> httpx.Response:
    return providers.bank_send(batch)


def states(providers: Providers, batch: dict[str, Any]) -> list[str] | int:
    """The payments' states by enquiry, or the status of the enquiry."""
    return providers.bank_states(batch)


def data_of(providers: Providers, webhook: Received) -> tuple[str, Any]:
    """Kind and content of a webhook whose signature holds: results of a pain.002, entries of a camt.054."""
    Webhook(providers.sandbox.secret("vietinbank_webhook")).verify(webhook.body, webhook.headers, json_parse=False)
    kind = kind_of(webhook.body)
    return kind, read_report(webhook.body)["results"] if kind == ACCEPTED else read_entries(webhook.body, kind)


@pytest.mark.parametrize(
    ("kind", "status", "taken"),
    [
        ("timeout_before", 504, False),
        ("timeout_after", 504, True),
        ("server_error", 500, False),
        ("server_error_after", 500, True),
        ("throttled", 429, False),
        ("slow", 200, True),
    ],
)
def test_a_batch_is_taken_or_not_whatever_the_answer_says(providers: Providers, kind: str, status: int, taken: bool) -> None:
    batch = providers.bank_batch(providers.bank_payments(2))
    before = force(providers, kind)
    assert send(providers, batch).status_code == status
    assert fired(providers, before) == {kind: 1}
    providers.settle()
    assert states(providers, batch) == (["credited", "credited"] if taken else 404)
    # Sent again it is paid exactly once.
    again = send(providers, batch)
    assert read_report(again.content)["state"] == ("duplicate" if taken else "taken")
    providers.settle()
    assert states(providers, batch) == ["credited", "credited"]
    for payment in batch["payments"]:
        assert len(providers.admin("GET", f"/books/{payment['reference']}")["movements"]) == 1


def test_a_hanging_request_holds_up_nobody(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> None:
    running = RunningSandbox(tmp_path_factory.mktemp("hanging"), receiver.url)
    running.start("--fault-rate", "0", "--hang-seconds", "3600")
    try:
        with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as http:
            providers = Providers(running, http)
            batch = providers.bank_batch(providers.bank_payments(1))
            force(providers, "timeout_before")
            http.timeout = httpx.Timeout(0.2)
            with pytest.raises(httpx.ReadTimeout):
                send(providers, batch)
            http.timeout = httpx.Timeout(10)
            other = providers.bank_batch(providers.bank_payments(1))
            assert send(providers, other).status_code == 200
            providers.settle()
            assert (states(providers, other), states(providers, batch)) == (["credited"], 404)
    finally:
        running.stop(kill=True)


def test_dropped_connections_hide_what_happened(providers: Providers) -> None:
    batches = [providers.bank_batch(providers.bank_payments(1)) for _ in range(8)]
    before = force(providers, *["dropped_connection"] * 8)
    for batch in batches:
        with pytest.raises(httpx.RemoteProtocolError):
            send(providers, batch)
    assert fired(providers, before) == {"dropped_connection": 8}
    providers.settle()
    outcomes = [states(providers, batch) for batch in batches]
    assert all(outcome in (404, ["credited"]) for outcome in outcomes)


def test_half_a_batch_is_refused(providers: Providers) -> None:
    batch = providers.bank_batch(providers.bank_payments(4))
    before = force(providers, "half_batch_refused")
    results = read_report(send(providers, batch).content)["results"]
    assert [(r["state"], r["reason"]) for r in results] == [("accepted", None)] * 2 + [("refused", "AM02")] * 2
    providers.settle()
    assert states(providers, batch) == ["credited", "credited", "refused", "refused"]
    assert fired(providers, before) == {"half_batch_refused": 1}


def test_a_taken_batch_is_not_found_at_first(providers: Providers) -> None:
    batch = providers.bank_batch(providers.bank_payments(1))
    before = force(providers, "not_found_at_first")
    assert send(providers, batch).status_code == 500
    assert states(providers, batch) == 404
    assert fired(providers, before) == {"not_found_at_first": 1}
    assert read_report(send(providers, batch).content)["state"] == "duplicate"  # the books know better than the enquiry
    wait_until(lambda: states(providers, batch) == ["credited"])


def wait_until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not found():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("refused_invalid_account", "invalid_account"),
        ("refused_locked", "locked"),
        ("refused_name_mismatch", "name_mismatch"),
    ],
)
def test_a_payment_is_refused(providers: Providers, kind: str, reason: str) -> None:
    batch = providers.bank_batch(providers.bank_payments(2))
    before = force(providers, kind)
    send(providers, batch)
    providers.settle()
    assert states(providers, batch) == ["refused", "credited"]
    reference = batch["payments"][0]["reference"]
    view = providers.admin("GET", f"/books/{reference}")
    assert (view["payments"][0]["reason"], view["movements"], view["faults"][0]["kind"]) == (reason, [], kind)
    assert fired(providers, before) == {kind: 1}


def test_a_credited_payment_comes_back_after_days(providers: Providers, receiver: Receiver) -> None:
    batch = providers.bank_batch(providers.bank_payments(2))
    totals = providers.admin("GET", "/totals")["vietinbank"]["payments"]
    before = force(providers, "returned")
    send(providers, batch)
    providers.settle()
    assert states(providers, batch) == ["credited", "credited"]
    assert fired(providers, before) == {}
    today = date.fromisoformat(providers.admin("GET", "/clock")["today"])
    providers.admin("POST", "/clock", {"today": (today + timedelta(days=5)).isoformat()})
    assert states(providers, batch) == ["credited", "credited"]  # a status report tells of no return
    assert fired(providers, before) == {"returned": 1}
    movements = providers.admin("GET", f"/books/{batch['payments'][0]['reference']}")["movements"]
    assert [movement["kind"] for movement in movements] == ["credit", "return"]
    assert movements[0]["booked_on"] < movements[1]["booked_on"]
    assert providers.admin("GET", "/totals")["vietinbank"]["payments"] == totals + 1
    providers.settle()
    kind, entries = data_of(providers, receiver.received[-1])
    assert (kind, entries[0]["kind"], entries[0]["reason"]) == (RESULTS, "return", "AC04")


def test_webhook_twice(providers: Providers, receiver: Receiver) -> None:
    before = force(providers, "webhook_twice")
    send(providers, providers.bank_batch(providers.bank_payments(1)))
    providers.settle()
    types = [data_of(providers, webhook) for webhook in receiver.received]
    assert [kind for kind, _ in types] == [ACCEPTED, RESULTS, RESULTS]
    assert types[1] == types[2]
    assert receiver.received[1].headers["webhook-id"] == receiver.received[2].headers["webhook-id"]
    assert fired(providers, before) == {"webhook_twice": 1}


def test_webhook_late_until_the_clock_moves(providers: Providers, receiver: Receiver) -> None:
    before = force(providers, "webhook_late")
    batch = providers.bank_batch(providers.bank_payments(1))
    send(providers, batch)
    wait_until(lambda: providers.admin("GET", "/webhooks")["held"] == 1)
    wait_until(lambda: len(receiver.received) == 1)
    assert states(providers, batch) == ["credited"]
    assert fired(providers, before) == {}
    today = date.fromisoformat(providers.admin("GET", "/clock")["today"])
    providers.admin("POST", "/clock", {"today": (today + timedelta(days=1)).isoformat()})
    wait_until(lambda: len(receiver.received) == 2)
    assert data_of(providers, receiver.received[1])[0] == RESULTS
    wait_until(lambda: fired(providers, before) == {"webhook_late": 1})


def test_webhook_out_of_order(providers: Providers, receiver: Receiver) -> None:
    before = force(providers, "webhook_out_of_order")
    send(providers, providers.bank_batch(providers.bank_payments(1)))
    providers.settle()
    assert [data_of(providers, w)[0] for w in receiver.received] == [RESULTS, ACCEPTED]
    assert fired(providers, before) == {"webhook_out_of_order": 1}


def test_webhook_never(providers: Providers, receiver: Receiver) -> None:
    before = force(providers, "webhook_never")
    batch = providers.bank_batch(providers.bank_payments(1))
    send(providers, batch)
    providers.settle()
    assert states(providers, batch) == ["credited"]
    assert [data_of(providers, webhook)[0] for webhook in receiver.received] == [ACCEPTED]
    assert fired(providers, before) == {"webhook_never": 1}


def test_webhook_forged_lies_and_does_not_verify(providers: Providers, receiver: Receiver) -> None:
    secret = Webhook(providers.sandbox.secret("vietinbank_webhook"))

    def verify(webhook: Received) -> int:
        try:
            secret.verify(webhook.body, webhook.headers, json_parse=False)
        except WebhookVerificationError:
            return 401
        return 200

    receiver.answer = verify
    before = force(providers, "webhook_forged")
    send(providers, providers.bank_batch(providers.bank_payments(1)))
    providers.settle()
    forged = [webhook for webhook in receiver.received if verify(webhook) == 401]
    assert [read_report(webhook.body)["results"][0]["state"] for webhook in forged] == ["refused"]
    genuine = [data_of(providers, webhook) for webhook in receiver.received if verify(webhook) == 200]
    assert (genuine[-1][0], genuine[-1][1][0]["kind"]) == (RESULTS, "credit")
    assert fired(providers, before) == {"webhook_forged": 1}
    assert providers.admin("GET", "/webhooks")["forged_believed"] == 0


def test_a_forged_viettelpay_webhook_does_not_verify(providers: Providers, receiver: Receiver) -> None:
    receiver.answer = lambda webhook: 400 if _is_forged(providers, webhook) else 200
    before = force(providers, "webhook_forged")
    providers.viettel_disburse(providers.viettel_order(providers.wallet_payments(1)))
    providers.settle()
    assert sorted(_is_forged(providers, webhook) for webhook in receiver.received) == [False, False, True]
    assert fired(providers, before) == {"webhook_forged": 1}


def _is_forged(providers: Providers, webhook: Received) -> bool:
    try:
        providers.viettel_notice(json.loads(webhook.body))
    except Exception:
        return True
    return False


def test_viettelpay_says_timeout_for_what_it_does_not_know(providers: Providers) -> None:
    order = providers.viettel_order(providers.wallet_payments(2))
    force(providers, "timeout_after")
    providers.http.timeout = httpx.Timeout(0.1)
    with pytest.raises(httpx.ReadTimeout):
        providers.viettel_post("VTP306", order)
    providers.http.timeout = httpx.Timeout(10)
    found = providers.viettel("VTP307", order["orderId"])
    assert (found["batchErrorCode"], {r["state"] for r in found["rows"]}) == ("DISB_TIMEOUT", {"DISB_TIMEOUT"})
    wait_until(lambda: providers.viettel("VTP307", order["orderId"])["batchErrorCode"] == "DISB_SUCCESS")


def test_webhooks_are_tried_again_until_they_are_taken(providers: Providers, receiver: Receiver) -> None:
    tries: list[str] = []

    def badly_at_first(webhook: Received) -> int:
        tries.append(webhook.headers["webhook-id"])
        return 503 if len(tries) < 3 else 200

    receiver.answer = badly_at_first
    send(providers, providers.bank_batch(providers.bank_payments(1)))
    providers.settle()
    assert len(tries) == 4
    assert len(set(tries[:3])) == 1
    assert data_of(providers, receiver.received[2])[0] == ACCEPTED


def test_unknown_kinds_are_refused(providers: Providers) -> None:
    headers = {"Authorization": f"Bearer {providers.sandbox.secret('admin')}"}
    for setting in ({"next": ["nothing"]}, {"rates": {"nothing": 0.1}}, {"rates": {"slow": 2.0}}):
        answer = providers.http.post("/admin/faults", json=setting, headers=headers)
        assert answer.status_code == 422


def test_every_kind_fires_by_itself_on_its_first_occasions(tmp_path_factory: pytest.TempPathFactory) -> None:
    receiver = Receiver()
    receiver.answer = lambda webhook: 200
    running = RunningSandbox(tmp_path_factory.mktemp("scheduled"), receiver.url)
    running.start("--seed", "7")
    try:
        with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as http:
            providers = Providers(running, http)
            _traffic(providers)
            today = date.fromisoformat(providers.admin("GET", "/clock")["today"])
            providers.admin("POST", "/clock", {"today": (today + timedelta(days=10)).isoformat()})
            providers.settle()
            never = [kind for kind, count in providers.admin("GET", "/faults").items() if not count]
            assert never == []
            totals = providers.admin("GET", "/totals")
            assert [found["double_payments"] for found in totals.values()] == [0, 0, 0, 0]
            assert [found["open_payments"] for found in totals.values()] == [0, 0, 0, 0]
    finally:
        running.stop()
        receiver.close()


def _traffic(providers: Providers) -> None:
    """Twelve batches, a pay list and an opening, each batch and list sent until the books have it."""
    for _ in range(12):
        batch = providers.bank_batch(providers.bank_payments(4))
        _send_until_taken(partial(providers.bank_send, batch), partial(providers.bank_find, batch))
    pay_list = providers.cash_list(4, pay_on="2021-10-01")
    lists = "/vnpost/v1/pay-lists"
    _send_until_taken(
        lambda: providers.signed("vnpost", "POST", lists, pay_list),
        lambda: providers.signed("vnpost", "GET", f"{lists}/{pay_list['list_reference']}"),
    )
    requests = [{"request_id": f"r-{n}", "customer_name": "Lê Thị Na", "identity_number": f"04617100000{n}"} for n in range(4)]
    opening = {"batch_reference": "o-1", "requests": requests}
    providers.signed("vietinbank", "POST", "/vietinbank/v1/account-openings", opening)


def _send_until_taken(sending: Callable[[], httpx.Response], enquiry: Callable[[], httpx.Response]) -> None:
    for _ in range(20):
        with contextlib.suppress(httpx.TransportError):
            if sending().status_code == 200:
                return
        if enquiry().status_code == 200:
            return
    raise AssertionError("it was never taken")
