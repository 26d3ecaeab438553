"""The file way against PyPI's mock-bank, with each of its faults: afterwards its books and ours agree, payment by payment."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import httpx
import pytest

from services.provider_gateway.domain.chunk import ChunkKey, batch_reference
from services.provider_gateway.main import build
from shared.bus.memory import MemoryBus
from shared.embedded_postgres import EmbeddedPostgres, free_port
from shared.platform import platform_over
from shared.runtime import WebServer, stop_tasks
from shared.settings import SERVICES, Settings
from tests.gateway.bench import Bench, Payroll, make_payroll
from tests.gateway.mock_bank_at_work import ACCOUNT, DONG, IBAN, ROUTING, MockBankAtWork
from tests.gateway.sandbox_at_work import SandboxAtWork

WORKERS = ("sender", "enquiries", "collector", "files")


@pytest.fixture(scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MockBankAtWork]:
    made = await asyncio.to_thread(MockBankAtWork, tmp_path_factory.mktemp("bank"), tmp_path_factory.mktemp("books") / "bank.db")
    yield made
    await asyncio.to_thread(made.stop)


@pytest.fixture(scope="module")
async def bench(
    postgres: EmbeddedPostgres,
    database_name: str,
    admin_url: str,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    bank: MockBankAtWork,
) -> AsyncIterator[Bench]:
    keys: Path = tmp_path_factory.mktemp("own") / "keys"
    shutil.copytree(settings.keys_dir, keys)
    (keys / "providers").mkdir(exist_ok=True)
    profile = {
        "name": "CHI TRA", "account": ACCOUNT, "statement_account": IBAN, "bank_bic": "MOCKNL2A", "creditor_bank_member": ROUTING,
    }  # fmt: skip
    (keys / "providers" / "vietinbank_profile.json").write_text(json.dumps(profile))
    port = free_port()
    told = replace(settings, port=port, keys_dir=keys, bank_folder=bank.folder, provider_timeout_seconds=5.0)
    urls = {service: postgres.url_for(f"chitra_{service}", database_name) for service in SERVICES}
    platform = platform_over(told, MemoryBus(), urls, admin_url)
    service = build(platform)
    server, serving = await WebServer.start(service.app, "127.0.0.1", port)
    made = Bench(platform, service, cast(SandboxAtWork, bank), admin_url)
    await made.prepare()
    await made.set_day(date(2021, 10, 4))
    yield made
    await stop_tasks(made.tasks)
    server.should_exit = True
    await serving
    await service.app.state.ways.close()
    await platform.close()


@pytest.fixture
async def working(bench: Bench, bank: MockBankAtWork) -> Bench:
    await asyncio.to_thread(bank.behave, "accept")
    bench.run(*WORKERS)
    return bench


async def _until(found: Callable[[], Awaitable[bool]], what: object = "") -> None:
    deadline = time.monotonic() + 300
    while not await found():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


async def _stand(bench: Bench, payroll: Payroll, *states: str) -> None:
    """Wait until the payroll's payments stand in these states and no others."""

    async def there() -> bool:
        held = await bench.states(payroll)
        return len(held) == len(payroll.lines) and set(held.values()) == set(states)

    await _until(there, states)


async def _reasons(bench: Bench, payroll: Payroll) -> dict[str, str | None]:
    rows = await bench.fetch("SELECT reference, reason FROM attempts WHERE payroll_id = $1", payroll.payroll_id)
    return {row["reference"]: row["reason"] for row in rows}


async def _files_applied(bench: Bench, bank: MockBankAtWork) -> None:
    async def done() -> bool:
        lie = [path for path in (bank.folder / "from-bank").iterdir() if path.suffix != ".tmp"]
        waiting = await bench.fetch("SELECT FROM webhooks WHERE state = 'new'")
        return not lie and not waiting

    await _until(done, "files")


async def _sends(bench: Bench, payroll: Payroll) -> set[int]:
    return {row["sends"] for row in await bench.fetch("SELECT sends FROM attempts WHERE payroll_id = $1", payroll.payroll_id)}


def _reference(payroll: Payroll, position: int) -> str:
    return list(payroll.references)[position]


