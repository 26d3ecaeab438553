"""What is set for one provider touches no other: faults, duplicates, outages, the money on its account."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.bank_files import read_report
from tests.sandbox.provider_clients import Providers
from tests.sandbox.sandbox_process import RunningSandbox
from tests.sandbox.webhook_receiver import Receiver

FILES = "/vietinbank/v1/files"


@pytest.fixture(autouse=True)
def calm(providers: Providers) -> Iterator[None]:
    yield
    providers.admin("POST", "/duplicates", {"refuse": True})
    for provider in ("viettelpay", "vietinbank", "vnpost", "commune_cashier"):
        providers.admin("POST", "/outages", {"provider": provider, "seconds": 0})
        providers.admin("POST", "/funds", {"provider": provider, "balance_dong": None})


def send(providers: Providers, batch: dict[str, Any]) -> httpx.Response:
    return providers.bank_send(batch)


def taken(answer: httpx.Response) -> str:
    """What the bank's report says of a file: taken or duplicate."""
    return str(read_report(answer.content)["state"])


def reasons(providers: Providers, batch: dict[str, Any]) -> list[tuple[str, str | None]]:
    results = read_report(providers.bank_find(batch).content)["results"]
    return [(result["state"], result["reason"]) for result in results]


def refused_by_admin(providers: Providers, path: str, content: Any) -> str:
    headers = {"Authorization": f"Bearer {providers.sandbox.secret('admin')}"}
    answer = providers.http.post(f"/admin{path}", json=content, headers=headers)
    assert answer.status_code == 422
    return str(answer.json()["error"])


def test_a_forced_fault_waits_for_its_provider(providers: Providers) -> None:
    providers.admin("POST", "/faults", {"next": ["throttled"], "provider": "viettelpay"})
    assert send(providers, providers.bank_batch(providers.bank_payments(1))).status_code == 200
    order = providers.viettel_order(providers.wallet_payments(1))
    assert providers.viettel_post("VTP306", order).status_code == 429
    assert providers.viettel_post("VTP306", order).status_code == 200


def test_a_rate_is_of_its_provider_until_the_next_word(providers: Providers) -> None:
    providers.admin("POST", "/faults", {"rates": {"server_error": 1.0}, "provider": "vietinbank"})
    assert send(providers, providers.bank_batch(providers.bank_payments(1))).status_code == 500
    assert providers.viettel_post("VTP306", providers.viettel_order(providers.wallet_payments(1))).status_code == 200
    providers.admin("POST", "/faults", {"rates": {"server_error": 0.0}})
    assert send(providers, providers.bank_batch(providers.bank_payments(1))).status_code == 200


def test_duplicates_are_refused_or_paid_as_each_provider_is_told(providers: Providers) -> None:
    before = providers.admin("GET", "/totals")
    providers.admin("POST", "/duplicates", {"refuse": False, "provider": "vietinbank"})
    batch, order = providers.bank_batch(providers.bank_payments(1)), providers.viettel_order(providers.wallet_payments(1))
    assert [taken(send(providers, batch)) for _ in range(2)] == ["taken", "taken"]
    assert [providers.viettel_disburse(order)["batchErrorCode"] for _ in range(2)] == ["WAIT_DISB", "DUPLICATE"]
    providers.settle()
    after = providers.admin("GET", "/totals")
    doubled = {name: after[name]["double_payments"] - before[name]["double_payments"] for name in after}
    assert doubled == {"viettelpay": 0, "vietinbank": 1, "vnpost": 0, "commune_cashier": 0}
    providers.admin("POST", "/duplicates", {"refuse": True})  # the newest word holds, for all
    assert taken(send(providers, batch)) == "duplicate"


@pytest.mark.parametrize(("how", "status"), [("refused", 503), ("hanging", 504)])
def test_an_outage_turns_everything_away_and_reads_nothing(providers: Providers, how: str, status: int) -> None:
    providers.admin("POST", "/outages", {"provider": "vietinbank", "seconds": 60, "how": how})
    before = providers.admin("GET", "/outages")["turned_away"].get("vietinbank", 0)
    batch = providers.bank_batch(providers.bank_payments(1))
    assert send(providers, batch).status_code == status
    assert providers.bank_find(batch).status_code == status
    assert providers.admin("GET", "/outages")["turned_away"]["vietinbank"] - before == 2
    assert providers.viettel("VTP307", "nothing")["errorCode"] != "00"
    providers.admin("POST", "/outages", {"provider": "vietinbank", "seconds": 0})
    assert providers.bank_find(batch).status_code == 404
    assert taken(send(providers, batch)) == "taken"


