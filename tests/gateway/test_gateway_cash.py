"""Cash through the real gateway and both offices: who collected, what lapsed, result lists twice, late, forged. Books agree."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.provider_gateway.connectors.cash_lists.wire import OfficeWire
from services.provider_gateway.connectors.cash_lists.withdrawals import ListWithdrawals
from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Unsure
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.connectors.vnpost import OFFICE
from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll, make_payroll
from tests.gateway.test_gateway_withdrawals import OFFICES, come, identity, issued, on_a_morning, until

WORKERS = ("sender", "enquiries", "webhooks", "withdrawals")


async def receipts(bench: Bench, payroll: Payroll, tokens: Tokens, *units: str) -> dict[str, dict[str, Any]]:
    """The receivers' list, over pages of two, by reference."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    headers = {"authorization": f"Bearer {tokens('operations', *units)}"}
    async with httpx.AsyncClient(base_url=bench.url, headers=headers, trust_env=False) as client:
        while cursor is not None:
            path = f"/v1/payrolls/{payroll.payroll_id}/receipts?limit=2" + (f"&cursor={cursor}" if cursor else "")
            page = (await client.get(path)).json()
            found |= {item["reference"]: item for item in page["items"]}
            cursor = page["next_cursor"]
    return found


@pytest.mark.parametrize(("provider", "channel"), OFFICES)
async def test_who_collected_is_on_the_receivers_list(bench: Bench, tokens: Tokens, provider: str, channel: str) -> None:
    payroll = await issued(bench, provider, channel, 3)
    references = list(payroll.references)
    await come(bench, payroll, 0, identity_number=identity(payroll, 0), receipt="fingerprint")
    await come(bench, payroll, 1, name="Trần Văn Bảy", identity_number="046088000456", relationship="authorised")
    await bench.set_day_after()
    await bench.until_settled([payroll])
    await bench.assert_books_agree([payroll])
    listed = await receipts(bench, payroll, tokens)
    assert listed.keys() == set(references)
    first, second, third = (listed[each] for each in references)
    assert (first["state"], first["receipt"], first["relationship"]) == ("paid", "fingerprint", "self")
    assert first["identity_shown"] == f"••••••••{identity(payroll, 0)[-4:]}"
    assert (second["collector_name"], second["relationship"], second["receipt"]) == ("Trần Văn Bảy", "authorised", "signature")
    assert (third["state"], third["reason"], third["collector_name"]) == ("unclaimed", "not_collected", None)
    assert await receipts(bench, payroll, tokens, "480@2021-07-01") == {}
    kept = await bench.fetch("SELECT identity_last4 FROM collections")
    assert {len(row["identity_last4"]) for row in kept} == {4}


@pytest.mark.parametrize(("provider", "channel"), OFFICES)
async def test_what_the_office_sends_back_is_returned(bench: Bench, tokens: Tokens, provider: str, channel: str) -> None:
    payroll = await issued(bench, provider, channel, 2)
    first, second = payroll.references
    body = {"reference": first, "reason": "moved_away"}
    await asyncio.to_thread(lambda: bench.sandbox.ask("POST", f"/counter/{provider}/sent-back", **body))
    await bench.set_day_after()
    await bench.until_settled([payroll])
    assert await bench.states(payroll) == {first: "returned", second: "unclaimed"}
    told = await bench.told([payroll])
    assert (told[first]["outcome"], told[first]["reason"]) == ("returned", "moved_away")
    assert (await receipts(bench, payroll, tokens))[first]["reason"] == "moved_away"
    assert not (await asyncio.to_thread(bench.sandbox.movements)).keys() & payroll.references.keys()


async def test_cash_at_home(bench: Bench, tokens: Tokens) -> None:
    await bench.halt("sender")
    await on_a_morning(bench)
    payroll = make_payroll("vnpost", "cash", 2)
    payroll.lines[0]["home_delivery"] = True
    await bench.introduce(payroll)
    await bench.instruct(payroll)
    bench.run(*WORKERS)
    await bench.until_answered([payroll])
    await bench.set_day_after()
    await bench.until_settled([payroll])
    await bench.assert_books_agree([payroll])
    listed = await receipts(bench, payroll, tokens)
    places = [listed[reference]["place"] for reference in payroll.references]
    assert places == ["home", "counter"]


@pytest.mark.parametrize("fault", ["webhook_twice", "webhook_late", "webhook_forged", "webhook_never"])
async def test_a_result_list_twice_late_forged_or_never(bench: Bench, fault: str) -> None:
    await bench.halt("sender")
    await on_a_morning(bench)
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=[fault])
    before = await asyncio.to_thread(bench.sandbox.ask, "GET", "/faults")
    payroll = await bench.payroll("vnpost", "cash", 3)
    bench.run(*WORKERS)
    await bench.until_answered([payroll])
    for _ in range(2):
        await bench.set_day_after()
    await bench.until_settled([payroll])

    async def fired() -> bool:
        return bool((await asyncio.to_thread(bench.sandbox.ask, "GET", "/faults"))[fault] > before[fault])

    await until(fired)
    await bench.until_webhooks_applied()
    await bench.assert_books_agree([payroll])
    assert (await asyncio.to_thread(bench.sandbox.ask, "GET", "/webhooks"))["forged_believed"] == 0
    contradictions = await bench.fetch(
        "SELECT 1 FROM contradictions WHERE payment_id = ANY($1)", [line["payment_id"] for line in payroll.lines]
    )
    assert contradictions == []


async def test_an_answer_to_a_withdrawal_that_is_not_signed_by_the_office_is_no_answer(bench: Bench) -> None:
    keys = ProviderKeys(bench.platform.settings.keys_dir / "providers")

    class Lying(Transport):
        async def call(self, method: str, path: str, body: bytes, headers: Any) -> bytes:
            return b'{"result_list": "{\\"results\\": []}", "signature": "00"}'

    transport = Lying(None, 1.0)
    with pytest.raises(Unsure, match="answer_signature"):
        await ListWithdrawals(OfficeWire(OFFICE, transport, keys)).request("W-1", ["A" * 26])
    await transport.close()


async def test_without_the_key_nobody_is_told_that_no_webhook_came(bench: Bench, tokens: Tokens, keys_dir: Path) -> None:
    payroll = await issued(bench, "vnpost", "cash", 1)
    await come(bench, payroll, 0, identity_number=identity(payroll, 0))
    await bench.until_settled([payroll])
    await bench.until_webhooks_applied()
    key, away = keys_dir / "providers" / "vnpost_hmac.secret", keys_dir / "away.secret"
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    path = f"/v1/webhooks?payment_id={payroll.lines[0]['payment_id']}"
    async with httpx.AsyncClient(base_url=bench.url, headers=headers, trust_env=False) as client:
        assert ["paid"] in [each["said"] for each in (await client.get(path)).json()["items"]]
        key.rename(away)
        try:
            answer = await client.get(path)
        finally:
            away.rename(key)
    assert (answer.status_code, answer.json()["code"]) == (503, "key-unusable")
