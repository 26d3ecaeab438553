"""Holders' names: asked of the real sandbox for accounts in use, told to the registry, and asked again."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

from shared.crypto import ACCOUNT
from tests.gateway.bench import COMMUNES, Bench


def _enquiry(bench: Bench, number: str, name: str = "Lê Văn Bình", account_id: str | None = None) -> dict[str, Any]:
    return {
        "enquiry_id": str(uuid.uuid4()), "account_id": account_id or str(uuid.uuid4()), "account_version": 1,
        "unit_id": COMMUNES[0], "holder_name": name, "number_sealed": bench.cipher.seal(number, ACCOUNT),
    }  # fmt: skip


async def _known(bench: Bench, *accounts: tuple[str, str, str, bool]) -> None:
    rows = [
        {"provider": provider, "account_number": number, "holder_name": holder, "locked": locked}
        for provider, number, holder, locked in accounts
    ]
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/accounts", accounts=rows)


async def _ask(bench: Bench, provider: str, *enquiries: dict[str, Any]) -> list[tuple[str, str | None]]:
    """What the registry was told of each, in the end: (outcome, holder)."""
    await bench.hear("registry", "name_enquiries_requested", {"provider": provider, "enquiries": list(enquiries)})
    wanted = [enquiry["enquiry_id"] for enquiry in enquiries]
    deadline = time.monotonic() + 300
    while True:
        rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'names_answered' ORDER BY seq")
        told = {a["enquiry_id"]: a for row in rows for a in json.loads(row["body"])["answers"] if a["enquiry_id"] in wanted}
        if len(told) == len(wanted):
            return [(told[one]["outcome"], told[one]["holder_name"]) for one in wanted]
        assert time.monotonic() < deadline, told
        await asyncio.sleep(0.05)


async def test_a_bank_names_the_holder_and_names_another_once_it_has_one(bench: Bench) -> None:
    bench.run("names")
    await _known(bench, ("vietinbank", "101000000101", "LE VAN BINH", False), ("vietinbank", "101000000102", "LE VAN BINH", True))
    held, locked, unknown = (_enquiry(bench, number) for number in ("101000000101", "101000000102", "101000000103"))
    assert await _ask(bench, "vietinbank", held, locked, unknown) == [
        ("named", "LE VAN BINH"), ("locked", None), ("not_found", None),
    ]  # fmt: skip
    await _known(bench, ("vietinbank", "101000000101", "TRAN THI MOI", False))
    again = _enquiry(bench, "101000000101", account_id=held["account_id"])
    assert await _ask(bench, "vietinbank", again) == [("named", "TRAN THI MOI")]


async def test_a_wallet_only_says_whether_the_name_holds(bench: Bench) -> None:
    bench.run("names")
    await _known(bench, ("viettelpay", "84971888888", "LE VAN BINH", False))
    mine, other = _enquiry(bench, "84971888888"), _enquiry(bench, "84971888888", "Trần Thị Khác")
    assert await _ask(bench, "viettelpay", mine, other) == [("named", "Lê Văn Bình"), ("other_name", None)]


async def test_who_can_not_say_is_told_as_such_and_a_broken_number_holds_up_nobody(bench: Bench) -> None:
    bench.run("names")
    assert await _ask(bench, "vnpost", _enquiry(bench, "101000000101")) == [("unavailable", None)]
    await _known(bench, ("vietinbank", "101000000104", "LE VAN BINH", False))
    broken = {**_enquiry(bench, "1"), "number_sealed": "k1.broken"}
    good = _enquiry(bench, "101000000104")
    assert await _ask(bench, "vietinbank", broken, good) == [("unavailable", None), ("named", "LE VAN BINH")]


async def test_nothing_is_told_twice_and_what_was_not_answered_is_asked_again(bench: Bench) -> None:
    await _known(bench, ("vietinbank", "101000000105", "LE VAN BINH", False))
    enquiry = _enquiry(bench, "101000000105")
    await bench.halt("names")
    await bench.hear("registry", "name_enquiries_requested", {"provider": "vietinbank", "enquiries": [enquiry]})
    await bench.hear("registry", "name_enquiries_requested", {"provider": "vietinbank", "enquiries": [enquiry]})
    assert await bench.fetch("SELECT 1 FROM name_enquiries WHERE enquiry_id = $1", uuid.UUID(enquiry["enquiry_id"]))
    bench.run("names")
    assert await _ask(bench, "vietinbank", enquiry) == [("named", "LE VAN BINH")]
    await asyncio.sleep(1.0)
    rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'names_answered'")
    told = [a for row in rows for a in json.loads(row["body"])["answers"] if a["enquiry_id"] == enquiry["enquiry_id"]]
    assert len(told) == 1
