"""Check what is there against what was sealed."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.disbursement.domain.payrolls import Payroll, check_root
from services.disbursement.domain.refusals import SEAL_BROKEN
from services.disbursement.domain.seal import root_of, verify_approval, verify_second
from services.disbursement.storage import seals
from shared.database import Tx
from shared.kernel.errors import Refusal


async def root_as_drawn_up(tx: Tx, payroll: Payroll) -> bytes:
    """The root over all lines of a payroll by the digests that they got when they were drawn up.

    Refused with `seal-broken` where chunks, counts or amounts don't agree with the lines. Their plaintext is looked at before
    anybody signs: `check_sealed`.
    """
    return await _root(tx, payroll, from_plaintext=False)


async def check_sealed(tx: Tx, payroll: Payroll) -> bytes:
    """The root over all lines, recomputed from their plaintext, when it is still the one set at preparing; else `seal-broken`."""
    root = await _root(tx, payroll, from_plaintext=True)
    check_root(payroll, root)
    return root


async def _root(tx: Tx, payroll: Payroll, *, from_plaintext: bool) -> bytes:
    chunks = await seals.chunk_sums(tx, payroll, from_plaintext=from_plaintext)
    counted = sum(chunk.payments for chunk in chunks), sum(chunk.amount_dong for chunk in chunks)
    if counted != (payroll.payments, payroll.amount_dong) or not all(chunk.agrees for chunk in chunks):
        raise Refusal(SEAL_BROKEN, "the lines are not those that were drawn up", payroll_id=payroll.payroll_id)
    return root_of(payroll.header, [chunk.digest for chunk in chunks])


def check_signed(payroll: Payroll, root: bytes, key: Ed25519PublicKey) -> None:
    """Refuse with `seal-broken` a root that the approver's signature does not cover, or the second one's where two must sign."""
    first = check_first_signed(payroll, root, key)
    if payroll.needs_second:
        _check_second(payroll, first, root, key)


def check_first_signed(payroll: Payroll, root: bytes, key: Ed25519PublicKey) -> bytes:
    """The first approver's signature, when it covers the root; else `seal-broken`."""
    if payroll.signature is None or payroll.approved is None:
        raise Refusal(SEAL_BROKEN, "the payroll is not signed", payroll_id=payroll.payroll_id)
    who = payroll.approved
    terms = who.terms(payroll.needs_second)
    verify_approval(key, payroll.signature, root, who.issuer, who.subject, who.at, terms)
    return payroll.signature


def _check_second(payroll: Payroll, first: bytes, root: bytes, key: Ed25519PublicKey) -> None:
    who = payroll.second
    if payroll.second_signature is None or who is None:
        raise Refusal(SEAL_BROKEN, "the second approver has not signed", payroll_id=payroll.payroll_id)
    verify_second(key, payroll.second_signature, root, first, who.issuer, who.subject, who.at, who.terms())
