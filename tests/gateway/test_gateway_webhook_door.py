"""The door for webhooks against what should never come: wrong shapes, ids used twice, floods, crawlers, and plain noise."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import time
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.provider_gateway.api import webhook_door
from services.provider_gateway.connectors.samples import SignedSample
from services.provider_gateway.use_cases.receive_webhook import plain_id
from shared.kernel.clock import wall_now
from tests.conftest import Tokens
from tests.gateway.bank_posts import results
from tests.gateway.bench import Bench, Payroll


@pytest.fixture
async def client(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {tokens('operations')}"}
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False, headers=headers, timeout=60) as client:
        yield client


def _signed(bench: Bench, content: object, message_id: str, at: datetime | None = None) -> SignedSample:
    samples = bench.service.app.state.ways.connectors["vietinbank"].samples
    body = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else orjson.dumps(content)
    signed: SignedSample = samples.sign(body, message_id, at or wall_now())
    return signed


async def _post(client: httpx.AsyncClient, signed: SignedSample) -> httpx.Response:
    return await client.post("/v1/webhooks/vietinbank", content=signed.body, headers=dict(signed.headers))


async def _applied(bench: Bench) -> None:
    deadline = time.monotonic() + 300
    while (await bench.fetch("SELECT count(*) AS n FROM webhooks WHERE state = 'new'"))[0]["n"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def _silent(bench: Bench) -> Payroll:
    """A payroll that VietinBank has taken, and says nothing of by itself."""
    bench.run("sender", "webhooks")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["webhook_never"])
    payroll = await bench.payroll("vietinbank", "account", 2)
    await bench.until_answered([payroll])
    return payroll


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"null",
        b'{"type": "account_openings.answers"}',
        b'{"type": "account_openings.answers", "data": {"answers": [7]}}',
        b'{"type": "account_openings.answers", "data": {"answers": "none"}}',
        b"<Document/>",
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmr',
        b'<!DOCTYPE x [<!ENTITY a "b">]><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">&a;</Document>',
        b'{"type": "lottery.results", "data": {}}',
        b'{"type": "account_openings.answers", "data": NaN}',
        b'{"type": "account_openings.answers", "data": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"not json at all",
    ],
)
async def test_what_is_rightly_signed_and_wrongly_shaped_is_refused_and_kept(
    bench: Bench, client: httpx.AsyncClient, content: bytes
) -> None:
    message_id = f"shape-{uuid.uuid4()}"
    for deliveries in (1, 2):
        answer = await _post(client, _signed(bench, content, message_id))
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable-webhook")
        assert answer.headers["content-type"] == "application/problem+json"
        (row,) = await bench.fetch("SELECT * FROM webhooks WHERE delivery_id = $1", message_id)
        assert (row["state"], row["deliveries"], str(row["webhook_id"])) == (
            "unreadable",
            deliveries,
            answer.json()["webhook_id"],
        )
        assert "Traceback" not in answer.text
    (again,) = (await client.get("/v1/webhooks", params={"state": "unreadable", "limit": 1})).json()["items"]
    assert again["result"].keys() == {"unreadable"}


async def test_an_id_that_comes_with_another_content_is_kept_counted_and_not_applied(
    bench: Bench, client: httpx.AsyncClient
) -> None:
    payroll = await _silent(bench)
    first, other = results(payroll, "credited"), results(payroll, "returned")
    assert (await _post(client, _signed(bench, first, "id-1"))).status_code == 202
    await _applied(bench)
    # Other bytes that say the same, as of a provider that signs its time.
    later = first.replace("<Ntfctn>", "<Ntfctn><CreDtTm>2021-10-01T03:00:00Z</CreDtTm>")
    assert (await _post(client, _signed(bench, later, "id-1"))).json() == {"received": True, "repeated": True}
    for _ in range(2):
        answer = await _post(client, _signed(bench, other, "id-1"))
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook-id-reused")
    await _applied(bench)
    assert set((await bench.states(payroll)).values()) == {"paid"}
    (row,) = await bench.fetch("SELECT webhook_id, deliveries FROM webhooks WHERE delivery_id = 'id-1'")
    assert row["deliveries"] == 2
    (conflict,) = (await client.get("/v1/webhooks/conflicts", params={"provider": "vietinbank"})).json()["items"]
    assert (conflict["webhook_id"], conflict["deliveries"]) == (str(row["webhook_id"]), 2)
    counts = {
        (each["provider"], each["code"]): each["refused"] for each in (await client.get("/v1/webhooks/refusals")).json()["items"]
    }
    assert counts["vietinbank", "webhook-id-reused"] == 2


async def test_a_replay_does_nothing_twice(bench: Bench, client: httpx.AsyncClient, tokens: Tokens) -> None:
    payroll = await _silent(bench)
    await _post(client, _signed(bench, results(payroll, "credited"), "replay-1"))
    await _applied(bench)
    (row,) = await bench.fetch("SELECT webhook_id FROM webhooks WHERE delivery_id = 'replay-1'")
    told = "SELECT FROM outbox WHERE type = 'chunk_progressed' AND body->>'payroll_id' = $1"
    before = await bench.fetch("SELECT * FROM attempts WHERE payroll_id = $1 ORDER BY reference", payroll.payroll_id)
    events = len(await bench.fetch(told, str(payroll.payroll_id)))
    for _ in range(2):
        answer = await client.post(f"/v1/webhooks/{row['webhook_id']}/replay")
        assert (answer.status_code, answer.json()["state"]) == (200, "new")
        await _applied(bench)
    assert await bench.fetch("SELECT * FROM attempts WHERE payroll_id = $1 ORDER BY reference", payroll.payroll_id) == before
    assert len(await bench.fetch(told, str(payroll.payroll_id))) == events
    (shown,) = [each for each in (await client.get("/v1/webhooks")).json()["items"] if each["delivery_id"] == "replay-1"]
    assert (shown["state"], shown["result"]) == ("applied", {"stale": 2})
    audited = await bench.fetch("SELECT FROM audit_log WHERE action = 'replay-webhook'")
    assert len(audited) == 2
    answer = await client.post(f"/v1/webhooks/{uuid.uuid4()}/replay")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-webhook")
    for role, unit in (("operations", "480@2021-07-01"), ("accountant", "*")):
        headers = {"authorization": f"Bearer {tokens(role, unit)}"}
        answer = await client.post(f"/v1/webhooks/{row['webhook_id']}/replay", headers=headers)
        assert answer.json()["code"] in ("no-such-webhook", "not-allowed")


async def test_time_holds_both_ways(bench: Bench, client: httpx.AsyncClient) -> None:
    for minutes, status in ((-6, 401), (6, 401), (-4, 422), (4, 422)):
        signed = _signed(bench, b"{}", f"time-{minutes}", wall_now() + timedelta(minutes=minutes))
        assert (await _post(client, signed)).status_code == status, minutes


async def test_what_cannot_be_checked_for_want_of_a_key_is_asked_for_again(bench: Bench, client: httpx.AsyncClient) -> None:
    """A key of ours that is missing makes nobody a forger: the provider is told to come again, and then it is heard."""
    signed = _signed(bench, b"{}", "key-1")
    key = bench.platform.settings.keys_dir / "providers" / "vietinbank_webhook.secret"
    aside = key.rename(key.with_suffix(".aside"))
    try:
        answer = await _post(client, signed)
    finally:
        aside.rename(key)
    assert (answer.status_code, answer.json()["code"]) == (503, "key-unusable")
    assert await bench.fetch("SELECT FROM webhooks WHERE delivery_id = 'key-1'") == []
    assert (await _post(client, signed)).status_code == 422


async def test_a_body_that_is_too_large_cut_slow_or_packed_is_refused(
    bench: Bench, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(parts: int, pause_seconds: float = 0.0) -> AsyncIterator[bytes]:
        for _ in range(parts):
            yield b"x" * 100_000
            await asyncio.sleep(pause_seconds)

    answer = await client.post("/v1/webhooks/vietinbank", content=endless(100))  # 10 MB in chunks, no Content-Length
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    signed = _signed(bench, b"{}", "packed")
    packed = {**signed.headers, "content-encoding": "gzip"}
    answer = await client.post("/v1/webhooks/vietinbank", content=gzip.compress(signed.body), headers=packed)
    assert (answer.status_code, answer.json()["code"]) == (415, "encoded-body")
    monkeypatch.setattr(webhook_door, "BODY_SECONDS", 0.2)
    answer = await client.post("/v1/webhooks/vietinbank", content=endless(5, 0.3))
    assert (answer.status_code, answer.json()["code"]) == (408, "too-slow")
    answer = await client.post("/v1/webhooks/vietinbank", content=b"{}", headers={"content-type": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (401, "bad-signature")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_headers_that_are_none_are_refused(bench: Bench) -> None:
    def raw(lines: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", bench.platform.settings.port), timeout=120) as connection:
            connection.sendall(b"POST /v1/webhooks/vietinbank HTTP/1.1\r\nhost: x\r\n" + lines + b"content-length: 2\r\n\r\n{}")
            return connection.recv(200)

    for lines in (
        b"webhook-id: a\x00b\r\n",
        b"webhook-id: \xff\xfe\r\n",
        b"webhook-id: " + b"a" * 5000 + b"\r\n",
        b"webhook-signature:\r\n",
    ):
        answer = await asyncio.to_thread(raw, lines)
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 431")), (lines[:30], answer)


@given(st.text(max_size=300))
def test_every_id_becomes_one_that_the_database_holds(delivery_id: str) -> None:
    plain = plain_id(delivery_id)
    assert plain and len(plain) <= 200 and plain.isprintable()
    assert plain_id(delivery_id) == plain


def test_long_ids_that_differ_at_their_end_stay_two() -> None:
    assert plain_id("x" * 300 + "1") != plain_id("x" * 300 + "2")


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("account_openings.answers")
)
names = st.sampled_from(
    ["type", "data", "cmd", "signature", "results", "references", "reference", "batch_reference", "state", "x"]
)
jsons = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
bodies = st.one_of(
    st.binary(max_size=300),
    jsons.map(lambda value: json.dumps(value).encode()),  # NaN and Infinity too
    st.builds(lambda a, b: b'{"type": "' + a + b'", "type": 1, "data": ' + b + b"}", st.binary(max_size=10), st.just(b"9" * 400)),
    st.integers(1, 4000).map(lambda depth: b'{"a":' * depth + b"1" + b"}" * depth),
    st.just("\ufeff{}".encode("utf-16")),
)
# What HTTP lets a header hold; for the rest see above: the server itself says 400.
header_values = st.lists(st.integers(32, 255).filter(lambda octet: octet != 127), max_size=40).map(lambda v: bytes(v).strip())
headers = st.dictionaries(
    st.sampled_from(
        [
            b"webhook-id",
            b"webhook-timestamp",
            b"webhook-signature",
            b"content-type",
            b"x-signature",
            b"accept",
            b"content-encoding",
        ]
    ),
    header_values,
    max_size=5,
)


async def test_noise_gets_a_problem_document_and_never_an_error_of_ours(bench: Bench) -> None:
    connectors = bench.service.app.state.ways.connectors

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.sampled_from(sorted(connectors)), bodies, headers, st.booleans())
    def noise(provider: str, body: bytes, more: dict[bytes, bytes], signed: bool) -> None:
        made: dict[bytes, bytes] = {}
        if signed:
            try:
                sample = connectors[provider].samples.sign(body, f"noise-{uuid.uuid4()}", wall_now())
            except ValueError:  # UnicodeDecodeError among them: nobody could sign that
                return
            body, made = sample.body, {name.encode(): value.encode() for name, value in sample.headers.items()}
        answer = sender.post(f"/v1/webhooks/{provider}", content=body, headers=list({**more, **made}.items()))
        assert 400 <= answer.status_code < 500 or answer.status_code == 202, (answer.status_code, answer.text)
        if answer.status_code != 202:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            assert answer.json()["code"]

    with httpx.Client(base_url=bench.url, trust_env=False, timeout=120) as sender:
        await asyncio.to_thread(noise)
