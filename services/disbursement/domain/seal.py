"""The seal of a payroll: canonical text of a line, digests over lines and chunks, the root, the approver's signature.

What is sealed is plaintext: whoever changes a value of a line later, with or without its digests, changes the root, and
the root is signed by a key outside the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.disbursement.domain.refusals import SEAL_BROKEN
from shared.kernel.errors import Refusal

_APPROVAL = "chitra payroll approval 1"
_SECOND = "chitra payroll second approval 1"
_REMOVAL = "chitra payroll removal 1"


@dataclass(frozen=True, slots=True)
class SealedPart:
    """An obligation that a line settles, in full."""

    benefit_month: date
    kind: str
    revision: int
    amount_dong: int


@dataclass(frozen=True, slots=True)
class SealedLine:
    """The values of a payment that approval fixes."""

    payment_id: UUID
    beneficiary_id: UUID
    payee_id: UUID
    payee_version: int
    payee_name: str
    account_id: UUID | None
    account_version: int | None
    amount_dong: int
    note: str
    parts: tuple[SealedPart, ...]


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """The values of a payroll that approval fixes."""

    payroll_id: UUID
    run_id: UUID
    authority_id: str
    contract_id: UUID
    provider: str
    channel: str
    payments: int
    amount_dong: int


@dataclass(frozen=True, slots=True)
class Terms:
    """How an approval was given: in whose place, and whether a second officer has to follow. Under the signature too."""

    for_issuer: str | None = None
    for_subject: str | None = None
    needs_second: bool = False

    def texts(self) -> list[str]:
        """Nothing where an officer approved alone and in their own name."""
        if self == Terms():
            return []
        return [self.for_issuer or "", self.for_subject or "", "second needed" if self.needs_second else ""]


ALONE = Terms()
"""In the officer's own name, and nobody has to follow."""


def line_text(line: SealedLine) -> str:
    """The canonical text of a line: values with `|` between, then what it settles in order of month, kind and revision."""
    parts = sorted(line.parts, key=lambda part: (part.benefit_month, part.kind, part.revision))
    values = [
        str(line.payment_id),
        str(line.beneficiary_id),
        str(line.payee_id),
        str(line.payee_version),
        _escape(line.payee_name),
        str(line.account_id or ""),
        "" if line.account_version is None else str(line.account_version),
        str(line.amount_dong),
        _escape(line.note),
        *(f"{part.benefit_month}/{part.kind}/{part.revision}/{part.amount_dong}" for part in parts),
    ]
    return "|".join(values)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def line_digest(line: SealedLine) -> bytes:
    """SHA-256 of the line's canonical text."""
    return sha256(line_text(line).encode()).digest()


def chunk_digest(lines: Iterable[SealedLine]) -> bytes:
    """SHA-256 over the digests of a chunk's lines, in line order."""
    return sha256(b"".join(line_digest(line) for line in lines)).digest()


def root_of(header: SealedHeader, chunk_digests: Sequence[bytes]) -> bytes:
    """SHA-256 over the header's canonical text and the digests of all chunks, in order."""
    values = (
        header.payroll_id,
        header.run_id,
        header.authority_id,
        header.contract_id,
        header.provider,
        header.channel,
        header.payments,
        header.amount_dong,
        len(chunk_digests),
    )
    return sha256("|".join(str(value) for value in values).encode() + b"".join(chunk_digests)).digest()


def sign_approval(key: Ed25519PrivateKey, root: bytes, issuer: str, subject: str, at: datetime, terms: Terms = ALONE) -> bytes:
    """The signature of an approval: over the root, who approved, when, and on what terms."""
    return key.sign(_message(_APPROVAL, root.hex(), issuer, subject, at, terms.texts()))


def verify_approval(
    key: Ed25519PublicKey, signature: bytes, root: bytes, issuer: str, subject: str, at: datetime, terms: Terms = ALONE
) -> None:
    """Refuse with `seal-broken` what the key did not sign."""
    message = _message(_APPROVAL, root.hex(), issuer, subject, at, terms.texts())
    _verify(key, signature, message, "the approval's signature does not fit")


def sign_second(
    key: Ed25519PrivateKey, root: bytes, first: bytes, issuer: str, subject: str, at: datetime, terms: Terms = ALONE
) -> bytes:
    """The signature of a second approval: over the root and the first signature too, so that it goes with no other."""
    return key.sign(_message(_SECOND, f"{root.hex()}|{first.hex()}", issuer, subject, at, terms.texts()))


def verify_second(
    key: Ed25519PublicKey,
    signature: bytes,
    root: bytes,
    first: bytes,
    issuer: str,
    subject: str,
    at: datetime,
    terms: Terms = ALONE,
) -> None:
    """Refuse with `seal-broken` a second approval that the key did not sign."""
    message = _message(_SECOND, f"{root.hex()}|{first.hex()}", issuer, subject, at, terms.texts())
    _verify(key, signature, message, "the second approval's signature does not fit")


def sign_removal(
    key: Ed25519PrivateKey, payroll_id: UUID, payment_id: UUID, reason: str, issuer: str, subject: str, at: datetime
) -> bytes:
    """The signature of an exception: a line taken out after the payroll was drawn up."""
    return key.sign(_message(_REMOVAL, _removal(payroll_id, payment_id, reason), issuer, subject, at))


def verify_removal(
    key: Ed25519PublicKey,
    signature: bytes,
    payroll_id: UUID,
    payment_id: UUID,
    reason: str,
    issuer: str,
    subject: str,
    at: datetime,
) -> None:
    """Refuse with `seal-broken` an exception that the key did not sign."""
    message = _message(_REMOVAL, _removal(payroll_id, payment_id, reason), issuer, subject, at)
    _verify(key, signature, message, f"the removal of payment {payment_id} is not signed")


def _removal(payroll_id: UUID, payment_id: UUID, reason: str) -> str:
    return f"{payroll_id}|{payment_id}|{reason}"


def _message(purpose: str, content: str, issuer: str, subject: str, at: datetime, more: Sequence[str] = ()) -> bytes:
    """A JSON list: no value can run into its neighbour."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps([purpose, content, issuer, subject, when, *more]).encode()


def _verify(key: Ed25519PublicKey, signature: bytes, message: bytes, what: str) -> None:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        raise Refusal(SEAL_BROKEN, what) from None
