"""The books outlive a SIGKILL, and are quick enough for 500 payments a call."""

from __future__ import annotations

import httpx
import pytest

from services.provider_gateway.sandbox.keys import make_keys
from tests.sandbox.bank_files import read_report
from tests.sandbox.provider_clients import Providers
from tests.sandbox.sandbox_process import RunningSandbox
from tests.sandbox.webhook_receiver import Received, Receiver


def test_what_was_answered_survives_sigkill(tmp_path_factory: pytest.TempPathFactory) -> None:
    receiver = Receiver()
    receiver.answer = lambda webhook: 503
    running = RunningSandbox(tmp_path_factory.mktemp("killed"), receiver.url)
    # Nothing is booked for an hour: whatever is booked after the kill comes from the books on disk.
    running.start("--fault-rate", "0", "--processing-seconds", "3600")
    try:
        with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as http:
            providers = Providers(running, http)
            batch = providers.bank_batch(providers.bank_payments(500))
            assert read_report(providers.bank_send(batch).content)["state"] == "taken"
            providers.admin("POST", "/clock", {"today": "2021-10-01", "hour": 23})
            second = providers.bank_batch(providers.bank_payments(500))
            assert read_report(providers.bank_send(second).content)["state"] == "taken"
        running.stop(kill=True)
        receiver.received.clear()
        receiver.answer = _well
        running.start("--fault-rate", "0")
        with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as http:
            providers = Providers(running, http)
            providers.settle()
            found = providers.admin("GET", "/totals")["vietinbank"]
            assert (found["payments"], found["open_payments"], found["amount_dong"]) == (1000, 0, 360_000_000)
            assert read_report(providers.bank_send(batch).content)["state"] == "duplicate"
            references = {payment["reference"] for payment in batch["payments"] + second["payments"]}
            assert _all_references(providers) == references
            counts = providers.admin("GET", "/webhooks")
            assert (counts["queued"], counts["delivered"]) == (0, 4)
        assert len(receiver.received) == 4
    finally:
        running.stop(kill=True)
        receiver.close()


def _well(webhook: Received) -> int:
    return 200


def _all_references(providers: Providers) -> set[str]:
    """Every movement's reference, page by page."""
    references: list[str] = []
    after: int | None = 0
    while after is not None:
        page = providers.admin("GET", f"/books?provider=vietinbank&after={after}&limit=300")
        references += [movement["reference"] for movement in page["movements"]]
        after = page["next_after"]
    assert len(references) == len(set(references))
    return set(references)


def test_keys_are_made_once(sandbox: RunningSandbox) -> None:
    before = {path.name: path.read_bytes() for path in sandbox.keys.iterdir()}
    make_keys(sandbox.keys)
    assert {path.name: path.read_bytes() for path in sandbox.keys.iterdir()} == before
    assert {path.stat().st_mode & 0o077 for path in sandbox.keys.iterdir()} == {0}


def test_all_providers_keep_their_own_books(providers: Providers) -> None:
    batch = providers.bank_batch(providers.bank_payments(1))
    providers.bank_send(batch)
    providers.settle()
    reference = batch["payments"][0]["reference"]
    for provider, holds in [("vietinbank", True), ("viettelpay", False), ("vnpost", False), ("commune_cashier", False)]:
        movements = providers.admin("GET", f"/books?provider={provider}&limit=10000")["movements"]
        assert (reference in {movement["reference"] for movement in movements}) is holds


@pytest.mark.parametrize(
    "query", ["after=-1", "after=9999999999999999999999", "after=x", "limit=0", "limit=99999999"], ids=lambda query: query
)
def test_odd_queries_are_refused(providers: Providers, query: str) -> None:
    headers = {"Authorization": f"Bearer {providers.sandbox.secret('admin')}"}
    answer = providers.http.get(f"/admin/books?{query}", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"batch_reference": "\\ud800"}', b"\xff", b"[" * 100_000, b"NaN"])
def test_odd_bodies_are_refused_without_a_stack_trace(providers: Providers, body: bytes) -> None:
    for path in ("files", "account-openings"):
        answer = providers.signed_bytes("vietinbank", "POST", f"/vietinbank/v1/{path}", body)
        assert answer.status_code in (400, 422)
        assert set(answer.json()) == {"error", "message"}
