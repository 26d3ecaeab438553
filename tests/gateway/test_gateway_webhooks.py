"""The door for providers: forged, twice, out of order, unknown, malformed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from services.provider_gateway.connectors.keys import ProviderKeys
from tests.gateway.bank_posts import accepted, batch, moved, results
from tests.gateway.bench import Bench, Payroll


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False) as client:
        yield client


@pytest.fixture
async def silent(bench: Bench) -> Payroll:
    """A payroll that VietinBank has taken and says nothing of by itself: it is told by the test."""
    bench.run("sender", "webhooks")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["webhook_never"])
    payroll = await bench.payroll("vietinbank", "account", 4)
    await bench.until_answered([payroll])
    await bench.until_webhooks_applied()
    return payroll


def _signed(bench: Bench, message_id: str, content: str, at: datetime | None = None) -> dict[str, Any]:
    """A webhook of VietinBank's, with its secret."""
    now = at or datetime.now(UTC)
    secret = ProviderKeys(bench.platform.settings.keys_dir / "providers").secret("vietinbank_webhook")
    return {
        "content": content.encode(),
        "headers": {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, now, content),
        },
    }


async def _said_and_done(bench: Bench) -> None:
    deadline = time.monotonic() + 300
    while (await bench.fetch("SELECT count(*) AS n FROM webhooks WHERE state = 'new'"))[0]["n"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_out_of_order_and_twice_is_applied_once(bench: Bench, client: httpx.AsyncClient, silent: Payroll) -> None:
    returned = _signed(bench, "o-2", results(silent, "returned"))
    credited = _signed(bench, "o-1", results(silent, "credited"))
    taken = _signed(bench, "o-0", accepted(batch(silent), silent.references))
    for webhook in (credited, returned, credited, taken, returned, taken):
        assert (await client.post("/v1/webhooks/vietinbank", **webhook)).status_code == 202
        await _said_and_done(bench)  # each is applied before the next comes, or the order would be the workers' own
    assert set((await bench.states(silent)).values()) == {"returned"}
    rows = await bench.fetch("SELECT delivery_id, deliveries, state FROM webhooks WHERE delivery_id LIKE 'o-%' ORDER BY 1")
    assert [tuple(row) for row in rows] == [("o-0", 2, "applied"), ("o-1", 2, "applied"), ("o-2", 2, "applied")]
    steps = await bench.fetch("SELECT DISTINCT step FROM attempts WHERE payroll_id = $1", silent.payroll_id)
    assert [row["step"] for row in steps] == [103]  # accepted, paid, returned


async def test_what_waits_together_becomes_one_event(bench: Bench, client: httpx.AsyncClient, silent: Payroll) -> None:
    await bench.halt("webhooks")
    said = [("t-0", accepted(batch(silent), silent.references))]
    for at, (reference, amount) in enumerate(silent.references.items(), start=1):
        said.append((f"t-{at}", moved(batch(silent), {reference: amount}, "credited")))
    for message_id, content in (*said, ("t-9", moved(batch(silent), {"W" * 26: 360_000}, "credited"))):
        assert (await client.post("/v1/webhooks/vietinbank", **_signed(bench, message_id, content))).status_code == 202
    of_chunk = "SELECT body FROM outbox WHERE type = 'chunk_progressed' AND body->>'payroll_id' = $1 ORDER BY position"
    before = len(await bench.fetch(of_chunk, str(silent.payroll_id)))
    bench.run("webhooks")
    await _said_and_done(bench)
    events = (await bench.fetch(of_chunk, str(silent.payroll_id)))[before:]
    assert [[each["outcome"] for each in orjson.loads(event["body"])["outcomes"]] for event in events] == [["paid"] * 4]
    rows = await bench.fetch("SELECT state, result FROM webhooks WHERE delivery_id LIKE 't-%' ORDER BY delivery_id")
    assert [row["state"] for row in rows] == ["applied"] * 5 + ["parked"]
    assert [orjson.loads(row["result"]).get("applied") for row in rows] == [None, 1, 1, 1, 1, None]
    assert set((await bench.states(silent)).values()) == {"paid"}


async def test_a_late_credit_after_the_return_is_old_news(bench: Bench, client: httpx.AsyncClient, silent: Payroll) -> None:
    for message_id, state in (("late-2", "returned"), ("late-1", "credited")):
        webhook = _signed(bench, message_id, results(silent, state))
        assert (await client.post("/v1/webhooks/vietinbank", **webhook)).status_code == 202
        await _said_and_done(bench)
    assert set((await bench.states(silent)).values()) == {"returned"}
    assert await bench.fetch("SELECT * FROM contradictions WHERE payment_id = $1", silent.lines[0]["payment_id"]) == []


async def test_another_amount_is_believed_by_nobody_and_told_once(
    bench: Bench, client: httpx.AsyncClient, silent: Payroll
) -> None:
    for message_id in ("amount-1", "amount-2"):
        webhook = _signed(bench, message_id, results(silent, "credited", more_dong=1))
        assert (await client.post("/v1/webhooks/vietinbank", **webhook)).status_code == 202
        await _said_and_done(bench)
    assert set((await bench.states(silent)).values()) == {"accepted"}
    ids = [line["payment_id"] for line in silent.lines]
    opened = await bench.fetch("SELECT held, said, source FROM contradictions WHERE payment_id = ANY($1)", ids)
    assert [tuple(row) for row in opened] == [("accepted", "paid", "webhook")] * 4
    told = await bench.told([silent])
    for reference, amount in silent.references.items():
        assert (told[reference]["outcome"], told[reference]["amount_dong"]) == ("paid", amount + 1)
        assert told[reference]["step"] == 102


async def test_forged_ones_change_nothing_and_are_counted(bench: Bench, client: httpx.AsyncClient, silent: Payroll) -> None:
    good = _signed(bench, "f-1", results(silent, "credited"))
    old = _signed(bench, "f-1", results(silent, "credited"), datetime.now(UTC) - timedelta(minutes=6))
    signature, headers = good["headers"]["webhook-signature"], good["headers"]
    forged: list[dict[str, Any]] = [
        {"content": good["content"].replace(b"DBIT", b"CRDT"), "headers": headers},
        {"content": good["content"], "headers": {**headers, "webhook-id": "f-2"}},
        {"content": good["content"], "headers": {}},
        {"content": good["content"], "headers": {**headers, "webhook-signature": "v1"}},
        {"content": good["content"], "headers": {**headers, "webhook-signature": "v1,%%%"}},
        {"content": good["content"], "headers": {**headers, "webhook-signature": signature + ",,v2"}},
        {"content": good["content"], "headers": {**headers, "webhook-timestamp": "soon"}},
        {"content": good["content"], "headers": {**headers, "webhook-timestamp": "1e400"}},
        {"content": b"\xff\xfe\x00", "headers": headers},
        {"content": b"", "headers": headers},
        old,
    ]
    for webhook in forged:
        answer = await client.post("/v1/webhooks/vietinbank", **webhook)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad-signature"), webhook["headers"]
        assert answer.headers["content-type"] == "application/problem+json"
    for body in (b"", b"[]", b'{"cmd": 1}', b'{"cmd": "VTP306_RESULT", "data": "{}", "signature": "AAAA"}', b"\xff" * 100):
        answer = await client.post("/v1/webhooks/viettelpay", content=body)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad-signature")
    assert set((await bench.states(silent)).values()) == {"accepted"}
    assert await bench.fetch("SELECT * FROM webhooks WHERE delivery_id LIKE 'f-%'") == []
    refused = await bench.fetch("SELECT provider, code, refused FROM webhook_refusals ORDER BY 1")
    assert [tuple(row) for row in refused] == [
        ("vietinbank", "bad-signature", len(forged)), ("viettelpay", "bad-signature", 5),
    ]  # fmt: skip
    assert (await client.post("/v1/webhooks/vietinbank", **good)).json() == {"received": True, "repeated": False}


async def test_too_large_and_to_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/webhooks/vnpost", content=b"x" * 10_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    answer = await client.post("/v1/webhooks/momo", content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-provider")


