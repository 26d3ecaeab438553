"""Errors, reprs and logs carry no secret, number or name, whatever goes wrong."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial

import pytest
import structlog

from services.provider_gateway.connectors.protocol import Batch
from tests.contract.connectors.between import Answer, Between
from tests.contract.connectors.ground import COMMUNE, HOLDER, KNOWN_ERRORS, WAYS, Ground, at


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage() + (logging.Formatter().formatException(record.exc_info) if record.exc_info else ""))


async def test_nothing_tells(ground: Ground, between: tuple[Between, str], monkeypatch: pytest.MonkeyPatch) -> None:
    server, url = between
    kept = _Kept()
    root = logging.getLogger()
    monkeypatch.setattr(root, "level", logging.DEBUG)
    for name in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(kept)
    shown: list[str] = []
    try:
        with structlog.testing.capture_logs() as structured:
            for name, channel in WAYS:
                await _go_wrong(ground, server, url, name, channel, shown)
    finally:
        root.removeHandler(kept)
        for name in ("httpx", "httpcore", "asyncio"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert any("http" in line for line in kept.lines), "the capture listens"
    assert len(shown) > len(WAYS) * 6
    told = "\n".join([*shown, *kept.lines, *map(repr, structured)])
    secrets = [path.read_text().strip() for path in ground.keys.glob("*.secret") if path.name != "admin.secret"]
    secrets += [line for path in ground.keys.glob("*private*.pem") for line in path.read_text().splitlines() if "KEY" not in line]
    for telling in {*ground.telling, *secrets, HOLDER.split()[-1]} - {COMMUNE}:
        assert telling not in told


async def _go_wrong(ground: Ground, server: Between, url: str, name: str, channel: str, shown: list[str]) -> None:
    """Everything that may fail of a connector, its errors and what it gives back written down."""
    connector = at(url, ground.keys, name)
    batch = await ground.batch(name, channel)
    spoilt = Batch(batch.reference[::-1], channel, date(2021, 10, 1), batch.orders)
    echo = f'{{"error": "no {HOLDER}", "results": [{{"reference": "{HOLDER}"}}]}}'.encode()
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: connector.payments.pay(batch),
        lambda: connector.enquiry.enquire(batch),
    ]
    if connector.accounts:
        accounts, wanted = connector.accounts, [ground.wanted(), ground.wanted(number=batch.orders[0].account_number)]
        calls += [lambda: accounts.request("t-1", wanted), lambda: accounts.enquire([wanted[0].request_id])]
        shown.append(repr(wanted))
    if connector.days:
        days = connector.days
        calls.append(lambda: days.day(date(2021, 10, 1), 0))
    for lie in (None, Answer(500, echo), Answer(422, echo), Answer(200, echo), Answer(200, echo[:-3]), Answer(404, b"x")):
        server.own = lie
        for call in calls:
            try:
                shown.append(repr(await call()))
            except KNOWN_ERRORS as error:
                shown.append("".join(traceback.format_exception(error)) + repr(error))
    server.own = None
    headers = {"webhook-id": HOLDER, "webhook-timestamp": HOLDER, "webhook-signature": HOLDER}
    for body in (echo, b"\xff", b"{"):
        for read in (partial(connector.webhooks.verify, headers, body), partial(connector.webhooks.read, body)):
            try:
                shown.append(repr(read()))
            except KNOWN_ERRORS as error:
                shown.append("".join(traceback.format_exception(error)) + repr(error))
    shown += [repr(batch), repr(spoilt), repr(connector)]
    await connector.close()