async def test_every_payment_is_paid_once_and_listed(working: Bench, bank: MockBankAtWork) -> None:
    payroll = await working.payroll("vietinbank", "account", 40)
    await working.until_settled([payroll])
    assert set((await working.states(payroll)).values()) == {"paid"}
    await working.set_day(date(2021, 10, 5))
    await _files_applied(working, bank)
    await working.assert_books_agree([payroll])
    listed = await working.fetch("SELECT listed_on, lines, amount_dong FROM listed_days")
    assert [tuple(row) for row in listed] == [(date(2021, 10, 4), 40, sum(payroll.references.values()))]
    names = sorted(path.name.split("-")[0] for path in (bank.folder / "kept").iterdir())
    assert {"pain.002.001.10", "camt.054.001.08", "camt.053.001.08"} <= set(names)


async def test_accounts_that_are_closed_or_nowhere(working: Bench, bank: MockBankAtWork) -> None:
    payroll = make_payroll("vietinbank", "account", 5)
    numbers = [f"101{line['account_id'].int % 10**9:09d}" for line in payroll.lines]
    await asyncio.to_thread(bank.hold_payee, "CLOSED", numbers[0], "closed-account")
    await asyncio.to_thread(bank.hold_payee, "NOWHERE", numbers[3], "bad-bank-id")
    await working.introduce(payroll)
    await working.instruct(payroll)
    await working.until_settled([payroll])
    reasons = await _reasons(working, payroll)
    assert [reasons[_reference(payroll, n)] for n in range(5)] == ["invalid_account", None, None, "invalid_account", None]
    await working.assert_books_agree([payroll])


async def test_money_that_runs_out(working: Bench, bank: MockBankAtWork) -> None:
    payroll = make_payroll("vietinbank", "account", 6)
    enough = sum(list(payroll.references.values())[:3])
    before = (await asyncio.to_thread(bank.control, "GET", "accounts/TCXH"))["balance"]
    await asyncio.to_thread(bank.behave, "insufficient-funds", balance=enough * DONG)
    await working.introduce(payroll)
    await working.instruct(payroll)
    await working.until_settled([payroll])
    assert sorted((await working.states(payroll)).values()) == ["paid"] * 3 + ["rejected"] * 3
    assert set((await _reasons(working, payroll)).values()) == {None, "insufficient_funds"}
    await working.assert_books_agree([payroll])
    await asyncio.to_thread(bank.behave, "accept", balance=before)


async def test_a_rejected_file_refuses_each_of_its_payments(working: Bench, bank: MockBankAtWork) -> None:
    await asyncio.to_thread(bank.behave, "reject-file")
    payroll = await working.payroll("vietinbank", "account", 4)
    await _stand(working, payroll, "rejected")
    assert set((await _reasons(working, payroll)).values()) == {"invalid_request"}
    assert not {payment["end_to_end_id"] for payment in bank.payments()} & payroll.references.keys()
    await working.assert_books_agree([payroll])


async def test_the_same_file_twice_is_refused_and_says_nothing_of_the_first(working: Bench, bank: MockBankAtWork) -> None:
    payroll = await working.payroll("vietinbank", "account", 3)
    await working.until_settled([payroll])
    name = f"{batch_reference(ChunkKey(payroll.payroll_id, 1))}.xml"
    taken = bank.folder / "to-bank" / "processed" / name
    shutil.copy(taken, bank.folder / "to-bank" / name)
    refused = bank.folder / "to-bank" / "failed" / name
    await _until(lambda: asyncio.to_thread(refused.exists))
    await _files_applied(working, bank)
    assert set((await working.states(payroll)).values()) == {"paid"}
    assert await working.fetch("SELECT FROM contradictions") == []
    await working.assert_books_agree([payroll])


async def test_money_that_comes_back_after_days(working: Bench, bank: MockBankAtWork) -> None:
    payroll = make_payroll("vietinbank", "account", 5)
    back = _reference(payroll, 2)
    parameters = {"days": 2, "reason": "AC04", "end_to_end_id": back}
    await asyncio.to_thread(bank.behave, "return-later", parameters=parameters)
    await working.introduce(payroll)
    await working.instruct(payroll)
    await working.until_settled([payroll])
    assert set((await working.states(payroll)).values()) == {"paid"}
    await working.set_day(date(2021, 10, 8))
    await _stand(working, payroll, "paid", "returned")
    await _files_applied(working, bank)
    assert {r for r, state in (await working.states(payroll)).items() if state == "returned"} == {back}
    assert (await _reasons(working, payroll))[back] == "account_closed"
    await working.assert_books_agree([payroll])
    assert await working.fetch("SELECT FROM contradictions") == []


