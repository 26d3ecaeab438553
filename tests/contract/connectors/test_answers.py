"""Every connector against answers that can't be trusted: nothing is learnt from them, and nothing breaks."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

import pytest

from services.provider_gateway.connectors import transport
from services.provider_gateway.connectors.protocol import Accounts, AccountSaid, Batch, Connector, NotTaken, Refused, Unsure
from services.provider_gateway.domain.attempt import Said
from tests.contract.connectors.between import Answer, Between, Spoil
from tests.contract.connectors.ground import NAMES, WAYS, WITH_ACCOUNTS, WITH_DAYS, Ground, at, fate, outcomes, registered

HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
FAULT = (
    b'<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault>'
    b"<faultcode>S:Client</faultcode><faultstring>no</faultstring></S:Fault></S:Body></S:Envelope>"
)
XML_BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
    b'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>&c;</S:Body></S:Envelope>'
)
BODIES = {
    "nothing": b"",
    "html": HTML,
    "soap_fault": FAULT,
    "xml_bomb": XML_BOMB,
    "not_utf8": b"\xff\xfe\x00\x01",
    "null": b"null",
    "list": b"[]",
    "number": b"1e400",
    "deep": b"[" * 100_000,
    "wrong_fields": b'{"results": "all paid", "answers": 7, "accounts": {}, "data": null, "signature": [], "result_list": 1}',
    "rows_of_nothing": b'{"results": [null, 1, "x"], "entries": [[]], "answers": [0], "accounts": [null]}',
    "half_json": b'{"results": [{"reference": "',
    "unsigned_list": b'{"result_list": "{\\"results\\": []}", "signature": "00"}',
    "unsigned_call": b'{"cmd": "VTP306", "data": "{}", "signature": "AAAA"}',
}
STATUSES = (204, 301, 404, 409, 422, 500, 503)


LIES = [pytest.param(Answer(body=body), id=name) for name, body in BODIES.items()] + [
    pytest.param(Answer(status, HTML, {"content-type": "text/html"}), id=f"html_{status}") for status in STATUSES
]


async def _learns_nothing(connector: Connector, batch: Batch) -> None:
    assert outcomes(await fate(connector, batch)) == {"unknown"}
    try:
        found = await connector.enquiry.enquire(batch)
        assert (list(found.said), found.not_found) == ([], frozenset())
    except (Unsure, NotTaken, Refused):
        pass


@pytest.mark.parametrize("lie", LIES)
async def test_an_answer_that_proves_nothing_leaves_it_unknown(ground: Ground, between: tuple[Between, str], lie: Answer) -> None:
    server, url = between
    server.own = lie
    for name, channel in WAYS:
        connector = at(url, ground.keys, name)
        batch = Batch("B" * 26, channel, date(2021, 10, 1), [ground.order(channel), ground.order(channel)])
        await _learns_nothing(connector, batch)
        if connector.accounts is not None:
            await _says_nothing(ground, connector.accounts)
        if connector.days is not None:
            with pytest.raises((Unsure, NotTaken, Refused)):
                await connector.days.day(date(2021, 10, 1), 0)
        await connector.close()


async def _says_nothing(ground: Ground, accounts: Accounts) -> None:
    assert await _said(lambda: accounts.request("r-1", [ground.wanted()])) == []
    assert await _said(lambda: accounts.request("r-2", [ground.wanted(number="0917000000")])) == []
    assert await _said(lambda: accounts.enquire(["q-1"])) == []


async def _said(question: Callable[[], Awaitable[Sequence[AccountSaid]]]) -> list[AccountSaid]:
    try:
        return list(await question())
    except (Unsure, NotTaken, Refused):
        return []


BOMB = zlib.compress(b" " * 4_000_000)
FEW_BYTES = 100_000
SPOILS: dict[str, Spoil] = {
    "cut": lambda answer: answer.cut_to(len(answer.body) // 2),
    "cut_and_said_whole": lambda answer: Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers),
    "cut_at_the_end": lambda answer: Answer(answer.status, answer.body[:-2], answer.headers),
    "nothing_after_the_head": lambda answer: answer.cut_to(0),
    "gzip": lambda answer: Answer(answer.status, gzip.compress(answer.body), {**answer.headers, "content-encoding": "gzip"}),
    "bomb": lambda answer: Answer(200, BOMB, {**answer.headers, "content-encoding": "deflate"}),
    "endless": lambda answer: Answer(200, b" " * FEW_BYTES + answer.body, answer.headers),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS.keys())
async def test_a_true_answer_that_came_broken_is_unknown(
    ground: Ground, between: tuple[Between, str], spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, url = between
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", FEW_BYTES)
    for name, channel in WAYS:
        batch, connector = await ground.batch(name, channel), at(url, ground.keys, name, 20)
        server.spoil = lambda answer: answer
        await fate(connector, batch)
        server.spoil = spoil
        await _learns_nothing(connector, batch)
        server.spoil = lambda answer: answer
        await connector.close()
        said = await ground.settled(name, batch)
        await ground.assert_paid_once(batch, [r for r, each in said.items() if each.outcome == "paid"])


@pytest.mark.parametrize("name", NAMES)
async def test_an_answer_about_others_says_nothing_of_ours(ground: Ground, between: tuple[Between, str], name: str) -> None:
    """The true and signed answer about another batch comes to our question."""
    server, url = between
    channel = registered()[name].channels[0]
    connector = at(url, ground.keys, name)
    other, ours = await ground.batch(name, channel), await ground.batch(name, channel)
    kept: list[Answer] = []

    def keep(answer: Answer) -> Answer:
        kept.append(answer)
        return answer

    server.spoil = keep
    await fate(connector, other)
    sent = kept[-1] if kept else None
    await ground.settled(name, other)
    try:
        await connector.enquiry.enquire(other)
    except Unsure:
        assert connector.files, "only a way by files may have nobody to ask"
    for lie in kept[-1:] + ([sent] if sent else []):
        server.own = lie
        mine = {order.reference for order in ours.orders}
        assert not mine & {each.reference for each in await _all_said(connector, ours)}
        try:
            found = await connector.enquiry.enquire(ours)
            assert not mine & {each.reference for each in found.said}
        except (Unsure, NotTaken):
            pass
        server.own = None
    await connector.close()


async def _all_said(connector: Connector, batch: Batch) -> Sequence[Said]:
    try:
        return (await connector.payments.pay(batch)).said
    except (NotTaken, Unsure):
        return ()


@pytest.mark.parametrize("name", WITH_DAYS)
async def test_a_day_that_did_not_come_whole_is_no_day(ground: Ground, between: tuple[Between, str], name: str) -> None:
    server, url = between
    connector = at(url, ground.keys, name)
    assert connector.days is not None
    server.spoil = lambda answer: answer.cut_to(len(answer.body) // 2)
    with pytest.raises((Unsure, NotTaken)):
        await connector.days.day(await ground.today(), 0)
    await connector.close()


@pytest.mark.parametrize("name", WITH_ACCOUNTS)
async def test_an_account_is_not_opened_by_a_broken_answer(ground: Ground, between: tuple[Between, str], name: str) -> None:
    server, url = between
    connector = at(url, ground.keys, name)
    assert connector.accounts is not None
    accounts, wanted = connector.accounts, ground.wanted()
    server.spoil = lambda answer: answer.cut_to(len(answer.body) - 3)
    assert await _said(lambda: accounts.request("r-9", [wanted])) == []
    server.spoil = lambda answer: answer
    again = await accounts.request("r-9", [wanted])
    assert [each.request_id for each in again] == [wanted.request_id]
    await connector.close()
