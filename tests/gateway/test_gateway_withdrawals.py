"""Cash orders asked back after they were sent: in flight until the office's signed list says that nobody can collect them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.provider_gateway.domain.attempt import Said
from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.storage.chunks import lock_chunk
from services.provider_gateway.use_cases.record_answers import close_settling, open_settling
from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll
from tests.gateway.test_gateway_recalls import answers, recall, recalled

WORKERS = ("sender", "enquiries", "webhooks", "withdrawals")
OFFICES = [("vnpost", "cash"), ("commune_cashier", "cashier")]


async def today(bench: Bench) -> date:
    clock = await asyncio.to_thread(bench.sandbox.ask, "GET", "/clock")
    return date.fromisoformat(clock["today"])


async def next_day(bench: Bench) -> None:
    await bench.set_day(await today(bench) + timedelta(days=1))


async def on_a_morning(bench: Bench) -> None:
    """Both clocks at the first hour of a new day: nothing that is due today has happened yet."""
    day = await today(bench) + timedelta(days=1)
    await bench.set_day(day)
    following = day + timedelta(days=1)
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/clock", today=following.isoformat(), hour=0)


async def issued(bench: Bench, provider: str, channel: str, payments: int) -> Payroll:
    """A payroll whose orders are with the office; nobody comes for them by himself for days."""
    await bench.halt("sender")
    await on_a_morning(bench)
    kinds = ["uncollected"] * payments
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=kinds)
    payroll = await bench.payroll(provider, channel, payments)
    bench.run(*WORKERS)
    await bench.until_answered([payroll])
    return payroll


async def come(bench: Bench, payroll: Payroll, n: int, **receiver: Any) -> None:
    """Somebody comes to the counter for an order."""
    line = payroll.lines[n]
    body = {"reference": list(payroll.references)[n], "name": line["payee_name"], **receiver}
    await asyncio.to_thread(lambda: bench.sandbox.ask("POST", f"/counter/{payroll.provider}", **body))


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + 300
    while not await what():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.05)


async def withdrawal(bench: Bench, payroll: Payroll, n: int) -> dict[str, Any]:
    rows = await bench.fetch("SELECT * FROM withdrawals WHERE payment_id = $1", payroll.lines[n]["payment_id"])
    return dict(rows[0]) if rows else {}


async def until_state(bench: Bench, payroll: Payroll, n: int, state: str) -> None:
    async def reached() -> bool:
        return (await withdrawal(bench, payroll, n)).get("state") == state

    await until(reached)


async def hurry(bench: Bench) -> None:
    """Ask now for what would be asked in some seconds."""
    await bench.fetch("UPDATE withdrawals SET next_try_at = clock_timestamp() WHERE next_try_at IS NOT NULL")


def identity(payroll: Payroll, n: int) -> str:
    return f"046{payroll.lines[n]['payee_id'].int % 10**9:09d}"


async def read_cash(bench: Bench, payroll: Payroll, n: int, tokens: Tokens) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False) as client:
        answer = await client.get(
            f"/v1/attempts/{payroll.lines[n]['payment_id']}/cash",
            headers={"authorization": f"Bearer {tokens('operations')}"},
        )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(("provider", "channel"), OFFICES)
async def test_a_withdrawal_is_requested_and_in_flight_until_it_is_confirmed(bench: Bench, provider: str, channel: str) -> None:
    payroll = await issued(bench, provider, channel, 2)
    await recall(bench, payroll, 0)
    await until_state(bench, payroll, 0, "requested")
    assert await answers(bench, payroll) == {}  # requested is not withdrawn
    references = list(payroll.references)
    assert (await bench.states(payroll))[references[0]] in ("accepted", "pending")
    await next_day(bench)
    await hurry(bench)
    await until_state(bench, payroll, 0, "withdrawn")
    assert await answers(bench, payroll) == {0: "withdrawn"}
    told = await bench.told([payroll])
    assert (told[references[0]]["outcome"], told[references[0]]["reason"]) == ("returned", "withdrawn")
    await bench.set_day_after()
    await bench.until_settled([payroll])
    states = await bench.states(payroll)
    assert (states[references[0]], states[references[1]]) == ("returned", "unclaimed")
    assert not (await asyncio.to_thread(bench.sandbox.movements)).keys() & payroll.references.keys()


async def test_collected_before_the_withdrawal_takes_effect_the_payment_is_paid(bench: Bench, tokens: Tokens) -> None:
    payroll = await issued(bench, "vnpost", "cash", 1)
    await recall(bench, payroll, 0)
    await until_state(bench, payroll, 0, "requested")
    await come(
        bench, payroll, 0, name="Trần Văn Bảy", identity_number="046088000456", relationship="authorised", receipt="fingerprint"
    )
    await bench.until_settled([payroll])
    await hurry(bench)
    await until_state(bench, payroll, 0, "too_late")
    assert await answers(bench, payroll) == {0: "too_late"}
    await next_day(bench)
    await bench.assert_books_agree([payroll])
    view = await read_cash(bench, payroll, 0, tokens)
    (collection,) = view["collections"]
    assert collection == {
        **collection, "collector_name": "Trần Văn Bảy", "relationship": "authorised", "identity_shown": "••••••••0456",
        "receipt": "fingerprint", "place": "counter", "is_payee": False,
        "collected_on": (await today(bench) - timedelta(days=1)).isoformat(),
    }  # fmt: skip
    assert view["withdrawal"]["state"] == "too_late"


async def test_what_is_called_withdrawn_after_it_was_collected_is_told_as_withdrawn(bench: Bench) -> None:
    """Told without its reason it would pass for money that came back, and the payee would be paid once more."""
    payroll = await issued(bench, "vnpost", "cash", 1)
    await come(bench, payroll, 0, identity_number=identity(payroll, 0))
    await bench.until_settled([payroll])
    ((reference, amount_dong),) = payroll.references.items()
    said = [Said(reference, "returned", "withdrawn", amount_dong)]
    async with bench.service.database.transaction() as tx:
        settling = await open_settling(tx, await lock_chunk(tx, ChunkKey(payroll.payroll_id, 1)), [reference])
        settling.hear(said)
        await close_settling(tx, settling, "webhook")
    assert await bench.states(payroll) == {reference: "paid"}
    told = (await bench.told([payroll]))[reference]
    assert (told["outcome"], told["reason"], told["amount_dong"]) == ("returned", "withdrawn", amount_dong)


async def test_what_was_collected_already_is_too_late_at_once(bench: Bench, tokens: Tokens) -> None:
    payroll = await issued(bench, "vnpost", "cash", 1)
    await come(bench, payroll, 0, identity_number=identity(payroll, 0))
    await bench.until_settled([payroll])
    await recall(bench, payroll, 0)
    assert await answers(bench, payroll) == {0: "too_late"}
    assert await withdrawal(bench, payroll, 0) == {}
    (collection,) = (await read_cash(bench, payroll, 0, tokens))["collections"]
    assert (collection["is_payee"], collection["relationship"]) == (True, "self")


async def test_a_withdrawal_of_what_is_not_sent_yet_waits_for_its_sending(bench: Bench) -> None:
    await bench.halt(*WORKERS)
    await on_a_morning(bench)
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["throttled", "uncollected"])
    payroll = await bench.payroll("vnpost", "cash", 1)
    bench.run("sender")

    async def throttled() -> bool:
        return "sending" in (await bench.states(payroll)).values()

    await until(throttled)
    await recall(bench, payroll, 0)
    bench.run(*WORKERS)
    await until_state(bench, payroll, 0, "requested")
    await next_day(bench)
    await hurry(bench)
    await until_state(bench, payroll, 0, "withdrawn")
    assert await answers(bench, payroll) == {0: "withdrawn"}


async def test_the_same_recall_told_twice_asks_once(bench: Bench) -> None:
    payroll = await issued(bench, "vnpost", "cash", 1)
    event = recalled(payroll, 0)
    await bench.hear("disbursement", "payment_recalled", event)
    await until_state(bench, payroll, 0, "requested")
    first = await withdrawal(bench, payroll, 0)
    await hurry(bench)
    await asyncio.sleep(1)
    again = await withdrawal(bench, payroll, 0)
    assert again["withdrawal_reference"] == first["withdrawal_reference"]
    rows = await bench.fetch("SELECT body FROM outbox WHERE type = 'recall_answered'")
    assert not [row for row in rows if json.loads(row["body"])["payment_id"] == str(payroll.lines[0]["payment_id"])]