async def test_a_bank_that_takes_and_says_nothing_is_heard_by_its_notifications(working: Bench, bank: MockBankAtWork) -> None:
    await asyncio.to_thread(bank.behave, "silent")
    payroll = await working.payroll("vietinbank", "account", 4)
    await working.until_settled([payroll])
    await working.assert_books_agree([payroll])
    assert await _sends(working, payroll) == {1}


async def test_a_bank_that_ignores_a_file_leaves_it_unknown_and_nothing_is_sent_again(
    working: Bench, bank: MockBankAtWork, tokens: Callable[..., str]
) -> None:
    await asyncio.to_thread(bank.stop)
    payroll = await working.payroll("vietinbank", "account", 4)
    await _stand(working, payroll, "unknown")
    asked = "SELECT next_enquiry_at, enquiries FROM chunks WHERE payroll_id = $1"
    first = (await working.fetch(asked, payroll.payroll_id))[0]["next_enquiry_at"]

    async def asked_again() -> bool:
        return bool((await working.fetch(asked, payroll.payroll_id))[0]["next_enquiry_at"] != first)

    await _until(asked_again)
    rows = await working.fetch(asked, payroll.payroll_id)
    assert rows[0]["enquiries"] == 0  # nobody was asked, so the provider fails nothing
    async with httpx.AsyncClient(base_url=working.url, trust_env=False) as client:
        headers = {"authorization": f"Bearer {tokens('operations')}"}
        open_ones = (await client.get("/v1/attempts?state=unknown&older_than=PT0S", headers=headers)).json()["items"]
    assert {each["reference"] for each in open_ones} == payroll.references.keys()  # what a person looks at
    assert set((await working.states(payroll)).values()) == {"unknown"}
    await asyncio.to_thread(bank.start)
    await working.until_settled([payroll])
    assert await _sends(working, payroll) == {1}
    await working.assert_books_agree([payroll])


async def test_a_hole_in_a_statement_and_a_statement_that_never_came_are_seen(
    working: Bench, bank: MockBankAtWork, tokens: Callable[..., str]
) -> None:
    today = date.fromisoformat(bank.today)
    await asyncio.to_thread(bank.behave, "statement-gap")
    payroll = await working.payroll("vietinbank", "account", 3)
    await working.until_settled([payroll])
    await working.set_day(date(2021, 10, 12))
    await _files_applied(working, bank)
    await working.halt("collector")
    await asyncio.to_thread(bank.behave, "accept")
    await working.set_day(date(2021, 10, 13))
    lost = next(path for path in (bank.folder / "from-bank").iterdir() if path.name.startswith("camt.053.001.08-TCXH"))
    lost.unlink()  # on its way to us
    await working.set_day(date(2021, 10, 14))
    working.run(*WORKERS)
    await _files_applied(working, bank)
    async with httpx.AsyncClient(base_url=working.url, trust_env=False) as client:
        headers = {"authorization": f"Bearer {tokens('operations')}"}
        answer = await client.get("/v1/statements?only_findings=true&limit=1000", headers=headers)
        commune = await client.get(
            "/v1/statements", headers={"authorization": f"Bearer {tokens('operations', '474@2021-07-01')}"}
        )
    assert commune.json()["items"] == []  # balances of the payer are no district's business
    ours = answer.json()["items"]
    assert {item["account"] for item in ours} == {IBAN[-4:]}
    hole = next(item for item in ours if item["day"] == today.isoformat())
    assert -hole["unexplained_dong"] == list(payroll.references.values())[-1]
    assert [(item["day"], item["missing_before"]) for item in ours if item["missing_before"]] == [("2021-10-13", 1)]
    await working.assert_books_agree([payroll])


async def test_nothing_is_left_open_and_nothing_is_kept_in_clear(working: Bench, bank: MockBankAtWork) -> None:
    moved = bank.movements()
    assert all(len([kind for kind, _ in each if kind == "credit"]) <= 1 for each in moved.values())
    held = {row["reference"] for row in await working.fetch("SELECT reference FROM attempts WHERE state = 'paid'")}
    assert {reference for reference, each in moved.items() if [kind for kind, _ in each] == ["credit"]} == held
    rows = await working.fetch("SELECT body_sealed FROM webhooks WHERE file_name IS NOT NULL")
    assert rows
    assert all(row["body_sealed"].startswith("k1.") for row in rows)
