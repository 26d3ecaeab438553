"""Check what is there against what was sealed."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.disbursement.domain.payrolls import Payroll, check_root
from services.disbursement.domain.refusals import SEAL_BROKEN
from services.disbursement.domain.seal import root_of, verify_approval
from services.disbursement.storage import seals
from shared.database import Tx
from shared.kernel.errors import Refusal


async def root_from_lines(tx: Tx, payroll: Payroll) -> bytes:
    """The root over all lines of a payroll, recomputed from their plaintext.

    Refused with `seal-broken` where chunks, counts or amounts don't agree with the lines.
    """
    chunks = await seals.recompute(tx, payroll.payroll_id, payroll.run_month)
    counted = sum(chunk.payments for chunk in chunks), sum(chunk.amount_dong for chunk in chunks)
    if counted != (payroll.payments, payroll.amount_dong) or not all(chunk.agrees for chunk in chunks):
        raise Refusal(SEAL_BROKEN, "the lines are not those that were drawn up", payroll_id=payroll.payroll_id)
    return root_of(payroll.header, [chunk.digest for chunk in chunks])


async def check_sealed(tx: Tx, payroll: Payroll) -> bytes:
    """The root, when the lines still make the one set at preparing; else `seal-broken`."""
    root = await root_from_lines(tx, payroll)
    check_root(payroll, root)
    return root


def check_signed(payroll: Payroll, root: bytes, key: Ed25519PublicKey) -> None:
    """Refuse with `seal-broken` a root that the approver's signature does not cover."""
    if payroll.signature is None or payroll.approved is None:
        raise Refusal(SEAL_BROKEN, "the payroll is not signed", payroll_id=payroll.payroll_id)
    who = payroll.approved
    verify_approval(key, payroll.signature, root, who.issuer, who.subject, who.at)