async def test_what_speaks_of_unknown_payments_is_parked(bench: Bench, client: httpx.AsyncClient, silent: Payroll) -> None:
    stranger = {"Z" * 26: 1}
    mixed = moved(batch(silent), {**silent.references, **stranger}, "credited")
    for message_id, content in (("p-1", mixed), ("p-2", moved("Y" * 26, stranger, "credited"))):
        await client.post("/v1/webhooks/vietinbank", **_signed(bench, message_id, content))
    unreadable = _signed(bench, "p-3", mixed.replace("camt.054.001.08", "camt.086.001.01"))
    assert (await client.post("/v1/webhooks/vietinbank", **unreadable)).status_code == 422
    await _said_and_done(bench)
    rows = await bench.fetch("SELECT state, result FROM webhooks WHERE delivery_id LIKE 'p-%' ORDER BY delivery_id")
    assert [row["state"] for row in rows] == ["parked", "parked", "unreadable"]
    assert [orjson.loads(row["result"]).get("unknown") for row in rows] == [1, 1, None]
    assert set((await bench.states(silent)).values()) == {"paid"}  # what it knew was applied


def _whole(batch: str, status: str, reason: str = "") -> str:
    """A pain.002 of the file as a whole."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>'
        f"<OrgnlMsgId>{batch}</OrgnlMsgId><GrpSts>{status}</GrpSts>{why}</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
    )


async def test_what_is_said_of_a_whole_file_goes_for_each_payment(
    bench: Bench, client: httpx.AsyncClient, silent: Payroll
) -> None:
    """A duplicate, a part, or a word nobody told us of refuses nothing; a settled file without amounts proves nothing paid."""
    for n, (status, reason, becomes) in enumerate(
        [
            ("PART", "", "accepted"),
            ("WHAT", "", "accepted"),
            ("RJCT", "DU01", "pending"),
            ("ACSC", "", "pending"),
            ("RJCT", "AM04", "rejected"),
        ]
    ):
        webhook = _signed(bench, f"w-{n}", _whole(batch(silent), status, reason))
        assert (await client.post("/v1/webhooks/vietinbank", **webhook)).status_code == 202
        await _said_and_done(bench)
        assert set((await bench.states(silent)).values()) == {becomes}, status
    told = await bench.told([silent])
    assert {outcome["reason"] for outcome in told.values()} == {"insufficient_funds"}
    stranger = _signed(bench, "w-9", _whole("NOTPROVIDED", "RJCT", "FF01"))
    await client.post("/v1/webhooks/vietinbank", **stranger)
    await _said_and_done(bench)
    assert [row["state"] for row in await bench.fetch("SELECT state FROM webhooks WHERE delivery_id = 'w-9'")] == ["parked"]


async def test_nothing_of_a_webhook_is_kept_in_clear(bench: Bench, silent: Payroll) -> None:
    rows = await bench.fetch("SELECT body_sealed FROM webhooks")
    assert rows
    for row in rows:
        assert not any(reference in row["body_sealed"] for reference in silent.references)
        assert row["body_sealed"].startswith("k1.")
    assert isinstance(silent.payroll_id, UUID)


@pytest.mark.parametrize(
    ("message_id", "lost"),
    [
        pytest.param("read-1", "body_sealed = 'k1.lost'", id="the-body-is-not-read-again"),
        pytest.param("read-2", "said_sealed = NULL", id="it-came-before-the-door-kept-what-it-read"),
    ],
)
async def test_what_the_door_read_is_kept_sealed_until_it_is_applied(
    bench: Bench, client: httpx.AsyncClient, silent: Payroll, message_id: str, lost: str
) -> None:
    await bench.halt("webhooks")
    await client.post("/v1/webhooks/vietinbank", **_signed(bench, message_id, results(silent, "credited")))
    kept = "SELECT body_sealed, said_sealed FROM webhooks WHERE delivery_id = $1"
    (row,) = await bench.fetch(kept, message_id)
    for sealed in row:
        assert sealed.startswith("k1.")
        assert not any(reference in sealed for reference in silent.references)
    await bench.fetch(f"UPDATE webhooks SET {lost} WHERE delivery_id = $1", message_id)
    bench.run("webhooks")
    await _said_and_done(bench)
    assert set((await bench.states(silent)).values()) == {"paid"}
    (row,) = await bench.fetch(kept, message_id)
    assert row["said_sealed"] is None
