"""What providers say by themselves: posts and files, true, forged and broken; and accounts and days, asked for."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from types import ModuleType
from typing import Self

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.provider_gateway.connectors.protocol import (
    Connector,
    DayLine,
    Files,
    ForgedWebhook,
    NotTaken,
    Refused,
    UnreadableWebhook,
    Unsure,
)
from tests.contract.connectors.ground import (
    NAMES,
    PATIENCE_SECONDS,
    WITH_ACCOUNTS,
    WITH_DAYS,
    WITH_FILES,
    Ground,
    fate,
    registered,
)
from tests.contract.connectors.test_answers import BODIES as LIES
from tests.sandbox.webhook_receiver import Received

WORDS = (
    "cmd", "data", "signature", "type", "results", "orderId", "VTP306_RESULT", "orders.results", "payments.results",
    "result_list", "batch_reference", "references", "reference", "state",
)  # fmt: skip
BODIES = list(LIES.values())
PLAYED = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
async def posts(ground: Ground) -> dict[str, list[Received]]:
    """True posts of each provider that posts: of a batch accepted, and settled."""
    ground.forget_posts()
    sent = {}
    for name in NAMES:
        batch = await ground.batch(name, registered()[name].channels[0])
        await fate(ground.connectors[name], batch)
        sent[name] = batch
    await ground.fault_is_over()
    await ground.days_pass(1)
    await ground.days_pass(9)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (await ground.ask("GET", "/webhooks"))["queued"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    posted = {name: [each for each in ground.receiver.received if each.provider == name] for name in NAMES}
    for name, batch in sent.items():
        said = [each for notice in ground.notices(name) for each in notice.said]
        if posted[name]:
            assert {each.reference for each in said} >= {order.reference for order in batch.orders}
            assert {notice.batch_reference for notice in ground.notices(name)} >= {batch.reference}
            amounts = {order.reference: order.amount_dong for order in batch.orders}
            assert all(s.amount_dong == amounts[s.reference] for s in said if s.outcome == "paid" and s.reference in amounts)
        else:
            assert ground.connectors[name].files, f"{name} neither posts nor lays files down"
    return posted


def _verdict(connector: Connector, headers: Mapping[str, str], body: bytes) -> str | None:
    """The delivery's id; None for a forged one. Whatever else escapes is a failure."""
    try:
        return connector.webhooks.verify(headers, body)
    except ForgedWebhook as error:
        assert len(str(error)) <= 60
        return None


def _read(connector: Connector, body: bytes) -> None:
    try:
        connector.webhooks.read(body)
    except UnreadableWebhook as error:
        assert len(str(error)) <= 60


async def test_the_same_post_has_the_same_id(ground: Ground, posts: dict[str, list[Received]]) -> None:
    for name, received in posts.items():
        ids = [_verdict(ground.connectors[name], post.headers, post.body) for post in received]
        assert all(ids)
        assert ids == [_verdict(ground.connectors[name], post.headers, post.body) for post in received]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", NAMES)
async def test_forged_and_broken_posts_are_nothing_else(ground: Ground, posts: dict[str, list[Received]], name: str) -> None:
    connector = ground.connectors[name]
    true = posts[name] or [Received(name, {"webhook-id": "x"}, b"{}")]

    @PLAYED
    @given(st.data())
    def played(data: st.DataObject) -> None:
        post = data.draw(st.sampled_from(true))
        headers, body = dict(post.headers), bytearray(post.body)
        kind = data.draw(st.sampled_from(["flip", "cut", "other", "headers", "no_headers", "swap"]))
        if kind == "flip":
            at = data.draw(st.integers(0, len(body) - 1))
            body[at] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del body[data.draw(st.integers(0, len(body) - 1)) :]
        elif kind == "other":
            body = bytearray(data.draw(st.binary(max_size=300)))
        elif kind == "swap":
            body = bytearray(b'{"a": ' + bytes(body) + b"}")
        else:
            signed = [header for header in headers if header.startswith("webhook-")]
            for header in signed:
                headers.pop(header)
                if kind == "headers" and data.draw(st.booleans()):
                    headers[header] = data.draw(st.text(max_size=40))
        verdict = _verdict(connector, headers, bytes(body))
        whole = bytes(body) == post.body
        assert verdict is None or whole or bytes(body).strip() == post.body.strip(), (kind, verdict)
        _read(connector, bytes(body))

    played()


@pytest.mark.parametrize("name", NAMES)
async def test_a_signed_post_of_no_known_shape_is_unreadable_and_nothing_else(ground: Ground, name: str) -> None:
    connector = ground.connectors[name]
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
    words = st.sampled_from(WORDS)
    anything = st.recursive(leaves, lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(words, deeper, max_size=3))
    rows = st.lists(st.dictionaries(words, words, max_size=4), max_size=2)
    known = st.dictionaries(words, words | anything | rows, max_size=6)

    @PLAYED
    @given(anything | known)
    def played(content: object) -> None:
        try:
            body = orjson.dumps(content)
            nested = orjson.dumps(
                {"type": "payments.results", "cmd": "VTP306_RESULT", "data": body.decode(), "signature": "AA=="}
            )
        except (TypeError, orjson.JSONEncodeError):
            return
        _read(connector, body)
        _read(connector, nested)

    played()