def test_an_outage_drops_connections_and_ends_by_itself(providers: Providers) -> None:
    providers.admin("POST", "/outages", {"provider": "vnpost", "seconds": 0.5, "how": "dropped"})
    assert providers.admin("GET", "/outages")["left_seconds"].keys() == {"vnpost"}
    with pytest.raises(httpx.RemoteProtocolError):
        providers.signed("vnpost", "GET", "/vnpost/v1/orders/NOTHING")
    deadline = time.monotonic() + 300
    while providers.admin("GET", "/outages")["left_seconds"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert providers.signed("vnpost", "GET", "/vnpost/v1/orders/NOTHING").status_code == 404


def test_what_the_account_does_not_hold_is_not_paid(providers: Providers) -> None:
    providers.admin("POST", "/funds", {"provider": "vietinbank", "balance_dong": 800_000})
    batch = providers.bank_batch(providers.bank_payments(3))
    send(providers, batch)
    providers.settle()
    assert reasons(providers, batch) == [("credited", None)] * 2 + [("refused", "AM04")]
    assert providers.admin("GET", "/funds") == {
        "viettelpay": None, "vietinbank": 80_000, "vnpost": None, "commune_cashier": None,
    }  # fmt: skip
    small = providers.bank_batch([{**providers.bank_payments(1)[0], "amount_dong": 80_000}])
    send(providers, small)
    providers.settle()
    assert reasons(providers, small) == [("credited", None)]
    assert providers.admin("GET", "/funds")["vietinbank"] == 0


def test_a_wallet_hears_that_the_money_is_not_there(providers: Providers) -> None:
    providers.admin("POST", "/funds", {"provider": "viettelpay", "balance_dong": 0})
    order = providers.viettel_order(providers.wallet_payments(1))
    providers.viettel_disburse(order)
    providers.settle()
    results = providers.viettel("VTP307", order["orderId"])["rows"]
    assert [(result["state"], result["errorCode"]) for result in results] == [("DISB_FAILED", "15")]


def test_who_is_no_provider_is_refused(providers: Providers) -> None:
    assert refused_by_admin(providers, "/faults", {"next": ["slow"], "provider": "nobody"}) == "unknown_provider"
    assert refused_by_admin(providers, "/duplicates", {"refuse": False, "provider": "nobody"}) == "unknown_provider"
    assert refused_by_admin(providers, "/outages", {"provider": "nobody", "seconds": 1}) == "unknown_provider"
    assert refused_by_admin(providers, "/funds", {"provider": "nobody", "balance_dong": 1}) == "unknown_provider"
    assert refused_by_admin(providers, "/outages", {"provider": "vnpost", "seconds": -1}) == "invalid_request"


def test_money_that_comes_back_and_settings_outlive_a_kill(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Killed between taking and booking: the reserve, the refusal of duplicates and the return are as they were."""
    receiver = Receiver()
    running = RunningSandbox(tmp_path_factory.mktemp("own"), receiver.url)
    running.start("--fault-rate", "0", "--processing-seconds", "3600")
    try:
        with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as http:
            providers = Providers(running, http)
            providers.admin("POST", "/funds", {"provider": "vietinbank", "balance_dong": 720_000})
            providers.admin("POST", "/duplicates", {"refuse": False, "provider": "vnpost"})
            providers.admin("POST", "/faults", {"next": ["returned"]})
            batch = providers.bank_batch(providers.bank_payments(2))
            send(providers, batch)
            assert providers.admin("GET", "/funds")["vietinbank"] == 0
        running.stop(kill=True)
        running.start("--fault-rate", "0")
        with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as http:
            providers = Providers(running, http)
            assert providers.admin("GET", "/funds")["vietinbank"] == 0
            assert taken(send(providers, batch)) == "duplicate"
            providers.admin("POST", "/clock", {"today": "2021-10-09"})
            totals = providers.admin("GET", "/totals")["vietinbank"]
            assert (totals["payments"], totals["returned"]) == (1, 1)
            assert providers.admin("GET", "/funds")["vietinbank"] == 360_000
            pay_list = providers.cash_list(1, pay_on="2021-10-09")
            for _ in range(2):
                answer = providers.signed("vnpost", "POST", "/vnpost/v1/pay-lists", pay_list)
                assert answer.json()["state"] == "accepted"
    finally:
        running.stop(kill=True)
        receiver.close()
