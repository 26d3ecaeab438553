"""The seal: whoever changes anything after approval, with whatever care, is found out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.refusals import SEAL_BROKEN
from services.disbursement.domain.seal import (
    SealedHeader,
    SealedLine,
    SealedPart,
    chunk_digest,
    line_digest,
    line_text,
    root_of,
    sign_approval,
    sign_removal,
    verify_approval,
    verify_removal,
)
from services.disbursement.storage import chunks, payrolls, seals
from shared.kernel.errors import Refusal
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER

ID = UUID("0190a1b2-0000-7000-8000-000000000001")
OTHER = UUID("0190a1b2-0000-7000-8000-000000000002")
LINE = SealedLine(
    payment_id=ID, beneficiary_id=OTHER, payee_id=OTHER, payee_version=3, payee_name="Nguyễn | Thị \\ Lan", account_id=None,
    account_version=None, amount_dong=540_000, note="TCXH 10.2021 HUE-0000123",
    parts=(SealedPart(date(2021, 10, 1), "monthly", 1, 180_000), SealedPart(date(2021, 10, 1), "monthly", 0, 360_000)),
)  # fmt: skip
HEADER = SealedHeader(ID, OTHER, "474@2021-07-01", ID, "viettelpay", "wallet", 2, 1_080_000)
AT = datetime(2021, 9, 21, 2, 0, 0, 123456, tzinfo=UTC)


def test_the_text_of_a_line_is_this() -> None:
    """Written out once: whatever is sealed in the database stands on it."""
    assert line_text(LINE) == (
        f"{ID}|{OTHER}|{OTHER}|3|Nguyễn \\| Thị \\\\ Lan|||540000|TCXH 10.2021 HUE-0000123"
        "|2021-10-01/monthly/0/360000|2021-10-01/monthly/1/180000"
    )
    assert line_digest(LINE) == sha256(line_text(LINE).encode()).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"payment_id": OTHER}, {"beneficiary_id": ID}, {"payee_id": ID}, {"payee_version": 4}, {"payee_name": "Nguyễn Thị Lan"},
        {"account_id": ID, "account_version": 1}, {"amount_dong": 540_001}, {"note": "TCXH"}, {"parts": LINE.parts[:1]},
        {"parts": (replace(LINE.parts[0], benefit_month=date(2021, 11, 1)), LINE.parts[1])},
        {"parts": (replace(LINE.parts[0], kind="care_support"), LINE.parts[1])},
    ],
)  # fmt: skip
def test_every_value_of_a_line_counts(change: dict[str, Any]) -> None:
    assert line_digest(replace(LINE, **change)) != line_digest(LINE)


def test_the_order_of_lines_and_chunks_counts_and_that_of_parts_does_not() -> None:
    second = replace(LINE, payment_id=OTHER)
    assert chunk_digest([LINE, second]) != chunk_digest([second, LINE])
    assert root_of(HEADER, [b"a" * 32, b"b" * 32]) != root_of(HEADER, [b"b" * 32, b"a" * 32])
    assert line_digest(replace(LINE, parts=LINE.parts[::-1])) == line_digest(LINE)


@pytest.mark.parametrize(
    "change",
    [
        {"payroll_id": OTHER}, {"run_id": ID}, {"authority_id": "476@2021-07-01"}, {"contract_id": OTHER}, {"provider": "vnpost"},
        {"channel": "cash"}, {"payments": 3}, {"amount_dong": 1},
    ],
)  # fmt: skip
def test_every_value_of_the_header_counts(change: dict[str, Any]) -> None:
    assert root_of(replace(HEADER, **change), [b"a" * 32]) != root_of(HEADER, [b"a" * 32])


def test_an_approval_is_of_one_root_by_one_person_at_one_time() -> None:
    key = Ed25519PrivateKey.generate()
    signature = sign_approval(key, b"r" * 32, "issuer", "minh", AT)
    verify_approval(key.public_key(), signature, b"r" * 32, "issuer", "minh", AT)
    verify_approval(key.public_key(), signature, b"r" * 32, "issuer", "minh", AT.astimezone(None))
    wrong: list[tuple[Any, ...]] = [
        (signature, b"s" * 32, "issuer", "minh", AT),
        (signature, b"r" * 32, "issuer2", "minh", AT),
        (signature, b"r" * 32, "issuer", "lan", AT),
        (signature, b"r" * 32, "issuer", "minh", AT + timedelta(microseconds=1)),
        (sign_approval(Ed25519PrivateKey.generate(), b"r" * 32, "issuer", "minh", AT), b"r" * 32, "issuer", "minh", AT),
        (sign_removal(key, ID, ID, "r", "issuer", "minh", AT), b"r" * 32, "issuer", "minh", AT),
        (b"", b"r" * 32, "issuer", "minh", AT),
    ]
    for each in wrong:
        with pytest.raises(Refusal) as refusal:
            verify_approval(key.public_key(), *each)
        assert refusal.value.code == SEAL_BROKEN


def test_a_removal_is_of_one_line_for_one_reason() -> None:
    key = Ed25519PrivateKey.generate()
    signature = sign_removal(key, ID, ID, "dead", "issuer", "ha", AT)
    verify_removal(key.public_key(), signature, ID, ID, "dead", "issuer", "ha", AT)
    for payroll, payment, reason, subject in (
        (OTHER, ID, "dead", "ha"),
        (ID, OTHER, "dead", "ha"),
        (ID, ID, "x", "ha"),
        (ID, ID, "dead", "lan"),
    ):
        with pytest.raises(Refusal):
            verify_removal(key.public_key(), signature, payroll, payment, reason, "issuer", subject, AT)


# --- in the database ---------------------------------------------------------------------------------------------------


async def drawn(office: Office, people: int = 3) -> dict[str, Any]:
    await office.say(*[office.person("K6-N") for _ in range(people)])
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    return dict(payroll)


ALONE = [
    "UPDATE payments SET amount_dong = amount_dong + 1 WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET payee_name = 'Kẻ Gian' WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET account_id = uuidv7(), account_version = 1 WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET payee_version = 2 WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET note = 'TCXH' WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET line_no = 9 WHERE payroll_id = $1 AND line_no = 2",
    "DELETE FROM payments WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE chunks SET digest = sha256('x') WHERE payroll_id = $1",
    "UPDATE payrolls SET amount_dong = amount_dong + 1 WHERE payroll_id = $1",
    "UPDATE payrolls SET payments = payments - 1 WHERE payroll_id = $1",
    "DELETE FROM payment_lines WHERE payment_id = (SELECT payment_id FROM payments WHERE payroll_id = $1 AND line_no = 2)",
]


WITHOUT_PLAINTEXT = ("amount_dong", "line_no = 9", "DELETE FROM payments", "chunks", "payrolls")
NO_PLAINTEXT = [tampering for tampering in ALONE if any(part in tampering for part in WITHOUT_PLAINTEXT)]


@pytest.mark.parametrize("tampering", ALONE)
@pytest.mark.books_broken
async def test_what_was_changed_before_it_was_prepared_is_not_approved(office: Office, tampering: str) -> None:
    """Preparing goes by the digests that the lines got when they were drawn up; the checker signs what was recomputed."""
    payroll = await drawn(office)
    payroll_id = payroll["payroll_id"]
    await office.rows(tampering, UUID(payroll_id))
    if tampering not in NO_PLAINTEXT:
        await office.prepare(payroll_id)
        await office.refused("seal-broken", "POST", f"/v1/payrolls/{payroll_id}/approve", "checker", subject="minh")
        return
    await office.refused("seal-broken", "POST", f"/v1/payrolls/{payroll_id}/prepare", "maker")


@pytest.mark.parametrize("tampering", ALONE)
@pytest.mark.parametrize("step", ["approve", "release"])
@pytest.mark.books_broken
async def test_a_change_stops_every_step(office: Office, step: str, tampering: str) -> None:
    payroll = await drawn(office)
    payroll_id = payroll["payroll_id"]
    role = {"approve": "checker", "release": "accountant"}[step]
    await office.prepare(payroll_id)
    if step == "release":
        await office.approve(payroll_id)
        await office.fund(payroll["run_id"], payroll["contract_id"], 10_000_000)
    await office.rows(tampering, UUID(payroll_id))
    await office.refused("seal-broken", "POST", f"/v1/payrolls/{payroll_id}/{step}", role, subject="ha")


async def forge(office: Office, payroll_id: UUID) -> bytes:
    """Recompute every digest and the root after a change, as somebody could who may write the whole database but has no key."""
    async with office.database.transaction() as tx:
        found = [
            (number, [held.line for held in await seals.chunk_lines(tx, payroll_id, OCTOBER, number)])
            for number in range(len(await chunks.digests(tx, payroll_id)))
        ]
    for number, lines in found:
        for line in lines:
            await office.rows("UPDATE payments SET line_digest = $1 WHERE payment_id = $2", line_digest(line), line.payment_id)
        await office.rows(
            "UPDATE chunks SET digest = $1, amount_dong = $2, payments = $3 WHERE payroll_id = $4 AND chunk_no = $5",
            chunk_digest(lines), sum(line.amount_dong for line in lines), len(lines), payroll_id, number,
        )  # fmt: skip
    await office.rows(
        """UPDATE payrolls SET amount_dong = c.amount_dong, payments = c.payments
           FROM (SELECT sum(amount_dong) AS amount_dong, sum(payments) AS payments FROM chunks WHERE payroll_id = $1) c
           WHERE payroll_id = $1""",
        payroll_id,
    )
    async with office.database.transaction() as tx:
        payroll = await payrolls.find(tx, payroll_id)
        root = root_of(payroll.header, list((await chunks.digests(tx, payroll_id)).values()))
    await office.rows("UPDATE payrolls SET root = $1 WHERE payroll_id = $2", root, payroll_id)
    return root


FORGERIES = [
    "UPDATE payments SET amount_dong = amount_dong + 1000000 WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET payee_name = 'Kẻ Gian' WHERE payroll_id = $1 AND line_no = 2",
    "UPDATE payments SET account_id = uuidv7(), account_version = 1 WHERE payroll_id = $1 AND line_no = 2",
]


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_recomputed_digests_don_t_help_without_the_key(office: Office, forgery: str) -> None:
    payroll = await drawn(office)
    payroll_id = UUID(payroll["payroll_id"])
    await office.approved(str(payroll_id))
    await office.fund(payroll["run_id"], payroll["contract_id"], 10_000_000)
    await office.rows(forgery, payroll_id)
    await forge(office, payroll_id)
    path = f"/v1/payrolls/{payroll_id}/release"
    problem = await office.refused("seal-broken", "POST", path, "accountant")
    assert "signature" in problem["detail"]


async def test_a_signature_by_another_key_or_another_s_name_doesn_t_help(office: Office) -> None:
    payroll = await drawn(office)
    payroll_id = UUID(payroll["payroll_id"])
    await office.approved(str(payroll_id))
    await office.fund(payroll["run_id"], payroll["contract_id"], 10_000_000)
    path = f"/v1/payrolls/{payroll_id}/release"
    (row,) = await office.rows("SELECT * FROM payrolls WHERE payroll_id = $1", payroll_id)
    own_key = Ed25519PrivateKey.generate()
    forged = sign_approval(own_key, row["root"], row["approved_issuer"], row["approved_subject"], row["approved_at"])
    await office.rows("UPDATE payrolls SET signature = $2 WHERE payroll_id = $1", payroll_id, forged)
    await office.refused("seal-broken", "POST", path, "accountant")
    await office.rows("UPDATE payrolls SET signature = $2 WHERE payroll_id = $1", payroll_id, row["signature"])
    await office.rows("UPDATE payrolls SET approved_subject = 'giam-doc' WHERE payroll_id = $1", payroll_id)
    await office.refused("seal-broken", "POST", path, "accountant")
    await office.rows("UPDATE payrolls SET approved_subject = $2 WHERE payroll_id = $1", payroll_id, row["approved_subject"])
    assert (await office.release(str(payroll_id)))["state"] == "released"


async def test_the_seal_spans_chunks(office: Office) -> None:
    payroll = await drawn(office, people=1_003)
    payroll_id = UUID(payroll["payroll_id"])
    sealed = await office.prepare(str(payroll_id))
    assert sealed["chunks"] == {"sealed": 3}
    async with office.database.transaction() as tx:
        held = await payrolls.find(tx, payroll_id)
        digests = [
            chunk_digest(each.line for each in await seals.chunk_lines(tx, payroll_id, date(2021, 10, 1), number))
            for number in range(3)
        ]
    assert sealed["root"] == root_of(held.header, digests).hex()
    swap = """UPDATE payments SET line_no = 504 - line_no, chunk_no = 1 - chunk_no
              WHERE payroll_id = $1 AND line_no IN (3, 501)"""
    await office.rows(swap, payroll_id)
    await office.refused("seal-broken", "POST", f"/v1/payrolls/{payroll_id}/approve", "checker")


async def test_lines_are_append_only(office: Office) -> None:
    payroll = await drawn(office)
    with pytest.raises(Exception, match="append-only"):
        await office.rows(
            """UPDATE payment_lines SET amount_dong = 1
               WHERE payment_id = (SELECT payment_id FROM payments WHERE payroll_id = $1 LIMIT 1)""",
            UUID(payroll["payroll_id"]),
        )