class _Later(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(minutes=6)


@pytest.mark.parametrize("name", NAMES)
async def test_an_old_post_is_forged(
    ground: Ground, posts: dict[str, list[Received]], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six minutes later, by every clock that a connector or its library reads."""
    for module in _modules("services.provider_gateway.connectors", "standardwebhooks", "shared.kernel.clock"):
        if getattr(module, "datetime", None) is datetime:
            monkeypatch.setattr(module, "datetime", _Later)
    assert [_verdict(ground.connectors[name], post.headers, post.body) for post in posts[name]] == [None] * len(posts[name])


def _modules(*roots: str) -> list[ModuleType]:
    return [module for at, module in list(sys.modules.items()) if at.startswith(roots)]


async def test_a_file_is_verified_and_read_or_refused(ground: Ground) -> None:
    for name in WITH_FILES:
        files = ground.connectors[name].files
        assert files is not None
        _try_files(files)


def _try_files(files: Files) -> None:
    """Garbage is forged, or (where the way itself is the proof) unreadable: it never says anything."""

    @PLAYED
    @given(st.binary(max_size=300) | st.sampled_from(BODIES), st.text(max_size=30))
    def played(body: bytes, called: str) -> None:
        try:
            assert files.verify(called, body) == files.verify(called, body)
        except ForgedWebhook as error:
            assert len(str(error)) <= 60
        try:
            parts = getattr(files, "parts", None)
            for notice in parts(body) if parts else [files.read(body)]:
                assert not notice.said and not notice.accounts
        except UnreadableWebhook as error:
            assert len(str(error)) <= 60

    played()


@pytest.mark.parametrize("name", WITH_ACCOUNTS)
async def test_accounts_are_opened_once_whatever_is_asked_again(ground: Ground, name: str) -> None:
    accounts = ground.connectors[name].accounts
    assert accounts is not None
    wanted = [ground.wanted() for _ in range(3)]
    ids = [each.request_id for each in wanted]
    await ground.strike("opening_refused", "opening_name_mismatch")
    said = {each.request_id: each for each in await accounts.request("open-1", wanted)}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(said) < 3 or any(each.outcome == "received" for each in said.values()):
        assert time.monotonic() < deadline
        await ground.fault_is_over()
        said = {each.request_id: each for each in await accounts.enquire([*ids, "never-asked"])}
    assert said.keys() == set(ids)
    assert sorted((each.outcome, each.reason or "") for each in said.values()) == [
        ("opened", ""), ("refused", "identity_document_expired"), ("refused", "name_mismatch"),
    ]  # fmt: skip
    opened = [each for each in said.values() if each.outcome == "opened"]
    assert all(each.number and each.holder_name for each in opened)
    again = {each.request_id: each for each in await accounts.request("open-1", wanted)}
    assert again == said, "asked again for the same ids, nothing new is opened"
    other = {each.request_id: each for each in await accounts.request("open-2", wanted)}
    assert {r: each.number for r, each in other.items()} == {r: each.number for r, each in said.items()}
    assert await accounts.enquire(["never-asked"]) == []
    shown = repr((wanted, said))
    assert not any(each.number in shown for each in opened if each.number)


@pytest.mark.parametrize("name", WITH_ACCOUNTS)
async def test_declared_numbers_are_checked(ground: Ground, name: str) -> None:
    connector = ground.connectors[name]
    channel = next(each for each in connector.channels if each in ("wallet", "account"))
    assert connector.accounts is not None
    good, locked, other, unknown = (ground.order(channel) for _ in range(4))
    await ground.introduce(name, channel, [good, other])
    await ground.introduce(name, channel, [locked], locked=True)
    wanted = [ground.wanted(number=order.account_number) for order in (good, locked, unknown)]
    wanted += [ground.wanted(number=other.account_number, holder="Trần Văn Khác"), ground.wanted(number="khong co")]
    said = {each.request_id: each for each in await connector.accounts.request("check-1", wanted)}
    found = [said[each.request_id] for each in wanted]
    assert [each.outcome for each in found[:3]] == ["opened", "refused", "refused"]
    assert [each.reason for each in found[1:3]] == ["locked", "invalid_account"]
    assert (found[4].outcome, found[4].reason) == ("refused", "invalid_account")
    names_the_holder = found[3].outcome == "opened"
    assert names_the_holder or found[3].reason == "name_mismatch"
    if names_the_holder:
        assert found[3].holder_name and "Khác" not in found[3].holder_name, "the holder as the provider has it, not as asked"


@pytest.mark.parametrize("name", WITH_DAYS)
async def test_a_day_that_is_over_says_all_that_moved(ground: Ground, name: str) -> None:
    connector = ground.connectors[name]
    assert connector.days is not None
    await ground.days_pass(1)
    day = await ground.today()
    batch = await ground.batch(name, connector.channels[0], 3)
    await fate(connector, batch)
    await ground.fault_is_over()
    with contextlib.suppress(NotTaken, Refused, Unsure):  # it may say nothing of a day that goes on
        assert not (await connector.days.day(day, 0)).final, "the day still goes on"
    await ground.days_pass(9)
    said = await ground.settled(name, batch)
    lines: list[DayLine] = []
    for at in range(9):
        after: int | None = 0
        while after is not None:
            page = await connector.days.day(day + timedelta(days=at), after)
            assert page.final, "days that are over are final"
            lines += page.lines
            after = page.next_after
    ours = [line for line in lines if line.reference in said]
    amounts = {order.reference: order.amount_dong for order in batch.orders}
    assert {(line.reference, line.state) for line in ours} == {(r, each.outcome) for r, each in said.items()}
    assert all(line.amount_dong == amounts[line.reference] for line in ours)
    try:
        ahead = await connector.days.day(date(2099, 1, 1), 0)
        assert (list(ahead.lines), ahead.final) == ([], False)
    except (NotTaken, Refused, Unsure):
        pass


@pytest.mark.parametrize("name", WITH_DAYS)
async def test_a_day_before_all_payments_is_over_and_empty(ground: Ground, name: str) -> None:
    days = ground.connectors[name].days
    assert days is not None
    page = await days.day(date(2001, 1, 1), 0)
    assert (list(page.lines), page.next_after, page.final) == ([], None, True), "asked for ever, no later day would be listed"
