"""ViettelPay's own: signed answers that say too little, too much or the wrong thing, and the keys they are signed with."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.provider_gateway.connectors.protocol import Batch, NotTaken, Order, Unsure
from tests.contract.connectors.between import Answer, Between
from tests.contract.connectors.ground import Ground, at, fate, outcomes

NAME = "viettelpay"
PLAYED = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def pack(rows: Any) -> str:
    return base64.b64encode(gzip.compress(json.dumps(rows).encode())).decode()


class Liar:
    """Signs what ViettelPay's key signs, and says whatever a test wants."""

    def __init__(self, keys: Path) -> None:
        key = serialization.load_pem_private_key((keys / "viettelpay_provider_private.pem").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key

    def sign(self, text: str) -> str:
        return base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()

    def says(self, envelope: dict[str, Any], *, signature: str | None = None) -> Answer:
        data = json.dumps(envelope)
        told = json.dumps({"data": data, "signature": self.sign(data) if signature is None else signature})
        return _soap(f"<return>{escape(told)}</return>")

    def order(self, batch: Batch, rows: list[dict[str, Any]], batch_state: str | None, **other: Any) -> Answer:
        head = {
            "orderId": batch.reference,
            "errorCode": "00",
            "errorMsg": "OK",
            "batchErrorCode": batch_state,
            "data": pack(rows),
        }
        return self.says({**head, **other})


def _soap(inner: str) -> Answer:
    body = (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
        f'<x:processResponse xmlns:x="http://partnerapi.bankplus.viettel.com/">{inner}</x:processResponse></S:Body></S:Envelope>'
    )
    return Answer(200, body.encode(), {"content-type": "text/xml; charset=utf-8"})


def _row(order: Order, state: str, code: str = "00", **other: Any) -> dict[str, Any]:
    return {"transId": order.reference, "amount": order.amount_dong, "state": state, "errorCode": code, **other}


@pytest.fixture
def liar(ground: Ground) -> Liar:
    return Liar(ground.keys)


@pytest.fixture
def batch(ground: Ground) -> Batch:
    return Batch("V" * 26, "wallet", date(2021, 10, 1), [ground.order("wallet"), ground.order("wallet")])


def _failed(batch: Batch) -> list[dict[str, Any]]:
    return [_row(order, "DISB_FAILED", "11") for order in batch.orders]


def _paid(batch: Batch) -> list[dict[str, Any]]:
    return [_row(order, "DISB_SUCCESS") for order in batch.orders]


def _changed(liar: Liar, batch: Batch, old: bytes, new: bytes) -> Answer:
    return Answer(200, liar.order(batch, _failed(batch), "DISB_FAILED").body.replace(old, new))


Lie = Callable[[Liar, Batch], Answer]
PROVES_NOTHING: dict[str, Lie] = {
    "unsigned": lambda liar, b: liar.says({"orderId": b.reference, "errorCode": "00", "data": pack([])}, signature=""),
    "signed by others": lambda liar, b: liar.says(
        {"orderId": b.reference, "errorCode": "00", "batchErrorCode": "DISB_FAILED", "data": pack([])}, signature="QUJD" * 86),
    "another order": lambda liar, b: liar.order(b, _failed(b), "DISB_FAILED", orderId="W" * 26),
    "no order": lambda liar, b: liar.order(b, [], "DISB_FAILED", orderId=None),
    "truncated gzip": lambda liar, b: liar.order(b, [], "DISB_SUCCESS", data=pack(_paid(b))[:-24]),
    "not gzip": lambda liar, b: liar.order(b, [], "DISB_SUCCESS", data="bm90IGd6aXA="),
    "not base64": lambda liar, b: liar.order(b, [], "DISB_SUCCESS", data="%%%"),
    "gzip of no list": lambda liar, b: liar.order(b, [], "DISB_SUCCESS", data=pack({"transId": 1})),
    "gzip bomb": lambda liar, b: liar.order(
        b, [], "DISB_SUCCESS", data=base64.b64encode(gzip.compress(b" " * 9_000_000)).decode()),
    "amount as text": lambda liar, b: liar.order(
        b, [_row(o, "DISB_SUCCESS", amount=str(o.amount_dong)) for o in b.orders], "DISB_SUCCESS"),
    "amount as a fraction": lambda liar, b: liar.order(
        b, [_row(o, "DISB_SUCCESS", amount=o.amount_dong + 0.5) for o in b.orders], "DISB_SUCCESS"),
    "the same transaction twice": lambda liar, b: liar.order(
        b, [_row(b.orders[0], "DISB_SUCCESS"), _row(b.orders[0], "DISB_FAILED", "11")], "DISB_SUCCESS"),
    "no state": lambda liar, b: liar.order(b, [{"transId": o.reference, "errorCode": "11"} for o in b.orders], "DISB_SUCCESS"),
    "no batch state": lambda liar, b: liar.order(b, _failed(b), None),
    "a code nobody told of": lambda liar, b: liar.order(b, _failed(b), None, errorCode="77"),
    "two answers": lambda liar, b: _soap("<return>{}</return><return>{}</return>"),
    "xml inside": lambda liar, b: _soap("<return><cmd>VTP306</cmd></return>"),
    "a comment inside": lambda liar, b: _changed(liar, b, b"<return>", b"<return><!-- x -->"),
    "a document type": lambda liar, b: Answer(200, b"<!DOCTYPE x>" + liar.order(b, [], "DISB_FAILED").body),
    "another namespace": lambda liar, b: _changed(liar, b, b"bankplus", b"bankminus"),
    "utf-16": lambda liar, b: Answer(200, liar.order(b, [], "DISB_FAILED").body.decode().encode("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize("lie", PROVES_NOTHING.values(), ids=PROVES_NOTHING.keys())
async def test_what_proves_nothing_is_unknown(
    ground: Ground, between: tuple[Between, str], liar: Liar, batch: Batch, lie: Lie
) -> None:
    server, url = between
    server.own = lie(liar, batch)
    connector = at(url, ground.keys, NAME)
    assert outcomes(await fate(connector, batch)) == {"unknown"}
    with pytest.raises(Unsure, match="answer_"):
        await connector.enquiry.enquire(batch)
    await connector.close()


MEANINGS = [  # (batch's state, transaction's state and code) -> what it is taken for
    ("WAIT_DISB", "WAIT_DISB", "00", "accepted", None),
    ("DISBURSEMENT", "DISBURSEMENT", "00", "pending", None),
    ("DISBURSEMENT", "DISB_SUCCESS", "00", "paid", None),
    ("DISB_SUCCESS", "DISB_SUCCESS", "00", "paid", None),
    ("DISB_SUCCESS", "DISB_FAILED", "11", "rejected", "invalid_account"),
    ("DISB_SUCCESS", "DISB_TIMEOUT", "00", "unknown", None),
    ("DISB_SUCCESS", "REFUNDED", "16", "returned", "account_closed"),
    ("DISB_SUCCESS", "CASH_EXPIRED", "17", "unclaimed", "not_collected"),
    ("DISB_FAILED", "DISB_FAILED", "13", "rejected", "name_mismatch"),
    ("DISB_FAILED", "DISB_FAILED", "99", "rejected", "refused"),
    ("DISB_FAILED", "DISB_SUCCESS", "00", "unknown", None),
    ("DISB_FAILED", "WAIT_DISB", "00", "unknown", None),
    ("DISB_TIMEOUT", "DISB_TIMEOUT", "00", "unknown", None),
    ("DISB_TIMEOUT", "DISB_FAILED", "11", "unknown", None),
    ("DISB_TIMEOUT", "DISB_SUCCESS", "00", "unknown", None),
    ("CANCEL_DISB", "WAIT_DISB", "00", "rejected", "cancelled"),
    ("CANCEL_DISB", "DISB_FAILED", "12", "rejected", "locked"),
    ("CANCEL_DISB", "DISB_SUCCESS", "00", "unknown", None),
    ("CANCEL_DISB", "DISB_TIMEOUT", "00", "unknown", None),
    ("DUPLICATE", "DUPLICATE", "94", "rejected", "duplicate"),
    ("DISB_SOMETHING", "DISB_FAILED", "11", "unknown", None),
    ("DISB_SUCCESS", "SOMETHING", "11", "unknown", None),
]


@pytest.mark.parametrize(("batch_state", "state", "code", "outcome", "reason"), MEANINGS)
async def test_states_mean_what_they_mean(
    ground: Ground, between: tuple[Between, str], liar: Liar, batch: Batch,
    batch_state: str, state: str, code: str, outcome: str, reason: str | None,
) -> None:  # fmt: skip
    server, url = between
    server.own = liar.order(batch, [_row(order, state, code) for order in batch.orders], batch_state)
    connector = at(url, ground.keys, NAME)
    said = (await connector.enquiry.enquire(batch)).said
    assert [(s.outcome, s.reason) for s in said] == [(outcome, reason)] * 2
    assert [s.amount_dong for s in said] == [order.amount_dong for order in batch.orders]
    await connector.close()


@pytest.mark.parametrize(
    ("code", "told"), [("01", "refused"), ("05", "refused"), ("03", "not_taken"), ("04", "not_taken"), ("08", "unknown")]
)
async def test_signed_refusals_of_a_whole_batch(
    ground: Ground, between: tuple[Between, str], liar: Liar, batch: Batch, code: str, told: str
) -> None:
    """An order id that stands for other content (08) was used: something may have been paid under it."""
    server, url = between
    server.own = liar.order(batch, [], None, errorCode=code)
    connector = at(url, ground.keys, NAME)
    assert outcomes(await fate(connector, batch)) == {told}
    await connector.close()


async def test_a_signed_answer_changed_in_any_place_is_never_believed(
    ground: Ground, between: tuple[Between, str], liar: Liar, batch: Batch
) -> None:
    server, url = between
    true = liar.order(batch, [_row(order, "DISB_SUCCESS") for order in batch.orders], "DISB_SUCCESS").body
    connector = at(url, ground.keys, NAME)
    server.own = Answer(200, true)
    meant = [(s.reference, s.outcome, s.amount_dong) for s in (await connector.enquiry.enquire(batch)).said]
    assert {outcome for _, outcome, _ in meant} == {"paid"}

    changes: list[bytes] = []

    @PLAYED
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        changed = bytearray(true)
        place = data.draw(st.integers(0, len(true) - 1))
        if data.draw(st.booleans()):
            changed[place] ^= data.draw(st.integers(1, 255))
        else:
            del changed[place : place + data.draw(st.integers(1, 40))]
        changes.append(bytes(changed))

    collect()
    for changed in changes:
        server.own = Answer(200, changed)
        try:
            said = (await connector.enquiry.enquire(batch)).said
        except Unsure:
            continue
        assert [(s.reference, s.outcome, s.amount_dong) for s in said] == meant, "only what changes no meaning is believed"
    await connector.close()


async def test_a_request_is_as_the_page_says(ground: Ground, between: tuple[Between, str]) -> None:
    server, url = between
    connector = at(url, ground.keys, NAME)
    batch = await ground.batch(NAME, "wallet", 2, note="Trợ cấp tháng 10/2021")
    await fate(connector, batch)
    process = ElementTree.fromstring(server.requests[0])[1][0]
    assert process.tag == "{http://partnerapi.bankplus.viettel.com/}process"
    cmd, data, signature = (part.text or "" for part in process)
    public = serialization.load_pem_public_key((ground.keys / "viettelpay_client_public.pem").read_bytes())
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(base64.b64decode(signature), data.encode(), padding.PKCS1v15(), hashes.SHA256())
    envelope = json.loads(data)
    rows = json.loads(gzip.decompress(base64.b64decode(envelope["data"])))
    assert (cmd, envelope["orderId"], envelope["totalTrans"]) == ("VTP306", batch.reference, 2)
    assert envelope["totalAmount"] == sum(row["amount"] for row in rows)
    assert set(rows[0]) == {"transId", "msisdn", "customerName", "amount", "smsContent", "note"}
    assert {row["msisdn"][:3] for row in rows} == {"849"}
    assert {row["smsContent"] for row in rows} == {"Tro cap thang 10/2021"}
    await connector.close()


@pytest.mark.parametrize("note", ["TCXH K8-HIV 10.2021", "Trợ cấp người nhiễm HIV", "tro cap aids", "K3-hiv-U4", ""])
@pytest.mark.parametrize("channel", ["wallet", "cash"])
async def test_no_text_tells_an_illness_or_a_category(
    ground: Ground, between: tuple[Between, str], channel: str, note: str
) -> None:
    server, url = between
    connector = at(url, ground.keys, NAME)
    await fate(connector, await ground.batch(NAME, channel, 1, note=note))
    data = json.loads(server.requests[0].split(b"<data>")[1].split(b"</data>")[0])
    (row,) = json.loads(gzip.decompress(base64.b64decode(data["data"])))
    assert row["smsContent"] == row["note"] == data["transContent"] == "Tro cap xa hoi"
    await connector.close()


async def test_keys_change_by_replacing_files(ground: Ground, between: tuple[Between, str], batch: Batch, tmp_path: Path) -> None:
    """ViettelPay's next key lies beside the present one while they change over; ours is read anew for each call."""
    server, url = between
    keys = tmp_path / "keys"
    shutil.copytree(ground.keys, keys)
    liar, connector = Liar(keys), at(url, keys, NAME)
    rows = [_row(order, "DISB_SUCCESS") for order in batch.orders]

    async def believed() -> bool:
        server.own = liar.order(batch, rows, "DISB_SUCCESS")
        try:
            return {s.outcome for s in (await connector.enquiry.enquire(batch)).said} == {"paid"}
        except Unsure:
            return False

    assert await believed()
    old, liar.key = liar.key, rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert not await believed()
    _write_public(keys / "viettelpay_provider_public.next.pem", liar.key)
    assert await believed()
    _write_public(keys / "viettelpay_provider_public.pem", liar.key)
    _write_public(keys / "viettelpay_provider_public.previous.pem", old)
    (keys / "viettelpay_provider_public.next.pem").unlink()
    assert await believed()
    liar.key = old
    assert await believed(), "what was signed before the change is still read"
    (keys / "viettelpay_provider_public.previous.pem").unlink()
    assert not await believed()

    (keys / "viettelpay_client_private.pem").write_text("-----BEGIN NOTHING-----")
    with pytest.raises(NotTaken, match="key_viettelpay_client_private_pem"):
        await connector.enquiry.enquire(batch)
    (keys / "viettelpay_client_private.pem").unlink()
    assert outcomes(await fate(connector, batch)) == {"not_taken"}
    await connector.close()


def _write_public(path: Path, key: rsa.RSAPrivateKey) -> None:
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.with_suffix(".new").write_bytes(pem)
    path.with_suffix(".new").replace(path)
