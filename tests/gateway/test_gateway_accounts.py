"""Accounts: opened and checked by the real sandbox, answered to the registry, numbers sealed all the way."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

from shared.contracts.envelope import Envelope
from shared.crypto import ACCOUNT, IDENTITY, PHONE
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from tests.gateway.bench import COMMUNES, Bench, make_payroll


def _request(
    bench: Bench, n: int, *, name: str = "Lê Văn Bình", identity: bool = True, phone: bool = True, number: str | None = None
) -> dict[str, Any]:
    seal = bench.cipher.seal
    return {
        "account_id": str(uuid.uuid4()), "payee_id": str(uuid.uuid4()), "unit_id": COMMUNES[0], "holder_name": name,
        "identity_sealed": seal(f"046071{n:06d}", IDENTITY) if identity else None,
        "phone_sealed": seal(f"0971{n:06d}", PHONE) if phone else None,
        "number_sealed": seal(number, ACCOUNT) if number else None,
    }  # fmt: skip


async def _answers(bench: Bench, requests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the registry was told of each, in the end."""
    deadline = time.monotonic() + 300
    wanted = {request["account_id"] for request in requests}
    while True:
        rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'accounts_answered' ORDER BY seq")
        told = [answer for row in rows for answer in json.loads(row["body"])["answers"] if answer["account_id"] in wanted]
        if {answer["account_id"] for answer in told} == wanted:
            assert len(told) == len(wanted), "answered twice"
            return {answer["account_id"]: answer for answer in told}
        assert time.monotonic() < deadline, told
        await asyncio.sleep(0.05)


async def _ask(bench: Bench, provider: str, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    await bench.hear("registry", "accounts_requested", {"provider": provider, "requests": requests})
    answers = await _answers(bench, requests)
    return [answers[request["account_id"]] for request in requests]


async def test_wallets_are_opened(bench: Bench) -> None:
    bench.run("accounts", "webhooks")
    requests = [
        _request(bench, 1), _request(bench, 2), _request(bench, 3, phone=False), _request(bench, 4, identity=False),
    ]  # fmt: skip
    first, second, with_sim, no_identity = await _ask(bench, "viettelpay", requests)
    assert [each["outcome"] for each in (first, second, with_sim)] == ["opened"] * 3
    assert bench.cipher.open(first["number_sealed"], ACCOUNT) == "0971000001"
    assert first["holder_name"] == "Lê Văn Bình"
    assert len(bench.cipher.open(with_sim["number_sealed"], ACCOUNT)) == 10  # a wallet without a phone comes with a SIM
    assert (no_identity["outcome"], no_identity["reason"]) == ("refused", "identity_missing")

    other = [_request(bench, 1, name="Người Khác")]
    other[0]["identity_sealed"] = bench.cipher.seal("046099000009", IDENTITY)
    (taken,) = await _ask(bench, "viettelpay", other)
    assert (taken["outcome"], taken["reason"], taken["number_sealed"]) == ("refused", "msisdn_taken", None)


async def test_accounts_are_opened_and_faults_answered(bench: Bench) -> None:
    bench.run("accounts", "webhooks")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["opening_refused", "opening_name_mismatch"])
    answers = await _ask(bench, "vietinbank", [_request(bench, n, phone=False) for n in range(10, 14)])
    assert sorted((a["outcome"], a["reason"] or "") for a in answers) == [
        ("opened", ""), ("opened", ""), ("refused", "identity_document_expired"), ("refused", "name_mismatch"),
    ]  # fmt: skip
    numbers = {bench.cipher.open(a["number_sealed"], ACCOUNT) for a in answers if a["outcome"] == "opened"}
    assert len(numbers) == 2
    assert all(number.isdigit() and len(number) == 12 for number in numbers)


async def test_declared_numbers_are_checked_not_opened(bench: Bench) -> None:
    bench.run("accounts", "webhooks")
    known = [
        {"provider": "vietinbank", "account_number": "101000000001", "holder_name": "LE VAN BINH", "locked": False},
        {"provider": "vietinbank", "account_number": "101000000002", "holder_name": "LE VAN BINH", "locked": True},
        {"provider": "viettelpay", "account_number": "84971999999", "holder_name": "LE VAN BINH", "locked": False},
    ]
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/accounts", accounts=known)
    numbers = ("101000000001", "101000000002", "101000000003", "none")
    requests = [_request(bench, 20 + n, number=number) for n, number in enumerate(numbers)]
    held, locked, unknown, no_number = await _ask(bench, "vietinbank", requests)
    assert (held["outcome"], held["holder_name"]) == ("opened", "LE VAN BINH")
    assert bench.cipher.open(held["number_sealed"], ACCOUNT) == "101000000001"
    assert [each["reason"] for each in (locked, unknown, no_number)] == ["locked", "invalid_account", "invalid_account"]

    wallets = [
        _request(bench, 30, number="0971999999"),
        _request(bench, 31, number="0971999999", name="Người Khác"),
        _request(bench, 32, number="0971999998"),
    ]
    answers = await _ask(bench, "viettelpay", wallets)
    assert [each["reason"] for each in answers] == ["existing", "name_mismatch", "invalid_account"]


async def test_who_opens_no_accounts_says_so_and_a_refused_one_may_be_asked_for_again(bench: Bench) -> None:
    bench.run("accounts", "webhooks")
    request = _request(bench, 40)
    (answer,) = await _ask(bench, "vnpost", [request])
    assert (answer["outcome"], answer["reason"]) == ("refused", "no_accounts")
    bad = _request(bench, 41)
    bad["identity_sealed"] = "k1.broken"
    good = _request(bench, 42)
    unreadable, opened = await _ask(bench, "vietinbank", [bad, good])
    assert (unreadable["outcome"], unreadable["reason"]) == ("refused", "sealed-value-unreadable")
    assert opened["outcome"] == "opened"


async def test_an_older_record_that_comes_late_changes_no_phone_and_no_commune(bench: Bench) -> None:
    """A dead letter that is replayed, or one of two consumers that was slower: the newest event counts, not the last to come."""
    payroll = make_payroll("viettelpay", "wallet", 1)
    (line,) = payroll.lines
    newest = bench.record(payroll, line)
    newest["payee"]["phone_sealed"] = "new phone"
    moved = {**newest, "unit_id": COMMUNES[1], "version": 3}
    older = {**newest, "unit_id": COMMUNES[0], "version": 2, "payee": {**newest["payee"], "phone_sealed": "old phone"}}
    for position, record in ((900_003, moved), (900_002, older)):
        event = Envelope(
            source="registry", position=position, type="beneficiaries_changed", version=1, event_id=new_id(),
            occurred_at=wall_now(), body={"records": [record]},
        )  # fmt: skip
        await bench.service.inbox.receive(event.encode())
    (payee,) = await bench.fetch("SELECT phone_sealed FROM payees WHERE payee_id = $1", line["payee_id"])
    (account,) = await bench.fetch("SELECT unit_id FROM accounts WHERE account_id = $1", line["account_id"])
    assert (payee["phone_sealed"], account["unit_id"]) == ("new phone", COMMUNES[1])
