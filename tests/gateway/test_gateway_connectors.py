"""What stays inside the connectors: numbers, texts, and what a failure says of whether a request was taken."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provider_gateway.connectors.cash_lists.wire import batch_of, pay_lists
from services.provider_gateway.connectors.protocol import Batch, NotTaken, Order, Unsure
from services.provider_gateway.connectors.registry import CONNECTORS, build_connectors, close_connectors
from services.provider_gateway.connectors.texts import identity, msisdn, national_phone
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.connectors.vietinbank.iso.pain001 import transfer_text
from services.provider_gateway.domain.schedule import PRODUCTION, SANDBOX
from shared.embedded_postgres import free_port
from tests.gateway.sandbox_at_work import SandboxAtWork

ALLOWED = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,_&-")


@given(st.text())
def test_a_transfer_text_is_what_the_bank_allows(note: str) -> None:
    text = transfer_text(note)
    assert 1 <= len(text) <= 100
    assert set(text) <= ALLOWED


def test_a_transfer_text_keeps_what_it_can() -> None:
    assert transfer_text("Trợ cấp 10/2021 HUE-0000123") == "Tro cap 10 2021 HUE-0000123"


@pytest.mark.parametrize("phone", ["0971234567", "+84971234567", "84971234567", "097 123 45 67", "097.123.4567"])
def test_a_phone_has_one_form_at_the_provider_and_one_here(phone: str) -> None:
    assert msisdn(phone) == "84971234567"
    assert national_phone(msisdn(phone)) == "0971234567"


@pytest.mark.parametrize("phone", ["", "123", "09712345678", "x971234567", None])
def test_what_is_no_phone_stays_none(phone: str | None) -> None:
    assert msisdn(phone) is None


def test_an_identity_number_has_9_or_12_digits() -> None:
    numbers = ["046171000123", "191234567", "12345", "0461710001234", None]
    assert [identity(number) for number in numbers] == ["046171000123", "191234567", None, None, None]


def test_an_order_never_shows_its_numbers() -> None:
    order = Order("A" * 26, 1, "Lê Văn Bình", "note", "19753", "0971234567", "046171000123")
    assert "0971234567" not in repr(order)
    assert "046171000123" not in repr(order)


def test_lists_are_cut_alike_whatever_part_of_a_batch_is_sent_again() -> None:
    orders = [Order(f"{n:026d}", n + 1, "x", "", point) for n, point in enumerate(["19756", "19753", "19756", "19759"])]
    whole = {reference: list(part) for reference, _, part in pay_lists(Batch("B" * 26, "cash", date(2021, 10, 1), orders))}
    again = pay_lists(Batch("B" * 26, "cash", date(2021, 10, 1), [orders[2], orders[0]]))
    assert [(reference, {order.reference for order in part}) for reference, _, part in again] == [
        (f"{'B' * 26}-19756", {order.reference for order in whole[f"{'B' * 26}-19756"]})
    ]
    assert {batch_of(reference) for reference in whole} == {"B" * 26}
    assert all(len(reference) <= 40 for reference in whole)


async def test_nobody_there_means_not_taken() -> None:
    transport = Transport(f"http://127.0.0.1:{free_port()}", 1)
    with pytest.raises(NotTaken):
        await transport.call("POST", "/", b"", {})
    await transport.close()
    nowhere = Transport(None, 1)
    with pytest.raises(NotTaken, match="no_address"):
        await nowhere.call("POST", "/", b"", {})
    await nowhere.close()


async def test_what_is_wrong_with_us_waits_and_refuses_nobody(tmp_path: Path) -> None:
    sandbox = SandboxAtWork(tmp_path / "books", tmp_path / "keys", "http://127.0.0.1:9/")
    transport = Transport(sandbox.url, 5)
    try:
        for path, why in (("/vietinbank/v1/files", "bad_signature"), ("/vietinbank/v2/files", "no_such_route")):
            with pytest.raises(NotTaken, match=why):
                await transport.call("POST", path, b"{}", {})
    finally:
        await transport.close()
        sandbox.stop()


@pytest.mark.parametrize("status", [301, 400, 403, 404, 408, 409, 422, 500, 502, 503, 504])
async def test_an_answer_without_the_providers_word_proves_nothing(status: int) -> None:
    """A proxy in between says what it likes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} Sorry\r\ncontent-length: 5\r\nconnection: close\r\n\r\nSorry".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    transport = Transport(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", 5)
    with pytest.raises(Unsure, match=f"http_{status}"):
        await transport.call("GET", "/", b"", {})
    await transport.close()
    server.close()
    await server.wait_closed()


async def test_every_connector_names_itself_and_refuses_duplicates(tmp_path: Path) -> None:
    connectors = build_connectors(None, tmp_path, 1)
    assert {name: connector.name for name, connector in connectors.items()} == {name: name for name in CONNECTORS}
    assert all(connector.payments.longest_processing_seconds >= 60 for connector in connectors.values())
    assert {name for name, connector in connectors.items() if connector.accounts} == {"viettelpay", "vietinbank"}
    await close_connectors(connectors)


@pytest.mark.parametrize("schedule", [PRODUCTION, SANDBOX])
def test_enquiries_grow_rarer_and_stay_bounded(schedule: object) -> None:
    assert isinstance(schedule, type(PRODUCTION))
    schedule = replace(schedule, chance=lambda: 0.0)
    for any_unknown in (True, False):
        pauses = [schedule.enquiry_pause_seconds(n, any_unknown) for n in range(100)]
        assert pauses == sorted(pauses)
        assert pauses[-1] <= schedule.open_most_seconds
    assert schedule.enquiry_pause_seconds(0, any_unknown=True) < schedule.enquiry_pause_seconds(0, any_unknown=False)
    assert schedule.resend_pause_seconds(0, 60) == 60
